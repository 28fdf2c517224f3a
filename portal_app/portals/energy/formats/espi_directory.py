"""The table of contents of an ESPI feed: who is metered, in what unit, and which link leads where."""

from array import array
from dataclasses import dataclass, field
from typing import cast

from portal_app.portals.energy.formats.items import (
    CURRENCIES,
    GAS_UNITS,
    Commodity,
    Flow,
    RegisterFound,
    SummaryFound,
    TimeRules,
    Unit,
    UsagePointFound,
)

UNITS: dict[int, Unit] = {72: "Wh", 42: "m3", 119: "ft3", 132: "BTU", 169: "therm"}
"""ESPI UnitSymbol codes this product bills in."""

NOT_ENERGY = {
    38: "power (watts)",
    80: "power (kilowatts)",
    61: "apparent power (volt-amperes)",
    63: "reactive power",
    71: "apparent energy (volt-ampere-hours)",
    73: "reactive energy",
    29: "voltage",
    5: "current",
    23: "temperature",
    128: "volume in gallons",
    134: "volume in litres",
}

WATER = "These readings measure water, not energy or gas, so they were left out."

_WATERS = {"9", "11"}

METER_STANDS = {1, 3, 6, 12}
"""ESPI AccumulationKind codes whose values are the meter's stand or a moment, not the use of an interval."""

MOST_ENTRIES = 5_000
"""Usage points, meter readings and reading types one file may have; real feeds have a handful."""

MOST_LINKS = 200
LONGEST_LINK = 512

_CATEGORY: dict[str, Commodity] = {"0": "electricity", "1": "gas", "2": "water"}
_FLOW: dict[str, Flow] = {"1": "delivered", "4": "net", "19": "received"}


class TooManyEntries(Exception):
    """The feed names more meters than a feed has."""


@dataclass(slots=True, eq=False)
class Entry:
    """One Atom entry: its own name and links, and the object in it once that is closed."""

    number: int = 0
    id: str = ""
    title: str = ""
    self_href: str = ""
    up: str = ""
    related: list[str] = field(default_factory=list)
    found: list[tuple[str, dict[str, str], int]] = field(default_factory=list)
    has_block: bool = False

    def link(self, attributes: dict[str, str]) -> None:
        """Keep one link of the entry."""
        href = attributes.get("href", "").strip().rstrip("/")[:LONGEST_LINK]
        rel = attributes.get("rel", "")
        if rel == "self":
            self.self_href = href
        elif rel == "up":
            self.up = href
        elif rel == "related" and href and len(self.related) < MOST_LINKS:
            self.related.append(href)

    def under(self, parent: str) -> bool:
        """Whether this entry lies below another by its address."""
        return bool(parent) and self.self_href.startswith(parent + "/")


@dataclass(slots=True)
class Kind:
    """What a ReadingType says; `why_not` is a sentence where its values cannot be used."""

    ref: str
    line: int
    empty: bool
    unit: Unit | None
    power: int
    currency: str | None
    flow: Flow
    interval_seconds: int
    commodity: str
    why_not: str = ""
    why_code: str = ""


