"""Listening to the parser: the tags of an ESPI feed, turned into items as they go by."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.parsers import expat

from defusedxml.common import DTDForbidden, EntitiesForbidden, ExternalReferenceForbidden

from portal_app.portals.energy.formats.coverage import MOST_RUNS, Coverage, TooScattered
from portal_app.portals.energy.formats.espi_directory import (
    MOST_ENTRIES,
    WATER,
    Directory,
    Entry,
    Kind,
    TooManyEntries,
)
from portal_app.portals.energy.formats.espi_readings import Refused, Series, read_start
from portal_app.portals.energy.formats.items import Item, RegisterFound, UsagePointFound
from portal_app.portals.energy.formats.problems import Problems, things

ESPI = "http://naesb.org/espi"
ATOM = "http://www.w3.org/2005/Atom"

DEEPEST = 64
LONGEST_TEXT = 2_048
MOST_PREFIXES = 1_000

_LEAF_NAMES = (
    "start", "duration", "value", "cost", "quality", "currency", "uom", "powerOfTenMultiplier", "kind",
    "commodity", "flowDirection", "intervalLength", "accumulationBehaviour", "tzOffset", "dstOffset",
    "dstStartRule", "dstEndRule", "billLastPeriod",
)  # fmt: skip
LEAVES = {f"{ESPI} {name}": name for name in _LEAF_NAMES} | {f"{ATOM} id": "id", f"{ATOM} title": "title"}
OBJECTS = {
    f"{ESPI} {name}": name for name in ("UsagePoint", "MeterReading", "ReadingType", "LocalTimeParameters")
} | {f"{ESPI} UsageSummary": "Summary", f"{ESPI} ElectricPowerUsageSummary": "Summary"}
PARTS = {f"{ESPI} {name}": f"{name}/" for name in ("billingPeriod", "overallConsumptionLastPeriod")}
OTHER_PARTS = {
    f"{ESPI} {name}": f"{name}/"
    for name in (
        "currentBillingPeriodOverAllConsumption", "currentDayLastYearNetConsumption",
        "currentDayNetConsumption", "currentDayOverallConsumption", "peakDemand",
        "previousDayLastYearOverallConsumption",
        "previousDayNetConsumption", "previousDayOverallConsumption", "ratchetDemand", "ratchetDemandPeriod",
        "costAdditionalDetailLastPeriod",
    )
}  # fmt: skip
PARTS |= OTHER_PARTS
BLOCK = f"{ESPI} IntervalBlock"
READING = f"{ESPI} IntervalReading"
ENTRY = f"{ATOM} entry"
LINK = f"{ATOM} link"


class Halt(Exception):
    """Reading cannot go on."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


