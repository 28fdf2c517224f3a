"""What arrives is looked at by a virus scanner before anybody has it, and not taken in unlooked at."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from portal_app.core.trail import AuditEntry
from portal_app.settings import settings
from tests.endpoints import clamd
from tests.endpoints.browser import TestClient
from tests.endpoints.test_files import browser, incoming, taken  # noqa: F401 -- the same two doors
from tests.engines import past_the_wall
from tests.services.identity.conftest import door  # noqa: F401 -- the same small company

pytestmark = [pytest.mark.line("S-44"), pytest.mark.usefixtures("browser")]


@pytest.fixture(params=["real", "speaking"])
def scanner(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An installation that names a scanner."""
    if request.param == "real" and not shutil.which("clamd"):
        pytest.skip("ClamAV is not installed here; the other case speaks its protocol")
    with clamd.real(tmp_path) if request.param == "real" else clamd.speaking() as place:
        monkeypatch.setenv("CLAMD", place)
        settings.cache_clear()
        yield place
    monkeypatch.undo()
    settings.cache_clear()


def send(browser: TestClient, content: bytes) -> dict[str, list[str]]:  # noqa: F811
    answer = browser.post("/files/energy/small", data={"account": "1001"}, files={"file": ("a.png", content)})
    assert answer.status_code == 303
    return parse_qs(urlsplit(answer.headers["location"]).query)


def test_a_clean_file_is_taken_in(browser, scanner):  # noqa: F811
    assert send(browser, b"harmless " * 30_000) == {}
    assert [name for name, *_ in taken] == ["a.png"]


def test_a_harmful_file_is_refused_with_its_name_and_written_down_and_nothing_of_it_stays(browser, scanner):  # noqa: F811
    said = send(browser, b"begin " + clamd.SIGN + b" end")
    assert said["field"] == ["file"]
    assert said["trouble"][0].startswith("The virus check found something harmful in that file (Test.Harmful")
    assert taken == []
    assert incoming() == []
    with past_the_wall() as db:
        entry = db.exec(select(AuditEntry).where(AuditEntry.action == "file.harmful")).one()
    assert "Test.Harmful" in entry.facts
    assert clamd.SIGN.decode() not in entry.facts


def test_a_file_that_the_scanner_will_not_read_whole_is_not_taken_in(browser, scanner):  # noqa: F811
    assert "does not answer just now" in send(browser, b"large " * 150_000)["trouble"][0]
    assert taken == []
    assert incoming() == []


@pytest.mark.parametrize("place", ["127.0.0.1:9", "/nowhere/clamd.ctl"])
def test_while_the_scanner_is_away_nothing_is_taken_in(browser, monkeypatch, place):  # noqa: F811
    monkeypatch.setenv("CLAMD", place)
    settings.cache_clear()
    try:
        assert "Send it again in a few minutes" in send(browser, b"harmless")["trouble"][0]
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert taken == []
    assert incoming() == []


def test_meter_data_is_not_scanned_since_it_is_handed_to_nobody() -> None:
    from portal_app.portals.energy.service import data_page, readings_sent

    assert not data_page.DOOR.scanned
    assert readings_sent.DOOR.scanned
