"""Reading bills: the list, one opened, what is owed in all, and the history of payments."""

import json
from collections.abc import Sequence
from datetime import date

from sqlmodel import col

from portal_app.core import clock
from portal_app.core.access import Access, reads
from portal_app.core.errors import NotYours
from portal_app.services.billing import checkcode, ledger, past, rules
from portal_app.services.billing.company import company_of, money, today
from portal_app.services.billing.ledger import LedgerEntry
from portal_app.services.billing.tables import Bill, BillLine, Payment, Transfer
from portal_app.services.billing.wording import said_of
from portal_app.shapes.billing import BillView, Owed, PaymentLine
from portal_app.shapes.money import ExplainedLine, InvoiceLine, SumLine
from portal_app.shapes.status import Badge, Notice

METHODS = {"bank_transfer": "Bank transfer", "bank_debit": "Autopay from your bank", "card": "Card"}
CHANNELS = {
    "portal": "on the portal",
    "phone": "on the phone with us",
    "autopay": "by autopay",
    "post": "by post",
}


def issued_bills(access: Access, ids: Sequence[str] | None = None, site_id: str | None = None) -> list[Bill]:
    """Issued bills, newest first; with `ids` exactly those. Raises NotYours for one of somebody else."""
    where = [col(Bill.state) != "draft"]
    wanted = set(ids or ())
    if ids is not None:
        if not all(isinstance(each, str) and each.isascii() and "\0" not in each for each in wanted):
            raise NotYours
        where.append(col(Bill.id).in_(wanted))
    if site_id is not None:
        where.append(col(Bill.site_id) == site_id)
    found = access.all(Bill, *where, order=(col(Bill.issued_on).desc(), col(Bill.number).desc()))
    if len(found) < len(wanted):
        raise NotYours
    return found


def left_here(access: Access, bill_ids: Sequence[str]) -> dict[str, int]:
    """What is open on each of these bills, in one question."""
    return ledger.left_by_bill(access, col(LedgerEntry.bill_id).in_(bill_ids)) if bill_ids else {}


def badge_of(access: Access, bill: Bill, left: int, day: date) -> Badge:
    """How a bill stands, in words and a tone."""
    return rules.standing(bill.state, bill.due_on, day, money(access, left, bill.currency))


@reads
def bills(access: Access, site_id: str | None = None) -> list[InvoiceLine]:
    """List the bills of the account, newest first; of one place where `site_id` is given."""
    access.require("bill.see")
    place = None if site_id is None else rules.clean(site_id, 60, "the place", "site_id")
    day, found = today(access), issued_bills(access, site_id=place)
    left = left_here(access, [bill.id for bill in found if bill.state in ("issued", "part_paid")])
    several = len({bill.site_id for bill in found}) > 1
    return [_listed(access, bill, left.get(bill.id, 0), day, several) for bill in found]


def _named(bill: Bill, several: bool) -> str:
    """A bill's title, with its place where the account has several."""
    return f"{bill.title}, {bill.site_name}" if several and bill.site_name else bill.title


def _listed(access: Access, bill: Bill, left: int, day: date, several: bool) -> InvoiceLine:
    return InvoiceLine(
        id=bill.id,
        title=_named(bill, several),
        period=rules.period_text(bill.period_from, bill.period_to),
        amount=money(access, bill.total_cents, bill.currency),
        badge=badge_of(access, bill, left, day),
        link_to=f"/{access.visitor.kind}/billing/bill?id={bill.id}",
        payable=left > 0 and bill.state in ("issued", "part_paid"),
    )


def lines_of(access: Access, bill_id: str) -> list[BillLine]:
    """The lines of one bill, in their order."""
    return access.all(BillLine, col(BillLine.bill_id) == bill_id, order=col(BillLine.place))


