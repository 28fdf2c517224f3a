"""Coming in, looking around, going out; other people's things; help, the simple view, notices."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from portal_app.pages.catalogue import address, everywhere
from tests.browser.hand import OMAR, OTHER
from tests.browser.pages import Portal, calm

HELP = [
    (address(kind, page), page.guide.title)
    for kind, page in everywhere()
    if page.who == "customer" and page.guide.title and page.guide_var is None
]


@pytest.mark.line("X-16")
def test_a_wrong_password_keeps_the_email_and_says_how_to_mend_it(phone: Page) -> None:
    phone.goto("/sign-in")
    calm(phone)
    phone.get_by_label("Email").fill(OMAR)
    phone.get_by_label("Password", exact=True).fill("not my password")
    phone.get_by_role("button", name="Sign in").click()
    expect(phone.get_by_role("status").filter(has_text="do not belong together")).to_be_visible()
    expect(phone.get_by_text("Check both and try again").first).to_be_visible()
    expect(phone.get_by_label("Email")).to_have_value(OMAR)
    expect(phone.get_by_label("Password", exact=True)).to_have_value("")


@pytest.mark.parametrize(
    ("who", "sees"),
    [("Maya", "Maya Lund, 12 Elm Street"), ("Omar", "Omar Haddad"), ("Rosa", "Customers without power")],
)
def test_one_tap_looks_around_as_somebody(phone: Page, who: str, sees: str) -> None:
    phone.goto("/sign-in")
    calm(phone)
    phone.get_by_role("button", name=f"Look around as {who}").click()
    expect(phone.locator("main").get_by_text(sees).first).to_be_visible()


def _one(portal: Portal, question: str, *values: str) -> str:
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=10)) as db:
        return db.execute(question, values).fetchone()[0]


@pytest.mark.parametrize("stranger", [OMAR, OTHER])
def test_a_strangers_look_at_mayas_bill_finds_nothing(
    portal: Portal, phone: Page, sign_in: Callable[..., Page], stranger: str
) -> None:
    bill, number = _one(
        portal, "select id || ' ' || reference from bill where account_id ="
        " (select id from account where number = '4410-0927') order by issued_on desc limit 1",
    ).split()  # fmt: skip
    sign_in(phone, stranger, f"/energy/billing/bill?id={bill}")
    expect(phone.get_by_text("We could not find that bill")).to_be_visible()
    assert number not in phone.content()


@pytest.mark.parametrize("path", ["/energy", "/energy/billing", "/energy/outages", "/energy/usage"])
def test_another_companys_customer_never_sees_brightwater(
    phone: Page, sign_in: Callable[..., Page], path: str
) -> None:
    sign_in(phone, OTHER, path)
    seen = phone.locator("body").inner_text()
    assert "Harbour Light" in seen
    for theirs in ("Brightwater", "Elm Street", "Mill Road", "Maya", "Omar"):
        assert theirs not in seen


@pytest.mark.line("X-26")
@pytest.mark.parametrize(("path", "title"), HELP)
def test_help_is_about_the_page_and_escape_closes_it(
    phone: Page, sign_in: Callable[..., Page], path: str, title: str
) -> None:
    sign_in(phone, OMAR, path)
    phone.get_by_role("button", name="Help").click()
    drawer = phone.get_by_role("dialog", name=title)
    expect(drawer).to_be_visible()
    phone.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(phone.get_by_role("button", name="Help")).to_be_focused()


@pytest.mark.line("X-27")
def test_the_simple_view_makes_home_three_large_buttons_and_stays(
    new_page: Callable[..., Page], sign_in: Callable[..., Page]
) -> None:
    phone = sign_in(new_page(), OTHER)
    phone.locator("details.menu summary").click()
    phone.get_by_role("switch", name="Simple view").click()
    expect(phone.locator(".frame-in.easy")).to_be_visible()
    again = sign_in(new_page(), OTHER)
    buttons = again.locator(".easy .tasks .button")
    expect(buttons).to_have_count(3)
    assert all((one.bounding_box() or {"height": 0})["height"] >= 80 for one in buttons.all())
    again.locator("details.menu summary").click()
    again.get_by_role("switch", name="Simple view").click()
    expect(again.locator(".frame-in.easy")).to_have_count(0)
