"""The lines of the matrix: in each file of this folder HANDLERS, ROUTES and JOBS, whichever it has.

HANDLERS = {"energy.billing.BillState.pay": needs("bill.pay").at(id=of("bill"))}
ROUTES = {"GET /files/energy/bill-pdf": needs("bill.see").at(bill_id=of("bill"))}
JOBS = {"billing.file_pdf": job(bill_id=of("bill"))}
"""

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules

from tests.matrix.entry import Entry


def gathered(what: str, there: Iterable[str]) -> dict[str, Entry]:
    """The lines of that name from all files, for what is there. Raises ValueError where two name the same."""
    found: dict[str, Entry] = {}
    for module in iter_modules(__path__):
        lines = getattr(import_module(f"{__name__}.{module.name}"), what, {})
        twice = found.keys() & lines.keys()
        if twice:
            raise ValueError(f"two lines for {', '.join(sorted(twice))}")
        found |= lines
    wanted = set(there)
    return {key: entry for key, entry in found.items() if key in wanted}
