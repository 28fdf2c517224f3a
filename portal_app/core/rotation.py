"""Sealing everything anew under the first key of the ring, a batch of rows at a time."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, Table, Text, bindparam, or_, select, tuple_, type_coerce, update
from sqlmodel import Session, col

from portal_app.core import vault
from portal_app.core.outbox import Job

_BATCH = 200


@dataclass(frozen=True)
class Sealing:
    """How far one column is: how many texts were sealed anew, and how many no key of the ring opens."""

    what: str
    done: int
    shut: int


def sealed_columns(tables: MetaData) -> Iterator[tuple[Table, Column[Any]]]:
    """Every column that stands sealed in the database."""
    for table in tables.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, vault.Sealed):
                yield table, column


def _about(column: Column[Any]) -> str:
    assert isinstance(column.type, vault.Sealed)  # noqa: S101 -- as sealed_columns gave it
    return column.type.about


def _key_of(kept: str) -> str:
    try:
        return vault.key_name_of(base64.urlsafe_b64decode(kept))
    except (binascii.Error, ValueError):
        return ""


def _anew(kept: str, about: str) -> str | None:
    """The same text under the first key; None when it stands under it already. Raises WrongKey."""
    if not kept or _key_of(kept) == next(iter(vault.ring())):
        return None
    return vault.seal(vault.unseal(kept, about), about)


def seal_column(
    open_batch: Callable[[], Any], company_id: str, table: Table, column: Column[Any]
) -> Iterator[Sealing]:
    """Seal one column of one company's rows; `open_batch` gives a transaction with `.db` for each batch.

    A row that somebody changes meanwhile is left as they wrote it: what is written now is sealed by the
    first key anyway. Gives what was done, a batch at a time.
    """
    keys, about = tuple(table.primary_key.columns), _about(column)
    after: tuple[Any, ...] | None = None
    while True:
        with open_batch() as access:
            raw = type_coerce(column, Text)
            found = select(*keys, raw).where(table.c.company_id == company_id, raw != "")
            if after is not None:
                found = found.where(tuple_(*keys) > tuple_(*after))
            rows = access.db.execute(found.order_by(*keys).limit(_BATCH)).all()
            done, shut = 0, 0
            for *key, kept in rows:
                try:
                    fresh = _anew(kept, about)
                except vault.WrongKey:
                    shut += 1
                    continue
                if fresh is not None:
                    mine = [one == value for one, value in zip(keys, key, strict=True)]
                    done += _put(access.db, table, column, kept, fresh, mine)
        if rows:
            yield Sealing(f"{table.name}.{column.name}", done, shut)
        if len(rows) < _BATCH:
            return
        after = tuple(rows[-1][:-1])


def _put(db: Session, table: Table, column: Column[Any], kept: str, fresh: str, mine: list[Any]) -> int:
    raw = type_coerce(column, Text)
    unchanged = raw == bindparam("kept", kept, type_=Text())
    statement = update(table).where(*mine, unchanged)
    statement = statement.values({column: bindparam("fresh", fresh, type_=Text())})
    return db.connection().execute(statement).rowcount


def seal_jobs(open_batch: Callable[[], Any], company_id: str, parts: Mapping[str, str]) -> Iterator[Sealing]:
    """Seal what waiting jobs carry sealed; `parts` says under which name of the payload, and what about."""
    after = ""
    while True:
        with open_batch() as access:
            carries = [col(Job.payload).contains(f'"{name}"') for name in parts]
            found = select(Job).where(
                col(Job.company_id) == company_id,
                col(Job.state) != "done",
                col(Job.id) > after,
                or_(*carries),
            )
            jobs = list(access.db.execute(found.order_by(col(Job.id)).limit(_BATCH)).scalars())
            done, shut = 0, 0
            for job in jobs:
                try:
                    done += _seal_job(job, parts)
                except vault.WrongKey:
                    shut += 1
        if jobs:
            yield Sealing("job.payload", done, shut)
        if len(jobs) < _BATCH:
            return
        after = jobs[-1].id


def _seal_job(job: Job, parts: Mapping[str, str]) -> bool:
    payload = json.loads(job.payload)
    fresh = {name: _anew(payload.get(name) or "", about) for name, about in parts.items()}
    changed = {name: text for name, text in fresh.items() if text is not None}
    if changed:
        job.payload = json.dumps({**payload, **changed})
    return bool(changed)
