"""A company's first day in a browser: the printed link, a passkey, the staff home that says what to do."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from portal_app.core.access import acting_for_company
from portal_app.core.clock import now
from portal_app.services.identity import passwords
from portal_app.services.people import first_run
from portal_app.services.tenancy import service as tenancy
from tests import engines
from tests.browser.conftest import served
from tests.browser.newcomers import Device, Newcomer, newcomer
from tests.browser.pages import PASSWORD, Portal, axe, calm


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of its own, since companies are opened here."""
    with served(tmp_path_factory.mktemp("company") / "data", "company") as one:
        yield one


def opened(portal: Portal, slug: str, name: str, **facts: str) -> str:
    """Open a company's books as the command does; the path of its first administrator's link."""
    with engines.pointed_at(portal.database_url, portal.data_dir):
        tenancy.create_company(slug, "energy", name, **facts)
        company = tenancy.company_named(slug)
        assert company is not None
        link = urlsplit(first_run.make_link(company, "administrator", f"ida@{slug}.example"))
    return f"{link.path}?{link.query}"


def moved_in(page: Page, link: str) -> None:
    """Take the link up with a passkey, and come to the staff home."""
    Device(page)
    page.goto(link)
    calm(page)
    page.get_by_label("Your name").fill("Ida Holm")
    page.get_by_role("button", name="Just go on without a password").click()
    expect(page.get_by_role("heading", name="Set up your second step")).to_be_visible()
    calm(page)
    page.get_by_role("button", name="Use a passkey instead").click()
    # Ten codes are hashed slowly on purpose.
    page.get_by_role("link", name="I kept them, go on").click(timeout=30_000)
    expect(page.get_by_role("heading", name="Right now")).to_be_visible()
    calm(page)


@pytest.mark.line("S-08")
def test_the_first_administrator_comes_in_by_the_link_and_reads_what_to_do_first(
    portal: Portal, phone: Page
) -> None:
    link = opened(portal, "acme", "Acme Power")
    moved_in(phone, link)
    first = phone.locator("section").filter(has=phone.get_by_role("heading", name="To begin with"))
    expect(first.get_by_role("link", name="Bring data in")).to_be_visible()
    assert axe(phone) == []
    first.get_by_role("link", name="Invite people").click()
    expect(phone.get_by_role("heading", name="Our people")).to_be_visible()
    phone.context.clear_cookies()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="This invitation no longer works").last).to_be_visible()


GOLD, READABLE = "#ffcc00", "#6e5600"


