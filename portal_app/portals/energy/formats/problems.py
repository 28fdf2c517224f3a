"""Collecting what is wrong with a file without drowning in it."""

from collections.abc import Callable, Iterator

from portal_app.portals.energy.formats.items import Problem

SHOWN_PER_CODE = 100
"""Beyond this many of one sort, problems are counted and no longer told one by one."""


class _Group:
    """A problem that is told once, however many rows have it."""

    __slots__ = ("count", "line", "readings", "sentence")

    def __init__(self, sentence: Callable[[int], str], line: int) -> None:
        self.sentence, self.line, self.count, self.readings = sentence, line, 0, 0


class Problems:
    """The problems of one file: some told each, some told once with a count."""

    def __init__(self, place: str = "line") -> None:
        self._place = place
        self._told: dict[str, int] = {}
        self._hidden: dict[str, list[int]] = {}
        self._groups: dict[str, _Group] = {}
        self.refused = 0

    def where(self, line: int) -> str:
        """Name a place in the file."""
        return f"{self._place} {line:,}"

    def each(self, code: str, sentence: str, line: int, readings: int = 1) -> Problem | None:
        """Tell one problem, or only count it when there were many of its sort."""
        self.refused += readings
        told = self._told.get(code, 0)
        if told >= SHOWN_PER_CODE:
            hidden = self._hidden.setdefault(code, [line, 0, 0])
            hidden[1] += 1
            hidden[2] += readings
            return None
        self._told[code] = told + 1
        return Problem(code, sentence, self.where(line), readings=readings)

    def once(self, code: str, sentence: Callable[[int], str], line: int, readings: int = 0) -> None:
        """Count a problem of the whole file; `sentence` is asked for its words with the final count."""
        self.refused += readings
        group = self._groups.get(code)
        if group is None:
            group = self._groups[code] = _Group(sentence, line)
        group.count += 1
        group.readings += readings

    def rest(self) -> Iterator[Problem]:
        """Tell, at the end of the file, what was only counted until then."""
        for code, group in self._groups.items():
            where = self.where(group.line) if group.line else "the whole file"
            yield Problem(
                code, group.sentence(group.count), where, readings=group.readings, count=group.count
            )
        for code, (line, count, readings) in self._hidden.items():
            sentence = f"There are {count:,} more of this sort, the first of them here."
            yield Problem(code, sentence, self.where(line), readings=readings, count=count)


def things(count: int, one: str, many: str | None = None) -> str:
    """Count something in words: '1 reading', '2 readings'."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
