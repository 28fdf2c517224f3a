"""A bill as PDF/A-2b: the stored rows set in type, the same bytes whenever it is asked for.

A bill is printed as the version it was issued with says (`Bill.template`): `paper_N.document` and
`templates/bill_N.typ`. Versions are added, never changed.
"""

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
from portal_app.services.billing import paper_1, paper_2, past
from portal_app.services.billing.reading import lines_of
from portal_app.services.billing.tables import Bill

TEMPLATES = Path(__file__).parent / "templates"
_LINES_AT_MOST = 400
PAPERS = {1: paper_1.document, 2: paper_2.document}
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
    return None if bill.pdf_sha256 or past.is_past(bill) else _printable(access, bill)


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
    past.require_paper(bill)
    lines = lines_of(access, bill.id)
    if len(lines) > _LINES_AT_MOST:
        raise Refusal("This bill is too long to print. Save it as CSV instead.")
    moment = datetime.combine(bill.issued_on, time(), UTC)
    return Printable(bill.id, PAPERS[bill.template](bill, lines), bill.template, moment)
