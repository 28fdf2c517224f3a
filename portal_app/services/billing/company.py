"""The company behind a bill: its name, bank, today's date there, and the lock on one account's money."""

import json
from datetime import date
from typing import Any

from sqlmodel import col

from portal_app.core import clock
from portal_app.core.access import Access
from portal_app.core.accounts import Account, Company
from portal_app.core.errors import NotYours
from portal_app.core.money import written


def company_of(access: Access) -> Company:
    """The company this access works for."""
    company = access.once("company", lambda: access.db.get(Company, access.visitor.company_id))
    if company is None:
        raise NotYours
    return company


def today(access: Access) -> date:
    """Today's date where the company is."""
    return clock.today(company_of(access).zone)


def setting(company: Company, name: str, default: Any = "") -> Any:
    """One of the company's own settings."""
    return json.loads(company.settings or "{}").get(name, default)


def bank_place(company: Company) -> str:
    """Whose bank holidays count: the company's setting "holidays" ("US-CA"), else its locale's country."""
    return str(setting(company, "holidays", company.locale.partition("_")[2]))


def money(access: Access, cents: int, currency: str) -> str:
    """An amount written for the person who asks."""
    return written(cents, currency, access.visitor.locale)


def hold(access: Access, account_id: str) -> Account:
    """Lock one account's money until the commit, so that two clerks cannot share out the same cents."""
    found = access.db.exec(
        access.rows(Account, col(Account.id) == account_id).with_for_update(key_share=True)
    ).first()
    if found is None:
        raise NotYours
    return found


def who(access: Access) -> str:
    """The name to write beside an act."""
    return access.visitor.name[:120]
