"""The budget plan: the computed amount first, then joining, leaving and the settle-up after a year."""

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.errors import Refusal
from portal_app.core.ids import reference
from portal_app.services.billing import budget_lines, budget_reviews, ledger, rules
from portal_app.services.billing.budget_lines import ISSUED, PlanBill, plan_of
from portal_app.services.billing.company import company_of, hold, money, today, who
from portal_app.services.billing.issue import issue_settlement
from portal_app.services.billing.news import mail, tell
from portal_app.services.billing.rules import PLAN_MONTHS, LineDraft
from portal_app.services.billing.tables import Bill, BudgetPlan
from portal_app.shapes.billing import BudgetOffer
from portal_app.shapes.forms import Choice
from portal_app.shapes.money import SumLine
from portal_app.shapes.status import Notice

DUE_DAYS = 21


@reads
def budget_offer(access: Access, site_id: str = "") -> BudgetOffer:
    """Compute what a plan would ask for each month from a place's last twelve bills, before joining."""
    access.require("bill.see")
    return _offer(access, _place(access, site_id))


@reads
def budget_places(access: Access) -> list[Choice]:
    """The places of the account that get bills of their own, each of which can have its plan."""
    access.require("bill.see")
    return [Choice(site_id, name or "Your account") for site_id, name in _places(access).items()]


def _places(access: Access) -> dict[str, str]:
    mine = (
        col(Bill.account_id) == access.visitor.account_id,
        col(Bill.state).in_(ISSUED),
    )
    found = access.columns(Bill, col(Bill.site_id), col(Bill.site_name)).where(*mine)
    rows = access.db.execute(found.distinct().order_by(col(Bill.site_name), col(Bill.site_id)))
    named: dict[str, str] = {}
    for site_id, name in rows:
        named[site_id] = name or named.get(site_id, "")
    return named


def _place(access: Access, site_id: str) -> str:
    """The place meant; where none is named and the account has only one, that one."""
    wanted = rules.clean(site_id, 60, "the place", "site_id")
    places = _places(access) if not wanted else {}
    return next(iter(places)) if len(places) == 1 else wanted


def _offer(access: Access, site_id: str) -> BudgetOffer:
    currency = company_of(access).currency
    plan = plan_of(access, access.visitor.account_id, site_id)
    if plan is not None:
        return _running(access, plan, currency)
    costs = budget_lines.costs(access, access.visitor.account_id, site_id)
    if not costs and len(_places(access)) > 1:
        return BudgetOffer(words="A budget plan is for one place. Choose which one first.")
    if len(costs) < PLAN_MONTHS:
        words = f"A budget plan needs {PLAN_MONTHS} bills for this place; there are {len(costs)} so far."
        return BudgetOffer(words=words, site_id=site_id)
    cents = rules.monthly_amount(costs)
    if cents <= 0:
        return BudgetOffer(
            words="Your last twelve bills leave nothing to pay, so a plan would not help.", site_id=site_id
        )
    amount, year = money(access, cents, currency), money(access, sum(costs), currency)
    end = f"{rules.same_month_next_year(today(access)):%B %Y}"
    return BudgetOffer(
        open=True,
        cents=cents,
        amount=amount,
        words=f"{amount} every month instead of a bill that goes up and down.",
        basis=f"Your last {PLAN_MONTHS} bills came to {year}. A twelfth of that is {amount}.",
        settles=f"After {PLAN_MONTHS} bills, in {end}, we compare it with your use and settle up.",
        looks=budget_reviews.LOOKS,
        site_id=site_id,
    )


def _running(access: Access, plan: BudgetPlan, currency: str) -> BudgetOffer:
    bills = budget_lines.plan_bills(access, plan)
    looks = budget_reviews.reviews(access, plan)
    change = budget_reviews.waiting(looks, bills)
    amount = money(access, plan.monthly_cents, currency)
    words = f"You pay {amount} every month."
    if change is not None:
        old, day = money(access, change.old_cents, currency), rules.long_day(change.from_on)
        words = f"You pay {amount} from your next bill on, the one that begins on {day}. Until then {old}."
    end = f"{rules.same_month_next_year(plan.starts_on):%B %Y}"
    return BudgetOffer(
        on=True,
        cents=plan.monthly_cents,
        amount=amount,
        words=words,
        basis=f"Since {rules.long_day(plan.starts_on)}, reference {plan.reference}.",
        settles=f"The plan is settled in {end}, or when you leave it.",
        looks=budget_reviews.LOOKS,
        sums=_sums(access, bills, currency),
        changes=budget_reviews.changes(access, looks, currency),
        site_id=plan.site_id,
    )


def _sums(access: Access, bills: list[PlanBill], currency: str) -> tuple[SumLine, ...]:
    """What was used against what the plan asked for; nothing before its first bill."""
    if not bills:
        return ()
    used, asked = sum(each.used_cents for each in bills), sum(each.asked_cents for each in bills)
    count = f"{len(bills)} bill{'' if len(bills) == 1 else 's'}"
    way = "Put off so far" if used >= asked else "Paid ahead so far"
    return (
        SumLine(f"Used, {count}", money(access, used, currency)),
        SumLine("Asked for by the plan", money(access, asked, currency)),
        SumLine(way, money(access, abs(used - asked), currency), whole=True),
    )


