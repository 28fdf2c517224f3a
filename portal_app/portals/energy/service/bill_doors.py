"""Bills as files, and the jobs that make them: what the kind hangs on the house's doors."""

from collections.abc import Callable
from typing import Any

from portal_app.portals.energy.service import bills, neighbourhood
from portal_app.services.billing import service as billing

DOWNLOADS: dict[str, Callable[..., Any]] = {
    "bill-pdf": billing.bill_file,
    "bills-csv": billing.bills_file,
}
JOBS: dict[str, Callable[..., Any]] = {"energy.bill_run": bills.run, "energy.neighbours": neighbourhood.renew}
CRONS = {"energy.bill_run": "20 12 * * *", "energy.neighbours": "40 11 * * *"}
