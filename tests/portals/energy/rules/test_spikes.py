"""A day far above the usual is called out, with a reason only where the facts give one."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.rules.spikes import (
    CallOut,
    DayFacts,
    Norm,
    Reason,
    Spike,
    SpikeRule,
    call_outs,
    likely_reason,
    norm_of,
    say,
    spike,
    spikes,
    take_apart,
)
from portal_app.portals.energy.rules.usage import Day, local_days

from . import real
from .test_usage import INLAND, LA

NORMS = [14200, 13800, 15100, 14600, 30200, 14000, 13500, 14900]
TUESDAY = date(2026, 3, 31)


def tuesday(amount: int | None, history: list[int] = NORMS, **about) -> list[Day]:
    before = [Day(TUESDAY - timedelta(days=7 * (8 - n)), kwh, 24, 86400) for n, kwh in enumerate(history)]
    return [*before, Day(TUESDAY, amount, **({"hours": 24, "covered": 86400} | about))]


@pytest.mark.line("V13-7", "U13-03")
@pytest.mark.parametrize(
    ("amount", "per_cent", "z"), [(18000, None, None), (19200, "33 %", "5.9"), (20300, "41 %", "7.2")]
)
def test_the_median_of_the_weekday_is_not_spoilt_by_one_party(amount, per_cent, z):
    norm = norm_of([D(kwh) for kwh in NORMS])
    assert (norm.amount, norm.deviation) == (14400, 550)
    found = [one for one in spikes(tuesday(amount)) if one.day == TUESDAY]
    assert [(one.per_cent, str(round(one.z, 1))) for one in found] == ([(per_cent, z)] if per_cent else [])
    assert D(20300) / (D(sum(NORMS)) / 8) - 1 < D("0.30")


@pytest.mark.line("U13-03")
def test_a_call_out_names_the_share_the_weekday_and_the_reason():
    (found,) = [one for one in spikes(tuesday(20300)) if one.day == TUESDAY]
    facts = DayFacts(cooling=D(21), usual_cooling=D(9), high=D("96.2"))
    assert say(CallOut((found,)), likely_reason(facts)) == "41 % above your usual Tuesday: 96 F, cooling"
    unknown = likely_reason(DayFacts())
    assert say(CallOut((found,)), unknown) == "41 % above your usual Tuesday. We cannot tell why."


@pytest.mark.line("V13-8", "U13-03")
def test_the_inland_home_has_exactly_eight_odd_days_in_three_call_outs():
    found = spikes(local_days(real.green_button(INLAND), LA).days, SpikeRule(z=None))
    assert [(f"{one.day:%d %b}", str(round(one.ratio * 100, 1))) for one in found] == [
        ("18 Jun", "32.5"),
        ("19 Jun", "34.4"),
        ("27 Aug", "35.5"),
        ("28 Aug", "37.9"),
        ("29 Aug", "33.2"),
        ("30 Aug", "37.4"),
        ("31 Aug", "30.6"),
        ("23 Dec", "30.3"),
    ]
    groups = call_outs(found)
    assert [len(group.spikes) for group in groups] == [2, 5, 1]
    assert groups[1].heading == "5 days in a row 31 to 38 % above your usual"
    assert groups[1].highest.day == date(2011, 8, 28)
    assert (groups[1].start, groups[1].end) == (date(2011, 8, 27), date(2011, 8, 31))
    assert groups[1].over == sum(one.over for one in groups[1].spikes) > 5 * 2000


@pytest.mark.line("I13-3")
def test_estimated_days_and_short_histories_are_never_called_out():
    calm = [14000] * 8
    assert [one.day for one in spikes(tuesday(40000, calm))] == [TUESDAY]
    assert spikes(tuesday(40000, calm, estimated=True)) == []
    assert spikes(tuesday(None, calm)) == []
    assert spikes(tuesday(40000, calm[:3])) == []


@pytest.mark.line("I13-5")
def test_a_25_hour_day_is_compared_per_hour():
    history = [24000] * 8
    assert spikes(tuesday(32000, history, hours=25, covered=90000)) == []
    (found,) = spikes(tuesday(33000, history, hours=25, covered=90000))
    assert found.norm == 25000
    assert [one.per_cent for one in spikes(tuesday(32000, history))] == ["33 %"]


def test_z_keeps_a_day_quiet_where_days_differ_widely():
    norm = norm_of([D(kwh) for kwh in (8000, 20000, 11000, 17000, 6000, 22000, 14000, 14000)])
    assert spike(TUESDAY, 20000, norm, SpikeRule()) is None
    assert spike(TUESDAY, 20000, norm, SpikeRule(z=None)).per_cent == "43 %"
    assert spike(TUESDAY, 20000, Norm(D(0), D(0), 8), SpikeRule()) is None


def test_the_floor_keeps_a_small_home_quiet():
    assert spike(TUESDAY, 5000, Norm(D(3000), D(0), 8), SpikeRule()) is None
    assert spike(TUESDAY, 5001, Norm(D(3000), D(0), 8), SpikeRule()) == Spike(TUESDAY, 5001, D(3000), None)


ALL = {
    "outage_ended_at": "14:20",
    "cooling": D(20),
    "usual_cooling": D(5),
    "holiday": "Thanksgiving Day",
    "night": D(900),
    "usual_night": D(400),
}


@pytest.mark.line("U13-03")
@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ((), Reason("outage", "power came back at 14:20, and everything caught up")),
        (("outage_ended_at",), Reason("cooling", "a hotter day than usual, cooling")),
        (("outage_ended_at", "cooling"), Reason("holiday", "Thanksgiving Day: a day at home")),
        (
            ("outage_ended_at", "cooling", "holiday"),
            Reason("night", "0.9 kWh an hour through the night, usually 0.4"),
        ),
        (tuple(ALL), Reason("unknown", "We cannot tell")),
    ],
)
def test_reasons_come_in_their_order_and_are_never_invented(missing, reason):
    assert (
        likely_reason(DayFacts(**{key: value for key, value in ALL.items() if key not in missing})) == reason
    )


def test_a_cold_day_is_told_as_heating_in_the_customers_scale():
    facts = DayFacts(heating=D(14), usual_heating=D(10), low=D("-6.4"), scale="C")
    assert likely_reason(facts) == Reason("heating", "-6 °C, heating")


@pytest.mark.line("M13-2")
@given(
    amount=st.integers(0, 200_000),
    norm=st.decimals(0, 100_000, places=2),
    hot=st.decimals(-20, 40, places=1),
    night=st.decimals(-500, 3000, places=1),
    slope=st.decimals(0, 5000, places=2),
)
def test_the_parts_of_a_day_sum_to_it_exactly(amount, norm, hot, night, slope):
    facts = DayFacts(
        cooling=hot, usual_cooling=D(0), heating=-hot, usual_heating=D(0), night=night, usual_night=D(0)
    )
    parts = take_apart(amount, norm, facts, per_cooling_degree=slope, per_heating_degree=slope)
    assert parts.total == amount
    assert min(parts.cooling, parts.heating, parts.night) >= 0
    assert parts.remainder >= 0 or amount < norm + 1


def test_a_hot_day_is_taken_apart_into_usual_weather_and_the_rest():
    facts = DayFacts(cooling=D(12), usual_cooling=D(10), night=D(150), usual_night=D(100))
    parts = take_apart(20300, D(14400), facts, per_cooling_degree=D(2000))
    assert (parts.usual, parts.cooling, parts.night, parts.remainder) == (14400, 4000, 1200, 700)
