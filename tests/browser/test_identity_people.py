"""Places in an account and View as, in a browser: invite, join, narrow, end; look and change nothing."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from portal_app.core import vault
from portal_app.services.identity.mailing import SEALED
from tests import engines
from tests.browser.conftest import served
from tests.browser.hand import MAYA, OMAR, ROSA
from tests.browser.pages import DESKTOP, PHONE, Portal, axe, calm

NEW = "nel@books.example"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of its own, since people come and go here."""
    with served(tmp_path_factory.mktemp("people") / "data", "people") as one:
        yield one


def link_in_newest_mail(portal: Portal) -> str:
    """The path and query of the link in the newest mail to somebody invited."""
    with sqlite3.connect(portal.data_dir / "portal.db") as db:
        newest = "SELECT payload FROM job WHERE kind = 'mail.send' ORDER BY made_at DESC, id DESC LIMIT 1"
        payload = json.loads(db.execute(newest).fetchone()[0])
    with engines.pointed_at(portal.database_url, portal.data_dir):
        link = json.loads(vault.unseal(payload["sealed"], SEALED))["link"]
    place = urlsplit(link)
    assert parse_qs(place.query)["token"]
    return f"{place.path}?{place.query}"


def invite_for_bills(page: Page) -> None:
    """Maya invites somebody for her bills alone, to begin at them."""
    page.get_by_role("button", name="Invite somebody").click()
    page.get_by_label("Email").fill(NEW)
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Bills and payments").check(force=True)
    page.get_by_label("They begin at").select_option("/billing")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("status").filter(has_text=f"Invited: {NEW}")).to_be_visible()


@pytest.mark.line("B-X13", "B-X2", "X-30", "S-24")
def test_invited_by_mail_somebody_sees_the_bills_alone_until_their_place_ends(
    portal: Portal, phone: Page, sign_in: Callable[..., Page], new_page: Callable[..., Page]
) -> None:
    sign_in(phone, MAYA, "/energy/account/people")
    invite_for_bills(phone)
    expect(phone.get_by_text("Member: bills and payments only")).to_be_visible()
    assert axe(phone) == []

    nel = new_page(PHONE)
    nel.goto(link_in_newest_mail(portal))
    calm(nel)
    expect(nel.get_by_role("heading", name="Maya Lund invites you")).to_be_visible()
    assert axe(nel) == []
    nel.get_by_label("Your name").fill("Nel New")
    nel.get_by_role("button", name="Just go on without a password").click()
    nel.wait_for_url(re.compile("/energy/billing"))
    calm(nel)
    expect(nel.get_by_role("link", name="Add a passkey")).to_be_visible()
    nel.goto("/energy/account")
    calm(nel)
    expect(nel.get_by_role("link", name=re.compile("Move, start or stop"))).to_have_count(0)
    nel.goto("/energy/account/people")
    nel.wait_for_url(re.compile("/energy$"))
    nel.goto("/energy/billing")
    calm(nel)

    phone.reload()
    calm(phone)
    phone.get_by_role("button", name="End Nel New").click()
    expect(phone.get_by_role("dialog", name=re.compile("End the place of Nel New"))).to_be_visible()
    phone.get_by_role("button", name="End the place of Nel New").click()
    expect(phone.get_by_role("status").filter(has_text="Nel New may do nothing more")).to_be_visible()
    # The page that stood open closes by itself; the next one shows nothing of Maya's.
    nel.get_by_role("alertdialog").get_by_text("Go on", exact=True).click()
    expect(nel.get_by_role("heading", name="No account is open to you here")).to_be_visible()
    expect(nel.get_by_role("button", name="Sign out, or sign in as somebody else")).to_be_visible()
    expect(nel.locator(".bone")).to_have_count(0)
    assert axe(nel) == []
    expect(nel.locator("main").get_by_text(re.compile(r"[$]\s?\d"))).to_have_count(0)
    nel.goto("/energy/billing")
    nel.wait_for_url(re.compile("/no-place$"))
    expect(nel.locator("main").get_by_text(re.compile(r"[$]\s?\d"))).to_have_count(0)


