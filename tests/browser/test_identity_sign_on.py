"""Company sign-in with real providers: set up by an administrator, then used on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete
from sqlmodel import col

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Person
from portal_app.services.identity.saml_metadata import Ours
from portal_app.services.identity.tables import OutsideName, SignOn, SignOnTry
from tests import engines, saml_house
from tests.browser.conftest import served
from tests.browser.pages import PHONE, Portal, axe, calm
from tests.other_house import CLIENT, SECRET, certified

ROSA = "rosa@brightwater.example"
NINA = "nina@brightwater.example"
PIA = "pia@brightwater.example"
PEOPLE = {
    "nina": {"email": NINA, "email_verified": True, "name": "Nina Nowak", "groups": ["crew"]},
    "omar": {"email": "omar@brightwater.example", "email_verified": True, "groups": ["crew"]},
}
BACK = "/auth/sign-on/back/brightwater"
SAML = "/auth/sign-on/saml/brightwater"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of its own, since its sign-in page changes here."""
    folder: Path = tmp_path_factory.mktemp("sign-on") / "var"
    with served(folder, "sign-on") as here:
        yield here


@pytest.fixture(autouse=True)
def none_yet(portal: Portal) -> None:
    """Each test begins with no provider."""
    with engines.pointed_at(portal.database_url, portal.data_dir), before_sign_in() as db:
        for table in (OutsideName, SignOnTry, SignOn):
            db.execute(delete(table))


@pytest.fixture(scope="module")
def issuer(portal: Portal) -> Iterator[str]:
    """A certified provider that leads back to it."""
    with certified(f"{portal.url}{BACK}", PEOPLE) as here:
        yield here


def stored(portal: Portal, table: type, *where: object) -> list:
    with engines.pointed_at(portal.database_url, portal.data_dir), before_sign_in(reads_only=True) as db:
        return list(db.exec(unscoped(table, *where)))


def prove(portal: Portal, issuer: str) -> None:
    """Take the domain as proved; that a mail does it is shown elsewhere."""
    with engines.pointed_at(portal.database_url, portal.data_dir), before_sign_in() as db:
        one = db.exec(unscoped(SignOn, col(SignOn.issuer) == issuer)).one()
        one.domains_proved = one.domains
        db.add(one)


def go_through(page: Page, login: str) -> None:
    """Sign in and agree at the provider."""
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill("x")
    page.locator("button[type=submit]").click()
    page.locator("input[name=prompt][value=consent]").wait_for(state="attached")
    page.locator("button[type=submit]").click()


def without_their_fonts(page: Page) -> None:
    """The provider's own pages ask for a font of another house, which is not to be had here."""
    page.context.route("https://fonts.googleapis.com/**", lambda route: route.fulfill(body=""))


def is_easy(page: Page) -> None:
    # With the whole page in view, so that no button lies half under the bar at the bottom.
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**PHONE, "height": max(PHONE["height"], tall) + 400})
    assert axe(page) == []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.set_viewport_size(PHONE)


@pytest.mark.line("S-06")
def test_an_administrator_sets_it_up_and_somebody_new_comes_in_by_it_on_a_phone(
    new_page, sign_in, portal: Portal, issuer: str
) -> None:
    rosa: Page = new_page(PHONE)
    without_their_fonts(rosa)
    sign_in(rosa, ROSA)
    rosa.goto("/staff/energy/sign-on")
    expect(calm(rosa).get_by_text("Nobody signs in by a provider yet.")).to_be_visible()
    expect(rosa.get_by_label("Redirect address")).to_have_value(f"{portal.url}{BACK}")
    rosa.get_by_role("button", name="Add by OpenID Connect").click()
    rosa.get_by_label("Name on the button").fill("Brightwater Works")
    rosa.get_by_label("Issuer").fill(issuer)
    rosa.get_by_label("Client ID").fill(CLIENT)
    rosa.get_by_label("Email domains").fill("brightwater.example")
    rosa.get_by_label("Which group is what here?").fill("crew = king")
    rosa.get_by_role("button", name="Save").click()
    expect(rosa.get_by_text("There is no role “king”")).to_be_visible()
    expect(rosa.get_by_label("Issuer")).to_have_value(issuer)
    assert axe(rosa) == []
    rosa.get_by_label("Which group is what here?").fill("crew = Operator")
    rosa.get_by_role("button", name="Save").click()
    expect(rosa.get_by_role("heading", name="Brightwater Works")).to_be_visible()
    expect(rosa.locator("#main").get_by_text("Next: prove that the email domain")).to_be_visible()
    rosa.get_by_role("button", name="Client secret Brightwater Works").click()
    rosa.get_by_role("textbox", name="Client secret").fill(SECRET)
    rosa.get_by_role("button", name="Keep the secret").click()
    expect(rosa.get_by_text("A secret is kept")).to_be_visible()
    prove(portal, issuer)
    rosa.goto("/staff/energy/sign-on")
    calm(rosa).get_by_role("button", name="Try it Brightwater Works").click()
    go_through(rosa, "nina")
    rosa.wait_for_url("**/staff/energy/sign-on")
    expect(calm(rosa).get_by_text(f"It works. {NINA} would be made known here as operator.")).to_be_visible()
    is_easy(rosa)
    rosa.get_by_role("button", name="Turn on Brightwater Works").click()
    expect(rosa.get_by_text("On: Brightwater Works")).to_be_visible()
    assert stored(portal, Person, col(Person.email) == NINA) == []

    phone: Page = new_page(PHONE)
    without_their_fonts(phone)
    phone.goto("/sign-in?next=/staff/energy/outages")
    calm(phone).get_by_label("Email").fill(NINA)
    phone.get_by_label("Password").focus()
    way = phone.get_by_role("link", name="Continue with Brightwater Works")
    expect(way).to_be_visible()
    is_easy(phone)
    way.click()
    go_through(phone, "nina")
    phone.wait_for_url("**/staff/energy/outages")
    expect(calm(phone).get_by_role("heading", level=1)).to_be_visible()
    (nina,) = stored(portal, Person, col(Person.email) == NINA)
    assert (nina.name, nina.staff_role) == ("Nina Nowak", "operator")
    (named,) = stored(portal, OutsideName)
    assert (named.issuer, named.subject, named.person_id) == (issuer, "nina", nina.id)


