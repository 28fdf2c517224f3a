"""Tips from this home's own pattern, each with a yearly saving and what it rests on; no evidence, no tip."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from statistics import mean
from typing import Literal
from zoneinfo import ZoneInfo

from portal_app.portals.energy.rules.rounding import plain, units, whole
from portal_app.portals.energy.rules.usage import HOUR, Interval
from portal_app.portals.energy.rules.weather import DegreeDays, Season

Money = Callable[[int], str]

HOURS_A_YEAR = 8760
AFTERNOON = frozenset(range(14, 20))
HOT_DAY = 5.0
MILD_DAY = 1.0
LEAST_DAYS = 10

SETBACK = Decimal("0.10")
"""Share of heating or cooling saved by 7 to 10 °F less for 8 hours a day (US Department of Energy)."""
SEALING = Decimal("0.15")
"""Average share of heating and cooling saved by sealing and insulating (US EPA, ENERGY STAR)."""
IDLE = Decimal("0.20")
"""Share of always-on load that is usually idle devices: our rule, stated as such."""
SHIFTED = Decimal("0.20")
CLOSED = Decimal("0.25")
HOT_WATER = Decimal("0.04")
"""Share of hot water saved for each 10 °F less (US Department of Energy: 3 to 5 %)."""

ALWAYS_ON_FROM = Decimal(250)
"""Thousandths an hour below which a night is nothing to speak of."""
WEATHER_SHARE = Decimal("0.3")
CLOSED_SHARE = Decimal("0.35")
LEAST_SAVING = 500
"""Cents a year below which a tip is not worth a customer's time."""


@dataclass(frozen=True)
class Evidence:
    """What is known of a home over a year; thousandths of a unit, None where it is not known."""

    unit: str
    cents_per_unit: Decimal
    """What one more unit costs."""
    year: int | None = None
    cooling: int | None = None
    heating: int | None = None
    base: int | None = None
    afternoon_cooling: int | None = None
    night_per_hour: Decimal | None = None
    on_peak: int | None = None
    on_peak_extra: Decimal | None = None
    """Cents an on-peak unit costs beyond the cheapest hours."""
    closed: int | None = None
    """Used while a business is closed."""
    better_tariff: str = ""
    better_tariff_saves: int | None = None
    hot_water_by_gas: bool = False


@dataclass(frozen=True)
class Tip:
    """One thing to do: its yearly saving in cents, the sentence it rests on, and the season it belongs to."""

    code: str
    title: str
    saving: int
    basis: str
    season: Season | Literal["any"]


def tips(found: Evidence, season: Season) -> list[Tip]:
    """List the tips this home's pattern supports: those of the season first, then by saving."""
    rules = (
        _afternoon,
        _cooling,
        _heating,
        _sealing,
        _night,
        _shift,
        _closed,
        _hot_water,
        _tariff,
    )
    given = [tip for rule in rules if (tip := rule(found)) and tip.saving >= LEAST_SAVING]
    rank = {season: 0, "any": 1}
    return sorted(given, key=lambda tip: (rank.get(tip.season, 2), -tip.saving))


def _worth(found: Evidence, thousandths: int, share: Decimal) -> int:
    return whole(units(thousandths) * share * found.cents_per_unit)


def _said(found: Evidence, thousandths: int) -> str:
    return f"{plain(units(thousandths), 0)} {found.unit}"


def _afternoon(found: Evidence) -> Tip | None:
    if not found.afternoon_cooling:
        return None
    basis = (
        f"On hot days your home used {_said(found, found.afternoon_cooling)} more from 2 to 8 pm "
        "than on mild ones. Cooling before 2 pm and keeping blinds shut usually saves a fifth of it."
    )
    saving = _worth(found, found.afternoon_cooling, SHIFTED)
    return Tip("afternoon_cooling", "Cool early and shade the afternoon", saving, basis, "cooling")


def _cooling(found: Evidence) -> Tip | None:
    if not found.cooling:
        return None
    basis = (
        f"You used about {_said(found, found.cooling)} for cooling in a year. "
        "7 degrees F (4 °C) warmer for 8 hours a day saves about a tenth of it."
    )
    saving = _worth(found, found.cooling, SETBACK)
    return Tip("cooling_setback", "Let it be warmer while you are out", saving, basis, "cooling")


def _heating(found: Evidence) -> Tip | None:
    if not found.heating:
        return None
    basis = (
        f"You used about {_said(found, found.heating)} for heating in a year. "
        "7 degrees F (4 °C) cooler for 8 hours a day saves about a tenth of it."
    )
    saving = _worth(found, found.heating, SETBACK)
    return Tip("heating_setback", "Turn the heating down at night", saving, basis, "heating")


