"""A forecast waits until it has something to stand on; a warning comes once and by day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.rules.forecast import (
    Forecast,
    Range,
    SoFar,
    Threshold,
    forecast,
    high_bill_alert,
    spread_of,
)


def money(cents: int) -> str:
    return f"${cents / 100:,.2f}"


TWELVE = SoFar(
    date(2026, 4, 1),
    date(2026, 5, 1),
    date(2026, 4, 13),
    6120,
    588,
    1470,
    200000,
    D(1),
    D(1),
    history_days=20,
)


@pytest.mark.line("V13-13")
def test_a_new_customer_is_forecast_straight_by_days():
    found = forecast(TWELVE)
    assert (found.cost.likely, found.method, found.so_far) == (15300, "linear", 6120)
    assert found.cost.low < 15300 < found.cost.high
    assert found.use.likely == 500000


@pytest.mark.line("B13-1")
def test_with_history_the_weather_of_the_days_left_counts():
    known = replace(TWELVE, history_days=60)
    found = forecast(known, weather_done=D(100), weather_left=D(300), spread=D("0.1"))
    assert found.method == "weather"
    assert found.cost == Range(5532 + 16596 - 1660 + 1470, 5532 + 16596 + 1470, 5532 + 16596 + 1660 + 1470)
    assert (
        forecast(replace(known, history_days=59), weather_done=D(100), weather_left=D(300)).method == "linear"
    )
    assert forecast(known).method == "linear"


@pytest.mark.line("B13-1")
@pytest.mark.parametrize(
    ("read", "priced", "message", "use", "cost"),
    [
        ("0.6199", "1", "not enough readings yet (61 %)", False, False),
        ("0.7499", "1", "not enough readings yet (74 %)", False, False),
        ("0.75", "0.9499", "the cost follows when more readings are priced (94 % so far)", True, False),
        ("0.75", "0.95", "by the days so far", True, True),
    ],
)
def test_the_gates_open_at_three_quarters_read_and_95_per_cent_priced(read, priced, message, use, cost):
    found = forecast(replace(TWELVE, read=D(read), priced=D(priced)))
    assert (found.message, found.use is not None, found.cost is not None) == (message, use, cost)


@pytest.mark.line("B13-1")
def test_a_first_day_and_a_first_year_are_said_as_such():
    assert forecast(replace(TWELVE, today=TWELVE.start)).cost is None
    assert forecast(TWELVE).typical is None


def test_steady_days_make_a_narrow_range():
    assert spread_of([1000] * 20, 10) == D("0.03")
    assert spread_of([0, 5000] * 3, 1) == D("0.5")
    assert D("0.03") < spread_of([900, 1100, 1000, 1200, 800], 10) < D("0.2")
    assert spread_of([5], 10) == D("0.25")


def test_a_finished_bill_is_certain():
    done = replace(TWELVE, today=date(2026, 5, 1), fixed=1470)
    assert forecast(done).cost == Range(6120, 6120, 6120)


OUTLOOK = Forecast(Range(14000, 15300, 16600), Range(480000, 500000, 520000), 6120, 11000, "linear", "")
NOON = datetime(2026, 4, 13, 19, tzinfo=UTC)
ASK = {"already_sent": False, "now": NOON, "zone": "America/Los_Angeles", "money": money}


@pytest.mark.line("B13-2")
@pytest.mark.parametrize(
    ("line", "text"),
    [
        (Threshold("money", 15000), "This bill is heading for about $153.00, above your line of $150.00."),
        (Threshold("use", 450000), "This bill is heading for about 500 kWh, above your line of 450 kWh."),
        (None, "This bill is heading for about $153.00; usual for you is $110.00."),
    ],
)
def test_a_warning_speaks_of_the_customers_own_line(line, text):
    found = high_bill_alert(OUTLOOK, TWELVE, line, **ASK)
    assert (found.send, found.text) == (True, text)


@pytest.mark.line("B13-2")
@pytest.mark.parametrize(
    ("outlook", "so_far", "line", "ask"),
    [
        (OUTLOOK, TWELVE, Threshold("money", 15000), {"already_sent": True}),
        (OUTLOOK, TWELVE, Threshold("money", 15300), {}),
        (OUTLOOK, TWELVE, Threshold("use", 500000), {}),
        (OUTLOOK, replace(TWELVE, today=date(2026, 4, 27)), Threshold("money", 15000), {}),
        (replace(OUTLOOK, cost=None), TWELVE, Threshold("money", 1), {}),
        (replace(OUTLOOK, typical=None), TWELVE, None, {}),
    ],
)
def test_no_warning_twice_too_late_or_without_cause(outlook, so_far, line, ask):
    found = high_bill_alert(outlook, so_far, line, **{**ASK, **ask})
    assert (found.send, found.not_before) == (False, None)


@pytest.mark.line("B13-2")
@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (datetime(2026, 4, 14, 4, tzinfo=UTC), datetime(2026, 4, 14, 15, tzinfo=UTC)),  # 21:00 local
        (datetime(2026, 4, 13, 10, tzinfo=UTC), datetime(2026, 4, 13, 15, tzinfo=UTC)),  # 03:00 local
    ],
)
def test_at_night_the_warning_waits_for_the_local_morning(now, morning):
    found = high_bill_alert(OUTLOOK, TWELVE, Threshold("money", 100), **{**ASK, "now": now})
    assert (found.send, found.not_before) == (False, morning)


@given(
    cost=st.integers(0, 10**6),
    fixed=st.integers(0, 10**4),
    day=st.integers(1, 30),
    width=st.decimals(0, "0.5", places=3),
)
def test_low_likely_and_high_stand_in_order(cost, fixed, day, width):
    so_far = replace(
        TWELVE,
        cost=cost + fixed,
        fixed=fixed,
        fixed_whole_bill=fixed * 3,
        today=date.fromordinal(TWELVE.start.toordinal() + day),
    )
    found = forecast(so_far, spread=width).cost
    assert found.low <= found.likely <= found.high
