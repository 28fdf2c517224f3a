"""The doors over HTTP: in, out, and what the browser is told."""

import logging
import re
from http.cookies import SimpleCookie

import pytest

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Account, Person
from portal_app.core.trail import AuditEntry
from portal_app.services.identity import rules, sessions
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import SignIn
from portal_app.settings import settings
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.test_choosing import known_to, proved
from tests.services.identity.test_rules import HOSTILE

ANN = "ann@bright.example"
RIGHT = {"email": ANN, "password": PASSWORD}
NAME = "portal_session"


def cookie_in(answer, name=NAME):
    jar = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        jar.load(line)
    return jar.get(name)


def visitor_in(browser):
    return identity.visitor_of("; ".join(f"{name}={value}" for name, value in browser.cookies.items()))


def stored(table, *where):
    with before_sign_in(reads_only=True) as db:
        return list(db.exec(unscoped(table, *where)))


@pytest.mark.line("S-63")
def test_what_a_request_writes_down_carries_its_name_and_every_request_has_its_own(browser, clock):
    browser.post("/auth/sign-in", data={**RIGHT, "password": "not mine at all"})
    browser.post("/auth/sign-in", data=RIGHT)
    browser.post("/auth/sign-out")
    sessions.settle()
    acts = ("identity.sign_in_refused", "identity.sign_in", "identity.sign_out")
    named = {entry.action: entry.request for entry in stored(AuditEntry) if entry.action in acts}
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in named.values())
    assert len(named) == len(set(named.values())) == 3


@pytest.mark.line("S-10")
def test_the_right_password_sets_an_http_only_cookie_and_leads_home(browser):
    answer = browser.post("/auth/sign-in", data=RIGHT)
    assert (answer.status_code, answer.headers["location"]) == (303, "/energy")
    cookie = cookie_in(answer)
    assert len(cookie.value) == 43
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"], cookie["max-age"], cookie["domain"]) == ("lax", "/", "", "")
    assert answer.headers["cache-control"] == "no-store"
    assert visitor_in(browser).email == ANN
    assert [row.id for row in stored(SignIn)] == [rules.key_of(cookie.value)]


@pytest.mark.line("S-10", "S-72")
def test_over_tls_the_cookie_is_secure_and_bound_to_the_host(browser, monkeypatch):
    monkeypatch.setenv("PORTAL_URL", "https://my.bright.example")
    settings.cache_clear()
    answer = browser.post("https://my.bright.example/auth/sign-in", data=RIGHT)
    cookie = cookie_in(answer, "__Host-portal_session")
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    monkeypatch.delenv("PORTAL_URL")
    settings.cache_clear()


def test_staff_are_led_to_their_own_part_of_the_house(browser):
    answer = browser.post("/auth/sign-in", data={"email": "rae@bright.example", "password": PASSWORD})
    assert answer.headers["location"] == "/staff/energy"


@pytest.mark.line("S-04")
@pytest.mark.parametrize("email", [ANN, "nobody@bright.example"])
def test_the_wrong_password_leads_back_with_the_email_kept_and_no_password_anywhere(browser, email):
    secret = "a wrong password of mine"
    answer = browser.post("/auth/sign-in", data={"email": email, "password": secret, "next": "/energy/bill"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?problem=wrong&next=%2Fenergy%2Fbill#wrong"
    assert cookie_in(answer) is None
    typed = cookie_in(answer, "portal_typed")
    assert typed.value == email.replace("@", "%40")
    assert typed["httponly"]
    assert typed["max-age"] == "300"
    assert secret not in str(answer.headers) + answer.text


@pytest.mark.line("S-40")
def test_a_hostile_next_leads_home(browser):
    for payload in [text for text in HOSTILE if isinstance(text, str) and "\ud800" not in text]:
        answer = browser.post("/auth/look-around", data={"email": ANN, "next": payload})
        assert (answer.status_code, answer.headers["location"]) == (303, "/energy"), payload


@pytest.mark.line("S-40")
def test_a_hostile_next_is_not_carried_back_to_the_sign_in_page(browser):
    wrong = {"email": "x@y", "password": "x", "next": "//evil.example", "company": "https://evil.example"}
    assert browser.post("/auth/sign-in", data=wrong).headers["location"] == "/sign-in?problem=wrong#wrong"


@pytest.mark.line("S-40", "X-30")
@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/energy/bill?id=01", "/energy/bill?id=01"),
        ("/account", "/account"),
        ("/account/sessions", "/account/sessions"),
        ("/accounting", "/energy"),
        ("/staff/energy", "/energy"),
        ("/energyx", "/energy"),
    ],
)
def test_an_own_next_is_reached_when_it_is_in_the_persons_part_of_the_house(browser, wanted, reached):
    answer = browser.post("/auth/look-around", data={"email": ANN, "next": wanted})
    assert answer.headers["location"] == reached


