"""How long each row of a table lasts, where only beginnings are given."""

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import Protocol, TypeVar

LOOK_AHEAD = 200
"""Rows looked at first to learn the usual distance."""


class Dated(Protocol):
    """A row with a beginning."""

    @property
    def start(self) -> int:
        """Epoch seconds."""
        ...


D = TypeVar("D", bound=Dated)


def spaced(rows: Iterable[D]) -> Iterator[tuple[D, int | None, bool]]:
    """Each row with the seconds to its neighbour, and whether it is the last.

    A row reaches to the next one (or, in a file sorted newest first, to the one before), but never over a
    gap: where the distance is more than half as long again as usual, the usual length stands. None where
    nothing can be learnt: a single row, or a last one of periods longer than two days.
    """
    stream = iter(rows)
    first = list(islice(stream, LOOK_AHEAD))
    gaps = sorted(abs(b.start - a.start) for a, b in pairwise(first) if a.start != b.start)
    usual = gaps[(len(gaps) - 1) // 2] if gaps else None
    falling = sum(b.start < a.start for a, b in pairwise(first)) * 2 > max(len(first) - 1, 1)
    before: D | None = None
    current: D | None = None
    for following in _then(first, stream):
        if current is not None:
            neighbour = before if falling else following
            yield current, _length(current, neighbour, usual), False
        before, current = current, following
    if current is not None:
        yield current, _length(current, before if falling else None, usual), True


def _then(first: list[D], rest: Iterator[D]) -> Iterator[D]:
    yield from first
    yield from rest


def _length(row: Dated, neighbour: Dated | None, usual: int | None) -> int | None:
    if usual is None:
        return None
    if neighbour is None:
        return usual if usual <= 2 * 86_400 else None
    distance = neighbour.start - row.start
    return distance if 0 < distance <= usual * 3 // 2 else usual
