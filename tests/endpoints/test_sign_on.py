"""The doors to another house over HTTP: out by a page, back once in the same browser, tried by few."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from sqlmodel import col

from portal_app.core.access import before_sign_in
from portal_app.core.accounts import Person
from portal_app.endpoints import hosts
from portal_app.services.identity import oidc, sessions, steps
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import OutsideName, SignOn
from portal_app.services.tenancy import service as tenancy
from tests.other_house import Hostile, hostile, query_of
from tests.services.identity.conftest import PASSWORD, ROLES
from tests.services.identity.people import ANN, RAE, stored
from tests.services.identity.test_by_mail import add_second_step
from tests.services.identity.test_sign_on import set_up

BILL = "/energy/billing"


@pytest.fixture
def liar():
    """A provider that says what it is told to, as Bright Works of the small company."""
    oidc.forget_all()
    with hostile() as house:
        yield house
    oidc.forget_all()


@pytest.fixture
def one(door: str, liar: Hostile) -> str:
    """The house as it is set up."""
    return set_up(door, liar.issuer)


def way_of(answer) -> str:
    """Where a page leads out to."""
    assert answer.status_code == 200
    found = re.search(r'content="0;url=([^"]+)"', answer.text)
    assert found is not None
    return unescape(found[1])


def back(browser, liar: Hostile, answer):
    """Come back from where a page leads, as the other house would send a browser."""
    asked = query_of(way_of(answer))
    liar.nonce = asked["nonce"]
    return browser.get("/auth/sign-on/back/bright", params={"state": asked["state"], "code": "a code"})


@pytest.mark.line("S-06")
def test_somebody_goes_out_by_their_address_and_comes_back_to_what_they_wanted(browser, liar, one):
    liar.claims = {"groups": ["crew"]}
    out = browser.post("/auth/sign-on/start", data={"email": ANN, "next": "/staff/energy/outages"})
    assert query_of(way_of(out))["login_hint"] == ANN
    assert "HttpOnly" in out.headers["set-cookie"]
    answer = back(browser, liar, out)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/energy/outages")
    assert identity.visitor_of(f"portal_session={browser.cookies['portal_session']}").email.startswith("ada@")
    assert not browser.cookies.get("portal_sign_on")


@pytest.mark.line("S-04", "S-06")
def test_the_way_out_is_the_same_for_known_and_unknown_and_shut_for_other_domains(browser, one):
    answers = []
    for who in (ANN, "nobody@bright.example"):
        out = browser.post("/auth/sign-on/start", data={"email": who})
        names = sorted({cookie.split("=")[0] for cookie in out.headers.get_list("set-cookie")})
        answers.append((out.status_code, names, sorted(query_of(way_of(out)))))
    assert answers[0] == answers[1]
    none = browser.post("/auth/sign-on/start", data={"email": "ann@elsewhere.example", "next": BILL})
    assert none.headers["location"].startswith("/sign-in?problem=house_none&next=%2Fenergy%2Fbilling")
    for asked in (
        {"house": "unknown"},
        {"iss": "https://evil.example"},
        {},
        {"house": one, "company": "two"},
    ):
        assert "house_none" in browser.get("/auth/sign-on/start", params=asked).headers["location"]


@pytest.mark.line("S-06")
def test_the_other_house_may_begin_it_by_its_issuer(browser, liar, one):
    assert way_of(browser.get("/auth/sign-on/start", params={"iss": liar.issuer})).startswith(liar.issuer)


@pytest.mark.line("S-06")
def test_somebody_elses_browser_and_a_second_time_lead_back_to_the_sign_in(browser, liar, one):
    out = browser.get("/auth/sign-on/start", params={"house": one})
    cookie = browser.cookies["portal_sign_on"]
    browser.cookies.clear()
    assert "house_stale" in back(browser, liar, out).headers["location"]
    browser.cookies.set("portal_sign_on", cookie)
    assert back(browser, liar, out).headers["location"] == "/staff/energy"
    assert "house_stale" in back(browser, liar, out).headers["location"]
    assert "house_stale" in browser.get("/auth/sign-on/back/bright?state=x&state=y").headers["location"]
    long = browser.get("/auth/sign-on/back/bright", params={"state": "x" * 9000})
    assert "house_stale" in long.headers["location"]


@pytest.mark.line("S-06")
def test_somebody_known_signs_in_once_and_is_connected_by_that(browser, liar, one):
    liar.claims = {"email": ANN}
    out = browser.post("/auth/sign-on/start", data={"email": ANN, "next": BILL})
    answer = back(browser, liar, out)
    assert "problem=house_connect" in answer.headers["location"]
    assert "next=%2Fenergy%2Fbilling" in answer.headers["location"]
    assert stored(OutsideName) == []
    signed = browser.post("/auth/sign-in", data={"email": ANN, "password": PASSWORD, "next": BILL})
    assert signed.headers["location"] == BILL
    (named,) = stored(OutsideName)
    (ann,) = stored(Person, col(Person.email) == ANN)
    assert (named.person_id, named.subject) == (ann.id, "ada-1")
    browser.cookies.clear()
    again = back(browser, liar, browser.get("/auth/sign-on/start", params={"house": one}))
    assert again.headers["location"] == "/energy"


@pytest.mark.line("S-05", "S-06")
def test_a_second_step_is_asked_for_after_it(browser, liar, one):
    assert back(browser, liar, browser.get("/auth/sign-on/start", params={"house": one})).status_code == 303
    add_second_step("ada@bright.example")
    browser.cookies.clear()
    answer = back(browser, liar, browser.get("/auth/sign-on/start", params={"house": one}))
    assert answer.headers["location"] == "/sign-in/second"
    assert not browser.cookies.get("portal_session")


@pytest.mark.line("S-06", "S-20")
def test_only_whoever_may_set_it_up_tries_it_or_keeps_its_secret(browser, liar, one, monkeypatch):
    sent = {"house": one, "secret": "another secret"}
    for door in ("/auth/sign-on/try", "/auth/sign-on/secret"):
        assert browser.post(door, data=sent).headers["location"] == "/sign-in"
        for who in (ANN, RAE):
            browser.post("/auth/sign-in", data={"email": who, "password": PASSWORD})
            assert browser.post(door, data=sent).status_code == 404
        browser.cookies.clear()
    may = {**ROLES["energy"], "operator": ROLES["energy"]["operator"] | {"sign_on.run"}}
    identity.use_roles({"energy": may})
    sessions.forget_all()
    (rae,) = stored(Person, col(Person.email) == RAE)
    browser.cookies.set("portal_session", steps.open_for(rae.id, "password", steps.Where()).value)
    with before_sign_in() as db:
        row = db.get_one(SignOn, one)
        row.working = False
        db.add(row)
    tried = back(browser, liar, browser.post("/auth/sign-on/try", data=sent))
    assert tried.headers["location"] == "/staff/energy/sign-on"
    assert stored(SignOn)[0].tried_says.startswith("It works. ada@bright.example")
    assert not stored(Person, col(Person.email) == "ada@bright.example")
    assert browser.post("/auth/sign-on/secret", data=sent).headers["location"] == "/staff/energy/sign-on"
    assert stored(SignOn)[0].client_secret == "another secret"
    wrong = browser.post("/auth/sign-on/secret", data={"house": one, "secret": ""})
    assert wrong.headers["location"] == "/staff/energy/sign-on?problem=secret"


@pytest.mark.line("S-06", "S-39")
def test_a_company_with_its_own_host_is_gone_out_from_there_in_one_tap_with_the_address_kept(browser, one):
    tenancy.set_host("bright", "my.bright.example")
    hosts.forget()
    asked = {"house": one, "email": "Ada@bright.example", "next": BILL}
    there = (
        f"http://my.bright.example:3000/auth/sign-on/start?house={one}"
        f"&email=ada%40bright.example&next={quote(BILL, safe='')}"
    )
    at_common = browser.get("/auth/sign-on/start", params=asked)
    assert way_of(at_common) == there
    assert "set-cookie" not in at_common.headers
    typed = {"email": "ada@bright.example", "next": BILL}
    assert way_of(browser.post("/auth/sign-on/start", data=typed)) == there
    out = browser.get(there)
    assert query_of(way_of(out))["login_hint"] == "ada@bright.example"
    back_there = "http://my.bright.example:3000/auth/sign-on/back/bright"
    assert query_of(way_of(out))["redirect_uri"] == back_there
    assert "portal_sign_on" in out.headers["set-cookie"]


@pytest.mark.line("S-06", "S-39")
def test_one_is_tried_where_its_answers_come_back_to(browser, one):
    identity.use_roles({"energy": {**ROLES["energy"], "operator": frozenset({"sign_on.run"})}})
    (rae,) = stored(Person, col(Person.email) == RAE)
    browser.cookies.set("portal_session", steps.open_for(rae.id, "password", steps.Where()).value)
    tenancy.set_host("bright", "my.bright.example")
    hosts.forget()
    answer = browser.post("/auth/sign-on/try", data={"house": one})
    assert answer.headers["location"] == "/staff/energy/sign-on?problem=host"
