"""Bills as CSV: one row a line, so that the amounts of a bill add up to its total in any spreadsheet."""

import csv
import io
from collections.abc import Sequence

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.money import to_decimal
from portal_app.services.billing.reading import issued_bills, left_here
from portal_app.services.billing.tables import BillLine

COLUMNS = (
    "bill",
    "title",
    "place",
    "from",
    "to",
    "issued",
    "due",
    "state",
    "line",
    "quantity",
    "unit",
    "rate",
    "amount",
    "currency",
    "bill_total",
    "bill_open",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula (ASVS 1.2.10)."""
    return f"'{text}" if text.startswith(_FORMULA) else text


@reads
def bill_csv(access: Access, ids: Sequence[str] | None = None) -> str:
    """Write one, some or all bills of the account as CSV, newest first. Raises NotYours for another's."""
    access.require("bill.see")
    found = issued_bills(access, ids)
    known = [bill.id for bill in found]
    left = left_here(access, known)
    lines: dict[str, list[BillLine]] = {}
    for line in access.all(BillLine, col(BillLine.bill_id).in_(known), order=col(BillLine.place)):
        lines.setdefault(line.bill_id, []).append(line)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for bill in found:
        for line in lines.get(bill.id, []):
            writer.writerow(
                [
                    bill.number,
                    guarded(bill.title),
                    guarded(bill.site_name or bill.site_id),
                    (line.from_on or bill.period_from).isoformat(),
                    (line.to_on or bill.period_to).isoformat(),
                    bill.issued_on.isoformat(),
                    bill.due_on.isoformat(),
                    bill.state,
                    guarded(line.title),
                    line.quantity,
                    guarded(line.unit),
                    line.rate,
                    to_decimal(line.amount_cents, bill.currency),
                    bill.currency,
                    to_decimal(bill.total_cents, bill.currency),
                    to_decimal(left.get(bill.id, 0), bill.currency),
                ]
            )
    return out.getvalue()
