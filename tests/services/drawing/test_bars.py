"""Bars stand where the figures say, on every width and with every gap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.drawing import bar_chart, line_chart
from portal_app.services.drawing.scales import BESIDE_LANE, axis_words, nice_step, span_of
from portal_app.shapes.charts import AxisMark, BarChart

FIGURES = st.lists(st.one_of(st.none(), st.integers(0, 90_000)), min_size=1, max_size=96)


def kwh(value: int) -> str:
    return f"{value / 1000:g} kWh"


def plot(values, **more) -> BarChart:
    labels = [f"{place + 1} Aug" for place in range(len(values))]
    return bar_chart(values, labels, written=kwh, **more)


AUGUST = [13100, 14200, 13600, 14000, 14900, 16200, 15800, 13700, 14400, 14100]
AUGUST += [15000, 16400, 17300, 17900, 17200, 20300, 17600, 6100]
LAST_YEAR = [13000, 13500, 13200, 13400, 14100, 15600, 15200, 13300, 13700, 13600]
LAST_YEAR += [14200, 15100, 16300, 16000, 14600, 16200, 16100]


def august(**more) -> BarChart:
    spoken = (15, "41 % above your usual Tuesday:", "96 F, cooling")
    return plot(
        AUGUST,
        places=30,
        height=200,
        before=LAST_YEAR,
        odd=[15],
        now=17,
        level=16500,
        level_words="similar homes 16.5",
        call_out=spoken,
        end_word="1 Sep",
        **more,
    )


@given(FIGURES)
def test_bars_never_overlap_and_stay_inside_the_plot(values):
    chart = plot(values, before=values[::-1], height=160)
    for left, right in zip(chart.bars, chart.bars[1:], strict=False):
        assert left.x + left.width <= right.x + 0.011
        assert left.notch_to <= right.notch_from + 0.011
    for bar in chart.bars:
        assert 0 <= bar.x <= bar.x + bar.width <= 100
        assert 0 <= bar.notch_from <= bar.notch_to <= 100
        assert bar.y >= 0
        assert bar.y + bar.height <= 160.11


@given(FIGURES)
def test_gaps_stay_gaps(values):
    chart = plot(values)
    known = [place for place, value in enumerate(values) if value is not None]
    assert len(chart.bars) == len(known)
    for place, bar in zip(known, chart.bars, strict=True):
        assert bar.x < (place + 1) * 100 / len(values)
        assert bar.x + bar.width > place * 100 / len(values)


@given(st.lists(st.integers(0, 90_000), min_size=2, max_size=40))
def test_a_higher_figure_is_never_a_lower_bar(values):
    bars = plot(values).bars
    for one, other in zip(bars, bars[1:], strict=False):
        first, second = values[bars.index(one)], values[bars.index(one) + 1]
        assert (first <= second) == (one.height <= other.height) or abs(one.height - other.height) <= 0.11


@given(st.lists(st.integers(-50_000, 90_000), min_size=1, max_size=31))
def test_solar_export_hangs_below_nought(values):
    chart = plot(values)
    for value, bar in zip(values, chart.bars, strict=True):
        if value >= 0:
            assert bar.y + bar.height == pytest.approx(chart.base_y, abs=0.2)
        else:
            assert bar.y == pytest.approx(chart.base_y, abs=0.2)
        assert bar.y >= -0.11
        assert bar.y + bar.height <= 160.2


@given(FIGURES, st.integers(0, 40), st.booleans())
def test_words_under_the_axis_never_touch(values, spare, ends):
    chart = plot(values, places=len(values) + spare, now=len(values) - 1, end_word="1 Sep" if ends else "")
    room = BESIDE_LANE if chart.lane else 1.0
    spans = [span_of(mark, room) for mark in chart.axis]
    for left, right in zip(spans, spans[1:], strict=False):
        assert left[1] <= right[0]
    assert all(left >= -0.011 and right <= 100.011 for left, right in spans)


@given(st.integers(1, 10**9), st.integers(1, 12))
def test_steps_are_one_two_or_five(top, lines):
    step = nice_step(top, lines)
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert step * lines >= top


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(ValueError, match="top"):
        nice_step(0)


@pytest.mark.line("U13-03")
def test_the_odd_day_is_marked_and_named_with_a_line_from_its_words():
    chart = august()
    odd = [bar for bar in chart.bars if bar.kind == "odd"]
    assert [bar.value for bar in odd] == ["20.3 kWh"]
    call = chart.call_out
    assert (call.shown, call.side, call.strong) == (True, "left", "41 % above your usual Tuesday:")
    assert odd[0].x < call.x < odd[0].x + odd[0].width
    assert call.y < odd[0].y
    assert "41 % above your usual Tuesday: 96 F, cooling" in chart.said


@pytest.mark.line("U13-02")
def test_last_year_is_a_notch_on_the_same_scale():
    chart = august()
    first = chart.bars[0]
    per_kwh = first.height / 13.1
    assert chart.base_y - first.notch_y == pytest.approx(13.0 * per_kwh, abs=0.2)
    assert chart.bars[17].notch_y == -1.0


def test_today_is_not_finished_and_the_rest_of_the_bill_is_open():
    chart = august()
    assert chart.bars[-1].kind == "now"
    assert chart.bars[-1].x + chart.bars[-1].width < 61
    assert [mark.text for mark in chart.axis][-2:] == ["today", "1 Sep"]
    assert chart.rows[17].note == "today, not finished"
    assert chart.lane is False


def test_a_full_month_puts_the_scale_in_a_lane_beside_the_bars():
    assert plot(AUGUST[:14], level=16000, level_words="similar homes 16").lane is True


@pytest.mark.parametrize(("place", "side"), [(2, "right"), (15, "left")])
def test_the_words_of_the_odd_day_stand_where_there_is_room(place, side):
    call = plot(AUGUST, call_out=(place, "Odd", "")).call_out
    assert call.side == side
    assert call.room >= 45


def test_lines_of_the_scale_keep_away_from_the_level_compared_with():
    grid = august().grid
    assert grid[0].dashed
    assert all(abs(line.y - grid[0].y) >= 22 for line in grid[1:])


def test_the_table_behind_says_where_a_reading_is_missing():
    chart = plot([1000, None], before=[None, 900], columns=["Day", "kWh", "Last year"], notes={0: "odd"})
    assert chart.rows[1].cells == ("2 Aug", "no reading", "0.9 kWh")
    assert chart.rows[0].cells[2] == "no reading"
    assert chart.rows[0].note == "odd"


def test_nothing_read_yet_says_so_instead_of_drawing_nought():
    chart = plot([None, None], empty="Your first reading comes on Tuesday 3 March.")
    assert chart.bars == ()
    assert chart.empty.startswith("Your first reading")


def test_a_day_of_nought_is_a_reading_not_a_gap():
    assert [bar.height for bar in plot([0, 0]).bars] == [0.0, 0.0]


def test_a_year_names_every_other_month_on_a_phone():
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    chart = bar_chart([1000] * 12, months, written=kwh)
    assert [mark.text for mark in chart.axis] == ["Jan", "Mar", "May", "Jul", "Sep", "Nov"]


def test_a_figure_without_a_label_is_refused():
    with pytest.raises(ValueError, match="label"):
        bar_chart([1, 2], ["one"], written=kwh)


@pytest.mark.parametrize("count", [1, 7, 12, 24, 31, 48, 96])
def test_every_usual_number_of_bars_stays_visible_on_a_narrow_phone(count):
    widths = {bar.width for bar in plot([1000] * count).bars}
    assert len(widths) == 1
    assert widths.pop() * 288 / 100 >= 1.9


def test_a_word_that_fits_nowhere_is_left_out():
    kept = axis_words([[AxisMark(50, "Tuesday 18 August")], [AxisMark(52, "today")]])
    assert [mark.text for mark in kept] == ["Tuesday 18 August"]


@given(st.lists(st.one_of(st.none(), st.integers(0, 9_000)), min_size=1, max_size=48))
def test_a_curve_breaks_at_every_gap(values):
    chart = line_chart(values, [str(place) for place in range(len(values))], written=kwh, before=values)
    runs = sum(
        1
        for place, value in enumerate(values)
        if value is not None and (place == 0 or values[place - 1] is None)
    )
    assert chart.path.count("M") == runs
    assert chart.ground.count("Z") == runs
    assert bool(chart.path) == bool(chart.rows)


def test_a_day_in_half_hours_names_its_peak():
    values = [200] * 48
    values[35] = 1900
    labels = [f"{place // 2:02d}:{place % 2 * 30:02d}" for place in range(48)]
    chart = line_chart(values, labels, written=kwh, call_out=(35, "Most at 17:30", ""), title="Wednesday")
    assert chart.said == "Wednesday: from 0.2 kWh to 1.9 kWh, most at 17:30."
    assert chart.call_out.side == "left"
    assert chart.call_out.y < 60
    assert [mark.text for mark in chart.axis] == ["00:00", "06:00", "12:00", "18:00"]
