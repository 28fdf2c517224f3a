"""The quarterly look at a budget plan: whether its amount still fits, and telling the customer where not."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access, SystemAccess
from portal_app.core.money import written
from portal_app.services.billing import ledger, rules
from portal_app.services.billing.budget_lines import PlanBill, costs, plan_bills
from portal_app.services.billing.company import company_of, money, today
from portal_app.services.billing.rules import PLAN_MONTHS
from portal_app.services.billing.tables import Bill, BudgetPlan, BudgetReview
from portal_app.services.notifications import service as notifications
from portal_app.shapes.status import Happening

LOOKS = "After every third bill we check the amount. It changes only if it is off by more than 10\u00a0%."


def look(access: Access, plan: BudgetPlan, bill: Bill, *, announce: bool = True) -> None:
    """Look at a plan's amount where a bill just issued ended a quarter of it; each quarter is looked at once.

    Call it with the account's money locked. The bill itself keeps its amount; the next one asks for the new.
    """
    known = plan_bills(access, plan)
    quarter = rules.quarter_ended(len(known))
    if not quarter or _looked(access, plan, quarter):
        return
    trailing = costs(access, plan.account_id, plan.site_id)
    if len(trailing) < PLAN_MONTHS:
        return
    balance, left = ledger.on_plan(access, plan.id), PLAN_MONTHS - len(known)
    found = rules.adjust(plan.monthly_cents, trailing, balance, left)
    review = access.add(
        BudgetReview,
        account_id=plan.account_id,
        plan_id=plan.id,
        bill_id=bill.id,
        quarter=quarter,
        old_cents=plan.monthly_cents,
        new_cents=found.cents,
        balance_cents=balance,
        average_cents=rules.monthly_amount(trailing),
        bills_left=left,
        from_on=max(each.bill.period_to for each in known) + timedelta(days=1),
        looked_on=bill.issued_on,
    )
    if found.changed:
        _change(access, plan, review, "budget.adjust", review.new_cents, announce)


def _looked(access: Access, plan: BudgetPlan, quarter: int) -> bool:
    same = (col(BudgetReview.plan_id) == plan.id, col(BudgetReview.quarter) == quarter)
    return access.first(BudgetReview, *same, col(BudgetReview.state) == "counts") is not None


def take_back(access: Access, bill: Bill) -> None:
    """Undo the look that a withdrawn bill led to, so that the right bill leads to it again.

    It stands where the plan has ended or a later look rests on it: that look or the settle-up made it good.
    """
    counts = col(BudgetReview.state) == "counts"
    review = access.first(BudgetReview, col(BudgetReview.bill_id) == bill.id, counts)
    if review is None:
        return
    plan = access.get(BudgetPlan, review.plan_id)
    later = (col(BudgetReview.plan_id) == plan.id, col(BudgetReview.quarter) > review.quarter, counts)
    if plan.state != "on" or access.first(BudgetReview, *later) is not None:
        return
    access.change(review, state="withdrawn")
    if review.new_cents != review.old_cents:
        _change(access, plan, review, "budget.adjust_back", review.old_cents, True)


def _change(
    access: Access, plan: BudgetPlan, review: BudgetReview, act: str, cents: int, announce: bool
) -> None:
    access.note(
        act,
        f"plan:{plan.id}",
        account_id=plan.account_id,
        old=plan.monthly_cents,
        new=cents,
        balance=review.balance_cents,
        bill=review.bill_id,
    )
    access.change(plan, monthly_cents=cents)
    access.poke(f"billing:{plan.account_id}")
    if announce:
        _announce(access, {"review_id": review.id, "back": review.state == "withdrawn"})


def _announce(access: Access, payload: dict[str, Any]) -> None:
    """Tell at once where the house itself is at work, so that the next bill of this run comes after it."""
    if isinstance(access, SystemAccess):
        tell_review(access, payload)
    else:
        key = f"billing.tell_review:{payload['review_id']}:{payload['back']}"
        access.later("billing.tell_review", payload, key=key)


def tell_review(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job: put a changed amount on an account's news and mail it to its people; a second call is silent."""
    review = access.get(BudgetReview, payload["review_id"])
    plan, bill = access.get(BudgetPlan, review.plan_id), access.get(Bill, review.bill_id)
    company = company_of(access)

    def said(cents: int) -> str:
        return written(cents, company.currency, company.locale)

    old, new = said(review.old_cents), said(review.new_cents)
    place = f" for {bill.site_name}" if bill.site_name else ""
    if payload["back"]:
        title = f"Your monthly amount is {old} again"
        detail = (
            f"The change to {new} on your budget plan{place} is taken back, with the bill that led to it. "
            "With the right bill we look at it again."
        )
    else:
        title = f"Your monthly amount changes to {new}"
        detail = (
            f"From the bill that begins on {rules.long_day(review.from_on)} your budget plan{place} asks for "
            f"{new} each month. Until then it is {old}. {_why(review, said)}"
        )
    notifications.tell_everybody(
        access,
        plan.account_id,
        "billing",
        title,
        f"{detail} Reference {plan.reference}.",
        f"/{company.kind}/billing/budget",
        f"budget-review:{review.id}:{'back' if payload['back'] else 'changed'}",
    )


def _why(review: BudgetReview, said: Callable[[int], str]) -> str:
    usual = f"Your last {PLAN_MONTHS} bills come to {said(review.average_cents)} a month"
    apart, left = said(abs(review.balance_cents)), review.bills_left
    over = f"spread over the {left} bills that are left"
    if review.new_cents == 0 and review.balance_cents < 0:
        return f"{usual}, and the {apart} that you paid ahead covers the {left} bills that are left."
    if review.balance_cents > 0:
        return f"{usual}, and the {apart} that you used beyond what the plan asked for is {over}."
    if review.balance_cents < 0:
        return f"{usual}, and the {apart} that you paid ahead is given back, {over}."
    return f"{usual}, and nothing is put off or paid ahead."


def reviews(access: Access, plan: BudgetPlan) -> list[BudgetReview]:
    """The looks at a plan that led to another amount, newest first; also those taken back."""
    return access.all(
        BudgetReview,
        col(BudgetReview.plan_id) == plan.id,
        col(BudgetReview.new_cents) != col(BudgetReview.old_cents),
        order=col(BudgetReview.id).desc(),
    )


def changes(access: Access, found: Sequence[BudgetReview], currency: str) -> tuple[Happening, ...]:
    """Each change of a plan's amount as its customer reads it: from which bill, what to what, and why."""

    def said(cents: int) -> str:
        return money(access, cents, currency)

    day = today(access)
    return tuple(
        Happening(
            rules.day_text(review.looked_on, day),
            f"{said(review.new_cents)} instead of {said(review.old_cents)}, from the bill that begins on "
            f"{rules.long_day(review.from_on)}.",
            _why(review, said)
            + (" Taken back, with the bill that led to it." if review.state == "withdrawn" else ""),
        )
        for review in found
    )


def waiting(found: Sequence[BudgetReview], known: Sequence[PlanBill]) -> BudgetReview | None:
    """The change that no bill has asked for yet, if there is one."""
    newest = next((review for review in found if review.state == "counts"), None)
    return newest if newest and known and known[-1].bill.id == newest.bill_id else None
