"""A forgotten password: a link by mail, good once for half an hour, that sets a new one."""

from sqlalchemy import update
from sqlmodel import Session, col

from portal_app.core import live, outbox
from portal_app.core.access import Access, acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now
from portal_app.core.when import moment
from portal_app.services.identity import (
    by_mail,
    links,
    mailing,
    own_password,
    passwords,
    rules,
    sessions,
    telling,
)
from portal_app.services.identity.by_mail import Asked
from portal_app.services.identity.links import StaleLink
from portal_app.services.identity.tables import MailedLink, SignIn, Step

PAGE = "/reset/new"


def ask(email: object, asked: Asked) -> None:
    """Mail whoever has this address a link for a new password; says nothing about whether anybody does.

    Raises TooMany.
    """
    by_mail.take_turn(email, asked.address)
    sessions.beside(_mail, rules.clean_email(email), asked)


def _mail(email: str, asked: Asked) -> None:
    with before_sign_in(reads_only=True) as db:
        facts = [(person.id, company.id) for person, company in by_mail.people_with(db, email, asked.company)]
    if not facts:
        return
    with before_sign_in() as db:
        for person_id, company_id in facts:
            _mail_one(db, db.get_one(Person, person_id), db.get_one(Company, company_id), asked)
    live.tell([outbox.TOPIC])


def _mail_one(db: Session, person: Person, company: Company, asked: Asked) -> None:
    made = links.make(db, "reset", company.id, person_id=person.id, email=person.email)
    until = moment(now() + links.LASTS["reset"], now(), company.zone, person.locale or company.locale)
    by = f", from {asked.device}" if asked.device else ""
    mailing.send(
        db,
        company.id,
        person.email,
        f"Choose a new password for {company.name}",
        [
            f"Hello {person.name},",
            f"Somebody asked for a new password for {person.email}{by}. "
            f"The button works once, until {until}.",
        ],
        link=links.address(PAGE, made.token),
        button="Choose a new password",
        after=["If that was not you, do nothing. Your password stays as it is."],
    )
    by_mail.note(db, person, "identity.link_mailed", asked.address, purpose="reset")


def set_new(token: object, password: object, address: str = "") -> None:
    """Set a new password by the link in a mail and end every session; a second step stays asked for.

    Raises StaleLink, TooMany, and WeakPassword, which leaves the link as it is.
    """
    with links.guarded(address):
        link = links.look(token, "reset")
        if link is None:
            raise StaleLink
        kept = prepared(link, password)
        with acting_for_company(link.company_id, actor="reset") as access:
            person = owner_of(access, links.use_up(access.db, token, "reset"))
            access.change(person, password_hash=kept, email_proved_at=now())
            end_everything(access, person)
            by_mail.note(access.db, person, "identity.password_reset", address)
            telling.tell(
                access,
                person,
                "Your password was changed",
                "A new password was set with a link that we mailed you. You were signed out everywhere.",
            )
            access.poke(outbox.TOPIC)


def prepared(link: MailedLink, password: object) -> str:
    """A new password as it is kept, checked for whom it is for; no transaction is open meanwhile.

    Raises StaleLink when nobody is there any more, WeakPassword.
    """
    with before_sign_in(reads_only=True) as db:
        person = db.get(Person, link.person_id)
        company = db.get(Company, link.company_id)
    if person is None or company is None or not sessions.let_in(person, company):
        raise StaleLink
    return passwords.prepared(password, own_password.names_of(person, company))


def owner_of(access: Access, link: MailedLink) -> Person:
    """Whose link it is, in the transaction of their company. Raises StaleLink."""
    person = access.first(Person, col(Person.id) == link.person_id)
    if person is None:
        raise StaleLink
    return person


def end_everything(access: Access, person: Person) -> None:
    """End every session of a person, every half sign-in, and every link that would open another."""
    open_ones = unscoped(SignIn, col(SignIn.person_id) == person.id, col(SignIn.ended_at).is_(None))
    for signed in access.db.exec(open_ones):
        signed.ended_at = now()
        access.db.add(signed)
        access.poke(f"session:{signed.id}")
    half = (col(Step.person_id) == person.id, col(Step.used_at).is_(None))
    access.db.execute(update(Step).where(*half).values(used_at=now()))
    for purpose in ("reset", "sign_in"):
        links.withdraw(access.db, purpose, person_id=person.id)
