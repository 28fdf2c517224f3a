"""Signing in and out: the use cases of the door.

They take no `access`, since nobody is known yet; each opens its own short transaction. What a later
sign-in asks besides (a second factor, a passkey, another house's word) joins between `_proven` and `_begin`.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, update
from sqlmodel import Session, col

from portal_app.core import live, trail
from portal_app.core.access import Access, Visitor, before_sign_in, unscoped
from portal_app.core.accounts import Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, SignedOut
from portal_app.core.ids import new_secret
from portal_app.services.identity import passwords, rules, sessions, throttle
from portal_app.services.identity.rules import WrongSignIn, clean_email, home_of, own_path
from portal_app.services.identity.sessions import use_roles, visitor_of_key
from portal_app.services.identity.tables import SignIn
from portal_app.settings import settings

_log = structlog.get_logger(__name__)

_KNOWN_FOR = timedelta(days=90)


def visitor_of(cookie_header: str, *, active: bool = True) -> Visitor | None:
    """Who sent this, by the Cookie header; None for nobody or for a session that has ended."""
    value = rules.cookie_value(cookie_header, settings().session_cookie)
    return visitor_of_key(rules.key_of(value), active=active) if value else None


def remembered(cookie_header: str, *, active: bool = True) -> Visitor | None:
    """Who sent this, if the database need not be asked; for the event loop, which must not wait."""
    value = rules.cookie_value(cookie_header, settings().session_cookie)
    return sessions.remembered(rules.key_of(value), active=active) if value else None


def sign_in(
    email: str, password: str, company_slug: str | None = None, address: str = "", device: str = ""
) -> tuple[str, Visitor]:
    """Let somebody in by e-mail and password: the value for their cookie, and who they are.

    Raises WrongSignIn, the same for unknown, wrong and disabled; TooMany after eight wrong tries in fifteen
    minutes by account or by address; Busy when too many try at once.
    """
    person, known_here = _known_as(clean_email(email), company_slug, address)
    network = rules.network_of(address)
    # Somebody who signed in from here before counts apart, so that a stranger's guesses do not lock them out.
    by_account = throttle.mark("account", clean_email(email), network if known_here else "")
    by_address = throttle.mark("address", network)
    fits = _proven(
        person, password, (by_account,) if known_here else (by_account, by_address), (by_account, by_address)
    )
    if person is None or not fits:
        sessions.beside(_note_refused, person, address)
        raise WrongSignIn
    throttle.forget(throttle.WRONG_TRIES, by_account)
    fresh = passwords.keep(password) if passwords.is_dated(person.password_hash) else ""
    return _let_in(person.id, "password", address, device, fresh)


def _known_as(email: str, slug: str | None, address: str) -> tuple[Person | None, bool]:
    with before_sign_in(reads_only=True) as db:
        statement = unscoped(Person, col(Person.email) == email).order_by(col(Person.made_at), col(Person.id))
        people = [(person, db.get(Company, person.company_id)) for person in db.exec(statement.limit(20))]
        may = [
            person
            for person, company in people
            if company is not None and slug in (None, "", company.slug) and sessions.let_in(person, company)
        ]
        if not email or not may:
            return None, False
        person = may[0]
        recent = (
            col(SignIn.person_id) == person.id,
            col(SignIn.address) == address,
            col(SignIn.how) == "password",
        )
        here = unscoped(SignIn, *recent, col(SignIn.made_at) > now() - _KNOWN_FOR).limit(1)
        return person, bool(address) and db.exec(here).first() is not None


def _proven(person: Person | None, password: str, checked: tuple[str, ...], counted: tuple[str, ...]) -> bool:
    # Inside the turn, so that a burst of tries at once gets no further than the same tries one by one.
    with passwords.turn():
        throttle.check(throttle.WRONG_TRIES, *checked)
        kept = person.password_hash if person is not None else ""
        fits = passwords.fits(kept, password if isinstance(password, str) else "")
        if not fits:
            throttle.count(throttle.WRONG_TRIES, *counted)
        return fits


def _note_refused(person: Person | None, address: str) -> None:
    if person is None:
        _log.info("identity.sign_in_refused")
        return
    with before_sign_in() as db:
        note = trail.Note(action="identity.sign_in_refused", about=person.id)
        trail.append(db, person.company_id, person.id, [note], address)


def _let_in(person_id: str, how: str, address: str, device: str, fresh_hash: str = "") -> tuple[str, Visitor]:
    with before_sign_in() as db:
        person = db.get(Person, person_id)
        if person is None:
            raise WrongSignIn
        if fresh_hash:
            person.password_hash = fresh_hash
            db.add(person)
        before = db.exec(
            unscoped(SignIn, col(SignIn.person_id) == person.id).order_by(col(SignIn.seen_at).desc())
        ).first()
        value, signed = _begin(
            db, person, how=how, address=address, device=device, before_at=before.seen_at if before else None
        )
        note = trail.Note(
            action="identity.sign_in", about=person.id, facts={"how": how, "device": signed.device}
        )
        trail.append(db, person.company_id, person.id, [note], address)
    visitor = visitor_of_key(signed.id)
    if visitor is None:
        raise WrongSignIn
    return value, visitor


def _begin(
    db: Session,
    person: Person,
    *,
    how: str,
    address: str,
    device: str,
    before_at: datetime | None,
    account_id: str = "",
    ends_at: datetime | None = None,
    proved_at: datetime | None = None,
    must_enrol: bool = False,
) -> tuple[str, SignIn]:
    value = new_secret()
    moment = now()
    signed = SignIn(
        id=rules.key_of(value),
        company_id=person.company_id,
        person_id=person.id,
        account_id=account_id,
        made_at=moment,
        seen_at=moment,
        ends_at=ends_at or moment + rules.ABSOLUTE,
        before_at=before_at,
        proved_at=proved_at,
        must_enrol=must_enrol,
        address=address[:64],
        device=device[:80],
        how=how,
    )
    db.add(signed)
    db.flush()
    return value, signed


def sign_in_as_demo(email: str, address: str = "", device: str = "") -> tuple[str, Visitor]:
    """Let somebody look around as one of the demo's people. Raises NotYours outside a demo."""
    if not settings().demo:
        raise NotYours
    by_address = throttle.mark("address", rules.network_of(address))
    throttle.check(throttle.LOOKING_AROUND, by_address)
    throttle.count(throttle.LOOKING_AROUND, by_address)
    with before_sign_in(reads_only=True) as db:
        people = [
            (person, db.get(Company, person.company_id))
            for person in db.exec(_to_look_as(clean_email(email)))
        ]
        may = [
            person
            for person, company in people
            if company and company.demo and sessions.let_in(person, company)
        ]
    if not may:
        raise NotYours
    return _let_in(may[0].id, "demo", address, device)


