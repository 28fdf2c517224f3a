"""From a first proof to a session: the one place where every way of signing in goes on.

A way in (a password, a mailed link, another house's word, a passkey) proves who somebody is and calls
`go_on`. Somebody with a second step gets a `Step` for it, which `finish` takes together with any second
proof; everybody else is in. A proof is a function that is given the person's id, uses up what it proves
with, and says how it proved it; it raises WrongProof.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col

from portal_app.core import trail
from portal_app.core.access import Access, Visitor, before_sign_in, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now
from portal_app.core.errors import OnlyLooking, TooMany
from portal_app.core.ids import new_secret
from portal_app.services.identity import proofs, rules, sessions, throttle
from portal_app.services.identity.codes import StepOver, WrongProof
from portal_app.services.identity.proofs import Ways, ways_of
from portal_app.services.identity.rules import WrongSignIn
from portal_app.services.identity.tables import SignIn, Step
from portal_app.settings import settings

STANDS = timedelta(minutes=10)
TRIES = 8
Proof = Callable[[str], str]


@dataclass(frozen=True)
class Where:
    """Where a sign-in comes from and where it wants to go."""

    address: str = ""
    device: str = ""
    goes_to: str = ""


class LetIn(NamedTuple):
    """Somebody is in: the value for their session cookie, and who they are."""

    value: str
    visitor: Visitor


class Awaits(NamedTuple):
    """The first proof was good, the second is awaited: the value for the step cookie.

    `wrong` when a code came along and did not fit.
    """

    step: str
    wrong: bool = False


class Finished(NamedTuple):
    """Somebody is in after their second step: cookie value, person, and where they wanted to go."""

    value: str
    visitor: Visitor
    goes_to: str


@dataclass(frozen=True)
class Waiting:
    """A step as its page shows it: whose it is and what may prove it."""

    person_id: str
    name: str
    ways: Ways
    company: str = ""
    brand: str = ""


def go_on(
    person_id: str, how: str, where: Where, *, both: bool = False, code: str = "", fresh_hash: str = ""
) -> LetIn | Awaits:
    """Go on after a right first proof: in, or on to the second step.

    `how` names the first proof ("password", "passkey", "mail", "sign_on"); `both` says that it was two steps
    in one, as a passkey that verified its person is; `code` is the second proof where it came along;
    `fresh_hash` replaces a dated password. Raises WrongSignIn for somebody who may not be let in.
    """
    with before_sign_in() as db:
        person, _ = _standing(db, person_id)
        if fresh_hash:
            person.password_hash = fresh_hash
            db.add(person)
        asks = not both and ways_of(db, person_id).any
        value = _await(db, person, how, where) if asks else ""
    if not value:
        return open_for(person_id, how, where)
    if not code:
        return Awaits(value)
    try:
        return LetIn(*finish(value, proofs.by_code(code), where.address)[:2])
    except WrongProof:
        return Awaits(value, wrong=True)


def _standing(db: Session, person_id: str) -> tuple[Person, Company]:
    person = db.get(Person, person_id)
    company = db.get(Company, person.company_id) if person is not None else None
    if person is None or company is None or not sessions.let_in(person, company):
        raise WrongSignIn
    return person, company


def _await(db: Session, person: Person, how: str, where: Where) -> str:
    value = new_secret()
    step = Step(
        id=rules.key_of(value),
        company_id=person.company_id,
        person_id=person.id,
        how=how,
        goes_to=rules.own_path(where.goes_to),
        address=where.address[:64],
        device=where.device[:80],
        ends_at=now() + STANDS,
    )
    db.add(step)
    note = trail.Note(action="identity.second_step_asked", about=person.id, facts={"how": how})
    trail.append(db, person.company_id, person.id, [note], where.address)
    return value


def open_for(person_id: str, how: str, where: Where, second: str = "") -> LetIn:
    """Open a session for somebody who has proved enough. Raises WrongSignIn for one who may not be let in."""
    with before_sign_in() as db:
        person, company = _standing(db, person_id)
        before = db.exec(
            unscoped(SignIn, col(SignIn.person_id) == person.id).order_by(col(SignIn.seen_at).desc()).limit(1)
        ).first()
        asked = rules.must_have_second_step(
            company.kind, company.second_factor, staff=bool(person.staff_role), demo=company.demo
        )
        value, signed = sessions.begin(
            db,
            person,
            how=how,
            address=where.address,
            device=where.device,
            before_at=before.seen_at if before else None,
            proved_at=now(),
            must_enrol=how != "demo" and asked and not ways_of(db, person.id).any,
        )
        facts = {"how": how, "device": signed.device} | ({"second": second} if second else {})
        note = trail.Note(action="identity.sign_in", about=person.id, facts=facts)
        trail.append(db, person.company_id, person.id, [note], where.address)
    visitor = sessions.visitor_of_key(signed.id)
    if visitor is None:
        raise WrongSignIn
    return LetIn(value, visitor)


def step_cookie() -> str:
    """The name of the cookie between the two steps."""
    return "__Host-portal_step" if settings().secure_cookies else "portal_step"


def step_in(cookie_header: object) -> str:
    """The step cookie's value in a Cookie header; empty when there is none."""
    return rules.cookie_value(cookie_header, step_cookie())


