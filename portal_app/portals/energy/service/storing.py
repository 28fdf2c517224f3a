"""Storing the readings of one file, batch by batch: each batch whole or not at all."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from typing import TypeVar

from sqlmodel import col

from portal_app.core.access import SystemAccess
from portal_app.core.accounts import Account
from portal_app.core.clock import epoch
from portal_app.core.db import Busy
from portal_app.portals.energy.formats.items import Item, Problem, Reading, RegisterFound, SummaryFound
from portal_app.portals.energy.formats.problems import Problems, things
from portal_app.portals.energy.rules.usage import local_date
from portal_app.portals.energy.service import connecting
from portal_app.portals.energy.service.import_sheet import ImportSheet
from portal_app.portals.energy.service.meeting import Met, Piece, Refusals, meet
from portal_app.portals.energy.service.rollup import roll_up
from portal_app.portals.energy.tables import Interval, Premise, ReadingSummary, Register

BATCH = 20_000
TRIES = 5
"""Times a batch is tried when others keep the database busy; each waits its five seconds."""

APART = 45 * 86_400
"""Seconds without a reading after which days are rolled up as another stretch."""

T = TypeVar("T")
Opens = Callable[[], AbstractContextManager[SystemAccess]]


def tried(opens: Opens, work: Callable[[SystemAccess], T]) -> T:
    """Do something in one transaction, again while others keep the database busy. Raises Busy in the end."""
    for left in reversed(range(TRIES)):
        try:
            with opens() as access:
                return work(access)
        except Busy:
            if not left:
                raise
    raise AssertionError("the last try gives back or raises")


@dataclass(slots=True)
class _Fates:
    """What became of one batch: the verdict on each reading in the order of the file, and who it was for."""

    account: Account
    account_is_new: bool
    registers: dict[str, Register]
    places: int
    readings: list[Reading]
    verdicts: list[Met]
    added: int = 0


@dataclass
class Store:
    """Takes the items of a reader, stores their readings and fills the sheet.

    `opens` gives one transaction of the house for the company, `mark` is called inside each of them to note
    how far the run is.
    """

    opens: Opens
    number: str
    zone: str
    currency: str
    run_id: str
    sheet: ImportSheet
    mark: Callable[[SystemAccess], None]
    place: str = "line"
    account: Account | None = None
    registers: dict[str, Register] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    """First and last second that the file says something of, by register ref."""

    def __post_init__(self) -> None:
        self._series: dict[str, RegisterFound] = {}
        self._bills: list[SummaryFound] = []
        self._problems = Problems(self.place)
        self._refusals = Refusals(self._problems)
        self._batch: list[Reading] = []
        self._places = 1
        self._latest = epoch()

    def take_all(self, items: Iterable[Item]) -> None:
        """Store everything a reader hands over."""
        for item in items:
            if isinstance(item, Reading):
                self._batch.append(item)
                if len(self._batch) >= BATCH:
                    self._store()
                continue
            self.sheet.take(item)
            if isinstance(item, RegisterFound):
                self._series[item.ref] = item
            elif isinstance(item, SummaryFound):
                self._bills.append(item)
        self._store()
        self._tell(self._refusals.close())
        for problem in self._problems.rest():
            self.sheet.warn(problem)
        self._keep_bills()

    def _store(self) -> None:
        batch, self._batch = self._batch, []
        future = [one.start + one.seconds > self._latest for one in batch]
        ready = [one for one, late in zip(batch, future, strict=True) if not late]
        fates = tried(self.opens, lambda access: self._in_one(access, ready)) if ready else None
        if fates is not None:
            self._remember(fates)
            self.sheet.readings_added += fates.added
        if fates is not None and fates.readings == batch and Met.CLASH not in fates.verdicts:
            self._count_all(fates)
            return
        met = iter(zip(fates.readings, fates.verdicts, strict=True) if fates else ())
        for reading, late in zip(batch, future, strict=True):
            if late:
                self._left_out("future", reading)
                continue
            kept, verdict = next(met)
            if kept.cost_e5 != reading.cost_e5:
                own = self.registers[reading.register_ref].currency
                self._problems.once("other_currency", _other_currency(own), reading.line)
            self._count(kept, verdict)

    def _in_one(self, access: SystemAccess, batch: list[Reading]) -> _Fates:
        account, is_new = connecting.account_for(access, self.number)
        place, places = connecting.place_for(access, account, self.zone)
        fates = _Fates(account, is_new, dict(self.registers), places, batch, [])
        by_series: dict[str, list[int]] = {}
        for at, reading in enumerate(batch):
            by_series.setdefault(reading.register_ref, []).append(at)
        for ref, spots in by_series.items():
            if ref not in fates.registers:
                fates.registers[ref] = self._register(access, fates, place, batch[spots[0]])
        fates.readings = [_priced(one, fates.registers[one.register_ref]) for one in batch]
        verdicts: dict[int, Met] = {}
        for ref, spots in by_series.items():
            order = sorted(spots, key=lambda at: batch[at].start)
            found = self._of_one(access, fates.registers[ref], [fates.readings[at] for at in order])
            verdicts.update(zip(order, found, strict=True))
            fates.added += sum(met is Met.NEW for met in found)
        fates.verdicts = [verdicts[at] for at in range(len(batch))]
        self.mark(access)
        return fates

    def _register(self, access: SystemAccess, fates: _Fates, place: Premise, first: Reading) -> Register:
        """The register of a series that this run meets for the first time, connected where there is none."""
        series = self._series[first.register_ref]
        taken = {register.id for register in fates.registers.values()}
        known = connecting.known_register(access, fates.account, series, taken)
        if known is not None:
            return known
        starts = local_date(first.start, place.zone or self.zone)
        return connecting.connect(access, fates.account, place, series, starts, first.seconds, self.currency)

    def _of_one(self, access: SystemAccess, register: Register, readings: list[Reading]) -> list[Met]:
        """Store the new ones among readings of one register, in order of time, and their days."""
        # Two imports for one register take turns: the second waits here for the first one's commit.
        access.update(Register, col(Register.id) == register.id, digits=Register.digits)
        pieces = (Piece(one.start, one.seconds, one.amount, one.cost_e5) for one in readings)
        last = readings[-1]
        known = stored(access, register, readings[0].start, last.start + last.seconds)
        with closing(known):
            verdicts = list(meet(pieces, known))
        fresh = [one for one, met in zip(readings, verdicts, strict=True) if met is Met.NEW]
        owner = {
            "company_id": register.company_id,
            "account_id": register.account_id,
            "register_id": register.id,
            "run_id": self.run_id,
        }
        rows = [
            {
                **owner,
                "start": one.start,
                "seconds": one.seconds,
                "amount": one.amount,
                "quality": one.quality,
                "cost": one.cost_e5,
            }
            for one in fresh
        ]
        access.add_many(Interval, rows, skip_known=True)
        for first, end in stretches(fresh):
            roll_up(access, register, first, end, register.zone or self.zone)
        if fresh:
            connecting.since(access, register, local_date(fresh[0].start, register.zone or self.zone))
        return verdicts

    def _remember(self, fates: _Fates) -> None:
        self.account = fates.account
        self.sheet.account_is_new = self.sheet.account_is_new or fates.account_is_new
        if fates.places > 1 and not self.registers:
            self._problems.once("several_places", _several_places(fates.places), 0)
        self.registers = fates.registers

    def _count(self, reading: Reading, met: Met) -> None:
        if met is Met.CLASH:
            self._left_out("overlap_stored", reading)
            return
        self._tell(self._refusals.close())
        self.sheet.take(reading)
        self.sheet.readings_repeated += met is Met.KNOWN
        self._span([reading])

    def _count_all(self, fates: _Fates) -> None:
        """A batch without anything to say of it: the usual case, and many times faster."""
        self._tell(self._refusals.close())
        self.sheet.take_readings(fates.readings)
        self.sheet.readings_repeated += fates.verdicts.count(Met.KNOWN)
        for ref in {one.register_ref for one in fates.readings}:
            self._span([one for one in fates.readings if one.register_ref == ref])

    def _span(self, readings: Sequence[Reading]) -> None:
        """Note from when to when the file speaks of one register."""
        first, last = readings[0].start, readings[0].start + readings[0].seconds
        first, last = self.spans.get(readings[0].register_ref, (first, last))
        self.spans[readings[0].register_ref] = (
            min(first, min(one.start for one in readings)),
            max(last, max(one.start + one.seconds for one in readings)),
        )

    def _left_out(self, code: str, reading: Reading) -> None:
        self.sheet.readings_refused += 1
        self._tell(self._refusals.out(code, reading.unit, reading.start, reading.line))

    def _tell(self, problem: Problem | None) -> None:
        if problem is not None:
            self.sheet.warn(problem)

    def _keep_bills(self) -> None:
        """Keep what the file's own bills say, beside the register of their usage point."""
        registers = {
            found.usage_point_ref: self.registers[ref]
            for ref, found in reversed(self._series.items())
            if ref in self.registers and found.flow != "received"
        }
        kept = [
            {
                "account_id": registers[bill.usage_point_ref].account_id,
                "register_id": registers[bill.usage_point_ref].id,
                "start": bill.start,
                "seconds": bill.seconds,
                "cost": bill.cost_e5,
                "amount": bill.amount,
            }
            for bill in self._bills
            if bill.usage_point_ref in registers and bill.start is not None and bill.seconds is not None
        ]
        if kept:
            tried(self.opens, lambda access: access.add_many(ReadingSummary, kept, skip_known=True))


