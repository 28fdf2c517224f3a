"""Signing in and out: the use cases of the door.

They take no `access`, since nobody is known yet; each opens its own short transaction. What a sign-in asks
besides (a second step) and every other first proof (a passkey, a mailed link, another house's word) goes on
in `steps.go_on`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import structlog
from sqlalchemy import update
from sqlmodel import Session, col, or_

from portal_app.core import trail
from portal_app.core.access import Access, Visitor, before_sign_in, unscoped
from portal_app.core.accounts import Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, SignedOut
from portal_app.services.identity import by_mail, choosing, passwords, rules, sessions, steps, throttle
from portal_app.services.identity.choosing import Chooses
from portal_app.services.identity.rules import WrongSignIn, clean_email, home_of, own_path
from portal_app.services.identity.sessions import use_roles, visitor_of_key
from portal_app.services.identity.steps import Awaits, LetIn
from portal_app.services.identity.tables import SignIn
from portal_app.settings import settings

_log = structlog.get_logger(__name__)


def visitor_of(cookie_header: str, *, active: bool = True) -> Visitor | None:
    """Who sent this, by the Cookie header; None for nobody or for a session that has ended."""
    value = rules.cookie_value(cookie_header, settings().session_cookie)
    return visitor_of_key(rules.key_of(value), active=active) if value else None


def remembered(cookie_header: str, *, active: bool = True) -> Visitor | None:
    """Who sent this, if the database need not be asked; for the event loop, which must not wait."""
    value = rules.cookie_value(cookie_header, settings().session_cookie)
    return sessions.remembered(rules.key_of(value), active=active) if value else None


def sign_in(  # the fields of the form, and what is known of where it was sent from
    email: str,
    password: str,
    company_slug: str | None = None,
    address: str = "",
    device: str = "",
    *,
    code: str = "",
    goes_to: str = "",
    last: str = "",
) -> LetIn | Awaits | Chooses:
    """Take an e-mail and a password: let somebody in, or await their second step where they have one.

    Where no company is named and the password is right at several, they choose, unless it is right at `last`,
    the one chosen last in this browser. `code` is the second step where it came along. Raises WrongSignIn,
    the same for unknown, wrong and disabled; TooMany after eight wrong tries in fifteen minutes by account or
    by address; Busy when too many try at once.
    """
    door = _knock(clean_email(email), company_slug or "", address, last)
    right = _proven(door, password)
    if not right:
        for known in door.known or (None,):
            sessions.beside(_note_refused, known.person if known else None, address)
        raise WrongSignIn
    throttle.forget(throttle.WRONG_TRIES, door.by_email, *(known.mark for known in right))
    if len(right) > 1 and right[0].slug != last:
        return choosing.begin([known.person for known in right])
    person = right[0].person
    fresh = passwords.keep(password) if passwords.is_dated(person.password_hash) else ""
    where = steps.Where(address, device, goes_to)
    return steps.go_on(person.id, "password", where, code=code, fresh_hash=fresh)


class _Known(NamedTuple):
    """Somebody at one company, and what wrong tries at them are counted under."""

    person: Person
    slug: str
    mark: str


@dataclass(frozen=True)
class _Door:
    """Who may be meant by what was typed, how many passwords are tried, and what wrong tries count under.

    `checked` are the marks that shut the door; at which company somebody is shut out alone is not told where
    no company is named.
    """

    known: tuple[_Known, ...]
    tries: int
    by_email: str
    checked: tuple[str, ...]
    counted: tuple[str, ...]


def _knock(email: str, slug: str, address: str, last: str) -> _Door:
    network = rules.network_of(address)
    with before_sign_in(reads_only=True) as db:
        people = sorted(by_mail.people_with(db, email, slug), key=lambda one: one[1].slug != last)
        # The same number of passwords whoever is asked for, so that the time tells nothing.
        tries = 1 if slug else len(db.exec(unscoped(Company).limit(choosing.MOST)).all())
        here = [sessions.known_from(db, person.id, address) for person, _ in people[:tries]]
    # Somebody who signed in from here before counts apart, so that a stranger's guesses do not lock them out.
    by_email = throttle.mark("account", email, network if any(here) else "")
    by_address = throttle.mark("address", network)
    known = tuple(
        _Known(person, company.slug, _at(email, company.slug, network if seen else ""))
        for (person, company), seen in zip(people, here, strict=False)
    )
    at = tuple(one.mark for one in known) or ((_at(email, slug, ""),) if slug else ())
    checked = (by_email, *(() if any(here) else (by_address,)), *(at if slug else ()))
    return _Door(known, tries, by_email, checked, (by_email, by_address, *at))


def _at(email: str, slug: str, network: str) -> str:
    return throttle.mark("account at", email, slug, network)


def _proven(door: _Door, password: object) -> list[_Known]:
    """At whom the password is right. Raises TooMany, Busy."""
    typed = password if isinstance(password, str) else ""
    # Inside the turn, so that a burst of tries at once gets no further than the same tries one by one.
    with passwords.turn():
        throttle.check(throttle.WRONG_TRIES, *door.checked)
        kept = [known.person.password_hash for known in door.known]
        kept += [""] * (door.tries - len(kept))
        fits = [passwords.fits(one, typed) for one in kept]
        right = [
            known
            for known, fit in zip(door.known, fits, strict=False)
            if fit and throttle.is_free(throttle.WRONG_TRIES, known.mark)
        ]
        if not right:
            throttle.count(throttle.WRONG_TRIES, *door.counted)
        # Whoever is let in at one company has still guessed at the others.
        elif len(right) < len(door.known):
            throttle.count(throttle.WRONG_TRIES, *(one.mark for one in door.known if one not in right))
        return right


def _note_refused(person: Person | None, address: str) -> None:
    if person is None:
        _log.info("identity.sign_in_refused")
        return
    with before_sign_in() as db:
        note = trail.Note(action="identity.sign_in_refused", about=person.id)
        trail.append(db, person.company_id, person.id, [note], address)


def sign_in_as_demo(email: str, address: str = "", device: str = "") -> LetIn:
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
    return steps.open_for(may[0].id, "demo", steps.Where(address, device))


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
    sessions.tell_ended([key])


def end_all(person_id: str, *, but_not: str = "") -> int:
    """End every session of a person, except perhaps the one that asks; says how many."""
    with before_sign_in() as db:
        keys = [key for key in _end_rows(db, person_id) if key != but_not]
        db.execute(update(SignIn).where(col(SignIn.id).in_(keys)).values(ended_at=now()))
    sessions.tell_ended(keys)
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
        if (
            signed is None
            or visitor.viewed_by
            or not rules.still_open(signed.seen_at, signed.ends_at, signed.ended_at, now())
        ):
            raise SignedOut
        place = db.exec(
            unscoped(
                Member,
                col(Member.person_id) == signed.person_id,
                col(Member.account_id) == str(account_id)[:64],
                or_(col(Member.ends_at).is_(None), col(Member.ends_at) > now()),
            )
        ).first()
        person = db.get(Person, signed.person_id)
        if place is None or person is None or place.company_id != signed.company_id:
            raise NotYours
        value, fresh = sessions.renew(db, signed.id, account_id=place.account_id)
        note = trail.Note(action="identity.switch_account", about=person.id, account_id=place.account_id)
        trail.append(db, person.company_id, person.id, [note], signed.address)
    sessions.tell_ended([visitor.session_key])
    found = visitor_of_key(fresh.id)
    if found is None:
        raise SignedOut
    return value, found


def set_password(access: Access, person_id: str, kept: str) -> None:
    """Give somebody a password, as `passwords.prepared` made it beforehand, and end their sessions."""
    access.require("people.password")
    person = access.get(Person, person_id)
    access.change(person, password_hash=kept)
    ended = _end_rows(access.db, person.id)
    access.db.execute(update(SignIn).where(col(SignIn.id).in_(ended)).values(ended_at=now()))
    access.note("identity.password_set", person.id)
    for key in ended:
        access.poke(f"session:{key}")


__all__ = [
    "Awaits",
    "Chooses",
    "LetIn",
    "WrongSignIn",
    "clean_email",
    "end_all",
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
