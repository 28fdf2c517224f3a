"""The account on a phone: moving, a reading of one's own, choices."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import MAYA, OMAR
from tests.browser.pages import calm


@pytest.mark.line("U13-15", "X-16")
def test_a_reading_with_too_few_digits_is_told_beside_its_field(
    phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, MAYA, "/energy/account/reading")
    dial = phone.get_by_label("What the meter shows")
    dial.fill("12")
    phone.get_by_role("button", name="Send my reading").click()
    expect(dial).to_have_attribute("aria-invalid", "true")
    expect(dial).to_have_accessible_description(re.compile("digits"))
    expect(dial).to_have_value("12")


@pytest.mark.line("U13-16", "X-15")
def test_a_choice_is_kept_and_said(phone: Page, sign_in: Callable[..., Page]) -> None:
    sign_in(phone, OMAR, "/energy/account/choices")
    phone.get_by_text("Never", exact=True).first.click()
    phone.locator("main").get_by_role("button", name=re.compile("alert|warn", re.IGNORECASE)).first.click()
    expect(
        phone.locator(".said [role=status], [role=status]")
        .filter(has_text=re.compile("alert", re.IGNORECASE))
        .first
    ).to_be_visible()
    phone.reload()
    calm(phone)
    expect(phone.get_by_role("radio", name="Never")).to_be_checked()


@pytest.mark.line("U13-14")
def test_service_stops_one_question_at_a_time_and_asks_once(
    phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, OMAR, "/energy/account")
    phone.get_by_role("link", name="Move, start or stop service").click()
    first = phone.get_by_role("heading", name="What would you like to do?")
    expect(first).to_be_visible()
    phone.get_by_role("radio", name=re.compile("^Stop service")).click(force=True)
    phone.get_by_role("button", name="Next question").click()
    expect(first).to_have_count(0)
    asked = phone.locator(".wizard h2").first.inner_text()
    phone.reload()
    calm(phone)
    expect(phone.get_by_role("heading", name=asked)).to_be_visible()
