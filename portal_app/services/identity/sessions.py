"""The session behind a cookie, looked up for every event and remembered for a few seconds."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy import update
from sqlmodel import Session, col

from portal_app.core import live
from portal_app.core.access import Visitor, before_sign_in, unscoped
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.db import patiently
from portal_app.core.errors import SignedOut
from portal_app.core.ids import new_secret
from portal_app.services.identity import rules
from portal_app.services.identity.proofs import has_second_step
from portal_app.services.identity.tables import SignIn
from portal_app.settings import settings

_log = structlog.get_logger(__name__)

REMEMBER_SECONDS = 3.0
_MOST_REMEMBERED = 20_000
_KNOWN_FOR = timedelta(days=90)


@dataclass
class _Remembered:
    visitor: Visitor
    stale_at: float
    seen_at: datetime
    ends_at: datetime


_remembered: dict[str, _Remembered] = {}
_lock = threading.Lock()
_dropped = 0
_roles: dict[str, dict[str, frozenset[str]]] = {}
_scopes: dict[str, dict[str, frozenset[str]]] = {}


def use_roles(
    roles: Mapping[str, Mapping[str, frozenset[str]]],
    scopes: Mapping[str, Mapping[str, frozenset[str]]] | None = None,
) -> None:
    """Tell identity what each role of each served kind may do, and which rights each scope holds.

    The assembly calls it once at start-up.
    """
    _roles.clear()
    _roles.update({kind: dict(named) for kind, named in roles.items()})
    _scopes.clear()
    _scopes.update({kind: dict(named) for kind, named in (scopes or {}).items()})
    forget_all()


def rights_in(kind: str) -> dict[str, frozenset[str]] | None:
    """What each role of a kind may do; None for a kind that this process does not serve."""
    return _roles.get(kind)


def scopes_in(kind: str) -> dict[str, frozenset[str]]:
    """Which rights each scope of a kind holds."""
    return _scopes.get(kind, {})


def visitor_of_key(key: str, *, active: bool = True) -> Visitor | None:
    """Who a session belongs to, by its stored name; None when it has ended.

    `active` is False for what a page does by itself: that keeps no session alive.
    """
    known = remembered(key, active=active)
    if known is not None:
        return known
    before = _dropped
    found = _look_up(key)
    if found is None:
        drop(key)
        return None
    visitor, seen_at, ends_at = found
    fresh = _Remembered(visitor, time.monotonic() + REMEMBER_SECONDS, seen_at, ends_at)
    if active:
        _touch_when_due(key, fresh)
    with _lock:
        # A sign-out that came in between must not be undone by what was read before it.
        if before == _dropped:
            if len(_remembered) >= _MOST_REMEMBERED:
                _remembered.clear()
            _remembered[key] = fresh
    return visitor


def remembered(key: str, *, active: bool = True) -> Visitor | None:
    """Who a session belongs to, if this process looked it up in the last seconds; never waits."""
    known = _remembered.get(key)
    if known is None or time.monotonic() >= known.stale_at or now() >= known.ends_at:
        return None
    if active:
        _touch_when_due(key, known)
    return known.visitor


def _touch_when_due(key: str, known: _Remembered) -> None:
    moment = now()
    if moment - known.seen_at >= rules.TOUCH_EVERY:
        known.seen_at = moment
        beside(_touch, key, moment)


def _look_up(key: str) -> tuple[Visitor, datetime, datetime] | None:
    with before_sign_in(reads_only=True) as db:
        statement = (
            unscoped(SignIn, col(SignIn.id) == key)
            .join(Person, col(Person.id) == col(SignIn.person_id))
            .join(Company, col(Company.id) == col(SignIn.company_id))
            .add_columns(Person, Company)
        )
        row = db.execute(statement).first()
        if row is None:
            return None
        signed, person, company = row
        idle = rules.idle_of(company.kind, company.idle_minutes)
        if not rules.still_open(signed.seen_at, signed.ends_at, signed.ended_at, now(), idle) or not let_in(
            person, company
        ):
            return None
        visitor = _looking(db, signed, person, company) or _drawn(db, signed, person, company)
        until = rules.valid_until(signed.seen_at, signed.ends_at, idle)
        # What is remembered of a place or a look is forgotten when it ends by itself.
        ends = [moment for moment in (visitor.place_ends_at, visitor.viewing_until) if moment is not None]
        return visitor, signed.seen_at, min([until, *ends])


def let_in(person: Person, company: Company) -> bool:
    """Whether somebody may be signed in at all: in good standing, at a company that is served here."""
    return person.standing == "active" and company.kind in _roles and (settings().demo or not company.demo)


def _drawn(db: Session, signed: SignIn, person: Person, company: Company, account_id: str = "") -> Visitor:
    account, here, accounts = "", rules.Place(person.staff_role, frozenset()), frozenset[str]()
    if person.staff_role:
        here = rules.Place(
            person.staff_role, _roles.get(company.kind, {}).get(person.staff_role, frozenset())
        )
    else:
        account, here, accounts = rules.scope(places_of(db, person, company), account_id or signed.account_id)
    return Visitor(
        person_id=person.id,
        company_id=company.id,
        kind=company.kind,
        name=person.name,
        email=person.email,
        role=here.role,
        account_id=account,
        accounts=accounts,
        permissions=here.rights,
        staff=bool(person.staff_role),
        session_key=signed.id,
        zone=company.zone,
        locale=person.locale or company.locale,
        currency=company.currency,
        last_seen=signed.before_at,
        address=signed.address,
        # Whoever looks around in the demo has no password to prove anything with, and may try everything.
        proved_at=now() if signed.how == "demo" else signed.proved_at,
        must_enrol=_must_enrol(db, signed, person, company),
        sees=here.sees,
        on_behalf=here.on_behalf,
        on_behalf_ids=here.on_behalf_ids,
        place_ends_at=here.ends_at,
    )


def _must_enrol(db: Session, signed: SignIn, person: Person, company: Company) -> bool:
    """Whether a session is shut until a second step is set up, by what the company asks for now."""
    asked = rules.must_have_second_step(
        company.kind, company.second_factor, staff=bool(person.staff_role), demo=company.demo
    )
    if signed.how == "demo" or not asked:
        return False
    # A company may have come to ask for it while this session was open.
    return signed.must_enrol or (company.second_factor == "everybody" and not has_second_step(db, person.id))


def places_of(db: Session, person: Person, company: Company) -> dict[str, rules.Place]:
    """What somebody may do in each of their accounts, by account; a place that has ended is none."""
    rights, scopes = _roles.get(company.kind, {}), _scopes.get(company.kind, {})
    mine = unscoped(Member, col(Member.person_id) == person.id, col(Member.company_id) == company.id)
    moment = now()
    return {
        place.account_id: rules.Place(
            place.role,
            rules.narrowed(rights.get(place.role, frozenset()), place.scopes, scopes),
            rules.seen_persons(place.sees, person.id),
            place.ends_at,
            *_on_behalf(db, place),
        )
        for place in db.exec(mine.order_by(col(Member.made_at), col(Member.id)))
        if place.ends_at is None or place.ends_at > moment
    }


def _on_behalf(db: Session, place: Member) -> tuple[str, str]:
    """For whom a proxy acts, by name and by id: the persons whose things the place shows, or the account."""
    if not place.proxy:
        return "", ""
    ids = [part for part in place.sees.split(",") if part and part != "own"]
    of_account = (col(Person.company_id) == place.company_id, col(Person.id).in_(ids))
    found = list(db.exec(unscoped(Person, *of_account).order_by(col(Person.name))))
    if found:
        return " and ".join(each.name for each in found)[:80], ",".join(each.id for each in found)
    account = db.get(Account, place.account_id)
    return (account.name[:80], account.id) if account else ("", "")


def _looking(db: Session, signed: SignIn, person: Person, company: Company) -> Visitor | None:
    """The customer as whom one of the company's people looks at the portal, for as long as they may."""
    until = signed.viewing_ends_at
    if not (signed.viewing_person_id and person.staff_role and until and now() < until):
        return None
    customer = db.get(Person, signed.viewing_person_id)
    if customer is None or customer.company_id != company.id or customer.staff_role:
        return None
    if _must_enrol(db, signed, person, company):
        return None
    as_them = _drawn(db, signed, customer, company, signed.viewing_account_id)
    return replace(
        as_them,
        viewed_by=person.id,
        viewer_name=person.name,
        viewing_why=signed.viewing_why,
        viewing_until=until,
        last_seen=None,
        proved_at=None,
        must_enrol=False,
    )


