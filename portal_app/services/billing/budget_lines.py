"""The line a budget plan puts on a bill."""

from sqlmodel import col

from portal_app.core.access import Access
from portal_app.core.accounts import Company
from portal_app.core.money import written
from portal_app.services.billing.rules import BUDGET_CODE, LineDraft
from portal_app.services.billing.tables import BudgetPlan


def plan_of(access: Access, account_id: str, site_id: str) -> BudgetPlan | None:
    """The plan that runs for one place of an account, if any."""
    return access.first(
        BudgetPlan,
        col(BudgetPlan.account_id) == account_id,
        col(BudgetPlan.site_id) == site_id,
        col(BudgetPlan.state) == "on",
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
        facts={"cost_cents": cost_cents, "monthly_cents": plan.monthly_cents},
    )
