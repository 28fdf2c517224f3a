"""Autopay: agreed to in words, noticed ten days ahead, stopped up to three business days before."""

import hashlib
from dataclasses import dataclass
from datetime import date

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.core.ids import reference
from portal_app.core.money import exponent
from portal_app.services.billing import ledger, rules
from portal_app.services.billing.company import bank_place, company_of, hold, money, today, who
from portal_app.services.billing.ledger import LedgerEntry
from portal_app.services.billing.news import mail, tell
from portal_app.services.billing.paying import new_payment
from portal_app.services.billing.tables import Autopay, AutopayNotice, Bill, Payment
from portal_app.shapes.billing import AutopayOffer, AutopayView
from portal_app.shapes.status import Badge, Notice


@dataclass(frozen=True)
class Wish:
    """What a person wants of autopay: which bank account, which day, up to how much.

    The limit is in cents or as typed ("200"); 0 or nothing typed means none.
    """

    bank: str
    last_four: str
    day_rule: str = "due"
    limit_cents: int | str = 0


def _checked(access: Access, wish: Wish) -> Wish:
    bank = rules.clean(wish.bank, 60, "the name of your bank", "bank")
    if not bank:
        raise Refusal("Say at which bank your account is.", "bank")
    four = rules.clean(wish.last_four, 4, "the last four digits", "last_four")
    if not (len(four) == 4 and four.isascii() and four.isdigit()):
        raise Refusal("Type the last four digits of your account number, like 4417.", "last_four")
    return Wish(bank, four, rules.read_day_rule(wish.day_rule), _limit(access, wish.limit_cents))


def _limit(access: Access, limit: int | str) -> int:
    if isinstance(limit, str):
        decimals = exponent(company_of(access).currency)
        return rules.read_amount(limit, decimals, "limit") if limit.strip() else 0
    return rules.check_cents(limit, "limit") if limit != 0 else 0


def _day_words(rule: str) -> str:
    return (
        "on the day a bill is due"
        if rule == "due"
        else f"on day {rule} of the month, on or before the day a bill is due"
    )


def _words(access: Access, wish: Wish) -> str:
    company = company_of(access)
    limit = money(access, int(wish.limit_cents), company.currency)
    most = (
        f"If a bill is above {limit}, nothing is taken and I pay it myself."
        if wish.limit_cents
        else "There is no upper limit."
    )
    return (
        f"I allow {company.name} to take the amount of each bill of my account from my account ending in "
        f"{wish.last_four} at {wish.bank}, {_day_words(wish.day_rule)}, moved to the next business day. "
        f"{most} The amount varies: I am told it and the day at least {rules.NOTICE_DAYS} days before. "
        f"I can stop a payment up to {rules.STOP_BUSINESS_DAYS} business days before its day, "
        "and end this at any time, here or by phone. I get a copy of these words."
    )


def _agreed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _standing_order(access: Access) -> Autopay | None:
    return access.first(Autopay, col(Autopay.account_id) == access.visitor.account_id)


def _there(access: Access) -> Autopay:
    found = _standing_order(access)
    if found is None:
        raise Refusal("Autopay is off, so this cannot be done. Set it up first.")
    return found


def _step(access: Access, order: Autopay, event: str, **values: object) -> None:
    """Move by the table of states, guarded by the version that was read."""
    values = {"state": rules.next_state(order.state, event), "version": order.version + 1, **values}
    done = access.update(
        Autopay, col(Autopay.id) == order.id, col(Autopay.version) == order.version, **values
    )
    if done != 1:
        raise Refusal("Somebody else changed autopay just now. Look at how it stands and try again.")
    access.db.refresh(order)
    access.note(f"autopay.{event}", f"autopay:{order.id}", state=order.state, mandate=order.mandate)
    access.poke(f"billing:{order.account_id}")


@reads
def autopay_offer(access: Access, wish: Wish) -> AutopayOffer:
    """Give the words somebody would agree to, before anything is stored. Raises ProveAgain."""
    access.require("autopay.change")
    access.require_fresh()
    text = _words(access, _checked(access, wish))
    return AutopayOffer(text, _agreed(text))


def autopay_set_up(access: Access, wish: Wish) -> AutopayOffer:
    """Start setting up autopay: it waits for the person to agree to these very words. Raises ProveAgain."""
    access.require("autopay.change")
    access.require_fresh()
    wish = _checked(access, wish)
    text = _words(access, wish)
    order = _standing_order(access) or access.add(Autopay, mandate=reference("AUT"))
    _step(access, order, "set_up", **_stored(access, wish, text))
    return AutopayOffer(text, _agreed(text))


def _stored(access: Access, wish: Wish, text: str) -> dict[str, object]:
    return {
        "method": f"{wish.bank}, account ending in {wish.last_four}",
        "day_rule": wish.day_rule,
        "limit_cents": wish.limit_cents,
        "authorisation": text,
        "person_id": access.visitor.person_id,
        "email": access.visitor.email,
    }


