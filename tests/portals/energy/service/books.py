"""A small energy company to bring files into, and what is then in its books."""

import io
from pathlib import Path

from sqlmodel import col, func

from portal_app.core.access import acting_for_company
from portal_app.core.accounts import Account
from portal_app.portals.energy.service.import_sheet import ImportSheet
from portal_app.portals.energy.service.imports import import_file
from portal_app.portals.energy.tables import DayUse, Interval, Register
from portal_app.services.tenancy import service as tenancy
from tests.portals.energy.formats import feeds

SLUG = "brightwater"


def open_books(zone: str = "America/Los_Angeles") -> str:
    """A company without customers; its id."""
    return tenancy.create_company(SLUG, "energy", "Brightwater Power", zone=zone).id


def bring(file: str | bytes | Path, account: str = "4410", *, name: str = "file.xml", **more) -> ImportSheet:
    """Bring one file in: a real sample by name, or bytes of our own."""
    if isinstance(file, str):
        file = feeds.real(file)
    given = io.BytesIO(file) if isinstance(file, bytes) else file
    return import_file(
        SLUG, account, given, given.name if isinstance(given, Path) else name, by="test", **more
    )


def stored(company_id: str, account: str = "4410") -> tuple[int, int, int]:
    """Readings, their sum and their costs of one account."""
    with acting_for_company(company_id, reads_only=True) as access:
        sums = (
            func.count(),
            func.coalesce(func.sum(Interval.amount), 0),
            func.coalesce(func.sum(Interval.cost), 0),
        )
        rows = access.columns(Interval, *sums).where(col(Interval.account_id) == account_id(access, account))
        return tuple(int(value) for value in access.db.execute(rows).one())


def account_id(access, number: str) -> str:
    found = tenancy.account_numbered(access, number)
    return found.id if found else ""


def days(company_id: str, account: str = "4410") -> dict[str, int]:
    """The rolled-up days of one account, in thousandths."""
    with acting_for_company(company_id, reads_only=True) as access:
        mine = col(DayUse.account_id) == account_id(access, account)
        return {
            str(row.day): row.amount for row in access.db.exec(access.rows(DayUse, mine).order_by(DayUse.day))
        }


def registers(company_id: str, account: str = "4410") -> list[Register]:
    with acting_for_company(company_id, reads_only=True) as access:
        return access.all(Register, col(Register.account_id) == account_id(access, account))


def accounts(company_id: str) -> list[str]:
    with acting_for_company(company_id, reads_only=True) as access:
        return sorted(row.number for row in access.all(Account))
