"""The energy customer's day on a phone: where do I stand, when is it back, pay, why is it high."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hand import MAYA, OMAR, in_first_view, task
from tests.browser.pages import PASSWORD, Portal, calm

OUT = re.compile(r"^Back by \d\d:\d\d, most likely$")


def rows(portal: Portal, question: str, *values: str) -> list[tuple]:
    """What is really stored behind the portal."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=10)) as db:
        return db.execute(question, values).fetchall()


def dollars(cents: int) -> str:
    return f"${cents / 100:,.2f}"


@pytest.mark.line("X-01", "X-02", "X-03", "U13-12", "U13-19")
def test_maya_signs_in_and_sees_her_power_her_bill_and_what_she_owes_at_once(
    portal: Portal, phone: Page
) -> None:
    phone.goto("/sign-in")
    calm(phone)
    phone.get_by_label("Email").fill(MAYA)
    phone.get_by_label("Password", exact=True).fill(PASSWORD)
    with task(phone, "when is my power back", taps=0, seconds=10):
        phone.get_by_role("button", name="Sign in").click()
        expect(phone.get_by_text(OUT).first).to_be_visible()
    calm(phone)
    ((owed,),) = rows(
        portal,
        "select sum(cents) from ledger_entry where ledger = 'receivable'"
        " and account_id = (select id from account where number = '4410-0927')",
    )
    assert owed > 0
    in_first_view(
        phone,
        phone.get_by_text("Power is out at 12 Elm Street", exact=True),
        phone.get_by_text(OUT),
        phone.get_by_text("Maya Lund, 12 Elm Street"),
        phone.get_by_text("Account up to date"),
        phone.get_by_role("heading", level=1, name=re.compile("^Your bill so far, ")),
        phone.locator(".headline .figure"),
        phone.get_by_role("link", name="Pay my bill").filter(has_text=dollars(owed)),
        phone.get_by_role("link", name="See why it is high").first,
        phone.get_by_role("link", name="Report an outage"),
    )


@pytest.mark.line("X-03")
def test_two_people_never_get_the_same_home(
    new_page: Callable[..., Page], sign_in: Callable[..., Page]
) -> None:
    maya = sign_in(new_page(), MAYA).locator("main").inner_text()
    omar = sign_in(new_page(), OMAR).locator("main").inner_text()
    assert "Omar Haddad" not in maya
    assert "Maya Lund" not in omar
    assert maya != omar


@pytest.mark.line("U13-01")
def test_omar_sees_his_three_places_and_opens_each(phone: Page, sign_in: Callable[..., Page]) -> None:
    sign_in(phone, OMAR)
    for name, street in (
        ("Corner shop", "3 Mill Road"),
        ("Bakery", "41 Valley Road"),
        ("Eastfield kiosk", "7 Eastfield Lane"),
    ):
        row = phone.locator("main").get_by_role("link").filter(has_text=name).filter(has_text=street)
        expect(row).to_have_count(1)
        row.click()
        expect(phone.get_by_role("radio", name=re.compile(name))).to_be_checked()
        calm(phone)
        phone.get_by_role("navigation", name="Main").get_by_role("link", name="Home").click()
        expect(phone.get_by_role("heading", level=1, name=re.compile("Your bills so far"))).to_be_visible()


@pytest.mark.line("U13-09", "X-02", "X-15")
def test_an_outage_is_reported_with_two_taps(phone: Page, sign_in: Callable[..., Page]) -> None:
    sign_in(phone, OMAR)
    with task(phone, "report an outage", taps=2, seconds=10) as hand:
        hand.tap(phone.get_by_role("link", name="Report an outage"))
        hand.tap(phone.get_by_role("button", name=re.compile("^Report: no power at ")))
        expect(phone.get_by_role("status").filter(has_text="Reference")).to_be_visible()


@pytest.mark.line("U13-09", "X-02", "X-16")
@pytest.mark.parametrize("known_by", ["4410-0927", "5550127"])
def test_somebody_signed_out_reports_with_two_taps(portal: Portal, phone: Page, known_by: str) -> None:
    phone.goto("/sign-in")
    calm(phone)
    with task(phone, f"report signed out by {known_by}", taps=2, seconds=10) as hand:
        hand.tap(phone.get_by_role("link", name="Report an outage, no sign-in"))
        phone.get_by_label("Account number or phone").fill(known_by)
        hand.tap(phone.get_by_role("button", name="Report an outage"))
        expect(phone.get_by_role("status").filter(has_text="your report is in")).to_be_visible()
    expect(phone.locator(".mast")).to_contain_text("Brightwater Power")
    reports = rows(
        portal,
        "select channel from outagereport where account_id ="
        " (select id from account where number = '4410-0927') and channel = 'open'",
    )
    assert reports == [("open",)]


@pytest.mark.line("X-16")
def test_a_number_too_short_is_told_beside_the_field_and_kept(phone: Page) -> None:
    phone.goto("/energy/report")
    calm(phone)
    field = phone.get_by_label("Account number or phone")
    field.fill("12")
    phone.get_by_role("button", name="Report an outage").click()
    expect(phone.get_by_text("6 digits or more")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("6 digits or more"))
    expect(field).to_have_value("12")


@pytest.mark.line("U13-05", "X-02", "X-15")
def test_no_more_than_three_taps_pay_the_bill_by_a_recorded_transfer(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, MAYA)
    with task(phone, "pay", taps=3, seconds=15) as hand:
        hand.tap(phone.get_by_role("link", name="Pay my bill"))
        hand.tap(phone.get_by_role("button", name=re.compile("^Pay ")))
        asked = phone.locator(".facts div").filter(has_text="Reference").locator("dd")
        expect(asked).to_be_visible()
    reference = asked.inner_text()
    expect(phone.get_by_role("status").filter(has_text=f"Reference {reference}")).to_be_visible()
    stored = rows(portal, "select count(*) from payment where reference = ?", reference)
    assert stored == [(1,)]


@pytest.mark.line("U13-08", "X-02")
def test_two_taps_explain_a_line_of_the_bill(phone: Page, sign_in: Callable[..., Page]) -> None:
    sign_in(phone, MAYA)
    with task(phone, "explain a line", taps=2, seconds=10) as hand:
        hand.tap(phone.get_by_role("link", name="Explain each line"))
        hand.tap(phone.locator(".bill summary").first)
        expect(phone.locator(".bill .why").first).to_be_visible()
    lines = phone.locator(".bill details")
    for line in lines.all():
        assert len(line.locator(".why").text_content() or "") > 20


@pytest.mark.line("U13-03", "U13-19", "X-02")
def test_one_tap_shows_the_marked_day_with_its_reason(phone: Page, sign_in: Callable[..., Page]) -> None:
    sign_in(phone, MAYA)
    with task(phone, "why is it high", taps=1, seconds=10) as hand:
        hand.tap(phone.get_by_role("link", name="See why it is high").first)
        told = phone.get_by_text(re.compile(r"\d+ % above your usual \w+: .+")).first
        expect(told).to_be_visible()
    expect(phone.get_by_role("heading", name=re.compile("^What made "))).to_be_visible()
