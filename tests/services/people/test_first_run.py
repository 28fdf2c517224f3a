"""The first administrator's link: once, within 72 hours, one at a time; and what a new company does first."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Person
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.services.identity import service as identity
from portal_app.services.identity import steps
from portal_app.services.identity.rules import key_of
from portal_app.services.identity.tables import MailedLink
from portal_app.services.people import first_run, joining
from portal_app.services.people.joining import StaleLink
from portal_app.services.tenancy import service as tenancy
from tests.portals.conftest import do
from tests.services.people.conftest import person_called

pytestmark = pytest.mark.usefixtures("both_engines")
HERE = steps.Where("192.0.2.9", "Firefox on Android")
ADMIN = "ida@acme.example"
PASSWORD = "seven quiet otters"


@pytest.fixture
def acme(house):
    """A company that was just created, with nobody in it."""
    tenancy.create_company("acme", "energy", "Acme Power", zone="America/Chicago")
    company = tenancy.company_named("acme")
    assert company is not None
    return company


def token_in(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


def made(acme, email: str = ADMIN) -> str:
    return token_in(first_run.make_link(acme, "administrator", email))


@pytest.mark.line("S-08", "S-07")
def test_the_link_lets_its_first_administrator_in_once_with_a_password_of_their_own(acme):
    token = made(acme)
    page = joining.look(token, "")
    assert (page.state, page.inviter, page.email) == ("new", "Acme Power", ADMIN)
    assert page.what == "to run the portal of Acme Power as its first administrator"
    joined = joining.join(token, "Ida Holm", PASSWORD, HERE)
    assert (joined.goes_to, joined.visitor.role, joined.visitor.staff) == (
        "/staff/energy",
        "administrator",
        True,
    )
    assert joined.visitor.must_enrol
    assert identity.sign_in(ADMIN, PASSWORD)[1].name == "Ida Holm"
    with pytest.raises(StaleLink):
        joining.join(token, "Eve Other", PASSWORD, HERE)


@pytest.mark.line("S-08", "S-07")
def test_only_the_hash_of_the_link_is_kept_and_it_ends_after_72_hours(acme, clock):
    token = made(acme)
    assert len(token) == 43, "256 bits"
    with before_sign_in(reads_only=True) as db:
        (link,) = db.exec(unscoped(MailedLink)).all()
        assert link.id == key_of(token)
        assert token not in str(link.model_dump())
    clock.move(hours=71, minutes=59)
    assert joining.look(token, "").state == "new"
    clock.move(minutes=1)
    assert joining.look(token, "").state == "stale"
    with pytest.raises(StaleLink):
        joining.join(token, "Ida Holm", PASSWORD, HERE)


@pytest.mark.line("S-08")
def test_a_new_link_for_a_lost_one_goes_to_the_same_person_and_ends_the_old_one(acme):
    lost = made(acme)
    found = made(acme, "")
    assert joining.look(lost, "").state == "stale"
    assert joining.look(found, "").email == ADMIN
    other = made(acme, "jo@acme.example")
    assert joining.look(found, "").state == "stale"
    with pytest.raises(StaleLink):
        joining.join(lost, "Ida Holm", "", HERE)
    joining.join(other, "Jo Berg", "", HERE)
    assert person_called("jo@acme.example").staff_role == "administrator"


@pytest.mark.line("S-08")
def test_no_link_is_made_for_nobody_or_once_there_is_an_administrator(acme):
    with pytest.raises(Refusal, match="--admin EMAIL"):
        made(acme, "")
    with pytest.raises(Refusal, match="not an email"):
        made(acme, "ida")
    token = made(acme)
    joining.join(token, "Ida Holm", PASSWORD, HERE)
    with pytest.raises(Refusal, match="has an administrator already: ida@acme.example"):
        made(acme, "eve@acme.example")


def test_a_new_companys_administrator_reads_what_to_do_first_until_it_is_done(acme):
    ida = joining.join(made(acme), "Ida Holm", PASSWORD, HERE).visitor

    def left() -> list[str]:
        return [step.link_to for step in do(ida, first_run.first_steps, "/staff/energy") if not step.done]

    assert "/staff/energy/data" in left()
    assert "/staff/energy/people" in left()
    with acting_for_company(acme.id, kind="energy") as house:
        tenancy.open_account(house, "77-1", "12 Elm Street")
        house.add(
            joining.StaffInvitation,
            email="jo@acme.example",
            staff_role="operator",
            invited_by=ida.person_id,
            ends_at=now(),
        )
    assert not {"/staff/energy/data", "/staff/energy/people"} & set(left())


def test_somebody_who_runs_no_people_is_told_nothing_of_it(house):
    operator = replace(house.staff, permissions=house.staff.permissions - {"staff.run"})
    assert do(operator, first_run.first_steps, "/staff/energy") == ()


@pytest.mark.line("S-21")
def test_links_of_one_company_end_none_of_another(acme, house):
    mine = made(acme)
    tenancy.create_company("bolt", "energy", "Bolt Power")
    made(tenancy.company_named("bolt"), "bo@bolt.example")
    assert joining.look(mine, "").state == "new"
    with before_sign_in(reads_only=True) as db:
        assert not db.exec(unscoped(Person, col(Person.company_id) == acme.id)).all()
