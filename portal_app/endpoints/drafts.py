"""What an open page keeps of a form while somebody types, and asks for when it opens again."""

import json
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal_app.core.db import Busy
from portal_app.core.errors import Refusal
from portal_app.services.adoption.perform import perform
from portal_app.services.drafts import service as drafts
from portal_app.services.identity import service as identity

_PRIVATE = {"cache-control": "no-store"}
_MOST_BYTES = 200 * 1024


def routes() -> list[Route]:
    """The door, for the assembly."""
    return [Route("/drafts", asked, methods=["GET"]), Route("/drafts", keep, methods=["POST"])]


async def asked(request: Request) -> Response:
    """What this person left in the forms named by `key`, by form."""
    keys = [key for key in request.query_params.getlist("key") if 0 < len(key) <= 80][: drafts.MOST]
    return await _answer(request, drafts.kept, keys)


async def keep(request: Request) -> Response:
    """Keep `facts` of the form `key`."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return JSONResponse({}, 400, _PRIVATE)
    try:
        body = await request.body()
        said = json.loads(body.decode("utf-8")) if len(body) <= _MOST_BYTES else {}
        key, facts = said["key"], said["facts"]
        if not isinstance(facts, dict) or "\\u0000" in json.dumps([key, facts]):
            return JSONResponse({}, 400, _PRIVATE)
        json.dumps([key, facts], ensure_ascii=False).encode()
    except (ValueError, TypeError, KeyError, RecursionError):
        return JSONResponse({}, 400, _PRIVATE)
    return await _answer(request, drafts.keep, key, facts)


async def _answer(request: Request, use_case: Any, *arguments: Any) -> Response:
    cookie = request.headers.get("cookie", "")

    def work() -> Any:
        visitor = identity.visitor_of(cookie)
        return (401, {}) if visitor is None else (200, perform(visitor, use_case, *arguments) or {})

    try:
        status, found = await run_in_threadpool(partial(work))
    except Busy as busy:
        status, found = 503, {"sentence": busy.sentence}
    except Refusal as no:
        status, found = 409, {"sentence": no.sentence}
    return JSONResponse(found, status, _PRIVATE)
