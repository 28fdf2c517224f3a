"""Pokes: "something about this topic changed", told to every process after the commit.

The database is the truth; a poke only says that it is worth reading again.
"""

import threading
from collections.abc import Callable, Iterable
from functools import lru_cache

import redis
import structlog

from portal_app.settings import settings

_log = structlog.get_logger(__name__)
_listeners: list[Callable[[str], None]] = []
_lock = threading.Lock()
CHANNEL = "portal-live"


def listen(listener: Callable[[str], None]) -> Callable[[], None]:
    """Call `listener(topic)` for every poke of this process; gives back how to stop."""
    with _lock:
        _listeners.append(listener)

    def stop() -> None:
        with _lock:
            if listener in _listeners:
                _listeners.remove(listener)

    return stop


def hear(topic: str) -> None:
    """Hand a poke to this process's listeners; a listener that fails does not silence the others."""
    with _lock:
        listeners = list(_listeners)
    for listener in listeners:
        try:
            listener(topic)
        except Exception:  # noqa: BLE001 -- one page's trouble must not keep news from the rest
            _log.exception("live.listener_failed", topic=topic)


@lru_cache(maxsize=2)
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def tell(topics: Iterable[str]) -> None:
    """Poke every process: through Redis where one is set, else this process alone."""
    topics = list(dict.fromkeys(topics))
    if not topics:
        return
    if not settings().redis_url:
        for topic in topics:
            hear(topic)
        return
    try:
        client = _client(settings().redis_url)
        for topic in topics:
            client.publish(CHANNEL, topic)
    except redis.RedisError:
        _log.exception("live.redis_failed")
        for topic in topics:
            hear(topic)
