"""The end of a session as people meet it: told ahead, put off, come; and what they typed is still there."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import served
from tests.browser.hand import MAYA, OMAR
from tests.browser.pages import PASSWORD, Portal, calm


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of this module's own, whose sessions may be aged."""
    with served(tmp_path_factory.mktemp("staying") / "var", "staying") as here:
        yield here


def aged(portal: Portal, minutes: float) -> None:
    """Nothing was done in any session for so many minutes."""
    seen = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=minutes)
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=10)) as db:
        db.execute("update sign_in set seen_at = ?", (f"{seen:%Y-%m-%d %H:%M:%S.%f}",))
        db.commit()


def seconds_idle(portal: Portal) -> float:
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=10)) as db:
        (seen,) = db.execute("select max(seen_at) from sign_in where ended_at is null").fetchone()
    return (datetime.now(UTC).replace(tzinfo=None) - datetime.fromisoformat(seen)).total_seconds()


def asks_again(page: Page) -> None:
    """As a page does when a laptop wakes up or another tab has news."""
    page.wait_for_selector("script[src='/stay.js']", state="attached")
    with page.expect_response("**/auth/session"):
        page.evaluate("new BroadcastChannel('portal-session').postMessage('?')")


@pytest.mark.line("S-12")
def test_two_minutes_before_the_end_one_tap_stays_in_every_tab_and_keeps_the_focus(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, MAYA, "/energy/account/reading")
    other = phone.context.new_page()
    other.goto("/energy/billing")
    calm(other)
    field = phone.get_by_label("What the meter shows")
    field.focus()
    aged(portal, 28.5)
    asks_again(other)
    asks_again(phone)
    dialog = phone.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text(re.compile(r"You will be signed out at \d{1,2}:\d\d"))
    expect(other.get_by_role("alertdialog")).to_be_visible()
    expect(phone.get_by_role("button", name="Sign out now")).to_be_visible()
    with phone.expect_response("**/auth/stay"):
        phone.get_by_role("button", name="Stay signed in").click()
    expect(dialog).to_be_hidden()
    expect(other.get_by_role("alertdialog")).to_be_hidden()
    expect(field).to_be_focused()
    assert seconds_idle(portal) < 30


@pytest.mark.line("S-12", "S-71")
def test_after_the_end_nothing_private_stands_there_and_what_was_typed_comes_back_to_its_person(
    portal: Portal, phone: Page, sign_in: Callable[..., Page], new_page: Callable[..., Page]
) -> None:
    sign_in(phone, MAYA, "/energy/account/reading")
    phone.wait_for_selector("[data-whole='1']", state="attached")
    field = phone.get_by_label("What the meter shows")
    # The whole of it: a part that is sent after the end would be refused.
    with phone.expect_response(lambda said: "48213" in (said.request.post_data or "")):
        field.press_sequentially("48213")
    aged(portal, 31)
    asks_again(phone)
    expect(phone).to_have_url(re.compile(r"/sign-in\?problem=ended&next=%2Fenergy%2Faccount%2Freading"))
    expect(phone.get_by_role("status").filter(has_text="You are signed out")).to_be_visible()
    assert "48213" not in str(phone.evaluate("[{...localStorage}, {...sessionStorage}]"))
    calm(phone)
    _signs_in(phone, MAYA)
    expect(phone).to_have_url(re.compile(r"/energy/account/reading$"))
    expect(phone.get_by_label("What the meter shows")).to_have_value("48213")
    phone.context.clear_cookies()
    sign_in(phone, OMAR, "/energy/account/reading")
    phone.wait_for_selector("[data-whole='1']", state="attached")
    with phone.expect_response("**/drafts?*"):
        phone.reload()
    expect(phone.get_by_label("What the meter shows")).to_have_value("")


def _signs_in(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.line("S-13")
def test_a_sign_out_in_one_tab_covers_the_other_and_leads_to_the_sign_in(
    phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, OMAR, "/energy/usage")
    phone.wait_for_selector("script[src='/stay.js']", state="attached")
    other = phone.context.new_page()
    other.goto("/energy")
    calm(other)
    other.locator("details.menu summary").click()
    other.get_by_role("button", name="Sign out").click()
    expect(phone.get_by_role("alertdialog")).to_contain_text("You are signed out")
    expect(phone.locator("main")).to_be_hidden()
    expect(phone).to_have_url(re.compile(r"/sign-in\?problem=ended&next=%2Fenergy%2Fusage"))
    expect(other).to_have_url(re.compile(r"/sign-in$"))


def _secrets(context: BrowserContext) -> list[str]:
    cookies = [str(one.get("value")) for one in context.cookies() if "session" in str(one.get("name"))]
    tokens = [page.evaluate("sessionStorage.getItem('token')") for page in context.pages]
    return [one for one in (*cookies, *tokens) if one]


@pytest.mark.line("S-16")
def test_no_token_of_a_session_or_a_tab_stands_in_the_log_or_in_an_address(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    places: list[str] = []
    phone.on("framenavigated", lambda frame: places.append(frame.url))
    sign_in(phone, MAYA, "/energy")
    for link in ("Usage", "Billing", "Outages"):
        phone.get_by_role("navigation", name="Main").get_by_role("link", name=link).click()
        calm(phone)
    phone.goto("/energy/billing/bill?id=not-a-bill")
    calm(phone)
    secrets = _secrets(phone.context)
    phone.close()
    assert len(secrets) == 2
    said = portal.log.read_text()
    assert len(said) > 1_000
    assert not [one for one in secrets if one in said or any(one in place for place in places)]
