"""Bills as files, and the jobs that make them: what the kind hangs on the house's doors."""

from collections.abc import Callable
from typing import Any

from portal_app.core.access import Access, reads
from portal_app.portals.energy.service import bills, neighbourhood
from portal_app.services.billing import service as billing
from portal_app.shapes.files import Download


@reads
def bill_pdf(access: Access, bill_id: str = "") -> Download:
    """One bill as PDF/A, in the company's brand."""
    content = billing.bill_pdf(access, bill_id)
    view = billing.bill(access, bill_id)
    return Download(f"Bill {view.number}.pdf", "application/pdf", content)


@reads
def bills_csv(access: Access, ids: str = "") -> Download:
    """One, some or all bills as CSV, a row a line; `ids` names bills with commas between them."""
    wanted = [part for part in ids.split(",") if part]
    return Download("Bills.csv", "text/csv; charset=utf-8", billing.bill_csv(access, wanted or None).encode())


DOWNLOADS: dict[str, Callable[..., Any]] = {"bill-pdf": bill_pdf, "bills-csv": bills_csv}
JOBS: dict[str, Callable[..., Any]] = {"energy.bill_run": bills.run, "energy.neighbours": neighbourhood.renew}
CRONS = {"energy.bill_run": "20 12 * * *", "energy.neighbours": "40 11 * * *"}
