"""Bills come to the cent, whatever the tariff."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.rules.pricing import price
from portal_app.portals.energy.rules.rounding import share_out
from portal_app.portals.energy.rules.tariffs import (
    Baseline,
    CannotPrice,
    Credit,
    Period,
    Rider,
    Tariff,
    Tier,
    next_unit_rate,
)
from portal_app.portals.energy.rules.urdb import BadRate, from_urdb
from portal_app.portals.energy.rules.usage import Interval

TIERED = Tariff(
    code="HOME",
    version="1",
    name="Electricity",
    effective_from=date(2025, 1, 1),
    tiers=(Tier(D("0.30"), D(1)), Tier(D("0.38"), D(4)), Tier(D("0.47"))),
    baseline=(Baseline(D("9.8")),),
)
START, END = date(2026, 4, 1), date(2026, 5, 1)
EVENING = frozenset(range(16, 21))
TOU = Tariff(
    code="TOU",
    version="1",
    name="Time of use",
    effective_from=date(2025, 1, 1),
    periods=(
        Period("on-peak", "4 to 9 pm", D("0.52"), EVENING, frozenset()),
        Period("off-peak", "Other hours", D("0.31")),
    ),
)
LA = "America/Los_Angeles"


def moment(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp())


@pytest.mark.line("V13-1")
@pytest.mark.parametrize(
    ("kwh", "lines", "total"),
    [(250, [7500], 7500), (612, [8820, 12084], 20904), (1400, [8820, 33516, 10528], 52864)],
)
def test_tiers_follow_the_baseline_of_the_days(kwh, lines, total):
    bill = price([TIERED], START, END, use=kwh * 1000)
    assert [line.cents for line in bill.lines] == lines
    assert bill.total == total
    assert bill.lines[0].ceiling == D("294.0")


@pytest.mark.line("V13-2")
def test_daily_charge_rider_tax_and_credit_join_in_that_order():
    tariff = replace(
        TIERED,
        fixed_per_day=D("0.49"),
        riders=(Rider("renewable", "Renewable surcharge", D("0.012")),),
        tax_rate=D("0.075"),
        credits=(Credit("climate", "Climate credit", 2400, frozenset({4, 10})),),
    )
    bill = price([tariff], START, END, use=612000)
    assert [(line.code, line.cents) for line in bill.lines] == [
        ("energy-tier-1", 8820),
        ("energy-tier-2", 12084),
        ("fixed", 1470),
        ("renewable", 734),
        ("tax", 1733),
        ("climate", -2400),
    ]
    assert bill.total == 22441
    assert price([tariff], date(2026, 5, 1), date(2026, 5, 31), use=612000).total == 24841
    assert price([tariff], START, END, use=612000, with_credits=False).total == 24841


@pytest.mark.line("V13-3")
def test_a_rate_change_within_the_bill_splits_by_days_each_with_its_own_baseline():
    dearer = replace(
        TIERED,
        version="2",
        effective_from=date(2026, 4, 13),
        tiers=(Tier(D("0.315"), D(1)), Tier(D("0.399"), D(4)), Tier(D("0.4935"))),
    )
    bill = price([TIERED, dearer], START, END, use=612000)
    assert [line.cents for line in bill.lines] == [3528, 4834, 5557, 7613]
    assert bill.total == 21532
    assert [(line.start.day, line.end.day) for line in bill.lines[::2]] == [(1, 13), (13, 1)]


def hourly(start: int, amounts: list[int]) -> list[Interval]:
    return [Interval(start + n * 3600, 3600, amount) for n, amount in enumerate(amounts)]


@pytest.mark.line("V13-4")
def test_time_of_use_charges_each_hour_its_own_price():
    on_peak = [Interval(moment(2026, 4, 2, 1), 3600, 118000)]  # 18:00 on Wednesday 1 April in Los Angeles
    off_peak = [Interval(moment(2026, 4, 5, 1), 3600, 402000)]  # 18:00 on a Saturday: no on-peak hours
    bill = price([TOU], START, END, intervals=on_peak + off_peak, zone=LA)
    assert [(line.code, line.cents) for line in bill.lines] == [("on-peak", 6136), ("off-peak", 12462)]
    assert bill.total == 18598
    flat = replace(TIERED, tiers=(Tier(D("0.35")),))
    assert bill.total - price([flat], START, END, use=520000).total == 398


@pytest.mark.line("V13-4")
def test_time_of_use_follows_the_local_clock_over_the_change_to_summer_time():
    # 2 am does not exist on 8 March 2026 in Los Angeles; 16:00 there moves from 00:00 to 23:00 UTC.
    before = Interval(moment(2026, 3, 7, 0), 3600, 1000)  # Friday 16:00 PST
    after = Interval(moment(2026, 3, 9, 23), 3600, 1000)  # Monday 16:00 PDT
    standard = Interval(moment(2026, 3, 10, 4), 3600, 1000)  # Monday 21:00 PDT (20:00 without the change)
    bill = price([TOU], date(2026, 3, 1), date(2026, 4, 1), intervals=[before, after, standard], zone=LA)
    assert {line.code: line.quantity for line in bill.lines} == {"on-peak": D(2), "off-peak": D(1)}


@pytest.mark.line("U13-08")
@pytest.mark.parametrize(("holidays", "code"), [("US", "off-peak"), ("", "on-peak")])
def test_a_holiday_has_weekend_hours_only_where_the_tariff_says_so(holidays, code):
    christmas = [Interval(moment(2025, 12, 26, 1), 3600, 1000)]  # 17:00 on Thursday 25 December
    bill = price(
        [replace(TOU, holidays=holidays)], date(2025, 12, 1), date(2026, 1, 1), intervals=christmas, zone=LA
    )
    assert [line.code for line in bill.lines] == [code]


@pytest.mark.line("V13-5")
def test_the_minimum_charge_tops_up_a_small_bill():
    tariff = replace(TIERED, minimum_per_day=D("0.33"))
    bill = price([tariff], START, END, use=7000)
    assert [(line.code, line.cents) for line in bill.lines] == [("energy-tier-1", 210), ("minimum", 780)]
    assert bill.total == 990
    assert [line.code for line in price([tariff], START, END, use=250000).lines] == ["energy-tier-1"]


@pytest.mark.line("I13-2")
def test_use_the_clock_cannot_place_is_a_line_of_its_own():
    readings = [Interval(moment(2026, 4, 2, 1), 3600, 10000), Interval(moment(2026, 4, 5, 1), 3600, 10000)]
    bill = price([TOU], START, END, use=21000, intervals=readings, zone=LA)
    assert [(line.code, line.quantity, line.cents) for line in bill.lines] == [
        ("on-peak", D(10), 520),
        ("off-peak", D(10), 310),
        ("difference", D(1), 42),
    ]
    assert sum(line.quantity for line in bill.lines) == D(21)


@pytest.mark.line("I13-2")
@pytest.mark.parametrize(("dial", "cents"), [(305_000, 418), (290_000, -120), (294_000, None)])
def test_the_dial_is_billed_and_its_difference_to_the_readings_is_named(dial, cents):
    readings = [Interval(moment(2026, 4, 2), 3600, 294_000)]
    bill = price([TIERED], START, END, use=dial, intervals=readings, zone=LA)
    assert [line.cents for line in bill.lines if line.code == "difference"] == (
        [] if cents is None else [cents]
    )
    assert sum(line.quantity for line in bill.lines) * 1000 == dial
    assert bill.total == price([TIERED], START, END, use=dial).total


def test_a_day_long_reading_is_never_guessed_into_an_hour():
    with pytest.raises(CannotPrice):
        price([TOU], START, END, intervals=[Interval(moment(2026, 4, 1, 7), 86400, 20000)], zone=LA)
    with pytest.raises(CannotPrice):
        price([TOU], START, END, use=20000)
    with pytest.raises(CannotPrice):
        price([TIERED], date(2024, 4, 1), END, use=20000)


@pytest.mark.line("I13-1")
@given(
    use=st.integers(0, 5_000_000),
    days=st.integers(1, 62),
    change=st.integers(1, 61),
    rates=st.lists(st.integers(1, 99999), min_size=3, max_size=3),
    tax=st.integers(0, 20000),
    credit=st.integers(0, 5000),
)
def test_lines_always_sum_to_the_total_and_lose_no_unit(use, days, change, rates, tax, credit):
    one = replace(
        TIERED,
        tiers=tuple(Tier(D(r) / 100000, up) for r, up in zip(rates, (D(1), D(4), None), strict=True)),
        riders=(Rider("delivery", "Delivery", D("0.12345")),),
        fixed_per_day=D("0.4901"),
        minimum_per_day=D("0.33"),
        tax_rate=D(tax) / 100000,
        credits=(Credit("climate", "Climate credit", credit),),
    )
    two = replace(one, version="2", effective_from=date.fromordinal(START.toordinal() + change))
    end = date.fromordinal(START.toordinal() + days)
    bill = price([one, two], START, end, use=use)
    assert bill.total == sum(line.cents for line in bill.lines)
    assert sum((x.quantity for x in bill.lines if x.explain_key == "tier"), D(0)) == D(use) / 1000
    untaxed = bill.total - bill.of("tax", "credit")
    assert untaxed >= int(D("33") * days) - 1


def test_the_next_unit_costs_what_its_tier_costs():
    days = [date(2026, 4, n) for n in range(1, 31)]
    assert next_unit_rate(TIERED, D("293.9"), days) == D("0.30")
    assert next_unit_rate(TIERED, D(294), days) == D("0.38")
    assert next_unit_rate(TIERED, D(5000), days) == D("0.47")


def test_the_last_tier_has_no_end_and_a_missing_allowance_no_line():
    ends = replace(TIERED, tiers=(Tier(D("0.30"), D(1)), Tier(D("0.40"), D(2))))
    bill = price([ends], START, END, use=1_000_000)
    assert [line.quantity for line in bill.lines] == [D(294), D(706)]
    assert next_unit_rate(ends, D(5000), []) == D("0.40")
    without = price([replace(TIERED, baseline=())], START, END, use=1000)
    assert [(line.code, line.cents) for line in without.lines] == [("energy-tier-3", 47)]


def test_power_sent_back_earns_the_first_rate():
    assert price([TIERED], START, END, use=-10_000).total == -300
    assert price([TIERED], START, END, use=0).total == 0


@pytest.mark.line("I13-1")
def test_a_tax_that_changes_within_the_bill_taxes_each_part_by_its_days():
    taxed = replace(
        TIERED, tiers=(Tier(D("0.30")),), tax_rate=D("0.10"), fixed_per_day=D(1), fixed_per_bill=D(3)
    )
    later = replace(taxed, effective_from=date(2026, 4, 11), tax_rate=D("0.20"))
    bill = price([taxed, later], START, END, use=300_000)
    assert [(line.code, line.cents) for line in bill.lines] == [
        ("energy", 3000), ("energy", 6000), ("fixed", 3000), ("fixed-bill", 300), ("tax", 410), ("tax", 1640),
    ]  # fmt: skip


@pytest.mark.parametrize(("end", "use"), [(START, 1000), (END, None)])
def test_a_bill_without_days_or_use_cannot_be_priced(end, use):
    with pytest.raises(CannotPrice):
        price([TIERED], START, end, use=use)


def test_readings_outside_the_bill_do_not_count():
    inside, outside = Interval(moment(2026, 4, 2), 3600, 1000), Interval(moment(2026, 6, 2), 3600, 9000)
    assert price([TIERED], START, END, intervals=[inside, outside], zone=LA).use == 1000


@pytest.mark.parametrize(("total", "weights", "parts"), [(100, [1, 1, 1], [34, 33, 33]), (7, [0, 0], [0, 7])])
def test_shares_sum_to_the_whole(total, weights, parts):
    assert share_out(total, weights) == parts
    with pytest.raises(ValueError, match="weight"):
        share_out(total, [])


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_no_share_is_lost_or_off_by_more_than_one(total, weights):
    parts = share_out(total, weights)
    assert sum(parts) == total
    if sum(weights):
        off = (abs(p - D(total) * w / sum(weights)) for p, w in zip(parts, weights, strict=True))
        assert all(one < D("1.000001") for one in off)


URDB = {
    "label": "abc",
    "name": "Schedule R",
    "startdate": 1735689600,
    "energyratestructure": [
        [{"max": 100, "rate": 0.20, "adj": 0.01, "unit": "kWh"}, {"rate": 0.25}],
        [{"rate": 0.40}],
    ],
    "energyweekdayschedule": [[1 if 16 <= h < 21 else 0 for h in range(24)] for _ in range(12)],
    "energyweekendschedule": [[0] * 24 for _ in range(12)],
    "fixedchargefirstmeter": 12.5,
    "fixedchargeunits": "$/month",
}


def test_a_published_rate_imports_with_its_schedules_and_tiers():
    tariff = from_urdb(URDB)
    readings = [Interval(moment(2026, 4, 2, 1), 3600, 10000), Interval(moment(2026, 4, 5, 1), 3600, 150000)]
    bill = price([tariff], START, END, intervals=readings, zone=LA)
    assert {line.code: line.cents for line in bill.lines} == {
        "period-1-tier-1": 2100,
        "period-1-tier-2": 1250,
        "period-2": 400,
        "fixed-bill": 1250,
    }
    assert tariff.effective_from == date(2025, 1, 1)


def test_a_published_rate_of_one_period_becomes_plain_tiers():
    flat = from_urdb({**URDB, "energyweekdayschedule": [[0] * 24] * 12})
    assert (flat.periods, [tier.rate for tier in flat.tiers]) == ((), [D("0.21"), D("0.25")])


@pytest.mark.parametrize(
    "change",
    [
        {"energyratestructure": []},
        {"energyweekdayschedule": [[0] * 24]},
        {"energyweekdayschedule": [[7] * 24] * 12},
        {"energyratestructure": [[{"rate": "abc"}], [{"rate": 1}]]},
        {"fixedchargeunits": "$/fortnight"},
        {"energyweekdayschedule": None, "energyweekendschedule": None},
        {"energyratestructure": [[], [{"rate": 1}]]},
        {"energyratestructure": [[{"rate": 1, "unit": "kW"}], [{"rate": 1}]]},
    ],
)
def test_a_published_rate_with_a_hole_is_refused(change):
    with pytest.raises(BadRate):
        from_urdb({**URDB, **change})


def test_a_published_rate_may_charge_by_day_year_or_not_at_all():
    by_day = from_urdb({**URDB, "fixedchargeunits": "$/day", "mincharge": 120, "minchargeunits": "$/year"})
    assert (by_day.fixed_per_day, by_day.minimum_per_bill) == (D("12.5"), D(10))
    bare = {key: value for key, value in URDB.items() if not key.startswith(("fixed", "start", "label"))}
    found = from_urdb(
        {**bare, "energyratestructure": [[{"rate": 0.2, "max": 9, "unit": "kWh daily"}], [{"rate": 1}]]}
    )
    assert (found.code, found.fixed_per_bill, found.effective_from) == ("Schedule R", D(0), date(1970, 1, 1))
    assert found.periods[0].tiers[0].per == "units_a_day"
