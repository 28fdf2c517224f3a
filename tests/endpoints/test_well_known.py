"""What a stranger finds at the places that standards name."""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from portal_app.core.clock import now
from portal_app.endpoints import well_known
from portal_app.settings import WrongSetting, settings


@pytest.fixture(autouse=True)
def read_anew():
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def browser():
    return TestClient(Starlette(routes=well_known.routes()))


@pytest.mark.line("S-95")
def test_whoever_found_a_hole_is_told_where_to_write(browser, monkeypatch):
    monkeypatch.setenv("PORTAL_SECURITY_CONTACT", "mailto:security@brightwater.example")
    settings.cache_clear()
    answer = browser.get("/.well-known/security.txt")
    assert answer.status_code == 200
    facts = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert facts["Contact"] == "mailto:security@brightwater.example"
    assert facts["Canonical"].endswith("/.well-known/security.txt")
    assert facts["Expires"] > f"{now():%Y-%m-%dT%H:%M:%SZ}"


def test_without_anybody_to_write_to_there_is_no_such_file(browser, monkeypatch):
    monkeypatch.delenv("PORTAL_SECURITY_CONTACT", raising=False)
    settings.cache_clear()
    assert browser.get("/.well-known/security.txt").status_code == 404


def test_a_contact_that_is_none_is_refused_at_the_start(monkeypatch):
    monkeypatch.setenv("PORTAL_SECURITY_CONTACT", "call us")
    settings.cache_clear()
    with pytest.raises(WrongSetting, match="PORTAL_SECURITY_CONTACT"):
        settings()
