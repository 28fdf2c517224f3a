"""From readings to a bill: priced, explained line by line, and why it differs from the one before."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import col

from portal_app.core import measures, money, when
from portal_app.core.access import Access, SystemAccess, Visitor, reads
from portal_app.core.clock import today
from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules import explain
from portal_app.portals.energy.rules.pricing import ENERGY_KEYS
from portal_app.portals.energy.rules.rounding import plain
from portal_app.portals.energy.rules.tariffs import CannotPrice, Line, Priced, in_force
from portal_app.portals.energy.service import insight as insights
from portal_app.portals.energy.service import places
from portal_app.portals.energy.service.insight import Insight
from portal_app.portals.energy.tables import Premise, ServiceAgreement
from portal_app.services.billing import service as billing
from portal_app.services.billing.tables import Bill
from portal_app.shapes.billing import Owed, PaymentLine
from portal_app.shapes.energy import BillingPage, BillPage
from portal_app.shapes.money import BigNumber, InvoiceLine, PaymentRequest, SumLine
from portal_app.shapes.status import Badge, Notice
from portal_app.shapes.tasks import LinkRow

DUE_AFTER = timedelta(days=21)
BILLS_OPEN = 6
"""How many bills stand open in the list; older ones that are paid are put away behind one tap."""
LATE_PERIODS = 3
"""How many bill periods back a bill is still made whose readings came late."""


def issue(
    access: SystemAccess, premise: Premise, start: date, end: date, *, issued_on: date, announce: bool = True
) -> Bill | None:
    """Bill one place for the days from `start` up to (not including) `end`: every supply on one bill.

    None where a supply has no price or a day without readings; the same days again give the same bill.
    """
    drafts: list[billing.LineDraft] = []
    for supply in places.supplies(access, premise):
        main = insights.insight(access, supply, on=start)
        priced = main.priced(start, end, with_credits=True) if main.whole(start, end) else None
        if priced is None:
            return None
        drafts += _drafts(priced, supply, access.visitor)
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


def _said(reader: Visitor) -> explain.Words:
    return explain.Words(reader.currency, reader.locale)


def _drafts(priced: Priced, supply: places.Supply, reader: Visitor) -> list[billing.LineDraft]:
    """Bill lines with their explanations; a line of gas says so where electricity has the same one."""
    drafts = []
    commodity = supply.register.commodity
    group = {"group": commodity.capitalize(), "group_note": _counted(priced, supply.meter.number, reader)}
    for line in priced.lines:
        told = explain.explain(line, priced.lines, _said(reader))
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
                facts=_facts(line) | group,
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


def _counted(priced: Priced, meter: str, reader: Visitor) -> str:
    """What the meter counted, for the head of a supply's lines: "Meter 4410: 331.096 kWh, 10.7 kWh a day"."""
    used = [line for line in priced.lines if line.explain_key in ENERGY_KEYS]
    if not used:
        return f"Meter {meter}" if meter else ""
    quantity = sum((line.quantity for line in used), Decimal(0))
    a_day = (quantity / (priced.end - priced.start).days).quantize(Decimal("0.1"))
    both = [measures.amount(amount, used[0].unit, reader.locale) for amount in (quantity, a_day)]
    said = f"{both[0]}, {both[1]} a day"
    return f"Meter {meter}: {said}" if meter else said


def _plainly(value: Decimal) -> str:
    return plain(value, 0)


def _facts(line: Line) -> dict[str, str]:
    return {"beyond": str(line.beyond), "ceiling": "" if line.ceiling is None else str(line.ceiling)}


def run(access: SystemAccess, payload: dict) -> int:
    """Bill every place of the company for periods that have ended and are read; says how many bills."""
    day = date.fromisoformat(payload["on"]) if payload.get("on") else None
    return sum(_bill_due(access, premise, day) for premise in access.all(Premise))


def _bill_due(access: SystemAccess, premise: Premise, day: date | None) -> int:
    supplied = places.supplies(access, premise)
    if not supplied or not supplied[0].agreement.tariff_code:
        return 0
    here = day or today(supplied[0].zone)
    newest = access.first(
        Bill,
        col(Bill.site_id) == premise.id,
        col(Bill.state) != "void",
        order=col(Bill.period_to).desc(),
    )
    over = _periods(supplied[0].agreement, here)
    due = over[-1:] if newest is None else [period for period in over if period[0] > newest.period_to]
    return sum(issue(access, premise, start, end, issued_on=here) is not None for start, end in due)


def _periods(agreement: ServiceAgreement, here: date) -> list[tuple[date, date]]:
    """The last bill periods that are over, oldest first, cut to the days the agreement runs."""
    found = []
    after = places.bill_period(agreement, here)[0]
    for _ in range(LATE_PERIODS):
        start = places.bill_period(agreement, after - timedelta(days=1))[0]
        begins = max(start, agreement.starts)
        ends = after if agreement.stops is None else min(after, agreement.stops + timedelta(days=1))
        if begins < ends:
            found.append((begins, ends))
        after = start
    return found[::-1]


