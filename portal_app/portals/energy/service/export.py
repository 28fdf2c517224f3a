"""Download My Data: one's own readings as Green Button XML or as a table, written while they are read."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import cast

from sqlmodel import col

from portal_app.core.access import Access, acting_for, reads
from portal_app.core.accounts import Account
from portal_app.core.clock import epoch, local, now, today, zone_of
from portal_app.core.errors import Refusal
from portal_app.portals.energy.formats.espi_export import ExportPart, write_csv, write_espi
from portal_app.portals.energy.formats.items import (
    Commodity,
    Reading,
    RegisterFound,
    SummaryFound,
    TimeRules,
    Unit,
    UsagePointFound,
)
from portal_app.portals.energy.rules.usage import day_bounds
from portal_app.portals.energy.service.connecting import SENT_BACK, title_of
from portal_app.portals.energy.tables import Interval, Meter, Premise, ReadingSummary, Register
from portal_app.shapes.files import Download

PAGE = 5_000
"""Readings fetched in one short transaction."""

Opens = Callable[[], AbstractContextManager[Access]]
_FOREVER = 4_102_444_800
_UNITS = frozenset({"Wh", "therm", "m3", "ft3", "BTU"})


@dataclass(frozen=True)
class Wanted:
    """Which readings: of one account, perhaps one place, one commodity, from one moment up to another."""

    account_id: str
    premise_id: str = ""
    commodity: str = ""
    first: int = 0
    end: int = _FOREVER
    costs: bool = True
    streets: bool = True


@dataclass(frozen=True)
class Series:
    """One register as it is written out."""

    register: Register
    number: str
    place: str


@reads
def my_data(
    access: Access, format: str = "espi", premise: str = "", commodity: str = "", **days: str
) -> Download:
    """The account's own readings, all or `from` one day `to` another (both inside, in the place's time).

    Raises Refusal for a day that is none, NotYours for somebody else's place.
    """
    access.require("data.export")
    if format not in ("espi", "csv") or days.keys() - {"from", "to"}:
        raise Refusal("Choose Green Button XML or a table.")
    visitor = access.visitor
    place = access.get(Premise, premise) if premise else None
    zone = (place.zone if place else "") or visitor.zone
    account = access.get(Account, place.account_id if place else visitor.account_id)
    wanted = Wanted(account.id, premise, commodity, *_span(days.get("from", ""), days.get("to", ""), zone))
    found = series(access, wanted)
    access.note("data.export", f"account:{account.id}", account_id=account.id, format=format, **days)
    name = f"{account.number}-{today(zone)}"
    opens = partial(acting_for, visitor, reads_only=True)
    if format == "csv":
        return Download(f"{name}.csv", "text/csv; charset=utf-8", table(opens, found, wanted, zone))
    return Download(f"{name}.xml", "application/atom+xml", feed(opens, found, wanted, zone))


def _span(first: str, last: str, zone: str) -> tuple[int, int]:
    begin, end = 0, _FOREVER
    try:
        if first:
            begin = day_bounds(date.fromisoformat(first), zone)[0]
        if last:
            end = day_bounds(date.fromisoformat(last), zone)[1]
    except (ValueError, OverflowError):
        raise Refusal("Write both days as 2026-03-31.", "from") from None
    if begin >= end:
        raise Refusal("The first day must come before the last.", "from")
    return begin, end


def series(access: Access, wanted: Wanted) -> list[Series]:
    """The registers that a wish is for, electricity first."""
    mine = [col(Register.account_id) == wanted.account_id]
    if wanted.premise_id:
        mine.append(col(Register.premise_id) == wanted.premise_id)
    if wanted.commodity:
        mine.append(col(Register.commodity) == wanted.commodity)
    of_account = col(Meter.account_id) == wanted.account_id
    meters = {meter.id: meter.number for meter in access.all(Meter, of_account)}
    places = {
        place.id: place.street if wanted.streets else place.label
        for place in access.all(Premise, col(Premise.account_id) == wanted.account_id)
    }
    found = [
        Series(register, meters[register.meter_id], places[register.premise_id])
        for register in access.all(Register, *mine, order=(col(Register.made_at), col(Register.id)))
        if register.unit in _UNITS
    ]
    return sorted(found, key=lambda one: one.register.commodity != "electricity")


def feed(opens: Opens, found: list[Series], wanted: Wanted, zone: str) -> Iterator[bytes]:
    """Green Button XML piece by piece; brought in again it gives the same readings, costs and bills."""
    parts = (_part(opens, number, one, wanted) for number, one in enumerate(found, 1))
    return write_espi(parts, made_at=now(), time_rules=time_rules(zone))


def table(opens: Opens, found: list[Series], wanted: Wanted, zone: str) -> Iterator[bytes]:
    """A table for spreadsheets piece by piece, one series after the other."""
    return write_csv((one for each in found for one in readings(opens, each, wanted)), zone=zone_of(zone))


def _part(opens: Opens, number: int, one: Series, wanted: Wanted) -> ExportPart:
    register, point = one.register, f"UsagePoint/{number:02}"
    kind = "electricity" if register.commodity in ("electricity", SENT_BACK) else register.commodity
    with opens() as access:
        bills = (
            []
            if not wanted.costs
            else access.all(
                ReadingSummary,
                col(ReadingSummary.register_id) == register.id,
                col(ReadingSummary.start) >= wanted.first,
                col(ReadingSummary.start) < wanted.end,
                order=col(ReadingSummary.start),
            )
        )
    unit, commodity = cast("Unit", register.unit), cast("Commodity", kind)
    return ExportPart(
        UsagePointFound(point, commodity, one.place),
        RegisterFound(
            f"{point}/MeterReading/01",
            point,
            commodity,
            unit,
            register.currency,
            "received" if register.commodity == SENT_BACK else "delivered",
            register.seconds,
            title_of(one.number),
        ),
        readings(opens, one, wanted),
        tuple(
            SummaryFound(point, bill.start, bill.seconds, bill.cost, register.currency, bill.amount, unit)
            for bill in bills
        ),
    )


def readings(opens: Opens, one: Series, wanted: Wanted) -> Iterator[Reading]:
    """Stored readings in order of time, a page a transaction, so that none is held while somebody waits."""
    register, start = one.register, wanted.first
    unit = cast("Unit", register.unit)
    while True:
        with opens() as access:
            columns = (Interval.start, Interval.seconds, Interval.amount, Interval.cost, Interval.quality)
            statement = access.columns(Interval, *columns).where(
                col(Interval.register_id) == register.id,
                col(Interval.start) >= start,
                col(Interval.start) < wanted.end,
            )
            rows = access.db.execute(statement.order_by(col(Interval.start)).limit(PAGE)).all()
        for at, seconds, amount, cost, quality in rows:
            cost = cost if wanted.costs else None
            currency = register.currency if cost is not None else None
            yield Reading(register.id, at, seconds, amount, unit, cost, currency, quality, 0)
        if len(rows) < PAGE:
            return
        start = rows[-1][0] + 1


def time_rules(zone: str) -> TimeRules | None:
    """How times are to be shown, where ESPI can say it: North American clocks, or no change at all."""
    year = local(epoch(), zone).year
    march, november = _sunday(year, 3, 2), _sunday(year, 11, 1)
    offsets = [_offset(day, zone) for day in (march, march + timedelta(1), november, november + timedelta(1))]
    winter = offsets[0]
    if offsets == [winter, winter + 3_600, winter + 3_600, winter]:
        return TimeRules(winter, 3_600, "360E2000", "B40E2000")
    months = {_offset(date(year, month, 1), zone) for month in range(1, 13)}
    return TimeRules(winter) if months == {winter} else None


def _sunday(year: int, month: int, which: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))


def _offset(day: date, zone: str) -> int:
    """Seconds ahead of UTC as a day begins."""
    offset = local(day_bounds(day, zone)[0], zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
