"""The rules for signing in, as an administrator sets them and as open pages take them."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.hand import MAYA
from tests.browser.newcomers import newcomer
from tests.browser.pages import DESKTOP, PHONE, Portal, axe, calm


@pytest.fixture
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of each test's own, since its rules change."""
    with served(tmp_path_factory.mktemp("rules") / "var", "rules") as here:
        yield here


def _asked_about(rosa: Page, words: str) -> None:
    """Choose, and read what it will do."""
    rosa.get_by_role("button", name="Change the rules").click()
    expect(rosa.get_by_role("dialog")).to_contain_text(words)
    assert axe(rosa) == []


def _looks_around_as_rosa(rosa: Page) -> None:
    rosa.goto("/sign-in")
    calm(rosa).get_by_role("button", name="Look around as Rosa").click()
    rosa.wait_for_url("**/staff/energy")
    rosa.goto("/staff/energy/account")
    calm(rosa).get_by_role("link", name="Sign-in rules").click()
    expect(calm(rosa).get_by_role("heading", name="Sign-in rules")).to_be_visible()
    rosa.wait_for_selector("[data-whole='1']", state="attached")


def _confirms(rosa: Page) -> None:
    rosa.get_by_role("dialog").get_by_role("button", name="Change the rules").click()
    expect(rosa.get_by_role("status").filter(has_text="The rules are changed")).to_be_visible()


@pytest.mark.line("S-05", "S-13")
def test_once_everybody_needs_a_second_step_an_open_page_says_so_and_leads_to_it(
    portal: Portal, new_page: Callable[..., Page]
) -> None:
    hers, rosa = new_page(PHONE), new_page(DESKTOP)
    hers.context.add_cookies([newcomer(portal).session(proved=timedelta(0))])
    hers.goto("/energy/billing")
    calm(hers)
    hers.wait_for_selector("script[src='/stay.js']", state="attached")
    _looks_around_as_rosa(rosa)
    assert axe(rosa) == []
    rosa.get_by_label("Everybody").check()
    _asked_about(rosa, "people have no second step; they are asked to set one up at their next tap.")
    _confirms(rosa)
    cover = hers.get_by_role("alertdialog")
    expect(cover).to_contain_text("One thing first: your second step")
    expect(hers.locator("main")).to_be_hidden()
    assert axe(hers) == []
    cover.get_by_role("link", name="Set it up").click()
    expect(hers).to_have_url(f"{portal.url}/second-step?next=%2Fenergy%2Fbilling")
    expect(calm(hers).get_by_role("heading", name="Set up your second step")).to_be_visible()
    hers.goto("/energy/billing")
    expect(hers).to_have_url(re.compile("/second-step"))


def _idle_for(portal: Portal, minutes: float) -> None:
    """Nothing was done in any session for so many minutes."""
    seen = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=minutes)
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=10)) as db:
        db.execute("update sign_in set seen_at = ?", (f"{seen:%Y-%m-%d %H:%M:%S.%f}",))
        db.commit()


@pytest.mark.line("S-12")
def test_a_shorter_time_holds_for_open_pages_and_their_warning_follows(
    portal: Portal, new_page: Callable[..., Page], sign_in: Callable[..., Page]
) -> None:
    hers, rosa = new_page(PHONE), new_page(PHONE)
    sign_in(hers, MAYA, "/energy/usage")
    hers.wait_for_selector("script[src='/stay.js']", state="attached")
    _looks_around_as_rosa(rosa)
    rosa.get_by_label("Sign somebody out who is away for").select_option("5 minutes")
    _asked_about(rosa, "Whoever does nothing for 5 minutes is signed out")
    _idle_for(portal, 3.5)
    _confirms(rosa)
    warning = hers.get_by_role("alertdialog")
    expect(warning).to_contain_text("You will be signed out at")
    warning.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    assert 270 <= hers.evaluate("fetch('/auth/session').then(said => said.json())")["left"] <= 300
