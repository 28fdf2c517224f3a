"""Readings and a tariff become the lines of a bill."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from portal_app.portals.energy.rules.days_off import public_holidays
from portal_app.portals.energy.rules.rounding import share_out, to_cents, units
from portal_app.portals.energy.rules.tariffs import (
    NOTHING,
    CannotPrice,
    Line,
    Period,
    Priced,
    Tariff,
    in_force,
    tier_steps,
)
from portal_app.portals.energy.rules.usage import HOUR, Interval, day_bounds, local_date

ENERGY_KEYS = ("flat", "tier", "period", "difference")
RATE_PLACES = Decimal("0.00001")
DIFFERENCE = "Use without hourly readings"


@dataclass
class _Segment:
    """The days of a bill under one version of the tariff, and what was used in them."""

    tariff: Tariff
    start: date
    end: date
    measured: int = 0
    billed: int = 0
    by_period: dict[Period, int] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range((self.end - self.start).days)]


def price(
    versions: Sequence[Tariff],
    start: date,
    end: date,
    *,
    use: int | None = None,
    intervals: Sequence[Interval] = (),
    zone: str = "UTC",
    with_credits: bool = True,
) -> Priced:
    """Price the days from `start` up to (not including) `end` under whichever version holds on each day.

    `use` is the billed quantity in thousandths; without it the readings' sum is billed. Where both are
    given and differ, the difference is a line of its own (invariant I13-2): at the average price by time of
    use, at what the tiers charge for it otherwise. Without
    readings the use is split over a change of rates by days. A tariff by time of use needs readings it can
    place on the clock; raises CannotPrice without them, and for days no version covers.
    """
    if end <= start:
        raise CannotPrice(f"{start.isoformat()} to {end.isoformat()} holds no day")
    segments = _segments(versions, start, end)
    if intervals:
        _place(segments, intervals, zone)
    _bill(segments, use, bool(intervals))
    lines = [line for segment in segments for line in _use_lines(segment)]
    lines += _per_day_lines(segments)
    lines += [line for segment in segments for line in _rider_lines(segment)]
    lines = _merged(lines)
    lines += _minimum_lines(segments, lines)
    lines += _tax_lines(segments, lines)
    if with_credits:
        lines += _credit_lines(segments[-1])
    return Priced(tuple(lines), start, end, sum(segment.billed for segment in segments))


def _segments(versions: Sequence[Tariff], start: date, end: date) -> list[_Segment]:
    changes = {tariff.effective_from for tariff in versions if start < tariff.effective_from < end}
    cuts = [start, *sorted(changes), end]
    return [_Segment(in_force(versions, one), one, two) for one, two in zip(cuts, cuts[1:], strict=False)]


def _place(segments: Sequence[_Segment], intervals: Iterable[Interval], zone: str) -> None:
    """Add each reading to its segment, and to its time of use where the tariff has any."""
    first, last = 0, 0
    segment = segments[0]
    for reading in sorted(intervals):
        if not first <= reading.start < last:
            day = local_date(reading.start, zone)
            first, last = day_bounds(day, zone)
            found = [s for s in segments if s.start <= day < s.end]
            segment = found[0] if found else _Segment(segments[0].tariff, day, day)
        segment.measured += reading.amount
        if segment.tariff.periods and (period := _period_of(segment.tariff, reading, zone)):
            segment.by_period[period] = segment.by_period.get(period, 0) + reading.amount


def _period_of(tariff: Tariff, reading: Interval, zone: str) -> Period | None:
    """Find the one time of use a whole reading lies in; None when it spans several."""
    place = ZoneInfo(zone)
    last = reading.start + max(reading.seconds, 1) - 1
    moments = [*range(reading.start, last, HOUR), last]
    found = [_period_at(tariff, moment, place) for moment in moments]
    same = all(
        period is not None and found[0] is not None and period.code == found[0].code for period in found
    )
    return found[0] if same else None


def _period_at(tariff: Tariff, moment: int, place: ZoneInfo) -> Period | None:
    local = datetime.fromtimestamp(moment, UTC).astimezone(place)
    return tariff.period_at(local, public_holidays(tariff.holidays, local.year))


def _bill(segments: Sequence[_Segment], use: int | None, measured: bool) -> None:
    """Decide what is billed in each segment: the readings, the stated use, or a split of it by days."""
    if not measured and use is None:
        raise CannotPrice("neither a quantity nor readings were given")
    if not measured and any(segment.tariff.periods for segment in segments):
        raise CannotPrice("a tariff by time of use needs readings by the hour")
    counted = [segment.measured for segment in segments]
    if use is None:
        shares = counted
    elif measured and sum(counted) > 0 and min(counted) >= 0:
        shares = share_out(use, counted)
    else:
        shares = share_out(use, [len(segment.days) for segment in segments])
    for segment, share in zip(segments, shares, strict=True):
        segment.billed = share


def _use_lines(segment: _Segment) -> list[Line]:
    """Charge what was used, by time of use where the tariff has it, else by tiers."""
    if not segment.tariff.periods:
        return _use_by_tiers(segment)
    amounts: dict[str, tuple[Period, int]] = {}
    for period, amount in segment.by_period.items():
        first, before = amounts.get(f"{period.code}@{period.rate}", (period, 0))
        amounts[f"{period.code}@{period.rate}"] = (first, before + amount)
    order = {period.code: number for number, period in reversed(list(enumerate(segment.tariff.periods)))}
    lines: list[Line] = []
    for period, amount in sorted(amounts.values(), key=lambda found: order[found[0].code]):
        lines += _period_lines(segment, period, units(amount))
    missing = segment.billed - sum(segment.by_period.values())
    return lines + ([_difference(segment, missing, lines)] if missing else [])


def _use_by_tiers(segment: _Segment) -> list[Line]:
    """Charge the readings by tiers, and what the bill counts beyond them as a line of its own."""
    counted = segment.measured or segment.billed
    tariff, missing = segment.tariff, units(segment.billed - counted)
    lines = _tier_lines(segment, "energy", tariff.name, tariff.tiers, units(counted))
    if not missing:
        return lines
    cost = _tier_cost(segment, segment.billed) - _tier_cost(segment, counted)
    line = _line(
        segment, "difference", DIFFERENCE, missing, (cost / missing).quantize(RATE_PLACES), "difference"
    )
    return [*lines, replace(line, cents=to_cents(cost))]


def _tier_cost(segment: _Segment, amount: int) -> Decimal:
    days = segment.days
    steps = tier_steps(segment.tariff.tiers, units(amount), segment.tariff.baseline_over(days), len(days))
    return sum((rate * part for _, rate, part, _, _ in steps), NOTHING)


def _period_lines(segment: _Segment, period: Period, quantity: Decimal) -> list[Line]:
    if len(period.tiers) > 1:
        return _tier_lines(segment, period.code, period.name, period.tiers, quantity)
    rate = period.tiers[0].rate if period.tiers else period.rate
    return [_line(segment, period.code, period.name, quantity, rate, "period")]


def _tier_lines(segment: _Segment, code: str, name: str, tiers: Sequence, quantity: Decimal) -> list[Line]:
    days = segment.days
    steps = tier_steps(tiers, quantity, segment.tariff.baseline_over(days), len(days))
    if len(tiers) == 1:
        return [_line(segment, code, name, part, rate, "flat") for _, rate, part, _, _ in steps]
    return [
        replace(
            _line(segment, f"{code}-tier-{number}", f"{name}, tier {number}", part, rate, "tier"),
            beyond=beyond,
            ceiling=ceiling,
        )
        for number, rate, part, beyond, ceiling in steps
    ]


def _difference(segment: _Segment, missing: int, lines: Sequence[Line]) -> Line:
    """Name what the bill counts and the clock cannot place, at the average price of the rest."""
    quantity = sum((line.quantity for line in lines), NOTHING)
    if quantity <= 0:
        raise CannotPrice("a tariff by time of use needs readings by the hour")
    average = sum((line.quantity * line.rate for line in lines), NOTHING) / quantity
    rate = average.quantize(RATE_PLACES)
    return _line(segment, "difference", DIFFERENCE, units(missing), rate, "difference")


def _line(segment: _Segment, code: str, name: str, quantity: Decimal, rate: Decimal, key: str) -> Line:
    cents = to_cents(quantity * rate)
    return Line(code, name, quantity, segment.tariff.unit, rate, cents, key, segment.start, segment.end)


def _per_day_lines(segments: Sequence[_Segment]) -> list[Line]:
    """Charge the fixed part: by day, or one amount a bill shared over its days."""
    lines: list[Line] = []
    all_days = sum(len(segment.days) for segment in segments)
    for segment in segments:
        tariff, days = segment.tariff, Decimal(len(segment.days))
        if tariff.fixed_per_day:
            line = _line(segment, "fixed", "Daily charge", days, tariff.fixed_per_day, "fixed")
            lines.append(replace(line, unit="day"))
        if tariff.fixed_per_bill:
            line = _line(
                segment, "fixed-bill", "Service charge", days / all_days, tariff.fixed_per_bill, "fixed_bill"
            )
            lines.append(replace(line, unit="bill"))
    return lines


def _rider_lines(segment: _Segment) -> list[Line]:
    quantity = units(segment.billed)
    return [
        replace(_line(segment, rider.code, rider.name, quantity, rider.rate, "rider"), why=rider.why)
        for rider in segment.tariff.riders
    ]


def _merged(lines: Sequence[Line]) -> list[Line]:
    """Join a daily charge or rider that did not change within the bill, so it is rounded once."""
    merged: dict[tuple, Line] = {}
    for line in lines:
        alone = line.explain_key in ENERGY_KEYS
        key = (line.code, line.rate, line.start if alone else None, line.beyond)
        if (before := merged.get(key)) is None:
            merged[key] = line
            continue
        quantity = before.quantity + line.quantity
        merged[key] = replace(before, quantity=quantity, cents=to_cents(quantity * line.rate), end=line.end)
    return list(merged.values())


def _minimum_lines(segments: Sequence[_Segment], lines: Sequence[Line]) -> list[Line]:
    """Top the charges up to the tariff's minimum, where they fall short of it."""
    all_days = sum(len(segment.days) for segment in segments)
    least = NOTHING
    for segment in segments:
        days = Decimal(len(segment.days))
        least += segment.tariff.minimum_per_day * days + segment.tariff.minimum_per_bill * days / all_days
    short = to_cents(least) - sum(line.cents for line in lines)
    if not least or short <= 0:
        return []
    amount, start, end = Decimal(short) / 100, segments[0].start, segments[-1].end
    return [
        Line(
            "minimum",
            "Minimum charge",
            Decimal(1),
            "bill",
            amount,
            short,
            "minimum",
            start,
            end,
            ceiling=least,
        )
    ]


