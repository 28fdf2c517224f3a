"""The doors of what goes by mail, over HTTP: the same answer for all, each shut within ten tries."""

import re

import pytest

from portal_app.services.identity import by_mail
from portal_app.state.shared.sign_in import typed_in, typed_who_in
from tests.endpoints.browser import TestClient
from tests.services.identity.conftest import PASSWORD
from tests.services.identity.mails import mails, newest
from tests.services.identity.test_by_mail import add_second_step

ANN, NOBODY = "ann@bright.example", "nobody@bright.example"
BILL = "/energy/billing/bill?id=b7"


def sent(browser: TestClient, path: str, **form: str):
    return browser.post(path, data=form)


@pytest.mark.line("S-04", "X-24")
@pytest.mark.parametrize(
    ("path", "field"), [("/auth/reset", "email"), ("/auth/mailed", "email"), ("/auth/find", "who")]
)
def test_the_answer_is_the_same_for_known_and_unknown(browser, path, field):
    answers = []
    for who in (ANN, NOBODY):
        answer = sent(browser, path, **{field: who, "next": BILL})
        names = sorted(cookie.split("=")[0] for cookie in answer.headers.get_list("set-cookie"))
        answers.append((answer.status_code, answer.headers["location"], answer.content, names))
    assert answers[0] == answers[1]
    assert answers[0][0] == 303
    assert [mail.to for mail in mails()] == [ANN]


@pytest.mark.line("S-03")
@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/auth/reset", {"email": ANN}),
        ("/auth/mailed", {"email": ANN}),
        ("/auth/find", {"who": ANN}),
        ("/auth/mailed/code", {"email": ANN, "code": "000000"}),
        ("/auth/mailed/link", {"token": "A" * 43}),
        ("/auth/reset/new", {"token": "A" * 43, "password": PASSWORD}),
        ("/auth/email/confirm", {"token": "A" * 43}),
        ("/auth/email/undo", {"token": "A" * 43}),
        ("/auth/way-back", {"token": "A" * 43, "password": PASSWORD}),
        ("/auth/way-back/stop", {"token": "A" * 43}),
        ("/auth/lost", {"email": ANN, "reach": "a@b.example", "says": "Everything is gone, call me."}),
    ],
)
def test_each_door_is_shut_within_ten_tries(browser, path, form):
    answers = [sent(browser, path, **form) for _ in range(10)]
    assert answers[-1].status_code == 429
    assert "wait" in answers[-1].text
    assert "?problem=throttled" in answers[-1].text
    assert int(answers[-1].headers["retry-after"]) > 0


def test_too_many_tries_lead_back_to_the_form_with_what_was_typed(browser):
    answers = [sent(browser, "/auth/reset", email=ANN, next=BILL) for _ in range(10)]
    [page] = set(re.findall(r'href="([^"]+)"', answers[-1].text))
    assert page.startswith("/reset?problem=throttled&amp;next=%2Fenergy%2Fbilling")
    assert f'content="0;url={page}"' in answers[-1].text
    assert typed_in(f"portal_typed={browser.cookies['portal_typed']}") == ANN


@pytest.mark.parametrize(
    ("who", "kept"),
    [
        (ANN, ANN),
        (" +1 (530) 555-0142 ", "+1 (530) 555-0142"),
        ("<b>5305550142</b>", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_a_login_that_was_looked_for_stands_there_again(browser, who, kept):
    sent(browser, "/auth/find", who=who)
    assert typed_who_in(f"portal_typed={browser.cookies.get('portal_typed', '')}") == kept


def test_a_phone_is_never_filled_in_as_an_email(browser):
    sent(browser, "/auth/find", who="530 555 0142")
    assert typed_in(f"portal_typed={browser.cookies['portal_typed']}") == ""


@pytest.mark.line("X-30", "B-X2")
def test_the_link_leads_to_the_very_action_with_a_session_of_its_own(browser):
    sent(browser, "/auth/mailed", email=ANN, next=BILL)
    answer = sent(browser, "/auth/mailed/link", token=newest().token)
    assert (answer.status_code, answer.headers["location"]) == (303, BILL)
    assert browser.cookies.get("portal_session")
    again = sent(browser, "/auth/mailed/link", token=newest().token)
    assert again.headers["location"].startswith("/sign-in/link?problem=stale")


@pytest.mark.line("X-30")
def test_a_second_step_stands_between_and_keeps_the_way(browser):
    add_second_step()
    sent(browser, "/auth/mailed", email=ANN, next=BILL)
    answer = sent(browser, "/auth/mailed/link", token=newest().token)
    assert answer.headers["location"] == "/sign-in/second"
    assert not browser.cookies.get("portal_session")
    assert browser.cookies.get("portal_step")


def test_a_weak_password_leads_back_to_the_link_with_what_to_mend(browser):
    sent(browser, "/auth/reset", email=ANN)
    token = newest().token
    answer = sent(browser, "/auth/reset/new", token=token, password="short")
    assert answer.headers["location"] == f"/reset/new?problem=short&token={token}"
    answer = sent(browser, "/auth/reset/new", token=token, password="eight calm herons")
    assert answer.headers["location"] == "/sign-in?problem=reset#reset"
    assert sent(browser, "/auth/sign-in", email=ANN, password="eight calm herons").status_code == 303


def test_the_asking_browser_is_known_by_a_cookie_that_no_script_reads(browser):
    answer = sent(browser, "/auth/mailed", email=ANN)
    (cookie,) = [
        one for one in answer.headers.get_list("set-cookie") if one.startswith(by_mail.browser_cookie())
    ]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


@pytest.mark.parametrize("path", ["/auth/reset", "/auth/mailed/link", "/auth/lost"])
def test_what_no_form_of_ours_would_send_is_refused(browser, path):
    assert browser.post(path, json={"email": ANN}).status_code == 400
    assert browser.get(path).status_code in (404, 405)


def test_a_way_back_with_a_field_missing_leads_back_to_that_field(browser):
    answer = sent(browser, "/auth/lost", email=ANN, reach="nowhere", says="Everything is gone, call me.")
    assert answer.headers["location"].startswith("/sign-in/lost?problem=reach")
    answer = sent(browser, "/auth/lost", email=ANN, reach="a@b.example", says="Everything is gone, call me.")
    assert answer.headers["location"].startswith("/sign-in/lost?sent=WB-")
