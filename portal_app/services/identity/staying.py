"""How long a session still lasts, going on with it, and looking at it afresh for open pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from portal_app.core.access import Visitor, before_sign_in, unscoped
from portal_app.core.accounts import Company, Member
from portal_app.core.clock import now
from portal_app.services.identity import rules, sessions
from portal_app.services.identity.tables import SignIn
from portal_app.settings import settings

_WORTH_STAYING = timedelta(minutes=1)


@dataclass(frozen=True)
class Standing:
    """How a session stands: seconds until it ends if nothing is done, and whether a tap makes it longer."""

    left: int
    stays: bool


def look_afresh(key: str) -> tuple[Visitor, datetime] | None:
    """Who a session belongs to by what is stored now, and when to look again; None when it has ended."""
    found = sessions._look_up(key)
    sessions.drop(key)
    if found is None:
        return None
    visitor, _, ends_at = found
    with before_sign_in(reads_only=True) as db:
        return visitor, min((ends_at, *_turns(db, key, visitor)))


def _turns(db: Session, key: str, visitor: Visitor) -> list[datetime]:
    """When the rights of a session change by the clock: a place ends, or looking as a customer does."""
    person = visitor.viewed_by or visitor.person_id
    places = unscoped(Member, col(Member.person_id) == person, col(Member.ends_at) > now())
    turns = [place.ends_at for place in db.exec(places) if place.ends_at is not None]
    signed = db.get(SignIn, key)
    if signed is not None and visitor.viewed_by and signed.viewing_ends_at is not None:
        turns.append(signed.viewing_ends_at)
    return turns


def standing(cookie_header: str) -> Standing:
    """How the session of this Cookie header stands; asking does not make it longer."""
    return _standing(cookie_header, longer=False)


def stay(cookie_header: str) -> Standing:
    """Go on with the session of this Cookie header, as any tap would; an ended one stays ended."""
    return _standing(cookie_header, longer=True)


def _standing(cookie_header: str, *, longer: bool) -> Standing:
    value = rules.cookie_value(cookie_header, settings().session_cookie)
    if not value:
        return Standing(0, False)
    key, moment = rules.key_of(value), now()
    with before_sign_in(reads_only=not longer) as db:
        signed = db.get(SignIn, key)
        company = db.get(Company, signed.company_id) if signed is not None else None
        if signed is None or company is None:
            return Standing(0, False)
        idle = rules.idle_of(company.kind, company.idle_minutes)
        if not rules.still_open(signed.seen_at, signed.ends_at, signed.ended_at, moment, idle):
            sessions.drop(key)
            return Standing(0, False)
        seen_at = signed.seen_at
        if longer:
            seen_at = moment
            db.execute(update(SignIn).where(col(SignIn.id) == key).values(seen_at=moment))
        until, last = rules.valid_until(seen_at, signed.ends_at, idle), signed.ends_at
    if longer:
        sessions.drop(key)
    return Standing(int((until - moment).total_seconds()), last - until >= _WORTH_STAYING)
