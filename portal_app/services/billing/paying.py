"""Paying: asking for a transfer once, and recording what the bank says has arrived."""

from datetime import date

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.core.ids import reference as new_reference
from portal_app.core.money import exponent
from portal_app.services.billing import ledger, rules
from portal_app.services.billing.company import company_of, hold, money, today, who
from portal_app.services.billing.ledger import LedgerEntry, Side
from portal_app.services.billing.news import tell
from portal_app.services.billing.tables import Bill, Payment, Transfer
from portal_app.shapes.billing import AskedTransfer
from portal_app.shapes.money import PaymentRequest
from portal_app.shapes.status import Badge, Notice

OPEN = ("asked", "pending")


def request_payment(access: Access, bill_id: str) -> PaymentRequest:
    """Ask to pay one bill by bank transfer, and note who asked.

    A second tap, and a tap at the same moment in another tab, finds the first and gives the same reference.
    The bill stays unpaid until the company's bank statement says otherwise.
    """
    access.require("bill.pay")
    bill = access.get(Bill, bill_id)
    hold(access, bill.account_id)
    left = ledger.left_of(access, bill.id)
    rules.check_payable(bill.title, bill.state, left)
    company = company_of(access)
    if not company.bank_account:
        raise Refusal(f"{company.name} has not given its bank account here yet. Call {company.phone} to pay.")
    payment = _open_payment(access, bill.id) or _ask(access, bill, left)
    if payment.method == "bank_debit":
        raise Refusal(f"{bill.title} is being collected by autopay. There is nothing for you to do.")
    return PaymentRequest(
        key=payment.id,
        label=bill.title,
        cents=left,
        amount=money(access, left, bill.currency),
        currency=bill.currency,
        reference=payment.reference,
        payee=company.name,
        iban=company.bank_account,
        bank=company.bank_name,
        due=rules.long_day(bill.due_on),
    )


def _open_payment(access: Access, bill_id: str) -> Payment | None:
    return access.first(Payment, col(Payment.bill_id) == bill_id, col(Payment.state).in_(OPEN))


def _ask(access: Access, bill: Bill, left: int) -> Payment:
    staff = access.visitor.staff
    payment = new_payment(
        access,
        bill,
        left,
        asked_by=who(access),
        on_behalf=access.get(Account, bill.account_id).name if staff else access.visitor.on_behalf[:120],
        channel="phone" if staff else "portal",
    )
    amount = money(access, left, bill.currency)
    access.note(
        "bill.pay",
        f"bill:{bill.id}",
        account_id=bill.account_id,
        reference=payment.reference,
        cents=left,
        channel=payment.channel,
    )
    text = f"Transfer {amount} and quote {payment.reference}. We tell you when it has arrived."
    tell(access, bill.account_id, f"You asked to pay {bill.title}", text, f"payment:{payment.id}")
    access.poke(f"billing:{bill.account_id}")
    return payment


def new_payment(access: Access, bill: Bill, cents: int, **facts: str) -> Payment:
    """Store the next intention to pay a bill, for a caller that holds the account."""
    before = access.all(Payment, col(Payment.bill_id) == bill.id)
    return access.add(
        Payment,
        account_id=bill.account_id,
        bill_id=bill.id,
        key=f"{bill.id}:{len(before) + 1}",
        reference=new_reference("PAY") if before else bill.reference,
        cents=rules.check_cents(cents),
        currency=bill.currency,
        person_id=access.visitor.person_id,
        **facts,
    )


def record_transfer(access: Access, reference: str, cents: int, received_on: date, bank_line: str) -> Notice:
    """Record one line of the bank statement: it pays the bill it names, then the oldest, the rest is credit.

    `bank_line` is the bank's own id of the line; the same line again changes nothing. Raises Refusal for a
    reference nobody was given, an amount not above 0, or a line known with other figures.
    """
    access.require("payment.record")
    rules.check_cents(cents, "cents")
    wanted = rules.read_reference(reference)
    line = rules.clean(bank_line, 80, "the bank's line number", "bank_line")
    if not line:
        raise Refusal(
            "Give the bank's own number of the line, so that it is not recorded twice.", "bank_line"
        )
    if received_on > today(access):
        raise Refusal("The day it arrived lies in the future. Check the date.", "received_on")
    payment = _named(access, wanted)
    account = hold(access, payment.account_id)
    known = access.first(Transfer, col(Transfer.bank_line) == line)
    if known is not None:
        return _recorded_before(access, known, payment, cents)
    shares, rest = _settle(access, payment, cents)
    arrived = access.add(
        Transfer,
        account_id=account.id,
        payment_id=payment.id,
        bank_line=line,
        cents=cents,
        credited_cents=rest,
        received_on=received_on,
        recorded_by=who(access),
    )
    return _tell_received(access, payment, arrived, len(shares))