@reads
def bill(access: Access, bill_id: str) -> BillView:
    """Open one bill: every line with its explanation, the sum, what was paid and what is left."""
    access.require("bill.see")
    found = access.get(Bill, bill_id)
    left, day = ledger.left_of(access, found.id), today(access)
    return BillView(
        id=found.id,
        number=str(found.number or ""),
        title=found.title,
        site=found.site_name,
        period=rules.period_text(found.period_from, found.period_to),
        due=rules.long_day(found.due_on),
        total=money(access, found.total_cents, found.currency),
        left=money(access, left, found.currency),
        left_cents=left,
        badge=badge_of(access, found, left, day),
        lines=tuple(_explained(access, found, line) for line in lines_of(access, found.id)),
        sums=_sums(access, found, left),
        payable=left > 0 and found.state in ("issued", "part_paid"),
        reference=found.reference,
        check_code="" if past.is_past(found) else checkcode.check_code(found),
        note=past.SAYS if past.is_past(found) else _brought_forward(access, found),
        bank_notice="" if past.is_past(found) else _bank_notice(access, found),
        past=past.is_past(found),
    )


def _explained(access: Access, bill: Bill, line: BillLine) -> ExplainedLine:
    amount = money(access, line.amount_cents, bill.currency)
    return ExplainedLine(
        line.id, line.title, said_of(line, bill.currency, access.visitor.locale), amount, line.why
    )


def _sums(access: Access, bill: Bill, left: int) -> tuple[SumLine, ...]:
    sums = [SumLine("This bill", money(access, bill.total_cents, bill.currency), whole=True)]
    if bill.state != "void" and left != bill.total_cents:
        sums.append(
            SumLine("Paid or credited", money(access, left - max(bill.total_cents, 0), bill.currency))
        )
        sums.append(SumLine("Left to pay", money(access, left, bill.currency), whole=True))
    return tuple(sums)


def _brought_forward(access: Access, bill: Bill) -> str:
    amount = money(access, abs(bill.opening_cents), bill.currency)
    if bill.opening_cents > 0:
        return (
            f"When this was issued, {amount} of earlier bills was still open. It is not charged again here."
        )
    return f"When this was issued, you had a credit of {amount}." if bill.opening_cents < 0 else ""


def _bank_notice(access: Access, bill: Bill) -> str:
    """Say, signed, that the bank account printed on a bill is no longer the company's."""
    company, issuer = company_of(access), json.loads(bill.issuer)
    if issuer["bank_account"] == company.bank_account:
        return ""
    code = checkcode.code_of(company.id, company.bank_name, company.bank_account)
    return (
        f"Our bank account has changed since this bill was issued. It is now {company.bank_account}, "
        f"{company.bank_name}. Check code of this notice: {code}."
    )


@reads
def check_bill(access: Access, number: str, code: str) -> Notice:
    """Tell whether a bill on paper or in a mail is the company's own, from its number and check code."""
    access.require("bill.see")
    typed = rules.clean(number, 20, "the bill number", "number")
    wanted = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    found = access.first(Bill, col(Bill.number) == wanted) if wanted else None
    company = company_of(access)
    if found is not None and past.is_past(found):
        return Notice(f"Bill {found.number} is too old to check here", f"{past.SAYS} It was settled.", "info")
    if found is None or not checkcode.same_code(code, checkcode.check_code(found)):
        text = (
            f"Do not pay it. Pay only what you see under Billing, or call {company.name} on {company.phone}."
        )
        return Notice("This is not a bill of yours from us", text, "urgent")
    amount = money(access, found.total_cents, found.currency)
    due = rules.long_day(found.due_on)
    text = f"Bill {found.number}, {amount}, due {due}. Pay to {company.bank_account}, {company.bank_name}."
    return Notice("This bill is genuine", text, "good", found.reference)