def _sealing(found: Evidence) -> Tip | None:
    weather = (found.heating or 0) + (found.cooling or 0)
    if not found.year or weather < found.year * WEATHER_SHARE:
        return None
    share = plain(Decimal(weather) * 100 / found.year, 0)
    basis = (
        f"{share} % of your year, {_said(found, weather)}, follows the weather. Sealing gaps and "
        "insulating the loft saves about 15 % of that."
    )
    saving = _worth(found, weather, SEALING)
    season = "heating" if (found.heating or 0) >= (found.cooling or 0) else "cooling"
    return Tip("weatherise", "Seal gaps and insulate", saving, basis, season)


def _night(found: Evidence) -> Tip | None:
    night = found.night_per_hour
    if night is None or night < ALWAYS_ON_FROM:
        return None
    always_on = whole(night * HOURS_A_YEAR)
    basis = (
        f"You use {plain(units(whole(night)), 2)} {found.unit} each hour of the night, "
        f"{_said(found, always_on)} a year. We assume that a fifth of it is devices nobody uses."
    )
    return Tip("night_base", "Find what runs all night", _worth(found, always_on, IDLE), basis, "any")


def _shift(found: Evidence) -> Tip | None:
    if not found.on_peak or not found.on_peak_extra or found.on_peak_extra <= 0:
        return None
    basis = (
        f"You used {_said(found, found.on_peak)} in the dear hours in a year, at "
        f"{plain(found.on_peak_extra, 2)} cents more each. This is the saving of moving a fifth of it."
    )
    saving = whole(units(found.on_peak) * SHIFTED * found.on_peak_extra)
    return Tip("shift_peak", "Run machines in the cheap hours", saving, basis, "any")


def _closed(found: Evidence) -> Tip | None:
    if not found.closed or not found.year or found.closed < found.year * CLOSED_SHARE:
        return None
    share = plain(Decimal(found.closed) * 100 / found.year, 0)
    basis = (
        f"{share} % of your year, {_said(found, found.closed)}, is used while you are closed. "
        "Timers on lights, signs and ventilation usually save a quarter of that."
    )
    return Tip("closed_hours", "Switch off after closing", _worth(found, found.closed, CLOSED), basis, "any")


def _hot_water(found: Evidence) -> Tip | None:
    if not found.hot_water_by_gas or not found.base:
        return None
    basis = (
        f"{_said(found, found.base)} a year is used whatever the weather, mostly hot water. "
        "10 degrees F (5 °C) less in the tank saves about 4 % of it."
    )
    return Tip("hot_water", "Set the water heater lower", _worth(found, found.base, HOT_WATER), basis, "any")


def _tariff(found: Evidence) -> Tip | None:
    if not found.better_tariff or not found.better_tariff_saves:
        return None
    basis = "Your own last 12 months, hour by hour, at today's prices, if you do not change your habits."
    return Tip("tariff", f"Change to “{found.better_tariff}”", found.better_tariff_saves, basis, "any")


def afternoon_cooling(
    intervals: Iterable[Interval], weather: Mapping[date, DegreeDays], zone: str
) -> int | None:
    """Measure what hot afternoons use beyond mild ones, summed over the days given, in thousandths.

    None with fewer than 10 hot or 10 mild days.
    """
    place = ZoneInfo(zone)
    afternoons: dict[date, int] = {}
    for reading in intervals:
        local = datetime.fromtimestamp(reading.start, place)
        if reading.seconds <= HOUR and local.hour in AFTERNOON:
            afternoons[local.date()] = afternoons.get(local.date(), 0) + reading.amount
    hot = _on(afternoons, [day for day, found in weather.items() if found.cooling >= HOT_DAY])
    mild = _on(
        afternoons, [day for day, d in weather.items() if d.cooling < MILD_DAY and d.heating < HOT_DAY]
    )
    if len(hot) < LEAST_DAYS or len(mild) < LEAST_DAYS:
        return None
    return max(round(sum(hot) - mean(mild) * len(hot)), 0)


def _on(amounts: Mapping[date, int], days: Sequence[date]) -> list[int]:
    return [amounts[day] for day in days if day in amounts]


def closed_use(intervals: Iterable[Interval], zone: str, opening: Mapping[int, tuple[int, int]]) -> int:
    """Add up what a business uses while closed; `opening` gives (from, until) hours by weekday, Monday 0."""
    place = ZoneInfo(zone)
    total = 0
    for reading in intervals:
        local = datetime.fromtimestamp(reading.start, place)
        first, last = opening.get(local.weekday(), (0, 0))
        if reading.seconds <= HOUR and not first <= local.hour < last:
            total += reading.amount
    return total