def _tax_lines(segments: Sequence[_Segment], lines: Sequence[Line]) -> list[Line]:
    """Charge tax on everything before it; one line for each rate that held in the bill."""
    rates = list(dict.fromkeys(segment.tariff.tax_rate for segment in segments))
    taxable = dict.fromkeys(rates, 0)
    for line in lines:
        touched = [(segment, _days_inside(line, segment)) for segment in segments]
        shares = share_out(line.cents, [days for _, days in touched])
        for (segment, _), share in zip(touched, shares, strict=True):
            taxable[segment.tariff.tax_rate] += share
    return [_tax_line(segments, rate, taxable[rate]) for rate in rates if rate]


def _days_inside(line: Line, segment: _Segment) -> int:
    return max((min(line.end, segment.end) - max(line.start, segment.start)).days, 0)


def _tax_line(segments: Sequence[_Segment], rate: Decimal, taxable: int) -> Line:
    under = [segment for segment in segments if segment.tariff.tax_rate == rate]
    base, name = Decimal(taxable) / 100, under[0].tariff.tax_name
    return Line(
        "tax", name, base, "taxable", rate, to_cents(base * rate), "tax", under[0].start, under[-1].end
    )


def _credit_lines(segment: _Segment) -> list[Line]:
    month = (segment.end - timedelta(days=1)).month
    return [
        Line(
            c.code,
            c.name,
            Decimal(1),
            "bill",
            Decimal(-c.cents) / 100,
            -c.cents,
            "credit",
            segment.start,
            segment.end,
            why=c.why,
        )
        for c in segment.tariff.credits
        if month in c.months
    ]
