"""No line without an explanation, no change without its parts."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.rules.compare_tariffs import NOTE, Home, Offer, compare_tariffs
from portal_app.portals.energy.rules.explain import Words, explain, rate_words, why_different
from portal_app.portals.energy.rules.money_view import money_by_day, note
from portal_app.portals.energy.rules.pricing import price
from portal_app.portals.energy.rules.tariffs import Credit, Rider, Tier
from portal_app.portals.energy.rules.usage import Interval, day_bounds

from .test_tariffs import END, LA, START, TIERED, TOU, moment

money = Words()


FULL = replace(
    TIERED,
    fixed_per_day=D("0.49"),
    fixed_per_bill=D("3.20"),
    minimum_per_day=D(20),
    riders=(Rider("renewable", "Renewable surcharge", D("0.012")), Rider("odd", "Odd rider", D("0.001"))),
    tax_rate=D("0.075"),
    credits=(Credit("climate", "Climate credit", 2400),),
)


@pytest.mark.line("U13-08")
def test_going_just_past_the_allowance_names_what_it_would_have_saved():
    bill = price([TIERED], START, END, use=305000)
    told = [explain(line, bill.lines, money).text for line in bill.lines]
    assert told == [
        "The first 294 kWh of these 30 days cost 30 cents each, our lowest price. You used 294 kWh of them.",
        "What you used beyond 294 kWh costs 8 cents more each. 11 fewer kWh would have saved $4.18 here.",
    ]
    far = price([TIERED], START, END, use=612000)
    assert explain(far.lines[1], far.lines, money).text.endswith(
        "Every 10 kWh less would have saved $3.80 here."
    )


@pytest.mark.line("U13-08")
def test_every_line_of_every_bill_has_its_explanation():
    bills = [
        price([FULL], START, END, use=612000),
        price(
            [TOU], START, END, use=21000, zone=LA, intervals=[Interval(moment(2026, 4, 2, 1), 3600, 20000)]
        ),
        price([replace(TIERED, tiers=(Tier(D("0.35")),))], START, END, use=1000),
    ]
    told = {line.code: explain(line, bill.lines, money) for bill in bills for line in bill.lines}
    assert len(told) == 12
    assert all(found.title and len(found.text) > 20 for found in told.values())
    assert told["renewable"].text == (
        "This pays for new wind and solar power, set by law. 612 kWh at $0.012 a kWh."
    )
    assert told["tax"].text.startswith("7.5 % on $600.00, the charges above.")
    assert told["minimum"].text.startswith("Every bill comes to at least $600.00 before tax")
    assert told["climate"].text.endswith("It takes $24.00 off this bill.")
    assert told["odd"].text == "612 kWh at $0.001 a kWh."


@pytest.mark.line("U13-08", "I13-2")
def test_readings_beyond_the_dial_are_taken_off_in_words():
    more = Interval(moment(2026, 4, 2), 3600, 24000)
    bill = price([TIERED], START, END, use=20000, intervals=[more], zone=LA)
    assert explain(bill.lines[-1], bill.lines, money).text == (
        "Our hourly readings add up to 4 kWh more than your meter's dial. The dial counts."
    )
    alone = price([replace(TIERED, baseline=())], START, END, use=1000)
    assert explain(alone.lines[0], alone.lines, money).text == "1 kWh at 47 cents each."


@pytest.mark.line("U13-08")
def test_on_peak_hours_say_what_moving_ten_units_saves():
    readings = [Interval(moment(2026, 4, 2, 1), 3600, 20000), Interval(moment(2026, 4, 5, 1), 3600, 20000)]
    bill = price([TOU], START, END, intervals=readings, zone=LA)
    assert explain(bill.lines[0], bill.lines, money).text == (
        "Used in the hours “4 to 9 pm”: 20 kWh at $0.52 a kWh. "
        "Moving 10 kWh to “Other hours” would have saved $2.10."
    )


def test_rates_read_as_people_say_them():
    assert [rate_words(D(r), money) for r in ("0.08", "0.012", "1", "1.255")] == [
        "8 cents",
        "1.2 cents",
        "$1.00",
        "125.5 cents",
    ]


@pytest.mark.line("U13-19")
@given(
    uses=st.tuples(st.integers(1, 3_000_000), st.integers(1, 3_000_000)),
    lengths=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    rise=st.integers(80, 130),
    known=st.booleans(),
)
def test_the_parts_of_a_change_sum_to_it_to_the_cent(uses, lengths, rise, known):
    dearer = replace(FULL, tiers=tuple(replace(tier, rate=tier.rate * rise / 100) for tier in FULL.tiers))
    last = price([FULL], START, START + timedelta(days=lengths[0]), use=uses[0])
    end = START + timedelta(days=lengths[1])
    this = price([dearer], START, end, use=uses[1])
    before = price([FULL], START, end, use=uses[1]).of("tier", "rider") if known else None
    parts = why_different(this, last, money, at_last_prices=before)
    assert sum(part.cents for part in parts) == this.total - last.total


@pytest.mark.line("U13-19")
def test_a_higher_bill_names_days_use_and_price_apart():
    flat = replace(TIERED, tiers=(Tier(D("0.30")),), fixed_per_day=D("0.50"))
    last = price([flat], START, START + timedelta(days=30), use=300000)
    this = price([replace(flat, tiers=(Tier(D("0.33")),))], START, START + timedelta(days=32), use=400000)
    parts = why_different(this, last, money, at_last_prices=12000)
    assert [(part.code, part.cents) for part in parts] == [("days", 700), ("use", 2400), ("price", 1200)]
    assert parts[0].text == "2 more days in this bill: $7.00 more"
    assert why_different(this, None, money) == []


@pytest.mark.line("B13-5")
def test_the_money_view_sums_to_the_energy_and_says_what_it_leaves_out():
    tariff = replace(TIERED, fixed_per_day=D("0.49"), tax_rate=D("0.075"))
    readings = [Interval(day_bounds(START + timedelta(days=n), LA)[0], 3600, 20400) for n in range(30)]
    view = money_by_day([tariff], readings, START, END, LA, money)
    assert abs(sum(day.cents for day in view.days) - 20904) <= 15  # each day is rounded once
    assert (view.days[0].cents, view.days[-1].cents) == (612, 775)
    assert view.note == "Without the daily charge of $0.49 and 7.5 % tax."
    whole = money_by_day([tariff], readings[1:], START, END, LA, money, whole_bill=True)
    assert (whole.days[0].cents, whole.days[1].cents) == (None, 711)
    assert whole.note == "With the daily charge of $0.49 and 7.5 % tax."
    assert note(FULL, money, whole_bill=True).endswith(
        "Without the charge of $3.20 a bill, credits and the minimum charge."
    )


@pytest.mark.line("B13-5")
def test_the_day_with_most_use_need_not_cost_most():
    peak = Interval(moment(2026, 4, 2, 1), 3600, 12000)
    saturday = Interval(moment(2026, 4, 5, 1), 3600, 15000)
    days = {d.date: d.cents for d in money_by_day([TOU], [peak, saturday], START, END, LA, money).days}
    assert (days[date(2026, 4, 1)], days[date(2026, 4, 4)]) == (624, 465)
    long = Interval(moment(2026, 4, 1, 7), 86400, 9000)
    assert money_by_day([TOU], [long], START, END, LA, money).days[0].cents is None


TODAY = date(2026, 4, 1)
FLAT = replace(TIERED, code="FLAT", name="One price", tiers=(Tier(D("0.35")),))


@pytest.mark.line("B13-6")
def test_other_tariffs_are_priced_on_the_real_hours_of_twelve_months():
    first = day_bounds(TODAY - timedelta(days=365), LA)[0]
    last = day_bounds(TODAY, LA)[0]
    readings = [Interval(second, 3600, 500) for second in range(first, last, 3600)]
    offers = [
        Offer(TOU),
        Offer(replace(FLAT, code="EV", name="Car at night"), needs=frozenset({"electric_car"})),
        Offer(replace(FLAT, code="SHOP", name="Shop"), kinds=frozenset({"business"})),
    ]
    found = compare_tariffs(FLAT, offers, readings, Home(), today=TODAY, zone=LA)
    weekdays = sum((TODAY - timedelta(days=n)).weekday() < 5 for n in range(1, 366))
    by_time = weekdays * 5 * 26 + (8760 - weekdays * 5) * 15.5
    assert [row.code for row in found.rows] == ["TOU", "FLAT"]
    assert found.rows[1].cents == pytest.approx(8760 * 17.5, abs=13)
    assert found.rows[0].cents == pytest.approx(by_time, abs=26)
    assert found.rows[0].saves == found.rows[1].cents - found.rows[0].cents
    assert found.note == NOTE
    assert [(row.code, row.missing) for row in found.closed] == [
        ("EV", ("it needs an electric car",)),
        ("SHOP", ("it is for business customers",)),
    ]


@pytest.mark.line("B13-6")
def test_too_few_readings_give_no_comparison():
    found = compare_tariffs(FLAT, [Offer(TOU)], [], Home(), today=TODAY, zone=LA)
    assert found.rows == ()
    assert found.note == "Not enough readings of the last 12 months yet (0 %)."
    daily = [Interval(day_bounds(TODAY - timedelta(days=n), LA)[0], 86400, 9000) for n in range(1, 366)]
    mornings = replace(TOU, periods=(replace(TOU.periods[0], weekend_hours=frozenset({9})), TOU.periods[1]))
    assert compare_tariffs(mornings, [], daily, Home(), today=TODAY, zone=LA).rows == ()
    assert compare_tariffs(TOU, [Offer(FLAT)], daily, Home(), today=TODAY, zone=LA).rows == ()
    assert [
        row.code for row in compare_tariffs(FLAT, [Offer(TOU)], daily, Home(), today=TODAY, zone=LA).rows
    ] == ["FLAT"]
