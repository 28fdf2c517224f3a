"""The one clock: now in UTC, today in a company's zone, and a way for tests to set both."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_set_to: ContextVar[datetime | None] = ContextVar("clock_set_to", default=None)
_process_set_to: list[datetime] = []


def now() -> datetime:
    """This moment, aware, in UTC."""
    fixed = _set_to.get()
    if fixed is None and _process_set_to:
        fixed = _process_set_to[-1]
    return fixed or datetime.now(UTC)


def epoch() -> int:
    """This moment in whole seconds since 1970."""
    return int(now().timestamp())


def today(zone: str) -> date:
    """Today's date where the company is."""
    return now().astimezone(zone_of(zone)).date()


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that IANA name. Raises ZoneInfoNotFoundError for an unknown one."""
    return ZoneInfo(name)


def local(moment: datetime | int, zone: str) -> datetime:
    """A moment (aware datetime or epoch seconds) on the company's wall clock."""
    if isinstance(moment, int):
        moment = datetime.fromtimestamp(moment, UTC)
    return moment.astimezone(zone_of(zone))


@contextmanager
def at(moment: datetime, *, everywhere: bool = False) -> Iterator[None]:
    """Hold the clock at one moment, for tests and for building the demo's history.

    With `everywhere` other threads see it too.
    """
    if everywhere:
        _process_set_to.append(moment)
        try:
            yield
        finally:
            _process_set_to.pop()
        return
    token = _set_to.set(moment)
    try:
        yield
    finally:
        _set_to.reset(token)