@pytest.mark.line("B-X19")
def test_who_looks_reads_it_on_every_page_and_changes_nothing(
    phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, ROSA, "/staff/energy/customers")
    phone.get_by_role("searchbox").fill("Maya")
    phone.keyboard.press("Enter")
    phone.get_by_role("link", name=re.compile("Maya Lund")).first.click()
    phone.get_by_role("link", name=re.compile("Their people")).click()
    phone.get_by_role("button", name="See what they see Maya Lund").click()
    expect(phone.get_by_role("dialog", name="See what Maya Lund sees")).to_be_visible()
    phone.get_by_label("Why do you look?").fill("Case 4711: the bill does not open")
    phone.get_by_role("button", name="Begin to look").click()
    phone.wait_for_url(re.compile("/energy$"))
    calm(phone)
    band = phone.get_by_role("region", name="You only look")
    expect(band).to_contain_text("You see what Maya Lund sees")
    phone.goto("/energy/account/choices")
    calm(phone)
    expect(band).to_be_visible()
    assert axe(phone) == []
    phone.get_by_text("Never", exact=True).first.click()
    phone.locator("main").get_by_role("button", name=re.compile("alert|warn", re.IGNORECASE)).first.click()
    expect(phone.get_by_role("status").filter(has_text="You are only looking")).to_be_visible()
    band.get_by_role("button", name="Stop looking").click()
    phone.wait_for_url(re.compile("/staff/energy/customers/people"))
    calm(phone)
    expect(band).to_have_count(0)


def test_another_account_is_two_taps_away_and_the_header_names_the_one_that_is_shown(
    portal: Portal, sign_in: Callable[..., Page], new_page: Callable[..., Page]
) -> None:
    with sqlite3.connect(portal.data_dir / "portal.db") as db:
        (omar,) = db.execute("SELECT id FROM person WHERE email = ?", (OMAR,)).fetchone()
        company, mine = db.execute(
            "SELECT company_id, account_id FROM member WHERE person_id = ?", (omar,)
        ).fetchone()
        others = db.execute(
            "SELECT id, name FROM account WHERE company_id = ? AND id != ? ORDER BY number DESC LIMIT 11",
            (company, mine),
        ).fetchall()
        db.executemany(
            "INSERT INTO member (id, made_at, company_id, account_id, person_id, role, scopes, sees, proxy,"
            " reason, given_by) VALUES (?, '2026-01-01', ?, ?, ?, 'owner', '', '', 0, '', '')",
            [(f"m{number:025}", company, account, omar) for number, (account, _) in enumerate(others)],
        )
    for size in (PHONE, DESKTOP):
        page = sign_in(new_page(size), OMAR, "/energy/billing")
        page.locator(".menu > summary").click()
        assert axe(page) == []
        last = page.locator(".menu-accounts button").last
        last.scroll_into_view_if_needed()
        name = last.locator(".strong").inner_text()
        expect(page.locator(".menu-accounts button")).to_have_count(12)
        last.click()
        page.wait_for_url(re.compile("/energy$"))
        calm(page)
        expect(page.locator(".menu > summary")).to_contain_text(name)

        page.locator(".menu > summary").click()
        shown = page.locator(".menu-accounts button:visible")
        other = page.locator(".menu-accounts button:not([disabled])").first.locator(".strong").inner_text()
        field = page.get_by_role("searchbox", name="Find an account")
        field.fill("nowhere at all")
        expect(shown).to_have_count(0)
        expect(page.get_by_text("No account of yours has that in it.")).to_be_visible()
        field.fill(other.upper())
        expect(page.get_by_text(re.compile(r"^\d+ of 12$"))).to_be_visible()
        expect(shown.first).to_contain_text(other)
        field.press("ArrowDown")
        expect(page.locator(".menu-accounts button:enabled:visible").first).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(field).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/energy$"))
        calm(page)
        expect(page.locator(".menu > summary")).to_contain_text(other)