class Directory:
    """Everything in a feed except its readings."""

    def __init__(self) -> None:
        self.points: list[tuple[Entry, UsagePointFound]] = []
        self.meters: list[Entry] = []
        self.kinds: list[Kind] = []
        self.times: list[TimeRules] = []
        self.summaries: list[tuple[Entry, dict[str, str], int]] = []
        self._link_of_entry: array[int] = array("h")
        self._links: dict[str, int] = {}
        self._link_names: list[str] = []
        self._kind_by_ref: dict[str, Kind] = {}
        self.complete = False
        self._block_links: dict[str, Entry] = {}

    def add(self, entry: Entry) -> None:
        """File what one closed entry holds. Raises TooManyEntries."""
        for name, fields, line in entry.found:
            if name == "UsagePoint":
                self._bounded(self.points)
                self.points.append((entry, _usage_point(entry, fields, len(self.points), line)))
            elif name == "MeterReading":
                self._bounded(self.meters)
                self._add_meter(entry)
            elif name == "ReadingType":
                self._bounded(self.kinds)
                self._add_kind(_kind(entry, fields, line))
            elif name == "LocalTimeParameters":
                self._bounded(self.times)
                self.times.append(_time_rules(fields, line))

    def _bounded(self, entries: list) -> None:
        if len(entries) >= MOST_ENTRIES:
            raise TooManyEntries

    def _add_kind(self, kind: Kind) -> None:
        self.kinds.append(kind)
        if kind.ref:
            self._kind_by_ref.setdefault(kind.ref, kind)

    def _add_meter(self, entry: Entry) -> None:
        self.meters.append(entry)
        for href in entry.related:
            if "IntervalBlock" in href:
                self._block_links[href] = entry
        if entry.self_href:
            self._block_links[entry.self_href + "/IntervalBlock"] = entry

    def note_block(self, entry: Entry) -> None:
        """Remember, while looking ahead, where the blocks of this entry are linked to, in two bytes."""
        while len(self._link_of_entry) <= entry.number:
            self._link_of_entry.append(-1)
        href = entry.up or entry.self_href.rpartition("/")[0]
        if href not in self._links and len(self._links) < MOST_ENTRIES:
            self._links[href] = len(self._links)
            self._link_names.append(href)
        self._link_of_entry[entry.number] = self._links.get(href, -1) if href else -1

    def meter_by_links(self, block: Entry) -> Entry | None:
        """The MeterReading a block's own links lead to."""
        for href in (block.up, block.self_href, block.self_href.rpartition("/")[0]):
            meter = self._block_links.get(href) if href else None
            if meter is not None:
                return meter
        return None

    def meter_of(self, block: Entry) -> Entry | None:
        """The MeterReading of a block: by links, by what was seen ahead, or because it is the only one."""
        meter = self.meter_by_links(block)
        if meter is None and block.number < len(self._link_of_entry):
            link = self._link_of_entry[block.number]
            meter = self._block_links.get(self._link_names[link]) if link >= 0 else None
        if meter is None and len(self.meters) == 1:
            meter = self.meters[0]
        return meter

    def kind_of(self, meter: Entry | None) -> Kind | None:
        """The ReadingType of a meter reading: by link, or because it is the only one."""
        if meter is not None:
            for href in meter.related:
                if href in self._kind_by_ref:
                    return self._kind_by_ref[href]
        return self.kinds[0] if len(self.kinds) == 1 and self.complete_or_unlinked(meter) else None

    def complete_or_unlinked(self, meter: Entry | None) -> bool:
        """Whether the only type seen so far may stand for one that is not linked."""
        return self.complete or meter is None or not any("ReadingType" in href for href in meter.related)

    def point_of(self, entry: Entry | None) -> UsagePointFound | None:
        """The usage point an entry belongs to: by links, by address, or because it is the only one."""
        if entry is not None:
            for point_entry, point in self.points:
                linked = entry.self_href in point_entry.related or entry.up in point_entry.related
                if linked or entry.under(point_entry.self_href):
                    return point
        return self.points[0][1] if len(self.points) == 1 else None

    def register(self, meter: Entry | None, kind: Kind) -> RegisterFound:
        """Put a series of readings together from what the feed says about it."""
        point = self.point_of(meter)
        commodity: Commodity = "gas" if kind.unit in GAS_UNITS else "electricity"
        if point is not None and point.commodity == "gas":
            commodity = "gas"
        ref = (meter.self_href or f"meter-reading-{meter.number}") if meter is not None else ""
        return RegisterFound(
            ref=ref or (f"{point.ref}/readings" if point else "readings"),
            usage_point_ref=point.ref if point else "",
            commodity=commodity,
            unit=cast("Unit", kind.unit),
            currency=kind.currency,
            flow=kind.flow,
            interval_seconds=kind.interval_seconds,
            title=meter.title if meter is not None else "",
        )


def whole(text: str | None, low: int, high: int, default: int = 0) -> int:
    """A whole number of a feed within bounds, or the default."""
    try:
        number = int(text or "")
    except ValueError:
        return default
    return number if low <= number <= high else default


def currency_of(text: str | None) -> str | None:
    """The letter code of a currency given as an ISO 4217 number (or already in letters)."""
    code = (text or "").strip()
    if len(code) == 3 and code.isalpha() and code.isascii():
        return code.upper()
    number = whole(code, 1, 999)
    return CURRENCIES.get(number, f"{number:03}" if number else None)


