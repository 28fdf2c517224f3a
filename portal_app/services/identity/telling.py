"""Telling somebody by mail that how they sign in was changed: a stranger's change does not stay unseen."""

from portal_app.core.access import Access
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now
from portal_app.core.when import moment
from portal_app.services.identity import mailing
from portal_app.settings import settings


def changed(access: Access, subject: str, what: str) -> None:
    """Mail the person of this session what was changed, when, from where, and what if it was not they.

    `what` is a whole sentence. The mail leaves with the commit of the change.
    """
    person = access.db.get_one(Person, access.visitor.person_id)
    tell(access, person, subject, what)


def tell(access: Access, person: Person, subject: str, what: str) -> None:
    """Mail a person of this company what was changed about their sign-in."""
    company = access.db.get_one(Company, person.company_id)
    when = moment(now(), now(), company.zone, person.locale or company.locale)
    where = access.visitor.address
    by_phone = f", then call us: {company.phone}" if company.phone else " and tell us"
    mailing.send(
        access.db,
        company.id,
        person.email,
        subject,
        [
            f"Hello {person.name},",
            what,
            f"It was done today at {when}{f' from the address {where}' if where else ''}.",
        ],
        link=f"{settings().public_url.rstrip('/')}/account",
        button="See how I sign in",
        after=[f"If it was not you, sign in and change your password at once{by_phone}."],
    )
