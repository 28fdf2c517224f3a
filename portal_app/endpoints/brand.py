"""What a company's pages wear of its own, for anybody: its colours as a style sheet, its mark as a picture.

Both have the brand's name, which changes with them, so that browsers keep them for good.
"""

import re

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_app.services.tenancy import brand
from portal_app.shapes.companies import Look
from portal_app.shapes.palette import own_css

TRIED = ".brand-try"
_NAME = re.compile(r"([a-z0-9-]{1,60})\.[0-9a-f]{12}(?:\.m)?")
_COLOUR = re.compile(r"[0-9a-f]{6}")
_FOR_GOOD = {"cache-control": "public, max-age=31536000, immutable"}
_FOR_NOW = {"cache-control": "no-store"}


def routes() -> list[Route]:
    """The doors, for the assembly."""
    return [
        Route("/brand/try/{colour}.css", tried, methods=["GET"]),
        Route("/brand/{name}.css", colours, methods=["GET"]),
        Route("/brand/{name}.png", mark, methods=["GET"]),
    ]


async def tried(request: Request) -> Response:
    """The colours that one colour makes, for the part of a page that shows it before it is saved."""
    colour = request.path_params["colour"]
    if not _COLOUR.fullmatch(colour):
        return _nothing()
    sheet = await run_in_threadpool(own_css, f"#{colour}", part=TRIED)
    return Response(sheet, media_type="text/css", headers=_FOR_GOOD)


async def colours(request: Request) -> Response:
    """The colours of a company's own."""
    look = await _look(request)
    if look is None:
        return _nothing()
    sheet = await run_in_threadpool(own_css, look.accent) if look.accent else ""
    return Response(sheet, media_type="text/css", headers=_kept(request, look))


async def mark(request: Request) -> Response:
    """The mark of a company's own."""
    look = await _look(request)
    if look is None or not look.mark:
        return _nothing()
    return Response(look.mark, media_type="image/png", headers=_kept(request, look))


async def _look(request: Request) -> Look | None:
    named = _NAME.fullmatch(request.path_params["name"])
    return await run_in_threadpool(brand.look_of, named[1]) if named else None


def _kept(request: Request, look: Look) -> dict[str, str]:
    """For good under the name of what it is; an old page that asks by an old name gets today's, this once."""
    return _FOR_GOOD if request.path_params["name"] == look.name else _FOR_NOW


def _nothing() -> Response:
    return PlainTextResponse("Not found", 404)