def unit_of(text: str | None) -> Unit | None:
    """The unit of an ESPI `uom` code, where it is one of energy or gas volume."""
    return UNITS.get(whole(text, 0, 999, -1))


def _usage_point(entry: Entry, fields: dict[str, str], seen: int, line: int) -> UsagePointFound:
    commodity = _CATEGORY.get(fields.get("kind", "").strip(), "unknown")
    ref = entry.self_href or entry.id or f"usage-point-{seen + 1}"
    return UsagePointFound(ref, commodity, entry.title, line)


def _time_rules(fields: dict[str, str], line: int) -> TimeRules:
    return TimeRules(
        tz_offset_s=whole(fields.get("tzOffset"), -86_400, 86_400),
        dst_offset_s=whole(fields.get("dstOffset"), -86_400, 86_400),
        dst_start_rule=fields.get("dstStartRule", "")[:16],
        dst_end_rule=fields.get("dstEndRule", "")[:16],
        line=line,
    )


def _kind(entry: Entry, fields: dict[str, str], line: int) -> Kind:
    unit = unit_of(fields.get("uom"))
    kind = Kind(
        ref=entry.self_href,
        line=line,
        empty=not any(text.strip() for text in fields.values()),
        unit=unit,
        power=whole(fields.get("powerOfTenMultiplier"), -12, 12),
        currency=currency_of(fields.get("currency")),
        flow=_FLOW.get(fields.get("flowDirection", "").strip(), "delivered"),
        interval_seconds=whole(fields.get("intervalLength"), 1, 400 * 86_400),
        commodity=fields.get("commodity", "").strip(),
    )
    kind.why_code, kind.why_not = _why_not(kind, fields)
    return kind


def _why_not(kind: Kind, fields: dict[str, str]) -> tuple[str, str]:
    if kind.empty:
        return "empty_reading_type", (
            "The file’s ReadingType is empty, so it does not say what its readings measure; they were left"
            " out. Ask the company that made the file for one that names the unit."
        )
    uom = fields.get("uom", "").strip()
    if not uom:
        return "unit_missing", "The ReadingType names no unit (uom), so its readings were left out."
    if kind.unit is None:
        what = NOT_ENERGY.get(whole(uom, 0, 999, -1))
        if what:
            return "not_energy", f"These readings measure {what}, not energy used, so they were left out."
        return "unit_unknown", (
            f"The unit code (uom) “{uom[:20]}” is not one of energy or gas (72 Wh, 42 m³, 119 ft³, 132 BTU,"
            " 169 therm), so its readings were left out."
        )
    if kind.commodity in _WATERS:
        return "not_energy", WATER
    if whole(fields.get("accumulationBehaviour"), 0, 99, -1) in METER_STANDS:
        return "meter_stand", (
            "These readings are the stand of the meter, not the use of an interval, so they were left out."
        )
    return "", ""


def summary(directory: Directory, entry: Entry, fields: dict[str, str], line: int) -> SummaryFound:
    """Read the bill totals of one UsageSummary."""
    point = directory.point_of(entry)
    unit = unit_of(fields.get("overallConsumptionLastPeriod/uom"))
    value = fields.get("overallConsumptionLastPeriod/value")
    power = 3 + whole(fields.get("overallConsumptionLastPeriod/powerOfTenMultiplier"), -12, 12)
    amount = whole(value, -(2**47), 2**47, -1) if value is not None else -1
    scaled = amount * 10**power if power >= 0 else round_half_up(amount, 10**-power)
    start = whole(fields.get("billingPeriod/start"), 1, 2**40, -1)
    seconds = whole(fields.get("billingPeriod/duration"), 1, 2**31, -1)
    cost = whole(fields.get("billLastPeriod"), -(2**47), 2**47, -(2**48))
    return SummaryFound(
        usage_point_ref=point.ref if point else "",
        start=start if start > 0 else None,
        seconds=seconds if seconds > 0 else None,
        cost_e5=cost if cost > -(2**48) else None,
        currency=currency_of(fields.get("currency")),
        amount=scaled if unit is not None and amount >= 0 else None,
        unit=unit if amount >= 0 else None,
        line=line,
    )


def round_half_up(number: int, by: int) -> int:
    """Divide whole numbers, halves away from zero."""
    quotient = (2 * abs(number) + by) // (2 * by)
    return quotient if number >= 0 else -quotient
