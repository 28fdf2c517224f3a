"""Tips for this home, from its own pattern and in the season's order."""

from decimal import Decimal

from portal_app.core import money
from portal_app.core.access import Access
from portal_app.portals.energy.rules import tips as advice
from portal_app.portals.energy.rules.tariffs import Tariff, next_unit_rate
from portal_app.portals.energy.rules.tips import Evidence, Tip
from portal_app.portals.energy.rules.weather import Season, season
from portal_app.portals.energy.service.insight import Insight
from portal_app.shapes.tasks import TipRow

_ICONS = {
    "afternoon_cooling": "heat", "cooling_setback": "heat", "heating_setback": "heat", "night_base": "moon",
    "shift_peak": "usage", "closed_hours": "moon", "hot_water": "heat", "tariff": "bill",
}  # fmt: skip
_TITLES: dict[Season, str] = {
    "cooling": "Keeping cool for less",
    "heating": "Keeping warm for less",
    "mild": "Worth doing in your home",
}


def season_of(main: Insight) -> Season:
    """The season where this home stands, by its own weather."""
    return season(main.weather, main.known_until, main.supply.premise.lat)


def heading(main: Insight) -> str:
    """What the tips are called in this season."""
    return _TITLES[season_of(main)]


def found(main: Insight) -> list[Tip]:
    """The tips that this home's last year supports, those of the season first."""
    evidence = _evidence(main)
    return advice.tips(evidence, season_of(main)) if evidence is not None else []


def rows(access: Access, main: Insight) -> tuple[TipRow, ...]:
    """The same, ready to draw."""
    return tuple(
        TipRow(
            title=tip.title,
            basis=tip.basis,
            saving=f"about {money.written(round(tip.saving / 100) * 100, access.visitor.currency, access.visitor.locale).removesuffix('.00')}",  # noqa: E501
            icon=_ICONS.get(tip.code, "bulb"),
        )
        for tip in found(main)
    )


def _evidence(main: Insight) -> Evidence | None:
    year = main.days[-365:]
    tariff = main.tariff
    if len(year) < 330 or tariff is None:
        return None
    known = [day for day in year if day.date in main.weather]
    model = main.model
    parts = model.parts([main.weather[day.date] for day in known]) if model and len(known) > 300 else None
    nights = sorted(main.nights[day.date] for day in year if day.date in main.nights)
    rates = sorted(period.rate for period in tariff.periods)
    on_peak = sum(main.peaks.get(day.date, 0) for day in year)
    return Evidence(
        unit=main.unit,
        cents_per_unit=_next_cents(main, tariff),
        year=sum(day.amount or 0 for day in year),
        base=parts[0] if parts else None,
        heating=parts[1] if parts else None,
        cooling=parts[2] if parts else None,
        night_per_hour=Decimal(nights[len(nights) // 2]) if nights else None,
        on_peak=on_peak if rates else None,
        on_peak_extra=(rates[-1] - rates[0]) * 100 if len(rates) > 1 else None,
        hot_water_by_gas=main.supply.register.commodity == "gas",
    )


def _next_cents(main: Insight, tariff: Tariff) -> Decimal:
    """What one more unit costs over a usual bill, tax in, in cents."""
    if tariff.periods:
        rate = min(period.rate for period in tariff.periods) + sum(
            (r.rate for r in tariff.riders), Decimal(0)
        )
    else:
        days = main.dates(main.start, main.end)
        used = Decimal(sum(day.amount or 0 for day in main.days[-365:])) / 365 * len(days) / 1000
        rate = next_unit_rate(tariff, used, days)
    return rate * 100 * (1 + tariff.tax_rate)
