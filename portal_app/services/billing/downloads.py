"""Bills as files: one as PDF, one, some or all as CSV; for a kind's `downloads`."""

from portal_app.core.access import Access, reads
from portal_app.services.billing.company import today
from portal_app.services.billing.csv import bill_csv
from portal_app.services.billing.pdf import bill_pdf
from portal_app.services.billing.tables import Bill
from portal_app.shapes.files import Download


@reads
def bill_file(access: Access, bill_id: str = "") -> Download:
    """One bill as PDF/A, in the company's brand. Raises NotYours for another's bill."""
    content = bill_pdf(access, bill_id)
    bill = access.get(Bill, bill_id)
    return Download(f"bill-{bill.number}-{bill.issued_on.isoformat()}.pdf", "application/pdf", content)


@reads
def bills_file(access: Access, ids: str = "") -> Download:
    """Bills as CSV, a row a line: those named, with commas between, or all. Raises NotYours for another's."""
    wanted = [part for part in ids.split(",") if part] or None
    name = f"bills-{today(access).isoformat()}.csv"
    return Download(name, "text/csv; charset=utf-8", bill_csv(access, wanted).encode())
