"""A bill as PDF/A-2b: the stored rows set in type, the same bytes whenever it is asked for."""

import hashlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.errors import Refusal
from portal_app.core.money import written
from portal_app.services.billing import rules
from portal_app.services.billing.reading import check_code, lines_of, quantity_text
from portal_app.services.billing.tables import Bill, BillLine
from portal_app.shapes.palette import DRAWN

TEMPLATES = Path(__file__).parent / "templates"
_LINES_AT_MOST = 400
_LETTER_COUNTRIES = ("US", "CA", "MX")
_one_at_a_time = threading.Lock()


@cache
def _compiler(template: int) -> Any:
    """The compiler with fonts and template in memory: 100 ms once, then a few a bill."""
    import typst  # noqa: PLC0415 -- 80 MB of compiler and fonts, needed only where bills are drawn

    return typst.Compiler(TEMPLATES / f"bill_{template}.typ", root=TEMPLATES, ignore_system_fonts=True)


def render(data: dict[str, Any], template: int, moment: datetime) -> bytes:
    """Set a bill's data in type. It goes in as JSON, so no text of a customer is read as markup."""
    with _one_at_a_time:
        return _compiler(template).compile(
            format="pdf",
            sys_inputs={"bill": json.dumps(data)},
            pdf_standards=["a-2b"],
            timestamp=moment,
        )


@dataclass(frozen=True)
class Printable:
    """A bill as it is printed: what it says, which template sets it, and the moment it bears."""

    bill_id: str
    says: dict[str, Any]
    template: int
    moment: datetime

    def drawn(self) -> bytes:
        """The finished PDF/A-2b; slow beside a query, so not while anything is locked."""
        return render(self.says, self.template, self.moment)


@reads
def bill_pdf(access: Access, bill_id: str) -> bytes:
    """Give one bill as PDF/A-2b; every figure in it is a stored one. Raises NotYours for another's bill."""
    access.require("bill.see")
    bill = access.get(Bill, bill_id)
    made = _printable(access, bill).drawn()
    if bill.pdf_sha256 and hashlib.sha256(made).hexdigest() != bill.pdf_sha256:
        access.note("bill.pdf_differs", f"bill:{bill.id}", account_id=bill.account_id)
    return made


def to_file(access: Access, bill_id: str) -> Printable | None:
    """What to print of a bill whose fingerprint is not noted yet; for the house's jobs."""
    access.require("bill.issue")
    bill = access.get(Bill, bill_id)
    return None if bill.pdf_sha256 else _printable(access, bill)


def fingerprint(printable: Printable) -> str:
    """The SHA-256 of the drawn file, in hexadecimal digits."""
    return hashlib.sha256(printable.drawn()).hexdigest()


def file_pdf(access: Access, bill_id: str, digest: str) -> None:
    """Note the fingerprint of a bill's PDF as it was issued, where none is noted yet."""
    access.require("bill.issue")
    bill = access.get(Bill, bill_id)
    access.update(Bill, col(Bill.id) == bill.id, col(Bill.pdf_sha256) == "", pdf_sha256=digest)


def _printable(access: Access, bill: Bill) -> Printable:
    if bill.state == "draft":
        raise Refusal("This bill is not issued yet.")
    lines = lines_of(access, bill.id)
    if len(lines) > _LINES_AT_MOST:
        raise Refusal("This bill is too long to print. Save it as CSV instead.")
    moment = datetime.combine(bill.issued_on, time(), UTC)
    return Printable(bill.id, document(bill, lines), bill.template, moment)


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
        "paper": "us-letter" if locale.partition("_")[2] in _LETTER_COUNTRIES else "a4",
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
        "note": _note(bill, money(abs(bill.opening_cents)), money(bill.total_cents - _to_pay(bill))),
        "pay": _how_to_pay(bill, issuer, money(_to_pay(bill))),
        "check": f"Check code {check_code(bill)}. Type it on the portal, under Billing, to see it is ours.",
        "footer": f"{issuer['name']}, bill {bill.number}",
    }


def _printed(line: BillLine, amount: str) -> dict[str, str]:
    days = rules.period_text(line.from_on, line.to_on) if line.from_on and line.to_on else ""
    return {
        "title": line.title,
        "quantity": quantity_text(line),
        "amount": amount,
        "why": line.why,
        "days": days,
    }


def _to_pay(bill: Bill) -> int:
    """What was left of a bill when it was issued: its total without the credit used on it at once."""
    return bill.total_cents - min(max(-bill.opening_cents, 0), max(bill.total_cents, 0))


def _note(bill: Bill, amount: str, used: str) -> str:
    if bill.opening_cents > 0:
        return (
            f"When this was issued, {amount} of earlier bills was still open. It is not charged again here."
        )
    if bill.opening_cents < 0:
        return f"You had a credit of {amount}. {used} of it went to this bill."
    return ""


def _how_to_pay(bill: Bill, issuer: dict[str, str], total: str) -> dict[str, Any]:
    if _to_pay(bill) <= 0:
        return {"heading": "There is nothing to pay on this bill", "rows": []}
    rows = [
        ["Pay to", issuer["name"]],
        ["Bank", issuer["bank"]],
        ["Account", issuer["bank_account"]],
        ["Reference", bill.reference],
    ]
    heading = f"Pay {total} by {rules.long_day(bill.due_on)}, by bank transfer"
    return {"heading": heading, "rows": [row for row in rows if row[1]]}
