"""How often a door may be tried: by account and by address, in this process or for all through Redis."""

import hashlib
import time
from functools import lru_cache

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from portal_app.core.errors import TooMany
from portal_app.settings import settings

_log = structlog.get_logger(__name__)

WRONG_TRIES = RateLimitItemPerMinute(8, 15, namespace="sign-in")
WRONG_CODES = RateLimitItemPerMinute(8, 15, namespace="code")
MAILS_TO = RateLimitItemPerMinute(5, 15, namespace="mail-to")
MAILS_FROM = RateLimitItemPerMinute(9, 15, namespace="mail-from")
PASSKEYS_ASKED = RateLimitItemPerMinute(300, 1, namespace="passkey")
SIGN_ONS = RateLimitItemPerMinute(300, 1, namespace="sign-on")
LOOKING_AROUND = RateLimitItemPerMinute(300, 1, namespace="look-around")
OPEN_FORMS = RateLimitItemPerMinute(10, 15, namespace="open-form")
WRONG_SECRETS = RateLimitItemPerMinute(8, 15, namespace="secret-wrong")
DIRECTORY = RateLimitItemPerMinute(1500, 1, namespace="directory")


@lru_cache(maxsize=4)
def _counter(redis_url: str) -> MovingWindowRateLimiter:
    storage: Storage = MemoryStorage()
    if redis_url:
        storage = storage_from_string(redis_url, wrap_exceptions=True)  # pyright: ignore[reportAssignmentType]
    return MovingWindowRateLimiter(storage)


def mark(*parts: str) -> str:
    """What is counted, as a hash: no e-mail address stands in Redis."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def check(limit: RateLimitItem, *marks: str) -> None:
    """Refuse when any of these was counted too often. Raises TooMany, which says when to try again."""
    waits = [wait for wait in (_wait(limit, mark) for mark in marks) if wait]
    if waits:
        raise TooMany(
            f"That was tried too often. For your safety, wait {_in_words(max(waits))} and try again."
        )


def is_free(limit: RateLimitItem, mark: str) -> bool:
    """Whether this was not counted too often yet."""
    return not _wait(limit, mark)


def count(limit: RateLimitItem, *marks: str) -> None:
    """Count one more try of each."""
    for each in marks:
        try:
            _counter(settings().redis_url).hit(limit, each)
        except StorageError:
            _log.warning("throttle.redis_away")
            _counter("").hit(limit, each)


def take(limit: RateLimitItem, *marks: str) -> None:
    """Count one try of each before it is made, so that a burst gets no further. Raises TooMany."""
    check(limit, *marks)
    count(limit, *marks)


def forget(limit: RateLimitItem, *marks: str) -> None:
    """Begin again at nought."""
    for each in marks:
        try:
            _counter(settings().redis_url).clear(limit, each)
        except StorageError:
            _log.warning("throttle.redis_away")
        _counter("").clear(limit, each)


def _wait(limit: RateLimitItem, mark: str) -> int:
    try:
        counter = _counter(settings().redis_url)
        free = counter.test(limit, mark)
    except StorageError:
        _log.warning("throttle.redis_away")
        counter = _counter("")
        free = counter.test(limit, mark)
    if free:
        return 0
    return max(1, int(counter.get_window_stats(limit, mark).reset_time - time.time()) + 1)


def _in_words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"


def start_anew() -> None:
    """Forget every count of this process."""
    _counter.cache_clear()
