"""Writing readings out again: Green Button “Download My Data” XML, and a table for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import islice
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from portal_app.portals.energy.formats.items import (
    AMOUNT_SCALE,
    COST_SCALE,
    CURRENCIES,
    Quality,
    Reading,
    RegisterFound,
    SummaryFound,
    TimeRules,
    UsagePointFound,
)

PER_BLOCK = 744
"""Readings an IntervalBlock holds: a month of hours."""

_UOM = {"Wh": 72, "m3": 42, "ft3": 119, "BTU": 132, "therm": 169}
_KIND = {"electricity": 0, "gas": 1}
_COMMODITY = {"electricity": 1, "gas": 7}
_FLOW = {"delivered": 1, "received": 19, "net": 4}
_CODE = {letters: number for number, letters in CURRENCIES.items()}
_QUALITY: dict[Quality, tuple[int, ...]] = {
    "actual": (),
    "estimated": (8,),
    "customer": (7, 16),
    "missing": (),
}


@dataclass(frozen=True, slots=True)
class ExportPart:
    """One usage point with one register, its readings in order of time, and its bills."""

    usage_point: UsagePointFound
    register: RegisterFound
    readings: Iterable[Reading]
    summaries: tuple[SummaryFound, ...] = field(default=())


def write_espi(
    parts: Iterable[ExportPart], *, made_at: datetime, time_rules: TimeRules | None = None
) -> Iterator[bytes]:
    """Write a Green Button feed piece by piece; `read_espi` gets the same readings back.

    Amounts are written in thousandths of the unit (powerOfTenMultiplier -3), so nothing is rounded.
    `made_at` has to carry an offset. A reading of quality `missing` is a gap and is not written.
    """
    stamp = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">\n'
        f"<id>urn:uuid:{uuid5(NAMESPACE_URL, stamp)}</id>\n<title>Green Button: Download My Data</title>\n"
        f"<updated>{stamp}</updated>\n"
    ).encode()
    if time_rules is not None:
        yield _entry("LocalTimeParameters/01", "", (), "Local time", stamp, _local_time(time_rules))
    for number, part in enumerate(parts, 1):
        yield from _part(number, part, stamp)
    yield b"</feed>\n"


def _part(number: int, part: ExportPart, stamp: str) -> Iterator[bytes]:
    point = f"UsagePoint/{number:02}"
    meter = f"{point}/MeterReading/01"
    kind = f"ReadingType/{number:02}"
    commodity = part.usage_point.commodity
    commodity = part.register.commodity if commodity == "unknown" else commodity
    service = f"<espi:ServiceCategory><espi:kind>{_KIND.get(commodity, 0)}</espi:kind></espi:ServiceCategory>"
    yield _entry(
        point,
        "UsagePoint",
        (f"{point}/MeterReading", f"{point}/UsageSummary", "LocalTimeParameters/01"),
        part.usage_point.title,
        stamp,
        f"<espi:UsagePoint>{service}</espi:UsagePoint>",
    )
    links = (f"{meter}/IntervalBlock", kind)
    yield _entry(meter, f"{point}/MeterReading", links, part.register.title, stamp, "<espi:MeterReading/>")
    yield _entry(kind, "ReadingType", (), "Type of the readings", stamp, _reading_type(part.register))
    readings = (reading for reading in part.readings if reading.quality != "missing")
    count = 0
    while block := list(islice(readings, PER_BLOCK)):
        count += 1
        blocks = f"{meter}/IntervalBlock"
        yield _entry(f"{blocks}/{count}", blocks, (), "", stamp, _block(block))
    for at, bill in enumerate(part.summaries, 1):
        summaries = f"{point}/UsageSummary"
        yield _entry(f"{summaries}/{at:02}", summaries, (), "Usage summary", stamp, _summary(bill))


def _entry(href: str, up: str, related: tuple[str, ...], title: str, stamp: str, content: str) -> bytes:
    links = [f'<link rel="self" href={quoteattr(href)}/>']
    if up:
        links.append(f'<link rel="up" href={quoteattr(up)}/>')
    links += [f'<link rel="related" href={quoteattr(other)}/>' for other in related]
    return (
        f"<entry>\n<id>urn:uuid:{uuid5(NAMESPACE_URL, href)}</id>\n{''.join(links)}\n"
        f"<title>{escape(_printable(title))}</title>\n<content>{content}</content>\n"
        f"<published>{stamp}</published>\n<updated>{stamp}</updated>\n</entry>\n"
    ).encode()


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _tag(name: str, value: object) -> str:
    return "" if value is None else f"<espi:{name}>{escape(str(value))}</espi:{name}>"


def _local_time(rules: TimeRules) -> str:
    inside = (
        _tag("dstEndRule", rules.dst_end_rule)
        + _tag("dstOffset", rules.dst_offset_s)
        + _tag("dstStartRule", rules.dst_start_rule)
        + _tag("tzOffset", rules.tz_offset_s)
    )
    return f"<espi:LocalTimeParameters>{inside}</espi:LocalTimeParameters>"


def _reading_type(register: RegisterFound) -> str:
    inside = (
        _tag("accumulationBehaviour", 4)
        + _tag("commodity", _COMMODITY.get(register.commodity))
        + _tag("currency", _CODE.get(register.currency or "", register.currency))
        + _tag("flowDirection", _FLOW[register.flow])
        + _tag("intervalLength", register.interval_seconds or None)
        + _tag("kind", 12)
        + _tag("powerOfTenMultiplier", -3)
        + _tag("uom", _UOM[register.unit])
    )
    return f"<espi:ReadingType>{inside}</espi:ReadingType>"


def _period(name: str, start: int | None, seconds: int | None) -> str:
    if start is None:
        return ""
    return f"<espi:{name}>{_tag('duration', seconds)}{_tag('start', start)}</espi:{name}>"


def _block(readings: list[Reading]) -> str:
    start = min(reading.start for reading in readings)
    end = max(reading.start + reading.seconds for reading in readings)
    rows = "\n".join(_reading(reading) for reading in readings)
    return f"<espi:IntervalBlock>{_period('interval', start, end - start)}\n{rows}\n</espi:IntervalBlock>"


def _reading(reading: Reading) -> str:
    qualities = "".join(
        f"<espi:ReadingQuality><espi:quality>{code}</espi:quality></espi:ReadingQuality>"
        for code in _QUALITY[reading.quality]
    )
    return (
        f"<espi:IntervalReading>{_tag('cost', reading.cost_e5)}{qualities}"
        f"{_period('timePeriod', reading.start, reading.seconds)}"
        f"<espi:value>{reading.amount}</espi:value></espi:IntervalReading>"
    )


def _summary(bill: SummaryFound) -> str:
    used = ""
    if bill.amount is not None and bill.unit is not None:
        used = (
            "<espi:overallConsumptionLastPeriod><espi:powerOfTenMultiplier>-3</espi:powerOfTenMultiplier>"
            f"<espi:uom>{_UOM[bill.unit]}</espi:uom><espi:value>{bill.amount}</espi:value>"
            "</espi:overallConsumptionLastPeriod>"
        )
    return (
        f"<espi:UsageSummary>{_period('billingPeriod', bill.start, bill.seconds)}"
        f"{_tag('billLastPeriod', bill.cost_e5)}"
        f"{_tag('currency', _CODE.get(bill.currency or '', bill.currency))}{used}</espi:UsageSummary>"
    )


def write_csv(readings: Iterable[Reading], *, zone: tzinfo = UTC) -> Iterator[bytes]:
    """Write readings as a table that spreadsheets open and `read_csv_intervals` reads back the same.

    Times are ISO 8601 in `zone` with their offset; energy is in kWh, gas in its own unit; text that a
    spreadsheet would run as a formula is made harmless.
    """
    yield "\ufeffstart,seconds,amount,unit,cost,currency,quality\r\n".encode()
    rows = iter(readings)
    while some := list(islice(rows, 1_000)):
        page = io.StringIO()
        csv.writer(page).writerows(_row(reading, zone) for reading in some)
        yield page.getvalue().encode()


def _row(reading: Reading, zone: tzinfo) -> tuple[str, ...]:
    energy = reading.unit == "Wh"
    missing = reading.quality == "missing"
    return (
        datetime.fromtimestamp(reading.start, zone).isoformat(),
        str(reading.seconds),
        "" if missing else decimal_text(reading.amount, AMOUNT_SCALE * (1_000 if energy else 1)),
        "kWh" if energy else reading.unit,
        "" if reading.cost_e5 is None else decimal_text(reading.cost_e5, COST_SCALE),
        harmless(reading.currency or ""),
        reading.quality,
    )


def decimal_text(whole: int, scale: int) -> str:
    """An exact decimal of whole parts of a power of ten: (21021, 1000) is '21.021'."""
    sign = "-" if whole < 0 else ""
    units, rest = divmod(abs(whole), scale)
    digits = f"{rest:0{len(str(scale)) - 1}}".rstrip("0")
    return f"{sign}{units}.{digits}" if digits else f"{sign}{units}"


def harmless(text: str) -> str:
    """Text for a cell that no spreadsheet takes for a formula (CWE-1236)."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
