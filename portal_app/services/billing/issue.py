"""Issuing bills: numbered without a gap, summed to the cent, never changed; and withdrawing one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access
from portal_app.core.accounts import Account, Company
from portal_app.core.errors import Refusal
from portal_app.core.ids import reference
from portal_app.services.billing import budget_lines, budget_reviews, ledger, rules
from portal_app.services.billing.company import company_of, hold, money, setting, today
from portal_app.services.billing.ledger import Side
from portal_app.services.billing.news import mail, tell
from portal_app.services.billing.paying import spend_credit
from portal_app.services.billing.rules import LineDraft
from portal_app.services.billing.tables import Bill, BillCounter, BillLine, BudgetPlan, Delivery, Payment
from portal_app.shapes.status import Notice


@dataclass(frozen=True)
class Period:
    """The days a bill is for; both ends belong to it."""

    first: date
    last: date


def issue_bill(
    access: Access,
    account_id: str,
    lines: Sequence[LineDraft],
    period: Period,
    *,
    total_cents: int,
    due_on: date,
    issued_on: date | None = None,
    site_id: str = "",
    site_name: str = "",
    title: str = "",
    tax_rule: str = "per line, half up",
    key: str | None = None,
    announce: bool = True,
) -> Bill:
    """Issue one bill to an account, with the company's next number; the same `key` gives the same bill again.

    The lines must add up to `total_cents`. A budget plan of the place adds its line, so that the bill asks
    for the plan's amount; one that ends a quarter of the plan has that amount looked at for the next bills.
    Credit is used at once. Raises Refusal for lines that do not add up.
    """
    access.require("bill.issue")
    account = hold(access, account_id)
    known = access.first(Bill, col(Bill.key) == key) if key else None
    if known is not None:
        return known
    rules.check_lines(lines, total_cents)
    issued_on = issued_on or today(access)
    plan = budget_lines.plan_of(access, account_id, site_id, on=issued_on)
    company = company_of(access)
    if plan is not None:
        lines = [*lines, budget_lines.plan_line(plan, total_cents, company)]
    due = sum(line.amount_cents for line in lines)
    bill = _write(
        access,
        lines,
        dict(
            account_id=account_id,
            key=key,
            reference=fresh_reference(access),
            title=title or f"Bill of {rules.day_text(issued_on)}",
            site_id=site_id,
            site_name=site_name,
            period_from=period.first,
            period_to=period.last,
            issued_on=issued_on,
            due_on=due_on,
            currency=company.currency,
            total_cents=due,
            opening_cents=_open_before(access, account_id),
            tax_rule=tax_rule,
            issuer=_issuer(company, account),
        ),
    )
    put_off = Side("budget", total_cents - due, bill.id, plan.id if plan else "")
    _charge(access, bill, [Side("revenue", -total_cents, bill.id), put_off])
    _tell_of(access, bill, announce)
    if plan is not None:
        budget_reviews.look(access, plan, bill, announce=announce)
    return bill


def issue_settlement(access: Access, plan: BudgetPlan, line: LineDraft, due_on: date) -> Bill:
    """Issue the one-line bill that ends a budget plan: what was put off falls due, or becomes credit."""
    account_id = plan.account_id
    account, company, day = hold(access, account_id), company_of(access), today(access)
    values = dict(
        account_id=account_id,
        key=f"settle:{plan.id}",
        reference=fresh_reference(access),
        title="Settle-up of your budget plan",
        site_id=plan.site_id,
        period_from=line.from_on or day,
        period_to=line.to_on or day,
        issued_on=day,
        due_on=due_on,
        currency=company.currency,
        total_cents=line.amount_cents,
        opening_cents=_open_before(access, account_id),
        issuer=_issuer(company, account),
    )
    bill = _write(access, [line], values)
    _charge(access, bill, [Side("budget", -line.amount_cents, bill.id, plan.id)])
    _tell_of(access, bill, True)
    return bill


def _write(access: Access, lines: Sequence[LineDraft], values: dict[str, Any]) -> Bill:
    bill = access.add(Bill, state="draft", **values)
    access.add_many(BillLine, [_row(bill, place, line) for place, line in enumerate(lines, start=1)])
    access.change(bill, number=_next_number(access), state="issued")
    access.note(
        "bill.issue",
        f"bill:{bill.id}",
        account_id=bill.account_id,
        number=bill.number,
        cents=bill.total_cents,
    )
    return bill


def _charge(access: Access, bill: Bill, against: list[Side]) -> None:
    """Post a bill and settle it with credit; a bill below 0 becomes credit, for the oldest open ones."""
    total = bill.total_cents
    own = Side("receivable", total, bill.id) if total >= 0 else Side("credit", total, bill.id)
    ledger.post(access, bill.account_id, "bill", [own, *against])
    if total <= 0:
        access.change(bill, state="paid")
    spend_credit(access, bill.account_id)
    access.db.refresh(bill)


def _tell_of(access: Access, bill: Bill, announce: bool) -> None:
    access.later("billing.file_pdf", {"bill_id": bill.id}, key=f"billing.file_pdf:{bill.id}")
    access.poke(f"billing:{bill.account_id}")
    if announce:
        left = ledger.left_of(access, bill.id)
        amount = money(access, max(left, 0), bill.currency)
        detail = (
            f"{amount}{_place_words(bill)}, due {rules.day_text(bill.due_on)}."
            if left > 0
            else "There is nothing to pay on it."
        )
        tell(access, bill.account_id, f"{bill.title} is ready", detail, f"bill:{bill.id}")
        _mail_paperless(access, bill, detail)


def _place_words(bill: Bill) -> str:
    """Which place a bill is for: with several, their bills are ready on the same day."""
    return f" for {bill.site_name}" if bill.site_name else ""


def _mail_paperless(access: Access, bill: Bill, detail: str) -> None:
    paperless = (col(Delivery.account_id) == bill.account_id, col(Delivery.how) == "paperless")
    choice = access.first(Delivery, *paperless)
    if choice is not None:
        company = company_of(access)
        mail(
            access,
            choice.email,
            f"{company.name}: {bill.title} is ready",
            detail,
            f"bill-mail:{bill.id}",
            link=f"/{company.kind}/billing/bill?id={bill.id}",
            button="See each line explained",
        )


def _row(bill: Bill, place: int, line: LineDraft) -> dict[str, object]:
    return {
        "account_id": bill.account_id,
        "bill_id": bill.id,
        "place": place,
        "code": line.code,
        "title": line.title,
        "quantity": _exact(line.quantity),
        "unit": line.unit,
        "rate": _exact(line.rate),
        "amount_cents": line.amount_cents,
        "from_on": line.from_on,
        "to_on": line.to_on,
        "explain_key": line.explain_key,
        "why": line.why.strip(),
        "facts": json.dumps(line.facts, sort_keys=True, default=str),
    }


def _exact(value: Decimal | None) -> str:
    return "" if value is None else f"{value:f}"


def _next_number(access: Access) -> int:
    """Take the company's next number under lock; a bill that is rolled back gives its number back."""
    access.add_many(BillCounter, [{"last": 0}], skip_known=True)
    counter = access.db.exec(
        access.rows(BillCounter).with_for_update().execution_options(populate_existing=True)
    ).one()
    access.change(counter, last=counter.last + 1)
    return counter.last