def enrol_budget(access: Access, expected_cents: int, site_id: str = "") -> Notice:
    """Join a budget plan at the amount that was shown. Refuses when that is no longer the amount."""
    access.require("budget.change")
    hold(access, access.visitor.account_id)
    site_id = _place(access, site_id)
    offer = _offer(access, site_id)
    if offer.on:
        if offer.cents == expected_cents:
            return Notice(
                "You are on the budget plan",
                f"{offer.words} {offer.settles}",
                "good",
                _plan(access, site_id).reference,
            )
        raise Refusal(f"A budget plan already runs for this place, at {offer.amount} a month.")
    if not offer.open:
        raise Refusal(offer.words)
    if offer.cents != expected_cents or isinstance(expected_cents, bool):
        raise Refusal(
            f"The amount has changed since you saw it. It is now {offer.amount} a month. Look, then join."
        )
    day = today(access)
    plan = access.add(
        BudgetPlan,
        site_id=site_id,
        monthly_cents=offer.cents,
        starts_on=day,
        settle_month=day.month,
        reference=reference("BUD"),
        enrolled_by=who(access),
    )
    access.note("budget.join", f"plan:{plan.id}", cents=plan.monthly_cents, site=site_id)
    text = f"From your next bill on you pay {offer.amount} every month. {offer.settles}"
    _confirm(access, plan, "You are on the budget plan", text)
    return Notice("You are on the budget plan", text, "good", plan.reference)


def _plan(access: Access, site_id: str) -> BudgetPlan:
    plan = plan_of(access, access.visitor.account_id, site_id)
    if plan is None:
        raise Refusal("No budget plan runs for this place.")
    return plan


def _confirm(access: Access, plan: BudgetPlan, title: str, text: str) -> None:
    mail(
        access,
        access.visitor.email,
        title,
        f"{text}\n\nReference: {plan.reference}",
        f"{plan.id}:{plan.state}",
        link=f"/{company_of(access).kind}/billing/budget",
        button="See your budget plan",
    )
    tell(access, plan.account_id, title, text, f"plan:{plan.id}:{plan.state}")
    access.poke(f"billing:{plan.account_id}")


def leave_budget(access: Access, site_id: str = "") -> Notice:
    """Leave a budget plan; what was put off comes with one last bill, what was paid ahead becomes credit."""
    access.require("budget.change")
    hold(access, access.visitor.account_id)
    plan = _plan(access, _place(access, site_id))
    access.change(plan, state="left", ended_on=today(access))
    access.later("billing.settle_plan", {"plan_id": plan.id}, key=f"billing.settle_plan:{plan.id}")
    apart = ledger.on_plan(access, plan.id)
    amount = money(access, abs(apart), company_of(access).currency)
    if apart > 0:
        text = f"A last bill of {amount} for what was put off follows. After it you pay what each bill says."
    elif apart < 0:
        text = f"The {amount} you paid ahead is yours: it pays what is open, then your next bill."
    else:
        text = "Nothing was put off, so nothing is left to settle."
    access.note("budget.leave", f"plan:{plan.id}", cents=apart, site=plan.site_id)
    _confirm(access, plan, "You have left the budget plan", text)
    return Notice("You have left the budget plan", text, "good", plan.reference)


def settle_plan(access: Access, plan_id: str) -> Bill | None:
    """Settle one plan that ended; for the house's jobs. A second call changes nothing."""
    access.require("bill.issue")
    plan = access.get(BudgetPlan, plan_id)
    hold(access, plan.account_id)
    access.db.refresh(plan)
    if plan.state == "on":
        access.change(plan, state="settled", ended_on=today(access))
    apart = ledger.on_plan(access, plan.id)
    if apart == 0:
        return None
    company, day = company_of(access), today(access)
    amount = money(access, abs(apart), company.currency)
    why = (
        f"While the plan ran, you used {amount} {'more' if apart > 0 else 'less'} than the plan asked for. "
        + ("That is due now, once." if apart > 0 else "That is yours, and pays your next bills.")
    )
    line = LineDraft(
        "settle_up",
        "Settle-up of your budget plan",
        apart,
        why,
        from_on=plan.starts_on,
        to_on=max(day, plan.starts_on),
        explain_key="settle_up",
        facts={"put_off_cents": apart, "monthly_cents": plan.monthly_cents},
    )
    return issue_settlement(access, plan, line, rules.due_after(day, DUE_DAYS))


def settle_up(access: Access) -> int:
    """Settle every plan that has run for twelve bills; for the nightly job. Says how many were settled."""
    access.require("bill.issue")
    settled = 0
    for plan in access.all(
        BudgetPlan, col(BudgetPlan.state) == "on", col(BudgetPlan.starts_on) < today(access)
    ):
        if len(budget_lines.plan_bills(access, plan)) >= PLAN_MONTHS:
            settle_plan(access, plan.id)
            settled += 1
    return settled
