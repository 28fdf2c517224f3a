"""What is one person's own, table by table: read through the same filter as every page of theirs."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import SQLModel

from portal_app.core.access import Access
from portal_app.core.accounts import Account
from portal_app.core.tables import AccountRow, AccountSeries

_registry = SQLModel._sa_registry  # pyright: ignore[reportAttributeAccessIssue]


def tables() -> dict[str, Any]:
    """Every class of rows by the name of its table."""
    return {mapper.class_.__tablename__: mapper.class_ for mapper in _registry.mappers}


def read(access: Access, table: str, columns: Sequence[str], *where: Any) -> Iterator[dict[str, Any]]:
    """The rows of a table that this visitor may see, these columns alone, in the order of their keys."""
    shape = tables()[table]
    keys = shape.__table__.primary_key.columns
    found = (
        access.columns(shape, *(shape.__table__.c[name] for name in columns)).where(*where).order_by(*keys)
    )
    for row in access.db.execute(found.execution_options(yield_per=1000)).mappings():
        yield dict(row)


def by_account(table: str) -> bool:
    """Whether a table's rows are those of an account, and not of a person."""
    shape = tables()[table]
    return shape is Account or issubclass(shape, AccountRow | AccountSeries)
