"""The door through which an open page keeps what is typed: for who is signed in, and plain text only."""

import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.endpoints import drafts, staying
from portal_app.services.identity import service as identity
from tests.services.identity.conftest import PASSWORD, door  # noqa: F401 -- a company whose people sign in


@pytest.fixture
def client(door):  # noqa: F811
    return TestClient(Starlette(routes=[*drafts.routes(), *staying.routes()]))


def cookie_of(email: str) -> dict[str, str]:
    return {"cookie": f"portal_session={identity.sign_in(email, PASSWORD)[0]}"}


@pytest.mark.line("S-71")
def test_what_is_kept_comes_back_to_its_person_alone_and_to_no_cache(client):
    ann, bob = cookie_of("ann@bright.example"), cookie_of("bob@bright.example")
    said = {"key": "reading", "facts": {"reading": "48213"}}
    kept = client.post("/drafts", json=said, headers=ann)
    assert (kept.status_code, kept.headers["cache-control"]) == (200, "no-store")
    found = client.get("/drafts?key=reading&key=other", headers=ann)
    assert (found.json(), found.headers["cache-control"]) == ({"reading": {"reading": "48213"}}, "no-store")
    assert client.get("/drafts?key=reading", headers=bob).json() == {}
    assert client.get("/drafts?key=reading").status_code == 401
    assert client.post("/drafts", json=said).status_code == 401


@pytest.mark.line("S-31")
@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{", b'{"key":"a"}', b'{"key":"a","facts":[]}',
        b'{"key":"a","facts":{"b":"\\ud800"}}',
        b'{"key":"a\\ud800","facts":{}}', b'{"key":"a","facts":{"b":"\\u0000"}}', b"\xff", b"[" * 90_000,
        json.dumps({"key": "a", "facts": {"b": "x" * 300_000}}).encode(),
    ],
)  # fmt: skip
def test_what_is_no_form_is_turned_away(client, body):
    headers = {**cookie_of("ann@bright.example"), "content-type": "application/json"}
    assert client.post("/drafts", content=body, headers=headers).status_code == 400
    assert client.get("/drafts?key=a", headers=headers).json() == {}


@pytest.mark.line("S-12")
def test_a_page_is_told_how_long_its_session_lasts(client):
    ann = cookie_of("ann@bright.example")
    for answer in (client.get("/auth/session", headers=ann), client.post("/auth/stay", headers=ann)):
        assert answer.json()["stays"]
        assert 29 * 60 <= answer.json()["left"] <= 30 * 60
    assert client.get("/auth/session").json() == {"left": 0, "stays": False}
