"""Files over HTTP: large ones in flat memory, troubles back on the page, nothing left behind."""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette

from portal_app.core.errors import Refusal
from portal_app.endpoints import auth, edge, files, sharing
from portal_app.registry import kind_named
from portal_app.settings import settings
from portal_app.shapes.files import Download, Upload, UploadDoor
from tests.endpoints.browser import TestClient
from tests.endpoints.conftest import ORIGIN
from tests.services.identity.conftest import PASSWORD, door  # noqa: F401 -- the same small company

taken: list[tuple[str, int, dict[str, str], bytes]] = []


def _check(access, **query: str) -> None:
    if "no" in query:
        raise Refusal("Not today.", "account")


def _take(access, upload: Upload, **query: str) -> str:
    if upload.fields.get("account") == "bad":
        raise Refusal("That is no account.", "account")
    with upload.path.open("rb") as stream:
        taken.append((upload.name, upload.size, upload.fields, stream.read(8)))
    return "/energy/done"


@pytest.fixture
def browser(door: str, tmp_path: Path) -> Iterator[TestClient]:  # noqa: F811
    taken.clear()
    energy = kind_named("energy")
    assert energy is not None
    kind = replace(
        energy,
        uploads={
            "small": UploadDoor(_check, _take, back="/energy/form", most_bytes=1024 * 1024),
            "large": UploadDoor(
                _check, _take, back="/energy/form", most_bytes=3 * 1024**3, larger="Bring it by hand."
            ),
        },
    )
    shares: dict[str, Callable[[str], Download | None]] = {
        "energy": lambda token: Download("x", "text/xml", iter([b"<a", b"/>"])) if token == "good" else None
    }
    app = Starlette(routes=[*auth.routes(), *sharing.routes(shares), *files.routes((kind,))])
    with TestClient(edge.Edge(app, tmp_path), base_url=ORIGIN, follow_redirects=False) as client:
        client.post("/auth/sign-in", data={"email": "ann@bright.example", "password": PASSWORD})
        yield client


def incoming() -> list[str]:
    folder = settings().data_dir / "incoming"
    return os.listdir(folder) if folder.exists() else []


