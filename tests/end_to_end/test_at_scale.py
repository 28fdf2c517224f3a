"""The same portal on PostgreSQL and Valkey, with two processes behind one port."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest
from sqlmodel import col, select, text

from portal_app.core.access import acting_for_company
from portal_app.core.accounts import Company
from portal_app.core.outbox import Job
from portal_app.portals.energy.tables import Outage
from portal_app.state.energy.home import HomeState
from portal_app.state.energy.operator import RunOutageState
from portal_app.state.energy.outages import OutageBandState
from portal_app.state.session import SessionState
from tests.end_to_end.serving import SOON, told_to_stop
from tests.end_to_end.wire import HYDRATE, TRIES, Tab, opened_on_both, sign_in, worker_of
from tests.engines import SERVES, past_the_wall

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(180)]

MAYA, ROSA = "maya@brightwater.example", "rosa@brightwater.example"
_HANDED = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded' AND args->>'job_id' = ANY(:ids)"


def event(state: type, name: str) -> str:
    return f"{state.get_full_name()}.{name}"  # pyright: ignore[reportAttributeAccessIssue]


async def at_home(tab: Tab) -> None:
    for state, name in ((SessionState, "arrive"), (OutageBandState, "load"), (HomeState, "load")):
        await tab.send(event(state, name))
    await tab.until(lambda: (tab.value(HomeState, "home") or {}).get("ready"))


def outage_id() -> str:
    with past_the_wall() as db:
        return db.exec(select(Outage.id).where(Outage.reference == "OUT-20418")).one()


@pytest.mark.usefixtures("rows")
def test_an_operators_step_reaches_open_pages_of_both_processes_within_five_seconds(installation, portal):
    outage = outage_id()

    async def story() -> None:
        async with AsyncExitStack() as stack:
            pages = await opened_on_both(stack, installation.shared, portal.url, sign_in(portal.url, MAYA))
            for page in pages:
                await at_home(page)
                assert page.value(SessionState, "who")["name"] == "Maya Lund"
            before = [page.value(OutageBandState, "alert") for page in pages]
            assert before[0] == before[1]
            assert before[0]["title"]

            desk = Tab(portal.url, sign_in(portal.url, ROSA), "/staff/energy/outages")
            await stack.enter_async_context(desk)
            await desk.send(event(RunOutageState, "load"), query=f"?id={outage}")
            await desk.until(lambda: (desk.value(RunOutageState, "outage") or {}).get("id") == outage)
            await desk.send(event(RunOutageState, "choose_event"), {"event": "arrive"})
            await desk.send(event(RunOutageState, "move"), {"form": {"words": "Crew 7 is at the fault."}})
            for page, was in zip(pages, before, strict=True):
                await page.until(lambda page=page, was=was: page.value(OutageBandState, "alert") != was, 5)
            after = [page.value(OutageBandState, "alert") for page in pages]
            assert after[0] == after[1]
            assert {worker_of(installation.shared, page.token) for page in pages} != {""}

    asyncio.run(story())


def test_a_page_that_reconnects_to_the_other_process_finds_its_state(installation, portal):
    async def story() -> None:
        cookie = sign_in(portal.url, MAYA)
        async with Tab(portal.url, cookie) as page:
            await at_home(page)
            await page.until(lambda: page.value(OutageBandState, "alert"))
            first, home = worker_of(installation.shared, page.token), page.value(HomeState, "home")
        for _ in range(TRIES):
            while worker_of(installation.shared, page.token):
                await asyncio.sleep(0.02)
            async with Tab(portal.url, cookie, token=page.token) as again:
                await again.send(HYDRATE)
                await again.until(lambda again=again: again.holds)
                if worker_of(installation.shared, again.token) != first:
                    assert again.value(HomeState, "home") == home
                    assert again.value(SessionState, "who")["name"] == "Maya Lund"
                    return
        raise AssertionError("it never came to the other process")

    asyncio.run(story())


_SERVING = "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database()"
_OWNED = "SELECT count(*) FROM pg_tables WHERE tableowner = :who"
_ABOVE_THE_WALL = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = :who"


@pytest.mark.usefixtures("rows")
def test_the_processes_serve_as_the_role_that_owns_nothing(portal):
    assert sign_in(portal.url, MAYA)
    with past_the_wall() as db:
        assert SERVES in db.execute(text(_SERVING)).scalars().all()
        assert db.execute(text(_ABOVE_THE_WALL), {"who": SERVES}).scalar_one() is False
        assert db.execute(text(_OWNED), {"who": SERVES}).scalar_one() == 0


def asked_for(kind: str, count: int) -> list[str]:
    """Ask for so many mails, each in its own right; their subjects."""
    with past_the_wall() as db:
        company = db.exec(select(Company).where(Company.slug == "brightwater")).one()
    subjects = [f"{kind} {number}" for number in range(count)]
    with acting_for_company(company.id, kind="energy") as access:
        for subject in subjects:
            access.later("mail.send", {"to": MAYA, "subject": subject, "text": "Hello"}, key=subject)
    return subjects


def until_done(subjects: list[str], seconds: float = 30) -> list[Job]:
    ends = time.monotonic() + seconds
    while True:
        with past_the_wall() as db:
            jobs = list(db.exec(select(Job).where(col(Job.key).in_(subjects))))
        if all(job.state == "done" for job in jobs):
            return jobs
        assert time.monotonic() < ends, [(job.state, job.attempt, job.trouble) for job in jobs]
        time.sleep(0.1)


@pytest.mark.usefixtures("rows")
def test_two_processes_do_every_job_once(installation, portal):
    subjects = asked_for("own", 40)
    jobs = until_done(subjects)
    assert [job.attempt for job in jobs] == [1] * 40
    assert {subject: installation.post.taken[subject] for subject in subjects} == dict.fromkeys(subjects, 1)


@pytest.mark.usefixtures("rows")
def test_procrastinate_does_the_same_jobs_once_in_two_processes(installation):
    installation.serving("procrastinate")
    with installation.queueing_with("procrastinate"):
        subjects = asked_for("procrastinate", 40)
        jobs = until_done(subjects)
        with past_the_wall() as db:
            handed = db.execute(text(_HANDED), {"ids": [job.id for job in jobs]}).scalar_one()
    assert handed == 40, "each came through Procrastinate's own queue"
    assert [job.attempt for job in jobs] == [1] * 40
    assert {subject: installation.post.taken[subject] for subject in subjects} == dict.fromkeys(subjects, 1)


def test_two_processes_stop_within_ten_seconds_with_pages_open(installation):
    running = installation.serving()

    async def story() -> tuple[int, float]:
        async with AsyncExitStack() as stack:
            cookie = sign_in(running.url, MAYA)
            await opened_on_both(stack, installation.shared, running.url, cookie)
            return await asyncio.to_thread(told_to_stop, running.process)

    code, seconds = asyncio.run(story())
    installation.stop()
    assert "refused to gracefully stop" not in installation.log.read_text()
    assert (code, seconds < SOON) == (0, True), (code, seconds, installation.log.read_text()[-3000:])
