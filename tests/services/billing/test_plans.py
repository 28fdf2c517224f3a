"""Budget plans and paperless bills."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.errors import ProveAgain, Refusal
from portal_app.core.outbox import Job
from portal_app.services.billing import errands, rules, service
from portal_app.services.billing.tables import Bill, BillLine, BudgetPlan, Delivery
from tests.services.billing.conftest import stored

YEAR = [142, 131, 108, 84, 76, 95, 138, 151, 126, 88, 97, 128]
NEXT_YEAR = [142, 131, 108, 84, 76, 95, 138, 151, 126, 110, 124, 160]
pytestmark = pytest.mark.usefixtures("both_engines")


def _year(issue, amounts=YEAR, year=2025):
    for month, dollars in enumerate(amounts, start=1):
        issue(
            dollars * 100, issued_on=date(year, month, 3), due_on=date(year, month, 24), title=f"Bill {month}"
        )


def _do(house, use_case, *arguments):
    with acting_for(house.owner) as access:
        return use_case(access, *arguments)


@pytest.mark.line("V13-6")
def test_the_monthly_amount_and_the_settle_up_are_those_of_the_example():
    assert sum(NEXT_YEAR) == 1445
    cents = [dollars * 100 for dollars in YEAR]
    assert sum(cents) == 136400
    assert rules.monthly_amount(cents) == 11367
    assert rules.settle_up(144500, 11367) == 8096


@pytest.mark.line("B13-9", "V13-6")
def test_the_computed_amount_is_shown_before_joining(house, issue):
    _year(issue)
    offer = _do(house, service.budget_offer)
    assert (offer.open, offer.cents, offer.amount) == (True, 11367, "$113.67")
    assert offer.basis == "Your last 12 bills came to $1,364.00. A twelfth of that is $113.67."
    notice = _do(house, service.enrol_budget, offer.cents)
    assert notice.reference.startswith("BUD-")
    assert [plan.monthly_cents for plan in stored(BudgetPlan)] == [11367]
    again = _do(house, service.enrol_budget, offer.cents)
    assert again.reference == notice.reference
    assert len(stored(BudgetPlan)) == 1


@pytest.mark.line("B13-9")
def test_joining_at_an_amount_that_is_no_longer_the_amount_is_refused(house, issue):
    _year(issue)
    shown = _do(house, service.budget_offer).cents
    issue(30000, issued_on=date(2026, 3, 3))
    with pytest.raises(Refusal, match=r"It is now \$126.83 a month"):
        _do(house, service.enrol_budget, shown)
    assert stored(BudgetPlan) == []


def test_less_than_a_year_of_bills_makes_no_plan(house, issue):
    issue(100)
    offer = _do(house, service.budget_offer)
    assert (offer.open, offer.words) == (
        False,
        "A budget plan needs 12 bills for this place; there are 1 so far.",
    )
    with pytest.raises(Refusal, match="needs 12 bills"):
        _do(house, service.enrol_budget, 100)


def test_with_one_place_the_plan_is_for_that_place(house, issue):
    for month in range(1, 13):
        facts = {"issued_on": date(2025, month, 3), "due_on": date(2025, month, 24)}
        issue(1000, site_id="elm", site_name="12 Elm Street", **facts)
    offer = _do(house, service.budget_offer)
    assert (offer.cents, offer.site_id) == (1000, "elm")
    _do(house, service.enrol_budget, 1000)
    assert [plan.site_id for plan in stored(BudgetPlan)] == ["elm"]
    assert _do(house, service.budget_offer).on
    _do(house, service.leave_budget)
    assert [plan.state for plan in stored(BudgetPlan)] == ["left"]


def test_with_several_places_the_plan_asks_for_which(house, issue):
    for site in ("oak", "elm"):
        issue(1000, site_id=site, site_name=f"12 {site.title()} Street")
    assert _do(house, service.budget_offer).words == "A budget plan is for one place. Choose which one first."
    assert [place.label for place in _do(house, service.budget_places)] == ["12 Elm Street", "12 Oak Street"]
    assert "there are 1 so far" in _do(house, service.budget_offer, "oak").words
    with pytest.raises(Refusal, match="Choose which one"):
        _do(house, service.enrol_budget, 1000)


def test_a_viewer_can_not_join(house, issue):
    _year(issue)
    with pytest.raises(Refusal, match="does not allow"), acting_for(house.viewer) as access:
        service.enrol_budget(access, 11367)


@pytest.mark.line("V13-6", "B13-9", "I13-1")
def test_a_year_on_the_plan_is_settled_to_the_cent(house, issue, clock):
    _year(issue)
    _do(house, service.enrol_budget, 11367)
    clock.move(days=1)
    for place, dollars in enumerate(NEXT_YEAR):
        bill = issue(dollars * 100, due_on=date(2026, 4, 1), key=f"plan:{place}")
        lines = stored(BillLine, col(BillLine.bill_id) == bill.id)
        assert bill.total_cents == 11367 == sum(line.amount_cents for line in lines)
        assert all(line.why for line in lines)
    with acting_for_company(house.company.id) as access:
        errands.JOBS["billing.settle_up"](access, {})
    (last,) = stored(Bill, col(Bill.title) == "Settle-up of your budget plan")
    assert last.total_cents == 8096
    assert [plan.state for plan in stored(BudgetPlan)] == ["settled"]
    with acting_for_company(house.company.id) as access:
        errands.JOBS["billing.settle_up"](access, {})
    assert len(stored(Bill, col(Bill.title) == "Settle-up of your budget plan")) == 1


def test_leaving_brings_one_last_bill_for_what_was_put_off(house, issue, clock):
    _year(issue)
    _do(house, service.enrol_budget, 11367)
    clock.move(days=1)
    issue(15000, due_on=date(2026, 4, 1))
    sums = _do(house, service.budget_offer).sums
    assert [(sum_line.label, sum_line.amount) for sum_line in sums] == [
        ("Used, 1 bill", "$150.00"),
        ("Asked for by the plan", "$113.67"),
        ("Put off so far", "$36.33"),
    ]
    notice = _do(house, service.leave_budget)
    assert "A last bill of $36.33" in notice.text
    (job,) = [job for job in stored(Job) if job.kind == "billing.settle_plan"]
    plan_id = stored(BudgetPlan)[0].id
    assert plan_id in job.payload
    for _ in range(2):
        with acting_for_company(house.company.id) as access:
            errands.JOBS["billing.settle_plan"](access, {"plan_id": plan_id})
    assert [bill.total_cents for bill in stored(Bill, col(Bill.key) == f"settle:{plan_id}")] == [3633]


def test_leaving_after_paying_ahead_pays_what_is_open(house, issue, clock):
    _year(issue)
    _do(house, service.enrol_budget, 11367)
    clock.move(days=1)
    issue(10000, due_on=date(2026, 4, 1))
    before = owed(house)
    notice = _do(house, service.leave_budget)
    assert "$13.67 you paid ahead is yours" in notice.text
    with acting_for_company(house.company.id) as access:
        service.settle_plan(access, stored(BudgetPlan)[0].id)
    after = owed(house)
    assert before.cents - after.cents == 1367


def owed(house):
    with acting_for(house.owner, reads_only=True) as access:
        return service.owed(access)


@pytest.mark.line("U13-07", "X-15")
def test_the_paperless_choice_is_confirmed_with_a_reference_and_a_mail(house):
    notice = _do(house, service.choose_paperless, True, "olive@home.example")
    assert notice.title == "Your bills are paperless now"
    assert notice.reference.startswith("PPL-")
    (choice,) = stored(Delivery)
    assert (choice.how, choice.email, choice.confirmed_by) == ("paperless", "olive@home.example", "Olive")
    mails = [job.payload for job in stored(Job) if job.kind == "mail.send"]
    assert len(mails) == 1
    assert "olive@home.example" in mails[0]
    assert notice.reference in mails[0]
    again = _do(house, service.choose_paperless, True, "olive@home.example")
    assert again == notice
    assert len([job for job in stored(Job) if job.kind == "mail.send"]) == 1


@pytest.mark.line("U13-07")
def test_a_paperless_bill_comes_by_mail_with_a_way_to_itself(house, issue):
    issue(100)
    assert [job for job in stored(Job) if job.kind == "mail.send"] == []
    _do(house, service.choose_paperless, True, "olive@home.example")
    bill = issue(12345)
    (mail,) = [job.payload for job in stored(Job) if job.kind == "mail.send" and bill.id in job.payload]
    assert '"to": "olive@home.example"' in mail
    assert "$123.45, due Tue 24 Mar 2026." in mail
    assert f"/energy/billing/bill?id={bill.id}" in mail


@pytest.mark.line("U13-07")
def test_back_to_paper_is_a_choice_too(house):
    _do(house, service.choose_paperless, True, "olive@home.example")
    notice = _do(house, service.choose_paperless, False)
    assert notice.title == "Your bills come on paper again"
    with acting_for(house.owner) as access:
        view = service.delivery(access)
    assert not view.paperless
    assert view.words.startswith("On paper, by post, since 10 March 2026.")


@pytest.mark.parametrize(
    "email", ["olive", "olive@home", "a@b@c.example", "a b@c.example", "x\ud800@c.example", "a" * 300]
)
def test_an_address_that_can_not_be_one_is_refused_beside_its_field(house, email):
    with pytest.raises(Refusal) as refused:
        _do(house, service.choose_paperless, True, email)
    assert refused.value.field == "email"
    assert stored(Delivery) == []


@pytest.mark.line("S-05")
def test_bills_go_to_an_address_that_is_new_to_us_only_after_a_fresh_proof(house):
    long_ago = replace(house.owner, proved_at=None)
    with pytest.raises(ProveAgain), acting_for(long_ago) as access:
        service.choose_paperless(access, True, "somebody@elsewhere.example")
    assert stored(Delivery) == []
    with acting_for(long_ago) as access:
        assert service.choose_paperless(access, True, long_ago.email).reference


def test_a_viewer_can_not_choose_paperless(house):
    with pytest.raises(Refusal, match="does not allow"), acting_for(house.viewer) as access:
        service.choose_paperless(access, True)
