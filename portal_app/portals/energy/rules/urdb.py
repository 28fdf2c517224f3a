"""Reads rates in the shape of the US utility rate database: 12x24 schedules and tiers per period."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from portal_app.portals.energy.rules.tariffs import NOTHING, Period, Tariff, Tier

BILLS_A_YEAR = Decimal(12)


class BadRate(ValueError):
    """The rate has a hole a customer could fall into; the text says where."""


def from_urdb(item: Mapping[str, Any], *, effective_from: date | None = None) -> Tariff:
    """Turn one rate into a tariff. Raises BadRate with what is missing and where.

    A rate of one period for every hour becomes plain tiers. `adj` is added to each tier's rate.
    """
    structure = item.get("energyratestructure")
    if not structure:
        raise BadRate("energyratestructure is missing or empty")
    tiers = [_tiers(steps, number) for number, steps in enumerate(structure)]
    weekday = _schedule(item, "energyweekdayschedule", len(tiers))
    weekend = _schedule(item, "energyweekendschedule", len(tiers), fallback=weekday)
    used = {period for schedule in (weekday, weekend) for row in schedule for period in row}
    fixed_day, fixed_bill = _per_day_or_bill(
        item, "fixedchargefirstmeter", "fixedchargeunits", "fixedmonthlycharge"
    )
    least_day, least_bill = _per_day_or_bill(item, "mincharge", "minchargeunits", "minmonthlycharge")
    flat = len(used) == 1
    name = str(item.get("name") or "Imported rate")
    return Tariff(
        code=str(item.get("label") or name),
        version=str(item.get("revisions", ["1"])[-1]) if item.get("revisions") else "1",
        name=name,
        effective_from=effective_from or _start(item),
        unit="kWh",
        tiers=tiers[used.pop()] if flat else (),
        periods=() if flat else _periods(tiers, weekday, weekend),
        fixed_per_day=fixed_day,
        fixed_per_bill=fixed_bill,
        minimum_per_day=least_day,
        minimum_per_bill=least_bill,
    )


def _number(value: object, where: str) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as trouble:
        raise BadRate(f"{where} is not a number: {value!r}") from trouble


def _tiers(steps: Sequence[Mapping[str, Any]], number: int) -> tuple[Tier, ...]:
    if not steps:
        raise BadRate(f"period {number} has no tier")
    return tuple(_tier(step, f"period {number}, tier {n + 1}") for n, step in enumerate(steps))


def _tier(step: Mapping[str, Any], where: str) -> Tier:
    unit = step.get("unit", "kWh")
    if unit not in ("kWh", "kWh daily"):
        raise BadRate(f"{where}: unit {unit!r} is not supported")
    rate = _number(step.get("rate", 0), where) + _number(step.get("adj", 0), where)
    most = step.get("max")
    up_to = None if most is None else _number(most, where)
    return Tier(rate, up_to, "units_a_day" if unit == "kWh daily" else "units")


def _schedule(
    item: Mapping[str, Any], key: str, periods: int, fallback: Sequence[Sequence[int]] | None = None
) -> Sequence[Sequence[int]]:
    rows = item.get(key) or fallback
    if rows is None:
        raise BadRate(f"{key} is missing")
    if len(rows) != 12 or any(len(row) != 24 for row in rows):
        raise BadRate(f"{key} is not 12 rows of 24 hours")
    if any(not 0 <= period < periods for row in rows for period in row):
        raise BadRate(f"{key} names a period that has no rate")
    return rows


def _periods(
    tiers: Sequence[tuple[Tier, ...]], weekday: Sequence[Sequence[int]], weekend: Sequence[Sequence[int]]
) -> tuple[Period, ...]:
    """Group the months in which a period has the same hours."""
    found: list[Period] = []
    for number, steps in enumerate(tiers):
        months: dict[tuple[frozenset[int], frozenset[int]], set[int]] = {}
        for month in range(12):
            hours = (_hours(weekday[month], number), _hours(weekend[month], number))
            if hours[0] or hours[1]:
                months.setdefault(hours, set()).add(month + 1)
        for (on_weekdays, on_weekends), these in months.items():
            found.append(
                Period(
                    f"period-{number + 1}", f"Period {number + 1}", steps[0].rate, on_weekdays, on_weekends,
                    frozenset(these), steps,
                )
            )  # fmt: skip
    return tuple(found)


def _hours(row: Sequence[int], number: int) -> frozenset[int]:
    return frozenset(hour for hour, period in enumerate(row) if period == number)


def _per_day_or_bill(
    item: Mapping[str, Any], key: str, unit_key: str, old_key: str
) -> tuple[Decimal, Decimal]:
    """Read a charge in its unit: (per day, per bill)."""
    amount = item.get(key, item.get(old_key))
    if amount is None:
        return NOTHING, NOTHING
    value = _number(amount, key)
    unit = item.get(unit_key, "$/month")
    if unit == "$/day":
        return value, NOTHING
    if unit == "$/year":
        return NOTHING, value / BILLS_A_YEAR
    if unit == "$/month":
        return NOTHING, value
    raise BadRate(f"{unit_key} {unit!r} is not supported")


def _start(item: Mapping[str, Any]) -> date:
    start = item.get("startdate")
    if start is None:
        return date(1970, 1, 1)
    return datetime.fromtimestamp(int(start), UTC).date()
