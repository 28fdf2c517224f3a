"""The outer wall."""

import base64
import hashlib
import json
import traceback

import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.websockets import WebSocketDisconnect

from portal_app.core import log
from portal_app.endpoints import csp, edge
from portal_app.settings import settings
from tests.endpoints.browser import TestClient
from tests.endpoints.conftest import ORIGIN, house

FORM = {"email": "x@y", "password": "x"}


@pytest.mark.line("S-38")
@pytest.mark.parametrize(("path", "status"), [("/energy", 200), ("/nowhere", 404), ("/_upload", 404)])
def test_every_page_carries_the_headers(browser, path, status):
    answer = browser.get(path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert "microphone=()" in answer.headers["permissions-policy"]
    rules = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in rules
    assert "unsafe-eval" not in rules
    assert "strict-transport-security" not in answer.headers


async def _breaks(request: Request) -> Response:
    raise ValueError(f"no such word: {request.query_params['word']}")


async def _breaks_off(_request: Request) -> Response:
    async def pieces():
        yield b"first"
        raise ValueError("no such word: 4929-mine")

    return StreamingResponse(pieces())


@pytest.fixture
def broken(tmp_path):
    before = structlog.get_config()
    routes = [Route("/breaks", _breaks), Route("/breaks-off", _breaks_off)]
    app = edge.Edge(Starlette(routes=routes), tmp_path)
    with TestClient(app, base_url=ORIGIN) as client:
        yield client
    structlog.configure(**before)


@pytest.mark.line("S-38", "S-16")
def test_what_goes_wrong_carries_the_headers_too_and_is_logged_without_its_words(broken, capsys):
    log.configure()
    answer = broken.get("/breaks?word=4929-mine")
    assert answer.status_code == 500
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    said = capsys.readouterr()
    (failed, asked) = [json.loads(line) for line in said.err.splitlines()]
    assert (failed["event"], failed["trouble"]) == ("edge.failed", "ValueError")
    assert failed["request"] == asked["request"]
    assert "4929-mine" not in said.err + said.out + answer.text


@pytest.mark.line("S-16")
def test_half_an_answer_is_cut_off_and_says_nothing_of_why(broken):
    with pytest.raises(edge.BrokenOff) as told:
        broken.get("/breaks-off")
    assert "4929-mine" not in "".join(traceback.format_exception(told.value))


@pytest.mark.line("S-07")
@pytest.mark.parametrize("path", ["/energy?token=abc", "/nowhere?next=%2Fenergy&token=abc"])
def test_a_page_whose_address_is_a_secret_is_named_in_no_referer(browser, path):
    assert browser.get(path).headers["referrer-policy"] == "strict-origin"


@pytest.mark.line("S-38")
def test_a_built_script_is_only_what_it_says_and_of_this_house(browser):
    headers = browser.get("/assets/app-1a2b.js").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    # A script runs under the policy of the page that asked for it: its own copy would be weight only.
    assert "content-security-policy" not in headers


@pytest.mark.line("S-38")
def test_pages_are_not_kept_hashed_assets_are_kept_for_good_and_the_rest_for_minutes(browser):
    assert browser.get("/energy").headers["cache-control"] == "no-store"
    assert browser.get("/health/live").headers["cache-control"] == "no-store"
    assert (
        browser.get("/assets/app-1a2b.js").headers["cache-control"] == "public, max-age=31536000, immutable"
    )
    assert browser.get("/assets/gone.js").headers["cache-control"] == "no-store"
    assert browser.get("/logo.svg").headers["cache-control"] == "public, max-age=600"


@pytest.mark.line("S-38")
def test_inline_scripts_run_by_the_hash_of_what_was_built_and_no_others(tmp_path):
    (tmp_path / "energy" / "bill").mkdir(parents=True)
    script = "let a = 1 && 2;\nrun(a)"
    page = f'<script>{script}</script><script src="/a.js"></script><script type="application/json">1</script>'
    (tmp_path / "energy" / "index.html").write_text(page)
    (tmp_path / "energy" / "bill" / "index.html").write_text(
        '<script type="module" async="">other()</script>'
    )
    (tmp_path / "404.html").write_text("<script>lost()</script>")

    def hashed(text):
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert csp.inline_script_hashes(tmp_path) == {
        "/energy": (hashed(script),),
        "/energy/bill": (hashed("other()"),),
        "*": (hashed("lost()"),),
    }
    with TestClient(edge.Edge(house(), tmp_path), base_url=ORIGIN) as client:
        rules = client.get("/energy").headers["content-security-policy"]
        assert f"script-src 'self' {hashed(script)};" in rules
        assert hashed("lost()") in client.get("/somewhere/else").headers["content-security-policy"]


@pytest.mark.line("S-38")
def test_before_anything_is_built_inline_scripts_may_run(tmp_path):
    assert csp.inline_script_hashes(tmp_path / "nothing") == {}
    assert "script-src 'self' 'unsafe-inline';" in csp.policy(None)


@pytest.mark.line("S-39")
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost.evil.example:3000"},
        {"origin": "https://localhost:3001"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_post_from_another_site_is_refused(browser, headers):
    for path in ("/auth/sign-in", "/auth/sign-out", "/anything", "/nowhere"):
        assert browser.post(path, data=FORM, headers=headers).status_code == 403


@pytest.mark.line("S-39")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": ORIGIN},
        {"origin": ORIGIN, "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin"},
        {"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:8000"},
    ],
)
def test_a_post_from_our_own_pages_comes_in(browser, headers):
    assert browser.post("/anything", data=FORM, headers=headers).status_code == 200


