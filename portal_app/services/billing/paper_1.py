"""What a printed bill of version 1 says. Issued bills keep it, so nothing here changes any more."""

import json
from typing import Any

from portal_app.core.money import written
from portal_app.services.billing import rules
from portal_app.services.billing.checkcode import check_code
from portal_app.services.billing.tables import Bill, BillLine
from portal_app.shapes.palette import DRAWN

_LETTER_COUNTRIES = ("US", "CA", "MX")


def document(bill: Bill, lines: list[BillLine]) -> dict[str, Any]:
    """Everything a printed bill says, from the rows alone: nothing that changes after it was issued."""
    issuer: dict[str, str] = json.loads(bill.issuer)
    locale = issuer["locale"]

    def money(cents: int) -> str:
        return written(cents, bill.currency, locale)

    return {
        "heading": f"{bill.title}: {money(bill.total_cents)}",
        "issuer": issuer["name"],
        "call": f"Questions? Call {issuer['phone']}" if issuer["phone"] else "",
        "colour": issuer.get("colour") or DRAWN.get(issuer["brand"], "#16212b"),
        "paper": paper_of(locale),
        "lang": locale.partition("_")[0],
        "customer": issuer["account_name"],
        "account": issuer["account_number"],
        "site": bill.site_name,
        "currency": bill.currency,
        "facts": [
            ["Bill number", str(bill.number)],
            ["Issued", rules.long_day(bill.issued_on)],
            ["For", rules.period_text(bill.period_from, bill.period_to)],
            ["Due", rules.long_day(bill.due_on)],
        ],
        "lines": [_printed(line, money(line.amount_cents)) for line in lines],
        "total": money(bill.total_cents),
        "note": note(bill, money(abs(bill.opening_cents)), money(bill.total_cents - to_pay(bill))),
        "pay": _how_to_pay(bill, issuer, money(to_pay(bill))),
        "check": f"Check code {check_code(bill)}. Type it on the portal, under Billing, to see it is ours.",
        "footer": f"{issuer['name']}, bill {bill.number}",
    }


def paper_of(locale: str) -> str:
    """The paper of a country: Letter in North America, A4 everywhere else."""
    return "us-letter" if locale.partition("_")[2] in _LETTER_COUNTRIES else "a4"


def _printed(line: BillLine, amount: str) -> dict[str, str]:
    days = rules.period_text(line.from_on, line.to_on) if line.from_on and line.to_on else ""
    counted = f"{line.quantity} {line.unit}".strip()
    return {
        "title": line.title,
        "quantity": f"{counted} at {line.rate}" if counted and line.rate else counted,
        "amount": amount,
        "why": line.why,
        "days": days,
    }


def to_pay(bill: Bill) -> int:
    """What was left of a bill when it was issued: its total without the credit used on it at once."""
    return bill.total_cents - min(max(-bill.opening_cents, 0), max(bill.total_cents, 0))


def note(bill: Bill, amount: str, used: str) -> str:
    """What stood between the account and the company on the day it was issued."""
    if bill.opening_cents > 0:
        return (
            f"When this was issued, {amount} of earlier bills was still open. It is not charged again here."
        )
    if bill.opening_cents < 0:
        return f"You had a credit of {amount}. {used} of it went to this bill."
    return ""


def _how_to_pay(bill: Bill, issuer: dict[str, str], total: str) -> dict[str, Any]:
    if to_pay(bill) <= 0:
        return {"heading": "There is nothing to pay on this bill", "rows": []}
    heading = f"Pay {total} by {rules.long_day(bill.due_on)}, by bank transfer"
    return {"heading": heading, "rows": ways(bill, issuer)}


def ways(bill: Bill, issuer: dict[str, str]) -> list[list[str]]:
    """Where to send the money and what to quote; nothing that the company has not."""
    rows = [
        ["Pay to", issuer["name"]],
        ["Bank", issuer["bank"]],
        ["Account", issuer["bank_account"]],
        ["Reference", bill.reference],
    ]
    return [row for row in rows if row[1]]