@pytest.mark.line("S-11")
def test_a_value_chosen_before_signing_in_is_never_the_signed_in_one(browser):
    browser.cookies.set(NAME, "A" * 43)
    fresh = cookie_in(browser.post("/auth/sign-in", data=RIGHT)).value
    assert fresh != "A" * 43
    assert identity.visitor_of(f"{NAME}={'A' * 43}") is None


@pytest.mark.line("S-11")
def test_signing_in_again_ends_the_session_this_browser_had(browser):
    first = cookie_in(browser.post("/auth/sign-in", data=RIGHT)).value
    second = cookie_in(
        browser.post("/auth/sign-in", data={"email": "bob@bright.example", "password": PASSWORD})
    ).value
    assert identity.visitor_of(f"{NAME}={first}") is None
    assert identity.visitor_of(f"{NAME}={second}").email == "bob@bright.example"


@pytest.mark.line("S-13")
def test_signing_out_ends_the_session_and_clears_the_cookie(signed_in):
    browser = signed_in()
    old = browser.cookies[NAME]
    answer = browser.post("/auth/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert cookie_in(answer)["max-age"] == "0"
    assert identity.visitor_of(f"{NAME}={old}") is None
    assert browser.post("/auth/sign-out").status_code == 303


@pytest.mark.line("S-39")
@pytest.mark.parametrize("way", ["sign-in", "sign-out", "look-around", "switch-account"])
def test_no_door_opens_to_a_get(browser, way):
    assert browser.get(f"/auth/{way}").status_code == 405


@pytest.mark.line("S-03")
def test_too_many_wrong_tries_get_429_with_words_and_forged_forwarding_does_not_help(browser):
    codes = []
    for number in range(12):
        answer = browser.post(
            "/auth/sign-in",
            data={"email": f"p{number}@bright.example", "password": "x"},
            headers={"x-forwarded-for": f"203.0.113.{number}"},
        )
        codes.append(answer.status_code)
    assert codes.index(429) < 10
    assert set(codes[codes.index(429) :]) == {429}
    assert "wait 15 minutes" in answer.text
    assert "/sign-in?problem=throttled" in answer.text
    assert answer.headers["retry-after"] == "900"


@pytest.mark.line("S-08")
def test_one_tap_looks_around_in_the_demo_and_there_is_no_such_door_outside_it(browser, monkeypatch):
    answer = browser.post("/auth/look-around", data={"email": ANN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/energy")
    assert visitor_in(browser).email == ANN
    assert browser.post("/auth/look-around", data={"email": "bob@bright.example"}).status_code == 404
    monkeypatch.setenv("PORTAL_DEMO", "0")
    settings.cache_clear()
    assert browser.post("/auth/look-around", data={"email": ANN}).status_code == 404
    assert browser.post("/auth/look-around").status_code == 404
    monkeypatch.delenv("PORTAL_DEMO")
    settings.cache_clear()


@pytest.mark.line("S-11", "S-21")
def test_another_account_comes_with_a_fresh_cookie_and_a_foreign_one_is_not_found(signed_in):
    browser = signed_in("bob@bright.example")
    accounts = {account.number: account.id for account in stored(Account)}
    old = browser.cookies[NAME]
    assert browser.post("/auth/switch-account", data={"account_id": accounts["2"]}).status_code == 404
    assert browser.post("/auth/switch-account", data={"account_id": "nonsense"}).status_code == 404
    assert visitor_in(browser).role == "viewer"
    answer = browser.post("/auth/switch-account", data={"account_id": accounts["3"]})
    assert answer.headers["location"] == "/energy"
    assert browser.cookies[NAME] != old
    assert visitor_in(browser).account_id == accounts["3"]
    browser.cookies.clear()
    assert (
        browser.post("/auth/switch-account", data={"account_id": accounts["3"]}).headers["location"]
        == "/sign-in"
    )


@pytest.mark.line("S-31", "S-32")
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"email": "a"}', "application/json"),
        (b"\xff\xfe=1", "application/x-www-form-urlencoded"),
        (b"email=%ff%fe&password=x", "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(50)), "application/x-www-form-urlencoded"),
        (b"email=a", "text/plain"),
        (b"", ""),
    ],
)
@pytest.mark.parametrize("way", ["sign-in", "look-around", "switch-account"])
def test_a_body_that_is_no_form_of_ours_is_refused(browser, body, kind, way):
    answer = browser.post(f"/auth/{way}", content=body, headers={"content-type": kind})
    assert answer.status_code == 400
    assert stored(SignIn) == []


@pytest.mark.line("S-31")
@pytest.mark.parametrize(
    "email", ["\0", "a@b\r\nSet-Cookie: x=1", "<script>@x", "é" * 300, "ann@bright.example;"]
)
def test_a_strange_email_is_a_wrong_one_and_reaches_no_header(browser, email):
    answer = browser.post("/auth/sign-in", data={"email": email, "password": "\ufffe" * 9})
    assert answer.headers["location"].startswith("/sign-in?problem=wrong")
    assert "x=1" not in [line.partition(";")[0] for line in answer.headers.get_list("set-cookie")]


@pytest.mark.line("S-16")
def test_neither_cookie_nor_password_stands_in_the_log_or_in_an_address(browser, caplog, capsys):
    with caplog.at_level(logging.DEBUG):
        answer = browser.post("/auth/sign-in", data=RIGHT)
        browser.post("/auth/sign-in", data={**RIGHT, "password": "a wrong password of mine"})
        browser.get("/energy?token=0a1b2c3d")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("http")]
    written = "".join((*ours, *capsys.readouterr()))
    assert re.search(r"path\W+/energy\b", written), "in words or as JSON, as the log is set"
    value = cookie_in(answer).value
    assert value not in written
    assert value not in answer.headers["location"]
    assert PASSWORD not in written
    assert "a wrong password" not in written
    assert "0a1b2c3d" not in written


