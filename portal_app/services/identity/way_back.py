"""Somebody who lost every way to sign in asks to be let in again; a person of the company decides.

Nothing opens at once: the account's own address is told when it is asked for and when it is granted, and can
stop it until the day after. Then a link goes to the address that the person can still read; it sets a new
password and drops the second steps.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from portal_app.core import live, outbox
from portal_app.core.access import (
    Access,
    SystemAccess,
    acting_for_company,
    before_sign_in,
    reads,
    unscoped,
)
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.errands import Handler
from portal_app.core.errors import Refusal
from portal_app.core.ids import reference
from portal_app.core.when import moment
from portal_app.services.identity import by_mail, links, mailing, reset, rules, sessions
from portal_app.services.identity.by_mail import Asked
from portal_app.services.identity.links import StaleLink
from portal_app.services.identity.tables import Authenticator, Passkey, RecoveryCode, WayBack
from portal_app.shapes.mailed import WayBackRow

OPEN_PAGE, STOP_PAGE = "/way-back/open", "/way-back/stop"
WAITS = timedelta(hours=24)
STANDS = timedelta(days=7)
_MOST_OPEN = 3
_JOB = "identity.way_back"

WORDS = {
    "asked": "Waits for a decision",
    "approved": "Granted, opens after the waiting time",
    "refused": "Refused",
    "stopped": "Stopped from the account's own address",
    "used": "Used: a new password is set",
    "over": "Over, nobody decided or came in time",
}


def ask(email: object, reach: object, says: object, asked: Asked) -> str:
    """Ask to be let in again; gives the reference, the same for known and unknown.

    Raises Refusal for words or an address that cannot be read, TooMany.
    """
    to = rules.clean_email(reach)
    said = " ".join(says.split()) if isinstance(says, str) else ""
    if not rules.clean_email(email):
        raise Refusal("Type the email you signed in with, such as name@example.com.", "email")
    if not to:
        raise Refusal("Type an email address where you can read our answer.", "reach")
    if not 10 <= len(said) <= 600 or "\0" in said:
        raise Refusal("Say in a few words what happened and how we can check that it is you.", "says")
    by_mail.take_turn(email, asked.address)
    number = reference("WB")
    sessions.beside(_store, rules.clean_email(email), to, said, number, asked)
    return number


def _store(email: str, reach: str, says: str, number: str, asked: Asked) -> None:
    with before_sign_in(reads_only=True) as db:
        facts = [(person.id, company.id) for person, company in by_mail.people_with(db, email, asked.company)]
    for person_id, company_id in facts:
        with before_sign_in() as db:
            person, company = db.get_one(Person, person_id), db.get_one(Company, company_id)
            _store_one(db, person, company, reach, says, number, asked)
    if facts:
        live.tell([outbox.TOPIC])


def _store_one(
    db: Session, person: Person, company: Company, reach: str, says: str, number: str, asked: Asked
) -> None:
    waiting = (
        col(WayBack.person_id) == person.id,
        col(WayBack.state) == "asked",
        col(WayBack.ends_at) > now(),
    )
    if len(db.exec(unscoped(WayBack, *waiting)).all()) >= _MOST_OPEN:
        return
    row = WayBack(
        company_id=company.id,
        person_id=person.id,
        reference=number,
        says=says,
        reach=reach,
        address=asked.address[:64],
        ends_at=now() + STANDS,
    )
    db.add(row)
    db.flush()
    _tell_owner(
        db,
        company,
        person,
        row,
        f"Somebody wants to get into your sign-in at {company.name}",
        [
            f"Somebody told us that they lost their password and second step for {person.email}. "
            f"The reference is {number}.",
            "Our people check it before anything happens. If it was you, there is nothing to do here.",
        ],
    )
    by_mail.note(db, person, "identity.way_back_asked", asked.address, reference=number)


def _tell_owner(
    db: Session, company: Company, person: Person, row: WayBack, subject: str, words: list[str]
) -> None:
    """Mail the account's own address, with the button that stops it."""
    made = links.make(db, "not_me", company.id, person_id=person.id, email=person.email, about=row.id)
    mailing.send(
        db,
        company.id,
        person.email,
        subject,
        [f"Hello {person.name},", *words],
        link=links.address(STOP_PAGE, made.token),
        button="That was not me",
        after=[f"Questions? Call us: {company.phone}."] if company.phone else [],
    )


