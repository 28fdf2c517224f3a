"""From readings to a bill: priced, explained line by line, and why it differs from the one before."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import col

from portal_app.core import money, when
from portal_app.core.access import Access, SystemAccess, reads
from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules import explain
from portal_app.portals.energy.rules.rounding import plain
from portal_app.portals.energy.rules.tariffs import Line, Priced
from portal_app.portals.energy.service import insight as insights
from portal_app.portals.energy.service import places
from portal_app.portals.energy.service.insight import Insight
from portal_app.portals.energy.tables import Premise
from portal_app.services.billing import service as billing
from portal_app.services.billing.tables import Bill
from portal_app.shapes.energy import BillingPage, BillPage
from portal_app.shapes.money import BigNumber, SumLine
from portal_app.shapes.status import Badge
from portal_app.shapes.tasks import LinkRow

DUE_AFTER = timedelta(days=21)


def issue(
    access: SystemAccess, premise: Premise, start: date, end: date, *, issued_on: date, announce: bool = True
) -> Bill | None:
    """Bill one place for the days from `start` up to (not including) `end`: every supply on one bill.

    None where a supply has no price or a day without readings; the same days again give the same bill.
    """
    drafts: list[billing.LineDraft] = []
    for supply in places.supplies(access, premise):
        main = insights.insight(access, supply, on=start)
        priced = main.priced(start, end, with_credits=True) if _whole(main, start, end) else None
        if priced is None:
            return None
        drafts += _drafts(priced, supply.register.commodity, _said(access))
    if not drafts:
        return None
    return billing.issue_bill(
        access,
        premise.account_id,
        drafts,
        billing.Period(start, end - timedelta(days=1)),
        total_cents=sum(draft.amount_cents for draft in drafts),
        due_on=issued_on + DUE_AFTER,
        issued_on=issued_on,
        site_id=premise.id,
        site_name=premise.street,
        title=f"{when.month(start, access.visitor.locale).split(' ')[0]} bill",
        key=f"energy:{premise.id}:{start.isoformat()}",
        announce=announce,
    )


def _whole(main: Insight, start: date, end: date) -> bool:
    return all(amount is not None for amount in main.amounts(start, (end - start).days))


def _said(access: Access) -> Callable[[int], str]:
    return lambda cents: money.written(cents, access.visitor.currency, access.visitor.locale)


def _drafts(priced: Priced, commodity: str, said: Callable[[int], str]) -> list[billing.LineDraft]:
    """Bill lines with their explanations; a line of gas says so where electricity has one of the same name."""
    drafts = []
    for line in priced.lines:
        told = explain.explain(line, priced.lines, said)
        title = _title(line, told.title, commodity)
        drafts.append(
            billing.LineDraft(
                code=f"{commodity}.{line.code}",
                title=title,
                amount_cents=line.cents,
                why=told.text,
                quantity=line.quantity,
                unit=line.unit,
                rate=line.rate,
                from_on=line.start,
                to_on=line.end - timedelta(days=1),
                explain_key=line.explain_key,
                facts=_facts(line),
            )
        )
    return drafts


def _title(line: Line, told: str, commodity: str) -> str:
    """A line's name as its customer says it: "Electricity up to your baseline", "Gas delivery"."""
    name = commodity.capitalize()
    if line.explain_key == "tier":
        return (
            f"{name} up to your baseline"
            if not line.beyond
            else f"{name} above {_plainly(line.beyond)} {line.unit}"
        )
    if line.explain_key == "flat":
        return name
    if line.explain_key == "period":
        return f"{name}, {line.name[:1].lower()}{line.name[1:]}"
    return told if commodity == "electricity" else f"{name}: {told[:1].lower()}{told[1:]}"


def _plainly(value: Decimal) -> str:
    return plain(value, 0)


def _facts(line: Line) -> dict[str, str]:
    return {"beyond": str(line.beyond), "ceiling": "" if line.ceiling is None else str(line.ceiling)}


def run(access: SystemAccess, payload: dict) -> int:
    """Bill every place of the company whose bill period has ended and is read; says how many bills went out."""
    day = date.fromisoformat(payload["on"]) if payload.get("on") else None
    count = 0
    for premise in access.all(Premise):
        count += _bill_due(access, premise, day) is not None
    return count


def _bill_due(access: SystemAccess, premise: Premise, day: date | None) -> Bill | None:
    supplied = places.supplies(access, premise)
    if not supplied or not supplied[0].agreement.tariff_code:
        return None
    from portal_app.core.clock import today

    here = day or today(supplied[0].zone)
    start = places.bill_period(supplied[0].agreement, here)[0]
    begun = places.bill_period(supplied[0].agreement, start - timedelta(days=1))[0]
    if supplied[0].agreement.starts > begun:
        return None
    return issue(access, premise, begun, start, issued_on=here)