def record_typed_transfer(
    access: Access, reference: str, amount: str, received_on: str, bank_line: str
) -> Notice:
    """Record a line of the bank statement as a clerk types it: "185.04", "2026-03-10"."""
    access.require("payment.record")
    cents = rules.read_amount(amount, exponent(company_of(access).currency))
    return record_transfer(access, reference, cents, rules.read_day(received_on, "received_on"), bank_line)


def _named(access: Access, reference: str) -> Payment:
    payment = access.first(Payment, col(Payment.reference) == reference) if reference else None
    if payment is not None:
        return payment
    bill = (
        access.first(Bill, col(Bill.reference) == reference, col(Bill.state) != "draft")
        if reference
        else None
    )
    if bill is None:
        raise Refusal(
            f"We never gave out the reference {reference or 'you typed'}. Check the bank statement again.",
            "reference",
        )
    if bill.total_cents <= 0:
        raise Refusal(
            f"{bill.title} has nothing to pay. Ask the customer which bill they meant.", "reference"
        )
    hold(access, bill.account_id)
    meanwhile = access.first(Payment, col(Payment.reference) == reference)
    return meanwhile or new_payment(
        access, bill, bill.total_cents, asked_by="the customer, from the bill", channel="post"
    )


def _recorded_before(access: Access, known: Transfer, payment: Payment, cents: int) -> Notice:
    if (known.payment_id, known.cents) != (payment.id, cents):
        raise Refusal(
            "This line of the bank statement was recorded before, with other figures. Check it.", "bank_line"
        )
    amount = money(access, cents, payment.currency)
    return Notice(
        "Already recorded", f"{amount} was recorded before. Nothing was changed.", "info", payment.reference
    )


def _open_bills(access: Access, account_id: str) -> dict[str, int]:
    """What is left on each open bill of an account, oldest first."""
    left = ledger.left_by_bill(access, col(LedgerEntry.account_id) == account_id)
    unpaid = access.all(
        Bill,
        col(Bill.account_id) == account_id,
        col(Bill.state).in_(("issued", "part_paid")),
        order=(col(Bill.due_on), col(Bill.number)),
    )
    return {bill.id: left.get(bill.id, 0) for bill in unpaid}


def spend_credit(access: Access, account_id: str) -> None:
    """Pay an account's open bills with the credit it has, oldest first."""
    credit = ledger.credit_of(access, [account_id])
    if credit <= 0:
        return
    left = _open_bills(access, account_id)
    shares, _ = rules.allocate(credit, "", list(left.items()))
    for bill_id, share in shares:
        sides = [Side("credit", share, bill_id), Side("receivable", -share, bill_id)]
        ledger.post(access, account_id, "credit used", sides)
        _mark_bill(access, bill_id, left[bill_id] - share)
        if left[bill_id] == share:
            _not_needed(access, bill_id)


def _not_needed(access: Access, bill_id: str) -> None:
    asked = (col(Payment.bill_id) == bill_id, col(Payment.state) == "asked")
    access.update(Payment, *asked, state="cancelled")


def _settle(access: Access, payment: Payment, cents: int) -> tuple[list[tuple[str, int]], int]:
    left = _open_bills(access, payment.account_id)
    shares, rest = rules.allocate(cents, payment.bill_id, list(left.items()))
    sides = [Side("bank", cents, payment.bill_id), Side("credit", -rest, payment.bill_id)]
    ledger.post(
        access,
        payment.account_id,
        "transfer",
        sides + [Side("receivable", -share, bill_id) for bill_id, share in shares],
    )
    for bill_id, share in shares:
        _mark_bill(access, bill_id, left[bill_id] - share)
        _mark_payments(access, payment, bill_id, share, left[bill_id] - share)
    if payment.bill_id not in left:
        access.update(Payment, col(Payment.id) == payment.id, col(Payment.state).in_(OPEN), state="cancelled")
    return shares, rest


