"""A budget plan's amount is looked at when a quarter of the plan ends, once, and told where it changes.

The twelve bills before the plan come to $1,364.00, so that it asks for $113.67 (V13-6). A quarter of 200, 190
and 180 dollars is $228.99 more than three times that. The last twelve bills then come to
1,364 - 142 - 131 - 108 + 570 = 1,553, a month of $129.42; (9 x 129.42 + 228.99) / 9 = $154.86.
"""

import json
import threading
from datetime import date

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for, acting_for_company, unscoped
from portal_app.core.outbox import Job
from portal_app.core.trail import AuditEntry
from portal_app.services.billing import errands, service
from portal_app.services.billing.service import Period
from portal_app.services.billing.tables import Bill, BillLine, BudgetPlan, BudgetReview
from portal_app.services.notifications.tables import News
from tests.engines import past_the_wall
from tests.services.billing.conftest import line, stored

YEAR = [142, 131, 108, 84, 76, 95, 138, 151, 126, 88, 97, 128]
DEAR = [200, 190, 180]
WHY_DEAR = (
    "Your last 12 bills come to $129.42 a month, and the $228.99 that you used beyond what the plan asked "
    "for is spread over the 9 bills that are left."
)
pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("B13-9")]


class Household:
    """One account's bills, month after month: twelve before a plan that begins on 10 March 2026, then its."""

    def __init__(self, house, clock, account_id="", visitor=None):
        self.house, self.clock = house, clock
        self.account_id = account_id or house.account.id
        self.visitor = visitor or house.owner
        self.months = 0

    def bill(self, dollars, *, site="", key=None, month=None, announce=True, staff=None) -> Bill:
        """Issue the bill of the next month, or of one that is named again."""
        if month is None:
            month, self.months = self.months, self.months + 1
        first, after = (date(2025 + n // 12, n % 12 + 1, 1) for n in (month, month + 1))
        last = date.fromordinal(after.toordinal() - 1)
        drafts = [line(dollars * 100)]
        acting = acting_for(staff) if staff else acting_for_company(self.house.company.id)
        with acting as access:
            return service.issue_bill(
                access,
                self.account_id,
                drafts,
                Period(first, last),
                total_cents=dollars * 100,
                due_on=date(2027, 12, 31),
                issued_on=None if month >= 12 else after,
                site_id=site,
                site_name=f"12 {site.title()} Street" if site else "",
                title=f"{first:%B} bill",
                key=key,
                announce=announce,
            )

    def on_plan(self, dollars=(), **more) -> BudgetPlan:
        """A year of bills, the plan, and bills on it."""
        for each in YEAR:
            self.bill(each, **more)
        self.do(service.enrol_budget, 11367)
        self.clock.move(days=1)
        for each in dollars:
            self.bill(each, **more)
        return self.plan()

    def plan(self) -> BudgetPlan:
        return stored(BudgetPlan, col(BudgetPlan.account_id) == self.account_id)[-1]

    def do(self, use_case, *arguments):
        with acting_for(self.visitor) as access:
            return use_case(access, *arguments)

    def asked(self) -> list[int]:
        """What each bill since the year before asked for, in the order of their numbers."""
        mine = sorted(stored(Bill, col(Bill.account_id) == self.account_id), key=lambda bill: bill.number)
        return [bill.total_cents for bill in mine[12:] if bill.state != "void"]


@pytest.fixture
def home(house, clock):
    return Household(house, clock)


def reviews():
    return [
        (each.quarter, each.old_cents, each.new_cents, each.balance_cents, each.state)
        for each in stored(BudgetReview)
    ]


def told():
    return [(each.title, each.detail) for each in stored(News) if each.key.startswith("budget-review")]


def mailed():
    return [
        json.loads(job.payload)
        for job in stored(Job)
        if job.kind == "mail.send" and "monthly amount" in job.payload
    ]


def noted(action):
    with past_the_wall() as db:
        return list(db.exec(unscoped(AuditEntry, col(AuditEntry.action) == action)))


def run(house, kind, payload=None):
    with acting_for_company(house.company.id) as access:
        errands.JOBS[kind](access, payload or {})


def test_the_bill_that_ends_a_quarter_moves_the_amount_of_the_next(home):
    home.on_plan(DEAR)
    (review,) = stored(BudgetReview)
    assert (review.quarter, review.old_cents, review.new_cents) == (1, 11367, 15486)
    assert (review.balance_cents, review.average_cents, review.bills_left) == (22899, 12942, 9)
    assert (review.from_on, review.looked_on) == (date(2026, 4, 1), date(2026, 3, 11))
    ended_by = stored(Bill, col(Bill.id) == review.bill_id)[0]
    assert (ended_by.title, ended_by.total_cents) == ("March bill", 11367)
    assert home.plan().monthly_cents == 15486
    after = home.bill(100)
    lines = sorted(stored(BillLine, col(BillLine.bill_id) == after.id), key=lambda each: each.place)
    assert [each.amount_cents for each in lines] == [10000, 5486]
    assert lines[1].why.startswith("This month cost $100.00. Your budget plan asks for $154.86.")
    assert home.asked() == [11367, 11367, 11367, 15486]


def test_a_changed_amount_is_written_down_with_what_it_rests_on(home):
    plan = home.on_plan(DEAR)
    (entry,) = noted("budget.adjust")
    facts = json.loads(entry.facts)
    assert (entry.about, entry.account_id) == (f"plan:{plan.id}", home.account_id)
    assert (facts["old"], facts["new"], facts["balance"]) == (11367, 15486, 22899)


def test_the_customer_reads_it_before_the_first_bill_that_asks_for_it(home):
    plan = home.on_plan(DEAR)
    ((title, detail),) = told()
    assert title == "Your monthly amount changes to $154.86"
    assert detail == (
        "From the bill that begins on 1 April 2026 your budget plan asks for $154.86 each month. Until then "
        f"it is $113.67. {WHY_DEAR} Reference {plan.reference}."
    )
    (news,) = [each for each in stored(News) if each.key.startswith("budget-review")]
    assert (news.account_id, news.link) == (home.account_id, "/energy/billing/budget")
    mails = mailed()
    assert sorted(mail["to"] for mail in mails) == sorted([home.house.owner.email, home.house.viewer.email])
    assert all(WHY_DEAR in mail["text"] and title in mail["subject"] for mail in mails)
    assert home.asked() == [11367] * 3


def test_the_page_says_the_new_amount_the_difference_and_each_change(home):
    home.on_plan(DEAR)
    shown = home.do(service.budget_offer)
    assert shown.words == (
        "You pay $154.86 from your next bill on, the one that begins on 1 April 2026. Until then $113.67."
    )
    assert [(each.label, each.amount) for each in shown.sums] == [
        ("Used, 3 bills", "$570.00"),
        ("Asked for by the plan", "$341.01"),
        ("Put off so far", "$228.99"),
    ]
    (change,) = shown.changes
    assert change.when == "Wed 11 Mar"
    assert change.text == "$154.86 instead of $113.67, from the bill that begins on 1 April 2026."
    assert change.more == WHY_DEAR
    home.bill(100)
    shown = home.do(service.budget_offer)
    assert shown.words == "You pay $154.86 every month."
    assert shown.sums[2].amount == "$174.13"  # 228.99 - 54.86
    assert shown.changes == (change,)


def test_without_a_change_nothing_is_said(home):
    home.on_plan(YEAR[:3])  # 381.00 used, 341.01 asked: 4.44 a month more, 4 %
    assert reviews() == [(1, 11367, 11367, 3999, "counts")]
    assert (told(), mailed(), noted("budget.adjust")) == ([], [], [])
    shown = home.do(service.budget_offer)
    assert (shown.amount, shown.words, shown.changes) == ("$113.67", "You pay $113.67 every month.", ())


def test_who_paid_ahead_pays_less_from_then_on(home):
    # 180.00 used, 341.01 asked: 161.01 ahead. (1,364 - 381 + 180) / 12 = 96.92; less 161.01 / 9 = 79.03
    home.on_plan([60, 60, 60])
    assert reviews() == [(1, 11367, 7903, -16101, "counts")]
    assert "the $161.01 that you paid ahead is given back, spread over the 9 bills" in told()[0][1]
    assert home.do(service.budget_offer).sums[2].label == "Paid ahead so far"


def test_who_paid_the_whole_rest_ahead_is_asked_for_nothing(home):
    # 641.01 ahead; (1,364 - 381 - 300) / 12 = 56.92, nine of them are 512.28
    home.on_plan([-100, -100, -100])
    assert reviews() == [(1, 11367, 0, -64101, "counts")]
    assert "that you paid ahead covers the 9 bills that are left." in told()[0][1]
    assert home.bill(50).total_cents == 0
    assert home.do(service.budget_offer).sums[2].amount == "$591.01"


def test_issuing_and_telling_again_add_nothing(home, house):
    home.on_plan(DEAR[:2])
    first = home.bill(180, month=14, key="energy:march")

    def found():
        return reviews(), told(), len(mailed()), home.plan().monthly_cents, len(noted("budget.adjust"))

    before = found()
    assert home.bill(180, month=14, key="energy:march").id == first.id
    (review,) = stored(BudgetReview)
    run(house, "billing.tell_review", {"review_id": review.id, "back": False})
    assert found() == before
    assert before[0] == [(1, 11367, 15486, 22899, "counts")]


def test_more_bills_in_the_same_quarter_look_no_second_time(home):
    home.on_plan([*DEAR, 900, 900])
    assert [row[0] for row in reviews()] == [1]
    assert home.asked() == [11367, 11367, 11367, 15486, 15486]
    home.bill(900)
    assert [row[0] for row in reviews()] == [1, 2]


def test_two_clerks_who_issue_at_once_make_one_look_at_the_quarter(home, house):
    home.on_plan(DEAR[:2])
    together, failures = threading.Barrier(2), []

    def issue(month):
        try:
            together.wait(timeout=20)
            home.bill(180, month=month, staff=house.staff)
        except Exception as trouble:  # noqa: BLE001 -- shown below
            failures.append(trouble)

    threads = [threading.Thread(target=issue, args=(month,)) for month in (14, 15)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [row[:4] for row in reviews()] == [(1, 11367, 15486, 22899)]
    assert home.asked() == [11367, 11367, 11367, 15486]


def test_bills_of_another_place_end_no_quarter(home):
    home.on_plan(DEAR[:2], site="elm")
    for _ in range(3):
        home.bill(300, site="oak")
    assert reviews() == []
    home.bill(180, site="elm", month=14)
    assert [row[:3] for row in reviews()] == [(1, 11367, 15486)]
    assert "your budget plan for 12 Elm Street asks for $154.86" in told()[0][1]


def test_a_bill_before_the_plan_began_ends_no_quarter(home, house):
    home.on_plan(DEAR[:2])
    with acting_for_company(house.company.id) as access:
        late = service.issue_bill(
            access,
            home.account_id,
            [line(18000)],
            Period(date(2024, 12, 1), date(2024, 12, 31)),
            total_cents=18000,
            due_on=date(2026, 4, 1),
            issued_on=date(2026, 3, 9),
        )
    assert late.total_cents == 18000
    assert reviews() == []


def test_a_withdrawn_bill_takes_its_change_back_and_the_right_one_is_looked_at(home, house):
    home.on_plan(DEAR)
    wrong = stored(Bill, col(Bill.title) == "March bill", col(Bill.issued_on) == date(2026, 3, 11))[0]
    with acting_for(house.staff) as access:
        service.void_bill(access, wrong.id, "The meter was read wrong.")
    assert home.plan().monthly_cents == 11367
    assert reviews() == [(1, 11367, 15486, 22899, "withdrawn")]
    (job,) = [job for job in stored(Job) if job.kind == "billing.tell_review"]
    for _ in range(2):
        run(house, job.kind, json.loads(job.payload))
    assert [title for title, _ in told()] == [
        "Your monthly amount changes to $154.86",
        "Your monthly amount is $113.67 again",
    ]
    # 498 used, 341.01 asked: 156.99. (1,364 - 381 + 498) / 12 = 123.42; (9 x 123.42 + 156.99) / 9 = 140.86
    assert home.bill(108, month=14).total_cents == 11367
    assert reviews()[1] == (1, 11367, 14086, 15699, "counts")
    changes = home.do(service.budget_offer).changes
    assert changes[0].text.startswith("$140.86 instead of $113.67")
    assert changes[1].more.endswith("Taken back, with the bill that led to it.")


def test_a_change_that_a_later_look_rests_on_stays(home, house):
    home.on_plan([*DEAR, *DEAR])
    wrong = stored(Bill, col(Bill.id) == stored(BudgetReview)[0].bill_id)[0]
    before = (reviews(), home.plan().monthly_cents)
    with acting_for(house.staff) as access:
        service.void_bill(access, wrong.id, "The meter was read wrong.")
    home.bill(150, month=14)
    assert (reviews(), home.plan().monthly_cents) == before


def test_leaving_after_a_change_settles_what_is_put_off_by_then(home, house):
    plan = home.on_plan([*DEAR, 150])  # 228.99 put off, then 154.86 asked for 150.00
    notice = home.do(service.leave_budget)
    assert "A last bill of $224.13" in notice.text
    for _ in range(2):
        run(house, "billing.settle_plan", {"plan_id": plan.id})
    settled = stored(Bill, col(Bill.key) == f"settle:{plan.id}")
    assert [bill.total_cents for bill in settled] == [22413]
    assert sum(home.asked()) == (570 + 150) * 100


@pytest.mark.line("V13-6")
def test_a_year_with_a_change_is_settled_to_the_cent_after_its_twelfth_bill(home, house):
    # Nine bills: 1,113.00 used, 1,023.03 asked. (1,364 - 1,051 + 1,113) / 12 = 118.83; + 89.97 / 3 = 148.82
    year = [150, 140, 115, 90, 80, 100, 148, 160, 130, 92, 105, 135]
    plan = home.on_plan(year)
    assert reviews() == [
        (1, 11367, 11367, 6399, "counts"),
        (2, 11367, 11367, -702, "counts"),
        (3, 11367, 14882, 8997, "counts"),
    ]
    assert home.asked() == [11367] * 9 + [14882] * 3
    for _ in range(2):
        run(house, "billing.settle_up")
    settled = stored(Bill, col(Bill.key) == f"settle:{plan.id}")
    assert [bill.total_cents for bill in settled] == [-2449]  # 1,445.00 - 9 x 113.67 - 3 x 148.82
    assert sum(home.asked()) == 144500
    assert home.plan().state == "settled"
    assert home.bill(100).total_cents == 10000
    assert len(reviews()) == 3


def test_a_plan_joined_again_the_same_day_counts_its_own_bills_alone(home, house):
    home.on_plan(DEAR[:2])
    home.do(service.leave_budget)
    run(house, "billing.settle_plan", {"plan_id": home.plan().id})
    home.do(service.enrol_budget, home.do(service.budget_offer).cents)
    home.bill(180)
    assert reviews() == []
    assert home.do(service.budget_offer).sums[0].label == "Used, 1 bill"


def test_nobody_else_sees_or_is_told_of_a_change(home, house, clock):
    home.on_plan(DEAR)
    for visitor in house.not_theirs:
        with acting_for(visitor) as access:
            assert access.all(BudgetReview) == []
            assert service.budget_offer(access).changes == ()
            assert access.all(News) == []
    other = Household(house, clock, house.other_account.id, house.stranger)
    other.on_plan([100, 100, 100])
    assert home.plan().monthly_cents == 15486
    assert other.plan().monthly_cents == 11367


def test_a_bill_that_a_clerk_issues_is_told_of_by_the_house(home, house):
    home.on_plan(DEAR[:2])
    home.bill(180, staff=house.staff)
    assert [row[:3] for row in reviews()] == [(1, 11367, 15486)]
    assert told() == []
    (job,) = [job for job in stored(Job) if job.kind == "billing.tell_review"]
    run(house, job.kind, json.loads(job.payload))
    assert len(told()) == 1
    assert len(mailed()) == 2


def test_a_bill_put_on_record_in_silence_tells_of_no_change(home):
    home.on_plan(DEAR, announce=False)
    assert [row[:3] for row in reviews()] == [(1, 11367, 15486)]
    assert (told(), mailed()) == ([], [])


def test_the_offer_says_that_the_amount_is_looked_at_before_anybody_joins(home):
    for each in YEAR:
        home.bill(each)
    assert home.do(service.budget_offer).looks == (
        "After every third bill we check the amount. It changes only if it is off by more than 10\u00a0%."
    )
