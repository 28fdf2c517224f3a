"""Tables in text files: lines within bounds, headers in whatever words, cells as exact numbers and times."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from portal_app.portals.energy.formats.items import Unit
from portal_app.portals.energy.formats.opening import Source

LONGEST_LINE = 65_536
HEADER_WITHIN = 40
"""Lines in which the header has to turn up; exports often put name and address first."""

UNIT_WORDS: dict[str, tuple[Unit, int]] = {
    "wh": ("Wh", 1), "kwh": ("Wh", 1_000), "mwh": ("Wh", 1_000_000),
    "therm": ("therm", 1), "therms": ("therm", 1), "thm": ("therm", 1), "dth": ("therm", 10),
    "m3": ("m3", 1), "m³": ("m3", 1), "cubic meters": ("m3", 1), "cubic metres": ("m3", 1),
    "ft3": ("ft3", 1), "ft³": ("ft3", 1), "cf": ("ft3", 1), "ccf": ("ft3", 100), "mcf": ("ft3", 1_000),
    "btu": ("BTU", 1), "kbtu": ("BTU", 1_000), "mmbtu": ("BTU", 1_000_000),
}  # fmt: skip
"""Words for units of energy and gas, and how many of ours they are."""

TEMPERATURE_UNITS = {
    "f": "F",
    "°f": "F",
    "degf": "F",
    "fahrenheit": "F",
    "c": "C",
    "°c": "C",
    "degc": "C",
    "celsius": "C",
}

_ALIASES = {
    "start": "start,start time,starttime,interval start,start date,start date time,from,timestamp,datetime,"
    "date time,dt,time,date,utc,beginn,von,zeit,datum",
    "end": "end,end time,endtime,interval end,end date,to,until,ende,bis",
    "seconds": "seconds,duration,interval seconds,duration s,length",
    "minutes": "minutes,interval minutes,duration minutes",
    "amount": "usage,use,value,amount,consumption,energy,quantity,reading,verbrauch,wert",
    "unit": "unit,units,uom,einheit",
    "quality": "quality,status,read type,reading type,quality flag,quelle",
    "cost": "cost,costs,charge,kosten",
    "currency": "currency,waehrung,währung",
    "temperature": "temp,temperature,temperature 2m,air temperature,outdoor temperature,dry bulb,temperatur",
}  # fmt: skip
_COLUMN_OF = {alias: column for column, aliases in _ALIASES.items() for alias in aliases.split(",")}
_TEMPERATURE_WORDS = {
    "tempf": "F", "temp f": "F", "temperature f": "F", "temperaturef": "F",
    "tempc": "C", "temp c": "C", "temperature c": "C", "temperaturec": "C",
}  # fmt: skip
_IN_BRACKETS = re.compile(r"^(.*?)\s*[(\[]\s*([^)\]]+?)\s*[)\]]\s*$")


class NotANumber(Exception):
    """A cell is not a number that can be used."""


class NoOffset(Exception):
    """A time does not say how far it is from UTC."""


class NotATime(Exception):
    """A cell is not a date and time."""


@dataclass(frozen=True, slots=True)
class Header:
    """Which column is which; `units` holds what a column's own heading says about its unit."""

    columns: dict[str, int]
    units: dict[str, str]
    delimiter: str
    row: int = 0

    def cell(self, cells: list[str], column: str) -> str:
        """The text of a column in a row, empty where there is none."""
        at = self.columns.get(column)
        return cells[at].strip() if at is not None and at < len(cells) else ""


class Line(NamedTuple):
    """One line of a text file; `text` is None where it was too long to be one."""

    number: int
    text: str | None


def lines_of(source: Source) -> Iterator[Line]:
    """The lines of a file, decoded, each within a bound; numbers begin at 1."""
    chunk = source.read()
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(_encoding(chunk))(errors="replace"), translate=True
    )
    number, carry, too_long = 0, "", False
    while chunk:
        pieces = (carry + decoder.decode(chunk)).split("\n")
        carry = pieces.pop()
        for piece in pieces:
            number += 1
            fits = not too_long and len(piece) <= LONGEST_LINE
            yield Line(number, piece if fits else None)
            too_long = False
        if len(carry) > LONGEST_LINE:
            carry, too_long = "", True
        chunk = source.read()
    carry += decoder.decode(b"", final=True)
    if carry.strip("\n") or too_long:
        yield Line(number + 1, None if too_long else carry.strip("\n"))


