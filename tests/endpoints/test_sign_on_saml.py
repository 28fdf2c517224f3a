"""The doors of SAML over HTTP: a post from another site that lets nobody in by itself, and setting one up."""

import pytest
from sqlmodel import col

from portal_app.core.access import before_sign_in
from portal_app.core.accounts import Person
from portal_app.services.identity import oidc, saml, saml_metadata, sessions, steps
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import OutsideName, SignIn, SignOn, SignOnTry
from tests.endpoints.test_sign_on import way_of
from tests.saml_house import House, key, posted, served
from tests.services.identity.conftest import PASSWORD, ROLES
from tests.services.identity.people import ANN, RAE, stored
from tests.services.identity.test_saml import AT, OURS, PEOPLE, by_saml

DOOR = "/auth/sign-on/saml/bright"
ELSEWHERE = {"origin": "https://login.bright.example", "sec-fetch-site": "cross-site"}


@pytest.fixture(scope="module")
def house() -> House:
    """A provider that is asked by nobody but the test."""
    return House("https://login.bright.example", PEOPLE, ours=OURS)


@pytest.fixture
def one(door: str, house: House) -> str:
    """It as a company set it up."""
    return by_saml(door, house)


def went_out(browser, house: House, **form):
    """Go out by the sign-in page; gives what the provider was asked."""
    way = browser.post(
        "/auth/sign-on/start", data=form or {"email": "ada@bright.example", "next": "/staff/energy"}
    )
    return house.asked(way_of(way))


def sent(browser, asked, answer: str, door: str = DOOR):
    """What the provider's page makes a browser post: from its own site, with none of our cookies."""
    jar = list(browser.cookies.jar)
    browser.cookies.clear()
    reply = browser.post(door, data={"RelayState": asked.state, "SAMLResponse": answer}, headers=ELSEWHERE)
    assert "set-cookie" not in reply.headers or "portal_session" not in reply.headers["set-cookie"]
    for cookie in jar:
        browser.cookies.jar.set_cookie(cookie)
    return reply


@pytest.mark.line("S-06", "S-38")
def test_somebody_comes_in_on_the_page_of_our_own_after_the_post_and_not_by_it(browser, house, one):
    asked = went_out(browser, house, email="ada@bright.example", next="/staff/energy/outages")
    answer = sent(browser, asked, posted(house.answer(asked, "ada")))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/auth/sign-on/back/bright?state=")
    assert not stored(SignIn)
    came = browser.get(answer.headers["location"])
    assert (came.status_code, came.headers["location"]) == (303, "/staff/energy/outages")
    assert browser.cookies.get("portal_session")
    assert "house_stale" in browser.get(answer.headers["location"]).headers["location"], "once"


@pytest.mark.line("S-06", "S-38")
def test_an_answer_that_somebody_else_makes_a_browser_post_signs_it_in_as_nobody(browser, house, one):
    asked = went_out(browser, house)
    browser.cookies.clear()
    answer = sent(browser, asked, posted(house.answer(asked, "ada")))
    assert "house_stale" in browser.get(answer.headers["location"]).headers["location"]
    assert not browser.cookies.get("portal_session")
    assert not stored(SignIn)


@pytest.mark.line("S-06")
def test_where_it_leads_on_is_never_taken_from_the_relay_state(browser, house, one):
    for state in ("https://evil.example", "//evil.example", "/staff/energy", ""):
        asked = went_out(browser, house)
        asked.state = state
        answer = sent(browser, asked, posted(house.answer(asked, "ada")))
        assert answer.headers["location"].startswith("/sign-in?problem=house_stale")
    assert [row.used_at for row in stored(SignOnTry)] == [None] * 4


@pytest.mark.line("S-06", "S-38")
def test_only_that_door_takes_posts_from_another_site_and_no_more_than_it_must(browser, house, one):
    for other in (
        "/auth/sign-on/start",
        "/auth/sign-on/metadata",
        "/auth/sign-on/try",
        "/auth/sign-in",
        "/auth/sign-on/samlx",
    ):
        assert browser.post(other, data={}, headers=ELSEWHERE).status_code == 403
    assert browser.put(DOOR, headers=ELSEWHERE).status_code == 403
    assert browser.post(DOOR, content=b"x" * 300_000, headers=ELSEWHERE).status_code == 413
    assert browser.post(DOOR, json={}, headers=ELSEWHERE).status_code == 400
    assert browser.get(DOOR).status_code == 405


