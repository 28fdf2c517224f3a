"""What was typed is there again after a fresh proof, on every form that asks for one."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from portal_app.core.access import before_sign_in
from portal_app.core.accounts import Person
from portal_app.core.clock import now
from portal_app.services.identity.tables import WayBack
from tests import engines
from tests.browser.conftest import served
from tests.browser.hand import ROSA
from tests.browser.newcomers import Newcomer, newcomer
from tests.browser.pages import DESKTOP, PASSWORD, Portal, calm


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of this module's own, whose sessions may be aged."""
    with served(tmp_path_factory.mktemp("typed") / "var", "typed") as here:
        yield here


@dataclass(frozen=True)
class Form:
    """A form that asks for a fresh proof: where it is, what opens it, what is typed, what sends it."""

    path: str
    sends: str
    typed: dict[str, str]
    chosen: dict[str, str]
    ticked: tuple[str, ...] = ()
    unticked: tuple[str, ...] = ()
    opens: str = ""
    staff: bool = True


FORMS = {
    "another address": Form(
        "/energy/account/security/email", "Mail me a link there", {"New email": "nia@elsewhere.example"}, {},
        staff=False,
    ),
    "paperless": Form(
        "/energy/billing/paperless", "Go paperless",
        {"Where we write when a bill is ready": "bills@elsewhere.example"}, {}, staff=False,
    ),
    "autopay": Form(
        "/energy/billing/autopay", "Read what I agree to",
        {"Your bank": "Lakeside Bank", "Last four digits": "4471", "Never more than": "250.00"},
        {"When": "15"}, staff=False,
    ),
    "a way back": Form(
        "/staff/energy/way-back", "Let them in, a day from now",
        {"How did you check who it is?": "Called the number on the account."}, {}, opens="Decide",
    ),
    "a directory": Form(
        "/staff/energy/people/directory", "Make the token", {"What is it called?": "Okta"}, {},
        ticked=("Operator",), opens="Let a directory in",
    ),
    "company sign-in": Form(
        "/staff/energy/sign-on", "Save",
        {
            "Name on the button": "Brightwater Works", "Issuer": "https://login.works.example",
            "Client ID": "portal-1", "Email domains": "works.example",
            "Which group is what here?": "crew = Operator",
        },
        {}, unticked=("Let people in who are not known here yet",),
        opens="Add by OpenID Connect",
    ),
    "sign-in rules": Form(
        "/staff/energy/sign-in-rules", "Change the rules", {}, {"Sign somebody out": "10"},
        ticked=("Everybody",),
    ),
}  # fmt: skip


def opened(page: Page, form: Form) -> None:
    calm(page)
    page.wait_for_selector("[data-whole='1']", state="attached")
    page.wait_for_selector("script[src='/stay.js']", state="attached")
    if form.opens:
        page.get_by_role("button", name=form.opens).first.click()


def filled_in(page: Page, form: Form) -> None:
    """Fill everything in, and wait until the last of it is kept."""
    for label in form.ticked:
        page.get_by_label(label).first.check()
    for label in form.unticked:
        page.get_by_label(label).uncheck()
    for label, value in form.typed.items():
        page.get_by_label(label).fill(value)
    last = list(form.typed.values() or form.chosen.values())[-1]
    with page.expect_response(
        lambda said: said.url.endswith("/drafts") and last in (said.request.post_data or "")
    ):
        for label, value in form.chosen.items():
            page.get_by_label(label).select_option(value)
        for label, value in list(form.typed.items())[-1:]:
            page.get_by_label(label).fill("")
            page.get_by_label(label).press_sequentially(value)


def is_all_there(page: Page, form: Form) -> None:
    for label, value in {**form.typed, **form.chosen}.items():
        expect(page.get_by_label(label)).to_have_value(value)
    for label in form.ticked:
        expect(page.get_by_label(label).first).to_be_checked()
    for label in form.unticked:
        expect(page.get_by_label(label)).not_to_be_checked()


def stale(portal: Portal, page: Page) -> None:
    """The last proof of everybody is ten minutes old; the server looks at this session anew."""
    proved = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=10)
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=10)) as db:
        db.execute("update sign_in set proved_at = ?", (f"{proved:%Y-%m-%d %H:%M:%S.%f}",))
        db.commit()
    assert page.evaluate("fetch('/auth/stay', {method: 'POST'}).then(answer => answer.status)") == 200


def lost_everything(portal: Portal, who: Newcomer) -> None:
    """Somebody waits for a decision."""
    with engines.pointed_at(portal.database_url, portal.data_dir), before_sign_in() as db:
        person = db.get_one(Person, who.person_id)
        db.add(
            WayBack(
                company_id=person.company_id, person_id=person.id, reference="WB-TYPED1", reach=who.email,
                says="My phone fell into the lake.", ends_at=now() + timedelta(days=7),
            )
        )  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_kept(portal: Portal) -> None:
    """Nothing that another test typed is kept any more."""
    with closing(sqlite3.connect(portal.data_dir / "portal.db", timeout=10)) as db:
        db.execute("delete from draft")
        db.commit()


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> Form:
    """One of the forms that ask for a fresh proof."""
    return FORMS[request.param]


@pytest.fixture
def whose(portal: Portal, form: Form) -> str:
    """Who fills it in."""
    who = newcomer(portal)
    if "way-back" in form.path:
        lost_everything(portal, who)
    return ROSA if form.staff else who.email


@pytest.mark.line("S-05", "S-12")
def test_what_was_typed_stands_there_again_after_a_fresh_proof(
    portal: Portal, new_page: Callable[..., Page], sign_in: Callable[..., Page], form: Form, whose: str
) -> None:
    page = new_page(DESKTOP)
    sign_in(page, whose, form.path)
    opened(page, form)
    filled_in(page, form)
    stale(portal, page)
    page.get_by_role("button", name=form.sends).click()
    page.wait_for_url("**/prove?next=*")
    calm(page).get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm and go on").click()
    expect(page).to_have_url(re.compile(f"{re.escape(form.path)}(\\?.*)?$"))
    calm(page)
    is_all_there(page, form)
