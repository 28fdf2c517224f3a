"""Changing the address one signs in with: proved at the new one, told to the old one, undone from there."""

from sqlalchemy import delete
from sqlmodel import col

from portal_app.core import outbox
from portal_app.core.access import Access, acting_for_company, reads, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.core.when import moment
from portal_app.services.identity import by_mail, links, mailing, reset, rules
from portal_app.services.identity.links import StaleLink
from portal_app.services.identity.tables import Authenticator, Passkey

CONFIRM_PAGE, UNDO_PAGE = "/email/new", "/email/undo"
_DEMO = "The people of the demo keep their address, so that the next visitor finds them too."


@reads
def begin(access: Access) -> str:
    """The person's address now; asks for a fresh proof where the change will. Raises ProveAgain."""
    access.require_fresh()
    return access.visitor.email


def ask(access: Access, typed: object) -> str:
    """Mail a link to a new address; nothing changes before it is used. Gives the address as it is compared.

    Whether the address is somebody else's is not told here: its owner is told by mail. Raises ProveAgain,
    TooMany, Refusal for an address that is none or the same.
    """
    access.require_fresh()
    email = rules.clean_email(typed)
    if not email or "." not in email.rpartition("@")[2]:
        raise Refusal("That is not an email address. It looks like name@example.com.", "email")
    person = access.get(Person, access.visitor.person_id)
    if email == person.email:
        raise Refusal("That is your address already.", "email")
    if person.demo_says:
        raise Refusal(_DEMO, "email")
    by_mail.take_turn(email, access.visitor.address)
    company = access.db.get_one(Company, person.company_id)
    links.withdraw(access.db, "new_email", person_id=person.id)
    made = links.make(access.db, "new_email", company.id, person_id=person.id, email=email, about=person.id)
    until = moment(now() + links.LASTS["new_email"], now(), company.zone, person.locale or company.locale)
    mailing.send(
        access.db,
        company.id,
        email,
        f"Confirm your new address for {company.name}",
        [
            f"Hello {person.name},",
            f"You asked to sign in with {email} from now on. The button works once, until {until}.",
        ],
        link=links.address(CONFIRM_PAGE, made.token),
        button="Confirm this address",
        after=["If that was not you, do nothing. Nothing has changed."],
    )
    access.note("identity.email_asked", person.id)
    access.poke(outbox.TOPIC)
    return email


def confirm(token: object, address: str = "") -> None:
    """Change the address by the link at the new one; the old one gets a link that undoes it for seven days.

    Raises StaleLink, the same when the address has become somebody else's meanwhile, and TooMany.
    """
    with links.guarded(address):
        link = links.look(token, "new_email")
        if link is None:
            raise StaleLink
        with acting_for_company(link.company_id, actor="own_email") as access:
            link = links.use_up(access.db, token, "new_email")
            person = reset.owner_of(access, link)
            taken = (col(Person.company_id) == person.company_id, col(Person.email) == link.email)
            if person.standing != "active" or access.db.exec(unscoped(Person, *taken)).first() is not None:
                raise StaleLink
            old = person.email
            access.change(person, email=link.email, email_proved_at=now())
            for purpose in ("reset", "sign_in"):
                links.withdraw(access.db, purpose, person_id=person.id)
            _tell_old(access, person, old)
            by_mail.note(access.db, person, "identity.email_changed", address)
            access.poke(f"person:{person.id}")
            access.poke(outbox.TOPIC)


def _tell_old(access: Access, person: Person, old: str) -> None:
    company = access.db.get_one(Company, person.company_id)
    made = links.make(access.db, "old_email", company.id, person_id=person.id, email=old)
    mailing.send(
        access.db,
        company.id,
        old,
        f"Your address for {company.name} was changed",
        [
            f"Hello {person.name},",
            f"From now on you sign in with {person.email}. This address, {old}, opens nothing any more.",
            "If that was not you, take it back now. The button works for seven days.",
        ],
        link=links.address(UNDO_PAGE, made.token),
        button="That was not me",
        after=[f"Questions? Call us: {company.phone}."] if company.phone else [],
    )


def undo(token: object, address: str = "") -> None:
    """Give the old address back, by the link that went there; every session ends.

    What was set up since then to get in with, a second step or a later change, goes too: whoever changed the
    address did it. Raises StaleLink, TooMany.
    """
    with links.guarded(address):
        link = links.look(token, "old_email")
        if link is None:
            raise StaleLink
        with acting_for_company(link.company_id, actor="own_email") as access:
            link = links.use_up(access.db, token, "old_email")
            person = reset.owner_of(access, link)
            since, whose = link.made_at, person.id
            taken = (col(Person.company_id) == person.company_id, col(Person.email) == link.email)
            other = access.db.exec(unscoped(Person, *taken)).first()
            if other is not None and other.id != whose:
                raise StaleLink
            access.change(person, email=link.email, password_hash="")
            for table in (Authenticator, Passkey):
                later = (col(table.person_id) == whose, col(table.made_at) >= since)
                access.db.execute(delete(table).where(*later))
            links.withdraw(access.db, "new_email", person_id=whose)
            links.withdraw(access.db, "old_email", person_id=whose, since=since)
            reset.end_everything(access, person)
            by_mail.note(access.db, person, "identity.email_taken_back", address)
            access.poke(f"person:{whose}")
