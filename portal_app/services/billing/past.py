"""Bills past their years: the paper goes, with name and address; number, day, lines and figures stay."""

import json
from collections.abc import Collection
from datetime import date

from sqlmodel import col

from portal_app.core.access import SystemAccess
from portal_app.core.accounts import Company
from portal_app.core.clock import today
from portal_app.core.errors import Refusal
from portal_app.services.billing.company import setting
from portal_app.services.billing.guards import EMPTIED
from portal_app.services.billing.tables import Bill, Payment
from portal_app.shapes.leaving import UNNAMED

YEARS = 7
"""After the year of a bill, where the company has not set more: what the tax law of most countries asks."""
_MOST_YEARS = 30
SAYS = "We keep the figures of a bill this old, and no longer its paper with a name and an address."
_AT_ONCE = 500


def years_of(company: Company) -> int:
    """How many years a company keeps its bills whole: its setting "bill_years", seven at least."""
    asked = setting(company, "bill_years", YEARS)
    return min(max(asked, YEARS), _MOST_YEARS) if isinstance(asked, int) else YEARS


def keep_for(access: SystemAccess, years: int) -> None:
    """Set how many years the company keeps its bills whole: 7 to 30. Raises Refusal."""
    if not YEARS <= years <= _MOST_YEARS:
        raise Refusal(f"Say {YEARS} to {_MOST_YEARS} years.", "years")
    company = access.db.get_one(Company, access.visitor.company_id)
    company.settings = json.dumps({**json.loads(company.settings or "{}"), "bill_years": years})
    access.db.add(company)
    access.note("bill.years_set", account_id="", years=years)


def is_past(bill: Bill) -> bool:
    """Whether the name and the address of an issued bill are gone."""
    return bill.state != "draft" and bill.issuer == EMPTIED


def require_paper(bill: Bill) -> None:
    """Refuse a paper of a bill that is past. Raises Refusal."""
    if is_past(bill):
        raise Refusal(SAYS)


def unname(access: SystemAccess, held: Collection[str] = ()) -> int:
    """Take name and address from settled bills whose years are over; says how many.

    The years count from the end of the year in which it was issued. Accounts in `held` wait. Numbers stay
    without a gap, the ledger and the fingerprint of the paper as they were.
    """
    company = access.db.get_one(Company, access.visitor.company_id)
    first_kept = date(today(company.zone).year - years_of(company), 1, 1)
    over = (
        col(Bill.issued_on) < first_kept,
        col(Bill.state).in_(("paid", "void")),
        col(Bill.issuer) != EMPTIED,
        col(Bill.account_id).not_in(list(held)),
    )
    found = access.db.execute(access.columns(Bill, col(Bill.id)).where(*over).order_by(col(Bill.id)))
    ids = list(found.scalars())
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        access.update(Bill, col(Bill.id).in_(some), issuer=EMPTIED, site_name="")
        paid = col(Payment.bill_id).in_(some)
        access.update(Payment, paid, col(Payment.asked_by) != "", asked_by=UNNAMED)
        access.update(Payment, paid, col(Payment.on_behalf) != "", on_behalf=UNNAMED)
    if ids:
        access.note("bill.unnamed", account_id="", bills=len(ids))
    return len(ids)