def _touch(key: str, moment: datetime) -> None:
    with before_sign_in() as db:
        later = (col(SignIn.id) == key, col(SignIn.seen_at) < moment, col(SignIn.ended_at).is_(None))
        db.execute(update(SignIn).where(*later).values(seen_at=moment))


def known_from(db: Session, person_id: str, address: str) -> bool:
    """Whether somebody signed in from this address in the last 90 days."""
    recent = (
        col(SignIn.person_id) == person_id,
        col(SignIn.address) == address,
        col(SignIn.how) != "demo",
        col(SignIn.made_at) > now() - _KNOWN_FOR,
    )
    return bool(address) and db.exec(unscoped(SignIn, *recent).limit(1)).first() is not None


def begin(db: Session, person: Person, **values: Any) -> tuple[str, SignIn]:
    """Open a session in the caller's transaction: the value for its cookie, and its row.

    `values` are columns of SignIn, such as how, address, device, proved_at.
    """
    value, moment = new_secret(), now()
    ends_at = values.pop("ends_at", None) or moment + rules.ABSOLUTE
    for name, most in (("address", 64), ("device", 80)):
        values[name] = values.get(name, "")[:most]
    signed = SignIn(
        id=rules.key_of(value),
        company_id=person.company_id,
        person_id=person.id,
        made_at=moment,
        seen_at=moment,
        ends_at=ends_at,
        **values,
    )
    db.add(signed)
    db.flush()
    return value, signed


