"""A reason rests on the day's own weather and night beside those of the same weekday before."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from portal_app.portals.energy.rules.day_facts import facts_of
from portal_app.portals.energy.rules.spikes import DayFacts, likely_reason
from portal_app.portals.energy.rules.weather import DegreeDays

TUESDAY = date(2026, 8, 4)
BEFORE = [TUESDAY - timedelta(days=7 * n) for n in range(1, 9)]
WEATHER = {day: DegreeDays(day, 0, 9.0, 84, 61, "hourly") for day in BEFORE}
HOT = {**WEATHER, TUESDAY: DegreeDays(TUESDAY, 0, 18.0, 96.4, 70, "hourly")}


@pytest.mark.line("U13-03")
@pytest.mark.parametrize(
    ("scale", "text", "cooling"), [("F", "96 F, cooling", 18), ("C", "36 °C, cooling", 10)]
)
def test_a_hot_tuesday_is_hot_beside_other_tuesdays_in_the_customers_scale(scale, text, cooling):
    facts = facts_of(TUESDAY, HOT, {}, scale=scale)
    assert (facts.cooling, facts.usual_cooling) == (D(cooling), D(cooling) / 2)
    assert likely_reason(facts).text == text


@pytest.mark.line("U13-03")
def test_an_unknown_past_makes_no_reason():
    assert likely_reason(facts_of(TUESDAY, {TUESDAY: HOT[TUESDAY]}, {TUESDAY: D(900)})).code == "unknown"
    assert likely_reason(facts_of(TUESDAY, WEATHER, {})).code == "unknown"
    assert facts_of(TUESDAY, {}, {}, holiday="New Year's Day") == DayFacts(holiday="New Year's Day")


@pytest.mark.line("U13-03")
def test_a_loud_night_is_measured_against_the_median_night():
    nights = {day: D(400) for day in BEFORE} | {BEFORE[0]: D(3000), TUESDAY: D(900)}
    assert likely_reason(facts_of(TUESDAY, WEATHER, nights)).code == "night"
