"""A company's first day in a browser: the printed link, a passkey, the staff home that says what to do."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from portal_app.services.people import first_run
from portal_app.services.tenancy import service as tenancy
from tests import engines
from tests.browser.conftest import served
from tests.browser.newcomers import Device
from tests.browser.pages import Portal, axe, calm


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
