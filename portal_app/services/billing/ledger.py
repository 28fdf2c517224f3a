"""The double-entry ledger: what is owed is always counted from its entries, never kept beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import col

from portal_app.core.access import Access
from portal_app.core.ids import new_id
from portal_app.services.billing.tables import LedgerEntry


@dataclass(frozen=True)
class Side:
    """One side of a journal: which ledger, how much, about which bill or plan."""

    ledger: str
    cents: int
    bill_id: str = ""
    plan_id: str = ""


def post(access: Access, account_id: str, what: str, sides: Sequence[Side]) -> str:
    """Write one journal and give its id. Raises ValueError when its sides do not sum to 0."""
    if sum(side.cents for side in sides) != 0:
        raise ValueError(f"the journal {what!r} does not sum to 0")
    journal = new_id()
    rows: list[dict[str, Any]] = [
        {
            "account_id": account_id,
            "journal": journal,
            "place": place,
            "ledger": side.ledger,
            "cents": side.cents,
            "bill_id": side.bill_id,
            "plan_id": side.plan_id,
            "what": what,
        }
        for place, side in enumerate(side for side in sides if side.cents)
    ]
    access.add_many(LedgerEntry, rows)
    return journal


def _sum(access: Access, *where: Any) -> int:
    found = access.db.execute(access.columns(LedgerEntry, func.sum(col(LedgerEntry.cents))).where(*where))
    return int(found.scalar_one() or 0)


def left_of(access: Access, bill_id: str) -> int:
    """What is still open on one bill, in cents."""
    return _sum(access, col(LedgerEntry.ledger) == "receivable", col(LedgerEntry.bill_id) == bill_id)


def left_by_bill(access: Access, *where: Any) -> dict[str, int]:
    """What is still open on each bill that is not settled, by its id."""
    total = func.sum(col(LedgerEntry.cents))
    statement = (
        access.columns(LedgerEntry, col(LedgerEntry.bill_id), total)
        .where(col(LedgerEntry.ledger) == "receivable", *where)
        .group_by(col(LedgerEntry.bill_id))
        .having(total != 0)
    )
    return {bill_id: int(cents) for bill_id, cents in access.db.execute(statement)}


def credit_of(access: Access, account_ids: Iterable[str]) -> int:
    """What the company holds for these accounts from paying too much, in cents."""
    mine = col(LedgerEntry.account_id).in_(list(account_ids))
    return -_sum(access, col(LedgerEntry.ledger) == "credit", mine)


def on_plan(access: Access, plan_id: str) -> int:
    """What a budget plan has put off so far, in cents; below 0 when more was paid than used."""
    return _sum(access, col(LedgerEntry.ledger) == "budget", col(LedgerEntry.plan_id) == plan_id)