def _encoding(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) > 4 and head[1:8:2].count(0) >= 2 and not head[0:8:2].count(0):
        return "utf-16-le"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def find_header(lines: Iterable[str]) -> Header | None:
    """The first line that names a time and something measured at it."""
    for row, line in enumerate(lines, 1):
        header = read_header(line, row)
        if header is not None:
            return header
    return None


def read_header(line: str, row: int) -> Header | None:
    """Understand one line as a header, if it is one."""
    line = line.lstrip("\ufeff")
    for delimiter in (",", ";", "\t", "|"):
        if delimiter in line:
            columns, units = _columns(split(line, delimiter))
            if "start" in columns and ("amount" in columns or "temperature" in columns):
                return Header(columns, units, delimiter, row)
    return None


def _columns(names: list[str]) -> tuple[dict[str, int], dict[str, str]]:
    columns: dict[str, int] = {}
    units: dict[str, str] = {}
    for at, name in enumerate(names):
        plain = re.sub(r"[\s_-]+", " ", name.strip().strip('"').lower())
        bracketed = _IN_BRACKETS.match(plain)
        if bracketed:
            plain = bracketed[1]
        column, unit = _column(plain)
        unit = bracketed[2] if bracketed else unit
        if column and column not in columns:
            columns[column] = at
            if unit:
                units[column] = unit
    return columns, units


def _column(name: str) -> tuple[str, str]:
    if name in UNIT_WORDS:
        return "amount", name
    if name in _TEMPERATURE_WORDS:
        return "temperature", _TEMPERATURE_WORDS[name].lower()
    last = name.rpartition(" ")
    if last[2] in UNIT_WORDS and _COLUMN_OF.get(last[0]) == "amount":
        return "amount", last[2]
    return _COLUMN_OF.get(name, ""), ""


def split(line: str, delimiter: str) -> list[str]:
    """The cells of one line; quotes never reach over its end."""
    if '"' not in line:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def number(text: str, delimiter: str = ",") -> Decimal:
    """An exact number, with a decimal point or, where columns are not split by commas, a comma.

    Raises NotANumber, also for what is not finite or absurdly long.
    """
    plain = text.replace("\u00a0", "").replace(" ", "").replace("'", "")
    if "," in plain:
        decimal_comma = delimiter != "," and plain.rfind(",") > plain.rfind(".")
        plain = plain.replace(".", "").replace(",", ".") if decimal_comma else plain.replace(",", "")
    try:
        value = Decimal(plain) if len(plain) <= 40 and "_" not in plain else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or abs(value.adjusted()) > 30:
        raise NotANumber
    return value


def scaled(value: Decimal, by: int) -> tuple[int, bool]:
    """A number times a whole one, as a whole one; and whether nothing was rounded away."""
    exact = value * by
    whole = int(exact.to_integral_value(ROUND_HALF_UP))
    return whole, whole == exact


def moment(text: str) -> int:
    """Epoch seconds of an ISO 8601 time with an offset, or of epoch seconds. Raises NoOffset and NotATime."""
    if text.isdecimal() and 9 <= len(text) <= 11:
        return int(text)
    try:
        when = datetime.fromisoformat(text)
        if when.tzinfo is not None:
            return int(when.timestamp() // 1)
    except (ValueError, OverflowError):
        if _LOOKS_LOCAL.match(text):
            raise NoOffset from None
        raise NotATime from None
    raise NoOffset


_LOOKS_LOCAL = re.compile(r"^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}([ T]+\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?)?$")


def no_offset(count: int) -> str:
    """What to say about times that do not say where they are."""
    rows = "1 row gives its time" if count == 1 else f"{count:,} rows give their times"
    return (
        f"{rows} without the offset from UTC, so nobody can tell which hour is meant when the clocks change;"
        " left out. Write times as 2011-01-01T00:00-08:00, or in UTC as 2011-01-01T08:00Z."
    )


def shown(text: str) -> str:
    """A piece of a cell that is safe to repeat in a sentence."""
    return "".join(c if c.isprintable() else "?" for c in text[:24])