@reads
def billing_page(access: Access) -> BillingPage:
    """What is owed, every bill newest first, payments, and how it is paid and delivered."""
    access.require("bill.see")
    owed = billing.owed(access)
    before, whole, cents = money.pieces(owed.cents, access.visitor.currency, access.visitor.locale)
    order, paper = billing.autopay(access), billing.delivery(access)
    plan = billing.budget_offer(access)
    return BillingPage(
        ready=True,
        owed=BigNumber(before=before, whole=whole, cents=cents, said=owed.amount),
        owed_words=owed.said,
        pay_id=owed.bill_id,
        pay_label=f"Pay my bill, {owed.next_amount}" if owed.bill_id else "",
        bills=tuple(_linked(line) for line in billing.bills(access)),
        payments=tuple(
            LinkRow(
                title=row.title,
                detail=f"{row.when}, {row.how}. {row.who}",
                end=row.amount,
                badge=row.badge,
                id=row.id,
            )
            for row in billing.payments(access)
        ),
        autopay=LinkRow(
            title="Autopay", detail=order.words, badge=order.badge, link_to="/energy/billing/autopay"
        ),
        paperless=LinkRow(
            title="Paper or paperless",
            detail=paper.words,
            badge=Badge(
                "Paperless" if paper.paperless else "On paper", "good" if paper.paperless else "neutral"
            ),
            link_to="/energy/billing/paperless",
        ),
        budget=LinkRow(
            title="Same amount every month",
            detail=plan.words,
            badge=Badge("On", "good") if plan.on else Badge("Off"),
            link_to="/energy/billing/budget",
        ),
    )


def _linked(line):
    from dataclasses import replace

    return replace(line, link_to=f"/energy/billing/bill?id={line.id}")


@reads
def bill_page(access: Access, bill_id: str) -> BillPage:
    """One bill: each line explains itself in place; then why it differs from the bill before."""
    view = billing.bill(access, bill_id)
    row = access.get(Bill, bill_id)
    before = access.first(
        Bill,
        col(Bill.site_id) == row.site_id,
        col(Bill.period_to) < row.period_from,
        col(Bill.state) != "void",
        order=col(Bill.period_to).desc(),
    )
    why = _why_different(access, row, before) if before is not None and row.site_id else ()
    amount = view.left if view.left_cents else view.total
    cents = view.left_cents or row.total_cents
    sign, whole, decimals = money.pieces(cents, row.currency, access.visitor.locale)
    return BillPage(
        ready=True,
        id=view.id,
        title=view.title,
        period=f"{view.period}, {view.site}" if view.site else view.period,
        number=view.number,
        badge=view.badge,
        figure=BigNumber(before=sign, whole=whole, cents=decimals, said=amount),
        lines=view.lines,
        total_label=f"Due {view.due}" if view.payable else "Together",
        total=view.total,
        why_title=f"Why it is not {money.written(before.total_cents, row.currency, access.visitor.locale)} as last time"
        if before
        else "",
        why=why,
        why_words="" if why else "There is no earlier bill to compare with." if before is None else "",
        pdf=f"/files/energy/bill-pdf?bill_id={view.id}",
        csv=f"/files/energy/bills-csv?ids={view.id}",
        payable=view.payable,
        pay_words=f"{view.title}, due {view.due}" if view.payable else "",
        pay_label=f"Pay my bill, {view.left}" if view.payable else "",
    )


def _why_different(access: Access, row: Bill, before: Bill) -> tuple[SumLine, ...]:
    """Parts of the change from the bill before, over every supply, that sum to it to the cent."""
    place = access.get(Premise, row.site_id)
    names = {
        "days": "More or fewer days",
        "use": "What you used",
        "price": "Prices",
        "fixed": "Daily charge",
        "tax": "Tax",
        "credits": "Credits",
    }
    sums: dict[str, int] = {}
    for supply in places.supplies(access, place):
        main = insights.insight(access, supply, on=row.period_from)
        this = main.priced(row.period_from, row.period_to + timedelta(days=1), with_credits=True)
        last = main.priced(before.period_from, before.period_to + timedelta(days=1), with_credits=True)
        if this is None or last is None:
            return ()
        for part in explain.why_different(
            this, last, _said(access), at_last_prices=_at_last_prices(main, row, before)
        ):
            sums[part.code] = sums.get(part.code, 0) + part.cents
    change = row.total_cents - before.total_cents
    rest = change - sum(sums.values())
    said = _said(access)

    def signed(cents: int) -> str:
        return f"{'+' if cents > 0 else ''}{said(cents)}"

    lines = [SumLine(names[code], signed(cents)) for code, cents in sums.items() if cents]
    if rest:
        lines.append(SumLine("Plan amounts and corrections", signed(rest)))
    return (*lines, SumLine("Difference", signed(change), whole=True))


def _at_last_prices(main: Insight, row: Bill, before: Bill) -> int | None:
    """This bill's energy and riders at the prices of the bill before."""
    from dataclasses import replace

    from portal_app.portals.energy.rules.pricing import ENERGY_KEYS
    from portal_app.portals.energy.rules.tariffs import in_force

    then = in_force(main.tariffs, before.period_to)
    if then is in_force(main.tariffs, row.period_to):
        return None
    kept = main.tariffs
    try:
        main.tariffs = (replace(then, effective_from=date.min),)
        priced = main.priced(row.period_from, row.period_to + timedelta(days=1))
    finally:
        main.tariffs = kept
    return priced.of(*ENERGY_KEYS, "rider") if priced else None


def pay(access: Access, bill_id: str):
    """Ask to pay one bill; the reference to quote is recorded, and a second tap finds it again."""
    if not bill_id:
        raise Refusal("Choose the bill you want to pay.")
    return billing.request_payment(access, bill_id)
