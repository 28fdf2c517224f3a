"""Open pages that renew themselves: a poke about a topic becomes an ordinary refresh event for each tab."""

import asyncio
from collections import defaultdict
from typing import Any

import redis
import redis.asyncio
import reflex as rx
import structlog
from reflex.event import Event

from portal_app.core import live
from portal_app.settings import settings

_log = structlog.get_logger(__name__)
_watching: dict[str, dict[tuple[str, str], Any]] = defaultdict(dict)
_MOST_TOPICS_A_TAB = 20


def watch(state: rx.State, topic: str, refresh: Any) -> None:
    """Send `refresh` to this tab whenever `topic` is poked; ask only after the use case let the person in."""
    token = state.router.session.client_token
    if (
        token
        and sum((token, refresh.fn.__qualname__) in tabs for tabs in _watching.values()) < _MOST_TOPICS_A_TAB
    ):
        _watching[topic][token, refresh.fn.__qualname__] = refresh


def forget(token: str) -> None:
    """Stop sending anything to a tab."""
    for topic in list(_watching):
        for key in [key for key in _watching[topic] if key[0] == token]:
            del _watching[topic][key]
        if not _watching[topic]:
            del _watching[topic]


async def _fan_out(app: rx.App, topic: str) -> None:
    manager = app.event_namespace._token_manager  # pyright: ignore[reportOptionalMemberAccess]
    for (token, name), refresh in list(_watching.get(topic, {}).items()):
        record = manager.token_to_socket.get(token)
        if record is None or record.instance_id != manager.instance_id:
            _watching[topic].pop((token, name), None)
            continue
        await app.event_processor.enqueue(token, Event.from_event_type(refresh())[0])
    if not _watching.get(topic):
        _watching.pop(topic, None)


async def _hear_redis() -> None:
    while True:
        try:
            client = redis.asyncio.from_url(settings().redis_url)
            async with client.pubsub() as channel:
                await channel.subscribe(live.CHANNEL)
                async for message in channel.listen():
                    if message["type"] == "message":
                        live.hear(message["data"].decode())
        except (redis.RedisError, OSError):
            _log.warning("live.redis_away")
            await asyncio.sleep(1)


def lifespan(app: rx.App) -> Any:
    """The task that carries pokes to this process's tabs for as long as it runs."""

    async def carry() -> None:
        loop = asyncio.get_running_loop()
        pending: asyncio.Queue[str] = asyncio.Queue()

        def heard(topic: str) -> None:
            loop.call_soon_threadsafe(pending.put_nowait, topic)

        stop = live.listen(heard)
        subscriber = asyncio.create_task(_hear_redis()) if settings().redis_url else None
        try:
            while True:
                topic = await pending.get()
                try:
                    await _fan_out(app, topic)
                except Exception:  # noqa: BLE001 -- one tab's trouble must not end the news for all
                    _log.exception("live.fan_out_failed", topic=topic)
        finally:
            stop()
            if subscriber is not None:
                subscriber.cancel()

    return carry
