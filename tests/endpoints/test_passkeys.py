"""The doors of passkeys over HTTP: their cookies, their answers, and what they refuse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from portal_app.endpoints import auth, edge, passkeys, security
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import factors
from portal_app.services.identity import passkeys as use
from portal_app.services.identity.tables import Ceremony, Passkey
from portal_app.settings import settings
from tests.endpoints.browser import TestClient
from tests.endpoints.test_auth import cookie_in, visitor_in
from tests.services.identity.conftest import PASSWORD, door  # noqa: F401 -- the same small company
from tests.services.identity.people import ANN, stored
from tests.services.identity.software_key import SoftwareKey

ORIGIN = "http://localhost:3000"
PATH = "/auth/passkeys/"
NO_QUESTION = [b"", b"[]", b"null", b'"x"', b"{", b"[" * 60_000, b"\xff\xfe", b'{"answer": NaN']


@pytest.fixture
def browser(door: str, tmp_path: Path) -> Iterator[TestClient]:  # noqa: F811
    house = Starlette(routes=[*auth.routes(), *security.routes(), *passkeys.routes()])
    with TestClient(edge.Edge(house, tmp_path), base_url=ORIGIN, follow_redirects=False) as client:
        yield client


def ask(browser, name, **body):
    answer = browser.post(f"{PATH}{name}/options", json=body)
    assert answer.status_code == 200, answer.text
    return answer


def enter(browser, email=ANN):
    return browser.post("/auth/sign-in", data={"email": email, "password": PASSWORD})


def added(browser) -> SoftwareKey:
    """A passkey of Ann's, who is signed in after it."""
    enter(browser)
    key = SoftwareKey()
    asked = ask(browser, "add").json()["publicKey"]
    done = browser.post(f"{PATH}add", json={"answer": key.make(asked)})
    assert done.status_code == 200, done.text
    return key


@pytest.mark.line("S-05", "S-10", "S-11")
def test_a_passkey_is_added_and_signs_in_without_a_name(browser):
    enter(browser)
    old = browser.cookies["portal_session"]
    key = SoftwareKey()
    question = ask(browser, "add")
    cookie = cookie_in(question, "portal_key_add")
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"], cookie["path"]) == (
        True,
        "lax",
        "300",
        "/",
    )
    assert question.headers["cache-control"] == "no-store"
    done = browser.post(f"{PATH}add", json={"answer": key.make(question.json()["publicKey"])})
    assert done.json() == {"to": "/energy/account/security/codes?new=1"}
    assert cookie_in(done).value != old
    assert visitor_in(browser).email == ANN
    browser.cookies.clear()
    asked = ask(browser, "sign-in").json()["publicKey"]
    assert asked["allowCredentials"] == []
    assert asked["userVerification"] == "required"
    done = browser.post(f"{PATH}sign-in", json={"answer": key.use(asked), "next": "/energy/billing?x=1"})
    assert done.json() == {"to": "/energy/billing?x=1"}
    fresh = cookie_in(done)
    assert (len(fresh.value), fresh["httponly"], fresh["samesite"]) == (43, True, "lax")
    assert visitor_in(browser).email == ANN


@pytest.mark.line("S-40")
def test_a_hostile_next_leads_home(browser):
    key = added(browser)
    for wanted in ("//evil.example", "https://evil.example", "/\\evil.example", 7, ["/energy/billing"]):
        asked = ask(browser, "sign-in").json()["publicKey"]
        done = browser.post(f"{PATH}sign-in", json={"answer": key.use(asked), "next": wanted})
        assert done.json() == {"to": "/energy"}, wanted


@pytest.mark.line("S-05")
def test_a_password_goes_on_to_the_passkey_as_second_step(browser):
    key = added(browser)
    browser.post("/auth/sign-out")
    awaits = browser.post("/auth/sign-in", data={"email": ANN, "password": PASSWORD, "next": "/energy/usage"})
    assert awaits.headers["location"] == "/sign-in/second"
    assert visitor_in(browser) is None
    asked = ask(browser, "second").json()["publicKey"]
    assert [one["id"] for one in asked["allowCredentials"]] == [stored(Passkey)[0].credential_id]
    done = browser.post(f"{PATH}second", json={"answer": key.use(asked)})
    assert done.json() == {"to": "/energy/usage"}
    assert visitor_in(browser).email == ANN
    over = browser.post(f"{PATH}second/options", json={})
    assert (over.status_code, over.json()["to"]) == (403, "/sign-in?problem=over#over")


@pytest.mark.line("S-05", "S-11")
def test_a_passkey_proves_again_and_leads_on_to_what_asked(browser, clock):
    key = added(browser)
    clock.move(minutes=6)
    stale = browser.post(f"{PATH}add/options", json={})
    assert (stale.status_code, stale.json()["to"], stale.json()["back"]) == (403, "/prove", True)
    old = browser.cookies["portal_session"]
    asked = ask(browser, "prove").json()["publicKey"]
    done = browser.post(f"{PATH}prove", json={"answer": key.use(asked), "next": "/energy/account/security"})
    assert done.json() == {"to": "/energy/account/security"}
    assert cookie_in(done).value != old
    assert ask(browser, "add").json()["publicKey"]["rp"]["name"] == "Bright Power"


