"""The home, and from readings to a bill that explains itself, on a loaded demo."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col

from portal_app.core.errors import NotYours, Refusal
from portal_app.core.money import written
from portal_app.core.trail import AuditEntry
from portal_app.portals.energy.rules.pricing import ENERGY_KEYS
from portal_app.portals.energy.service import bills, home, rollup
from portal_app.portals.energy.tables import DayUse, Interval, Premise, Register, ServiceAgreement
from portal_app.services.billing import service as billing
from portal_app.services.billing.tables import Bill, BillLine, BudgetReview, Payment
from portal_app.shapes.energy import EnergyHome
from tests.portals.conftest import Town, do
from tests.portals.energy.test_usage_page import (
    MAYA,
    OMAR,
    OTHER,
    ROSA,
    hours_of,
    house,
    keep_hours,
    new_place,
    new_supply,
    register_of,
)

LA = ZoneInfo("America/Los_Angeles")


def home_of(town: Town, who: str = MAYA) -> EnergyHome:
    return do(town.visitor(who), home.home)


def cents(text: str) -> int:
    return int(Decimal(text.replace("$", "").replace(",", "")) * 100)


def newest_bill(town: Town, who: str = MAYA) -> Bill:
    account = town.visitor(who).account_id
    return max(town.stored(Bill, Bill.account_id == account), key=lambda bill: (bill.period_to, bill.number))


@pytest.mark.line("U13-19", "X-03")
def test_the_home_says_who_how_the_account_stands_and_what_moved(brightwater):
    seen = home_of(brightwater)
    assert seen.who == "Maya Lund, 12 Elm Street"
    assert seen.standing.text
    assert seen.title == "Your bill so far, 3 Nov to 16 Nov"
    assert seen.news
    assert "12 Elm Street" in seen.news[0].detail
    assert seen.alert.shown, "the outage at her address is the first thing on the screen"
    assert seen.meaning.startswith("That is $")


@pytest.mark.line("X-01")
def test_the_three_top_tasks_lead_where_they_are_done(brightwater):
    labels = [task.label for task in brightwater.kind.top_tasks]
    for who in (MAYA, OMAR, OTHER):
        tasks = home_of(brightwater, who).tasks
        assert [task.label for task in tasks] == labels
        assert [task.primary for task in tasks] == [True, False, False]
        assert all(task.link_to.startswith("/energy/") for task in tasks)


def test_somebody_who_may_only_look_is_led_to_look(brightwater):
    viewer = brightwater.visitor(MAYA, role="viewer")
    assert [task.label for task in do(viewer, home.home).tasks] == [
        "See my bill",
        "See why it is high",
        "Follow an outage",
    ]
    page = do(viewer, bills.bill_page, newest_bill(brightwater).id)
    assert not page.payable
    assert not page.pay_label
    with pytest.raises(Refusal, match="Ask the owner"):
        do(viewer, bills.pay, page.id)
    member = brightwater.visitor(MAYA, role="member")
    assert do(member, bills.bill_page, page.id).pay_label.startswith("Pay my bill, $")


@pytest.mark.line("X-03", "X-04")
def test_several_places_add_up_to_the_headline(brightwater):
    seen = home_of(brightwater, OMAR)
    assert len(seen.premises) == 3
    assert sum(cents(row.end) for row in seen.premises) == cents(seen.figure.said)
    assert seen.title.startswith("Your bills so far, 3 places")


def test_a_place_without_a_price_never_costs_nought(brightwater):
    with house(brightwater) as access:
        for agreement in access.all(
            ServiceAgreement, col(ServiceAgreement.account_id) == brightwater.visitor(OMAR).account_id
        ):
            access.change(agreement, tariff_code="")
    seen = home_of(brightwater, OMAR)
    assert not seen.figure.whole
    assert [row.end for row in seen.premises] == ["no price yet"] * 3
    with house(brightwater) as access:
        for agreement in access.all(
            ServiceAgreement, col(ServiceAgreement.account_id) == brightwater.visitor(MAYA).account_id
        ):
            access.change(agreement, tariff_code="")
    seen = home_of(brightwater)
    assert seen.figure.unit == "kWh"
    assert "not what it costs" in seen.meaning


def test_a_new_customer_reads_how_it_begins_and_no_nought(brightwater):
    maya = brightwater.visitor(MAYA)
    with house(brightwater) as access:
        for place in access.all(Premise, col(Premise.account_id) == maya.account_id):
            access.remove(DayUse, col(DayUse.account_id) == maya.account_id)
            access.change(place, label="Home")
    seen = home_of(brightwater)
    assert seen.title == "Your use so far"
    assert not seen.figure.whole
    assert "the day after your meter reports" in seen.meaning


@pytest.mark.parametrize("hour", [8, 20])
def test_on_the_first_day_of_a_bill_the_finished_one_still_stands_there(brightwater, hour):
    """3 November: nothing of the new bill is read, so the old one is shown whole, never a nought."""
    brightwater.set(datetime(2026, 11, 3, hour, tzinfo=LA))
    seen = home_of(brightwater)
    assert seen.rule.middle == "day 31 of 31"
    assert cents(seen.figure.said) > 5000


def test_old_readings_show_their_newest_bill_on_the_home(brightwater):
    account = brightwater.visitor(OTHER).account_id
    with house(brightwater, OTHER) as access:
        access.remove(DayUse, col(DayUse.account_id) == account)
        access.remove(Interval, col(Interval.account_id) == account)
        register = register_of(access, account)
        for n in range(20):
            keep_hours(access, register, hours_of(date(2011, 7, 3) + timedelta(days=n), 1000))
    seen = home_of(brightwater, OTHER)
    assert seen.title.startswith("Your use, ")
    assert seen.figure.said == "480 kWh"


@pytest.mark.line("U13-05")
def test_every_bill_is_listed_with_its_file(brightwater):
    page = do(brightwater.visitor(MAYA), bills.billing_page)
    stored = brightwater.stored(Bill, Bill.account_id == brightwater.visitor(MAYA).account_id)
    assert len(page.bills) == len(stored) >= 12
    assert page.bills[0].period == "3 Oct to 2 Nov 2026"
    bill = newest_bill(brightwater)
    pdf = do(brightwater.visitor(MAYA), billing.bill_file, bill.id)
    assert bytes(pdf.content).startswith(b"%PDF")
    csv = bytes(do(brightwater.visitor(MAYA), billing.bills_file, bill.id).content).decode()
    assert len(csv.strip().splitlines()) - 1 == len(brightwater.stored(BillLine, BillLine.bill_id == bill.id))


@pytest.mark.line("U13-08")
def test_lines_add_up_to_the_total_and_each_explains_itself(brightwater):
    for bill in brightwater.stored(Bill):
        lines = brightwater.stored(BillLine, BillLine.bill_id == bill.id)
        assert sum(line.amount_cents for line in lines) == bill.total_cents
        assert all(len(line.why) > 20 for line in lines)
    seen = do(brightwater.visitor(MAYA), bills.bill_page, newest_bill(brightwater).id)
    assert all(line.why for line in seen.lines)
    assert len(seen.lines) == len(brightwater.stored(BillLine, BillLine.bill_id == seen.id))


@pytest.mark.line("U13-08")
def test_what_is_billed_is_the_sum_of_the_readings(brightwater):
    bill = newest_bill(brightwater)
    begin = int(datetime(2026, 10, 3, tzinfo=LA).timestamp())
    end = int(datetime(2026, 11, 3, tzinfo=LA).timestamp())
    for commodity, per_unit in (("electricity", 1_000_000), ("gas", 1000)):
        with house(brightwater) as access:
            register = register_of(access, bill.account_id, commodity)
        read = sum(
            row.amount
            for row in brightwater.stored(
                Interval, Interval.register_id == register.id, Interval.start >= begin, Interval.start < end
            )
        )
        billed = sum(
            Decimal(line.quantity)
            for line in brightwater.stored(BillLine, BillLine.bill_id == bill.id)
            if line.code.startswith(commodity) and line.explain_key in ENERGY_KEYS
        )
        assert billed == Decimal(read) / per_unit


@pytest.mark.line("U13-19")
def test_why_a_bill_differs_adds_up_to_the_difference(brightwater):
    mine = [b for b in brightwater.stored(Bill) if b.account_id == brightwater.visitor(MAYA).account_id]
    mine.sort(key=lambda bill: bill.period_from)
    for before, bill in zip(mine, mine[1:], strict=False):
        why = do(brightwater.visitor(MAYA), bills.bill_page, bill.id).why
        *parts, whole = [cents(line.amount.replace("+", "").replace("\N{MINUS SIGN}", "-")) for line in why]
        assert sum(parts) == whole == bill.total_cents - before.total_cents
        said = {line.label for line in why}
        changed = before.period_to < date(2025, 3, 1) <= bill.period_to
        assert ("Prices" in said) == changed, "prices changed once, on 1 March 2025"


def test_the_first_bill_says_that_there_is_none_before_it(brightwater):
    mine = [b for b in brightwater.stored(Bill) if b.account_id == brightwater.visitor(MAYA).account_id]
    first = min(mine, key=lambda bill: bill.period_from)
    page = do(brightwater.visitor(MAYA), bills.bill_page, first.id)
    assert (page.why, page.why_words) == ((), "There is no earlier bill to compare with.")


def test_a_difference_that_cannot_be_told_says_so(brightwater):
    bill = newest_bill(brightwater)
    with house(brightwater) as access:
        access.remove(DayUse, col(DayUse.account_id) == bill.account_id, col(DayUse.day) == date(2026, 9, 9))
    page = do(brightwater.visitor(MAYA), bills.bill_page, bill.id)
    assert page.why == ()
    assert page.why_words.startswith("We cannot tell")


def test_two_taps_on_pay_ask_for_one_payment(brightwater):
    bill = newest_bill(brightwater)
    before = len(brightwater.stored(Payment))
    one, two = (do(brightwater.visitor(MAYA), bills.pay, bill.id) for _ in range(2))
    assert one.reference == two.reference
    assert len(brightwater.stored(Payment)) == before + 1


@pytest.mark.line("U13-06")
def test_autopay_is_set_up_paused_and_stopped_and_the_billing_page_says_so(brightwater):
    maya = brightwater.visitor(MAYA)
    wish = billing.Wish("Valley Savings Bank", "4417", "due", "200")
    offer = do(maya, billing.autopay_set_up, wish)
    do(maya, billing.autopay_authorise, offer.agreed)
    assert do(maya, bills.billing_page).autopay.badge.text == "On"
    do(maya, billing.autopay_pause)
    assert do(maya, bills.billing_page).autopay.badge.text == "Paused"
    do(maya, billing.autopay_stop)
    assert do(maya, bills.billing_page).autopay.badge.text == "Off"


@pytest.mark.line("U13-07")
def test_paperless_is_chosen_and_confirmed(brightwater):
    maya = brightwater.visitor(MAYA)
    assert do(maya, bills.billing_page).paperless.badge.text == "On paper"
    notice = do(maya, billing.choose_paperless, True, "maya@brightwater.example")
    assert notice.tone == "good"
    assert do(maya, bills.billing_page).paperless.badge.text == "Paperless"


@pytest.mark.line("B13-9")
def test_the_same_amount_every_month_is_shown_before_it_is_joined(brightwater):
    maya = brightwater.visitor(MAYA)
    offer = do(maya, billing.budget_offer)
    year = sorted(
        (b for b in brightwater.stored(Bill) if b.account_id == maya.account_id), key=lambda b: b.period_to
    )[-12:]
    assert offer.cents == round(Decimal(sum(bill.total_cents for bill in year)) / 12)
    do(maya, billing.enrol_budget, offer.cents, offer.site_id)
    assert do(maya, bills.billing_page).budget.badge.text == "On"


@pytest.mark.line("B13-9")
def test_a_quarter_of_dear_bills_moves_the_amount_on_the_billing_page(brightwater):
    maya = brightwater.visitor(MAYA)
    first = do(maya, billing.budget_offer)
    do(maya, billing.enrol_budget, first.cents, first.site_id)
    day = newest_bill(brightwater).period_to + timedelta(days=1)
    with house(brightwater) as access:
        for month in range(3):
            drafts = [billing.LineDraft("electricity.flat", "Electricity", first.cents * 2, "What you used.")]
            begin = day + timedelta(days=30 * month)
            billing.issue_bill(
                access,
                maya.account_id,
                drafts,
                billing.Period(begin, begin + timedelta(days=29)),
                total_cents=first.cents * 2,
                due_on=begin + timedelta(days=90),
                site_id=first.site_id,
                site_name="12 Elm Street",
            )
    (review,) = brightwater.stored(BudgetReview)
    assert (review.old_cents, review.balance_cents) == (first.cents, first.cents * 3)
    amount = written(review.new_cents, "USD", "en_US")
    assert do(maya, billing.budget_offer).amount == amount
    assert do(maya, bills.billing_page).budget.detail.startswith(f"You pay {amount} from your next bill on")
    told = do(maya, home.home).news[0]
    assert told.title == f"Your monthly amount changes to {amount}"
    assert told.link_to == "/energy/billing/budget"
    assert do(brightwater.visitor(OMAR), billing.budget_offer).changes == ()


def test_the_billing_page_shows_what_is_open_and_what_was_paid(brightwater):
    page = do(brightwater.visitor(MAYA), bills.billing_page)
    bill = newest_bill(brightwater)
    assert page.owed.said == written(bill.total_cents, "USD", "en_US")
    assert page.pay_label == f"Pay my bill, {page.owed.said}"
    assert len(page.payments) == len(page.bills) - 1


@pytest.mark.parametrize("who", [OMAR, OTHER])
@pytest.mark.parametrize("use_case", [bills.bill_page, bills.pay, billing.bill_file, billing.bills_file])
def test_a_strangers_bill_is_not_found(brightwater, who, use_case):
    bill = newest_bill(brightwater)
    with pytest.raises(NotYours):
        do(brightwater.visitor(who), use_case, bill.id)


def test_staff_have_no_home_or_billing_page_but_their_look_at_a_bill_is_written_down(brightwater):
    rosa = brightwater.visitor(ROSA)
    for use_case in (home.home, bills.billing_page):
        with pytest.raises(NotYours):
            do(rosa, use_case)
    bill = newest_bill(brightwater)
    assert do(rosa, bills.bill_page, bill.id).total == written(bill.total_cents, "USD", "en_US")
    seen = brightwater.stored(
        AuditEntry, AuditEntry.action == "staff.read", AuditEntry.about == f"Bill:{bill.id}"
    )
    assert [row.account_id for row in seen] == [bill.account_id]


@pytest.mark.parametrize("use_case", [home.home, bills.billing_page])
def test_without_the_permission_nothing_is_shown(brightwater, use_case):
    nobody = replace(brightwater.visitor(MAYA), permissions=frozenset())
    with pytest.raises(Refusal, match="does not allow"):
        do(nobody, use_case)


def run(town: Town, on: date, who: str = MAYA) -> int:
    with house(town, who) as access:
        return bills.run(access, {"on": on.isoformat()})


@pytest.mark.line("U13-05")
def test_the_bill_run_bills_a_period_once_and_late_readings_still_get_their_bill(brightwater):
    other = brightwater.visitor(OTHER)
    assert run(brightwater, date(2026, 11, 17), OTHER) == 0, "October is billed already"
    brightwater.move(days=20)
    with house(brightwater, OTHER) as access:
        register = register_of(access, other.account_id)
        for n in range(16):
            keep_hours(access, register, hours_of(date(2026, 11, 17) + timedelta(days=n), 400))
        missing = rollup.day_rows(access, register.id, date(2026, 11, 20), date(2026, 11, 20))
        access.remove(DayUse, col(DayUse.register_id) == register.id, col(DayUse.day) == date(2026, 11, 20))
    assert len(missing) == 1
    assert run(brightwater, date(2026, 12, 7), OTHER) == 0, "a day is missing"
    with house(brightwater, OTHER) as access:
        register = access.all(Register, col(Register.account_id) == other.account_id)[0]
        begin = int(datetime(2026, 11, 20, tzinfo=LA).timestamp())
        rollup.roll_up(access, register, begin, begin + 86_400, register.zone)
    assert run(brightwater, date(2027, 1, 9), OTHER) == 1, "late, but billed"
    assert run(brightwater, date(2027, 1, 9), OTHER) == 0
    bill = newest_bill(brightwater, OTHER)
    assert (bill.period_from, bill.period_to) == (date(2026, 11, 3), date(2026, 12, 2))


def test_a_first_and_a_last_bill_cover_the_days_the_agreement_ran(brightwater):
    with house(brightwater) as access:
        place = new_place(access, brightwater.visitor(MAYA).account_id)
        register = new_supply(access, place, "E-FLAT")
        agreement = access.all(ServiceAgreement, col(ServiceAgreement.premise_id) == place.id)[0]
        access.change(agreement, starts=date(2026, 9, 10), stops=date(2026, 10, 20))
        for n in range(41):
            keep_hours(access, register, hours_of(date(2026, 9, 10) + timedelta(days=n), 400))
    assert run(brightwater, date(2026, 10, 5)) >= 1
    assert run(brightwater, date(2026, 11, 5)) >= 1
    made = sorted(
        (bill.period_from, bill.period_to) for bill in brightwater.stored(Bill, Bill.site_id == place.id)
    )
    assert made == [(date(2026, 9, 10), date(2026, 9, 30)), (date(2026, 10, 1), date(2026, 10, 20))]
