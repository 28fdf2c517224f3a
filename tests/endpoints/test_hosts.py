"""Companies by host name: their own hosts are answered, speak for them alone, and no other host is."""

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Company
from portal_app.endpoints import hosts
from portal_app.services.identity import passwords
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import SignIn
from portal_app.services.tenancy import service as tenancy
from tests.endpoints.browser import TestClient
from tests.services.identity.conftest import PASSWORD

ANN = "ann@bright.example"
pytestmark = pytest.mark.usefixtures("both_engines")
HOST = "my.dim.example"
THERE = {"host": f"{HOST}:3000", "origin": f"http://{HOST}:3000"}
OTHER_PASSWORD = "nine noisy badgers"


@pytest.fixture(autouse=True)
def _known_anew():
    hosts.forget()
    yield
    hosts.forget()


@pytest.fixture
def dim(door):
    """A second company with a host of its own, which knows Ann too; its id."""
    other = tenancy.create_company("dim", "energy", "Dim Power", host=HOST)
    with acting_for_company(other.id) as house:
        twin = tenancy.add_person(house, ANN, "Ann Other")
        identity.set_password(house, twin.id, passwords.prepared(OTHER_PASSWORD, ()))
    return other.id


def signed_in_at() -> list[str]:
    with before_sign_in(reads_only=True) as db:
        return [row.company_id for row in db.exec(unscoped(SignIn).order_by(col(SignIn.made_at)))]


@pytest.mark.line("S-39")
def test_a_companys_own_host_is_answered_from_when_it_has_one_and_no_other_is(browser: TestClient, door):
    assert browser.get("/energy", headers=THERE).status_code == 400
    tenancy.create_company("dim", "energy", "Dim Power", host=HOST)
    hosts.forget()
    assert browser.get("/energy", headers=THERE).status_code == 200
    for host in ("dim.example", f"x.{HOST}", f"{HOST}.evil.example"):
        assert browser.get("/energy", headers={"host": host}).status_code == 400


@pytest.mark.line("X-24")
def test_somebody_known_twice_signs_in_to_the_company_whose_host_it_is(browser: TestClient, dim, door):
    typed = {"email": ANN, "password": OTHER_PASSWORD}
    answer = browser.post("/auth/sign-in", data={**typed, "company": "bright"}, headers=THERE)
    assert answer.headers["location"] == "/energy"
    assert signed_in_at() == [dim]
    cookies = [one.lower() for one in answer.headers.get_list("set-cookie") if "session" in one]
    assert cookies
    assert not any("domain=" in one for one in cookies), "the cookie is this host's alone"
    wrong = browser.post("/auth/sign-in", data={"email": ANN, "password": PASSWORD}, headers=THERE)
    assert "problem=wrong" in wrong.headers["location"]
    here = browser.post("/auth/sign-in", data={"email": ANN, "password": PASSWORD})
    assert here.headers["location"] == "/energy"
    assert signed_in_at()[-1] == door


@pytest.mark.line("S-39")
def test_a_page_of_one_companys_host_sends_nothing_to_another(browser: TestClient, dim):
    tenancy.create_company("volt", "energy", "Volt Power", host="my.volt.example")
    hosts.forget()
    crossed = {**THERE, "origin": "http://my.volt.example:3000"}
    assert browser.post("/anything", data={"a": "b"}, headers=crossed).status_code == 403
    assert browser.post("/anything", data={"a": "b"}, headers=THERE).status_code == 200
    assert hosts.may_connect(THERE["origin"], {"HTTP_HOST": THERE["host"]})
    assert not hosts.may_connect(crossed["origin"], {"HTTP_HOST": THERE["host"]})
    assert not hosts.may_connect("http://evil.example", {"HTTP_HOST": "evil.example"})


def test_a_page_speaks_for_the_hosts_own_company_whichever_other_is_named(dim, door):
    assert [each.slug for each in tenancy.portals_for(HOST, "bright")] == ["dim"]
    assert [each.slug for each in tenancy.portals_for("localhost:3000", "dim")] == ["dim"]
    assert [each.slug for each in tenancy.portals_for("localhost:3000", "nobody")] == ["bright"]


def test_where_the_installation_itself_lives_any_company_may_be_named(dim, door):
    with before_sign_in() as db:
        first = db.exec(unscoped(Company, col(Company.slug) == "bright")).one()
        first.host = "localhost"
        db.add(first)
    assert [each.slug for each in tenancy.portals_for("localhost:3000", "dim")] == ["dim"]
    assert [each.slug for each in tenancy.portals_for("localhost:3000")] == ["bright"]
    assert hosts.company_at("localhost:3000") == ""