@reads
def asked_for(access: Access) -> list[WayBackRow]:
    """Who asked to be let in again, those that wait for a decision first."""
    access.require("people.recover")
    rows = access.all(WayBack, order=col(WayBack.made_at).desc(), limit=100)
    rows.sort(key=lambda row: _state_now(row) != "asked")
    if not rows:
        return []
    ids = {row.person_id for row in rows} | {row.decided_by for row in rows if row.decided_by}
    people = {person.id: person for person in access.all(Person, col(Person.id).in_(ids))}
    places = access.all(Member, col(Member.person_id).in_({row.person_id for row in rows}))
    in_them = access.all(Account, col(Account.id).in_({place.account_id for place in places}))
    accounts = {account.id: account for account in in_them}
    owned: dict[str, list[Account]] = {}
    for place in places:
        owned.setdefault(place.person_id, []).append(accounts[place.account_id])
    company = access.db.get_one(Company, access.visitor.company_id)
    return [_row(access, company, row, people, owned.get(row.person_id, [])) for row in rows]


def _state_now(row: WayBack) -> str:
    over = row.state in ("asked", "approved") and now() >= row.ends_at
    return "over" if over else row.state


def _row(
    access: Access, company: Company, row: WayBack, people: dict[str, Person], accounts: list[Account]
) -> WayBackRow:
    person, decided = people[row.person_id], people.get(row.decided_by)

    def clock(at: Any) -> str:
        return moment(at, now(), company.zone, company.locale) if at else ""

    state = _state_now(row)
    return WayBackRow(
        id=row.id,
        reference=row.reference,
        name=person.name,
        email=person.email,
        whose=", ".join(f"{account.number} {account.name}" for account in accounts) or "one of our people",
        phone=", ".join(sorted({account.phone for account in accounts if account.phone})),
        says=row.says,
        reach=row.reach,
        came=f"{clock(row.made_at)}{f', from {row.address}' if row.address else ''}",
        state=WORDS.get(state, state),
        waits=state == "asked" and person.id != access.visitor.person_id,
        own=person.id == access.visitor.person_id,
        decided=f"{decided.name if decided else ''}, {clock(row.decided_at)}: {row.decided_why}"
        if row.decided_at
        else "",
        opens=f"Opens {clock(row.opens_at)}" if state == "approved" and row.opens_at else "",
    )


def approve(access: Access, row_id: str, why: object) -> None:
    """Let somebody in again after the waiting time; `why` says how their identity was checked.

    Raises ProveAgain, NotYours, and Refusal without a reason, for one's own, or when it is decided already.
    """
    row, person, company = _decide(access, row_id, why, "approved", opens_at=now() + WAITS)
    assert row.opens_at is not None  # noqa: S101 -- set just now
    opens = moment(row.opens_at, now(), company.zone, person.locale or company.locale)
    _tell_owner(
        access.db,
        company,
        person,
        row,
        f"Your sign-in at {company.name} opens again on {opens}",
        [
            f"We checked the request {row.reference} and will let its sender in as {person.email}: "
            f"on {opens} a link goes to {_masked(row.reach)}. "
            "It sets a new password and drops the second steps.",
            "If that is not you, stop it now. Until then nothing opens.",
        ],
    )
    access.later(_JOB, {"way_back_id": row.id}, key=f"{_JOB}:{row.id}", run_at=row.opens_at)


def refuse(access: Access, row_id: str, why: object) -> None:
    """Let nobody in; the person hears it at both addresses. Raises as `approve` does."""
    row, person, company = _decide(access, row_id, why, "refused", opens_at=None)
    call = f" Call us if you need help: {company.phone}." if company.phone else ""
    for to in sorted({person.email, row.reach}):
        mailing.send(
            access.db,
            company.id,
            to,
            f"About your request {row.reference}",
            [
                f"Hello, we could not confirm who asked to be let in at {company.name}.",
                f"Nothing has changed.{call}",
            ],
        )


