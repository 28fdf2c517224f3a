"""Rosa runs an outage while Maya's page is open: the page follows by itself, and says when power is back."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.hand import MAYA, ROSA
from tests.browser.pages import DESKTOP, PHONE, Portal, calm

LIVE = 5_000
"""Milliseconds until an open page shows what the company has changed."""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of its own: here the outage ends that other tests look at."""
    with served(tmp_path_factory.mktemp("outages") / "var", "outages") as here:
        yield here


def step(desk: Page, what: str) -> None:
    """Take the outage one step on, as the operator does it."""
    desk.locator(".choice label").filter(has_text=what).click()
    desk.get_by_role("button", name="Make it so").click()
    expect(desk.get_by_role("button", name="Make it so")).to_have_count(0)


@pytest.mark.line("X-05", "X-06", "U13-11", "U13-12")
def test_mayas_open_pages_follow_rosas_outage_to_its_end_and_the_next(
    new_page: Callable[..., Page], sign_in: Callable[..., Page]
) -> None:
    phone = sign_in(new_page(PHONE), MAYA)
    tracker = phone.context.new_page()
    tracker.goto("/energy/outages")
    calm(tracker)
    for page in (phone, tracker):
        page.evaluate("window.neverReloaded = true")
    desk = sign_in(new_page(DESKTOP), ROSA, "/staff/energy/outages")
    desk.locator("main").get_by_role("link").filter(has_text="Mill Road").first.click()
    expect(desk.get_by_role("heading", name="Take it one step on")).to_be_visible()
    band = phone.locator(".above")

    later = datetime.now(ZoneInfo("America/Los_Angeles")) + timedelta(minutes=50)
    desk.get_by_label("Power back, most likely").fill(later.strftime("%Y-%m-%dT%H:%M"))
    desk.get_by_label("Because").fill("the cable must be dug up")
    desk.get_by_role("button", name="Change the time").click()
    expect(band).to_contain_text(f"Back by {later:%H:%M}", timeout=LIVE)
    expect(tracker.locator("main")).to_contain_text("because the cable must be dug up", timeout=LIVE)

    step(desk, "Crew on site")
    expect(band).to_contain_text("Repair since", timeout=LIVE)
    expect(tracker.locator("main")).to_contain_text("the crew is on site", ignore_case=True, timeout=LIVE)

    step(desk, "Power is back")
    expect(band).to_contain_text(re.compile(r"restored at \d\d:\d\d", re.IGNORECASE), timeout=LIVE)

    desk.goto("/staff/energy/outages")
    calm(desk)
    desk.get_by_label("Feeder").first.select_option(label="Mill Road")
    desk.get_by_label("Area, as people there call it").fill("Elm Street")
    desk.get_by_role("button", name="Post outage").click()
    expect(band).to_contain_text("Power is out at 12 Elm Street", timeout=LIVE)
    for page in (phone, tracker):
        assert page.evaluate("window.neverReloaded") is True