@pytest.mark.line("S-06")
def test_an_unknown_address_of_that_domain_is_offered_the_same_and_another_domain_nothing(
    phone: Page, portal: Portal, issuer: str
) -> None:
    with engines.pointed_at(portal.database_url, portal.data_dir), before_sign_in() as db:
        (maya,) = db.exec(unscoped(Person, col(Person.email) == "maya@brightwater.example"))
        facts = {"company_id": maya.company_id, "name": "Brightwater Works", "issuer": issuer}
        db.add(SignOn(**facts, client_id=CLIENT, domains_proved="brightwater.example"))
    phone.goto("/sign-in")
    way = calm(phone).get_by_role("link", name="Continue with Brightwater Works")
    for typed, offered in (
        ("maya@brightwater.example", 1),
        ("maya@elsewhere.example", 0),
        ("nobody-at-all@brightwater.example", 1),
    ):
        phone.get_by_label("Email").fill(typed)
        phone.get_by_label("Password").focus()
        expect(way).to_have_count(offered)


def sign_in_at_saml(page: Page, login: str) -> None:
    """Sign in at the SAML provider, whose page posts its answer by itself."""
    page.get_by_label("Who").fill(login)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.line("S-06", "S-38")
def test_a_saml_provider_is_set_up_by_its_address_and_somebody_new_comes_in_by_it(
    new_page, sign_in, portal: Portal
) -> None:
    people = {"pia": {"mail": PIA, "displayName": "Pia Park", "groups": ["crew"]}}
    rosa: Page = new_page(PHONE)
    sign_in(rosa, ROSA)
    rosa.goto("/staff/energy/sign-on")
    entity = calm(rosa).get_by_label("SAML entity ID").input_value()
    door = rosa.get_by_label("SAML answer address").input_value()
    assert (entity, door) == (f"{portal.url}{SAML}/metadata", f"{portal.url}{SAML}")
    with saml_house.served(people) as house:
        house.ours = Ours(entity, door)
        rosa.get_by_role("button", name="Add by SAML").click()
        rosa.get_by_label("Name on the button").fill("Brightwater Works")
        expect(rosa.get_by_label("Client ID")).to_have_count(0)
        rosa.get_by_label("Email domains").fill("brightwater.example")
        rosa.get_by_label("Which group is what here?").fill("crew = Operator")
        assert axe(rosa) == []
        rosa.get_by_role("button", name="Save").click()
        expect(rosa.locator("#main").get_by_text("Next: keep its metadata.")).to_be_visible()
        rosa.get_by_role("button", name="Metadata Brightwater Works").click()
        rosa.get_by_label("Or the metadata itself").fill("<a/>")
        is_easy(rosa)
        rosa.get_by_role("button", name="Keep the metadata").click()
        expect(calm(rosa).get_by_text("That is no SAML metadata of one identity provider.")).to_be_visible()
        rosa.get_by_role("button", name="Metadata Brightwater Works").click()
        rosa.get_by_label("Where it stands").fill(f"{house.address}/metadata")
        rosa.get_by_role("button", name="Keep the metadata").click()
        expect(calm(rosa).get_by_text(f"Read from {house.address}/metadata")).to_be_visible()
        prove(portal, f"{house.address}/metadata")
        rosa.goto("/staff/energy/sign-on")
        calm(rosa).get_by_role("button", name="Try it Brightwater Works").click()
        sign_in_at_saml(rosa, "pia")
        rosa.wait_for_url("**/staff/energy/sign-on")
        works = f"It works. {PIA} would be made known here as operator."
        expect(calm(rosa).get_by_text(works)).to_be_visible()
        is_easy(rosa)
        rosa.get_by_role("button", name="Turn on Brightwater Works").click()
        expect(rosa.get_by_text("On: Brightwater Works")).to_be_visible()

        phone: Page = new_page(PHONE)
        phone.goto("/sign-in?next=/staff/energy/outages")
        calm(phone).get_by_label("Email").fill(PIA)
        phone.get_by_label("Password").focus()
        phone.get_by_role("link", name="Continue with Brightwater Works").click()
        sign_in_at_saml(phone, "pia")
        phone.wait_for_url("**/staff/energy/outages")
        expect(calm(phone).get_by_role("heading", level=1)).to_be_visible()
        (pia,) = stored(portal, Person, col(Person.email) == PIA)
        assert (pia.name, pia.staff_role) == ("Pia Park", "operator")
        (named,) = stored(portal, OutsideName)
        assert (named.issuer, named.subject) == (f"{house.address}/metadata", "pia")