@pytest.mark.line("S-39")
def test_a_link_from_another_site_may_open_a_page(browser):
    assert browser.get("/energy", headers={"sec-fetch-site": "cross-site"}).status_code == 200


@pytest.mark.line("S-39")
def test_a_socket_from_another_site_is_refused_at_the_handshake(browser):
    for headers in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"host": "evil.example"},
    ):
        with (
            pytest.raises(WebSocketDisconnect),
            browser.websocket_connect("/_event/?token=x", headers=headers),
        ):
            pass
    assert (
        browser.get("/_event/?transport=polling", headers={"origin": "https://evil.example"}).status_code
        == 403
    )
    own = {"origin": ORIGIN, "host": "localhost:3000"}
    with browser.websocket_connect("/_event/?token=x", headers=own) as socket:
        assert socket.receive_text() == "open"


@pytest.mark.line("S-39")
@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "localhost@evil.example", "[::2]:80"]
)
def test_another_host_name_finds_nothing_here(browser, host):
    assert browser.get("/energy", headers={"host": host}).status_code == 400
    assert browser.get("/health/live", headers={"host": host}).status_code == 200


@pytest.mark.line("S-39")
def test_listed_origins_come_in_besides_the_public_address(browser, monkeypatch):
    monkeypatch.setenv("PORTAL_URL", "https://my.bright.example")
    monkeypatch.setenv("PORTAL_ORIGINS", "https://old.bright.example")
    settings.cache_clear()
    old = {"host": "old.bright.example", "origin": "https://old.bright.example"}
    assert browser.post("/anything", data=FORM, headers=old).status_code == 200
    assert browser.get("/energy", headers={"host": "localhost"}).status_code == 400
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.line("S-43")
def test_nothing_is_uploaded_past_our_own_doors(browser):
    for path in ("/_upload", "/_upload/", "/_upload/x.pdf"):
        assert browser.post(path, content=b"x").status_code == 404
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize(("path", "most"), [("/auth/sign-in", 64 * 1024), ("/anything", 256 * 1024)])
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(browser, path, most, announced):
    def pieces():
        for _ in range(most // 1024 + 1):
            yield b"x" * 1024

    kind = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.post(path, content=b"x" * (most + 1) if announced else pieces(), headers=kind)
    assert answer.status_code == 413
    assert answer.text == "That is larger than we take here."
    assert "content-security-policy" in answer.headers


def test_a_file_may_be_larger_than_a_form(browser):
    assert browser.post("/files/meter", content=b"x" * 1024 * 1024).text == str(1024 * 1024)


@pytest.mark.parametrize("length", ["-1", "1e9", "9" * 40, "x"])
def test_a_length_that_is_no_number_is_refused(browser, length):
    assert browser.post("/anything", content=b"x", headers={"content-length": length}).status_code == 413
