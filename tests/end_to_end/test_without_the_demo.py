"""A real installation, PORTAL_DEMO=0: opened from the command line, with no trace of a demo."""

import asyncio
import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from portal_app import manage
from portal_app.settings import settings
from portal_app.state.shared.sign_in import SignInState
from scripts import sign_ins
from scripts.environment import PYTHON, ROOT
from tests.end_to_end.serving import plain, served
from tests.end_to_end.wire import HYDRATE, Tab, asked, sign_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

PASSWORD = "four quiet herons"
_PRINTED = """
from portal_app.pages.shared import sign_in
from portal_app.portal_app import app
print(*sorted(app._unevaluated_pages), sign_in.sign_in())
"""


def _built(here: dict[str, str]) -> str:
    """The pages on the map, and the sign-in page as it is drawn."""
    command = [str(PYTHON), "-c", _PRINTED]
    done = subprocess.run(command, cwd=ROOT, env=here, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def real(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A fresh database, and the environment of an installation that is no demo."""
    before = structlog.get_config()
    monkeypatch.setenv("PORTAL_DEMO", "0")
    settings.cache_clear()
    yield plain(DATABASE_URL=database, PORTAL_DATA_DIR=str(tmp_path / "var"), PORTAL_DEMO="0")
    monkeypatch.undo()
    settings.cache_clear()
    structlog.configure(**before)


def test_a_fresh_installation_without_the_demo_opens_for_its_own_people_only(
    real, tmp_path, monkeypatch, capsys
):
    assert manage.main(["seed"]) == 1
    assert "PORTAL_DEMO is 0" in capsys.readouterr().err
    assert not sign_ins.sign_ins()
    company = ["company", "create", "acme", "--kind", "energy", "--name", "Acme Power", "--phone", "555-0111"]
    person = ["person", "add", "ida@acme.example", "--company", "acme", "--name", "Ida Holm"]
    assert manage.main(company) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert manage.main([*person, "--staff", "operator"]) == 0

    async def sign_in_page(url: str) -> Tab:
        async with Tab(url, "", "/sign-in") as page:
            await page.send(HYDRATE)
            await page.send(f"{SignInState.get_full_name()}.load")
            await page.until(lambda: page.value(SignInState, "phone_line"))
            return page

    with served(real, tmp_path / "log") as running:
        page = asyncio.run(sign_in_page(running.url))
        assert page.value(SignInState, "who")["company"] == "Acme Power"
        assert not page.value(SignInState, "people")
        assert asked(running.url, "/auth/look-around", {"email": "maya@brightwater.example"})[0] == 404
        assert asked(running.url, "/", cookie=sign_in(running.url, "ida@acme.example", PASSWORD))[1][
            "location"
        ] == ("/staff/energy")


def test_the_gallery_and_the_look_around_are_built_for_the_demo_alone(tmp_path: Path):
    demo, real = (_built(plain(PORTAL_DATA_DIR=str(tmp_path), PORTAL_DEMO=word)) for word in "10")
    for trace in ("gallery", "Look around"):
        assert trace in demo
        assert trace not in real
    assert "Without signing in" in real
