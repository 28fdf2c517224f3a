"""The build follows the browser's address, and is made again exactly when something it reads changed."""

import gzip
import json
import shutil
from pathlib import Path

import pytest
from reflex_base.constants import Endpoint

from scripts import build_front_end
from scripts.any_address import AnyAddress, UnknownBuild, follow_the_browser

_PORT = "if(a.protocol===`https:`)t.port=``;"


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REFLEX_ENV_MODE", "prod")
    env = AnyAddress().update_env_json()
    assert env is not None
    members = ",".join(f"{name}:`{address}`" for name, address in env.items())
    (tmp_path / "env.js").write_text(f"var e={{{members},TRANSPORT:`websocket`}};export{{e as t}};")
    (tmp_path / "state.js").write_text(_PORT)
    return tmp_path


def test_every_address_comes_from_the_address_bar(static: Path) -> None:
    text = follow_the_browser(static).read_text()
    assert text.count("location.origin") == len(Endpoint)
    assert 'EVENT:(location.origin.replace("http","ws")+"/_event")' in text
    assert 'PING:(location.origin+"/ping")' in text
    assert "portal.invalid" not in text


def test_an_https_page_keeps_its_port(static: Path) -> None:
    follow_the_browser(static)
    assert (static / "state.js").read_text() == "if(a.protocol===`https:`)t.port=location.port;"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("second.js", "x=`http://portal.invalid/ping`"),
        ("page.html", "<a href='http://portal.invalid/ping'>"),
        ("other.js", _PORT),
        ("env.js", "var e={PING:`http://portal.invalid/ping`}"),
        ("state.js", "nothing drops a port here"),
    ],
)
def test_a_build_that_looks_otherwise_is_refused_untouched(static: Path, name: str, text: str) -> None:
    (static / name).write_text(text)
    before = {path.name: path.read_text() for path in static.iterdir()}
    with pytest.raises(UnknownBuild):
        follow_the_browser(static)
    assert {path.name: path.read_text() for path in static.iterdir()} == before


def test_hot_reloading_keeps_the_real_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFLEX_ENV_MODE", "dev")
    assert AnyAddress().update_env_json() is None


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("rxconfig.py", "requirements.txt"):
        shutil.copy(build_front_end.ROOT / name, tmp_path / name)
    (tmp_path / "portal_app" / "pages").mkdir(parents=True)
    (tmp_path / "portal_app" / "pages" / "home.py").write_text("title = 1")
    (tmp_path / "portal_app" / "migrations").mkdir()
    (tmp_path / "assets").mkdir()
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "any_address.py").write_text("")
    monkeypatch.setattr(build_front_end, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "portal_app/pages/home.py",
        "portal_app/pages/new.py",
        "assets/mark.svg",
        "rxconfig.py",
        "requirements.txt",
        "reflex.lock/package-lock.json",
    ],
)
def test_a_changed_input_asks_for_a_new_build(copy: Path, name: str) -> None:
    before = build_front_end.fingerprint()
    (copy / name).parent.mkdir(exist_ok=True)
    (copy / name).write_text("changed")
    assert build_front_end.fingerprint() != before


def test_chosen_kinds_ask_for_a_build_of_their_own(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build_front_end.fingerprint()
    monkeypatch.setenv("PORTAL_KINDS", "energy")
    assert build_front_end.fingerprint() != before


def test_a_build_with_other_settings_is_known_by_their_names(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORTAL_DEMO", raising=False)
    stamp = copy / "portal-build.json"
    monkeypatch.setattr(build_front_end, "_STAMP", stamp)
    assert build_front_end.built_with_other_settings() == []
    stamp.write_text(json.dumps(build_front_end.fingerprint()))
    monkeypatch.setenv("PORTAL_DEMO", "yes")
    assert build_front_end.built_with_other_settings() == [], "the demo is there unless it is switched off"
    monkeypatch.setenv("PORTAL_DEMO", "off")
    monkeypatch.setenv("PORTAL_KINDS", "energy")
    assert build_front_end.built_with_other_settings() == ["PORTAL_KINDS", "PORTAL_DEMO"]


@pytest.mark.parametrize(
    "name", ["portal_app/__pycache__/home.pyc", "portal_app/migrations/new.py", "README.md"]
)
def test_what_the_compile_does_not_read_asks_for_none(copy: Path, name: str) -> None:
    before = build_front_end.fingerprint()
    (copy / name).parent.mkdir(exist_ok=True)
    (copy / name).write_text("changed")
    assert build_front_end.fingerprint() == before


@pytest.mark.browser
def test_the_compressed_copies_hold_what_the_scripts_hold() -> None:
    build_front_end.build()
    scripts = sorted(build_front_end.STATIC.rglob("*.js"))
    assert scripts
    for script in scripts:
        sidecar = script.with_name(script.name + ".gz")
        assert not sidecar.exists() or gzip.decompress(sidecar.read_bytes()) == script.read_bytes()
        assert b"portal.invalid" not in script.read_bytes()
