"""Told to stop, the portal stops soon, keeps what it was told, and ends what it has in hand."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from portal_app.core.access import acting_for_company
from portal_app.core.accounts import Company
from portal_app.core.db import session
from portal_app.core.outbox import Job
from portal_app.portals.energy import seed
from portal_app.services.adoption.tables import UseEvent
from portal_app.state.energy.home import HomeState
from tests.end_to_end.conftest import Post
from tests.end_to_end.serving import SOON, Served, plain, served, told_to_stop
from tests.end_to_end.wire import HYDRATE, Tab, sign_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

MAYA = "maya@brightwater.example"


@pytest.fixture
def alone(database: str, tmp_path: Path, post: tuple[Post, str]) -> Iterator[Served]:
    """One process on an SQLite file, with nothing else set."""
    seed.load(small=True)
    here = plain(DATABASE_URL=database, PORTAL_DATA_DIR=str(tmp_path / "var"), SMTP_URL=post[1])
    with served(here, tmp_path / "log") as running:
        yield running


def test_one_process_stops_within_ten_seconds_and_loses_nothing(alone, post):
    box, _ = post

    async def story() -> tuple[int, float]:
        async with Tab(alone.url, sign_in(alone.url, MAYA)) as page:
            await page.send(HYDRATE)
            await page.send(f"{HomeState.get_full_name()}.load")
            await page.until(lambda: (page.value(HomeState, "home") or {}).get("ready"))
            with session(reads_only=True) as db:
                company = db.exec(select(Company).where(Company.slug == "brightwater")).one()
            with box.slow(1.5):
                mail = {"to": MAYA, "subject": "in hand", "text": "Hello"}
                with acting_for_company(company.id, kind="energy") as access:
                    access.later("mail.send", mail, key="in hand")
                assert await asyncio.to_thread(box.begun.wait, 20)
                page.holds.clear()
                await page.send(f"{HomeState.get_full_name()}.load")
                await page.until(lambda: page.value(HomeState, "home"))
                return await asyncio.to_thread(told_to_stop, alone.process)

    code, seconds = asyncio.run(story())
    assert (code, seconds < SOON) == (0, True), (code, seconds, alone.log.read_text()[-3000:])
    with session(reads_only=True) as db:
        jobs = db.exec(select(Job).where(Job.key == "in hand")).all()
        uses = db.exec(select(UseEvent.name).where(col(UseEvent.name).endswith("home.home"))).all()
    said = (seconds, alone.log.read_text()[-3000:])
    assert [(job.state, job.attempt) for job in jobs] == [("done", 1)], said
    assert box.taken["in hand"] == 1
    assert len(uses) == 2