@pytest.mark.line("S-05")
def test_with_only_a_passkey_the_password_is_no_fresh_proof_and_a_recovery_code_is_one(browser, clock):
    added(browser)
    visitor = visitor_in(browser)
    shown, kept = factors.draw_codes(visitor.person_id)
    perform(visitor, factors.keep_codes, kept)
    clock.move(minutes=6)
    old = browser.cookies["portal_session"]
    for typed in ({"password": PASSWORD}, {"code": PASSWORD}, {"code": "123456"}, {}):
        refused = browser.post("/auth/prove", data={**typed, "next": "/energy"})
        assert refused.headers["location"] == "/prove?problem=wrong&next=%2Fenergy"
    assert browser.cookies["portal_session"] == old
    answer = browser.post("/auth/prove", data={"code": shown[0], "next": "/energy"})
    assert answer.headers["location"] == "/energy"
    again = browser.post("/auth/prove", data={"code": shown[0], "next": "/energy"})
    assert again.headers["location"].startswith("/prove?problem=wrong"), "each recovery code counts once"


@pytest.mark.line("S-04", "S-05")
def test_wrong_unknown_used_and_foreign_answers_read_the_same(browser):
    key = added(browser)
    browser.post("/auth/sign-out")
    asked = ask(browser, "sign-in").json()["publicKey"]
    good = key.use(asked)
    browser.cookies.delete("portal_key_sign_in")
    foreign = browser.post(f"{PATH}sign-in", json={"answer": good})
    asked = ask(browser, "sign-in").json()["publicKey"]
    wrong = browser.post(f"{PATH}sign-in", json={"answer": key.use(asked, origin="https://evil.example")})
    used = browser.post(f"{PATH}sign-in", json={"answer": key.use(asked)})
    asked = ask(browser, "sign-in").json()["publicKey"]
    unknown = browser.post(f"{PATH}sign-in", json={"answer": SoftwareKey(person_id=key.person_id).use(asked)})
    none = browser.post(f"{PATH}sign-in", json={})
    told = {(answer.status_code, answer.text) for answer in (foreign, wrong, used, unknown, none)}
    assert told == {(400, '{"sentence":"' + use.WRONG + '"}')}
    assert visitor_in(browser) is None
    assert all(cookie_in(answer) is None for answer in (foreign, wrong, used, unknown, none))


@pytest.mark.line("S-39")
def test_another_site_cannot_ask_or_answer(browser):
    for name in ("sign-in/options", "sign-in", "add/options", "add", "prove", "second"):
        answer = browser.post(f"{PATH}{name}", json={}, headers={"origin": "https://evil.example"})
        assert answer.status_code == 403, name
    assert browser.get(f"{PATH}sign-in/options").status_code == 405
    assert not stored(Ceremony)


@pytest.mark.line("S-31")
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'"x"', b"{", b"[" * 60_000, b"\xff\xfe", b'{"answer": NaN']
)
def test_what_is_no_question_or_answer_of_ours_is_refused_in_words(browser, body):
    answer = browser.post(f"{PATH}sign-in", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json() == {"sentence": "We could not read that. Reload the page and try again."}


def test_a_form_is_no_answer(browser):
    assert browser.post(f"{PATH}sign-in", data={"answer": "{}"}).status_code == 400


@pytest.mark.line("S-20")
def test_nobody_adds_or_proves_without_being_signed_in(browser):
    for name in ("add/options", "add", "prove/options", "prove"):
        answer = browser.post(f"{PATH}{name}", json={})
        assert (answer.status_code, answer.json()["to"]) == (403, "/sign-in")


@pytest.mark.line("S-03")
def test_a_network_that_asks_without_end_is_told_to_wait(browser):
    codes = [browser.post(f"{PATH}sign-in/options", json={}).status_code for _ in range(301)]
    assert codes == [200] * 300 + [429]


@pytest.mark.line("S-10")
def test_over_tls_the_cookies_are_bound_to_the_host_and_the_key_to_the_exact_origin(browser, monkeypatch):
    monkeypatch.setenv("PORTAL_URL", "https://my.bright.example")
    monkeypatch.setenv("PORTAL_ORIGINS", "https://power.bright.example")
    settings.cache_clear()
    for host in ("my.bright.example", "power.bright.example"):
        answer = browser.post(f"https://{host}{PATH}sign-in/options", json={})
        assert answer.json()["publicKey"]["rpId"] == host
        assert cookie_in(answer, "__Host-portal_key_sign_in")["secure"]
    monkeypatch.delenv("PORTAL_URL")
    monkeypatch.delenv("PORTAL_ORIGINS")
    settings.cache_clear()
