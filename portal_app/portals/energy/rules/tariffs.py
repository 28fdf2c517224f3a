"""Tariffs and what a bill under one of them comes to, line by line, to the cent."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

ALL_MONTHS = frozenset(range(1, 13))
ALL_HOURS = frozenset(range(24))
WEEKEND = 5
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Tier:
    """A step of the price: `rate` a unit up to `up_to`, counted in baselines, units, or units a day."""

    rate: Decimal
    up_to: Decimal | None = None
    per: Literal["baseline", "units", "units_a_day"] = "baseline"

    def ceiling(self, baseline: Decimal, days: int) -> Decimal | None:
        """Units at which this tier ends in a segment of so many days; None for the last tier."""
        if self.up_to is None:
            return None
        return (
            self.up_to * {"baseline": baseline, "units": Decimal(1), "units_a_day": Decimal(days)}[self.per]
        )


@dataclass(frozen=True)
class Baseline:
    """The daily allowance in units, in the months it holds."""

    per_day: Decimal
    months: frozenset[int] = ALL_MONTHS


@dataclass(frozen=True)
class Period:
    """A time of use: its price and the local hours it covers; several may share one code."""

    code: str
    name: str
    rate: Decimal
    weekday_hours: frozenset[int] = ALL_HOURS
    weekend_hours: frozenset[int] = ALL_HOURS
    months: frozenset[int] = ALL_MONTHS
    tiers: tuple[Tier, ...] = ()

    def covers(self, month: int, hour: int, weekend: bool) -> bool:
        """Tell whether a local hour is in this period."""
        return month in self.months and hour in (self.weekend_hours if weekend else self.weekday_hours)


@dataclass(frozen=True)
class Rider:
    """A charge on every unit: delivery, fuel, a renewable surcharge; `why` says what it pays for."""

    code: str
    name: str
    rate: Decimal
    why: str = ""


@dataclass(frozen=True)
class Credit:
    """A fixed amount off each bill that ends in one of its months; `cents` is positive."""

    code: str
    name: str
    cents: int
    months: frozenset[int] = ALL_MONTHS
    why: str = ""


@dataclass(frozen=True)
class Tariff:
    """One version of a tariff; rates are money per unit, per day or per bill, before tax."""

    code: str
    version: str
    name: str
    effective_from: date
    commodity: Literal["electricity", "gas"] = "electricity"
    unit: str = "kWh"
    tiers: tuple[Tier, ...] = ()
    baseline: tuple[Baseline, ...] = ()
    periods: tuple[Period, ...] = ()
    fixed_per_day: Decimal = NOTHING
    fixed_per_bill: Decimal = NOTHING
    minimum_per_day: Decimal = NOTHING
    minimum_per_bill: Decimal = NOTHING
    riders: tuple[Rider, ...] = ()
    tax_rate: Decimal = NOTHING
    tax_name: str = "Tax"
    credits: tuple[Credit, ...] = ()
    holidays: str = ""
    """Place whose public holidays use the weekend hours ("US-CA"); empty where the tariff says nothing."""

    def baseline_over(self, days: Iterable[date]) -> Decimal:
        """Allowance in units over some days, each with its own season's."""
        by_month = {month: entry.per_day for entry in self.baseline for month in entry.months}
        return sum((by_month.get(day.month, NOTHING) for day in days), NOTHING)

    def period_at(self, local: datetime, days_off: Container[date] = ()) -> Period | None:
        """Find the time of use a local moment falls in."""
        weekend = local.weekday() >= WEEKEND or local.date() in days_off
        return next((p for p in self.periods if p.covers(local.month, local.hour, weekend)), None)


@dataclass(frozen=True)
class Line:
    """One line of a bill; `end` is the day after its last, `cents` is rounded once, half up.

    `explain_key` chooses the explanation; `beyond` and `ceiling` are where a tier starts and ends in units
    (of a minimum charge, `ceiling` is the least a bill comes to), `why` is the tariff's own sentence.
    """

    code: str
    name: str
    quantity: Decimal
    unit: str
    rate: Decimal
    cents: int
    explain_key: str
    start: date
    end: date
    beyond: Decimal = NOTHING
    ceiling: Decimal | None = None
    why: str = ""


@dataclass(frozen=True)
class Priced:
    """A stretch of days priced: the lines, which always sum to the total."""

    lines: tuple[Line, ...]
    start: date
    end: date
    use: int
    """Thousandths of a unit billed."""

    @property
    def total(self) -> int:
        """What the bill comes to, in cents."""
        return sum(line.cents for line in self.lines)

    def of(self, *keys: str) -> int:
        """Cents of the lines with these explain keys."""
        return sum(line.cents for line in self.lines if line.explain_key in keys)


class CannotPrice(ValueError):
    """The caller has no tariff for the days, or no hourly readings for a tariff that needs them."""


def in_force(versions: Sequence[Tariff], day: date) -> Tariff:
    """Find the version of a tariff in force on a day. Raises CannotPrice when none is yet."""
    begun = [tariff for tariff in versions if tariff.effective_from <= day]
    if not begun:
        raise CannotPrice(f"no tariff in force on {day.isoformat()}")
    return max(begun, key=lambda tariff: tariff.effective_from)


Step = tuple[int, Decimal, Decimal, Decimal, Decimal | None]


def tier_steps(tiers: Sequence[Tier], quantity: Decimal, baseline: Decimal, days: int) -> list[Step]:
    """Cut a quantity along tiers: (number, rate, quantity, starts beyond, ends at) for each that is reached.

    The last tier has no end, whatever it says. Power sent back (a quantity below zero) earns the first
    tier's rate.
    """
    steps: list[Step] = []
    floor = NOTHING
    for number, tier in enumerate(tiers, start=1):
        ceiling = tier.ceiling(baseline, days) if number < len(tiers) else None
        top = quantity if ceiling is None else min(quantity, ceiling)
        if top > floor or (number == 1 and quantity <= 0):
            steps.append((number, tier.rate, top - floor, floor, ceiling))
        if top == quantity:
            break
        floor = max(floor, top)
    return steps


def next_unit_rate(tariff: Tariff, used: Decimal, days: Sequence[date]) -> Decimal:
    """Price of the next unit before tax on a tariff by tiers, riders included: what one more costs now."""
    baseline = tariff.baseline_over(days)
    riders = sum((rider.rate for rider in tariff.riders), NOTHING)
    for tier in tariff.tiers[:-1]:
        ceiling = tier.ceiling(baseline, len(days))
        if ceiling is None or used < ceiling:
            return tier.rate + riders
    return (tariff.tiers[-1].rate if tariff.tiers else NOTHING) + riders