@reads
def billing_page(access: Access) -> BillingPage:
    """What is owed, every bill (open ones first, then newest first), payments, how it is paid and sent."""
    access.require("bill.see")
    places.of_a_customer(access)
    owed = billing.owed(access)
    before, whole, cents = money.pieces(owed.cents, access.visitor.currency, access.visitor.locale)
    order, paper = billing.autopay(access), billing.delivery(access)
    every = tuple(sorted(billing.bills(access), key=lambda bill: not bill.payable))
    plan = billing.budget_offer(access)
    return BillingPage(
        ready=True,
        owed=BigNumber(before=before, whole=whole, cents=cents, said=owed.amount),
        owed_words=_owed_words(owed),
        pay_words=_pay_words(owed, every),
        pay_id=owed.bill_id,
        pay_label=f"{'Pay' if access.may('bill.pay') else 'See'} my bill, {owed.next_amount}"
        if owed.bill_id
        else "",
        bills=every,
        bills_open=max(BILLS_OPEN, sum(bill.payable for bill in every)),
        payments=tuple(
            LinkRow(
                title=row.title,
                detail=_payment_words(row),
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


def _payment_words(row: PaymentLine) -> str:
    """When and how it was paid and who asked; a day that is said already is not said again."""
    return f"{row.when}, {row.how[:1].lower()}{row.how[1:]}. {row.who.replace(f', {row.when}', '')}"


def _due_words(owed: Owed) -> str:
    """When the first of what is owed is due: the amount stands large above it."""
    return owed.said.removeprefix(f"{owed.amount} to pay. ")


def _owed_words(owed: Owed) -> str:
    due = _due_words(owed)
    return due if owed.count < 2 else f"{owed.count} bills. The first: {due[:1].lower()}{due[1:]}"


def _pay_words(owed: Owed, every: tuple[InvoiceLine, ...]) -> str:
    """Which bill the button pays, and when it is due."""
    title = next((bill.title for bill in every if bill.id == owed.bill_id), "")
    return f"{title}. {_due_words(owed)}" if title else ""


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
    before_written = money.written(before.total_cents, row.currency, access.visitor.locale) if before else ""
    may_pay = view.payable and access.may("bill.pay")
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
        why_title=f"Why it is not {before_written} as last time" if before else "",
        why=why,
        why_words=_why_words(before, why),
        pdf="" if view.past else f"/files/energy/bill-pdf?bill_id={view.id}",
        csv=f"/files/energy/bills-csv?ids={view.id}",
        payable=may_pay,
        pay_words=f"{view.title}, due {view.due}" if may_pay else "",
        pay_label=f"Pay my bill, {view.left}" if may_pay else "",
        bank_notice=Notice("Read this before you pay", view.bank_notice, "attention")
        if view.payable and view.bank_notice
        else Notice(),
    )


def _why_words(before: Bill | None, why: tuple[SumLine, ...]) -> str:
    if before is None:
        return "There is no earlier bill to compare with."
    return "" if why else "We cannot tell: not every day of both bills can be priced again."


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
        this = _priced_again(main, row)
        last = _priced_again(main, before)
        if this is None or last is None:
            return ()
        for part in explain.why_different(
            this, last, _said(access.visitor), at_last_prices=_at_last_prices(main, this, before.period_to)
        ):
            sums[part.code] = sums.get(part.code, 0) + part.cents
    change = row.total_cents - before.total_cents
    rest = change - sum(sums.values())
    said = _said(access.visitor)

    def signed(cents: int) -> str:
        sign = "+" if cents > 0 else "\N{MINUS SIGN}" if cents < 0 else ""
        return f"{sign}{said(abs(cents))}"

    lines = [SumLine(names[code], signed(cents)) for code, cents in sums.items() if cents]
    if rest:
        lines.append(SumLine("Plan amounts and corrections", signed(rest)))
    return (*lines, SumLine("Difference", signed(change), whole=True))


def _priced_again(main: Insight, row: Bill) -> Priced | None:
    """The days of a bill at their prices; None where not all of them are read."""
    after = row.period_to + timedelta(days=1)
    return (
        main.priced(row.period_from, after, with_credits=True) if main.whole(row.period_from, after) else None
    )


def _at_last_prices(main: Insight, this: Priced, last_day: date) -> int | None:
    """This bill's energy and riders at the prices of the bill before, which ended on `last_day`."""
    try:
        then = in_force(main.tariffs, last_day)
    except CannotPrice:
        return None
    as_then = replace(main, tariffs=(replace(then, effective_from=date.min),))
    priced = as_then.priced(this.start, this.end)
    return priced.of(*ENERGY_KEYS, "rider") if priced else None


def pay(access: Access, bill_id: str) -> PaymentRequest:
    """Ask to pay one bill; the reference to quote is recorded, and a second tap finds it again."""
    if not bill_id:
        raise Refusal("Choose the bill you want to pay.")
    return billing.request_payment(access, bill_id)