class Feed:
    """The state of one pass over a feed. `out` fills with items; whoever feeds the parser empties it.

    `look_ahead` is asked for the complete directory when a block comes before what explains it; a pass
    that looks ahead itself has none and skips over all readings.
    """

    def __init__(self, problems: Problems, look_ahead: Callable[[], Directory] | None) -> None:
        self.problems = problems
        self.directory = Directory()
        self.out: list[Item] = []
        self.seen = 0
        self.repeated = 0
        self.rooted = False
        self.strange_namespace = ""
        self.names: dict[str, str] = {}
        self.parser = self._hardened_parser()
        self._look_ahead = look_ahead
        self._skipping = look_ahead is None
        self.depth = 0
        self._leaf: str | None = None
        self._text = ""
        self._prefix = ""
        self._prefixes: set[str | None] = set()
        self._entry = Entry()
        self._entry_depth = -1
        self._object_depth = -1
        self._object = ""
        self._line = 0
        self._fields: dict[str, str] = {}
        self._series: Series | None = None
        self._kind: Kind | None = None
        self._in_reading = False
        self._block_line = 0
        self._budget = [MOST_RUNS]
        self._all_series: dict[str, Series] = {}
        self._announced: set[str] = set()

    def _hardened_parser(self) -> Any:
        parser = expat.ParserCreate(namespace_separator=" ", intern=self.names)
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.StartNamespaceDeclHandler = self._prefix_declared
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.EntityDeclHandler = _no_entities
        parser.UnparsedEntityDeclHandler = _no_entities
        parser.ExternalEntityRefHandler = _no_references
        return parser

    def _prefix_declared(self, prefix: str | None, uri: str | None) -> None:
        self._prefixes.add(prefix)
        if len(self._prefixes) > MOST_PREFIXES:
            raise Halt("too_complex", "The file declares more XML prefixes than any real feed has.")
        if uri is not None and len(uri) > LONGEST_TEXT:
            raise Halt("too_complex", "The file has an XML namespace that is too long to be one.")

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        leaf = LEAVES.get(name)
        if leaf is not None:
            self._leaf = leaf
            self._text = ""
            self.parser.CharacterDataHandler = self._say
        elif name == READING:
            self._in_reading = True
            self._fields = {}
            self._line = self.parser.CurrentLineNumber
        else:
            self._open_other(name, attributes)

    def _say(self, text: str) -> None:
        if len(self._text) + len(text) > LONGEST_TEXT:
            text = text[: LONGEST_TEXT - len(self._text)]
            self._text = (self._text + text)[: LONGEST_TEXT - 1] + "…"
        else:
            self._text += text

    def _close(self, name: str) -> None:
        leaf = self._leaf
        if leaf is not None:
            self._leaf = None
            self.parser.CharacterDataHandler = None
            if leaf == "quality":
                self._text = f"{self._fields.get('quality', '')[:80]} {self._text.strip()}".strip()
            if not self._in_reading and self._prefix:
                leaf = self._prefix + leaf
            self._keep(leaf)
        elif name == READING:
            self._reading()
        elif name in PARTS:
            self._prefix = ""
        elif self.depth in (self._object_depth, self._entry_depth) or name == BLOCK:
            self._close_other(name)
        self.depth -= 1

    def _keep(self, leaf: str) -> None:
        if leaf in ("id", "title"):
            if self.depth == self._entry_depth + 1:
                setattr(self._entry, leaf, " ".join(self._text.split())[:200])
        else:
            self._fields[leaf] = self._text

    def _open_other(self, name: str, attributes: dict[str, str]) -> None:
        self.rooted = True
        if name == LINK:
            self._entry.link(attributes)
        elif name == ENTRY:
            self._entry = Entry(number=self._entry.number + 1)
            self._entry_depth = self.depth
            self._object_depth = -1
        elif name in OBJECTS:
            self._object, self._object_depth = OBJECTS[name], self.depth
            self._fields, self._prefix = {}, ""
            self._line = self.parser.CurrentLineNumber
        elif name == BLOCK:
            self._open_block()
        elif name in PARTS:
            self._prefix = PARTS[name]
        else:
            self._rare(name)

    def _rare(self, name: str) -> None:
        if name.endswith(("IntervalReading", "IntervalBlock")) and not self.strange_namespace:
            self.strange_namespace = name.rpartition(" ")[0][:80] or "none"

    def _close_other(self, name: str) -> None:
        if name == BLOCK:
            self._close_block()
        elif self.depth == self._object_depth:
            if len(self._entry.found) >= MOST_ENTRIES:
                raise TooManyEntries
            self._entry.found.append((self._object, self._fields, self._line))
            self._object_depth = -1
            self._fields = {}
            if self._entry_depth < 0:
                self._close_entry()
        elif self.depth == self._entry_depth:
            self._close_entry()
            self._entry_depth = -1

    def _close_entry(self) -> None:
        entry = self._entry
        self._entry = Entry(number=entry.number)
        if entry.has_block and self._skipping:
            self.directory.note_block(entry)
        for name, fields, line in entry.found:
            if name == "Summary" and not self._skipping and len(self.directory.summaries) < 5_000:
                self.directory.summaries.append((entry, fields, line))
        if not self.directory.complete:
            self.directory.add(entry)

    def _open_block(self) -> None:
        self._entry.has_block = True
        self._block_line = self.parser.CurrentLineNumber
        self._fields = {}
        if self._skipping:
            self._skip_block()
            return
        meter = self.directory.meter_by_links(self._entry)
        kind = self.directory.kind_of(meter) if meter is not None else None
        if kind is None and not self.directory.complete:
            self._complete_directory()
        if kind is None:
            meter = self.directory.meter_of(self._entry)
            kind = self.directory.kind_of(meter)
        if kind is not None and kind.unit in ("m3", "ft3"):
            kind = self._not_water(meter, kind)
        self._kind = kind
        self._series = self._series_of(meter, kind) if kind is not None and not kind.why_not else None

    def _not_water(self, meter: Entry | None, kind: Kind) -> Kind:
        """Volumes are gas unless the usage point says that water flows through it."""
        point = self.directory.point_of(meter)
        if point is None and not self.directory.complete:
            self._complete_directory()
            point = self.directory.point_of(meter)
        if point is None or point.commodity != "water":
            return kind
        return replace(kind, why_code="not_energy", why_not=WATER)

    def _complete_directory(self) -> None:
        if self._look_ahead is not None:
            summaries = self.directory.summaries
            self.directory = self._look_ahead()
            self.directory.summaries = summaries

    def _skip_block(self) -> None:
        """Pass over a block's readings without looking, until it closes."""
        outside = self.depth - 1

        def deeper(_name: str, _attributes: dict[str, str]) -> None:
            self.depth += 1

        def back(_name: str) -> None:
            self.depth -= 1
            if self.depth == outside:
                self.parser.StartElementHandler = self._open
                self.parser.EndElementHandler = self._close

        self.parser.StartElementHandler = deeper
        self.parser.EndElementHandler = back

    def _close_block(self) -> None:
        series, self._series = self._series, None
        self._kind = None
        if series is not None:
            problem = series.end_of_block()
            if problem is not None:
                self.out.append(problem)

    def _series_of(self, meter: Entry | None, kind: Kind) -> Series | None:
        register = self.directory.register(meter, kind)
        series = self._all_series.get(register.ref)
        if series is None:
            point = self.directory.point_of(meter)
            if point is not None:
                self.announce(point)
            series = Series(register, kind, Coverage(self._budget), self.problems)
            self._all_series[register.ref] = series
            self.out.append(register)
        return series

    def registers(self) -> list[RegisterFound]:
        """The registers that had readings."""
        return [series.register for series in self._all_series.values()]

    def end_of_file(self) -> None:
        """Close what a cut file left open, and hand over usage points without readings."""
        self._close_block()
        for _, point in self.directory.points:
            self.announce(point)

    def announce(self, point: UsagePointFound) -> None:
        """Hand a usage point over, once."""
        if point.ref not in self._announced:
            self._announced.add(point.ref)
            self.out.append(point)

    def _reading(self) -> None:
        fields, self._fields, self._in_reading = self._fields, {}, False
        if self._skipping:
            return
        self.seen += 1
        series = self._series
        try:
            if series is None:
                self._unusable(fields)
                return
            before = series.repeated
            reading = series.read(fields, self._line)
            if reading is not None:
                self.out.append(reading)
            else:
                self.repeated += series.repeated - before
        except TooScattered:
            self.problems.refused += 1
            raise
        except Refused as refused:
            problem = self.problems.each(refused.code, refused.sentence, self._line)
            if problem is not None:
                self.out.append(problem)

    def _unusable(self, fields: dict[str, str]) -> None:
        """Count a reading whose block does not say what it measures, noting what else is wrong with it."""
        kind = self._kind
        if kind is not None and kind.why_not:
            sentence = kind.why_not
            self.problems.once(kind.why_code, lambda _count: sentence, kind.line, readings=1)
        else:
            self.problems.once("unit_missing", _no_kind, self._block_line or self._line, readings=1)
        try:
            read_start(fields, self._line, self.problems, None)
        except Refused:
            return


def _no_kind(count: int) -> str:
    return (
        f"Nothing in the file says what {things(count, 'reading')} from here on measure (no ReadingType is"
        " linked), so they were left out. Ask the company that made the file for one that names the unit."
    )


def _no_doctype(name: str, system_id: str | None, public_id: str | None, _has_subset: bool) -> None:
    raise DTDForbidden(name, system_id, public_id)


def _no_entities(name: str, *rest: Any) -> None:
    value, base, system_id, public_id, notation = (*rest, None, None, None, None, None, None)[1:6]
    raise EntitiesForbidden(name, value, base, system_id, public_id, notation)


def _no_references(context: str, base: str | None, system_id: str | None, public_id: str | None) -> int:
    raise ExternalReferenceForbidden(context, base, system_id, public_id)
