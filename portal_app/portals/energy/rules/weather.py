"""Degree days, what a home uses for heating and cooling, and which season it is where it stands.

Temperatures and regression are physical measurements and floats; amounts of energy that are shown or stored
leave here as whole thousandths.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from portal_app.portals.energy.rules.regression import fit_non_negative
from portal_app.portals.energy.rules.usage import local_date

HEATING_BASE_F = 60.0
COOLING_BASE_F = 65.0
LEAST_HOURS = 18
SUMMER_NORTH = range(6, 9)
WINTER_NORTH = (12, 1, 2)
TROPIC = 23.5

Season = Literal["cooling", "heating", "mild"]


@dataclass(frozen=True)
class DegreeDays:
    """One local day's heating and cooling degree days, its temperatures, and how they were worked out."""

    date: date
    heating: float
    cooling: float
    high: float
    low: float
    method: Literal["hourly", "daily"]


def celsius(fahrenheit: float) -> float:
    """Turn °F into °C."""
    return (fahrenheit - 32) * 5 / 9


def degree_days(
    temperatures: Iterable[tuple[int, float]],
    zone: str,
    *,
    heating_base: float = HEATING_BASE_F,
    cooling_base: float = COOLING_BASE_F,
    method: Literal["hourly", "daily"] = "hourly",
) -> dict[date, DegreeDays]:
    """Work out degree days by local day from (epoch second, temperature) values in the bases' unit.

    "hourly" adds up each hour's distance from the base; "daily" uses the day's mean and understates mild
    days (5 to 9 % a year in V13-10), so the screen states which it was. A day with fewer than 18 hourly
    values is left out; a day with one value is that day's mean.
    """
    by_day: dict[date, list[float]] = {}
    for second, value in temperatures:
        by_day.setdefault(local_date(second, zone), []).append(value)
    return {
        day: _day(day, values, heating_base, cooling_base, "daily" if len(values) == 1 else method)
        for day, values in sorted(by_day.items())
        if len(values) == 1 or len(values) >= LEAST_HOURS
    }


def _day(
    day: date,
    values: Sequence[float],
    heating_base: float,
    cooling_base: float,
    method: Literal["hourly", "daily"],
) -> DegreeDays:
    used = values if method == "hourly" else [sum(values) / len(values)]
    heating = sum(max(0.0, heating_base - value) for value in used) / len(used)
    cooling = sum(max(0.0, value - cooling_base) for value in used) / len(used)
    return DegreeDays(day, heating, cooling, max(values), min(values), method)


@dataclass(frozen=True)
class Stretch:
    """Some days with their use: what a model of the home is fitted to."""

    start: date
    end: date
    use: float
    """Thousandths of a unit over all its days."""


@dataclass(frozen=True)
class HomeModel:
    """A home's use a day: base + heating x HDD + cooling x CDD, in thousandths of a unit."""

    base: float
    heating: float
    cooling: float
    r_squared: float
    residual: float
    stretches: int

    def expected(self, days: Iterable[DegreeDays]) -> float:
        """Thousandths the home would use in this weather."""
        return sum(self.base + self.heating * day.heating + self.cooling * day.cooling for day in days)

    def parts(self, days: Sequence[DegreeDays]) -> tuple[int, int, int]:
        """Thousandths for base, heating and cooling over some days of weather."""
        heating = self.heating * sum(day.heating for day in days)
        cooling = self.cooling * sum(day.cooling for day in days)
        return round(self.base * len(days)), round(heating), round(cooling)


def fit_home(stretches: Sequence[Stretch], weather: Mapping[date, DegreeDays]) -> HomeModel | None:
    """Learn what a home uses without weather, per degree of cold and per degree of heat.

    Each stretch (a day or a bill) is one row of daily averages; no coefficient is below 0 and a term that
    says nothing is dropped. None with fewer than 6 stretches whose weather is known.
    """
    rows: list[tuple[float, float, float]] = []
    targets: list[float] = []
    for stretch in stretches:
        days = (stretch.end - stretch.start).days
        known = [weather[day] for day in _dates(stretch.start, days) if day in weather]
        if days > 0 and len(known) == days:
            rows.append((1.0, sum(d.heating for d in known) / days, sum(d.cooling for d in known) / days))
            targets.append(stretch.use / days)
    if len(rows) < 6:
        return None
    fit = fit_non_negative(rows, targets)
    if fit is None:
        return None
    base, heating, cooling = fit.coefficients
    return HomeModel(base, heating, cooling, fit.r_squared, fit.residual, fit.rows)


def _dates(start: date, days: int) -> Iterable[date]:
    return (start + timedelta(days=n) for n in range(days))


def normalised(model: HomeModel, reference_year: Sequence[DegreeDays]) -> int:
    """Thousandths the home would use in the reference year's weather."""
    return round(model.expected(reference_year))


@dataclass(frozen=True)
class Savings:
    """Use beside what the weather would have asked for before; thousandths."""

    actual: int
    expected: int

    @property
    def saved(self) -> int:
        """Thousandths saved; below 0 when more was used."""
        return self.expected - self.actual

    @property
    def share(self) -> float:
        """Share saved of what was expected."""
        return self.saved / self.expected if self.expected else 0.0


def savings(model: HomeModel, use: Mapping[date, int], weather: Mapping[date, DegreeDays]) -> Savings | None:
    """Compare later use with the model's expectation in the same weather, over days where both are known."""
    days = [day for day in use if day in weather]
    if not days:
        return None
    return Savings(sum(use[day] for day in days), round(model.expected(weather[day] for day in days)))


def normals(weather: Mapping[date, DegreeDays]) -> dict[tuple[int, int], DegreeDays]:
    """Average degree days of each day of the year over the years known: what is usual here."""
    by_day: dict[tuple[int, int], list[DegreeDays]] = {}
    for day, found in weather.items():
        by_day.setdefault((day.month, day.day), []).append(found)
    return {key: _average(found) for key, found in by_day.items()}


def _average(found: Sequence[DegreeDays]) -> DegreeDays:
    n = len(found)
    return DegreeDays(
        found[-1].date,
        sum(day.heating for day in found) / n,
        sum(day.cooling for day in found) / n,
        sum(day.high for day in found) / n,
        sum(day.low for day in found) / n,
        found[-1].method,
    )


def season(weather: Mapping[date, DegreeDays], today: date, latitude: float, *, days: int = 14) -> Season:
    """Tell the season where the home stands, by the degree days of the last two weeks.

    Where those are not known (under half the days), by the calendar of its hemisphere: December is summer in
    Sydney; between the tropics there is no heating season to fall back on.
    """
    recent = [weather[day] for day in _dates(today - timedelta(days=days), days) if day in weather]
    if len(recent) * 2 < days:
        return _calendar_season(today, latitude)
    heating = sum(day.heating for day in recent) / len(recent)
    cooling = sum(day.cooling for day in recent) / len(recent)
    if max(heating, cooling) < 2:
        return "mild"
    return "cooling" if cooling >= heating else "heating"


def _calendar_season(today: date, latitude: float) -> Season:
    if abs(latitude) < TROPIC:
        return "cooling"
    month = today.month if latitude > 0 else (today.month + 5) % 12 + 1
    if month in SUMMER_NORTH:
        return "cooling"
    return "heating" if month in WINTER_NORTH else "mild"
