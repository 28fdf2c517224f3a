"""Outages: honest states, honest times, nobody's home on the map."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules import outages, reliability, restoration
from portal_app.portals.energy.rules.outage_feed import (
    MapOutage,
    StaleFeed,
    cause_words,
    clock_skew,
    collection,
    feature,
    needs_next_page,
)
from portal_app.portals.energy.rules.outages import AtAddress, EtrChange, advance, banner, etr_words, tracker
from portal_app.portals.energy.rules.restoration import (
    Past,
    estimate,
    nearest_rank,
    opening_estimate,
    outlook,
)

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def walk(*events: str) -> list[str]:
    states = ["reported"]
    for event in events:
        states.append(advance(states[-1], event, now=NOW, restored_at=NOW).state)
    return states


@pytest.mark.line("U13-11")
def test_an_outage_walks_from_report_to_closed():
    repair = ("depart", "arrive", "restore_part", "restore_part", "restore", "close")
    assert walk("confirm", "assess", "assign", *repair) == [
        "reported", "confirmed", "assessing", "crew_assigned", "crew_en_route", "on_site",
        "partial_restore", "partial_restore", "restored", "closed",
    ]  # fmt: skip
    assert walk("confirm", "assign", "depart", "arrive", "wait_for_parts", "depart")[-2:] == [
        "awaiting_parts",
        "crew_en_route",
    ]
    assert walk("confirm", "assign", "depart", "arrive", "wait_for_crew", "depart")[-2] == "other_crew"


@pytest.mark.line("U13-11")
def test_crews_may_step_back_and_it_is_flagged_for_the_log():
    assert advance("on_site", "depart", now=NOW) == outages.Step("crew_en_route", True)
    assert advance("crew_en_route", "assign", now=NOW).backwards
    assert not advance("awaiting_parts", "depart", now=NOW).backwards
    for state, event in outages.BACKWARDS:
        assert event in outages.TRANSITIONS[state]


@pytest.mark.parametrize(
    ("state", "event"),
    [
        ("reported", "restore"),
        ("closed", "reopen"),
        ("merged", "confirm"),
        ("cancelled", "confirm"),
        ("restored", "merge"),
    ],
)
def test_a_forbidden_step_is_refused_in_words(state, event):
    with pytest.raises(Refusal, match="cannot be"):
        advance(state, event, now=NOW, restored_at=NOW)
    with pytest.raises(ValueError, match="no such"):
        advance(state, "explode", now=NOW)


def test_the_table_knows_every_state_and_every_event():
    for events in outages.TRANSITIONS.values():
        assert set(events) <= set(outages.EVENT_WORDS)
        assert set(events.values()) <= set(outages.TRANSITIONS)
    assert set(outages.WORDS) == set(outages.TRANSITIONS)
    assert outages.possible("reported") == ("confirm", "merge", "cancel")


@pytest.mark.line("U13-12")
def test_power_lost_again_within_a_day_reopens_the_same_outage():
    day = timedelta(hours=24)
    assert advance("restored", "reopen", now=NOW, restored_at=NOW - day).state == "reopened"
    for restored in (NOW - day - timedelta(minutes=1), None):
        with pytest.raises(Refusal, match="new outage"):
            advance("restored", "reopen", now=NOW, restored_at=restored)


@pytest.mark.line("U13-11")
def test_the_tracker_shows_five_stages_with_their_times():
    at = [NOW + timedelta(minutes=10 * n) for n in range(6)]
    history = list(
        zip(["reported", "confirmed", "crew_assigned", "crew_en_route", "on_site"], at, strict=False)
    )
    found = tracker(history)
    assert [stage.label for stage in found] == list(outages.STAGES)
    assert [stage.state for stage in found] == ["past", "past", "past", "open", "later"]
    assert [stage.entered for stage in found] == [at[0], at[1], at[3], at[4], None]
    assert found[3].detail == "The crew is on site"
    back = tracker([*history, ("crew_en_route", at[5])])
    assert [stage.state for stage in back] == ["past", "past", "open", "later", "later"]
    assert back[2].entered == at[3]
    over = tracker([*history, ("restored", at[5])])
    assert {stage.state for stage in over} == {"past"}
    assert tracker([("reported", NOW), ("merged", NOW)]) == []


@pytest.mark.line("I13-4", "U13-11")
def test_each_change_of_the_time_is_told_with_its_reason():
    six, half_eight = NOW.replace(hour=18), NOW.replace(hour=20, minute=30)
    changes = [
        EtrChange(NOW, None),
        EtrChange(NOW, six),
        EtrChange(NOW, half_eight, "a second pole is broken"),
        EtrChange(NOW, half_eight),
        EtrChange(NOW, None, "the storm is back"),
    ]
    assert etr_words(changes, clock) == [
        "not known yet",
        "expected by 18:00",
        "moved from 18:00 to 20:30 because a second pole is broken",
        "still expected by 20:30",
        "time withdrawn because the storm is back",
    ]
    assert outages.current_etr(changes[:3]) == half_eight
    assert outages.current_etr([]) is None


@pytest.mark.line("U13-12", "U13-19")
def test_the_banner_stands_while_power_is_out_and_a_day_after():
    out = AtAddress("o1", "crew_en_route", NOW, etr=NOW + timedelta(hours=2))
    assert banner([out], NOW, clock).text == (
        "Power is out at your address since 14:00. Expected back by 16:00. A crew is on the way."
    )
    back = replace(out, state="restored", restored=NOW)
    assert banner([back], NOW + timedelta(hours=23), clock) == outages.Banner(
        "restored", "Power restored at 14:00.", "o1"
    )
    assert banner([back], NOW + timedelta(hours=24), clock) is None
    assert (
        banner([replace(back, state="closed"), replace(out, id="o2", etr=None)], NOW, clock).kind == "active"
    )
    assert banner([replace(out, state="merged"), replace(out, state="cancelled")], NOW, clock) is None


@pytest.mark.line("B13-10")
def test_a_home_on_the_medical_list_comes_first_and_is_told_whom_to_call():
    one, two = (
        AtAddress("o1", "reported", NOW),
        AtAddress("o2", "reported", NOW + timedelta(hours=1), medical=True),
    )
    found = banner([one, two], NOW, clock)
    assert found.outage_id == "o2"
    assert "medical list" in found.text


def test_past_promises_are_scored_early_on_time_late_or_never_made():
    hour = timedelta(hours=1)
    found = outages.promise_score(
        [(NOW, NOW), (NOW + 2 * hour, NOW), (NOW, NOW + 2 * hour), (None, NOW), (NOW, NOW + hour)]
    )
    assert (found.early, found.on_time, found.late, found.never) == (0.2, 0.4, 0.2, 0.2)
    assert outages.promise_score([]) is None


@pytest.mark.line("V13-14")
def test_percentiles_are_nearest_rank_by_cause():
    # A hundred durations a cause, shaped so that ranks 50, 80 and 90 are the measured minutes.
    shapes = {"patrolling": (107, 187, 262), "storm": (229, 955, 1666), "tree contact": (1422, 4189, 5459)}
    history = [
        Past(cause, 50, False, p50 if n < 50 else p80 if n < 80 else p90 if n < 90 else p90 * 2)
        for cause, (p50, p80, p90) in shapes.items()
        for n in range(100)
    ]
    found = restoration.learn_by_cause(history)
    assert {cause: (one.p50, one.p80, one.p90) for cause, one in found.items()} == shapes
    assert [nearest_rank([18, 22, 25, 31, 34, 40, 41, 55, 73, 240], p) for p in (50, 90)] == [34, 73]
    for values, share in (([], 50), ([1], 0), ([1], 101)):
        with pytest.raises(ValueError, match="percentile"):
            nearest_rank(values, share)


@pytest.mark.line("V13-14")
@given(st.lists(st.integers(0, 10**5), min_size=1, max_size=300), st.integers(1, 100))
def test_a_percentile_is_a_seen_value_that_enough_do_not_exceed(values, share):
    found = nearest_rank(values, share)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= share * len(values)
    assert sum(value < found for value in values) * 100 < share * len(values)


@pytest.mark.line("V13-14", "U13-11")
def test_the_range_is_learnt_from_the_outages_most_alike():
    history = [Past("storm", 50, True, n) for n in range(1, 41)] + [Past("animal", 5, False, 30)] * 25
    found = estimate(history, "storm", 60, storm=True)
    assert (found.p50, found.p80, found.alike) == (20, 32, "cause, size and weather")
    assert estimate(history, "storm", 9000, storm=True).alike == "cause and weather"
    assert estimate(history, "vehicle", 60, storm=True).alike == "size and weather"
    assert estimate(history, "vehicle", 9000, storm=False).alike == "weather"
    assert estimate(history[:19], "storm", 60, storm=True) is None
    assert estimate(history[:40], "storm", 60, storm=False) is None


@pytest.mark.line("U13-11")
def test_the_opening_time_is_three_hours_and_none_in_a_major_storm():
    assert opening_estimate(NOW, major_storm=False).etr == NOW + timedelta(hours=3)
    assert opening_estimate(NOW, major_storm=True).etr is None


@pytest.mark.line("M13-1", "U13-11")
def test_the_range_is_told_and_never_lies_in_the_past():
    history = [60] * 5 + [100] * 3 + [180] * 2
    found = outlook(NOW, NOW, history, clock)
    assert found.text == "most likely by 15:00, 8 of 10 like this were back by 15:40"
    later = outlook(NOW, NOW + timedelta(minutes=110), history, clock)
    assert (clock(later.p50), clock(later.p80)) == ("17:00", "17:00")
    assert outlook(NOW, NOW + timedelta(minutes=180), history, clock) is None


@pytest.mark.line("V13-15")
@pytest.mark.parametrize(
    ("lag", "hours"), [(15, 0), (36, 0), (430, 7), (500, 8), (-405, -7), (1, 0), (-3, 0)]
)
def test_local_time_dressed_as_utc_is_found_by_its_whole_hours(lag, hours):
    pairs = [(NOW, NOW - timedelta(minutes=lag + wobble)) for wobble in (-5, 0, 5)]
    assert clock_skew(pairs).hours == hours


@pytest.mark.line("V13-15")
def test_a_lag_that_is_no_whole_hour_is_refused():
    with pytest.raises(StaleFeed):
        clock_skew([(NOW, NOW - timedelta(minutes=475))])
    assert clock_skew([(NOW, NOW + timedelta(minutes=425))]).correction == timedelta(hours=-7)
    with pytest.raises(ValueError, match="snapshots"):
        clock_skew([])


@pytest.mark.line("V13-15")
def test_a_full_page_asks_for_the_next_and_odd_causes_get_plain_words():
    assert [needs_next_page(rows) for rows in (1999, 2000, 2001, 0)] == [False, True, False, False]
    assert cause_words("PLNND SHUTDOWN") == "Planned work"
    assert cause_words("tree-contact ") == "Tree contact"
    assert {cause_words(code) for code in ("XQZ", "", None)} == {"Under investigation"}


AREA = MapOutage(
    "o1", -117.12345678, 34.123456, NOW, NOW, customers=5, ring=((0.0, 0.0), (0.0, 1.0), (1.0, 1.0))
)


@pytest.mark.line("U13-10", "B13-8")
def test_the_map_has_every_field_or_says_not_known_yet():
    drawn = feature(AREA)
    assert set(drawn["properties"]) == {
        "id", "start", "cause", "crew", "customers", "etr", "etr_p50", "etr_p80", "updated",
    }  # fmt: skip
    assert [drawn["properties"][key] for key in ("cause", "crew", "etr", "etr_p50")] == ["not known yet"] * 4
    assert drawn["properties"]["customers"] == 5
    assert drawn["geometry"]["coordinates"] == [[[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]]
    assert [one["id"] for one in collection([AREA])["features"]] == ["o1"]
    with_range = replace(AREA, outlook=outlook(NOW, NOW, [60], clock), etr=NOW)
    assert feature(with_range)["properties"]["etr_p80"] == "2026-11-22T15:00:00+00:00"


@pytest.mark.line("U13-10")
@pytest.mark.parametrize(
    ("customers", "said"), [(4, "fewer than 5"), (0, "fewer than 5"), (None, "not known yet")]
)
def test_under_five_customers_there_is_no_polygon_and_no_exact_point(customers, said):
    drawn = feature(replace(AREA, customers=customers))
    assert drawn["geometry"] == {"type": "Point", "coordinates": [-117.12, 34.12]}
    assert drawn["properties"]["customers"] == said


def test_names_of_other_systems_become_ours():
    row = {
        "mRID": "7",
        "estimatedRestorationTime": "t",
        "metersAffected": 12,
        "cause": "x",
        "causeKind": "y",
        "q": 1,
    }
    assert outages.renamed(row) == {"id": "7", "etr": "t", "customers": 12, "cause": "x", "q": 1}


@pytest.mark.line("V13-16")
def test_reliability_follows_ieee_1366():
    events = [(120, 90), (45, 240), (800, 35), (2400, 5)]
    found = reliability.indices([reliability.Interruption(n, minutes) for n, minutes in events], 2400)
    assert found.customer_minutes == 49_600
    assert (round(found.saidi, 2), round(found.saifi, 3), round(found.caidi, 1)) == (20.67, 0.402, 51.4)
    assert round(found.asai, 5) == 99.99607
    assert reliability.indices([], 10).caidi is None
    with pytest.raises(ValueError, match="served"):
        reliability.indices([], 0)


@pytest.mark.line("V13-16")
def test_a_storm_day_beyond_two_and_a_half_beta_is_a_major_event():
    days = {date(2026, 1, 1) + timedelta(days=n): 1.0 + n % 5 for n in range(200)}
    storm = date(2026, 8, 1)
    assert reliability.major_event_days({**days, storm: 900.0, date(2026, 8, 2): 0.0}) == [storm]
    assert reliability.major_event_days({storm: 900.0}) == []
    events = [reliability.Interruption(10, 60, storm), reliability.Interruption(10, 60, date(2026, 8, 3))]
    assert reliability.indices(events, 100, without=[storm]).customer_minutes == 600


@pytest.mark.line("B13-10")
def test_planned_work_is_announced_earlier_to_a_home_on_the_medical_list():
    day = date(2026, 12, 15)
    usual = outages.planned_notices(day, medical=False)
    assert usual == [date(2026, 12, 12), date(2026, 12, 14)]
    extra = outages.planned_notices(day, medical=True)
    assert set(usual) < set(extra)
    assert (extra[0], extra[-1]) == (date(2026, 12, 1), day)
