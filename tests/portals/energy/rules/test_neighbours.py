"""Neighbours: fair, anonymous, never oneself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.rules.neighbours import (
    Group,
    Premise,
    choose_group,
    distance_km,
    on_peak_standing,
    standing,
)

HOMES = [
    310, 355, 402, 428, 447, 463, 498, 520, 575, 640, 702, 733, 780, 815, 860, 905, 944, 1010, 1180, 1425,
]  # fmt: skip
YOU = Premise("you", 34.0, -117.0, "house", "gas", 1600)


@pytest.mark.line("V13-9", "B13-3", "U13-04")
@pytest.mark.parametrize(
    ("kwh", "level", "text"),
    [
        (373, "great", "Great: you are among the fifth of similar homes that use least."),
        (690, "good", "Good: 1 % less than the average of similar homes near you."),
        (700, "more", "About average for similar homes near you."),
        (910, "more", "30 % more than the average of similar homes near you."),
    ],
)
def test_a_home_is_great_good_or_more_than_average(kwh, level, text):
    found = standing(kwh, HOMES)
    assert (found.efficient, found.average) == (D("373.75"), D("699.6"))
    assert (found.level, found.text, found.homes) == (level, text, 20)


@pytest.mark.line("B13-3")
def test_below_twenty_homes_nothing_is_shown():
    found = standing(690, HOMES[:19])
    assert (found.level, found.average, found.efficient) == ("hidden", None, None)
    assert "Fewer than 20" in found.text
    assert standing(690, HOMES[:19], minimum=10).level == "more"
    assert standing(None, HOMES).level == "hidden"


@pytest.mark.line("U13-04", "B13-3")
def test_the_group_is_the_nearest_alike_and_never_the_home_itself():
    alike = [replace(YOU, id=f"h{n:03}", lat=34.0 + n / 1000) for n in range(1, 130)]
    odd = [
        YOU,
        replace(YOU, id="flat", type="flat"),
        replace(YOU, id="pump", heat_fuel="electricity"),
        replace(YOU, id="big", size=2001),
        replace(YOU, id="empty", active_all_month=False),
    ]
    edge = replace(YOU, id="edge", size=2000)
    group = choose_group(YOU, [*odd, *reversed(alike), edge], date(2026, 11, 22))
    assert group.members == ("edge", *[home.id for home in alike[:99]])
    assert group.frozen_on == date(2026, 11, 1)


def test_the_group_holds_for_twelve_months():
    group = Group((), date(2025, 12, 1))
    assert group.holds(date(2026, 11, 30))
    assert not group.holds(date(2026, 12, 1))


def test_distance_is_along_the_globe():
    assert distance_km(YOU, replace(YOU, lat=35.0)) == pytest.approx(111.195, abs=0.01)
    assert distance_km(YOU, YOU) == 0


@pytest.mark.line("B13-4")
def test_dear_hours_are_compared_by_their_share():
    others = [(n * 10, 1000) for n in range(10, 30)]
    assert on_peak_standing((110, 1000), others).level == "great"
    found = on_peak_standing((300, 1000), others)
    assert (found.level, found.average_share) == ("more", D("0.195"))
    assert found.text == (
        "30 % of your use is in the dear hours, 20 % nearby: you are in the zone with room to save."
    )
    assert on_peak_standing((150, 1000), others).level == "good"
    assert on_peak_standing((150, 1000), others[:19]).level == "hidden"
    assert on_peak_standing(None, others).level == "hidden"


@given(st.lists(st.integers(1, 10**7), min_size=20, max_size=100), st.integers(1, 10**7))
def test_the_efficient_figure_never_exceeds_the_average(others, you):
    found = standing(you, others)
    assert found.efficient <= found.average
    assert (found.level == "great") == (you <= found.efficient)
