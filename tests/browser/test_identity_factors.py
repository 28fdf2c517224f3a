"""A second step from its picture to its code, a recovery code, a fresh proof amid a task, another device."""

import hashlib
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from pyotp.totp import TOTP

from tests.browser.conftest import served
from tests.browser.hand import MAYA, OMAR, ROSA
from tests.browser.pages import PASSWORD, Portal, axe, calm

OWN = "/energy/account/security"
SECRET = re.compile(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}")
TEN_CODES = re.compile(r"([2-9a-z]{5}-[2-9a-z]{5}\s?){10}")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of its own: what is changed here is how people sign in."""
    with served(tmp_path_factory.mktemp("factors") / "var", "factors") as here:
        yield here


@pytest.fixture
def asked_of_everybody(portal: Portal) -> Iterator[None]:
    """For one test, the company asks a second step of everybody who signs in."""

    def ask(whom: str) -> None:
        with closing(sqlite3.connect(portal.data_dir / "portal.db")) as rows, rows:
            rows.execute("UPDATE company SET second_factor = ? WHERE slug = 'brightwater'", (whom,))

    ask("everybody")
    yield
    ask("")


def reached(page: Page, path: str) -> Page:
    """The page that a form led to, once it is calm."""
    page.wait_for_url(lambda url: urlsplit(url).path == path)
    return calm(page)


def type_password(page: Page, email: str, wanted: str = "") -> None:
    page.goto("/sign-in" + (f"?next={wanted}" if wanted else ""))
    calm(page)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    reached(page, "/sign-in")


@pytest.mark.line("S-05", "X-30", "S-71")
def test_an_app_is_set_up_on_a_phone_and_asked_for_from_then_on(
    phone: Page, sign_in: Callable[..., Page], portal: Portal
) -> None:
    sign_in(phone, MAYA, "/energy/account")
    phone.get_by_role("link", name="Sign-in and devices").first.click()
    reached(phone, OWN)
    phone.get_by_role("link", name="Add an authenticator app").click()
    reached(phone, f"{OWN}/app")
    picture = phone.get_by_role("img", name="The picture to scan")
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("drawn => drawn.naturalWidth") > 0
    typed_out = phone.get_by_label("Or type this into the app")
    expect(typed_out).to_have_value(SECRET)
    app = TOTP(typed_out.input_value().replace(" ", ""))
    assert not axe(phone)
    phone.get_by_label("Code from your app").fill("000000")
    phone.get_by_role("button", name="Turn on").click()
    expect(phone.get_by_text("That code does not fit.")).to_be_visible()
    calm(phone)
    assert typed_out.input_value().replace(" ", "") == app.secret, "the picture that was scanned still counts"
    began = int(time.time()) // 30
    phone.get_by_label("Code from your app").fill(app.generate_otp(began))
    phone.get_by_role("button", name="Turn on").click()
    reached(phone, f"{OWN}/codes")
    shown = phone.get_by_label("Your recovery codes")
    expect(shown).to_have_value(TEN_CODES)
    codes = shown.input_value().split()
    assert not axe(phone)
    phone.get_by_role("link", name="I kept them, go on").click()
    reached(phone, OWN)
    expect(phone.get_by_text("10 of 10 left")).to_be_visible()

    sign_out(phone)
    type_password(phone, MAYA, "/energy/billing")
    reached(phone, "/sign-in/second")
    assert not axe(phone)
    phone.get_by_label("Code").fill("000000")
    phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_text("That code does not fit.")).to_be_visible()
    phone.get_by_label("Code").fill(app.generate_otp(began + 1))
    phone.get_by_role("button", name="Go on").click()
    reached(phone, "/energy/billing")

    sign_out(phone)
    type_password(phone, MAYA)
    reached(phone, "/sign-in/second")
    phone.get_by_label("Code").fill(codes[3].upper())
    phone.get_by_role("button", name="Go on").click()
    reached(phone, "/energy")
    phone.goto(OWN)
    calm(phone)
    expect(phone.get_by_text("9 of 10 left")).to_be_visible()
    said = portal.log.read_text()
    assert not [one for one in (*codes, app.secret) if one in said]


def made_old(page: Page, portal: Portal) -> None:
    """Let the proof of this page's session lie an hour back, under a cookie that no process remembers."""
    (cookie,) = [one for one in page.context.cookies() if one.get("name") == "portal_session"]
    fresh = secrets.token_urlsafe(32)
    old_key, new_key = (hashlib.sha256(one.encode()).hexdigest() for one in (str(cookie.get("value")), fresh))
    with closing(sqlite3.connect(portal.data_dir / "portal.db")) as rows, rows:
        changed = rows.execute(
            "UPDATE sign_in SET id = ?, proved_at = '2020-01-01 00:00:00.000000' WHERE id = ?",
            (new_key, old_key),
        )
        assert changed.rowcount == 1
    page.context.add_cookies([{**cookie, "value": fresh}])  # type: ignore[list-item]


