"""A server-rendered home with the same data: Starlette and Jinja, one style sheet, no script.

The same session cookie, the same use case, the same database file and the same server program as the portal.
`/floor` is one HTML page with the figure and nothing else: what link, browser and use case cost alone.
"""

from functools import lru_cache
from pathlib import Path

import brotli
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_app import all_tables  # noqa: F401 -- every table is known before the first query
from portal_app.components import theme
from portal_app.first_paint import gather
from portal_app.registry import KINDS, kind_named
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import service as identity

identity.use_roles({kind.key: kind.roles for kind in KINDS})
_ASSETS = Path(__file__).resolve().parents[2] / "assets"
_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
_KEPT = {"cache-control": "public, max-age=31536000, immutable"}


def _packed(body: bytes, kind: str, **headers: str) -> Response:
    small = brotli.compress(body, quality=6)
    return Response(small, media_type=kind, headers={"content-encoding": "br", **headers})


def _found(cookie: str) -> dict:
    visitor = identity.visitor_of(cookie)
    if visitor is None:
        raise PermissionError
    kind = kind_named(visitor.kind)
    return perform(visitor, gather, kind.home)


async def home(request: Request) -> Response:
    """The energy home, drawn by a template."""
    found = await run_in_threadpool(_found, request.headers.get("cookie", ""))
    html = _PAGES.get_template("home.html").render(**found, nav=kind_named("energy").nav)
    return _packed(html.encode(), "text/html", **{"cache-control": "private, no-store"})


async def floor(request: Request) -> Response:
    """The same figure on a bare page."""
    found = await run_in_threadpool(_found, request.headers.get("cookie", ""))
    seen = found["home"]
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Home</title>'
        '<meta name="viewport" content="width=device-width"></head><body>'
        f'<h1>{seen.title}</h1><p class="big">{seen.figure.before}{seen.figure.whole}</p>'
        f"<p>{seen.meaning}</p></body></html>"
    )
    return _packed(html.encode(), "text/html", **{"cache-control": "private, no-store"})


@lru_cache(maxsize=1)
def _sheet() -> bytes:
    return brotli.compress(theme.css().encode(), quality=11)


async def sheet(_request: Request) -> Response:
    """The portal's own style sheet, as any server-rendered page would link it."""
    return Response(_sheet(), media_type="text/css", headers={"content-encoding": "br", **_KEPT})


async def asset(request: Request) -> Response:
    """The face and the icons."""
    name = request.path_params["name"]
    if name not in ("inter-latin-wght.woff2", "icons.svg", "icon.svg"):
        return PlainTextResponse("Not found", 404)
    body = (_ASSETS / name).read_bytes()
    if name.endswith(".woff2"):
        return Response(body, media_type="font/woff2", headers=_KEPT)
    return _packed(body, "image/svg+xml", **_KEPT)


async def live(_request: Request) -> Response:
    """Whether this server is up."""
    return PlainTextResponse("ok")


app = Starlette(
    routes=[
        Route("/energy", home),
        Route("/floor", floor),
        Route("/health/live", live),
        Route("/portal.css", sheet),
        Route("/{name}", asset),
    ]
)