def waiting(step: str) -> Waiting | None:
    """The step behind a step cookie's value, while it stands."""
    with before_sign_in(reads_only=True) as db:
        found = db.exec(unscoped(Step, *_stands(step))).first()
        person = db.get(Person, found.person_id) if found is not None else None
        company = db.get(Company, person.company_id) if person is not None else None
        if person is None or company is None:
            return None
        return Waiting(person.id, person.name, ways_of(db, person.id), company.name, company.worn)


def _stands(step: str) -> tuple:
    return (
        col(Step.id) == rules.key_of(step),
        col(Step.used_at).is_(None),
        col(Step.tries) < TRIES,
        col(Step.ends_at) > now(),
    )


def finish(step: str, proof: Proof, address: str = "") -> Finished:
    """Take the second proof: somebody is in, once, and what led here is used up.

    Raises WrongProof, TooMany, and StepOver once a step is used, ten minutes old or tried eight times.
    """
    awaited = _tried(step)
    by = proved(awaited.person_id, proof, address)
    with before_sign_in() as db:
        mine = (col(Step.id) == awaited.id, col(Step.used_at).is_(None))
        used = db.execute(update(Step).where(*mine).values(used_at=now()))
        if used.rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue]
            raise StepOver
    where = Where(address or awaited.address, awaited.device, awaited.goes_to)
    return Finished(*open_for(awaited.person_id, awaited.how, where, by), awaited.goes_to)


def _tried(step: str) -> Step:
    """One more try of a step, counted before it is made."""
    with before_sign_in() as db:
        counted = db.execute(update(Step).where(*_stands(step)).values(tries=Step.tries + 1))
        found = db.get(Step, rules.key_of(step))
        if found is None or counted.rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue]
            raise StepOver
        return found


def proved(person_id: str, proof: Proof, address: str = "") -> str:
    """Take a proof from somebody, counted by person and by network; says how it was proved.

    Raises WrongProof, and TooMany after eight wrong ones in fifteen minutes.
    """
    network = rules.network_of(address)
    with before_sign_in(reads_only=True) as db:
        known_here = sessions.known_from(db, person_id, address)
    # As with passwords: guesses from elsewhere do not lock out whoever signed in from here before.
    by_account = throttle.mark("code", person_id, network if known_here else "")
    by_address = throttle.mark("code from", network)
    throttle.check(throttle.WRONG_CODES, *([] if known_here else [by_address]))
    throttle.take(throttle.WRONG_CODES, by_account)
    try:
        by = proof(person_id)
    except WrongProof:
        throttle.count(throttle.WRONG_CODES, by_address)
        sessions.beside(_note_refused, person_id, address)
        raise
    throttle.forget(throttle.WRONG_CODES, by_account)
    return by


def _note_refused(person_id: str, address: str) -> None:
    with before_sign_in() as db:
        person = db.get(Person, person_id)
        if person is not None:
            note = trail.Note(action="identity.proof_refused", about=person_id)
            trail.append(db, person.company_id, person_id, [note], address)


def prove_again(visitor: Visitor, proof: Proof, address: str = "") -> LetIn:
    """Take a fresh proof from somebody signed in: five minutes for what asks for one, a new cookie value.

    Raises WrongProof, TooMany, SignedOut, and OnlyLooking for somebody who looks as another.
    """
    if visitor.viewed_by:
        raise OnlyLooking
    by = proved(visitor.person_id, proof, address)
    with before_sign_in() as db:
        value, signed = sessions.renew(db, visitor.session_key, proved_at=now())
        note = trail.Note(action="identity.proved_again", about=visitor.person_id, facts={"by": by})
        trail.append(db, visitor.company_id, visitor.person_id, [note], address)
    sessions.tell_ended([visitor.session_key])
    found = sessions.visitor_of_key(signed.id)
    if found is None:
        raise WrongSignIn
    return LetIn(value, found)


def renewed(access: Access, **changes: object) -> str:
    """Give the session of this very request a new cookie value, in the transaction of what asks for it."""
    value, _ = sessions.renew(access.db, access.visitor.session_key, **changes)
    access.poke(f"session:{access.visitor.session_key}")
    return value


def enrolled(access: Access) -> str:
    """Note that somebody has a second step now: no session of theirs needs one first any more.

    Gives the new value for the cookie of this session, which has just been proved as well.
    """
    access.update(SignIn, col(SignIn.must_enrol).is_(True), must_enrol=False)
    access.poke(f"person:{access.visitor.person_id}")
    return renewed(access, proved_at=now(), must_enrol=False)


__all__ = [
    "Awaits",
    "Finished",
    "LetIn",
    "Proof",
    "StepOver",
    "TooMany",
    "Waiting",
    "Where",
    "WrongProof",
    "enrolled",
    "finish",
    "go_on",
    "open_for",
    "prove_again",
    "proved",
    "renewed",
    "step_cookie",
    "step_in",
    "waiting",
]
