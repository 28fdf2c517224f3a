"""Weather told apart from habits, on a meter whose truth is known."""

from datetime import date, timedelta
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.rules.regression import fit_non_negative, least_squares
from portal_app.portals.energy.rules.weather import (
    DegreeDays,
    HomeModel,
    Stretch,
    celsius,
    degree_days,
    fit_home,
    normalised,
    normals,
    savings,
    season,
)

from . import real

CENTRAL = "Etc/GMT+6"


@cache
def sample(method: str, heating: float = 60.0, cooling: float = 65.0) -> dict[date, DegreeDays]:
    temperatures = [(int(when.timestamp()), value) for when, value in real.weather("il-tempF.csv.gz")]
    return degree_days(temperatures, CENTRAL, heating_base=heating, cooling_base=cooling, method=method)


def between(weather: dict[date, DegreeDays], first: date, last: date) -> list[DegreeDays]:
    return [found for day, found in weather.items() if first <= day <= last]


@pytest.mark.line("V13-10")
@pytest.mark.parametrize(
    ("method", "heating", "cooling"), [("daily", 3199.9, 1557.3), ("hourly", 3348.8, 1695.7)]
)
def test_hours_give_more_degree_days_than_daily_means(method, heating, cooling):
    year = between(sample(method), date(2015, 12, 1), date(2016, 11, 30))
    assert len(year) == 366
    # The published 3,199.9 is 0.13 % below these rows' 3,204.2; the other three figures are exact.
    assert sum(day.heating for day in year) == pytest.approx(heating, rel=0.0014)
    assert round(sum(day.cooling for day in year), 1) == cooling
    assert {day.method for day in year} == {method}


@pytest.mark.line("V13-11")
def test_twelve_bills_tell_base_heating_and_cooling_apart():
    rows = real.weather("il-electricity-cdd-hdd-billing_monthly.csv.gz")
    starts = [when.date() for when, _ in rows]
    bills = [
        Stretch(start, end, value * 1000)
        for (start, end), (_, value) in zip(zip(starts, starts[1:], strict=False), rows, strict=False)
        if date(2015, 12, 21) <= start and end <= date(2016, 12, 20)
    ]
    assert len(bills) == 12
    weather = sample("hourly")
    model = fit_home(bills, weather)
    assert [round(model.base), round(model.heating, 1), round(model.cooling, 1)] == [6425, 1076.8, 2422.7]
    days = between(weather, bills[0].start, bills[-1].end - timedelta(days=1))
    parts = [part / 1000 for part in model.parts(days)]
    assert [round(part) for part in parts] == [2339, 3854, 4106]
    assert all(abs(part / truth - 1) <= 0.20 for part, truth in zip(parts, (2000, 4000, 4000), strict=True))


BEFORE = date(2015, 12, 1), date(2016, 11, 30)
LATER = date(2017, 1, 5), date(2018, 1, 4)


@cache
def daily_use(first: date, last: date) -> dict[date, int]:
    rows = real.weather("il-electricity-cdd-hdd-daily.csv.gz")
    return {when.date(): round(value * 1000) for when, value in rows if first <= when.date() <= last}


def fitted(weather: dict[date, DegreeDays]) -> HomeModel:
    use = daily_use(*BEFORE)
    model = fit_home([Stretch(day, day + timedelta(days=1), used) for day, used in use.items()], weather)
    assert model is not None
    return model


@pytest.mark.line("V13-12")
def test_hours_come_within_a_third_of_a_point_of_the_true_saving():
    """Degree days from hours, as the portal counts them: 10.3 % beside the 10 % the sample was made with."""
    weather = sample("hourly")
    model, before = fitted(weather), daily_use(*BEFORE)
    found = savings(model, daily_use(*LATER), weather)
    assert (round(found.actual / 1000, 1), round(found.expected / 1000, 1)) == (9105.8, 10152.6)
    assert found.share == pytest.approx(0.10, abs=0.0033)
    # The change in kWh alone is no measure of it: that year had other weather.
    assert round(100 * (found.actual / sum(before.values()) - 1), 1) == -9.6
    assert normalised(model, between(weather, *BEFORE)) == pytest.approx(sum(before.values()), rel=0.001)


@pytest.mark.line("V13-12")
def test_daily_means_with_the_best_balance_points_give_the_published_saving():
    """The published 9,997.4 kWh and 8.9 % come from daily means: 55 and 65 °F fit best, in steps of five."""
    fits: dict[tuple[int, int], tuple[HomeModel, dict[date, DegreeDays]]] = {}
    for heating, cooling in product((50, 55, 60), (60, 65, 70)):
        weather = sample("daily", heating, cooling)
        fits[heating, cooling] = fitted(weather), weather
    assert max(fits, key=lambda points: fits[points][0].r_squared) == (55, 65)
    model, weather = fits[55, 65]
    found = savings(model, daily_use(*LATER), weather)
    assert found.expected / 1000 == pytest.approx(9997.4, rel=0.0005)
    assert found.share == pytest.approx(0.089, abs=0.0006)


