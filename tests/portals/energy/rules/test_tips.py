"""Tips come from the home's own readings, or not at all."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.rules.tips import Evidence, afternoon_cooling, closed_use, tips
from portal_app.portals.energy.rules.usage import Interval, day_bounds, profile
from portal_app.portals.energy.rules.weather import DegreeDays

from . import real
from .test_usage import INLAND, LA

NOTHING = Evidence("kWh", D(30))
FULL = Evidence(
    "kWh",
    D(30),
    year=10_000_000,
    cooling=4_000_000,
    heating=3_000_000,
    afternoon_cooling=2_000_000,
    night_per_hour=D(420),
    on_peak=2_500_000,
    on_peak_extra=D(21),
    better_tariff="Night saver",
    better_tariff_saves=8800,
)


@pytest.mark.line("U13-13")
def test_without_evidence_there_is_no_tip():
    assert tips(NOTHING, "cooling") == []
    quiet = replace(
        NOTHING, year=1_000_000, cooling=1000, heating=1000, night_per_hour=D(100), better_tariff="X"
    )
    assert tips(quiet, "heating") == []


@pytest.mark.line("U13-13", "U13-17")
def test_summer_brings_cooling_first_and_winter_heating():
    summer, winter = tips(FULL, "cooling"), tips(FULL, "heating")
    assert [tip.code for tip in summer[:3]] == ["weatherise", "afternoon_cooling", "cooling_setback"]
    assert winter[0].code == "heating_setback"
    assert {tip.code for tip in summer} == {tip.code for tip in winter}
    assert [tip.saving for tip in tips(FULL, "mild")[:2]] == [22075, 10500]


@pytest.mark.line("U13-13")
def test_each_tip_states_its_yearly_saving_and_its_basis():
    found = {tip.code: tip for tip in tips(FULL, "cooling")}
    assert {code: tip.saving for code, tip in found.items()} == {
        "weatherise": 31500,
        "afternoon_cooling": 12000,
        "cooling_setback": 12000,
        "heating_setback": 9000,
        "night_base": 22075,
        "shift_peak": 10500,
        "tariff": 8800,
    }
    assert found["night_base"].basis.startswith("You use 0.42 kWh each hour of the night")
    assert "3,679 kWh a year" in found["night_base"].basis
    assert found["shift_peak"].basis.startswith(
        "You used 2,500 kWh in the dear hours in a year, at 21 cents more"
    )
    assert found["weatherise"].basis.startswith("70 % of your year, 7,000 kWh, follows the weather.")


@pytest.mark.line("U13-13")
def test_gas_and_shops_get_their_own_tips():
    gas = Evidence("therm", D(180), base=200_000, hot_water_by_gas=True)
    assert [(tip.code, tip.saving) for tip in tips(gas, "mild")] == [("hot_water", 1440)]
    shop = Evidence("kWh", D(20), year=50_000_000, closed=20_000_000)
    assert [(tip.code, tip.saving) for tip in tips(shop, "mild")] == [("closed_hours", 100_000)]
    assert tips(replace(shop, closed=10_000_000), "mild") == []


@given(cooling=st.integers(0, 10**8), heating=st.integers(0, 10**8), price=st.integers(1, 100))
def test_no_tip_promises_more_than_the_home_pays(cooling, heating, price):
    year = cooling + heating + 1
    found = Evidence("kWh", D(price), year=year, cooling=cooling, heating=heating)
    assert all(tip.saving * 1000 <= year * price for tip in tips(found, "cooling"))


def day_of(first: int, afternoon: int) -> list[Interval]:
    return [Interval(first + n * 3600, 3600, afternoon if 14 <= n < 20 else 100) for n in range(24)]


def test_hot_afternoons_are_measured_against_mild_ones():
    days = [date(2026, 5, 1) + timedelta(days=n) for n in range(24)]
    weather = {
        day: DegreeDays(day, 0, 12.0 if n % 2 else 0.0, 90, 60, "hourly") for n, day in enumerate(days)
    }
    readings = [
        reading
        for day in days
        for reading in day_of(day_bounds(day, LA)[0], 1100 if weather[day].cooling else 100)
    ]
    assert afternoon_cooling(readings, weather, LA) == 12 * 6 * 1000
    assert afternoon_cooling(readings, {day: weather[day] for day in days[:18]}, LA) is None


def test_use_while_closed_counts_nights_and_days_off():
    monday = day_bounds(date(2026, 5, 4), LA)[0]
    week = [Interval(monday + n * 3600, 3600, 1000) for n in range(168)]
    assert closed_use(week, LA, {weekday: (9, 18) for weekday in range(6)}) == (168 - 54) * 1000


@pytest.mark.line("U13-13")
def test_the_inland_home_gets_a_tip_about_its_own_nights():
    shape = profile(real.green_button(INLAND), LA)
    found = tips(Evidence("kWh", D(30), year=8_343_306, night_per_hour=shape.night_per_hour), "mild")
    assert [tip.code for tip in found] == ["night_base"]
    assert found[0].saving < 8343 * 30
