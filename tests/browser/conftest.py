"""What a browser test may ask for: a served portal with the demo in it, a phone, a desktop, a sign-in, axe.

    def test_maya_sees_her_bill(phone, sign_in):
        sign_in(phone, "maya@brightwater.example")
        phone.get_by_role("link", name="Pay my bill").click()

A console error or an exception in the page fails the test that caused it. A failed test leaves a picture
and the server's log in build/browser/.
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from scripts import browser as browsers
from scripts.build_front_end import build
from scripts.environment import PYTHON, ROOT
from scripts.run import answers
from scripts.serve import server_command, server_environment
from tests import engines
from tests.browser.pages import DESKTOP, PASSWORD, PHONE, Portal, Troubles, calm, watch

LEFT = ROOT / "build" / "browser"
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
_OUTSIDE = (
    "DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "PORTAL_KINDS",
    "PORTAL_ORIGINS",
    "PORTAL_URL",
    "PORTAL_DEMO",
)
_FAILED = pytest.StashKey[bool]()
# A crowded machine is slow; how fast a page is gets measured by bench/, not here.
expect.set_options(timeout=15_000)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Every test of this folder is a browser test, and may wait for a build."""
    item.add_marker(pytest.mark.browser)
    item.add_marker(pytest.mark.timeout(300))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running, which others could not share."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember that a test failed, so that its page is kept as a picture."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


def _manage(word: str, here: dict[str, str]) -> None:
    done = subprocess.run(  # noqa: S603 - our own command
        [str(PYTHON), "-m", "portal_app.manage", word],
        cwd=ROOT,
        env=here,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"manage {word} failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}", pytrace=False)


def outside_free() -> dict[str, str]:
    """An environment in which nothing points at the database or the helpers of another test."""
    here = {name: value for name, value in os.environ.items() if name not in _OUTSIDE}
    return {**here, "PORTAL_DEMO": "1", "PORTAL_RUN_JOBS": "1"}


def _demo_template() -> Path:
    """A data folder with the demo in it, made once for all workers of a run."""
    folder = engines.run_folder() / "demo"
    with (engines.run_folder() / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            here = {**outside_free(), "PORTAL_DATA_DIR": str(folder)}
            _manage("migrate", here)
            _manage("seed", here)
            (folder / "made").touch()
    return folder


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def _end(server: subprocess.Popen[bytes]) -> None:
    for blow in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, blow)
            server.wait(10)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


@contextmanager
def served(data_dir: Path, name: str, **more: str) -> Iterator[Portal]:
    """The finished build, served on its own port with its own copy of the demo's rows in `data_dir`.

    `more` are settings of this one, such as SMTP_URL.
    """
    build()
    shutil.copytree(_demo_template(), data_dir)
    LEFT.mkdir(parents=True, exist_ok=True)
    port, log = _free_port(), LEFT / f"server-{name}-{_WORKER}.log"
    here = server_environment(port, {**outside_free(), "PORTAL_DATA_DIR": str(data_dir)})
    # The same build must serve under another name of the machine as well.
    here["PORTAL_ORIGINS"] = f"http://127.0.0.1:{port}"
    here |= more
    with log.open("w") as sink:
        server = subprocess.Popen(  # noqa: S603 - our own command
            server_command("127.0.0.1", port),
            cwd=ROOT,
            env=here,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    portal = Portal(f"http://localhost:{port}", data_dir, log)
    try:
        until = time.monotonic() + 60
        while not answers(port):
            if server.poll() is not None or time.monotonic() > until:
                pytest.fail(f"The portal did not start:\n{portal.said()}", pytrace=False)
            time.sleep(0.1)
        yield portal
    finally:
        _end(server)


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal that every browser test shares; one that changes what others look at serves its own."""
    with served(tmp_path_factory.mktemp("portal") / "var", "shared") as here:
        yield here


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium. Fails, never skips, when there is none."""
    path = browsers.find()
    if not path:
        pytest.fail(
            "There is no browser. `make test` installs one; or name one with PORTAL_BROWSER.", pytrace=False
        )
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(browsers.FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def troubles() -> Troubles:
    """The console errors and exceptions of this test's pages."""
    return Troubles()


@pytest.fixture
def new_page(
    browser: Browser, portal: Portal, troubles: Troubles, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open a page for one more visitor: `new_page(PHONE, color_scheme="dark")`, with any context option."""
    contexts: list[BrowserContext] = []

    def make(viewport: dict[str, int] = PHONE, **options: Any) -> Page:
        context = browser.new_context(
            viewport=viewport,
            has_touch=viewport["width"] < 800,
            **{
                "base_url": portal.url,
                "reduced_motion": "reduce",
                "locale": "en-US",
                "timezone_id": "America/Chicago",
                **options,
            },
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        watch(page, troubles)
        return page

    yield make
    failed = request.node.stash.get(_FAILED, False) or bool(troubles)
    for number, page in enumerate(page for context in contexts for page in context.pages):
        if failed:
            name = re.sub(r"\W+", "-", request.node.name)[:80]
            page.screenshot(path=LEFT / f"{name}-{number}.png")
    for context in contexts:
        context.close()
    if failed:
        request.node.add_report_section("teardown", "server log", portal.said())
    if troubles:
        pytest.fail("The pages complained:\n" + "\n".join(dict.fromkeys(troubles)), pytrace=False)


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """A phone of 390 x 844, nobody signed in."""
    return new_page(PHONE)


@pytest.fixture
def desktop(new_page: Callable[..., Page]) -> Page:
    """A desktop window, nobody signed in."""
    return new_page(DESKTOP)


@pytest.fixture
def sign_in(portal: Portal) -> Callable[..., Page]:
    """Sign a demo person in and open a page: `sign_in(phone, "maya@brightwater.example", "/energy/bill")`."""

    def enter(page: Page, email: str, path: str = "", *, password: str = PASSWORD) -> Page:
        answer = page.context.request.post(
            f"{portal.url}/auth/sign-in",
            form={"email": email, "password": password},
            headers={"Origin": portal.url},
            max_redirects=0,
        )
        place = answer.headers.get("location", "")
        signed_in = any("portal_session" in str(cookie.get("name")) for cookie in page.context.cookies())
        assert answer.status == 303, f"{email} was not let in: {answer.status} {answer.text()[:300]}"
        assert signed_in, f"{email} was not let in: sent to {place}"
        page.goto(path or place or "/")
        return calm(page)

    return enter
