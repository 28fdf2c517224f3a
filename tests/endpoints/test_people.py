"""The doors of invitations and of View as, over HTTP."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import col
from starlette.applications import Starlette

from portal_app.core import vault
from portal_app.core.access import acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.outbox import Job
from portal_app.core.queue import payload_of
from portal_app.endpoints import auth, edge, people
from portal_app.portal_app import roles_of
from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from portal_app.services.identity.mailing import SEALED
from portal_app.services.people import book, invitations, staff
from portal_app.shapes.people import PlaceForm
from tests.endpoints.browser import TestClient
from tests.endpoints.conftest import ORIGIN
from tests.endpoints.test_auth import cookie_in, visitor_in
from tests.portals.conftest import do
from tests.services.identity.conftest import PASSWORD, door  # noqa: F401 -- the same small company

NEW = "new@books.example"


@pytest.fixture
def browser(door: str, tmp_path: Path) -> Iterator[TestClient]:  # noqa: F811
    """Somebody's browser at the doors, where the roles are those of the energy kind."""
    identity.use_roles({kind.key: kind.roles for kind in KINDS}, {kind.key: kind.scopes for kind in KINDS})
    book.know({kind.key: roles_of(kind) for kind in KINDS})
    house = Starlette(routes=[*auth.routes(), *people.routes()])
    with TestClient(edge.Edge(house, tmp_path), base_url=ORIGIN, follow_redirects=False) as client:
        yield client
    book.know({})


def person(name):
    with before_sign_in(reads_only=True) as db:
        return db.exec(unscoped(Person, col(Person.name) == name)).one()


def as_visitor(email):
    return identity.sign_in(email, PASSWORD).visitor


def enter(browser, email):
    answer = browser.post("/auth/sign-in", data={"email": email, "password": PASSWORD})
    assert answer.status_code == 303
    return answer


def token():
    with before_sign_in(reads_only=True) as db:
        jobs = db.exec(unscoped(Job, col(Job.kind) == "mail.send").order_by(col(Job.made_at), col(Job.id)))
        sealed = [payload_of(job)["sealed"] for job in jobs][-1]
    return parse_qs(urlsplit(json.loads(vault.unseal(sealed, SEALED))["link"]).query)["token"][0]


def invited(email=NEW, goes_to="/billing"):
    form = PlaceForm(email=email, role="owner", scopes=("money",), goes_to=goes_to)
    do(as_visitor("ann@bright.example"), invitations.invite, form)
    return token()


@pytest.mark.line("X-30", "B-X2", "S-10")
def test_joining_without_a_password_sets_the_cookie_and_leads_to_the_page_of_the_invitation(browser):
    answer = browser.post(
        "/auth/join", data={"token": invited(), "name": "Nel New", "without": "1", "password": ""}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/energy/billing?welcome=1")
    assert cookie_in(answer)["httponly"]
    assert visitor_in(browser).name == "Nel New"


@pytest.mark.line("X-16")
@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"name": "Nel", "password": ""}, "none"),
        ({"name": "Nel", "password": "tiny"}, "short"),
        ({"name": "", "password": PASSWORD}, "unnamed"),
        ({"name": "Nel", "password": "password1234"}, "common"),
    ],
)
def test_what_is_wrong_is_told_by_a_word_and_what_was_typed_is_kept(browser, typed, problem):
    link = invited()
    answer = browser.post("/auth/join", data={"token": link, **typed})
    asked = parse_qs(urlsplit(answer.headers["location"]).query, keep_blank_values=True)
    assert asked == {"token": [link], "problem": [problem], "name": [typed["name"]]}
    assert cookie_in(answer) is None
    assert typed["password"] not in answer.headers["location"] or not typed["password"]
    assert browser.post("/auth/join", data={"token": link, "name": "Nel", "without": "1"}).status_code == 303


@pytest.mark.line("S-03")
def test_too_many_wrong_invitations_get_a_429(browser):
    wrong = {"token": "x" * 43, "name": "Nel", "without": "1"}
    codes = [browser.post("/auth/join", data=wrong).status_code for _ in range(10)]
    assert codes == [303] * 8 + [429] * 2


@pytest.mark.line("S-07")
def test_a_wrong_and_a_used_link_answer_the_same(browser):
    link = invited()
    browser.post("/auth/join", data={"token": link, "name": "Nel", "without": "1"})
    used = browser.post("/auth/join", data={"token": link, "name": "Nel", "without": "1"})
    wrong = browser.post("/auth/join", data={"token": "x" * 43, "name": "Nel", "without": "1"})
    assert used.headers["location"] == wrong.headers["location"] == "/join?problem=stale"


@pytest.mark.line("X-30", "S-11")
def test_somebody_known_is_led_to_the_sign_in_and_back_and_accepts(browser):
    with acting_for_company(as_visitor("ann@bright.example").company_id) as house:
        house.remove(Member, col(Member.person_id) == person("Bob Byrd").id, col(Member.role) == "viewer")
    link = invited("bob@bright.example", "/usage")
    answer = browser.post("/auth/join", data={"token": link, "name": "Bob", "without": "1"})
    assert answer.headers["location"] == f"/join?token={link}"
    answer = browser.post("/auth/accept", data={"id": "x"})
    assert answer.headers["location"] == "/sign-in?next=%2Fjoin"
    bob = {"email": "bob@bright.example", "password": PASSWORD, "next": "/join"}
    assert browser.post("/auth/sign-in", data=bob).headers["location"] == "/join"
    before = browser.cookies["portal_session"]
    with before_sign_in(reads_only=True) as db:
        from portal_app.services.tenancy.tables import Invitation

        row = db.exec(unscoped(Invitation)).one()
    answer = browser.post("/auth/accept", data={"id": row.id})
    assert answer.headers["location"] == "/energy/usage"
    assert browser.cookies["portal_session"] != before
    assert visitor_in(browser).account_id == row.account_id
    assert browser.post("/auth/accept", data={"id": row.id}).headers["location"] == "/join?problem=stale"


