"""What an open page asks about its own session: how long it lasts, and to go on with it."""

from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal_app.core.db import Busy
from portal_app.services.identity import staying


def routes() -> list[Route]:
    """The two doors, for the assembly."""
    return [
        Route("/auth/session", standing, methods=["GET"]),
        Route("/auth/stay", stay, methods=["POST"]),
    ]


async def standing(request: Request) -> Response:
    """Seconds until this session ends, and whether a tap makes it longer; 0 for nobody."""
    return await _answer(request, staying.standing)


async def stay(request: Request) -> Response:
    """Go on with this session; the answer says how long it lasts now."""
    return await _answer(request, staying.stay)


async def _answer(request: Request, ask: Callable[[str], staying.Standing]) -> Response:
    try:
        found = await run_in_threadpool(partial(ask, request.headers.get("cookie", "")))
    except Busy as busy:
        return JSONResponse({"sentence": busy.sentence}, 503)
    return JSONResponse({"left": found.left, "stays": found.stays})