def autopay_authorise(access: Access, agreed: str) -> Notice:
    """Turn autopay on with the words that were shown, keep them, and mail a copy.

    Refuses other words; raises ProveAgain.
    """
    access.require("autopay.change")
    access.require_fresh()
    order = _there(access)
    if not order.authorisation or agreed != _agreed(order.authorisation):
        raise Refusal("The words have changed since you saw them. Read them again, then agree.")
    _step(access, order, "authorise", authorised_at=now(), authorised_by=who(access))
    return _confirm(
        access, order, "Autopay is on", f"Bills are paid from {order.method}, {_day_words(order.day_rule)}."
    )


def autopay_change(access: Access, wish: Wish, agreed: str) -> Notice:
    """Change the account, the day or the limit, with new words agreed to and mailed. Raises ProveAgain."""
    access.require("autopay.change")
    access.require_fresh()
    order, wish = _there(access), _checked(access, wish)
    text = _words(access, wish)
    if agreed != _agreed(text):
        raise Refusal("The words have changed since you saw them. Read them again, then agree.")
    _step(
        access, order, "change", authorised_at=now(), authorised_by=who(access), **_stored(access, wish, text)
    )
    return _confirm(
        access,
        order,
        "Autopay is changed",
        f"From your next bill on: {order.method}, {_day_words(order.day_rule)}.",
    )


def autopay_pause(access: Access) -> Notice:
    """Pause autopay: no debit that can still be stopped is taken."""
    access.require("autopay.change")
    order = _there(access)
    _step(access, order, "pause")
    return _confirm(
        access,
        order,
        "Autopay is paused",
        _stop_debits(access, order) or "Pay your bills yourself until you turn it on again.",
    )


def autopay_resume(access: Access) -> Notice:
    """Turn a paused autopay on again, with the words agreed to before."""
    access.require("autopay.change")
    order = _there(access)
    _step(access, order, "resume")
    return _confirm(
        access,
        order,
        "Autopay is on again",
        "It takes care of your next bill. Pay one that is open now yourself.",
    )


def autopay_stop(access: Access) -> Notice:
    """End autopay: no debit that can still be stopped is taken."""
    access.require("autopay.change")
    order = _there(access)
    _step(access, order, "stop")
    return _confirm(
        access, order, "Autopay is off", _stop_debits(access, order) or "Pay your next bill yourself."
    )


def stop_next_debit(access: Access) -> Notice:
    """Stop the debits that are announced, and leave autopay on. Refuses when none is announced."""
    access.require("autopay.change")
    order = _there(access)
    words = _stop_debits(access, order)
    if not words:
        raise Refusal("No debit is announced, so there is nothing to stop.")
    return _confirm(access, order, "The next debit", words)


def _announced(access: Access, account_id: str) -> list[AutopayNotice]:
    facts = (col(AutopayNotice.account_id) == account_id, col(AutopayNotice.state) == "sent")
    return access.all(AutopayNotice, *facts, order=col(AutopayNotice.debit_on))


def _stop_debits(access: Access, order: Autopay) -> str:
    day, words = today(access), []
    for notice in _announced(access, order.account_id):
        bill = access.get(Bill, notice.bill_id)
        amount = money(access, notice.cents, bill.currency)
        when = rules.day_text(notice.debit_on, day)
        if notice.stop_until >= day:
            access.change(notice, state="stopped")
            words.append(
                f"The debit of {amount} on {when} is stopped. "
                f"Pay {bill.title} yourself, it is due {rules.day_text(bill.due_on, day)}."
            )
        else:
            limit = rules.day_text(notice.stop_until, day)
            words.append(f"The debit of {amount} on {when} still happens: it could be stopped until {limit}.")
    return " ".join(words)


def _confirm(access: Access, order: Autopay, title: str, text: str) -> Notice:
    key = f"autopay:{order.id}:{order.version}:{title}"
    copy = f"{text}\n\nWhat was agreed:\n{order.authorisation}\n\nReference: {order.mandate}"
    page = f"/{company_of(access).kind}/billing/autopay"
    mail(access, access.visitor.email, title, copy, f"mail:{key}", link=page, button="See your autopay")
    tell(access, order.account_id, title, text, key)
    return Notice(title, text, "good", order.mandate)


_BADGES = {
    "off": Badge("Off", "neutral"),
    "pending_authorisation": Badge("Waiting for your yes", "attention"),
    "on": Badge("On", "good"),
    "paused": Badge("Paused", "attention"),
}


