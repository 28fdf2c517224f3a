"""The audit trail as people use it: search, verify, take along."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import col, or_

from portal_app.core import trail
from portal_app.core.access import Access, reads
from portal_app.core.trail import AuditEntry
from portal_app.services.audit import rules

PAGE = 50
MOST_EXPORTED = 100_000


def _wanted(
    words: str,
    action: str,
    actor: str | Collection[str],
    account_id: str | Collection[str],
    begin: datetime | None,
    end: datetime | None,
) -> list[Any]:
    wanted: list[Any] = []
    if words:
        wanted.append(
            or_(
                *(
                    column.icontains(words, autoescape=True)
                    for column in (col(AuditEntry.action), col(AuditEntry.about), col(AuditEntry.facts))
                )
            )
        )
    if action:
        wanted.append(col(AuditEntry.action).startswith(action, autoescape=True))
    for column, one_of in ((col(AuditEntry.actor), actor), (col(AuditEntry.account_id), account_id)):
        if one_of != "":
            wanted.append(column.in_([one_of] if isinstance(one_of, str) else one_of))
    if begin:
        wanted.append(col(AuditEntry.at) >= begin)
    if end:
        wanted.append(col(AuditEntry.at) < end)
    return wanted


@reads
def search(
    access: Access,
    *,
    words: str = "",
    action: str = "",
    actor: str | Collection[str] = "",
    account_id: str | Collection[str] = "",
    begin: datetime | None = None,
    end: datetime | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[AuditEntry]:
    """Entries that the visitor may see, newest first; `before` is the number to go on from.

    The company's own people see their company's trail, customers the part about their accounts.
    """
    access.require("audit.see")
    wanted = _wanted(words, action, actor, account_id, begin, end)
    if before is not None:
        wanted.append(col(AuditEntry.seq) < before)
    statement = access.rows(AuditEntry, *wanted).order_by(col(AuditEntry.seq).desc())
    return list(access.db.exec(statement.limit(limit)))


def export(access: Access, **wanted: Any) -> str:
    """The same entries as CSV, oldest first; taking them along is itself written down."""
    access.require("audit.see")
    found = search(access, limit=MOST_EXPORTED, **wanted)
    access.note("audit.exported", entries=len(found))
    return rules.as_csv(reversed(found))


@reads
def verify(access: Access) -> int | None:
    """The number of the first entry that was changed, removed or added by hand; None for a whole trail."""
    access.require("audit.see")
    return trail.first_broken(access.db, access.visitor.company_id)