def _mark_bill(access: Access, bill_id: str, left: int) -> None:
    state = "paid" if left == 0 else "part_paid"
    access.update(
        Bill,
        col(Bill.id) == bill_id,
        col(Bill.state).in_(("issued", "part_paid")),
        state=state,
        version=Bill.version + 1,
    )


def _mark_payments(access: Access, payment: Payment, bill_id: str, share: int, left: int) -> None:
    if bill_id == payment.bill_id:
        _move(access, payment, share, whole=left == 0)
    elif left == 0:
        _not_needed(access, bill_id)


def _move(access: Access, payment: Payment, share: int, *, whole: bool = False) -> None:
    received = min(payment.cents, payment.received_cents + share)
    whole = whole or received == payment.cents
    access.update(
        Payment,
        col(Payment.id) == payment.id,
        col(Payment.state) != "settled",
        state="settled" if whole else "pending",
        received_cents=received,
        settled_at=now() if whole else None,
    )


def _tell_received(access: Access, payment: Payment, arrived: Transfer, bills_paid: int) -> Notice:
    cents, rest = arrived.cents, arrived.credited_cents
    bill = access.get(Bill, payment.bill_id)
    left = ledger.left_of(access, bill.id)
    amount = money(access, cents, payment.currency)
    more = (
        f"{bill.title} is paid."
        if left == 0
        else f"{money(access, left, bill.currency)} of {bill.title} is left to pay."
    )
    if bills_paid > 1:
        more += " The rest went to your oldest open bills."
    if rest:
        more += f" {money(access, rest, bill.currency)} is kept as credit for your next bill."
    access.note(
        "payment.record",
        f"payment:{payment.id}",
        account_id=payment.account_id,
        cents=cents,
        credit=rest,
        left=left,
    )
    tell(access, payment.account_id, f"We received {amount}", more, f"transfer:{arrived.id}")
    access.poke(f"billing:{payment.account_id}")
    return Notice(f"{amount} recorded", more, "good", payment.reference)


def record_failure(access: Access, reference: str, reason: str) -> Notice:
    """Record that a payment did not go through; its bill is open again. Refuses one not under way."""
    access.require("payment.record")
    payment = access.first(Payment, col(Payment.reference) == rules.read_reference(reference))
    if payment is None:
        raise Refusal("We never gave out this reference. Check it against the bank statement.", "reference")
    why = rules.clean(reason, 200, "the reason", "reason")
    done = access.update(
        Payment, col(Payment.id) == payment.id, col(Payment.state).in_(OPEN), state="failed", trouble=why
    )
    if done != 1:
        raise Refusal("This payment is already settled or ended, so it can not be marked as failed.")
    access.note("payment.fail", f"payment:{payment.id}", account_id=payment.account_id, reason=why)
    bill = access.get(Bill, payment.bill_id)
    text = f"{why} Pay {bill.title} by bank transfer instead.".strip()
    tell(access, payment.account_id, "A payment did not go through", text, f"failed:{payment.id}")
    access.poke(f"billing:{payment.account_id}")
    return Notice(
        "Marked as not gone through",
        "The customer was told, and the bill is open again.",
        "attention",
        payment.reference,
    )


@reads
def asked_transfers(access: Access) -> list[AskedTransfer]:
    """For staff: the payments customers asked for that have not fully arrived, oldest first."""
    access.require("payment.record")
    waiting = access.all(Payment, col(Payment.state).in_(OPEN), order=col(Payment.asked_at), limit=500)
    owners = [each.account_id for each in waiting]
    names = {account.id: account for account in access.all(Account, col(Account.id).in_(owners))}
    about = {bill.id: bill for bill in access.all(Bill, col(Bill.id).in_([each.bill_id for each in waiting]))}
    left = ledger.left_by_bill(access, col(LedgerEntry.bill_id).in_(list(about))) if about else {}
    return [
        AskedTransfer(
            reference=each.reference,
            account=f"{names[each.account_id].number}, {names[each.account_id].name}",
            bill=about[each.bill_id].title,
            asked=rules.day_text(each.asked_at.date(), today(access)),
            left=money(access, left.get(each.bill_id, 0), each.currency),
            badge=Badge("Part received", "attention")
            if each.received_cents
            else Badge("Not arrived", "info"),
        )
        for each in waiting
    ]
