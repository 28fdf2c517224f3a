"""Whoever is signed out, suspended or given other rights is told within a second, and the socket closed."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal_app.core import live
from portal_app.core.accounts import Member, Person
from portal_app.core.clock import now
from portal_app.services.identity import rules
from portal_app.services.identity.tables import SignIn
from portal_app.state.energy.home import HomeState
from portal_app.state.session import SessionState
from tests.end_to_end.wire import HYDRATE, Tab, asked, opened_on_both, sign_in
from tests.engines import past_the_wall

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(180)]

MAYA, OMAR = "maya@brightwater.example", "omar@brightwater.example"
A_SECOND = 1.0
LOAD = f"{HomeState.get_full_name()}.load"


async def at_home(page: Tab) -> None:
    """The home, filled."""
    await page.send(HYDRATE)
    await page.send(LOAD)
    await page.until(lambda: (page.value(HomeState, "home") or {}).get("ready"))


async def shown_out(page: Tab, why: str, since: float) -> None:
    """Wait until the page was told and its socket closed; fails when that took longer than a second."""
    await page.until(lambda: page.value(SessionState, "over") == why, 5)
    while page._client.connected:
        await asyncio.sleep(0.01)
        assert time.monotonic() < since + 5, "the socket stays open"
    assert time.monotonic() - since < A_SECOND


def key_of(cookie: str) -> str:
    """The stored name of a session."""
    return rules.key_of(cookie.partition("=")[2])


@pytest.mark.line("S-13", "S-24")
def test_a_sign_out_at_one_process_closes_the_pages_of_both_within_a_second(installation, portal):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            cookie = sign_in(portal.url, MAYA)
            pages = await opened_on_both(stack, installation.shared, portal.url, cookie)
            other = await stack.enter_async_context(Tab(portal.url, sign_in(portal.url, MAYA)))
            for page in (*pages, other):
                await at_home(page)
            began = time.monotonic()
            status, _, _ = await asyncio.to_thread(asked, portal.url, "/auth/sign-out", {}, cookie)
            assert status == 303
            await asyncio.gather(*(shown_out(page, "ended", began) for page in pages))
            assert other.value(SessionState, "over") == ""
            other.holds.clear()
            await at_home(other)
            async with Tab(portal.url, cookie, token=pages[0].token) as again:
                await again.send(HYDRATE)
                await again.send(LOAD)
                await again.until(lambda: any("/sign-in" in said for said in again.events), 10)
                assert not (again.value(HomeState, "home") or {}).get("ready")

    asyncio.run(story())


def _person(email: str) -> Person:
    with past_the_wall() as db:
        return db.exec(select(Person).where(Person.email == email, Person.staff_role == "")).one()


def _suspended(person: Person, _cookie: str) -> float:
    with past_the_wall() as db:
        db.get_one(Person, person.id).standing = "suspended"
        db.commit()
    return 0.0


def _other_role(person: Person, _cookie: str) -> float:
    with past_the_wall() as db:
        db.exec(select(Member).where(col(Member.person_id) == person.id)).first().role = "viewer"
        db.commit()
    return 0.0


def _place_ends(person: Person, _cookie: str) -> float:
    with past_the_wall() as db:
        for place in db.exec(select(Member).where(col(Member.person_id) == person.id)):
            place.ends_at = now() + timedelta(seconds=2)
        db.commit()
    return 2.0


def _idle(_person: Person, cookie: str) -> float:
    with past_the_wall() as db:
        db.get_one(SignIn, key_of(cookie)).seen_at = now() - rules.IDLE + timedelta(seconds=2)
        db.commit()
    return 2.0


def _twelve_hours(_person: Person, cookie: str) -> float:
    with past_the_wall() as db:
        db.get_one(SignIn, key_of(cookie)).ends_at = now() + timedelta(seconds=2)
        db.commit()
    return 2.0


@pytest.fixture
def as_before(rows):
    """Puts Omar back to what he was."""
    person = _person(OMAR)
    with past_the_wall() as db:
        roles = {
            row.id: row.role for row in db.exec(select(Member).where(col(Member.person_id) == person.id))
        }
    yield person
    with past_the_wall() as db:
        db.get_one(Person, person.id).standing = "active"
        for name, role in roles.items():
            db.get_one(Member, name).role, db.get_one(Member, name).ends_at = role, None
        db.commit()


@pytest.mark.line("S-12", "S-13")
@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (_suspended, "ended"), (_other_role, "changed"), (_place_ends, "changed"), (_idle, "ended"),
        (_twelve_hours, "ended"),
    ],
)  # fmt: skip
def test_what_happens_to_a_person_or_their_time_closes_their_pages(
    installation, portal, as_before, happens, why
):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            cookie = sign_in(portal.url, OMAR)
            pages = await opened_on_both(stack, installation.shared, portal.url, cookie)
            for page in pages:
                await at_home(page)
            comes_in = happens(as_before, cookie)
            for topic in (f"person:{as_before.id}", f"session:{key_of(cookie)}"):
                installation.shared.publish(live.CHANNEL, topic)
            began = time.monotonic() + comes_in
            await asyncio.gather(*(shown_out(page, why, began) for page in pages))

    asyncio.run(story())