def _look(browser, why="Case 12: bill", name="Ann Ames", number="1"):
    with before_sign_in(reads_only=True) as db:
        account = db.exec(unscoped(Account, col(Account.number) == number)).one()
    asked = {"person_id": person(name).id, "account_id": account.id, "why": why}
    return browser.post("/auth/look-as", data=asked), account


@pytest.mark.line("B-X19", "S-11")
def test_a_look_begins_and_ends_over_http_each_with_a_fresh_cookie(browser):
    enter(browser, "rae@bright.example")
    before = browser.cookies["portal_session"]
    answer, account = _look(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/energy")
    looking = browser.cookies["portal_session"]
    assert looking != before
    assert visitor_in(browser).viewer_name == "Rae Roe"
    answer = browser.post("/auth/stop-looking")
    assert answer.headers["location"] == f"/staff/energy/customers/people?id={account.id}"
    assert browser.cookies["portal_session"] not in (before, looking)
    assert visitor_in(browser).staff
    assert browser.post("/auth/stop-looking").headers["location"] == "/staff/energy"
    browser.cookies.clear()
    assert browser.post("/auth/stop-looking").headers["location"] == "/sign-in"


@pytest.mark.line("B-X19", "S-20")
def test_a_look_without_a_reason_or_a_right_does_not_begin(browser):
    enter(browser, "rae@bright.example")
    answer, account = _look(browser, why=" ")
    place = urlsplit(answer.headers["location"])
    assert place.path == "/staff/energy/customers/people"
    assert parse_qs(place.query) == {
        "id": [account.id],
        "person": [person("Ann Ames").id],
        "problem": ["why"],
    }
    assert _look(browser, name="Rae Roe")[0].status_code == 404
    assert _look(browser, name="Bob Byrd", number="2")[0].status_code == 404
    enter(browser, "bob@bright.example")
    assert _look(browser)[0].status_code == 404
    assert visitor_in(browser).viewed_by == ""
    browser.cookies.clear()
    assert _look(browser)[0].headers["location"] == "/sign-in"


@pytest.mark.line("B-X19")
def test_no_door_of_the_whole_house_changes_anything_for_who_looks(browser, tmp_path):
    """Every POST of the assembled app, sent while looking: no row of the customer's changes."""
    from portal_app import portal_app

    enter(browser, "rae@bright.example")
    _look(browser)
    routes = [
        route
        for route in portal_app._served(Starlette()).routes
        if "POST" in (getattr(route, "methods", None) or ())
    ]
    own = ("/auth/stop-looking", "/auth/sign-out", "/auth/sign-in", "/auth/look-around", "/webhooks")
    doors = [route.path for route in routes if not route.path.startswith(own) and "{" not in route.path]
    assert {"/auth/accept", "/auth/switch-account", "/auth/password"} <= set(doors)
    cookie = f"portal_session={browser.cookies['portal_session']}"
    before = _rows_of_ann()
    typed = {
        "password": PASSWORD, "current": PASSWORD, "new": "nine brave badgers run", "code": "000000",
        "email": "other@bright.example", "account_id": before[1], "id": "x", "name": "x", "token": "x" * 43,
    }  # fmt: skip
    with TestClient(
        edge.Edge(Starlette(routes=routes), tmp_path), base_url=ORIGIN, follow_redirects=False
    ) as client:
        for path in doors:
            for body in ({"data": typed}, {"json": typed}):
                answer = client.post(path, headers={"cookie": cookie}, **body)
                assert answer.status_code < 500, path
    assert _rows_of_ann() == before
    assert identity.visitor_of(cookie).viewed_by == person("Rae Roe").id


def _rows_of_ann():
    from portal_app.services.identity.tables import Authenticator, Ceremony, MailedLink, Passkey, RecoveryCode

    ann = person("Ann Ames")
    with before_sign_in(reads_only=True) as db:
        account = db.exec(unscoped(Member, col(Member.person_id) == ann.id)).first().account_id
        kept = [
            len(list(db.exec(unscoped(table, col(table.person_id) == ann.id))))
            for table in (Authenticator, Passkey, RecoveryCode, Ceremony, MailedLink)
        ]
    return ann.password_hash, account, ann.email, ann.standing, kept


def test_a_link_in_the_mail_leads_to_the_join_page_of_the_public_address(browser):
    boss = as_visitor("rae@bright.example")
    with before_sign_in() as db:
        rae = db.get(Person, boss.person_id)
        rae.staff_role = "administrator"
        db.add(rae)
        assert db.get(Company, rae.company_id).demo
    from portal_app.services.identity import sessions

    sessions.forget_all()
    do(as_visitor("rae@bright.example"), staff.invite, "pia@bright.example", "operator")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token())
    answer = browser.post("/auth/join", data={"token": token(), "name": "Pia Post", "password": PASSWORD})
    assert answer.headers["location"] == "/staff/energy?welcome=1"