def _priced(reading: Reading, register: Register) -> Reading:
    """A cost in another currency than the register's says nothing in its sums."""
    if reading.cost_e5 is None or reading.currency in (None, register.currency):
        return reading
    return reading._replace(cost_e5=None)


def stored(access: SystemAccess, register: Register, first: int, end: int) -> Generator[Piece, None, None]:
    """What is stored of a register from one moment up to another, with what reaches in from before."""
    columns = access.columns(Interval, Interval.start, Interval.seconds, Interval.amount, Interval.cost)
    mine = columns.where(col(Interval.register_id) == register.id)
    # Stored readings never overlap, so of all that began before only the last can reach in.
    before = mine.where(col(Interval.start) < first).order_by(col(Interval.start).desc()).limit(1)
    inside = mine.where(col(Interval.start) >= first, col(Interval.start) < end).order_by(col(Interval.start))
    for statement in (before, inside.execution_options(yield_per=2_000)):
        with access.db.execute(statement) as rows:
            yield from map(Piece._make, rows)


def stretches(readings: Iterable[Reading]) -> Iterator[tuple[int, int]]:
    """Stretches of time that readings (in order) cover: empty years between two are not counted again."""
    first = end = -1
    for reading in readings:
        if first >= 0 and reading.start - end > APART:
            yield first, end
            first = -1
        if first < 0:
            first = reading.start
        end = reading.start + reading.seconds
    if first >= 0:
        yield first, end


def _other_currency(own: str) -> Callable[[int], str]:
    return lambda count: (
        f"{things(count, 'cost')} came in another currency than {own}, which this register is billed in; the"
        " readings were kept without a cost."
    )


def _several_places(count: int) -> Callable[[int], str]:
    return lambda _count: (
        f"This account has {count} places. A meter that was not known yet is put under the first of them."
    )
