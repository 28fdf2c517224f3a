"""How much one session, one address and one socket may ask of a process; what is above it is refused.

Buckets that fill by the second: a burst is fine, a flood is not. Each process counts what arrives at it,
since no event should wait for a count: several processes together let through that many times as much. How
many sockets an address opens a minute is counted for all of them together where Redis is set.
"""

import time
from collections import Counter
from dataclasses import dataclass, field

from limits import RateLimitItemPerMinute

from portal_app.core.errors import TooMany
from portal_app.services.identity import throttle
from portal_app.settings import settings

_MOST_KEPT = 50_000


def too_many_everywhere(address: str) -> bool:
    """Count a socket that an address opens at any process; whether those are too many this minute. Waits."""
    limit = RateLimitItemPerMinute(settings().sockets_an_address, 1, namespace="sockets")
    counted = throttle.mark("socket", address)
    try:
        throttle.check(limit, counted)
    except TooMany:
        return True
    throttle.count(limit, counted)
    return False


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass
class Buckets:
    """A bucket for each name: it holds `burst` and gets `rate` more each second."""

    rate: float
    burst: float
    _held: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, name: str, moment: float | None = None) -> bool:
        """Take one; False when there is none left."""
        moment = time.monotonic() if moment is None else moment
        bucket = self._held.get(name)
        if bucket is None:
            if len(self._held) >= _MOST_KEPT:
                self._forget_full(moment)
            bucket = self._held[name] = _Bucket(self.burst, moment)
        bucket.left = min(self.burst, bucket.left + (moment - bucket.at) * self.rate)
        bucket.at = moment
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True

    def _forget_full(self, moment: float) -> None:
        for name, bucket in list(self._held.items()):
            if bucket.left + (moment - bucket.at) * self.rate >= self.burst:
                del self._held[name]
        if len(self._held) >= _MOST_KEPT:
            self._held.clear()


@dataclass
class Limits:
    """What is counted in this process."""

    frames: Buckets = field(default_factory=lambda: Buckets(settings().events_a_session * 2, 400))
    by_session: Buckets = field(
        default_factory=lambda: Buckets(settings().events_a_session, settings().events_a_session * 4)
    )
    by_address: Buckets = field(
        default_factory=lambda: Buckets(settings().events_an_address, settings().events_an_address * 3)
    )
    new_sockets: Buckets = field(
        default_factory=lambda: Buckets(settings().sockets_an_address / 60, settings().sockets_an_address)
    )
    notes: Buckets = field(default_factory=lambda: Buckets(1 / 10, 1))
    """Sentences and log lines about the same, so that a flood does not flood the log."""
    of_session: Counter[str] = field(default_factory=Counter)
    of_address: Counter[str] = field(default_factory=Counter)
    nobodies: Counter[str] = field(default_factory=Counter)

    def event(self, session: str, address: str) -> str:
        """What an event is too many for: "session", "address", or nothing."""
        if not self.by_session.take(session):
            return "session"
        return "" if self.by_address.take(address) else "address"

    def opens(self, session: str, address: str) -> str:
        """Count a socket that opens; what it is too many for, and then it is not counted."""
        here = settings()
        if session and self.of_session[session] >= here.sockets_a_session:
            return "session"
        if self.of_address[address] >= here.sockets_an_address or not self.new_sockets.take(address):
            return "address"
        if not session and self.nobodies[address] >= here.nobodies_an_address:
            return "nobody"
        self.of_address[address] += 1
        (self.of_session if session else self.nobodies)[session or address] += 1
        return ""

    def closes(self, session: str, address: str) -> None:
        """A counted socket has closed."""
        for counted, name in (
            (self.of_address, address),
            (self.of_session if session else self.nobodies, session or address),
        ):
            counted[name] -= 1
            if counted[name] <= 0:
                del counted[name]
