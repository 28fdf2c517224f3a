"""Your own last twelve months on the other tariffs."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from portal_app.portals.energy.rules.pricing import price
from portal_app.portals.energy.rules.tariffs import CannotPrice, Tariff
from portal_app.portals.energy.rules.usage import Interval, completeness, day_bounds, local_days

NOTE = "If you do not change your habits. Your own last 12 months, hour by hour, at today's prices."
LEAST_KNOWN = Decimal("0.8")
YEAR = 365


@dataclass(frozen=True)
class Home:
    """What decides which tariffs a customer may choose."""

    kind: str = "home"
    electric_car: bool = False
    electric_heating: bool = False
    solar: bool = False
    meter: str = "smart"


@dataclass(frozen=True)
class Offer:
    """A tariff on offer and who may have it; empty sets ask for nothing."""

    tariff: Tariff
    kinds: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    """Of "electric_car", "electric_heating", "solar", "smart_meter"."""

    def missing(self, home: Home) -> tuple[str, ...]:
        """Say what the home lacks for this tariff; nothing when it may choose it."""
        lacking = []
        if self.kinds and home.kind not in self.kinds:
            lacking.append(f"it is for {' and '.join(sorted(self.kinds))} customers")
        has = {
            "electric_car": (home.electric_car, "it needs an electric car"),
            "electric_heating": (home.electric_heating, "it needs electric heating"),
            "solar": (home.solar, "it needs solar panels"),
            "smart_meter": (home.meter == "smart", "it needs a smart meter"),
        }
        lacking += [has[need][1] for need in sorted(self.needs) if not has[need][0]]
        return tuple(lacking)


@dataclass(frozen=True)
class OnTariff:
    """The twelve months on one tariff: cents a year, and against what is paid now."""

    code: str
    name: str
    cents: int
    saves: int
    """Cents a year cheaper than now; below 0 where it costs more."""
    current: bool


@dataclass(frozen=True)
class Closed:
    """A tariff the customer may not choose, and what is missing."""

    code: str
    name: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class TariffComparison:
    """Tariffs from the cheapest, with the note that must stand beside them; or why there are none."""

    rows: tuple[OnTariff, ...]
    closed: tuple[Closed, ...]
    note: str
    start: date
    end: date
    known: Decimal


def compare_tariffs(
    current: Tariff,
    offers: Sequence[Offer],
    intervals: Sequence[Interval],
    home: Home,
    *,
    today: date,
    zone: str,
) -> TariffComparison:
    """Price the last 12 months of real readings on each tariff the customer may choose, cheapest first.

    Tariffs that need something the home lacks come last, unpriced, with what is missing. Below 80 % of the
    year's readings there is no comparison, since a guess would be worse than none. Credits count on all
    sides.
    """
    start = today - timedelta(days=YEAR)
    first, last = day_bounds(start, zone)[0], day_bounds(today, zone)[0]
    inside = sorted(reading for reading in intervals if first <= reading.start < last)
    known = completeness(local_days(inside, zone, start, today - timedelta(days=1)).days)
    if known < LEAST_KNOWN:
        note = f"Not enough readings of the last 12 months yet ({int(known * 100)} %)."
        return TariffComparison((), (), note, start, today, known)
    months = _by_month(inside, start, today, zone)
    now = _year_on(current, months, zone)
    if now is None:
        note = "Your own tariff needs readings by the hour, and yours are longer."
        return TariffComparison((), (), note, start, today, known)
    rows = [OnTariff(current.code, current.name, now, 0, current=True)]
    others = [o for o in offers if o.tariff.commodity == current.commodity and o.tariff.code != current.code]
    for offer in others:
        cents = None if offer.missing(home) else _year_on(offer.tariff, months, zone)
        if cents is not None:
            rows.append(OnTariff(offer.tariff.code, offer.tariff.name, cents, now - cents, current=False))
    closed = tuple(Closed(o.tariff.code, o.tariff.name, o.missing(home)) for o in others if o.missing(home))
    return TariffComparison(tuple(sorted(rows, key=lambda row: row.cents)), closed, NOTE, start, today, known)


Months = Sequence[tuple[date, date, Sequence[Interval]]]


def _by_month(ordered: Sequence[Interval], start: date, end: date, zone: str) -> Months:
    """Cut a year into bills of a calendar month, with each one's readings."""
    cuts = [start]
    while cuts[-1] < end:
        last = cuts[-1]
        cuts.append(min(date(last.year + last.month // 12, last.month % 12 + 1, 1), end))
    starts = [reading.start for reading in ordered]
    places = [bisect_left(starts, day_bounds(cut, zone)[0]) for cut in cuts]
    pairs = zip(cuts, cuts[1:], places, places[1:], strict=False)
    return [(one, two, ordered[i:j]) for one, two, i, j in pairs]


def _year_on(tariff: Tariff, months: Months, zone: str) -> int | None:
    """Price the months at the tariff's prices of today; None where the readings cannot be placed."""
    today = replace(tariff, effective_from=date.min)
    kept = [month for month in months if month[2] or not tariff.periods]
    try:
        bills = [
            price([today], a, b, use=None if found else 0, intervals=found, zone=zone) for a, b, found in kept
        ]
    except CannotPrice:
        return None
    unplaced = any(line.explain_key == "difference" for bill in bills for line in bill.lines)
    return None if unplaced else sum(bill.total for bill in bills)
