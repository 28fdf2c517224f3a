"""The trail as a file that a spreadsheet opens without running what somebody typed."""

import csv
import io
from collections.abc import Iterable

from portal_app.core.trail import AuditEntry

COLUMNS = (
    *("seq", "at", "actor", "on_behalf", "action", "about"),
    *("account_id", "facts", "address", "request", "object_before", "object_after", "hash"),
)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (ASVS 5.0, 1.2.10)."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell


def as_csv(entries: Iterable[AuditEntry]) -> str:
    """Entries as CSV with a header line, moments in UTC."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry in entries:
        cells = [entry.at.isoformat() if name == "at" else str(getattr(entry, name)) for name in COLUMNS]
        writer.writerow([guarded(cell) for cell in cells])
    return out.getvalue()
