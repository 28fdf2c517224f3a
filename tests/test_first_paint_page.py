"""The home as it first arrives: the person's own, nobody else's, kept by nobody, in one piece."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app import portal_app as assembled
from portal_app import registry
from portal_app.components.first_paint import as_html
from portal_app.first_paint import FirstPaint, gather
from portal_app.registry import KINDS
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import service as identity
from tests import engines
from tests.components import drawn
from tests.components.test_first_paint import words_in
from tests.endpoints.browser import TestClient

BUILT = (
    '<!DOCTYPE html><html lang="en"><head>'
    '<link as="style" href="/assets/all-1a.css" rel="preload"/>'
    '<link as="font" crossorigin="" href="/face.woff2" rel="preload" type="font/woff2"/>'
    '<link rel="modulepreload" href="/assets/root-1a.js"/>'
    '<link href="/assets/all-1a.css" rel="stylesheet" type="text/css"/></head>'
    '<body class="built"><div class="whole-screen"><div class="frame">live</div></div></body></html>'
)
MAYA, OMAR = "maya@brightwater.example", "omar@brightwater.example"
PEOPLE = {"energy": (MAYA, OMAR)}


async def _beyond(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


@pytest.fixture(scope="module")
def seeded(
    _sqlite_template: engines.SqliteTemplate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The demo of every kind, loaded once: these tests only read it."""
    folder = tmp_path_factory.mktemp("first-paint")
    with _sqlite_template.fresh(folder) as url, engines.pointed_at(url, folder / "var"):
        for kind in KINDS:
            kind.seed(small=True)
        yield


@pytest.fixture(autouse=True)
def _served_kinds() -> None:
    """Other tests tell identity of other kinds; here it knows those that are served."""
    identity.use_roles({kind.key: kind.roles for kind in KINDS})


@pytest.fixture
def client(seeded: None, tmp_path: Path) -> TestClient:
    homes = assembled._homes()
    for path in homes:
        page = tmp_path / path.strip("/") / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(BUILT)
    layer = FirstPaint(_beyond, homes, tmp_path)
    return TestClient(layer, base_url="http://localhost:3000", follow_redirects=False)


def as_person(email: str) -> dict[str, str]:
    value, _ = identity.sign_in_as_demo(email, "127.0.0.1", "test")
    return {"cookie": f"portal_session={value}"}


def found_for(kind, email: str) -> dict:
    _, visitor = identity.sign_in_as_demo(email, "127.0.0.1", "test")
    return perform(visitor, gather, kind.home)


@pytest.mark.line("X-03", "X-19")
def test_the_home_arrives_with_its_figure_drawn_and_is_kept_by_nobody(client):
    answer = client.get("/energy", headers=as_person(MAYA))
    seen = found_for(registry.kind_named("energy"), MAYA)["home"]
    first = answer.text.partition('<first-paint id="first">')[2].partition("</first-paint>")[0]
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["vary"] == "cookie"
    words = words_in(first)
    assert seen.title in words
    assert seen.meaning in words
    assert "Maya" in " ".join(words)
    assert 'action="/auth/sign-out"' in first
    for task in seen.tasks:
        assert f'href="{task.link_to}"' in first


def test_two_people_never_get_the_same_home(client):
    hers, his = (client.get("/energy", headers=as_person(who)) for who in (MAYA, OMAR))
    assert "Maya" in hers.text
    assert "Omar" not in hers.text
    assert "Omar" in his.text
    assert "Maya" not in his.text
    assert hers.headers["x-headline"] != his.headers["x-headline"]
    again = client.get("/energy", headers=as_person(MAYA))
    assert again.headers["x-headline"] != hers.headers["x-headline"], "another session is another headline"


@pytest.mark.parametrize("cookie", ["", "portal_session=" + "A" * 43, "portal_session="])
def test_nobody_gets_no_home_but_the_way_in(client, cookie):
    answer = client.get("/energy", headers={"cookie": cookie} if cookie else {})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/energy"
    assert answer.headers["cache-control"] == "no-store"
    assert "x-headline" not in answer.headers


def test_a_session_that_ended_draws_no_home(client):
    cookie = as_person(MAYA)
    assert client.get("/energy", headers=cookie).status_code == 200
    identity.sign_out(cookie["cookie"])
    assert client.get("/energy", headers=cookie).status_code == 303


def test_staff_are_sent_to_their_own_home(client):
    answer = client.get("/energy", headers=as_person("rosa@brightwater.example"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/energy")


def test_the_head_says_how_long_and_asks_for_no_body(client):
    answer = client.head("/energy", headers=as_person(MAYA))
    assert answer.status_code == 200
    assert answer.content == b""
    assert re.fullmatch(r"[0-9a-f]{16};1800", answer.headers["x-headline"])


def test_everything_else_passes_through(client):
    assert client.post("/energy", headers=as_person(MAYA)).status_code == 418
    assert client.get("/elsewhere").text == "/elsewhere"


@pytest.mark.line("X-19")
def test_nothing_in_the_head_holds_up_the_first_paint(client):
    page = client.get("/energy", headers=as_person(MAYA)).text
    head, _, rest = page.partition("<body")
    behind = rest.partition("</first-paint>")[2]
    assert "modulepreload" not in head
    assert 'as="style"' not in head
    assert 'media="print" data-late' in head
    assert 'as="font"' in head
    assert '<link fetchpriority="low" rel="modulepreload"' in behind
    assert '<noscript><link href="/assets/all-1a.css" rel="stylesheet" type="text/css"/></noscript>' in behind
    assert page.index('<style id="first-css">') < page.index('<first-paint id="first">')
    assert "#first~* .frame" in page


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_the_page_is_the_same_in_every_coding(client, coding):
    cookie = as_person(MAYA)
    answer = client.get("/energy", headers={**cookie, "accept-encoding": coding})
    assert answer.headers.get("content-encoding", "identity") == coding
    plain = client.get("/energy", headers={**cookie, "accept-encoding": "identity"})
    assert without_times(answer.text) == without_times(plain.text)


def without_times(page: str) -> str:
    return re.sub(r"\d\d:\d\d", "", page)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _strings(getattr(value, name))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_headline_says_the_same_words_drawn_both_ways(kind, seeded):
    home = assembled._homes()[f"/{kind.key}"]
    for email in PEOPLE[kind.key]:
        found = found_for(kind, email)
        plain = home.page.headline(found["home"])
        printed = words_in(as_html(plain))
        assert " ".join(" ".join(printed).split()) == drawn.text(plain)
        given = " ".join(_strings(found["home"]))
        # A date is kept on one line where it is drawn; it is the same date.
        said = [word.replace("\u00a0", " ").strip() for word in printed]
        own = {word for word in said if word and word not in given}
        live = " ".join(
            node["contents"]
            for node in drawn.nodes(home.page.view())
            if isinstance(node.get("contents"), str)
        )
        assert own <= {word for word in own if word.strip() in live}, "words that the live page does not say"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_home_prints_whole_frame_and_all(kind, seeded):
    home = assembled._homes()[f"/{kind.key}"]
    html = as_html(home.draw(kind, home.page, found_for(kind, PEOPLE[kind.key][0])))
    assert html.count("<main") == 1
    assert html.count("<h1") == 1
    assert len(re.findall(r"<(?!br|input|img|hr)[a-z][\w-]*[ >]", html)) == html.count("</")
