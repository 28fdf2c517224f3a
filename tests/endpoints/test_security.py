"""The doors of a second step, a fresh proof, a new app and a new password, spoken to over HTTP."""

import logging

import pytest

from portal_app.core.access import before_sign_in
from portal_app.core.accounts import Company
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import factors, sessions
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import Authenticator, SignIn, Step
from tests.endpoints.test_auth import RIGHT, cookie_in, visitor_in
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.people import ANN, code_of, enrolled, recovery_codes, stored

PAGE = "/energy/account/security"
NEW = "nine noisy badgers dig"


def to_second_step(browser, **more: str):
    """A right password of somebody with an app."""
    answer = browser.post("/auth/sign-in", data={**RIGHT, **more})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/second")
    return answer


@pytest.mark.line("S-05", "S-10")
def test_after_the_password_comes_the_second_step_with_a_short_cookie_of_its_own(browser, clock):
    enrolled()
    step = cookie_in(to_second_step(browser), "portal_step")
    assert step["httponly"]
    assert (step["samesite"], step["path"], step["max-age"]) == ("lax", "/", "600")
    assert "portal_session" not in browser.cookies
    assert step.value not in repr(stored(Step))


@pytest.mark.line("S-05", "X-30")
def test_the_wanted_page_is_kept_through_the_second_step(browser, clock):
    secret, _ = enrolled()
    clock.move(minutes=2)
    to_second_step(browser, next="/energy/billing?id=01")
    wrong = browser.post("/auth/second", data={"code": "000000"})
    assert wrong.headers["location"] == "/sign-in/second?problem=wrong"
    answer = browser.post("/auth/second", data={"code": code_of(secret)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/energy/billing?id=01")
    assert visitor_in(browser).email == ANN
    assert "portal_step" not in browser.cookies


@pytest.mark.line("S-05")
def test_a_code_in_the_same_form_is_taken_at_once(browser, clock):
    secret, _ = enrolled()
    clock.move(minutes=2)
    answer = browser.post("/auth/sign-in", data={**RIGHT, "code": code_of(secret)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/energy")
    assert visitor_in(browser).email == ANN


def test_a_wrong_code_in_the_same_form_leads_to_the_second_step(browser, clock):
    enrolled()
    answer = browser.post("/auth/sign-in", data={**RIGHT, "code": "000000"})
    assert answer.headers["location"] == "/sign-in/second?problem=wrong"
    assert cookie_in(answer, "portal_step").value


@pytest.mark.line("S-05")
def test_a_recovery_code_is_taken_in_place_of_the_apps(browser, clock):
    _, value = enrolled()
    code = recovery_codes(value)[0]
    to_second_step(browser)
    assert browser.post("/auth/second", data={"code": code}).headers["location"] == "/energy"


@pytest.mark.line("S-03")
def test_too_many_wrong_codes_get_a_429_and_the_way_back_keeps_nothing(browser, clock):
    enrolled()
    clock.move(days=91)
    to_second_step(browser)
    for _ in range(8):
        assert browser.post("/auth/second", data={"code": "000000"}).status_code == 303
    to_second_step(browser)
    answer = browser.post("/auth/second", data={"code": "000001"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("cookie", ["", "A" * 43, "nonsense"])
def test_a_second_step_without_a_first_leads_to_the_sign_in(browser, cookie):
    if cookie:
        browser.cookies.set("portal_step", cookie)
    answer = browser.post("/auth/second", data={"code": "123456"})
    assert answer.headers["location"].startswith("/sign-in?problem=over")


@pytest.mark.line("S-03")
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/auth/prove", {"password": "not mine at all"}),
        ("/auth/password", {"current": "not mine at all", "new": "three dry stones on a wall"}),
    ],
)
def test_too_many_wrong_passwords_of_somebody_signed_in_get_a_429(browser, signed_in, clock, path, form):
    signed_in()
    codes = [browser.post(path, data=form).status_code for _ in range(10)]
    assert codes == [303] * 8 + [429] * 2


@pytest.mark.line("S-05", "S-11")
def test_a_fresh_proof_changes_the_cookie_and_leads_back_to_the_task(browser, signed_in, clock):
    signed_in()
    old = browser.cookies["portal_session"]
    wrong = browser.post(
        "/auth/prove", data={"password": "not mine at all", "next": "/energy/billing/autopay"}
    )
    assert wrong.headers["location"] == "/prove?problem=wrong&next=%2Fenergy%2Fbilling%2Fautopay"
    answer = browser.post("/auth/prove", data={"password": PASSWORD, "next": "/energy/billing/autopay"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/energy/billing/autopay")
    assert browser.cookies["portal_session"] != old
    assert visitor_in(browser).proved_at is not None


@pytest.mark.line("S-05")
def test_with_an_app_the_password_alone_is_no_fresh_proof(browser, clock):
    secret, _ = enrolled()
    clock.move(minutes=2)
    browser.post("/auth/sign-in", data={**RIGHT, "code": code_of(secret)})
    clock.move(minutes=6)
    answer = browser.post("/auth/prove", data={"password": PASSWORD, "next": "/energy"})
    assert answer.headers["location"].startswith("/prove?problem=wrong")
    answer = browser.post("/auth/prove", data={"code": code_of(secret), "next": "/energy"})
    assert answer.headers["location"] == "/energy"


@pytest.mark.line("S-40")
def test_a_fresh_proof_leads_nowhere_else(browser, signed_in):
    signed_in()
    for payload in ("https://evil.example", "//evil.example", "/auth/sign-out", "javascript:alert(1)"):
        answer = browser.post("/auth/prove", data={"password": PASSWORD, "next": payload})
        assert answer.headers["location"] == "/energy", payload


@pytest.mark.line("S-05")
def test_an_app_is_added_by_its_first_code_and_the_recovery_codes_come_next(browser, signed_in, clock):
    signed_in()
    secret = perform(visitor_in(browser), factors.begin_app)
    picture = browser.get("/auth/authenticator/picture")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.headers["cache-control"] == "no-store"
    assert 'xmlns="http://www.w3.org/2000/svg"' in picture.text
    wrong = browser.post("/auth/authenticator", data={"code": "000000"})
    assert wrong.headers["location"] == f"{PAGE}/app?problem=wrong"
    old = browser.cookies["portal_session"]
    answer = browser.post("/auth/authenticator", data={"code": code_of(secret)})
    assert answer.headers["location"] == f"{PAGE}/codes?new=1"
    assert browser.cookies["portal_session"] != old
    assert [app.confirmed_at is not None for app in stored(Authenticator)] == [True]
    assert browser.get("/auth/authenticator/picture").status_code == 404


def test_nobody_signed_out_sees_a_picture_or_changes_anything(browser):
    assert browser.get("/auth/authenticator/picture").status_code == 404
    for door in ("/auth/authenticator", "/auth/password", "/auth/prove"):
        answer = browser.post(door, data={"code": "123456", "current": PASSWORD, "new": NEW})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.line("S-05")
def test_whoever_must_have_a_second_step_is_led_to_it_and_on_afterwards(browser, door, clock):
    with before_sign_in() as db:
        company = db.get(Company, door)
        company.second_factor = "everybody"
        db.add(company)
    browser.post("/auth/sign-in", data=RIGHT)
    refused = browser.post("/auth/password", data={"current": PASSWORD, "new": NEW})
    assert refused.headers["location"] == "/second-step"
    secret = perform(visitor_in(browser), factors.begin_app)
    answer = browser.post("/auth/authenticator", data={"code": code_of(secret), "next": "/energy/billing"})
    assert answer.headers["location"] == "/second-step?new=1&next=%2Fenergy%2Fbilling"
    sessions.forget_all()
    assert not visitor_in(browser).must_enrol


@pytest.mark.line("S-13", "S-01")
def test_a_new_password_leads_back_says_so_and_ends_what_is_open_elsewhere(browser, signed_in, clock):
    there, _ = identity.sign_in(ANN, PASSWORD, None, "8.8.8.8")
    signed_in()
    wrong = browser.post("/auth/password", data={"current": "not mine at all", "new": NEW})
    assert wrong.headers["location"] == f"{PAGE}/password?problem=wrong"
    weak = browser.post("/auth/password", data={"current": PASSWORD, "new": "password1234"})
    assert weak.headers["location"] == f"{PAGE}/password?problem=common"
    answer = browser.post("/auth/password", data={"current": PASSWORD, "new": NEW})
    assert answer.headers["location"] == f"{PAGE}?done=password"
    assert identity.visitor_of(f"portal_session={there}") is None
    assert visitor_in(browser).email == ANN
    assert len([row for row in stored(SignIn) if row.ended_at is None]) == 1


@pytest.mark.line("S-16")
def test_no_code_password_or_secret_stands_in_a_log_line_or_an_address(
    browser, signed_in, clock, caplog, capsys
):
    caplog.set_level(logging.DEBUG)
    signed_in()
    secret = perform(visitor_in(browser), factors.begin_app)
    code = code_of(secret)
    answers = [
        browser.post("/auth/authenticator", data={"code": code}),
        browser.post("/auth/prove", data={"code": code, "password": PASSWORD}),
        browser.post("/auth/password", data={"current": "a wrong one of mine", "new": NEW}),
    ]
    said = (
        caplog.text + "".join(capsys.readouterr()) + "".join(str(one.headers) + one.text for one in answers)
    )
    for private in (secret, secret.replace(" ", ""), code, PASSWORD, NEW, "a wrong one of mine"):
        assert private not in said.replace("%20", " ")
