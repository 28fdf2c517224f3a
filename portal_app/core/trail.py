"""The audit trail: who did what to what, append-only, each entry holding the hash of the one before."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import DDL, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, select

from portal_app.core.changed import before_and_after
from portal_app.core.clock import now
from portal_app.core.db import is_postgres
from portal_app.core.ids import this_request
from portal_app.core.tables import moment_field

FIRST_HASH = "0" * 64


class AuditEntry(SQLModel, table=True):
    """One act, as it was written in the transaction of the act itself.

    `object_before`, `object_after`: fingerprints of the row it is about (`changed.before_and_after`).
    `before_hash`, `hash`: the links of the chain.
    """

    __tablename__ = "audit_entry"  # pyright: ignore[reportAssignmentType]

    company_id: str = Field(primary_key=True, max_length=26)
    seq: int = Field(primary_key=True)
    at: datetime = moment_field(index=True)
    actor: str = Field(max_length=80, index=True)
    on_behalf: str = Field(default="", max_length=80)
    action: str = Field(max_length=80, index=True)
    about: str = Field(default="", max_length=120, index=True)
    account_id: str = Field(default="", max_length=26, index=True)
    facts: str = Field(default="{}")
    address: str = Field(default="", max_length=64)
    request: str = Field(default="", max_length=40)
    object_before: str = Field(default="", max_length=64)
    object_after: str = Field(default="", max_length=64)
    before_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """The last link of each company's chain; locked while a link is added."""

    __tablename__ = "audit_head"  # pyright: ignore[reportAssignmentType]

    company_id: str = Field(primary_key=True, max_length=26)
    seq: int = 0
    hash: str = Field(default=FIRST_HASH, max_length=64)


_GUARDS = {
    "sqlite": (
        "CREATE TRIGGER audit_entry_keeps BEFORE UPDATE ON audit_entry"
        " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
        "CREATE TRIGGER audit_entry_stays BEFORE DELETE ON audit_entry"
        " BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END$$",
        "CREATE TRIGGER audit_entry_keeps BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_append_only()",
    ),
}
_UNGUARDS = {
    "sqlite": ("DROP TRIGGER audit_entry_keeps", "DROP TRIGGER audit_entry_stays"),
    "postgresql": (
        "DROP TRIGGER audit_entry_keeps ON audit_entry",
        "DROP FUNCTION audit_entry_is_append_only()",
    ),
}


def guards(engine_name: str) -> tuple[str, ...]:
    """The statements that make the database itself refuse a changed or removed entry."""
    return _GUARDS[engine_name]


def unguards(engine_name: str) -> tuple[str, ...]:
    """The statements that take the guards away again."""
    return _UNGUARDS[engine_name]


for _engine, _statements in _GUARDS.items():
    for _statement in _statements:
        event.listen(
            SQLModel.metadata.tables["audit_entry"],
            "after_create",
            DDL(_statement).execute_if(dialect=_engine),
        )


@dataclass(frozen=True)
class Note:
    """An act to be written down when its transaction commits."""

    action: str
    about: str = ""
    account_id: str = ""
    on_behalf: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def seal(entry: AuditEntry) -> str:
    """The SHA-256 of an entry and of the hash before it, over canonical JSON."""
    body = [
        entry.before_hash,
        entry.company_id,
        entry.seq,
        int(entry.at.timestamp() * 1_000_000),
        entry.actor,
        entry.on_behalf,
        entry.action,
        entry.about,
        entry.account_id,
        entry.facts,
        entry.address,
        entry.request,
    ]
    # Entries from before these were kept have neither, and their seals still fit.
    if entry.object_before or entry.object_after:
        body += [entry.object_before, entry.object_after]
    return hashlib.sha256(json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _locked_head(db: Session, company_id: str) -> AuditHead:
    first = {"company_id": company_id, "seq": 0, "hash": FIRST_HASH}
    dialect = postgresql if is_postgres(db) else sqlite
    # Two first acts of a company may come at once: whoever is second waits here for the other's commit.
    db.execute(dialect.insert(AuditHead).values(**first).on_conflict_do_nothing())
    mine = select(AuditHead).where(col(AuditHead.company_id) == company_id)
    return db.exec(mine.with_for_update().execution_options(populate_existing=True)).one()


def append(
    db: Session, company_id: str, actor: str, notes: Iterable[Note], address: str = "", request: str = ""
) -> None:
    """Write notes to a company's chain, inside the caller's transaction and as its last act.

    `request` names the request that they belong to: the one served just now, unless told otherwise.
    """
    request = request or this_request()
    db.flush()
    head = _locked_head(db, company_id)
    for note in notes:
        object_before, object_after = before_and_after(db, note.about)
        entry = AuditEntry(
            company_id=company_id,
            seq=head.seq + 1,
            at=now(),
            actor=actor,
            on_behalf=note.on_behalf,
            action=note.action,
            about=note.about,
            account_id=note.account_id,
            facts=json.dumps(note.facts, sort_keys=True, default=str),
            address=address,
            request=request,
            object_before=object_before,
            object_after=object_after,
            before_hash=head.hash,
            hash="",
        )
        entry.hash = seal(entry)
        head.seq, head.hash = entry.seq, entry.hash
        db.add(entry)
    db.add(head)


def first_broken(db: Session, company_id: str) -> int | None:
    """The number of the first entry that was changed, removed or added by hand; None for a whole chain."""
    entry_of = col(AuditEntry.company_id) == col(AuditHead.company_id)
    # Head and entries in one statement, so that an act of this very moment does not look like a forgery.
    links = select(AuditHead.seq, AuditHead.hash, AuditEntry).join_from(
        AuditHead, AuditEntry, entry_of, isouter=True
    )
    links = links.where(col(AuditHead.company_id) == company_id).order_by(col(AuditEntry.seq))
    expected, before, head = 1, FIRST_HASH, None
    with db.exec(links.execution_options(yield_per=1000)) as found:
        for seq, last_hash, entry in found:
            head = (seq + 1, last_hash)
            if entry is None:
                break
            if entry.seq != expected or entry.before_hash != before or entry.hash != seal(entry):
                return expected
            expected, before = expected + 1, entry.hash
    if head is None:
        return 1 if _headless(db, company_id) else None
    return None if head == (expected, before) else expected


def _headless(db: Session, company_id: str) -> bool:
    head = select(AuditHead.company_id).where(col(AuditHead.company_id) == company_id)
    orphan = select(AuditEntry.seq).where(col(AuditEntry.company_id) == company_id, ~head.exists())
    return db.exec(orphan.limit(1)).first() is not None