@given(
    base=st.floats(1, 50),
    heating=st.floats(0.1, 5),
    temperatures=st.lists(st.floats(0, 59), min_size=8, max_size=30, unique=True),
)
def test_a_home_without_cooling_gets_no_cooling_term(base, heating, temperatures):
    first = date(2026, 1, 1)
    weather = {
        first + timedelta(days=n): DegreeDays(first, 60 - t, 0.0, t, t, "daily")
        for n, t in enumerate(temperatures)
    }
    days = [
        Stretch(day, day + timedelta(days=1), base + heating * found.heating)
        for day, found in weather.items()
    ]
    model = fit_home(days, weather)
    if model is not None:
        assert model.cooling == 0
        assert model.expected(weather.values()) == pytest.approx(sum(day.use for day in days), rel=0.02)


def test_a_term_that_says_nothing_or_would_be_negative_is_dropped():
    noise = [0.3, -0.2, 0.1, -0.4, 0.2, 0.0, -0.1, 0.3, -0.3, 0.1]
    rows = [(1.0, float(n), float((n * 7) % 5)) for n in range(10)]
    fit = fit_non_negative(rows, [10 + 2 * n + noise[n] for n in range(10)])
    assert fit.coefficients[2] == 0
    assert fit.coefficients[1] == pytest.approx(2, abs=0.05)
    falling = fit_non_negative(rows, [50 - 2 * n + noise[n] for n in range(10)])
    assert falling.coefficients[1:] == (0, 0)
    assert least_squares([(1.0, 2.0)] * 5, [1.0] * 5) is None
    assert least_squares([], []) is None
    alike = fit_non_negative([(1.0, 2.0)] * 5, [1.0] * 5)
    assert alike.coefficients == (1.0, 0.0)
    assert fit_non_negative([(0.0,)] * 5, [1.0] * 5) is None


def test_a_model_needs_six_stretches_of_known_weather():
    first = date(2026, 1, 1)
    weather = {first + timedelta(days=n): DegreeDays(first, n, 0, 50, 50, "daily") for n in range(5)}
    days = [Stretch(first + timedelta(days=n), first + timedelta(days=n + 1), 10.0) for n in range(9)]
    assert fit_home(days, weather) is None
    backwards = {first + timedelta(days=n): DegreeDays(first, n, 0, 50, 50, "daily") for n in range(9)}
    assert fit_home([Stretch(day.start, day.end, -5.0) for day in days], backwards) is None
    model = fit_home(days, backwards)
    assert (model.base, model.heating) == (pytest.approx(10), 0)
    assert savings(model, {}, backwards) is None


def days_of(temperature: float, today: date, count: int = 14) -> dict[date, DegreeDays]:
    values = [(today - timedelta(days=n)) for n in range(1, count + 1)]
    return {
        day: DegreeDays(
            day, max(0, 60 - temperature), max(0, temperature - 65), temperature, temperature, "daily"
        )
        for day in values
    }


@pytest.mark.line("U13-17")
@pytest.mark.parametrize(
    ("temperature", "today", "latitude", "expected"),
    [
        (88, date(2026, 10, 5), 33.9, "cooling"),  # a hot October in inland California
        (35, date(2026, 5, 3), 44.9, "heating"),  # a cold May in Minnesota
        (62, date(2026, 7, 4), 47.6, "mild"),
        (84, date(2026, 1, 15), -33.9, "cooling"),  # January in Sydney
        (45, date(2026, 7, 15), -37.8, "heating"),  # July in Melbourne
    ],
)
def test_the_season_is_the_weather_at_the_home(temperature, today, latitude, expected):
    assert season(days_of(temperature, today), today, latitude) == expected


@pytest.mark.line("U13-17")
@pytest.mark.parametrize(
    ("today", "latitude", "expected"),
    [
        (date(2026, 1, 15), 40.0, "heating"),
        (date(2026, 1, 15), -33.9, "cooling"),
        (date(2026, 7, 15), -37.8, "heating"),
        (date(2026, 7, 15), 40.0, "cooling"),
        (date(2026, 4, 15), 40.0, "mild"),
        (date(2026, 1, 15), 1.3, "cooling"),
    ],
)
def test_without_weather_the_season_follows_the_hemisphere(today, latitude, expected):
    assert season(days_of(99, today, count=3), today, latitude) == expected


def test_degree_days_work_in_celsius_and_leave_out_half_known_days():
    hours = [(1767225600 + n * 3600, celsius(50)) for n in range(30)]  # from 1 January 2026, 00:00 UTC
    found = degree_days(hours, "UTC", heating_base=18.0, cooling_base=22.0)
    assert list(found) == [date(2026, 1, 1)]
    assert found[date(2026, 1, 1)].heating == pytest.approx(8.0)


def test_normals_average_the_same_day_over_the_years():
    one, two = date(2024, 3, 1), date(2025, 3, 1)
    usual = normals(
        {one: DegreeDays(one, 10, 0, 50, 50, "daily"), two: DegreeDays(two, 20, 2, 40, 40, "daily")}
    )
    assert (usual[(3, 1)].heating, usual[(3, 1)].cooling) == (15, 1)
