"""The figures of adoption, with the vectors of the page."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.adoption import rules

TIMES = [18, 22, 25, 31, 34, 40, 41, 55, 73, 240]


@pytest.mark.line("V-X1")
def test_ten_times_have_a_median_of_37_and_a_ninth_tenth_of_73_seconds():
    said = rules.time_to_task(TIMES, given_up=5)
    assert (said.p50, said.p90, said.finished) == (Decimal(37), 73, 10)
    assert rules.per_cent(said.given_up) == "33.3 %"


@pytest.mark.line("V-X2")
def test_deflection_is_counted_per_account():
    assert rules.per_cent(rules.deflection(420, 1_600, 312, 1_850)) == "35.8 %"
    assert rules.per_cent(1 - rules.share(312, 420)) == "25.7 %"


@pytest.mark.line("V-X3")
def test_self_service_score():
    assert round(float(rules.self_service_score(8_400, 312)), 1) == 26.9


@pytest.mark.line("V-X4")
def test_a_feature_used_by_20_of_240_is_watched_not_removed():
    low, high = rules.wilson(20, 240)
    assert (round(low * 100, 1), round(high * 100, 1)) == (5.5, 12.5)
    assert rules.per_cent(rules.share(20, 240)) == "8.3 %"
    assert rules.feature_verdict(20, 240) == "watch"


@pytest.mark.parametrize(
    ("used", "eligible", "verdict"),
    [(2, 240, "remove"), (24, 240, ""), (9, 99, ""), (0, 0, ""), (0, 10, ""), (0, 1_000, "remove")],
)
def test_verdicts_on_features(used, eligible, verdict):
    assert rules.feature_verdict(used, eligible) == verdict


@pytest.mark.line("V-X5", "X-29")
def test_flags_are_raised_just_past_their_edge():
    assert not rules.too_many_tickets(300, 1_000)
    assert rules.too_many_tickets(301, 1_000)
    assert rules.adoption_problem(299, 1_000, 90)
    assert not rules.adoption_problem(299, 1_000, 89)
    assert not rules.adoption_problem(300, 1_000, 90)


def test_figures_without_a_whole_are_left_out():
    assert rules.per_cent(rules.share(0, 0)) == ""
    assert rules.deflection(0, 100, 5, 100) is None
    assert rules.deflection(5, 0, 5, 100) is None
    nothing = rules.time_to_task([], given_up=0)
    assert (nothing.p50, nothing.p90, nothing.given_up) == (None, None, None)
    with pytest.raises(ValueError, match="eligible"):
        rules.wilson(0, 0)


def test_a_task_slower_than_calling_is_marked():
    assert rules.slower_than_calling(Decimal("60.5"), 60)
    assert not rules.slower_than_calling(Decimal(60), 60)
    assert not rules.slower_than_calling(None, 60)


@given(st.lists(st.integers(0, 10**6), min_size=1), st.integers(1, 100))
def test_the_nearest_rank_is_a_value_that_so_many_do_not_exceed(values, percent):
    found = rules.nearest_rank(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    below = [value for value in values if value < found]
    assert len(below) * 100 < percent * len(values)


@given(st.integers(1, 10_000), st.data())
def test_the_interval_holds_the_share(eligible, data):
    used = data.draw(st.integers(0, eligible))
    low, high = rules.wilson(used, eligible)
    assert 0 <= low <= used / eligible + 1e-12
    assert used / eligible - 1e-12 <= high <= 1