def _decide(
    access: Access, row_id: str, why: object, state: str, **values: Any
) -> tuple[WayBack, Person, Company]:
    access.require("people.recover")
    access.require_fresh()
    said = " ".join(why.split()) if isinstance(why, str) else ""
    if not 10 <= len(said) <= 400:
        raise Refusal("Write down how you checked who it is, in a sentence.", "why")
    row = access.get(WayBack, row_id)
    if row.person_id == access.visitor.person_id:
        raise Refusal("Somebody else of the company has to decide about your own request.")
    open_now = (col(WayBack.id) == row.id, col(WayBack.state) == "asked", col(WayBack.ends_at) > now())
    me, ends = access.visitor.person_id, now() + WAITS + STANDS
    facts = {"decided_by": me, "decided_at": now(), "decided_why": said, "ends_at": ends, **values}
    if access.update(WayBack, *open_now, state=state, **facts) != 1:
        raise Refusal("This request is decided already, or over. Reload the page to see how it stands.")
    access.db.refresh(row)
    person = access.get(Person, row.person_id)
    access.note(f"identity.way_back_{state}", person.id, account_id="", reference=row.reference, why=said)
    access.poke(outbox.TOPIC)
    return row, person, access.db.get_one(Company, row.company_id)


def _masked(email: str) -> str:
    name, _, host = email.partition("@")
    return f"{name[:2]}***@{host}"


def open_now(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job: the waiting time is over; mail the link, unless the owner stopped it meanwhile."""
    row = access.first(WayBack, col(WayBack.id) == payload["way_back_id"])
    if row is None or row.state != "approved" or row.opens_at is None or now() < row.opens_at:
        return
    person, company = access.get(Person, row.person_id), access.db.get_one(Company, row.company_id)
    made = links.make(
        access.db, "way_back", company.id, person_id=person.id, email=person.email, about=row.id
    )
    mailing.send(
        access.db,
        company.id,
        row.reach,
        f"Your way back in to {company.name}",
        [
            f"Hello {person.name},",
            f"You asked to be let in again, reference {row.reference}. The button works once, for 24 hours. "
            "It sets a new password; your second steps are dropped, so set up a new one after.",
        ],
        link=links.address(OPEN_PAGE, made.token),
        button="Choose a new password",
        key=f"way-back-mail:{row.id}",
    )
    access.note("identity.way_back_opened", person.id, account_id="", reference=row.reference)


def come_back(token: object, password: object, address: str = "") -> None:
    """Set a new password and drop the second steps, by the link that was granted.

    Raises StaleLink, TooMany, WeakPassword.
    """
    with links.guarded(address):
        link = links.look(token, "way_back")
        if link is None:
            raise StaleLink
        kept = reset.prepared(link, password)
        with acting_for_company(link.company_id, actor="way_back") as access:
            link = links.use_up(access.db, token, "way_back")
            person = reset.owner_of(access, link)
            granted = (col(WayBack.id) == link.about, col(WayBack.state) == "approved")
            if access.update(WayBack, *granted, col(WayBack.opens_at) <= now(), state="used") != 1:
                raise StaleLink
            access.change(person, password_hash=kept)
            for table in (Authenticator, Passkey, RecoveryCode):
                access.db.execute(delete(table).where(col(table.person_id) == person.id))
            reset.end_everything(access, person)
            by_mail.note(access.db, person, "identity.way_back_used", address)
            company = access.db.get_one(Company, person.company_id)
            mailing.send(
                access.db,
                company.id,
                person.email,
                f"Your sign-in at {company.name} has a new password",
                [
                    f"Hello {person.name},",
                    "A new password was set and the second steps were dropped, as we told you a day ago.",
                    f"If that was not you, call us now{f': {company.phone}' if company.phone else ''}.",
                ],
            )
            access.poke(outbox.TOPIC)


def stop(token: object, address: str = "") -> None:
    """Stop a way back from the account's own address. Raises StaleLink, TooMany."""
    with links.guarded(address):
        link = links.look(token, "not_me")
        if link is None:
            raise StaleLink
        with acting_for_company(link.company_id, actor="way_back") as access:
            link = links.use_up(access.db, token, "not_me")
            person = reset.owner_of(access, link)
            open_ones = (col(WayBack.id) == link.about, col(WayBack.state).in_(("asked", "approved")))
            if access.update(WayBack, *open_ones, state="stopped") != 1:
                raise StaleLink
            links.withdraw(access.db, "way_back", about=link.about)
            by_mail.note(access.db, person, "identity.way_back_stopped", address)


JOBS: dict[str, Handler] = {_JOB: open_now}
