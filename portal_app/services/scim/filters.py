"""What a directory asks for by a filter: narrowed by the database where it can be, else looked through."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from scim2_models import ScimFilter, SearchRequest, TooManyException
from scim2_models.path import Comparison, FilterNode, LogicalExpr
from sqlmodel import col, func

from portal_app.core.access import DirectoryAccess
from portal_app.services.scim.resources import MOST_SHOWN
from portal_app.services.scim.tables import DirectoryGroup, DirectoryPerson

MOST_LOOKED_THROUGH = 20_000
_BY_DEFAULT = 100
T = TypeVar("T", DirectoryPerson, DirectoryGroup)
Columns = Mapping[str, Callable[[str], Any]]


def narrowed(node: FilterNode, columns: Columns) -> list[Any]:
    """Conditions that every match of a filter fulfils, for those of its attributes that are columns."""
    if isinstance(node, LogicalExpr) and node.op.value == "and":
        return [each for term in node.terms for each in narrowed(term, columns)]
    if not isinstance(node, Comparison) or node.op.value != "eq" or not isinstance(node.value, str):
        return []
    path = node.attr_path
    make = columns.get(path.attr.lower()) if path.sub_attr is None else None
    return [make(node.value)] if make is not None else []


def counted(access: DirectoryAccess, table: type[DirectoryPerson] | type[DirectoryGroup]) -> int:
    """How many people or groups a directory has here."""
    return access.db.execute(access.columns(table, func.count())).scalar_one()


def page(
    access: DirectoryAccess,
    table: type[T],
    asked: SearchRequest[Any],
    columns: Columns,
    shown: Callable[[list[T]], list[Any]],
) -> tuple[int, int, list[Any]]:
    """How many match, where the page begins (from 1), and what is on it.

    Raises TooManyException when more would have to be looked through than is taken on.
    """
    begins = asked.start_index or 1
    most = min(MOST_SHOWN, _BY_DEFAULT if asked.count is None else asked.count)
    order = (col(table.made_at), col(table.id))
    if asked.filter is None:
        total = counted(access, table)
        rows = (
            access.db.exec(access.rows(table).order_by(*order).offset(begins - 1).limit(most)) if most else []
        )
        return total, begins, shown(list(rows))
    found = _matching(access, table, asked.filter, columns, shown, order)
    return len(found), begins, found[begins - 1 : begins - 1 + most]


def _matching(
    access: DirectoryAccess,
    table: type[T],
    wanted: ScimFilter[Any],
    columns: Columns,
    shown: Callable[[list[T]], list[Any]],
    order: tuple[Any, ...],
) -> list[Any]:
    where = narrowed(wanted.ast, columns)
    rows = access.all(table, *where, order=order, limit=MOST_LOOKED_THROUGH + 1)
    if len(rows) > MOST_LOOKED_THROUGH:
        raise TooManyException(detail="Ask for one userName, externalId or id; this looks through too many.")
    return [one for one in shown(rows) if wanted.match(one)]