def fresh_reference(access: Access) -> str:
    """A payment reference that nothing of this company carries yet."""
    while True:
        made = reference("PAY")
        taken = access.first(Bill, col(Bill.reference) == made) or access.first(
            Payment, col(Payment.reference) == made
        )
        if taken is None:
            return made


def _open_before(access: Access, account_id: str) -> int:
    open_cents = sum(ledger.left_by_bill(access, col(ledger.LedgerEntry.account_id) == account_id).values())
    return open_cents - ledger.credit_of(access, [account_id])


def _issuer(company: Company, account: Account) -> str:
    facts = {
        "name": company.name,
        "phone": company.phone,
        "brand": company.brand,
        "colour": company.accent or str(setting(company, "colour")),
        "bank": company.bank_name,
        "bank_account": company.bank_account,
        "locale": company.locale,
        "account_number": account.number,
        "account_name": account.name,
    }
    return json.dumps(facts, sort_keys=True)


def void_bill(access: Access, bill_id: str, reason: str) -> Notice:
    """Withdraw an issued bill on which nothing was paid; its number stays used. Refuses any other."""
    access.require("bill.issue")
    bill = access.get(Bill, bill_id)
    hold(access, bill.account_id)
    why = rules.clean(reason, 200, "the reason", "reason")
    if not why:
        raise Refusal("Say why the bill is withdrawn; the customer reads it.", "reason")
    if bill.state != "issued" or ledger.left_of(access, bill.id) != bill.total_cents:
        raise Refusal(
            f"{bill.title} was paid in part or in full, or withdrawn before. It can not be withdrawn."
        )
    done = access.update(
        Bill,
        col(Bill.id) == bill.id,
        col(Bill.state) == "issued",
        state="void",
        key=None,
        version=Bill.version + 1,
    )
    if done != 1:
        raise Refusal("Somebody else changed this bill just now. Look at it again.")
    charged = access.all(ledger.LedgerEntry, col(ledger.LedgerEntry.bill_id) == bill.id)
    back = [Side(entry.ledger, -entry.cents, entry.bill_id, entry.plan_id) for entry in charged]
    ledger.post(access, bill.account_id, "withdrawn", back)
    access.update(Payment, col(Payment.bill_id) == bill.id, col(Payment.state) == "asked", state="cancelled")
    access.note("bill.void", f"bill:{bill.id}", account_id=bill.account_id, number=bill.number, reason=why)
    access.poke(f"billing:{bill.account_id}")
    tell(access, bill.account_id, f"{bill.title} is withdrawn", why, f"void:{bill.id}")
    budget_reviews.take_back(access, bill)
    return Notice(
        f"Bill {bill.number} is withdrawn",
        "The customer was told. Issue the right one next.",
        "good",
        bill.reference,
    )
