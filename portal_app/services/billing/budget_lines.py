"""What a budget plan does to bills: the line it puts on each, and the bills and costs behind it."""

import json
from dataclasses import dataclass
from datetime import date

from sqlmodel import col

from portal_app.core.access import Access
from portal_app.core.accounts import Company
from portal_app.core.money import written
from portal_app.services.billing.rules import BUDGET_CODE, PLAN_MONTHS, LineDraft
from portal_app.services.billing.tables import Bill, BillLine, BudgetPlan

ISSUED = ("issued", "part_paid", "paid")


def plan_of(access: Access, account_id: str, site_id: str, on: date | None = None) -> BudgetPlan | None:
    """The plan that runs for one place of an account, if any; with `on` only one that has begun by then."""
    begun = [] if on is None else [col(BudgetPlan.starts_on) <= on]
    return access.first(
        BudgetPlan,
        col(BudgetPlan.account_id) == account_id,
        col(BudgetPlan.site_id) == site_id,
        col(BudgetPlan.state) == "on",
        *begun,
    )


def plan_line(plan: BudgetPlan, cost_cents: int, company: Company) -> LineDraft:
    """The difference between this month's cost and the plan's amount, put off until the plan is settled."""
    cost, monthly = (
        written(cents, company.currency, company.locale) for cents in (cost_cents, plan.monthly_cents)
    )
    difference = plan.monthly_cents - cost_cents
    apart = written(abs(difference), company.currency, company.locale)
    kept = f"The other {apart} is put off" if difference < 0 else f"The {apart} more is kept for you"
    asked = f"This month cost {cost}. Your budget plan asks for {monthly}."
    why = f"{asked} {kept} and counted when the plan is settled."
    return LineDraft(
        code=BUDGET_CODE,
        title="Budget plan: difference put off" if difference < 0 else "Budget plan: kept for later months",
        amount_cents=difference,
        why=why,
        explain_key="budget",
        facts={"cost_cents": cost_cents, "monthly_cents": plan.monthly_cents, "plan_id": plan.id},
    )


@dataclass(frozen=True)
class PlanBill:
    """A bill that a plan changed: what it asked for, and what its month cost."""

    bill: Bill
    asked_cents: int
    used_cents: int


def plan_bills(access: Access, plan: BudgetPlan) -> list[PlanBill]:
    """The bills that carry a plan's line, in the order of their numbers; a withdrawn one does not count."""
    since = access.all(
        Bill,
        col(Bill.account_id) == plan.account_id,
        col(Bill.site_id) == plan.site_id,
        col(Bill.issued_on) >= plan.starts_on,
        col(Bill.state).in_(ISSUED),
        order=col(Bill.number),
    )
    shifted = _shifted(access, since, plan.id)
    return [
        PlanBill(bill, bill.total_cents, bill.total_cents - shifted[bill.id])
        for bill in since
        if bill.id in shifted
    ]


def costs(access: Access, account_id: str, site_id: str) -> list[int]:
    """What the last twelve bills of a place cost, without what a plan put off; newest first."""
    bills = access.all(
        Bill,
        col(Bill.account_id) == account_id,
        col(Bill.site_id) == site_id,
        col(Bill.state).in_(ISSUED),
        col(Bill.key).is_(None) | col(Bill.key).not_like("settle:%"),
        order=(col(Bill.period_to).desc(), col(Bill.number).desc()),
        limit=PLAN_MONTHS,
    )
    put_off = _shifted(access, bills)
    return [bill.total_cents - put_off.get(bill.id, 0) for bill in bills]


def _shifted(access: Access, bills: list[Bill], plan_id: str = "") -> dict[str, int]:
    """By how much a plan changed each bill that it changed; with an id, that plan alone."""
    lines = access.all(
        BillLine, col(BillLine.bill_id).in_([bill.id for bill in bills]), col(BillLine.code) == BUDGET_CODE
    )
    return {
        line.bill_id: line.amount_cents
        for line in lines
        if not plan_id or json.loads(line.facts).get("plan_id", plan_id) == plan_id
    }
