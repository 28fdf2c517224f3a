"""Delete my account, on a phone: read what goes, ask, see the day, take it back, ask again, be gone."""

import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal_app.core.clock import now
from tests.browser.conftest import served
from tests.browser.newcomers import newcomer
from tests.browser.pages import Portal, axe, calm

pytestmark = pytest.mark.line("S-74")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of its own, since somebody is deleted here."""
    folder: Path = tmp_path_factory.mktemp("leaving") / "var"
    with served(folder, "leaving") as here:
        yield here


def quiet(portal: Portal) -> None:
    """Wait until the jobs that are due are done: a fresh portal has a night's work, and SQLite one writer."""
    until, calm_since = time.monotonic() + 120, None
    while calm_since is None or time.monotonic() - calm_since < 2:
        assert time.monotonic() < until, "the jobs of a fresh portal do not end"
        moment = now().replace(tzinfo=None).isoformat(" ", "microseconds")
        with sqlite3.connect(portal.data_dir / "portal.db", timeout=30) as db:
            due = "SELECT count(*) FROM job WHERE state = 'running' OR (state = 'waiting' AND run_at <= ?)"
            busy = db.execute(due, (moment,)).fetchone()[0]
        calm_since = None if busy else calm_since or time.monotonic()
        time.sleep(0.2)


def bring_forward(portal: Portal) -> None:
    """Let the fourteen days be over."""
    over = (now() - timedelta(minutes=1)).replace(tzinfo=None).isoformat(" ", "microseconds")
    with sqlite3.connect(portal.data_dir / "portal.db", timeout=30) as db:
        db.execute("UPDATE erasure SET due_at = ? WHERE state = 'asked'", (over,))
        db.execute("UPDATE job SET run_at = ? WHERE kind = 'privacy.erase' AND state = 'waiting'", (over,))


def name_of(portal: Portal, person_id: str) -> str:
    with sqlite3.connect(portal.data_dir / "portal.db", timeout=30) as db:
        return db.execute("SELECT name FROM person WHERE id = ?", (person_id,)).fetchone()[0]


def ask(phone: Page, portal: Portal) -> None:
    quiet(portal)
    phone.get_by_role("button", name="Delete my account").click()
    sheet = calm(phone).get_by_role("dialog")
    expect(sheet.get_by_role("heading", name=re.compile("Delete your account on"))).to_be_visible()
    sheet.get_by_role("button", name="Delete my account").click()
    expect(phone.get_by_role("heading", name=re.compile("Your account is deleted on"))).to_be_visible()


def test_somebody_asks_takes_it_back_asks_again_and_is_gone(phone: Page, portal: Portal) -> None:
    nia = newcomer(portal)
    phone.context.add_cookies([nia.session(proved=timedelta())])
    phone.goto("/energy/account")
    calm(phone).get_by_role("link", name="Delete my account").click()
    expect(phone.get_by_role("heading", name="What is erased")).to_be_visible()
    expect(phone.get_by_text("Tax law asks for seven years").first).to_be_visible()
    expect(phone.get_by_text(re.compile(r"Account 9000-\d+ closes"))).to_be_visible()
    calm(phone)
    assert axe(phone) == []
    for width in (390, 320):
        phone.set_viewport_size({"width": width, "height": 844})
        assert phone.evaluate("document.documentElement.scrollWidth") <= width
    ask(phone, portal)
    phone.reload()
    expect(phone.get_by_role("heading", name=re.compile("Your account is deleted on"))).to_be_visible()
    quiet(portal)
    phone.get_by_role("button", name="Keep my account").click()
    expect(phone.get_by_role("button", name="Delete my account")).to_be_visible()
    ask(phone, portal)
    quiet(portal)
    bring_forward(portal)
    until = time.monotonic() + 60
    while name_of(portal, nia.person_id) != "A deleted person":
        assert time.monotonic() < until, "the job did not run"
        phone.wait_for_timeout(200)
    phone.goto("/energy/account")
    phone.wait_for_url("**/sign-in**")
