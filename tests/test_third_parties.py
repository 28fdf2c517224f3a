"""No page asks anybody but its own host for anything, and nothing reports its use elsewhere."""

import re
from pathlib import Path

import pytest

import rxconfig
from portal_app.components import head
from portal_app.endpoints.csp import policy
from portal_app.settings import Settings

pytestmark = pytest.mark.line("S-41")

ASSETS = Settings.root / "assets"
BUILT = Settings.root / ".web" / "build" / "client"
_ELSEWHERE = re.compile(r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]{2,}""")
_ASKED_FOR = re.compile(
    r"""(?:src|href|action|srcset|poster)=["']?((?:https?:)?//[^"'\s>]+)""", re.IGNORECASE
)


def test_the_policy_of_a_page_names_no_other_host():
    for scripts in (None, (), ("'sha256-x'",)):
        named = {word for part in policy(scripts).split("; ") for word in part.split(" ")[1:]}
        hosts = {word for word in named if not word.startswith(("'", "data:", "blob:"))}
        assert hosts == {"ws://localhost:3000"}


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, id=file.name)
        for file in sorted(ASSETS.rglob("*"))
        if file.suffix in (".css", ".js", ".svg", ".webmanifest", ".json", ".html")
    ],
)
def test_no_asset_asks_elsewhere(file: Path):
    text = re.sub(r"/\*.*?\*/|<!--.*?-->", "", file.read_text("utf-8"), flags=re.DOTALL)
    assert _ELSEWHERE.findall(text) == []


def test_nothing_in_the_head_comes_from_elsewhere():
    assert _ELSEWHERE.findall(" ".join(str(part.render()) for part in head.head())) == []


def test_no_built_page_asks_elsewhere():
    pages = sorted(BUILT.rglob("*.html"))
    if not pages:
        pytest.skip("no front end was built here")
    assert {found for page in pages for found in _ASKED_FOR.findall(page.read_text("utf-8"))} == set()


def test_nothing_is_reported_and_no_badge_is_shown():
    assert rxconfig.config.telemetry_enabled is False
    assert rxconfig.config.show_built_with_reflex is False
    assert "*" not in rxconfig.config.cors_allowed_origins
