"""What a row was before an act and what it was after it: fingerprints for the trail, which tell no content.

Whoever holds a copy of a row shows with them whether it is the one that an act found, or the one it left.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import ORMExecuteState
from sqlmodel import Session

from portal_app.core.vault import Sealed

_KEY = "changed rows"
_MOST = 20
"""How many rows of one statement are looked at before it runs; an act names one."""


@dataclass(frozen=True)
class _Was:
    table: Any
    before: str


def fingerprint(values: Mapping[str, Any]) -> str:
    """The SHA-256 of a row by its columns' names, over canonical JSON, moments in UTC."""
    body = json.dumps(values, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(body.encode()).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else str(value)


def watch(db: Session) -> None:
    """Keep in mind, in this transaction, what each row was before it was changed."""
    db.info[_KEY] = {}


def before_and_after(db: Session, about: str) -> tuple[str, str]:
    """The fingerprints of the row that "table:id" or an id names, if this transaction changed it.

    Before it is "" for a new row, after it "" for one that is gone; both are "" for a row left alone.
    """
    name = about.rpartition(":")[2]
    was = db.info.get(_KEY, {}).get(name)
    if was is None:
        return "", ""
    after = _rows(db, was.table, was.table.id == name)
    return was.before, next((fingerprint(row) for row in after), "")


def _columns(table: Any) -> dict[str, Any]:
    """The columns that a fingerprint is of. What stands sealed is left out: a short text could be guessed."""
    columns = inspect(table).columns
    return {one.name: one for one in columns if not isinstance(one.type, Sealed)}


def _rows(db: Session, table: Any, *where: Any) -> list[Mapping[str, Any]]:
    asked = select(*(one.label(name) for name, one in _columns(table).items())).where(*where)
    return [dict(row) for row in db.connection().execute(asked.limit(_MOST)).mappings()]


def _has_name(table: Any) -> bool:
    return isinstance(table, type) and "id" in inspect(table).columns


def _before(row: Any) -> dict[str, Any]:
    """A row as it was read, whatever was set on it since."""
    state = inspect(row)
    found = {}
    for name in _columns(type(row)):
        history = state.attrs[name].history
        found[name] = history.deleted[0] if history.deleted else getattr(row, name)
    return found


@event.listens_for(Session, "before_flush")
def _before_flush(db: Session, *_: Any) -> None:
    known = db.info.get(_KEY)
    if known is None:
        return
    for row in _named(db.new):
        known.setdefault(row.id, _Was(type(row), ""))
    for row in _named([*db.dirty, *db.deleted]):
        if row.id not in known and (row in db.deleted or db.is_modified(row)):
            known[row.id] = _Was(type(row), fingerprint(_before(row)))


def _named(rows: Iterable[Any]) -> list[Any]:
    return [row for row in rows if _has_name(type(row))]


@event.listens_for(Session, "do_orm_execute")
def _before_statement(asked: ORMExecuteState) -> None:
    known = asked.session.info.get(_KEY)
    if known is None or not (asked.is_update or asked.is_delete):
        return
    statement: Any = asked.statement
    table = statement.entity_description["entity"]
    if not _has_name(table):
        return
    asked.session.flush()
    where = [] if statement.whereclause is None else [statement.whereclause]
    for row in _rows(asked.session, table, *where):  # pyright: ignore[reportArgumentType]
        known.setdefault(row["id"], _Was(table, fingerprint(row)))