_CARRIED = (
    *("account_id", "ends_at", "before_at", "proved_at", "must_enrol", "address", "device", "how"),
    *("viewing_person_id", "viewing_account_id", "viewing_why", "viewing_ends_at"),
)


def renew(db: Session, key: str, **changes: Any) -> tuple[str, SignIn]:
    """Go on under a new cookie value, the old one dead at once; `changes` are columns that change with it.

    After the commit the caller tells of the old key (`tell_ended`, or a poke). Raises SignedOut when the
    session has ended.
    """
    alive = (col(SignIn.id) == key, col(SignIn.ended_at).is_(None), col(SignIn.ends_at) > now())
    ended = db.execute(update(SignIn).where(*alive).values(ended_at=now()))
    old = db.get(SignIn, key, populate_existing=True)
    person = db.get(Person, old.person_id) if old is not None else None
    if old is None or person is None or ended.rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue]
        raise SignedOut
    carried = {name: getattr(old, name) for name in _CARRIED}
    return begin(db, person, **{**carried, **changes})


def tell_ended(keys: list[str]) -> None:
    """Forget sessions that have ended, here and in every other process."""
    for key in keys:
        drop(key)
    live.tell(f"session:{key}" for key in keys)


def drop(key: str) -> None:
    """Forget what this process remembers of one session."""
    global _dropped
    with _lock:
        _dropped += 1
        _remembered.pop(key, None)


def forget_all() -> None:
    """Forget every remembered session; the next event of each reads the database."""
    global _dropped
    with _lock:
        _dropped += 1
        _remembered.clear()


def _hear(topic: str) -> None:
    about, _, name = topic.partition(":")
    if about == "session":
        drop(name)
    elif about == "person":
        for key in [key for key, known in list(_remembered.items()) if name in whose(known.visitor)]:
            drop(key)
    elif about == "company":
        for key in [key for key, known in list(_remembered.items()) if known.visitor.company_id == name]:
            drop(key)


def whose(visitor: Visitor) -> tuple[str, str]:
    """Whose change of rights concerns a session: its person's, and theirs who looks as that person, or ""."""
    return visitor.person_id, visitor.viewed_by


stop_hearing = live.listen(_hear)


@lru_cache(maxsize=1)
def _clerk() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="sign-in-clerk")


def beside(work: Callable[..., None], *arguments: Any) -> None:
    """Write something down beside the event, so that nobody waits for it or can time it."""

    def done() -> None:
        try:
            with patiently():
                work(*arguments)
        except Exception:  # noqa: BLE001 -- the event itself went well; this is for the log
            _log.exception("identity.clerk_failed", work=work.__name__)

    _clerk().submit(copy_context().run, done)


def settle() -> None:
    """Wait until everything that was to be written beside an event is written."""
    _clerk().submit(lambda: None).result(timeout=30)
