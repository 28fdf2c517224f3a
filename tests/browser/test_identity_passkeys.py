"""Passkeys on a phone: added, used to sign in, as second step and as fresh proof, renamed, removed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal_app.services.identity.tables import Passkey
from tests.browser.hand import task
from tests.browser.newcomers import Device, invited, newcomer
from tests.browser.pages import PASSWORD, Portal, Troubles, axe, calm

SECURITY = "/energy/account/security"


def by_button_alone(page: Page) -> None:
    """Let the field for a name offer nothing by itself, since a device that is there would answer at once."""
    page.add_init_script(
        "if (window.PublicKeyCredential)"
        " PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)"
    )


def sign_out(page: Page) -> None:
    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def add(page: Page) -> None:
    """Add a passkey on the page about signing in; the recovery codes come after a first one."""
    page.get_by_role("button", name="Add a passkey").click()
    # Ten codes are hashed slowly on purpose.
    expect(page.get_by_text("Keep these somewhere safe")).to_be_visible(timeout=30_000)
    calm(page)


@pytest.mark.line("S-05")
def test_a_passkey_added_on_a_phone_signs_in_without_a_name(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    nia, device = newcomer(portal), Device(phone)
    sign_in(phone, nia.email, SECURITY)
    expect(phone.get_by_text("You have none yet. With one, your finger")).to_be_visible()
    add(phone)
    assert len(device.keys) == 1
    assert device.keys[0]["isResidentCredential"]
    phone.goto(SECURITY)
    calm(phone)
    expect(phone.locator(".row").filter(has_text="Chrome on Linux").first).to_be_visible()
    assert axe(phone) == []
    by_button_alone(phone)
    sign_out(phone)
    calm(phone)
    expect(phone.get_by_label("Email")).to_have_attribute("autocomplete", "username webauthn")
    phone.get_by_role("button", name="Use a passkey").click()
    expect(phone).to_have_url(re.compile("/energy$"))
    calm(phone)
    (kept,) = nia.stored(Passkey)
    assert kept.used_at is not None
    assert kept.sign_count > 0


@pytest.mark.line("S-05")
def test_the_field_for_a_name_offers_the_passkey_by_itself(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    nia, device = newcomer(portal), Device(phone)
    sign_in(phone, nia.email, SECURITY)
    add(phone)
    device.awake(False)
    sign_out(phone)
    device.awake(True)
    phone.goto("/sign-in?next=/energy/billing")
    expect(phone).to_have_url(re.compile("/energy/billing$"))


@pytest.mark.line("S-05")
def test_after_a_password_the_passkey_is_the_second_step(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    nia = newcomer(portal)
    Device(phone)
    sign_in(phone, nia.email, SECURITY)
    add(phone)
    by_button_alone(phone)
    sign_out(phone)
    phone.goto("/sign-in?next=/energy/usage")
    calm(phone)
    phone.get_by_label("Email").fill(nia.email)
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.get_by_role("button", name="Sign in").click()
    expect(phone.get_by_role("heading", name="Your second step")).to_be_visible()
    calm(phone)
    assert axe(phone) == []
    phone.get_by_role("button", name="Use a passkey").click()
    expect(phone).to_have_url(re.compile("/energy/usage$"))


@pytest.mark.line("S-05")
def test_adding_after_five_minutes_asks_for_the_passkey_once_more_and_leads_back(
    portal: Portal, phone: Page, sign_in: Callable[..., Page], troubles: Troubles
) -> None:
    nia, device = newcomer(portal), Device(phone)
    sign_in(phone, nia.email, SECURITY)
    add(phone)
    phone.context.add_cookies([nia.session(proved=timedelta(minutes=6))])
    phone.goto(SECURITY)
    calm(phone)
    phone.get_by_role("button", name="Add a passkey").click()
    expect(phone.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    calm(phone)
    phone.get_by_role("button", name="Use a passkey").click()
    expect(phone).to_have_url(re.compile(SECURITY))
    calm(phone)
    device.put_away()
    second = Device(phone)
    phone.get_by_role("button", name="Add a passkey").click()
    expect(phone.get_by_text("Your passkey was added")).to_be_visible()
    expect(phone.locator(".row").filter(has_text="Chrome on Linux 2").first).to_be_visible()
    assert len(second.keys) == 1
    assert len(nia.stored(Passkey)) == 2
    assert troubles.take("403")


@pytest.mark.line("S-05", "X-14", "X-16")
def test_a_passkey_is_renamed_and_removed_after_being_asked_once(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    nia = newcomer(portal)
    Device(phone)
    sign_in(phone, nia.email, SECURITY)
    add(phone)
    phone.goto(SECURITY)
    calm(phone)
    phone.get_by_role("button", name="Rename Chrome on Linux").click()
    phone.get_by_label("Name of this passkey").fill(" ")
    phone.get_by_role("button", name="Save the name").click()
    expect(phone.get_by_text("Give it a name of 1 to 60 letters").first).to_be_visible()
    phone.get_by_label("Name of this passkey").fill("My phone")
    phone.get_by_role("button", name="Save the name").click()
    expect(phone.locator(".row").filter(has_text="My phone").first).to_be_visible()
    phone.get_by_role("button", name="Remove My phone").click()
    expect(phone.get_by_role("dialog")).to_contain_text("Remove the passkey My phone?")
    expect(phone.get_by_role("dialog")).to_contain_text("You can still sign in with your password alone.")
    assert axe(phone) == []
    phone.keyboard.press("Escape")
    assert len(nia.stored(Passkey)) == 1
    phone.get_by_role("button", name="Remove My phone").click()
    phone.get_by_role("dialog").get_by_role("button", name="Remove the passkey").click()
    expect(phone.get_by_text("My phone no longer signs you in")).to_be_visible()
    expect(phone.get_by_text("You have none yet. With one, your finger")).to_be_visible()
    assert nia.stored(Passkey) == []


@pytest.mark.line("S-05", "X-16")
def test_a_device_that_does_not_know_its_person_lets_nobody_in_and_says_what_to_do(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    nia, device = newcomer(portal), Device(phone)
    sign_in(phone, nia.email, SECURITY)
    add(phone)
    by_button_alone(phone)
    sign_out(phone)
    calm(phone)
    device.unlocks(False)
    phone.get_by_role("button", name="Use a passkey").click()
    said = phone.get_by_role("status").filter(has_text="No passkey was used")
    expect(said).to_be_visible()
    assert axe(phone) == []


@pytest.mark.line("S-05")
def test_somebody_new_joins_adds_a_passkey_and_signs_in_with_it_in_under_a_minute(
    portal: Portal, phone: Page
) -> None:
    link, device = invited(portal), Device(phone)
    by_button_alone(phone)
    with task(phone, "join and sign in by passkey", taps=7, seconds=60) as hand:
        phone.goto(link)
        calm(phone)
        phone.get_by_label("Your name").fill("Nia Newman")
        hand.tap(phone.get_by_role("button", name="Just go on without a password"))
        expect(phone.get_by_text("You are in")).to_be_visible()
        hand.tap(phone.get_by_role("link", name="Add a passkey"))
        hand.tap(phone.get_by_role("button", name="Add a passkey"))
        expect(phone.get_by_role("heading", name="Recovery codes")).to_be_visible()
        assert len(device.keys) == 1
        calm(phone)
        hand.tap(phone.locator("details.menu summary"))
        hand.tap(phone.get_by_role("button", name="Sign out"))
        hand.tap(phone.get_by_role("button", name="Use a passkey"))
        expect(phone).to_have_url(re.compile("/energy$"))
        expect(phone.locator("main").get_by_text("Nia").first).to_be_visible()


def test_where_a_browser_keeps_no_passkeys_nothing_of_them_is_shown(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto("/sign-in")
    calm(page)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()


def test_the_script_of_passkeys_comes_with_the_pages_that_use_it_alone(
    phone: Page, sign_in: Callable[..., Page]
) -> None:
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    sign_in(phone, "maya@brightwater.example", "/energy")
    phone.goto("/energy/billing")
    calm(phone)
    assert not [url for url in asked if "passkeys" in url]
    phone.goto(SECURITY)
    calm(phone)
    expect(phone.locator(":root[data-passkeys]")).to_be_attached()
    assert len([url for url in asked if url.endswith("/passkeys.js")]) == 1


def test_a_page_reached_without_loading_has_its_passkeys_too(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    nia, device = newcomer(portal), Device(phone)
    sign_in(phone, nia.email, f"{SECURITY}/password")
    phone.get_by_role("link", name="Sign-in and devices").first.click()
    expect(phone.get_by_role("heading", name="Passkeys")).to_be_visible()
    add(phone)
    assert len(device.keys) == 1
