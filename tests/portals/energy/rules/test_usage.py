"""Days and months of a meter, as the clock on the customer's wall counts them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest

from portal_app.portals.energy.rules import usage
from portal_app.portals.energy.rules.usage import ESTIMATED, Day, Interval

from . import real

LA = "America/Los_Angeles"
INLAND = "Inland_Single_Family_Jan_1_2011_to_Jan_1_2012_RetailCustomer_9.xml"


def moment(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())


@pytest.mark.line("V13-19")
def test_a_year_of_hours_has_one_short_and_one_long_day():
    readings = real.green_button(INLAND)
    use = usage.local_days(readings, LA)
    assert len(readings) == 8760
    assert sum(day.amount or 0 for day in use.days) == 8_343_306
    assert Counter(day.hours for day in use.days) == {24: 363, 23: 1, 25: 1}
    assert all(day.complete == 1 for day in use.days)
    months = {month.month: month.amount for month in usage.month_sums(use.days)}
    assert [round(months[n] / 1000, 1) for n in (8, 4)] == [875.3, 599.9]
    assert usage.overlapping(readings) == []


@pytest.mark.line("I13-3")
def test_a_gap_stays_a_gap_and_is_counted():
    day = 24 * 3600
    start = moment(2026, 1, 1, 8)
    readings = [Interval(start + n * 3600, 3600, 100) for n in [*range(24), *range(48, 60)]]
    use = usage.local_days(readings, LA)
    assert [found.amount for found in use.days] == [2400, None, 1200]
    assert [found.complete for found in use.days] == [D(1), D(0), D("0.5")]
    assert usage.completeness(use.days) == D("0.5")
    (month,) = usage.month_sums(use.days)
    assert (month.amount, month.known_days, month.days) == (3600, 2, 31)
    assert month.complete == D(36 * 3600) / (31 * day)
    (empty,) = usage.month_sums([use.days[1]])
    assert empty.amount is None


@pytest.mark.line("I13-3")
def test_an_estimated_hour_marks_its_day_and_overlaps_are_found():
    start = moment(2026, 1, 1, 8)
    readings = [Interval(start, 3600, 100), Interval(start + 1800, 3600, 100, ESTIMATED)]
    (day,) = usage.local_days(readings, LA).days
    assert day.estimated
    assert usage.overlapping(readings) == [(readings[0], readings[1])]


def test_a_month_of_gas_is_kept_whole_and_never_spread_over_days():
    readings = real.green_button(
        "ngma_natural_gas_billing_billing_data_Service_1_1_2021-05-26_to_2024-04-25.xml"
    )
    use = usage.local_days(readings, "America/New_York")
    assert use.days == ()
    assert len(use.periods) == len(readings) > 30
    assert sum(period.amount for period in use.periods) == sum(reading.amount for reading in readings)
    assert round(use.periods[0].per_day * 35) == use.periods[0].amount == 37_000
    assert all(20 <= (period.end - period.start).days <= 40 for period in use.periods)


@pytest.mark.line("U13-02")
def test_a_half_finished_month_is_compared_on_equal_days_known_on_both_sides():
    by_date = {
        day: Day(day, 1000 * day.month, 24, 86400)
        for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(500))
    }
    del by_date[date(2026, 2, 3)]
    view = usage.compare(
        usage.DailyUse(tuple(by_date.values())).by_date, date(2026, 3, 1), 10, previous_start=date(2026, 2, 1)
    )
    assert [row.position for row in view.days] == list(range(1, 11))
    assert view.than_previous == (27_000, 18_000)
    assert view.than_last_year == (30_000, 30_000)
    assert view.last_year_start == date(2025, 3, 1)


@pytest.mark.line("U13-02")
def test_without_history_there_is_no_comparison_rather_than_nought():
    day = date(2026, 3, 1)
    view = usage.compare({day: Day(day, 5000, 24, 86400)}, day, 1)
    assert (view.than_previous, view.than_last_year) == (None, None)
    assert usage.year_before(date(2024, 2, 29)) == date(2023, 2, 28)


def test_the_shape_of_a_day_shows_its_night_and_its_afternoon():
    start = moment(2026, 1, 1, 8)
    readings = [Interval(start + n * 3600, 3600, 900 if n % 24 == 15 else 100) for n in range(72)]
    shape = usage.profile(readings, LA)
    assert shape.night_per_hour == 100
    assert shape.share([15]) == D(900) / D(3200)
    assert shape.days == 3
    assert usage.profile([Interval(start, 86400, 100)], LA).night_per_hour is None