def test_a_file_arrives_with_its_fields_and_nothing_stays(browser):
    answer = browser.post(
        "/files/energy/small", data={"account": "1001"}, files={"file": ("..\\up/day.xml", b"<feed/>")}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/energy/done")
    assert taken == [("day.xml", 7, {"account": "1001"}, b"<feed/>")]
    assert incoming() == []


@pytest.mark.parametrize(
    ("query", "account", "files_", "told"),
    [
        ("", "bad", {"file": ("a.xml", b"<feed/>")}, "trouble=That+is+no+account.&field=account"),
        ("?no=1", "1", {"file": ("a.xml", b"<feed/>")}, "no=1&trouble=Not+today.&field=account"),
        ("", "1", {"file": ("", b"")}, "trouble="),
        ("", "1", {"file": ("a.xml", b"x" * 1_200_000)}, "larger+than+1+MB"),
    ],
)
def test_trouble_comes_back_to_the_form_in_words(browser, query, account, files_, told):
    answer = browser.post(f"/files/energy/small{query}", data={"account": account}, files=files_)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/energy/form?")
    assert told in answer.headers["location"]
    assert (taken, incoming()) == ([], [])


@pytest.mark.parametrize("body", [b"no form", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--"])
def test_what_is_no_form_is_said_and_leaves_nothing(browser, body):
    answer = browser.post(
        "/files/energy/small", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert "did+not+arrive+as+a+file" in answer.headers["location"]
    assert (taken, incoming()) == ([], [])


def test_a_large_file_is_written_straight_to_its_place(browser, monkeypatch):
    """Nothing is kept in memory or laid down in the temporary folder on the way."""
    made: list[str] = []
    real = tempfile.NamedTemporaryFile

    def watched(*given, **named):
        made.append(str(named.get("dir")))
        return real(*given, **named)

    monkeypatch.setattr(files.tempfile, "NamedTemporaryFile", watched)
    piece = b"0123456789abcdef" * 65_536

    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="big.xml"\r\n\r\n'
        yield from (piece for _ in range(64))
        yield b"\r\n--x--\r\n"

    answer = browser.post(
        "/files/energy/large",
        content=pieces(),
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert answer.headers["location"] == "/energy/done"
    assert taken == [("big.xml", 64 * 1024**2, {}, b"01234567")]
    assert made == [str(settings().data_dir / "incoming")]


@pytest.mark.line("B13-7")
def test_a_third_party_reads_with_its_token_and_is_told_nothing_without(browser):
    good = browser.get("/files/share/energy", headers={"authorization": "Bearer good"})
    assert (good.status_code, good.text, good.headers["cache-control"]) == (200, "<a/>", "private, no-store")
    wrong = [
        browser.get(f"/files/share/{kind}", headers=headers)
        for kind, headers in (
            ("energy", {}),
            ("energy", {"authorization": "Bearer bad"}),
            ("energy", {"authorization": "Basic good"}),
            ("water", {"authorization": "Bearer good"}),
        )
    ]
    assert {(answer.status_code, answer.text) for answer in wrong} == {(401, "")}


@pytest.mark.line("S-03")
def test_a_third_partys_wrong_tokens_get_a_429_and_its_right_one_is_still_read(browser):
    bad, good = ({"authorization": f"Bearer {word}"} for word in ("bad", "good"))
    codes = [browser.get("/files/share/energy", headers=bad).status_code for _ in range(10)]
    assert codes == [401] * 8 + [429] * 2
    assert browser.get("/files/share/energy", headers=good).status_code == 200


def test_a_file_that_says_it_is_too_large_is_refused_before_its_first_byte(browser):
    """As the outer wall lets it through to its own door: the sentence names the limit and another way."""
    kind = {"content-type": "multipart/form-data; boundary=x", "content-length": str(4 * 1024**3)}
    answer = browser.post("/files/energy/large", content=b"--x", headers=kind)
    assert answer.headers["location"].startswith("/energy/form?")
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told["trouble"] == [
        "That file is larger than 3 GB, the most that can be sent here. Bring it by hand."
    ]
    assert told["field"] == ["file"]
    assert (taken, incoming()) == ([], [])


def test_the_door_for_readings_names_its_limit_and_the_command() -> None:
    energy = kind_named("energy")
    assert energy is not None
    sentence = energy.uploads["readings"].too_large
    assert sentence.startswith("That file is larger than 3 GB, ")
    assert "python -m portal_app.manage import energy FILE" in sentence
    assert len(sentence) < 300


@pytest.mark.line("S-43")
def test_one_person_sends_fifty_files_an_hour_and_the_next_is_not_read(browser):
    for _ in range(50):
        assert browser.post("/files/energy/small", files={"file": ("a.xml", b"<feed/>")}).status_code == 303
    assert len(taken) == 50
    answer = browser.post("/files/energy/small", files={"file": ("a.xml", b"<feed/>")})
    assert "tried+too+often" in answer.headers["location"]
    assert (len(taken), incoming()) == (50, [])


@pytest.mark.line("S-43", "S-45")
def test_without_a_session_no_body_is_read(browser):
    browser.cookies.clear()
    answer = browser.post(
        "/files/energy/small",
        files={"file": ("a.xml", b"<feed/>")},
        headers={"reflex-client-token": "0f3c1f5e-0000-4000-8000-000000000000"},
    )
    assert answer.headers["location"].startswith("/sign-in")
    elsewhere = browser.post(
        "/files/energy/small",
        files={"file": ("a.xml", b"<feed/>")},
        headers={"origin": "https://evil.example"},
    )
    assert elsewhere.status_code == 403
    assert browser.post("/_upload", files={"file": ("a.xml", b"<feed/>")}).status_code == 404
    assert (taken, incoming()) == ([], [])


@pytest.mark.line("S-46")
@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "/etc/shadow",
        "C:\\autoexec.bat",
        "a" * 300 + ".xml",
        "\u202egpj.exe",
        "CON",
        "aux.txt",
        ".htaccess",
        "%00.xml",
        "a\tb.xml",
        "..",
        ".",
        "\ud83d\ude00.xml".encode("utf-16", "surrogatepass").decode("utf-16"),
    ],
)
def test_a_hostile_name_is_a_name_and_nothing_else(browser, name):
    answer = browser.post("/files/energy/small", files={"file": (name, b"<feed/>")})
    assert answer.status_code == 303
    assert [kept for kept, *_ in taken if "/" in kept or "\\" in kept or len(kept) > 200] == []
    assert incoming() == []


@pytest.mark.line("S-46", "S-32")
@pytest.mark.parametrize("name", [b"a\x00b.xml", b"\xff\xfe.xml", b'a"b.xml', b"a\r\nX-Evil: 1.xml"])
def test_a_name_of_raw_bytes_is_never_a_fault(browser, name):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="' + name
    body += b'"\r\n\r\n<feed/>\r\n--x--\r\n'
    answer = browser.post(
        "/files/energy/small", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code in (303, 400)
    assert "x-evil" not in answer.headers
    assert incoming() == []


@pytest.mark.line("S-45")
@pytest.mark.parametrize(
    "name", ["bill 7.pdf", "M\u00e4rz.pdf", 'a";x=\r\n"b.pdf', "../up.pdf", "\u202efdp.exe", "", "\u65e5.pdf"]
)
def test_what_comes_down_is_an_attachment_under_a_harmless_name(name):
    answer = files._sent(Download(name, "application/pdf", b"%PDF"))
    said = answer.headers["content-disposition"]
    assert said.startswith('attachment; filename="')
    assert said.isascii()
    assert not {"/", "\\", "\r", "\n", "\u202e"} & set(said)
    assert "%E2%80%AE" not in said
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in answer.headers["cache-control"]
