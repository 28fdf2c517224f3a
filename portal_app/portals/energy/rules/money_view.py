"""The usage chart in money instead of kWh, saying what it leaves out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from portal_app.portals.energy.rules.days_off import public_holidays
from portal_app.portals.energy.rules.rounding import plain, to_cents, units
from portal_app.portals.energy.rules.tariffs import NOTHING, Tariff, in_force, tier_steps
from portal_app.portals.energy.rules.usage import HOUR, Interval, local_date

Money = Callable[[int], str]


@dataclass(frozen=True)
class MoneyDay:
    """One day in cents; None where a reading cannot be priced or there is none."""

    date: date
    cents: int | None


@dataclass(frozen=True)
class MoneyView:
    """Days in money, and the sentence about what is in them and what is not."""

    days: tuple[MoneyDay, ...]
    note: str


def money_by_day(
    versions: Sequence[Tariff],
    intervals: Sequence[Interval],
    start: date,
    end: date,
    zone: str,
    money: Money,
    *,
    whole_bill: bool = False,
) -> MoneyView:
    """Turn the days of one bill, from `start` up to (not including) `end`, into money.

    Tiers fill up in the order of the days with the whole bill's allowance, so the days sum to the energy and
    its riders. With `whole_bill` the daily charge and tax are in; credits and charges per bill never are.
    """
    by_day = {
        day: list(found) for day, found in groupby(sorted(intervals), lambda r: local_date(r.start, zone))
    }
    cycle = [start + timedelta(days=n) for n in range((end - start).days)]
    used, found = NOTHING, []
    for day in cycle:
        tariff = in_force(versions, day)
        readings = by_day.get(day, [])
        quantity = sum((units(reading.amount) for reading in readings), NOTHING)
        cost = _energy(tariff, readings, used, quantity, cycle, zone) if readings else None
        used += quantity
        found.append(MoneyDay(day, None if cost is None else _cents(tariff, cost, quantity, whole_bill)))
    return MoneyView(tuple(found), note(in_force(versions, cycle[-1]), money, whole_bill=whole_bill))


def _energy(
    tariff: Tariff,
    readings: Sequence[Interval],
    used: Decimal,
    quantity: Decimal,
    cycle: Sequence[date],
    zone: str,
) -> Decimal | None:
    """Price one day's energy before riders."""
    if not tariff.periods:
        baseline = tariff.baseline_over(cycle)
        costs = [
            sum(
                (
                    rate * part
                    for _, rate, part, _, _ in tier_steps(tariff.tiers, total, baseline, len(cycle))
                ),
                NOTHING,
            )
            for total in (used, used + quantity)
        ]
        return costs[1] - costs[0]
    rates = [_hour_rate(tariff, reading, zone) for reading in readings]
    if any(rate is None for rate in rates):
        return None
    priced = zip(readings, rates, strict=True)
    return sum((units(reading.amount) * rate for reading, rate in priced if rate is not None), NOTHING)


def _hour_rate(tariff: Tariff, reading: Interval, zone: str) -> Decimal | None:
    if reading.seconds > HOUR:
        return None
    local = datetime.fromtimestamp(reading.start, ZoneInfo(zone))
    period = tariff.period_at(local, public_holidays(tariff.holidays, local.year))
    return period.rate if period else None


def _cents(tariff: Tariff, energy: Decimal, quantity: Decimal, whole_bill: bool) -> int:
    cost = energy + quantity * sum((rider.rate for rider in tariff.riders), NOTHING)
    if whole_bill:
        cost = (cost + tariff.fixed_per_day) * (1 + tariff.tax_rate)
    return to_cents(cost)


def note(tariff: Tariff, money: Money, *, whole_bill: bool = False) -> str:
    """Say what the money view leaves out, such as the daily charge and tax."""
    daily = [f"the daily charge of {money(to_cents(tariff.fixed_per_day))}"] if tariff.fixed_per_day else []
    tax = [f"{plain(tariff.tax_rate * 100, 4)} % tax"] if tariff.tax_rate else []
    rest = [f"the charge of {money(to_cents(tariff.fixed_per_bill))} a bill"] if tariff.fixed_per_bill else []
    rest += ["credits"] if tariff.credits else []
    rest += ["the minimum charge"] if tariff.minimum_per_day or tariff.minimum_per_bill else []
    included, left_out = (daily + tax, rest) if whole_bill else ([], daily + tax + rest)
    words = [f"With {_listed(included)}."] if included else []
    words += [f"Without {_listed(left_out)}."] if left_out else []
    return " ".join(words) or "This is the whole price."


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
