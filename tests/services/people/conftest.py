"""The cast with the real roles of the energy kind, people who are signed in, and the mails asked for."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import col

from portal_app.core import vault
from portal_app.core.access import Visitor, before_sign_in, unscoped
from portal_app.core.accounts import Member, Person
from portal_app.core.outbox import Job
from portal_app.core.queue import payload_of
from portal_app.portal_app import roles_of
from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from portal_app.services.identity import sessions, steps, throttle
from portal_app.services.identity.mailing import SEALED
from portal_app.services.people import book
from tests import cast


@pytest.fixture
def house(database: str, clock: object) -> Iterator[cast.Cast]:
    """Two companies and their people, at a clock that stands still, with doors that know the roles."""
    identity.use_roles({kind.key: kind.roles for kind in KINDS}, {kind.key: kind.scopes for kind in KINDS})
    book.know({kind.key: roles_of(kind) for kind in KINDS})
    throttle.start_anew()
    yield cast.make("energy")
    sessions.settle()
    sessions.forget_all()
    identity.use_roles({})
    book.know({})


def cookie_of(visitor: Visitor) -> str:
    """The Cookie header of somebody who has just signed in."""
    value = steps.open_for(visitor.person_id, "password", steps.Where("192.0.2.7", "Firefox")).value
    return f"portal_session={value}"


def as_now(cookie: str) -> Visitor | None:
    """Who a cookie's next event comes from."""
    sessions.forget_all()
    return identity.visitor_of(cookie)


def mails() -> list[dict]:
    """The mails that were asked for, oldest first, with what is sealed in them."""
    with before_sign_in(reads_only=True) as db:
        found = db.exec(unscoped(Job, col(Job.kind) == "mail.send").order_by(col(Job.made_at), col(Job.id)))
        payloads = [payload_of(job) for job in found]
    return [
        {**one, **(json.loads(vault.unseal(one["sealed"], SEALED)) if one.get("sealed") else {})}
        for one in payloads
    ]


def token() -> str:
    """The token of the link in the newest mail."""
    return parse_qs(urlsplit(mails()[-1]["link"]).query)["token"][0]


def place_of(account_id: str, person_id: str) -> Member | None:
    """Somebody's place in an account, as it is stored."""
    at = (col(Member.account_id) == account_id, col(Member.person_id) == person_id)
    with before_sign_in(reads_only=True) as db:
        return db.exec(unscoped(Member, *at)).first()


def person_called(email: str) -> Person | None:
    """The person with that address, as stored."""
    with before_sign_in(reads_only=True) as db:
        return db.exec(unscoped(Person, col(Person.email) == email)).first()
