"""The same promise kept against a program that speaks to the socket of a running server."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from portal_app.services.identity import service as identity
from portal_app.services.identity import sessions
from portal_app.settings import settings
from tests.services.identity.conftest import PASSWORD, ROLES, door  # noqa: F401 -- people who sign in

APP = f"""
from pathlib import Path

import reflex as rx

from portal_app import all_tables
from portal_app.endpoints.edge import Edge
from portal_app.services.identity import service as identity
from portal_app.state.binding import BindToSession
from portal_app.state.session import Acting

identity.use_roles({ROLES!r})


class DrawerState(Acting, rx.State):
    rows: list[str] = []

    @rx.event
    async def load(self):
        visitor = await self._visitor()
        self.rows = [f"private row of {{visitor.name}}"]

    @rx.event
    def echo(self):
        self.rows = [*self.rows, "and more"]


app = rx.App(api_transformer=[lambda inner: Edge(inner, Path("nothing-built"))])
app.add_middleware(BindToSession(), index=0)
app.add_page(lambda: rx.el.p(DrawerState.rows.length()), route="/")
"""
STATE = "reflex___state____state.drawer_app___drawer_app____drawer_state"
HYDRATE = "reflex___state____state.hydrate"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def server(door: str, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    """A served app of one private drawer, on the test's own database."""
    package = tmp_path / "app" / "drawer_app"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "drawer_app.py").write_text(APP)
    config = "import reflex as rx\nconfig = rx.Config(app_name='drawer_app', telemetry_enabled=False)\n"
    (package.parent / "rxconfig.py").write_text(config)
    port = _free_port()
    command = [
        Path(sys.executable).with_name("granian"),
        "--interface",
        "asgi",
        "--factory",
        "--host",
        "127.0.0.1",
    ]
    log = tmp_path / "log"
    with log.open("wb") as written:
        child = subprocess.Popen(  # noqa: S603 -- our own command
            [*command, "--port", str(port), "--workers", "1", "drawer_app.drawer_app:app"],
            cwd=package.parent,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join((str(package.parent), str(settings().root))),
                "REFLEX_ENV_MODE": "prod",
                "__REFLEX_SKIP_COMPILE": "true",
                "REFLEX_USE_NPM": "1",
            },
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://localhost:{port}"
            _wait_for(address, child, log)
            yield address
        finally:
            child.terminate()
            child.wait(timeout=20)


def _wait_for(address: str, child: subprocess.Popen, log: Path) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if child.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/ping", timeout=2):  # noqa: S310 -- our own server
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(log.read_text())


class Program:
    """Anything that speaks the protocol: a token, perhaps a cookie, and every delta it is sent."""

    def __init__(self, address: str, token: str, cookie: str = "", origin: str = "") -> None:
        self.heard: list[str] = []
        self._address, self._token = address, token
        headers = {"Cookie": cookie, "Origin": origin}
        self._headers = {name: value for name, value in headers.items() if value}

    async def _hear(self, update) -> None:
        self.heard.append(str(update))

    async def __aenter__(self) -> "Program":
        import aiohttp
        import socketio

        self._wire = aiohttp.ClientSession()
        self._client = socketio.AsyncClient(reconnection=False, http_session=self._wire)
        self._client.on("event", self._hear, namespace="/_event")
        try:
            await self._client.connect(
                f"{self._address}/_event?token={self._token}",
                namespaces=["/_event"],
                transports=["websocket"],
                socketio_path="/_event",
                headers=self._headers,
            )
        except BaseException:
            await self._wire.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.disconnect()
        await self._client.shutdown()
        await self._wire.close()
        await asyncio.sleep(0.05)

    async def send(self, name: str, until: str) -> bool:
        """Send one event; whether a delta with that text came back within three seconds."""
        self.heard.clear()
        data = {"name": name, "payload": {}, "router_data": {"pathname": "/", "query": {}}}
        await self._client.emit("event", data, namespace="/_event")
        for _ in range(150):
            if any(until in update for update in self.heard):
                return True
            await asyncio.sleep(0.02)
        return False


@pytest.mark.slow
@pytest.mark.line("S-14", "S-13", "S-39")
def test_a_stolen_token_shows_nothing_and_a_signed_out_socket_reads_nothing(server):
    value, _ = identity.sign_in("ann@bright.example", PASSWORD)
    hers = f"portal_session={value}"
    his = f"portal_session={identity.sign_in('bob@bright.example', PASSWORD)[0]}"
    token = str(uuid4())

    async def story() -> None:
        async with Program(server, token, hers) as owner:
            assert await owner.send(HYDRATE, "rows")
            assert await owner.send(f"{STATE}.load", "private row of Ann")
        async with Program(server, token, hers) as owner:
            assert await owner.send(HYDRATE, "private row of Ann"), "the state outlives the socket"

        for cookie in ("", "portal_session=" + "A" * 43, his):
            async with Program(server, token, hers) as owner:
                assert await owner.send(f"{STATE}.load", "private row of Ann")
            for first in (HYDRATE, f"{STATE}.echo"):
                async with Program(server, token, cookie) as thief:
                    assert await thief.send(first, "rows")
                    assert "Ann" not in str(thief.heard)

        async with Program(server, token, hers) as owner:
            assert await owner.send(f"{STATE}.load", "private row of Ann")
            identity.sign_out(hers)
            await asyncio.sleep(
                sessions.REMEMBER_SECONDS
            )  # the server is another process, with no Redis to tell it
            assert await owner.send(f"{STATE}.echo", "and more")
            assert "Ann" not in str(owner.heard)

        import socketio

        for origin in ("https://evil.example", "null"):
            with pytest.raises(socketio.exceptions.ConnectionError):
                await Program(server, str(uuid4()), his, origin).__aenter__()

    asyncio.run(story())
