"""Reading a table of intervals: start (ISO with offset), use, and what else a company's export offers."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from portal_app.portals.energy.formats import columns
from portal_app.portals.energy.formats.columns import (
    UNIT_WORDS,
    Header,
    NoOffset,
    NotANumber,
    NotATime,
    shown,
)
from portal_app.portals.energy.formats.coverage import Claim, Coverage, TooScattered, mark_of
from portal_app.portals.energy.formats.espi_readings import (
    MOST_COST,
    Refused,
    check_amount,
    check_period,
    when,
)
from portal_app.portals.energy.formats.items import (
    AMOUNT_SCALE,
    COST_SCALE,
    GAS_UNITS,
    Item,
    Problem,
    Quality,
    Reading,
    RegisterFound,
    Tally,
    Unit,
)
from portal_app.portals.energy.formats.opening import CutShort, Progress, Source, TooMuch
from portal_app.portals.energy.formats.problems import Problems, things
from portal_app.portals.energy.formats.spacing import spaced

MEND = "The table needs a column `start` (such as 2011-01-01T00:00-08:00) and a column `kWh`."

QUALITY_WORDS: dict[str, Quality] = {
    "": "actual", "actual": "actual", "a": "actual", "measured": "actual", "valid": "actual", "ok": "actual",
    "read": "actual", "real": "actual", "estimated": "estimated", "estimate": "estimated", "est": "estimated",
    "e": "estimated", "customer": "customer", "c": "customer", "self": "customer", "self-read": "customer",
    "missing": "missing", "m": "missing",
}  # fmt: skip

NO_AMOUNT = {"", "nan", "null", "none", "n/a", "na", "-"}


class _Row(NamedTuple):
    line: int
    start: int
    seconds: int | None
    amount: int | None
    unit: Unit
    cost_e5: int | None
    currency: str | None
    quality: Quality


class _Table:
    """One table while its rows go by."""

    def __init__(self, source: Source, unit: str | None) -> None:
        self.source = source
        self.problems = Problems("row")
        self.out: list[Problem] = []
        self.rows_seen = 0
        self.given = 0
        self.repeated = 0
        self.fatal: Problem | None = None
        self.lines = 0
        self.header: Header | None = None
        self._unit = unit
        self._coverage: dict[str, Coverage] = {}

    def tell(self, code: str, sentence: str, line: int) -> None:
        problem = self.problems.each(code, sentence, line)
        if problem is not None:
            self.out.append(problem)

    def rows(self) -> Iterator[_Row]:
        """The rows that can be read, in the order of the file, down to where it breaks off."""
        try:
            yield from self._rows()
        except (CutShort, TooMuch) as stop:
            self.fatal = stopped(stop, f"row {self.lines:,}")

    def _rows(self) -> Iterator[_Row]:
        for line in columns.lines_of(self.source):
            self.lines = line.number
            if self.header is None:
                self.header = columns.read_header(line.text or "", line.number)
                if self.header is None and line.number >= columns.HEADER_WITHIN:
                    return
                continue
            if line.text is None:
                self.rows_seen += 1
                self.tell("line_too_long", "This row is longer than 64 KB and was left out.", line.number)
            elif line.text.strip(" \t,;|\x00\x1a"):
                row = self._row(line.number, line.text, self.header)
                if row is not None:
                    yield row

    def _row(self, line: int, text: str, header: Header) -> _Row | None:
        self.rows_seen += 1
        try:
            return self._understood(line, columns.split(text, header.delimiter), header)
        except NoOffset:
            self.problems.once("no_offset", columns.no_offset, line, readings=1)
        except Refused as refused:
            self.tell(refused.code, refused.sentence, line)
        return None

    def _understood(self, line: int, cells: list[str], header: Header) -> _Row:
        if len(cells) <= max(header.columns["start"], header.columns["amount"]):
            raise Refused(
                "short_row", f"Only {things(len(cells), 'cell')} here, fewer than the header names."
            )
        start = _moment(header.cell(cells, "start"), "start")
        check_period(start, 1)
        unit, factor = self._unit_of(header, cells, line)
        text = header.cell(cells, "amount")
        quality = self._quality(header.cell(cells, "quality"), line)
        missing = quality == "missing" or text.lower() in NO_AMOUNT
        amount = None if missing else self._amount(text, factor, header.delimiter, line)
        seconds = self._seconds(header, cells, start)
        cost = self._cost(header.cell(cells, "cost"), header.delimiter, line)
        currency = header.cell(cells, "currency") or header.units.get("cost", "")
        return _Row(line, start, seconds, amount, unit, cost, _currency(currency), quality)

    def _unit_of(self, header: Header, cells: list[str], line: int) -> tuple[Unit, int]:
        word = header.cell(cells, "unit") or header.units.get("amount") or self._unit
        if not word:
            self.problems.once("unit_assumed", _assumed, line)
            word = "kwh"
        if word.lower() not in UNIT_WORDS:
            raise Refused(
                "unit_unknown", f"The unit “{shown(word)}” is not known; use kWh, Wh, therm, m3, ft3 or BTU."
            )
        return UNIT_WORDS[word.lower()]

    def _amount(self, text: str, factor: int, delimiter: str, line: int) -> int:
        try:
            amount, exact = columns.scaled(columns.number(text, delimiter), factor * AMOUNT_SCALE)
        except NotANumber:
            raise Refused("not_a_number", f"The use “{shown(text)}” is not a number.") from None
        if not exact:
            self.problems.once("rounded", _rounded, line)
        return amount

    def _seconds(self, header: Header, cells: list[str], start: int) -> int | None:
        end = header.cell(cells, "end")
        if end:
            return _moment(end, "end") - start
        for column, factor in (("seconds", 1), ("minutes", 60)):
            text = header.cell(cells, column)
            if text:
                try:
                    return int(columns.number(text, header.delimiter) * factor)
                except NotANumber:
                    raise Refused("not_a_number", f"The length “{shown(text)}” is not a number.") from None
        return None

    def _cost(self, text: str, delimiter: str, line: int) -> int | None:
        if text.lower() in NO_AMOUNT:
            return None
        try:
            cost, _ = columns.scaled(columns.number(text.lstrip("$€£ "), delimiter), COST_SCALE)
        except NotANumber:
            cost = MOST_COST + 1
        if abs(cost) > MOST_COST:
            self.problems.once("bad_cost", _bad_cost, line)
            return None
        return cost

    def _quality(self, text: str, line: int) -> Quality:
        quality = QUALITY_WORDS.get(text.lower())
        if quality is None:
            self.problems.once("quality_unknown", _quality_unknown, line)
        return quality or "estimated"

    def readings(self) -> Iterator[Item]:
        """Registers and readings, each with its length."""
        for row, usual, last in spaced(self.rows()):
            yield from self._told()
            if row.amount is None:
                self._blank(row, last=last)
                continue
            try:
                yield from self._reading(row, row.amount, row.seconds if row.seconds is not None else usual)
            except Refused as refused:
                self.tell(refused.code, refused.sentence, row.line)
        yield from self._told()

    def _told(self) -> Iterator[Problem]:
        yield from self.out
        self.out.clear()

    def _blank(self, row: _Row, *, last: bool) -> None:
        """A row without an amount stays a gap; as the last row it only says where the one before ends."""
        if not last or self.rows_seen == 1:
            self.problems.once("no_value", _no_value, row.line, readings=1)

    def _reading(self, row: _Row, amount: int, seconds: int | None) -> Iterator[Item]:
        if seconds is None:
            raise Refused(
                "no_length",
                f"Nothing says how long the period from {when(row.start)} lasts; add a column"
                " `end` or `seconds`.",
            )
        check_period(row.start, seconds)
        check_amount(row.start, seconds, amount, row.unit)
        ref = f"csv/{row.unit}"
        coverage = self._coverage.get(ref)
        if coverage is None:
            coverage = self._coverage[ref] = Coverage()
            commodity = "gas" if row.unit in GAS_UNITS else "electricity"
            yield RegisterFound(ref, "", commodity, row.unit, row.currency, interval_seconds=seconds)
        claim = coverage.claim(row.start, seconds, mark_of(amount, row.cost_e5))
        if claim is Claim.REPEAT:
            self.repeated += 1
        elif claim is Claim.CONFLICT:
            raise Refused(
                "overlap",
                f"The period from {when(row.start)} overlaps an earlier row that says something else; the"
                " earlier one was kept.",
            )
        else:
            self.given += 1
            yield Reading(
                ref, row.start, seconds, amount, row.unit, row.cost_e5, row.currency, row.quality, row.line
            )


def read_csv_intervals(
    stream: BinaryIO, *, unit: str | None = None, on_progress: Progress | None = None
) -> Iterator[Item]:
    """Read a table of intervals, plain or gzipped, in flat memory.

    Columns in any order and many words: `start` (ISO 8601 with an offset, or epoch seconds), `kWh` or an
    amount with a unit in its heading or its own column, and optionally `end`, `seconds` or `minutes`,
    `quality`, `cost`, `currency`. Commas, semicolons (then with decimal commas), tabs or bars; a byte-order
    mark and lines above the header do no harm. `unit` is taken where the table names none, else kWh.
    Yields as `read_espi` does.
    """
    with Source(stream, on_progress=on_progress) as source:
        yield from _items(source, unit)


def _items(source: Source, unit: str | None) -> Iterator[Item]:
    table = _Table(source, unit)
    try:
        yield from table.readings()
    except TooScattered as stop:
        table.fatal = stopped(stop, f"row {table.lines:,}")
    fatal = table.fatal
    if fatal is None and (table.header is None or "amount" not in table.header.columns):
        fatal = Problem("no_header", f"No header was found. {MEND}", "row 1", fatal=True)
    elif fatal is None and table.rows_seen == 0:
        table.problems.once("no_readings", lambda _count: "The table has a header but no rows.", 0)
    yield from table.problems.rest()
    if fatal is not None:
        yield fatal
    refused = table.problems.refused
    yield Tally(table.given + table.repeated + refused, table.repeated, refused, source.done, table.lines)


def stopped(stop: Exception, where: str) -> Problem:
    """Say in one sentence why reading a table could not go on."""
    match stop:
        case CutShort():
            code, sentence = "truncated", "The compressed file ends in the middle. Download it again, whole."
        case TooMuch():
            code, sentence = "too_large", "The file unfolds to more than 16 GB. Split it by year."
        case _:
            code, sentence = (
                "too_scattered",
                (
                    "The rows jump back and forth in time too often to be checked for overlaps."
                    " Sort them by start."
                ),
            )
    return Problem(code, f"{sentence} The rows before {where} were kept.", where, fatal=True)


def _moment(text: str, column: str) -> int:
    try:
        return columns.moment(text)
    except NotATime:
        raise Refused(
            "not_a_time", f"The {column} “{shown(text)}” is not a time; write it as 2011-01-01T00:00-08:00."
        ) from None


def _currency(text: str) -> str | None:
    sign = {"$": "USD", "€": "EUR", "£": "GBP"}.get(text)
    code = text.upper()
    return sign or (code if len(code) == 3 and code.isascii() and code.isalpha() else None)


def _assumed(count: int) -> str:
    return f"The table does not say its unit; {things(count, 'amount')} were taken as kWh."


def _rounded(count: int) -> str:
    return f"{things(count, 'amount')} finer than a thousandth of the unit were rounded to it."


def _bad_cost(count: int) -> str:
    return f"{things(count, 'cost')} could not be read as money; the readings were kept without a cost."


def _quality_unknown(count: int) -> str:
    return (
        f"{things(count, 'row')} had a quality nobody knows (use actual, estimated or customer); marked as"
        " estimated."
    )


def _no_value(count: int) -> str:
    return f"{things(count, 'row')} had no amount; those times stay gaps."
