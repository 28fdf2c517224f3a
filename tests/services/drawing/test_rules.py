"""A figure on a scale: the ruler, the gauge, lengths beside each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.drawing import compare_bars, gauge, rule, wizard_progress

CENTS = st.integers(0, 10_000_00)


def dollars(cents: int) -> str:
    return f"${cents // 100}"


def gigabytes(tenths: int) -> str:
    return f"{tenths / 10:g} GB"


@pytest.mark.line("B13-1")
def test_the_bill_so_far_stands_on_a_ruler_with_usual_and_likely():
    drawn = rule(12137, written=dollars, usual=19300, likely_low=20100, likely_high=21500)
    assert drawn.said == "$121 so far. Your usual: $193. Likely this time: $201 to $215."
    assert drawn.fill < drawn.usual_at < drawn.likely_from
    assert drawn.ticks[0] == 0
    assert drawn.ticks[-1] == 100
    assert (drawn.usual, drawn.usual_value) == ("your usual", "$193")
    assert (drawn.likely, drawn.likely_value) == ("likely", "$201 to $215")
    assert (drawn.fill, drawn.usual_at, drawn.likely_from) == (50.57, 80.42, 83.75)
    assert drawn.majors == (0.0, 25.0, 50.0, 75.0, 100.0)


def test_a_home_without_history_has_no_notch_and_no_span():
    drawn = rule(500, written=dollars)
    assert (drawn.usual_at, drawn.usual, drawn.likely_from, drawn.likely_width) == (-1.0, "", -1.0, 0.0)
    assert drawn.said == "$5 so far."


def test_nothing_to_measure_draws_no_ruler():
    assert rule(0, written=dollars).shown is False


def test_half_a_forecast_is_not_drawn():
    assert rule(500, written=dollars, likely_low=600).likely == ""


@given(CENTS, CENTS, CENTS, CENTS)
def test_every_mark_of_a_ruler_stays_on_it(so_far, usual, one, other):
    low, high = sorted((one, other))
    drawn = rule(so_far, written=dollars, usual=usual, likely_low=low, likely_high=high)
    if not drawn.shown:
        assert max(so_far, usual, high) == 0
        return
    assert 0 <= drawn.fill <= 100
    assert 0 <= drawn.usual_at <= 100
    assert drawn.likely_from >= 0
    assert drawn.likely_width >= 0
    assert drawn.likely_from + drawn.likely_width <= 100.01
    assert list(drawn.ticks) == sorted(set(drawn.ticks))
    assert 5 <= len(drawn.ticks) <= 13
    assert set(drawn.majors) <= set(drawn.ticks)
    assert (drawn.majors[0], drawn.majors[-1]) == (0, 100)


def test_a_gauge_says_value_whole_and_days_left():
    drawn = gauge(142, 200, written=gigabytes, gone=21, period=30, under="9 days to reset", unit_step=10)
    assert (drawn.value, drawn.of, drawn.share, drawn.today) == ("14.2", "of 20 GB", 0.71, 0.7)
    assert drawn.marks == ("0", "5", "10", "15", "20")
    assert drawn.ticks == 20
    assert drawn.said == "14.2 GB of 20 GB. 9 days to reset."


@pytest.mark.parametrize(
    ("used", "tone"),
    [(0, ""), (79, ""), (80, "attention"), (99, "attention"), (100, "urgent"), (130, "urgent")],
)
def test_a_gauge_takes_its_tone_from_how_full_it_is(used, tone):
    drawn = gauge(used, 100, written=gigabytes)
    assert drawn.tone == tone
    assert 0 <= drawn.share <= 1


def test_a_gauge_without_a_whole_is_refused():
    with pytest.raises(ValueError, match="whole"):
        gauge(1, 0, written=gigabytes)


@pytest.mark.line("U13-04")
def test_the_longest_of_several_lengths_is_the_full_one():
    drawn = compare_bars(
        [("You", 2657, True), ("Similar homes", 2810, False)], written=lambda v: f"{v / 10:g} kWh"
    )
    assert [bar.share for bar in drawn] == [94.56, 100.0]
    assert drawn[0].you
    assert drawn[1].value == "281 kWh"


def test_lengths_of_nothing_are_nought():
    assert compare_bars([("You", 0, True)], written=str)[0].share == 0.0


def test_a_wizard_says_where_one_is_and_when_it_was_saved():
    drawn = wizard_progress(2, 4, saved="13:40")
    assert drawn.words == "Question 2 of 4, saved 13:40"
    assert drawn.parts == ("done", "done", "", "")


def test_a_question_outside_the_task_is_refused():
    with pytest.raises(ValueError, match="question 5 of 4"):
        wizard_progress(5, 4)