def test_a_suspended_person_is_told_what_everybody_is_told(browser, door):
    from portal_app.core.access import acting_for_company
    from portal_app.services.tenancy import service as tenancy

    (ann,) = [person for person in stored(Person) if person.email == ANN]
    with acting_for_company(door) as house:
        tenancy.set_standing(house, ann.id, "suspended")
    answer = browser.post("/auth/sign-in", data=RIGHT)
    assert answer.headers["location"] == "/sign-in?problem=wrong#wrong"


@pytest.mark.line("X-24")
def test_somebody_of_two_companies_chooses_once_and_this_browser_remembers(browser):
    known_to("fjord")
    answer = browser.post("/auth/sign-in", data={**RIGHT, "next": "/energy/billing"})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/sign-in/company?next=%2Fenergy%2Fbilling",
    )
    assert cookie_in(answer) is None
    choice = cookie_in(answer, "portal_choice")
    assert (choice["httponly"], choice["samesite"], choice["max-age"]) == (True, "lax", "600")
    answer = browser.post("/auth/company", data={"company": "fjord", "next": "/energy/billing"})
    assert answer.headers["location"] == "/energy/billing"
    assert visitor_in(browser).name == "Ann Elsewhere"
    assert cookie_in(answer, "portal_company").value == "fjord"
    assert cookie_in(answer, "portal_choice").value == ""
    browser.post("/auth/sign-out")
    assert browser.post("/auth/sign-in", data=RIGHT).headers["location"] == "/energy"
    assert visitor_in(browser).name == "Ann Elsewhere"


@pytest.mark.line("X-24")
@pytest.mark.parametrize(
    "form", [{"company": ""}, {"company": "fjord"}, {"company": "bright", "next": "//evil.example"}]
)
def test_a_choice_that_this_browser_was_not_given_leads_back_to_the_sign_in(browser, form):
    known_to("fjord")
    answer = browser.post("/auth/company", data=form)
    assert answer.headers["location"] == "/sign-in?problem=over#over"
    assert visitor_in(browser) is None


@pytest.mark.line("X-24")
def test_changing_over_signs_out_here_and_leads_to_the_sign_in_there_with_the_address_kept(signed_in):
    browser = signed_in()
    known_to("fjord", host="portal.fjord.example")
    assert browser.post("/auth/change-company", data={"to": "fjord"}).status_code == 404
    before = visitor_in(browser)
    proved(ANN, before.company_id)
    assert browser.post("/auth/change-company", data={"to": "bright"}).status_code == 404
    answer = browser.post("/auth/change-company", data={"to": "fjord"})
    there = "http://portal.fjord.example:3000/sign-in?company=fjord&amp;login_hint=ann%40bright.example"
    assert f'content="0;url={there}"' in answer.text
    assert visitor_in(browser) is None
    assert identity.visitor_of_key(before.session_key) is None
    assert browser.post("/auth/change-company", data={"to": "fjord"}).headers["location"] == "/sign-in"