@pytest.mark.line("B-X7")
def test_a_colour_that_cannot_be_read_is_refused_and_the_nearest_one_is_worn_where_people_sign_in(
    portal: Portal, phone: Page, new_page: Callable[..., Page]
) -> None:
    moved_in(phone, opened(portal, "bolt", "Bolt Power"))
    phone.get_by_role("link", name="Set the brand").click()
    phone.get_by_label("Your colour").fill(GOLD)
    problem = phone.get_by_role("alert").filter(has_text="The nearest colour that can be read is")
    expect(problem).to_contain_text("the words on a button on your colour would have a contrast of 1.51:1")
    phone.get_by_role("button", name=f"Take {READABLE}").click()
    expect(phone.get_by_label("Your colour")).to_have_value(READABLE)
    expect(problem).to_have_count(0)
    expect(phone.locator(".brand-try .button")).to_have_css("background-color", "rgb(110, 86, 0)")
    expect(phone.locator(".brand-try [inert]")).not_to_contain_text("bill")
    assert axe(phone) == []
    phone.get_by_role("button", name="Save the brand").click()
    expect(phone.get_by_role("status").filter(has_text="Your brand is saved")).to_be_visible()
    # The one that was pressed is darker while the pointer rests on it.
    expect(phone.get_by_role("button", name="Save the mark")).to_have_css(
        "background-color", "rgb(110, 86, 0)"
    )
    drawn = BytesIO()
    Image.new("RGB", (300, 100), "#123456").save(drawn, "PNG")
    phone.get_by_label("Picture of your mark").set_input_files(
        {"name": "mark.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
    )
    phone.get_by_role("button", name="Save the mark").click()
    phone.wait_for_url(re.compile("saved=mark"))
    calm(phone)
    expect(phone.locator("header .mark img")).to_be_visible()
    somebody = new_page()
    somebody.goto("/sign-in?company=bolt")
    calm(somebody)
    expect(somebody.locator("header .mark")).to_contain_text("Bolt Power")
    expect(somebody.locator("header .mark img")).to_have_js_property("naturalWidth", 300)
    expect(somebody.get_by_role("button", name="Sign in", exact=True)).to_have_css(
        "background-color", "rgb(110, 86, 0)"
    )
    assert axe(somebody) == []


@pytest.mark.line("X-24")
def test_a_companys_own_host_and_its_path_open_its_sign_in_page_and_let_its_people_in(
    portal: Portal, phone: Page
) -> None:
    opened(portal, "volt", "Volt Power", host="volt.localhost")
    nia = newcomer(portal, "volt")
    own = portal.url.replace("localhost", "volt.localhost")
    phone.goto(f"{own}/")
    phone.wait_for_url(f"{own}/sign-in")
    calm(phone)
    expect(phone.locator("header .mark")).to_contain_text("Volt Power")
    phone.get_by_label("Email").fill(nia.email)
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    phone.wait_for_url(f"{own}/energy")
    calm(phone)
    expect(phone.locator("header .mark")).to_contain_text("Volt Power")
    phone.goto(f"{portal.url}/c/volt")
    phone.wait_for_url(f"{portal.url}/sign-in?company=volt")
    calm(phone)
    expect(phone.locator("header .mark")).to_contain_text("Volt Power")


def proved_twice(portal: Portal, slug: str, somebody: Newcomer) -> None:
    """One more company knows somebody by the same address and password; they have shown it is theirs."""
    with engines.pointed_at(portal.database_url, portal.data_dir):
        company = tenancy.company_named(slug)
        assert company is not None
        with acting_for_company(company.id, kind="energy") as house:
            account = tenancy.open_account(house, f"{slug}-2", "At the other one")
            person = tenancy.add_person(house, somebody.email, "Nia Newman")
            tenancy.give_place(house, account, person)
            house.change(person, password_hash=passwords.keep(PASSWORD), email_proved_at=now())


def typed_in(page: Page, email: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.line("X-24")
def test_somebody_of_two_companies_taps_the_one_they_mean_is_remembered_and_changes_over(
    portal: Portal, phone: Page
) -> None:
    opened(portal, "fjord-heat", "Fjord District Heating", brand="fjord")
    nia = newcomer(portal, "brightwater")
    proved_twice(portal, "fjord-heat", nia)
    phone.goto("/sign-in?next=/energy/billing")
    calm(phone)
    typed_in(phone, nia.email)
    expect(phone.get_by_role("heading", name="Which company?")).to_be_visible()
    rows = phone.locator("main li")
    expect(rows).to_have_count(2)
    assert all(row.bounding_box()["height"] >= 56 for row in rows.all())
    assert axe(phone) == []
    phone.get_by_role("button", name="Fjord District Heating").click()
    phone.wait_for_url("**/energy/billing")
    calm(phone)
    expect(phone.locator("header .mark")).to_contain_text("Fjord District Heating")
    phone.locator(".menu summary").click()
    phone.get_by_role("button", name="Sign out", exact=True).click()
    phone.wait_for_url("**/sign-in")
    calm(phone)
    typed_in(phone, nia.email)
    phone.wait_for_url("**/energy")
    calm(phone)
    expect(phone.locator("header .mark")).to_contain_text("Fjord District Heating")
    phone.locator(".menu summary").click()
    phone.get_by_role("button", name="Brightwater").click()
    phone.wait_for_url("**/sign-in?company=brightwater&**")
    calm(phone)
    expect(phone.get_by_label("Email")).to_have_value(nia.email)
    phone.get_by_label("Password").fill(PASSWORD)
    phone.get_by_role("button", name="Sign in", exact=True).click()
    phone.wait_for_url("**/energy")
    calm(phone)
    expect(phone.locator("header .mark")).to_contain_text("Brightwater")
