"""At which company: somebody whom several know by one address, before they are in and once they are.

Each company has its own row of a person, with a password, second steps and sessions of its own; what was
proved at one counts at that one alone. Who is offered at the door is found by the password, never by the
address.
"""

import re
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col

from portal_app.core.access import Visitor, before_sign_in, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now
from portal_app.core.ids import new_secret
from portal_app.services.identity import by_mail, links, rules, steps
from portal_app.services.identity.codes import StepOver
from portal_app.services.identity.steps import Awaits, LetIn, Where
from portal_app.services.identity.tables import Ceremony
from portal_app.settings import settings
from portal_app.shapes.people import CompanyChoice

MOST = 3
"""At how many companies one password is tried; whoever is known to more names the company."""
_PURPOSE = "company"
_SLUG = re.compile(r"[a-z0-9-]{1,60}")


class Chooses(NamedTuple):
    """The password was right at more than one company: the value for the cookie of the choice."""

    value: str


def cookie() -> str:
    """The name of the cookie between the password and the choice."""
    return "__Host-portal_choice" if settings().secure_cookies else "portal_choice"


def last_cookie() -> str:
    """The name of the cookie that names the company chosen last in this browser, and nobody."""
    return "__Host-portal_company" if settings().secure_cookies else "portal_company"


def value_in(cookie_header: object) -> str:
    """The choice's value in a Cookie header; empty when there is none."""
    return rules.cookie_value(cookie_header, cookie())


def last_in(cookie_header: object) -> str:
    """The short name of the company chosen last in this browser; empty when there is none."""
    return rules.cookie_value(cookie_header, last_cookie(), _SLUG)


def begin(people: list[Person]) -> Chooses:
    """Let somebody choose between the companies at which their password was right; it stands ten minutes."""
    value = new_secret()
    with before_sign_in() as db:
        db.add(
            Ceremony(
                id=rules.key_of(value),
                purpose=_PURPOSE,
                challenge=",".join(person.id for person in people[:MOST]),
                ends_at=now() + steps.STANDS,
            )
        )
    return Chooses(value)


def _offered(db: Session, value: str) -> list[tuple[Person, Company]]:
    found = db.get(Ceremony, rules.key_of(value)) if value else None
    if found is None or found.purpose != _PURPOSE or found.ends_at <= now():
        return []
    people = (db.get(Person, person_id) for person_id in found.challenge.split(","))
    placed = [(person, db.get(Company, person.company_id)) for person in people if person is not None]
    return [(person, company) for person, company in placed if company is not None]


def offered(value: str) -> tuple[CompanyChoice, ...]:
    """The companies to choose between, for whoever has the value of that choice; none once it is over."""
    with before_sign_in(reads_only=True) as db:
        return tuple(_shown(*one) for one in _offered(db, value))


def _shown(person: Person, company: Company) -> CompanyChoice:
    says = "You work here" if person.staff_role else "You are a customer"
    return CompanyChoice(company.slug, company.name, company.worn, says)


def take(value: str, slug: str, where: Where) -> LetIn | Awaits:
    """Go on at the company that was chosen: in, or on to the second step there. It counts once.

    Raises StepOver for a choice that is over or a company that it does not hold, WrongSignIn for somebody who
    may not be let in any more.
    """
    with before_sign_in() as db:
        chosen = [person.id for person, company in _offered(db, value) if company.slug == slug]
        stands = (col(Ceremony.id) == rules.key_of(value), col(Ceremony.purpose) == _PURPOSE)
        # As one statement, so that of two taps at once one goes on.
        used = db.execute(delete(Ceremony).where(*stands)).rowcount if chosen else 0  # pyright: ignore[reportAttributeAccessIssue]
        if used != 1:
            raise StepOver
    return steps.go_on(chosen[0], "password", where)


def elsewhere(visitor: Visitor) -> list[CompanyChoice]:
    """The other companies that know this person's address, for the menu.

    Only for an address that they have shown to be theirs: whoever else has it in their book must not learn
    who knows it.
    """
    if visitor.viewed_by:
        return []
    with before_sign_in(reads_only=True) as db:
        mine = unscoped(Person, col(Person.id) == visitor.person_id, col(Person.email_proved_at).is_not(None))
        if db.exec(mine).first() is None:
            return []
        known = by_mail.people_with(db, visitor.email)
        return [_shown(*one) for one in known if one[1].id != visitor.company_id]


def door_of(visitor: Visitor, slug: str) -> str:
    """The beginning of the address where another company lets this person in; "" for one that does not.

    That is its own host where it has one, else the installation's own.
    """
    if slug not in {one.slug for one in elsewhere(visitor)}:
        return ""
    with before_sign_in(reads_only=True) as db:
        company = db.exec(unscoped(Company, col(Company.slug) == slug)).one()
        return links.at_host(settings().public_url.rstrip("/"), company.host)
