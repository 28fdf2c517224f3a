"""Reading outdoor temperatures, hourly or daily, from a table or from JSON."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, BinaryIO, Literal, NamedTuple, cast

from portal_app.portals.energy.formats import columns
from portal_app.portals.energy.formats.columns import TEMPERATURE_UNITS, NoOffset, NotANumber, NotATime, shown
from portal_app.portals.energy.formats.coverage import Claim, Coverage, TooScattered, mark_of
from portal_app.portals.energy.formats.csv_intervals import NO_AMOUNT, stopped
from portal_app.portals.energy.formats.espi_readings import Refused, check_period, when
from portal_app.portals.energy.formats.items import Problem, Tally, Temperature, WeatherItem
from portal_app.portals.energy.formats.opening import CutShort, Progress, Source, TooMuch
from portal_app.portals.energy.formats.problems import Problems, things
from portal_app.portals.energy.formats.sniff import CANNOT_READ, sniff
from portal_app.portals.energy.formats.spacing import spaced

Degree = Literal["F", "C"]

MOST_JSON = 8 * 1024**2
"""Bytes of JSON held at once: some twenty years of hours; a table has no such bound."""

COLDEST = {"C": -9_500, "F": -13_900}
HOTTEST = {"C": 6_500, "F": 14_900}
"""Hundredths of a degree beyond anything ever measured outdoors."""

_TIME_KEYS = ("start", "time", "dt", "timestamp", "datetime", "date")
_VALUE_KEYS = ("temperature", "temp", "tempF", "tempC", "temp_f", "temp_c", "temperature_2m", "value")
_UNIT_BY_KEY = {"tempF": "F", "temp_f": "F", "tempC": "C", "temp_c": "C"}

MEND = "Give each row a time with offset and a column `tempF` or `tempC`."


class _Row(NamedTuple):
    line: int
    start: int
    hundredths: int
    unit: Degree


class _Weather:
    """One weather file while its rows go by."""

    def __init__(self, place: str) -> None:
        self.problems = Problems(place)
        self.out: list[Problem] = []
        self.seen = 0
        self.given = 0
        self.repeated = 0
        self.last = 0
        self._coverage = Coverage()

    def row(self, line: int, time: str, value: str, unit: Degree, delimiter: str = ",") -> _Row | None:
        """One row, or None with the reason noted."""
        self.seen += 1
        self.last = line
        try:
            return self._understood(line, time, value, unit, delimiter)
        except NoOffset:
            self.problems.once("no_offset", columns.no_offset, line, readings=1)
        except NotATime:
            self._tell(
                "not_a_time", f"“{shown(time)}” is not a time; write it as 2016-01-01T00:00-06:00.", line
            )
        except NotANumber:
            self._tell("not_a_number", f"The temperature “{shown(value)}” is not a number.", line)
        except Refused as refused:
            self._tell(refused.code, refused.sentence, line)
        return None

    def _understood(self, line: int, time: str, value: str, unit: Degree, delimiter: str) -> _Row | None:
        start = columns.moment(time.strip())
        check_period(start, 1)
        if value.strip().lower() in NO_AMOUNT:
            self.problems.once("no_value", _no_value, line, readings=1)
            return None
        hundredths, _ = columns.scaled(columns.number(value.strip(), delimiter), 100)
        if not COLDEST[unit] <= hundredths <= HOTTEST[unit]:
            raise Refused(
                "absurd_value",
                f"{shown(value)} °{unit} at {when(start)} is beyond any weather and was left out.",
            )
        return _Row(line, start, hundredths, unit)

    def _tell(self, code: str, sentence: str, line: int) -> None:
        problem = self.problems.each(code, sentence, line)
        if problem is not None:
            self.out.append(problem)

    def temperatures(self, rows: Iterator[_Row]) -> Iterator[WeatherItem]:
        """Rows with their lengths, without repeats and overlaps."""
        for row, seconds, _last in spaced(rows):
            yield from self.out
            self.out.clear()
            try:
                reading = self._reading(row, seconds)
                if reading is not None:
                    self.given += 1
                    yield reading
            except Refused as refused:
                self._tell(refused.code, refused.sentence, row.line)
        yield from self.out
        self.out.clear()

    def _reading(self, row: _Row, seconds: int | None) -> Temperature | None:
        if seconds is None:
            raise Refused("no_length", "A single row does not say how long its temperature held; left out.")
        check_period(row.start, seconds)
        claim = self._coverage.claim(row.start, seconds, mark_of(row.hundredths, None))
        if claim is Claim.REPEAT:
            self.repeated += 1
            return None
        if claim is Claim.CONFLICT:
            raise Refused(
                "overlap",
                f"The temperature of {when(row.start)} overlaps an earlier row that says something else; the"
                " earlier one was kept.",
            )
        return Temperature(row.start, seconds, row.hundredths, row.unit, row.line)


def read_weather(stream: BinaryIO, *, on_progress: Progress | None = None) -> Iterator[WeatherItem]:
    """Read outdoor temperatures, plain or gzipped: a table in flat memory, or JSON of up to 8 MB.

    A table has a time (ISO 8601 with an offset, or epoch seconds) and `tempF`, `tempC` or `temperature
    (°F)`. JSON is a list of objects with the like keys, `{"unit": "F", "readings": [...]}`, or the lists of
    hours that weather services send (`hourly` and `hourly_units`). Yields Temperatures in hundredths of a
    degree, Problems and last a Tally; never raises for what is in the file.
    """
    with Source(stream, on_progress=on_progress) as source:
        yield from _items(source)


def _items(source: Source) -> Iterator[WeatherItem]:
    try:
        head = source.read()
    except (CutShort, TooMuch) as stop:
        yield stopped(stop, "the beginning")
        yield Tally(0, 0, 0, source.done, 0)
        return
    source.back_to((0, 0))
    sniffed = sniff(head)
    if sniffed.format == "weather_json":
        yield from _json(source)
    elif sniffed.sentence and sniffed.format != "unknown":
        yield Problem(sniffed.format, CANNOT_READ[sniffed.format], "the whole file", fatal=True)
        yield Tally(0, 0, 0, source.done, 0)
    else:
        yield from _table(source)


def _finish(weather: _Weather, source: Source, fatal: Problem | None) -> Iterator[WeatherItem]:
    if fatal is None and weather.seen == 0:
        weather.problems.once("no_readings", lambda _count: "The file holds no temperatures.", 0)
    yield from weather.problems.rest()
    if fatal is not None:
        yield fatal
    refused = weather.problems.refused
    yield Tally(
        weather.given + weather.repeated + refused, weather.repeated, refused, source.done, weather.last
    )


def _table(source: Source) -> Iterator[WeatherItem]:
    weather = _Weather("row")
    fatal: list[Problem] = []
    try:
        yield from weather.temperatures(_table_rows(source, weather, fatal))
    except TooScattered as stop:
        fatal.append(stopped(stop, f"row {weather.last:,}"))
    yield from _finish(weather, source, fatal[0] if fatal else None)


def _table_rows(source: Source, weather: _Weather, fatal: list[Problem]) -> Iterator[_Row]:
    lines = _unbroken(columns.lines_of(source), weather, fatal)
    header = _header(lines)
    if fatal:
        return
    if header is None or "temperature" not in header.columns:
        sentence = f"No header with a temperature was found. {MEND}"
        fatal.append(Problem("no_header", sentence, "row 1", fatal=True))
        return
    unit = _degree(header.units.get("temperature", ""))
    if unit is None:
        fatal.append(_no_unit(f"row {header.row:,}"))
        return
    for line in lines:
        text = line.text or ""
        if text.strip(" \t,;|\x00\x1a"):
            cells = columns.split(text, header.delimiter)
            time, value = header.cell(cells, "start"), header.cell(cells, "temperature")
            row = weather.row(line.number, time, value, unit, header.delimiter)
            if row is not None:
                yield row


def _unbroken(
    lines: Iterator[columns.Line], weather: _Weather, fatal: list[Problem]
) -> Iterator[columns.Line]:
    """The lines down to where a compressed file breaks off."""
    try:
        yield from lines
    except (CutShort, TooMuch) as stop:
        fatal.append(stopped(stop, f"row {weather.last:,}"))


def _header(lines: Iterator[columns.Line]) -> columns.Header | None:
    for line in lines:
        header = columns.read_header(line.text or "", line.number)
        if header is not None or line.number >= columns.HEADER_WITHIN:
            return header
    return None


def _no_unit(where: str) -> Problem:
    return Problem(
        "unit_missing",
        "Nothing says whether the temperatures are in Fahrenheit or Celsius. Name the column"
        " `tempF` or `tempC`.",
        where,
        fatal=True,
    )


def _degree(text: str) -> Degree | None:
    return cast("Degree | None", TEMPERATURE_UNITS.get(text.strip().lower()))


def _json(source: Source) -> Iterator[WeatherItem]:
    weather = _Weather("entry")
    fatal: list[Problem] = []
    try:
        yield from weather.temperatures(_json_rows(_loaded(source), weather, fatal))
    except (CutShort, TooScattered) as stop:
        fatal.append(stopped(stop, f"entry {weather.last:,}"))
    except TooMuch:
        sentence = "This JSON is larger than 8 MB. Bring the temperatures as CSV, which has no such bound."
        fatal.append(Problem("too_large", sentence, "the whole file", fatal=True))
    except json.JSONDecodeError as broken:
        sentence = f"The JSON is broken or cut off at line {broken.lineno:,}; nothing was read."
        fatal.append(Problem("broken_json", sentence, f"line {broken.lineno:,}", fatal=True))
    except (RecursionError, ValueError):
        sentence = "The JSON cannot be read: it is nested too deep or not in UTF-8; nothing was read."
        fatal.append(Problem("broken_json", sentence, "the whole file", fatal=True))
    yield from _finish(weather, source, fatal[0] if fatal else None)


def _loaded(source: Source) -> Any:
    pieces = bytearray()
    while chunk := source.read():
        pieces += chunk
        if len(pieces) > MOST_JSON:
            raise TooMuch
    return json.loads(bytes(pieces), parse_float=str, parse_int=str, parse_constant=str)


def _json_rows(document: Any, weather: _Weather, fatal: list[Problem]) -> Iterator[_Row]:
    unit: Degree | None = None
    if isinstance(document, dict):
        for name in ("hourly", "daily"):
            if isinstance(document.get(name), dict):
                document = _from_lists(document, name)
                break
        unit = _degree(str(document.get("unit", "")))
        document = next((v for v in document.values() if isinstance(v, list)), None)
    if not isinstance(document, list):
        sentence = (
            f"The JSON holds no list of temperatures. {MEND.replace('column', 'key').replace('row', 'entry')}"
        )
        fatal.append(Problem("no_header", sentence, "the whole file", fatal=True))
        return
    for line, entry in enumerate(document, 1):
        row = _json_row(line, entry, unit, weather, fatal)
        if fatal:
            return
        if row is not None:
            yield row


def _json_row(
    line: int, entry: Any, unit: Degree | None, weather: _Weather, fatal: list[Problem]
) -> _Row | None:
    fields = entry if isinstance(entry, dict) else {}
    time = next((fields[key] for key in _TIME_KEYS if key in fields), "")
    key = next((key for key in _VALUE_KEYS if key in fields), "")
    own = _UNIT_BY_KEY.get(key) or str(fields.get("unit", ""))
    degree = _degree(own) or unit
    if key and degree is None:
        fatal.append(_no_unit(f"entry {line:,}"))
        return None
    value = fields.get(key)
    return weather.row(line, str(time), "" if value is None else str(value), degree or "C")


def _from_lists(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Turn a service's parallel lists into entries, placing its local times by the offset it states."""
    lists = document[name]
    key = next((key for key in lists if key.startswith("temperature_2m")), "temperature_2m")
    units = document.get(f"{name}_units")
    unit = str(units.get(key, "")) if isinstance(units, dict) else ""
    times, values = lists.get("time"), lists.get(key)
    if not isinstance(times, list) or not isinstance(values, list):
        return {}
    offset = str(document.get("utc_offset_seconds", ""))
    placed = [_placed(str(time), offset) for time in times]
    entries = [{"time": t, "temperature": v} for t, v in zip(placed, values, strict=False)]
    return {"unit": unit, "readings": entries}


def _placed(time: str, offset: str) -> str:
    """A local time with the offset the document gives for all of them."""
    try:
        moment = datetime.fromisoformat(time)
        if moment.tzinfo is None and offset:
            zone = timezone(timedelta(seconds=int(offset)))
            return moment.replace(tzinfo=zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return time
    return time


def _no_value(count: int) -> str:
    return f"{things(count, 'row')} had no temperature; those times stay gaps."
