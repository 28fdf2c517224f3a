"""Words, tones and days that hold for every bill."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.core.errors import Refusal
from portal_app.services.billing import rules
from portal_app.services.billing.rules import LineDraft
from portal_app.shapes.status import Badge

TODAY = date(2026, 8, 20)


@pytest.mark.parametrize(
    ("state", "due_on", "badge"),
    [
        ("issued", date(2026, 8, 24), Badge("Due in 4 days, Mon 24 Aug", "attention")),
        ("issued", date(2026, 8, 27), Badge("Due in 7 days, Thu 27 Aug", "attention")),
        ("issued", date(2026, 8, 28), Badge("Due in 8 days, Fri 28 Aug", "info")),
        ("issued", date(2026, 8, 21), Badge("Due tomorrow, Fri 21 Aug", "attention")),
        ("issued", date(2026, 8, 20), Badge("Due today", "attention")),
        ("issued", date(2026, 8, 19), Badge("Overdue since Wed 19 Aug", "urgent")),
        ("issued", date(2025, 8, 19), Badge("Overdue since Tue 19 Aug 2025", "urgent")),
        ("part_paid", date(2026, 8, 24), Badge("$5.00 left. Due in 4 days, Mon 24 Aug", "attention")),
        ("paid", date(2026, 8, 1), Badge("Paid", "good")),
        ("void", date(2026, 8, 1), Badge("Withdrawn", "neutral")),
        ("draft", date(2026, 8, 1), Badge("Draft", "neutral")),
    ],
)
@pytest.mark.line("U13-05")
def test_a_bill_says_in_words_how_it_stands(state, due_on, badge):
    assert rules.standing(state, due_on, TODAY, "$5.00") == badge


def test_a_period_names_the_year_once_unless_it_spans_two():
    assert rules.period_text(date(2026, 7, 3), date(2026, 8, 2)) == "3 Jul to 2 Aug 2026"
    assert rules.period_text(date(2025, 12, 3), date(2026, 1, 2)) == "3 Dec 2025 to 2 Jan 2026"


@pytest.mark.parametrize(
    ("state", "left", "says"),
    [
        ("paid", 0, "already paid"),
        ("issued", 0, "already paid"),
        ("void", 100, "withdrawn"),
        ("draft", 1, "not issued"),
    ],
)
def test_what_can_not_be_paid_says_why(state, left, says):
    with pytest.raises(Refusal, match=says):
        rules.check_payable("July bill", state, left)


@pytest.mark.parametrize("typed", ["PAY-7K2M9Q", " pay 7k2m9q ", "Pay7K2M9Q", "pay.7k2-m9q"])
def test_a_reference_is_read_however_a_bank_writes_it(typed):
    assert rules.read_reference(typed) == "PAY-7K2M9Q"


@pytest.mark.parametrize("typed", [None, 7, [], ""])
def test_what_is_no_reference_names_nothing(typed):
    assert rules.read_reference(typed) == ""


@pytest.mark.parametrize(
    ("typed", "cents"), [("185.04", 18504), (" $1,200 ", 120000), ("0.5", 50), ("7", 700), ("€ 12.30", 1230)]
)
def test_an_amount_is_read_as_people_type_it(typed, cents):
    assert rules.read_amount(typed) == cents


@pytest.mark.line("S-51", "S-31")
@pytest.mark.parametrize(
    "typed",
    ["", "0", "0.00", "-5", "+5", "1.005", "1e3", "NaN", "1,20", "12.", "٣", "5 5", None, 5, 5.0, "9" * 12],
)
def test_what_is_no_amount_is_refused_beside_its_field(typed):
    with pytest.raises(Refusal) as refused:
        rules.read_amount(typed)
    assert refused.value.field == "amount"


def test_yen_have_no_cents():
    assert rules.read_amount("1,200", 0) == 1200
    with pytest.raises(Refusal, match="like 185"):
        rules.read_amount("12.5", 0)


@pytest.mark.parametrize("typed", ["", "10.3.2026", "2026-02-30", None, 5])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(Refusal, match="Choose the day"):
        rules.read_day(typed)


@pytest.mark.line("S-51")
@given(
    cents=st.one_of(
        st.floats(), st.integers(max_value=0), st.integers(min_value=rules.LARGEST_CENTS + 1), st.text()
    )
)
def test_no_amount_but_whole_cents_above_nought_passes(cents):
    with pytest.raises(Refusal):
        rules.check_cents(cents)


@given(
    cents=st.integers(1, 10**9),
    bills=st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 10**8), max_size=6),
)
def test_money_is_shared_to_the_cent_and_never_beyond_a_bill(cents, bills):
    shares, rest = rules.allocate(cents, next(iter(bills), ""), list(bills.items()))
    assert sum(share for _, share in shares) + rest == cents
    assert all(0 < share <= bills[bill_id] for bill_id, share in shares)
    assert rest == max(0, cents - sum(bills.values()))


@pytest.mark.line("I13-1")
@given(amounts=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12), wrong=st.integers(1, 10**6))
def test_only_the_sum_of_its_lines_is_a_bills_total(amounts, wrong):
    lines = [LineDraft("x", "Line", cents, "Because.") for cents in amounts]
    rules.check_lines(lines, sum(amounts))
    with pytest.raises(Refusal, match="add up"):
        rules.check_lines(lines, sum(amounts) + wrong)


def test_a_bill_without_lines_or_with_a_broken_amount_is_refused():
    with pytest.raises(Refusal, match="at least one line"):
        rules.check_lines([], 0)
    with pytest.raises(Refusal, match="whole number"):
        rules.check_lines([LineDraft("x", "Line", Decimal("1.5"), "Because.")], 1)  # type: ignore[arg-type]


@given(day=st.dates(date(2020, 1, 1), date(2035, 12, 31)), count=st.integers(1, 10))
def test_stepping_back_lands_on_a_business_day_with_that_many_after_it(day, count):
    before = rules.business_days_before(day, count, "US")
    assert rules.is_business_day(before, "US")
    between = [before + timedelta(days=step) for step in range((day - before).days)]
    assert sum(rules.is_business_day(each, "US") for each in between) == count


@given(
    due=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    notice=st.integers(0, 40),
    rule=st.sampled_from(["due", "1", "15", "28"]),
)
def test_no_debit_comes_sooner_than_ten_days_after_its_notice(due, notice, rule):
    notice_on = due - timedelta(days=notice)
    debit_on = rules.debit_day(due, rule, notice_on, "US")
    assert notice_on <= rules.notice_by(debit_on)
    assert rules.is_business_day(debit_on, "US")
    assert rules.stop_until(debit_on, "US") < debit_on


def test_a_monthly_amount_rounds_half_a_cent_up():
    assert rules.monthly_amount([1, 2]) == 2
    with pytest.raises(ValueError, match="needs bills"):
        rules.monthly_amount([])


YEAR = [dollars * 100 for dollars in (142, 131, 108, 84, 76, 95, 138, 151, 126, 88, 97, 128)]


@pytest.mark.line("B13-9")
@pytest.mark.parametrize(
    ("balance", "left", "cents", "changed"),
    [
        (3000, 9, 11367, False),  # 113.67 + 30.00 / 9 = 117.00, 3 % more
        (18000, 9, 13367, True),  # 113.67 + 180.00 / 9 = 133.67
        (-18000, 9, 9367, True),  # 113.67 - 180.00 / 9 = 93.67
        (10224, 9, 11367, False),  # 113.67 + 11.36 = 125.03; a tenth is 11.367
        (10233, 9, 12504, True),  # 113.67 + 11.37 = 125.04
        (-500000, 3, 0, True),  # paid ahead by more than the rest of the year: nothing more is asked for
    ],
)
def test_a_quarter_changes_the_amount_only_by_more_than_a_tenth(balance, left, cents, changed):
    assert rules.adjust(11367, YEAR, balance, left) == rules.Adjustment(cents, changed)


@pytest.mark.line("B13-9")
def test_an_amount_is_looked_at_by_twelve_bills_and_while_one_is_left():
    with pytest.raises(ValueError, match="settle up"):
        rules.adjust(11367, YEAR, 0, 0)
    with pytest.raises(ValueError, match="by 12 bills, not 11"):
        rules.adjust(11367, YEAR[:11], 0, 9)
    assert [rules.quarter_ended(bills) for bills in range(14)] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0]


@given(
    current=st.integers(0, 10**7),
    bills=st.lists(st.integers(0, 10**7), min_size=12, max_size=12),
    balance=st.integers(-(10**7), 10**7),
    left=st.integers(1, 11),
)
def test_a_changed_amount_brings_the_plan_to_what_is_expected(current, bills, balance, left):
    found = rules.adjust(current, bills, balance, left)
    expected = rules.monthly_amount(bills) * left + balance
    if found.changed and expected > 0:
        assert abs(found.cents * left - expected) * 2 <= left
    assert found.cents >= 0
    assert found.changed == (found.cents != current)


@given(bills=st.lists(st.integers(0, 10**7), min_size=12, max_size=12))
def test_a_plan_and_its_settle_up_are_together_what_was_used(bills):
    monthly = rules.monthly_amount(bills)
    assert monthly * 12 + rules.settle_up(sum(bills), monthly) == sum(bills)
    assert abs(rules.settle_up(sum(bills), monthly)) <= 6


@pytest.mark.parametrize("typed", ["", "0", "29", "1.5", "-3", "due date", "٣"])
def test_a_day_no_month_has_for_sure_is_refused(typed):
    with pytest.raises(Refusal, match="1 to 28"):
        rules.read_day_rule(typed)


def test_every_step_of_autopay_is_in_one_table():
    for state, steps in rules.AUTOPAY.items():
        for event in ("set_up", "authorise", "change", "pause", "resume", "stop"):
            if event in steps:
                assert rules.next_state(state, event) == steps[event]
            else:
                with pytest.raises(Refusal, match="Autopay is"):
                    rules.next_state(state, event)
