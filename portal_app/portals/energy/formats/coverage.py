"""Which stretches of time a register's readings already cover, in four bytes a reading."""

from array import array
from bisect import bisect_right
from enum import Enum
from operator import attrgetter

MOST_RUNS = 400_000
"""Runs of unbroken readings remembered per file; beyond it memory would no longer stay flat."""

DAY_OR_SO = 82_800
"""Seconds of the shortest local day; periods at least this long are laid out by calendar days."""

CLOCK_CHANGE = 3_600

_start = attrgetter("start")


class Claim(Enum):
    """What a new reading meets."""

    FRESH = 1
    REPEAT = 2
    CONFLICT = 3


class TooScattered(Exception):
    """The file jumps about in time more often than can be remembered."""


class _Run:
    """Readings of one length without a break; it can grow at both ends."""

    __slots__ = ("after", "before", "end", "seconds", "start", "zero")

    def __init__(self, start: int, seconds: int, mark: int) -> None:
        self.start = self.zero = start
        self.seconds = seconds
        self.end = start + seconds
        self.after = array("I", (mark,))
        self.before: array[int] | None = None

    def mark_at(self, start: int) -> int | None:
        """The mark of the reading that starts exactly here."""
        index, odd = divmod(start - self.zero, self.seconds)
        if odd:
            return None
        if index >= 0:
            return self.after[index]
        return self.before[-index - 1] if self.before is not None else None

    def append(self, mark: int) -> None:
        self.after.append(mark)
        self.end += self.seconds

    def prepend(self, mark: int) -> None:
        if self.before is None:
            self.before = array("I")
        self.before.append(mark)
        self.start -= self.seconds


class Coverage:
    """Remembers the readings of one register well enough to know repeats from contradictions.

    A reading is remembered as a 32-bit mark of its amount and cost inside a run of equal, unbroken
    intervals; so 20 million readings take about 80 MB.
    """

    def __init__(self, budget: list[int] | None = None) -> None:
        self._runs: list[_Run] = []
        self._last: _Run | None = None
        self._budget = budget if budget is not None else [MOST_RUNS]

    def slip(self, start: int, seconds: int) -> int:
        """How far a day or longer period reaches back over the one before by a clock change, in seconds.

        Bills are laid out in local days; feeds that add the autumn hour to one period without moving the
        next make the two overlap by exactly that hour.
        """
        if seconds < DAY_OR_SO or not self._runs:
            return 0
        at = bisect_right(self._runs, start, key=_start) - 1
        run = self._runs[at]
        over = run.end - start
        if at < 0 or not 0 < over <= CLOCK_CHANGE or run.seconds < DAY_OR_SO:
            return 0
        return over

    def claim(self, start: int, seconds: int, mark: int) -> Claim:
        """Take a stretch of time for a reading, or say that it is taken."""
        run = self._last
        if run is not None and start == run.end and run.seconds == seconds and run is self._runs[-1]:
            run.append(mark)
            return Claim.FRESH
        return self._claim_anywhere(start, seconds, mark)

    def _claim_anywhere(self, start: int, seconds: int, mark: int) -> Claim:
        at = bisect_right(self._runs, start, key=_start) - 1
        before = self._runs[at] if at >= 0 else None
        after = self._runs[at + 1] if at + 1 < len(self._runs) else None
        if before is not None and start < before.end:
            return _compare(before, start, seconds, mark)
        if after is not None and start + seconds > after.start:
            return Claim.CONFLICT
        if before is not None and start == before.end and seconds == before.seconds:
            before.append(mark)
            self._last = before
        elif after is not None and start + seconds == after.start and seconds == after.seconds:
            after.prepend(mark)
        else:
            self._add(at + 1, _Run(start, seconds, mark))
        return Claim.FRESH

    def _add(self, at: int, run: _Run) -> None:
        if self._budget[0] <= 0:
            raise TooScattered
        self._budget[0] -= 1
        self._runs.insert(at, run)
        self._last = run


def _compare(run: _Run, start: int, seconds: int, mark: int) -> Claim:
    if seconds == run.seconds and run.mark_at(start) == mark:
        return Claim.REPEAT
    return Claim.CONFLICT


def mark_of(amount: int, cost_e5: int | None) -> int:
    """Squeeze what a reading says into 32 bits, the same in every run of the program."""
    return hash((amount, cost_e5 if cost_e5 is not None else -7)) & 0xFFFFFFFF
