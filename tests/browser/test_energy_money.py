"""Autopay from set-up to stop, the keyboard alone, and a bill that is paid with Enter."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import MAYA, OMAR
from tests.browser.pages import calm


@pytest.mark.line("U13-06", "X-14", "X-15", "X-16")
def test_autopay_is_agreed_to_in_words_and_stopped_after_one_question(
    phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, OMAR, "/energy/billing/autopay")
    digits = phone.get_by_label("Last four digits of your account")
    phone.get_by_label("Your bank").fill("Valley Savings Bank")
    digits.fill("12")
    read = phone.get_by_role("button", name="Read what I agree to")
    read.click()
    expect(digits).to_have_attribute("aria-invalid", "true")
    expect(digits).to_have_accessible_description(re.compile("four digits", re.IGNORECASE))
    expect(digits).to_have_value("12")
    expect(phone.get_by_label("Your bank")).to_have_value("Valley Savings Bank")

    digits.fill("4471")
    read.click()
    expect(phone.get_by_role("heading", name="What you agree to")).to_be_visible()
    phone.get_by_role("button", name="I agree, turn autopay on").click()
    said = phone.get_by_role("status").filter(has_text="Reference")
    expect(said).to_be_visible()

    stop = phone.get_by_role("button", name="Stop autopay")
    stop.click()
    asked = phone.get_by_role("dialog", name="Stop autopay?")
    expect(asked).to_contain_text("Bills are no longer debited.")
    expect(asked.get_by_role("button", name="Keep autopay")).to_be_focused()
    phone.keyboard.press("Escape")
    expect(asked).to_have_count(0)
    expect(stop).to_be_focused()
    stop.click()
    asked.get_by_role("button", name="Stop autopay").click()
    expect(phone.locator("main")).to_contain_text("You pay each bill yourself.")
    expect(said).to_be_visible()


def tab_to(page: Page, words: str, most: int = 40) -> None:
    """Press Tab until the focus is on something of that name."""
    for _ in range(most):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.innerText || document.activeElement.ariaLabel || ''")
        if words in " ".join(name.split()):
            return
    pytest.fail(f"Tab does not reach {words!r}")


@pytest.mark.line("U13-05", "X-09")
def test_the_keyboard_alone_reaches_everything_and_enter_pays(
    desktop: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(desktop, MAYA)
    desktop.keyboard.press("Tab")
    expect(desktop.get_by_role("link", name="Skip to the page")).to_be_focused()
    desktop.keyboard.press("Enter")
    tab_to(desktop, "Pay my bill", most=3)
    desktop.keyboard.press("Enter")
    calm(desktop)
    expect(desktop).to_have_url(re.compile("/energy/billing/bill"))
    for entry in ("Usage", "Billing", "Outages", "Account"):
        expect(desktop.get_by_role("navigation", name="Main").get_by_role("link", name=entry)).to_be_visible()
    # The address changes before the page is drawn: the home's own "Pay my bill" may still stand there.
    expect(desktop.get_by_role("button", name="Pay my bill")).to_be_visible()
    tab_to(desktop, "Pay my bill")
    desktop.keyboard.press("Enter")
    expect(desktop.locator(".facts").get_by_text("Reference")).to_be_visible()


def test_tab_goes_through_the_main_navigation_in_order(desktop: Page, sign_in: Callable[..., Page]) -> None:
    sign_in(desktop, OMAR)
    for entry in ("Skip to the page", "Home", "Usage", "Billing", "Outages", "Account", "Pay my bill"):
        tab_to(desktop, entry, most=8)