def _to_look_as(email: str):
    return unscoped(Person, col(Person.email) == email, col(Person.demo_says) != "").limit(5)


def sign_out(cookie_header: str) -> None:
    """End the session of this Cookie header, here and in every other process, at once."""
    value = rules.cookie_value(cookie_header, settings().session_cookie)
    if value:
        _end(rules.key_of(value))


def _end(key: str) -> None:
    with before_sign_in() as db:
        signed = db.get(SignIn, key)
        if signed is not None and signed.ended_at is None:
            signed.ended_at = now()
            db.add(signed)
            note = trail.Note(action="identity.sign_out", about=signed.person_id)
            trail.append(db, signed.company_id, signed.person_id, [note], signed.address)
    _tell_ended([key])


def _tell_ended(keys: list[str]) -> None:
    for key in keys:
        sessions.drop(key)
    live.tell(f"session:{key}" for key in keys)


def end_all(person_id: str, *, but_not: str = "") -> int:
    """End every session of a person, except perhaps the one that asks; says how many."""
    with before_sign_in() as db:
        keys = [key for key in _end_rows(db, person_id) if key != but_not]
        db.execute(update(SignIn).where(col(SignIn.id).in_(keys)).values(ended_at=now()))
    _tell_ended(keys)
    return len(keys)


def _end_rows(db: Session, person_id: str) -> list[str]:
    open_ones = unscoped(SignIn, col(SignIn.person_id) == person_id, col(SignIn.ended_at).is_(None))
    return [signed.id for signed in db.exec(open_ones)]


def switch_account(visitor: Visitor, account_id: str) -> tuple[str, Visitor]:
    """Go on in another of one's own accounts: a fresh cookie value, the old one dead, the same end.

    Raises NotYours for an account in which the person has no place, SignedOut when the session has ended.
    """
    with before_sign_in() as db:
        signed = db.get(SignIn, visitor.session_key)
        moment = now()
        if (
            signed is None
            or visitor.viewed_by
            or not rules.still_open(signed.seen_at, signed.ends_at, signed.ended_at, moment)
        ):
            raise SignedOut
        place = db.exec(
            unscoped(
                Member,
                col(Member.person_id) == signed.person_id,
                col(Member.account_id) == str(account_id)[:64],
            )
        ).first()
        person = db.get(Person, signed.person_id)
        if place is None or person is None or place.company_id != signed.company_id:
            raise NotYours
        signed.ended_at = moment
        db.add(signed)
        value, fresh = _begin(
            db,
            person,
            how=signed.how,
            address=signed.address,
            device=signed.device,
            before_at=signed.before_at,
            account_id=place.account_id,
            ends_at=signed.ends_at,
            proved_at=signed.proved_at,
            must_enrol=signed.must_enrol,
        )
        note = trail.Note(action="identity.switch_account", about=person.id, account_id=place.account_id)
        trail.append(db, person.company_id, person.id, [note], signed.address)
    _tell_ended([visitor.session_key])
    found = visitor_of_key(fresh.id)
    if found is None:
        raise SignedOut
    return value, found


def set_password(access: Access, person_id: str, password: str) -> None:
    """Give somebody a password and end their sessions. Raises Refusal for a weak one."""
    access.require("people.password")
    person = access.get(Person, person_id)
    company = access.db.get(Company, person.company_id)
    words = [
        person.name,
        person.email.split("@")[0],
        *((company.name, company.short_name) if company else ()),
    ]
    passwords.check_new(password, words)
    access.change(person, password_hash=passwords.keep(password))
    ended = _end_rows(access.db, person.id)
    access.db.execute(update(SignIn).where(col(SignIn.id).in_(ended)).values(ended_at=now()))
    access.note("identity.password_set", person.id)
    for key in ended:
        access.poke(f"session:{key}")


def forget_old(days: int = 90) -> int:
    """Remove sessions that ended long ago; says how many."""
    with before_sign_in() as db:
        done = db.execute(delete(SignIn).where(col(SignIn.ends_at) < now() - timedelta(days=days)))
        return done.rowcount  # pyright: ignore[reportAttributeAccessIssue]


__all__ = [
    "WrongSignIn",
    "clean_email",
    "end_all",
    "forget_old",
    "home_of",
    "own_path",
    "remembered",
    "set_password",
    "sign_in",
    "sign_in_as_demo",
    "sign_out",
    "switch_account",
    "use_roles",
    "visitor_of",
    "visitor_of_key",
]