@pytest.mark.line("S-06")
def test_our_metadata_stands_at_the_name_we_bear(browser, one, monkeypatch):
    found = browser.get(f"{DOOR}/metadata")
    assert found.headers["content-type"] == "application/samlmetadata+xml"
    assert f'entityID="{OURS.entity}"' in found.text
    assert f'Location="{AT}"' in found.text
    assert 'WantAssertionsSigned="true"' in found.text
    assert browser.get("/auth/sign-on/saml/nobody/metadata").status_code == 404
    monkeypatch.setattr(saml, "installed", lambda: False)
    assert browser.get(f"{DOOR}/metadata").status_code == 404


@pytest.fixture
def rae(browser):
    """The operator, who may set up company sign-in here, freshly signed in."""
    identity.use_roles(
        {"energy": {**ROLES["energy"], "operator": ROLES["energy"]["operator"] | {"sign_on.run"}}}
    )
    sessions.forget_all()
    (rae,) = stored(Person, col(Person.email) == RAE)
    browser.cookies.set("portal_session", steps.open_for(rae.id, "password", steps.Where()).value)
    return browser


def kept() -> SignOn:
    (row,) = stored(SignOn)
    return row


@pytest.mark.line("S-06")
def test_metadata_is_pasted_and_only_another_house_must_be_tried_again(rae, one, house):
    page = "/staff/energy/sign-on"
    keep = "/auth/sign-on/metadata"
    change = {"house": one, "metadata": house.metadata(key("next"))}
    assert rae.post(keep, data=change).headers["location"] == page
    assert kept().working, "the old certificate is in it still"
    assert len(saml_metadata.kept("", kept().facts).keys) == 2
    other = House(house.address, signs_with=key("other"))
    assert rae.post(keep, data={**change, "metadata": other.metadata()}).headers["location"] == page
    assert not kept().working
    for text in ("", "x", "<!DOCTYPE x>"):
        wrong = rae.post(keep, data={"house": one, "metadata": text})
        assert wrong.headers["location"] == f"{page}?problem=metadata"
    assert kept().issuer == f"{house.address}/metadata"


@pytest.mark.line("S-06")
def test_metadata_is_read_where_it_stands_with_the_care_of_every_such_address(rae, one, door, monkeypatch):
    with served(PEOPLE) as there:
        sent = {"house": one, "address": f"{there.address}/metadata"}
        assert rae.post("/auth/sign-on/metadata", data=sent).headers["location"] == "/staff/energy/sign-on"
        assert kept().issuer == f"{there.address}/metadata"
        monkeypatch.setattr(oidc, "_at_home", lambda: False)
        for address in (sent["address"], "https://10.0.0.1/m", "x"):
            answer = rae.post("/auth/sign-on/metadata", data={**sent, "address": address})
            assert answer.headers["location"].endswith("?problem=metadata_away")


@pytest.mark.line("S-06")
def test_no_other_provider_here_bears_the_name_of_a_saml_one(rae, one, house, door):
    second = by_saml(door, House("https://second.bright.example", ours=OURS))
    taken = rae.post("/auth/sign-on/metadata", data={"house": second, "metadata": house.metadata()})
    assert taken.headers["location"].endswith("?problem=metadata_taken")


@pytest.mark.line("S-06", "S-20")
def test_only_whoever_may_set_it_up_has_metadata_looked_for(browser, one, house, monkeypatch):
    sent = {"house": one, "address": "https://login.bright.example/metadata"}
    monkeypatch.setattr(oidc, "page_at", lambda _: pytest.fail("nothing is asked for"))
    assert browser.post("/auth/sign-on/metadata", data=sent).headers["location"] == "/sign-in"
    for who in (ANN, RAE):
        browser.post("/auth/sign-in", data={"email": who, "password": PASSWORD})
        assert browser.post("/auth/sign-on/metadata", data=sent).status_code == 404


@pytest.mark.line("S-06")
def test_who_tries_it_in_vain_reads_why_on_its_page(rae, one, house):
    with before_sign_in() as db:
        row = db.get_one(SignOn, one)
        row.working = False
        db.add(row)
    asked = house.asked(way_of(rae.post("/auth/sign-on/try", data={"house": one})))
    answer = sent(rae, asked, posted(house.answer(asked, "ada", signs_with=key("other"))))
    assert answer.headers["location"] == "/staff/energy/sign-on"
    assert kept().tried_says.startswith("The answer does not hold: ")
    asked = house.asked(way_of(rae.post("/auth/sign-on/try", data={"house": one})))
    answer = sent(rae, asked, posted(house.answer(asked, "ada")))
    assert rae.get(answer.headers["location"]).headers["location"] == "/staff/energy/sign-on"
    assert kept().tried_says == "It works. ada@bright.example would be made known here as operator."
    assert stored(OutsideName) == []
