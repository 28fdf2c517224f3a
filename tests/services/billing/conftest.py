"""Two companies with a bank account, everybody's rights to bills, and a way to issue one."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlmodel import col

from portal_app.core.access import Visitor, acting_for_company, unscoped
from portal_app.core.accounts import Company
from portal_app.services.billing import service
from portal_app.services.billing.permissions import PERMISSIONS
from portal_app.services.billing.service import LineDraft, Period
from portal_app.services.billing.tables import Bill
from tests import cast
from tests.engines import past_the_wall

STAFF = frozenset({"bill.see", "bill.pay", "bill.issue", "payment.record"})
OWNER = frozenset(PERMISSIONS) - {"bill.issue", "payment.record"}


def _with(visitor: Visitor, permissions: frozenset[str]) -> Visitor:
    return replace(visitor, permissions=permissions)


@pytest.fixture
def house(database: str, clock: object) -> cast.Cast:
    """The cast at its companies' banks: owners do everything, the viewer only looks."""
    people = cast.make("energy")
    with past_the_wall() as db:
        for company in db.exec(unscoped(Company)):
            company.bank_name, company.bank_account = "First Bank", "US12 0000 4417"
            company.phone, company.brand = "555 0100", "brightwater"
            company.settings = '{"holidays": "US"}'
            db.add(company)
    return replace(
        people,
        owner=_with(people.owner, OWNER),
        viewer=_with(people.viewer, frozenset({"bill.see"})),
        stranger=_with(people.stranger, OWNER),
        outsider=_with(people.outsider, OWNER),
        staff=_with(people.staff, STAFF),
        other_staff=_with(people.other_staff, STAFF),
    )


def line(cents: int, title: str = "Generation", **more: object) -> LineDraft:
    """A line that explains itself."""
    return LineDraft(code="gen", title=title, amount_cents=cents, why="What the power itself cost.", **more)  # type: ignore[arg-type]


ENERGY = (
    LineDraft(
        "tier_1",
        "Energy up to your baseline",
        8820,
        "The first 294 kWh cost the least.",
        Decimal("294"),
        "kWh",
        Decimal("0.30"),
    ),
    LineDraft(
        "tier_2",
        "Energy above it",
        12084,
        "Above your baseline each kWh costs more.",
        Decimal("318"),
        "kWh",
        Decimal("0.38"),
    ),
    LineDraft("credit", "Climate credit", -2400, "The state gives this back twice a year."),
)


@pytest.fixture
def issue(house: cast.Cast) -> Callable[..., Bill]:
    """Issue a bill to the owner's account; of so many cents, or with the energy lines."""

    def _issue(
        cents: int | None = None, *, account_id: str = "", company_id: str = "", **more: object
    ) -> Bill:
        lines = ENERGY if cents is None else (line(cents),)
        facts = {
            "due_on": date(2026, 3, 24),
            "title": "February bill",
            "total_cents": sum(each.amount_cents for each in lines),
            **more,
        }
        with acting_for_company(company_id or house.company.id) as access:
            return service.issue_bill(
                access,
                account_id or house.account.id,
                lines,
                Period(date(2026, 2, 3), date(2026, 3, 2)),
                **facts,  # type: ignore[arg-type]
            )

    return _issue


def stored(table: type, *where: object) -> list:
    """Every stored row of a table, of any company."""
    with past_the_wall() as db:
        return list(db.exec(unscoped(table, *where).order_by(col(table.id))))