@reads
def owed(access: Access) -> Owed:
    """Say what is owed in all and which bill is due next."""
    access.require("bill.see")
    company, day = company_of(access), today(access)
    unpaid = access.all(
        Bill, col(Bill.state).in_(("issued", "part_paid")), order=(col(Bill.due_on), col(Bill.number))
    )
    left = left_here(access, [bill.id for bill in unpaid])
    total = sum(left.values())
    credit = ledger.credit_of(access, access.visitor.accounts)
    written_credit = money(access, credit, company.currency) if credit > 0 else ""
    if not unpaid:
        said = f"Nothing to pay. You have {written_credit} in credit." if credit > 0 else "Nothing to pay."
        return Owed(
            amount=money(access, 0, company.currency),
            credit_cents=credit,
            badge=Badge("Nothing to pay", "good"),
            said=said,
        )
    first = unpaid[0]
    amount = money(access, total, company.currency)
    return Owed(
        cents=total,
        amount=amount,
        count=len(unpaid),
        credit_cents=credit,
        bill_id=first.id,
        title=first.title,
        next_amount=money(access, left.get(first.id, 0), first.currency),
        due=rules.day_text(first.due_on, day),
        badge=badge_of(access, first, left.get(first.id, 0), day),
        said=f"{amount} to pay. {rules.due_text(first.due_on, day)}.",
    )


@reads
def payments(access: Access) -> list[PaymentLine]:
    """The history of payments, newest first: what arrived, and what was asked for and has not arrived yet."""
    access.require("bill.see")
    asked = access.all(Payment, order=(col(Payment.asked_at).desc(), col(Payment.id).desc()))
    every = access.all(Bill)
    several = len({bill.site_id for bill in every}) > 1
    titles = {bill.id: _named(bill, several) for bill in every}
    arrived = access.all(Transfer, order=(col(Transfer.received_on).desc(), col(Transfer.id).desc()))
    by_id = {payment.id: payment for payment in asked}
    zone = company_of(access).zone
    lines = [
        _waiting(access, each, titles[each.bill_id], zone)
        for each in asked
        if each.state != "settled" and not each.received_cents
    ]
    return lines + [_arrived(access, each, by_id[each.payment_id], titles, zone) for each in arrived]


def _asked_by(payment: Payment, zone: str) -> str:
    name = f"{payment.asked_by} for {payment.on_behalf}" if payment.on_behalf else payment.asked_by
    day = rules.day_text(clock.local(payment.asked_at, zone).date(), clock.today(zone))
    return f"Asked for by {name} {CHANNELS.get(payment.channel, payment.channel)}, {day}"


_WAITING = {
    "asked": Badge("Waiting for your transfer", "info"),
    "pending": Badge("Being confirmed", "info"),
    "failed": Badge("Did not go through", "attention"),
    "cancelled": Badge("Not needed any more", "neutral"),
}


def _waiting(access: Access, payment: Payment, title: str, zone: str) -> PaymentLine:
    return PaymentLine(
        id=payment.id,
        title=title,
        amount=money(access, payment.cents, payment.currency),
        when=rules.day_text(clock.local(payment.asked_at, zone).date(), clock.today(zone)),
        who=_asked_by(payment, zone),
        how=METHODS.get(payment.method, payment.method),
        reference=payment.reference,
        badge=_WAITING[payment.state],
    )


def _arrived(
    access: Access, transfer: Transfer, payment: Payment, titles: dict[str, str], zone: str
) -> PaymentLine:
    credit = money(access, transfer.credited_cents, payment.currency)
    more = f" {credit} of it is kept as credit." if transfer.credited_cents else ""
    return PaymentLine(
        id=transfer.id,
        title=titles[payment.bill_id],
        amount=money(access, transfer.cents, payment.currency),
        when=rules.day_text(transfer.received_on, clock.today(zone)),
        who=f"{_asked_by(payment, zone)}. Recorded by {transfer.recorded_by}.{more}",
        how=METHODS.get(payment.method, payment.method),
        reference=payment.reference,
        badge=Badge("Received", "good"),
    )
