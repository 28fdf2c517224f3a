"""Days rolled up from readings, so that a page reads thirty rows and not nine thousand."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access
from portal_app.core.clock import zone_of
from portal_app.portals.energy.rules.usage import LONGEST_DAY, day_bounds, local_date
from portal_app.portals.energy.tables import DayUse, Interval, Register

NIGHT_HOURS = range(0, 5)
PEAK_HOURS = range(16, 21)


def roll_up(access: Access, register: Register, first_second: int, last_second: int, zone: str) -> int:
    """Count again every local day between two moments (both inside); says how many days there are now.

    Readings longer than a day (a month of gas) stay readings: they are not spread over days.
    """
    first, last = local_date(first_second, zone), local_date(max(first_second, last_second - 1), zone)
    begin, end = day_bounds(first, zone)[0], day_bounds(last, zone)[1]
    statement = (
        access.columns(
            Interval, Interval.start, Interval.seconds, Interval.amount, Interval.quality, Interval.cost
        )
        .where(
            col(Interval.register_id) == register.id,
            col(Interval.start) >= begin,
            col(Interval.start) < end,
            col(Interval.seconds) <= LONGEST_DAY,
        )
        .order_by(col(Interval.start))
    )
    days = count_days(access.db.execute(statement), zone)
    access.remove(
        DayUse, col(DayUse.register_id) == register.id, col(DayUse.day) >= first, col(DayUse.day) <= last
    )
    owner = {"company_id": register.company_id, "account_id": register.account_id, "register_id": register.id}
    access.add_many(DayUse, [{**owner, **day} for day in days])
    return len(days)


def count_days(readings: Iterable[Any], zone: str) -> list[dict[str, Any]]:
    """Sum ordered readings (start, seconds, amount, quality, cost) by local day, as columns of DayUse."""
    days: list[dict[str, Any]] = []
    place, begin, end = zone_of(zone), 0, 0
    hours: dict[int, int] = {}
    for start, seconds, amount, quality, cost in readings:
        if not begin <= start < end:
            _close(days, hours)
            day = local_date(start, zone)
            begin, end = day_bounds(day, zone)
            hours = {}
            days.append(_opened(day, end - begin))
        entry = days[-1]
        entry["amount"] += amount
        entry["seconds"] += seconds
        entry["estimated"] += quality == "estimated"
        if cost is not None:
            entry["cost"] += cost
            entry["priced"] += seconds
        if seconds <= 3600:
            # A day of 24 hours has no change of clocks, so its hours can be counted off from midnight.
            plain = end - begin == 86_400
            hour = (start - begin) // 3600 if plain else datetime.fromtimestamp(start, place).hour
            hours[hour] = hours.get(hour, 0) + amount
            if hour in PEAK_HOURS and entry["day"].weekday() < 5:
                entry["peak"] += amount
    _close(days, hours)
    return days


def _opened(day: date, length: int) -> dict[str, Any]:
    return {
        "day": day, "amount": 0, "seconds": 0, "due": length, "estimated": 0,
        "night": 0, "peak": 0, "cost": 0, "priced": 0,
    }  # fmt: skip


def _close(days: list[dict[str, Any]], hours: dict[int, int]) -> None:
    night = [hours[hour] for hour in NIGHT_HOURS if hour in hours]
    if days and night:
        days[-1]["night"] = min(night)


def day_rows(access: Access, register_id: str, first: date, last: date) -> list[DayUse]:
    """The rolled-up days of a register from one date to another, both inside, in order."""
    return list(
        access.db.exec(
            access.rows(
                DayUse,
                col(DayUse.register_id) == register_id,
                col(DayUse.day) >= first,
                col(DayUse.day) <= last,
            ).order_by(col(DayUse.day))
        )
    )


def last_day(access: Access, register_id: str) -> date | None:
    """The newest day that is known of a register."""
    statement = access.columns(DayUse, DayUse.day).where(col(DayUse.register_id) == register_id)
    return access.db.execute(statement.order_by(col(DayUse.day).desc()).limit(1)).scalar()
