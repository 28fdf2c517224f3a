"""The doors behind the wall, spoken to over HTTP, with a small company whose people have passwords."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from portal_app.endpoints import auth, brand, edge, health, mailed, security, sign_on
from tests.endpoints.browser import TestClient
from tests.services.identity.conftest import door  # noqa: F401 -- the same small company

ORIGIN = "http://localhost:3000"


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _page(_request: Request) -> Response:
    return HTMLResponse("<h1>page</h1>")


async def _asset(_request: Request) -> Response:
    return PlainTextResponse("asset")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("open")
    await socket.close()


def house() -> Starlette:
    """The real doors, and plain pages where the built site would be."""
    routes = [
        *auth.routes(),
        *brand.routes(),
        *mailed.routes(),
        *security.routes(),
        *sign_on.routes(),
        *health.routes(),
        Route("/files/meter", _echo, methods=["POST"]),
        Route("/anything", _echo, methods=["POST"]),
        Route("/_upload", _echo, methods=["GET", "POST"]),
        Route("/energy", _page),
        Route("/assets/app-1a2b.js", _asset),
        Route("/logo.svg", _asset),
        WebSocketRoute("/_event/", _socket),
    ]
    return Starlette(routes=routes)


@pytest.fixture
def browser(door: str, tmp_path: Path) -> Iterator[TestClient]:  # noqa: F811
    """Somebody's browser at the public address."""
    with TestClient(edge.Edge(house(), tmp_path), base_url=ORIGIN, follow_redirects=False) as client:
        yield client


@pytest.fixture
def signed_in(browser: TestClient) -> Callable[..., TestClient]:
    """The same browser after Ann (or another) has signed in."""

    def enter(email: str = "ann@bright.example") -> TestClient:
        from tests.services.identity.conftest import PASSWORD

        answer = browser.post("/auth/sign-in", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303
        return browser

    return enter