@pytest.mark.line("S-05", "S-11")
def test_a_fresh_proof_comes_in_between_and_the_task_goes_on_where_it_was(
    phone: Page, sign_in: Callable[..., Page], portal: Portal
) -> None:
    sign_in(phone, OMAR)
    made_old(phone, portal)
    phone.goto("/energy/billing/autopay")
    calm(phone)
    phone.get_by_label("Your bank").fill("First Bank")
    with phone.expect_response(lambda said: "4417" in (said.request.post_data or "")):
        phone.get_by_label("Last four digits of your account").fill("4417")
    phone.get_by_role("button", name="Read what I agree to").click()
    reached(phone, "/prove")
    assert not axe(phone)
    phone.get_by_label("Password", exact=True).fill("not my password at all")
    phone.get_by_role("button", name="Confirm and go on").click()
    expect(phone.get_by_text("That is not your password.")).to_be_visible()
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.get_by_role("button", name="Confirm and go on").click()
    reached(phone, "/energy/billing/autopay")
    expect(phone.get_by_label("Your bank")).to_have_value("First Bank")
    expect(phone.get_by_label("Last four digits of your account")).to_have_value("4417")
    phone.get_by_role("button", name="Read what I agree to").click()
    expect(phone.get_by_role("heading", name="What you agree to")).to_be_visible()


@pytest.mark.line("S-15", "S-13")
def test_a_second_device_is_signed_out_from_the_first(
    phone: Page, desktop: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(desktop, OMAR, "/energy/usage")
    sign_in(phone, OMAR, OWN)
    there = phone.get_by_role("button", name="Sign out there").first
    before = phone.get_by_role("button", name="Sign out there").count()
    there.click()
    expect(phone.get_by_text("Signed out on ")).to_be_visible()
    expect(phone.get_by_role("button", name="Sign out there")).to_have_count(before - 1)
    while phone.get_by_role("button", name="Sign out there").count():
        left = phone.get_by_role("button", name="Sign out there").count()
        phone.get_by_role("button", name="Sign out there").first.click()
        expect(phone.get_by_role("button", name="Sign out there")).to_have_count(left - 1)
    desktop.goto("/energy/billing")
    reached(desktop, "/sign-in")
    phone.goto("/energy/billing")
    calm(phone)
    assert urlsplit(phone.url).path == "/energy/billing"


@pytest.mark.line("S-05")
def test_whoever_must_have_a_second_step_sets_it_up_before_anything_else(
    phone: Page, sign_in: Callable[..., Page], asked_of_everybody: None
) -> None:
    sign_in(phone, ROSA, "/staff/energy/outages")
    reached(phone, "/second-step")
    typed_out = phone.get_by_label("Or type this into the app")
    expect(typed_out).to_have_value(SECRET)
    assert not axe(phone)
    app = TOTP(typed_out.input_value().replace(" ", ""))
    phone.goto("/staff/energy")
    reached(phone, "/second-step")
    expect(typed_out).to_have_value(SECRET)
    phone.get_by_label("Code from your app").fill(app.now())
    phone.get_by_role("button", name="Turn on").click()
    expect(phone.get_by_label("Your recovery codes")).to_have_value(TEN_CODES)
    assert not axe(phone)
    phone.get_by_role("link", name="I kept them, go on").click()
    reached(phone, "/staff/energy")


def test_a_new_password_is_the_one_that_counts(phone: Page, sign_in: Callable[..., Page]) -> None:
    other = "other@brightwater-two.example"
    sign_in(phone, other, f"{OWN}/password")
    phone.get_by_label("Current password").fill(PASSWORD)
    phone.get_by_label("New password").fill("password1234")
    phone.get_by_role("button", name="Change my password").click()
    expect(phone.get_by_text("one of the first that others would try")).to_be_visible()
    assert not axe(phone)
    phone.get_by_label("Current password").fill(PASSWORD)
    phone.get_by_label("New password").fill("nine noisy badgers dig")
    phone.get_by_role("button", name="Change my password").click()
    reached(phone, OWN)
    expect(phone.get_by_text("Your password was changed")).to_be_visible()
    sign_in(phone, other, OWN, password="nine noisy badgers dig")