@reads
def autopay(access: Access) -> AutopayView:
    """Say how autopay stands, what was agreed, and which debit comes next."""
    access.require("bill.see")
    order = _standing_order(access)
    if order is None or order.state == "off":
        return AutopayView(words="You pay each bill yourself.")
    day, company = today(access), company_of(access)
    coming = _announced(access, order.account_id)
    first = coming[0] if coming else None
    return AutopayView(
        state=order.state,
        badge=_BADGES[order.state],
        words=f"{order.method}, {_day_words(order.day_rule)}.",
        method=order.method,
        day=order.day_rule,
        limit=money(access, order.limit_cents, company.currency) if order.limit_cents else "",
        mandate=order.mandate,
        text=order.authorisation,
        agreed=_agreed(order.authorisation),
        next_debit=f"{money(access, first.cents, company.currency)} on {rules.day_text(first.debit_on, day)}"
        if first
        else "",
        stop_until=f"until the end of {rules.day_text(first.stop_until, day)}" if first else "",
        can_stop_next=first is not None and first.stop_until >= day,
    )


# -- the house's own work ------------------------------------------------------------------------------------


def send_autopay_notices(access: Access) -> int:
    """Announce the debit of each open bill of an account on autopay; for the daily job. Says how many.

    Each bill is announced once. A bill above the agreed limit is not debited, and the person is told so.
    """
    access.require("bill.issue")
    orders = {order.account_id: order for order in access.all(Autopay, col(Autopay.state) == "on")}
    on = access.columns(Autopay, col(Autopay.account_id)).where(col(Autopay.state) == "on")
    known = access.columns(AutopayNotice, col(AutopayNotice.bill_id))
    open_bills = access.all(
        Bill,
        col(Bill.account_id).in_(on),
        col(Bill.state).in_(("issued", "part_paid")),
        col(Bill.id).not_in(known),
    )
    left = ledger.left_by_bill(access, col(LedgerEntry.account_id).in_(on)) if open_bills else {}
    day, place = today(access), bank_place(company_of(access))
    for bill in open_bills:
        _announce(access, orders[bill.account_id], bill, left.get(bill.id, 0), day, place)
    return len(open_bills)


def _announce(access: Access, order: Autopay, bill: Bill, cents: int, day: date, place: str) -> None:
    debit_on = rules.debit_day(bill.due_on, order.day_rule, day, place)
    until = rules.stop_until(debit_on, place)
    above = 0 < order.limit_cents < cents
    access.add(
        AutopayNotice,
        account_id=bill.account_id,
        bill_id=bill.id,
        cents=cents,
        sent_on=day,
        debit_on=debit_on,
        stop_until=until,
        state="over_limit" if above else "sent",
    )
    amount = money(access, cents, bill.currency)
    if above:
        title = f"{bill.title} is above your autopay limit"
        by = rules.day_text(bill.due_on, day)
        text = f"{amount} is above your limit, so nothing is taken. Pay it yourself by {by}."
        page, button = f"billing/bill?id={bill.id}", "Pay this bill"
    else:
        title = f"Autopay takes {amount} on {rules.day_text(debit_on, day)}"
        last = rules.day_text(until, day)
        text = f"For {bill.title}, from {order.method}. You can stop it until the end of {last}."
        page, button = "billing/autopay", "See or stop it"
    tell(access, bill.account_id, title, text, f"autopay-notice:{bill.id}")
    mail(
        access,
        order.email,
        title,
        f"{text}\n\nReference: {order.mandate}",
        f"autopay-notice:{bill.id}",
        link=f"/{company_of(access).kind}/{page}",
        button=button,
    )
    access.note(
        "autopay.notice", f"bill:{bill.id}", account_id=bill.account_id, cents=cents, debit_on=debit_on
    )


def collect_autopay(access: Access) -> int:
    """Ask the bank for the announced debits whose day has come; for the daily job. Says how many.

    Each is stored as a payment under way; the bank statement settles it or says that it failed. Never more
    than was announced is taken, and nothing for a bill that was paid meanwhile.
    """
    access.require("bill.issue")
    due = access.all(
        AutopayNotice, col(AutopayNotice.state) == "sent", col(AutopayNotice.debit_on) <= today(access)
    )
    return sum(_collect(access, notice) for notice in due)


def _collect(access: Access, notice: AutopayNotice) -> int:
    bill = access.get(Bill, notice.bill_id)
    hold(access, bill.account_id)
    cents = min(notice.cents, ledger.left_of(access, bill.id))
    guard = (col(AutopayNotice.id) == notice.id, col(AutopayNotice.state) == "sent")
    if (
        access.update(AutopayNotice, *guard, state="debited" if cents > 0 else "not_needed") != 1
        or cents <= 0
    ):
        return 0
    access.update(Payment, col(Payment.bill_id) == bill.id, col(Payment.state) == "asked", state="cancelled")
    payment = new_payment(
        access, bill, cents, method="bank_debit", state="pending", asked_by="Autopay", channel="autopay"
    )
    access.note(
        "autopay.debit",
        f"payment:{payment.id}",
        account_id=bill.account_id,
        cents=cents,
        reference=payment.reference,
    )
    access.poke(f"billing:{bill.account_id}")
    return 1
