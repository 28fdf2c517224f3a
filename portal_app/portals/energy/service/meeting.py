"""Readings that come in meeting those that are stored: new, known word for word, or saying something else."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from portal_app.portals.energy.formats.espi_readings import when
from portal_app.portals.energy.formats.items import Problem
from portal_app.portals.energy.formats.problems import Problems, things


class Met(Enum):
    """What a reading meets at its time."""

    NEW = 1
    KNOWN = 2
    CLASH = 3


class Piece(NamedTuple):
    """One stretch of time in epoch seconds, an amount for it, and perhaps a cost."""

    start: int
    seconds: int
    amount: int
    cost: int | None = None

    def repeats(self, other: "Piece") -> bool:
        """Whether this says nothing that the other does not say; no cost says nothing of the cost."""
        return self[:3] == other[:3] and self.cost in (None, other.cost)


def meet(arrived: Iterable[Piece], stored: Iterable[Piece]) -> Iterator[Met]:
    """Say of each arrived piece what it meets; both in order of time, neither overlapping itself.

    The first stays (invariant I13-3): only a piece whose whole stretch is free is new.
    """
    rest = iter(stored)
    here = next(rest, None)
    for piece in arrived:
        while here is not None and here.start + here.seconds <= piece.start:
            here = next(rest, None)
        if here is None or here.start >= piece.start + piece.seconds:
            yield Met.NEW
        else:
            yield Met.KNOWN if piece.repeats(here) else Met.CLASH


class Refusals:
    """Readings left out one after another, told in one sentence a block."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self._open: tuple[str, str, int, int, int] | None = None
        self._line = 0
        self._last_line = 0

    def out(self, code: str, unit: str, start: int, line: int) -> Problem | None:
        """One more is left out; gives the sentence of the block before where this begins another."""
        told = None
        if self._open is not None and self._open[:2] != (code, unit):
            told = self.close()
        if self._open is None:
            self._open, self._line = (code, unit, start, start, 1), line
        else:
            _, _, first, last, count = self._open
            self._open = (code, unit, min(first, start), max(last, start), count + 1)
        self._last_line = line
        return told

    def close(self) -> Problem | None:
        """A good reading came, or the end: tell the block that was open."""
        if self._open is None:
            return None
        code, unit, first, last, count = self._open
        self._open = None
        span = when(first) if count == 1 else f"{when(first)} to {when(last)}"
        down = "" if count == 1 else f", down to {self.problems.where(self._last_line)}"
        sentence = _SENTENCES[code](things(count, "reading"), span, unit, count == 1) + down + _ENDS[code]
        return self.problems.each(code, sentence, self._line, readings=count)


def _clash(what: str, span: str, unit: str, one: bool) -> str:
    verb = "says" if one else "say"
    return f"{what} of {span} ({unit}) {verb} something else than what is stored for that time"


def _future(what: str, span: str, unit: str, one: bool) -> str:
    return f"{what} of {span} ({unit}) {'lies' if one else 'lie'} in the future"


_SENTENCES = {"overlap_stored": _clash, "future": _future}
_ENDS = {
    "overlap_stored": "; the stored ones were kept.",
    "future": "; left out. Check the dates and the clock of the meter.",
}
