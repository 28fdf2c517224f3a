"""The doors of passkeys: for each use what to ask the device, and what it answered.

All speak JSON to `passkeys.js`. Each question is bound to the browser by a short cookie of its own, answered
once within five minutes. An answer that leads on says where (`to`), one that does not says why (`sentence`).
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from portal_app.core.access import Visitor
from portal_app.core.db import Busy
from portal_app.core.errors import EnrolFirst, OnlyLooking, ProveAgain, Refusal, SignedOut, TooMany
from portal_app.endpoints import auth, hosts, security
from portal_app.endpoints.asking import address_of, device_of
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import ceremonies, own_passkeys, passkeys, rules, steps
from portal_app.services.identity import service as identity
from portal_app.services.identity.webauthn_door import Site
from portal_app.settings import settings

_UNREAD = "We could not read that. Reload the page and try again."
_SECONDS = int(ceremonies.LASTS.total_seconds())


class _BadJson(ValueError):
    pass


def routes() -> list[Route]:
    """The doors, for the assembly."""
    doors = {
        "sign-in": (ask_to_sign_in, sign_in),
        "second": (ask_second, second),
        "prove": (ask_to_prove, prove),
        "add": (ask_to_add, add),
    }
    return [
        Route(f"/auth/passkeys/{use}{part}", door, methods=["POST"])
        for use, pair in doors.items()
        for part, door in zip(("/options", ""), pair, strict=True)
    ]


def site_of(request: Request) -> Site:
    """Where this request came in: the host that passkeys are bound to here, and its exact origin.

    The wall let in no host but ours; among several origins of ours it is the one that was asked for.
    """
    here = request.headers.get("host", "").lower()
    ours = [origin.rstrip("/").lower() for origin in (settings().public_url, *settings().origins)]
    at_company = hosts.origin_of(here) if hosts.company_at(here) else ours[0]
    origin = next((one for one in ours if urlsplit(one).netloc == here), at_company)
    return Site(urlsplit(origin).hostname or "", origin)


Work = Callable[[Request, dict[str, Any]], Awaitable[Response]]


def _door(work: Work) -> Callable[[Request], Awaitable[Response]]:
    """Read what came as JSON, and put into words whatever refuses it."""

    async def door(request: Request) -> Response:
        try:
            return await work(request, await _json_of(request))
        except _BadJson:
            return JSONResponse({"sentence": _UNREAD}, 400)
        except Refusal as no:
            return _refused(no)

    door.__name__, door.__doc__ = work.__name__, work.__doc__
    return door


async def _json_of(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        said = json.loads(await request.body()) if kind == "application/json" else None
    except (ValueError, RecursionError) as trouble:
        raise _BadJson from trouble
    if not isinstance(said, dict):
        raise _BadJson
    return said


def _refused(no: Refusal) -> Response:
    status = 429 if isinstance(no, TooMany) else 503 if isinstance(no, Busy) else 400
    told = {"sentence": no.sentence}
    if isinstance(no, ProveAgain):
        return JSONResponse(told | {"to": security.PROVE, "back": True}, 403)
    to = {EnrolFirst: security.ENROL, SignedOut: "/sign-in", steps.StepOver: "/sign-in?problem=over#over"}
    leads = to.get(type(no), "")
    return JSONResponse(told | ({"to": leads} if leads else {}), 403 if leads else status)


def _put(question: dict[str, Any], value: str, purpose: str) -> Response:
    answer = JSONResponse({"publicKey": question})
    auth.remember(answer, value, ceremonies.cookie_of(purpose), _SECONDS)
    return answer


def _leads(there: Response) -> Response:
    """The same answer for a script: where a form would be sent, with its cookies."""
    answer = JSONResponse({"to": there.headers["location"]})
    cookies = [pair for pair in there.raw_headers if pair[0] == b"set-cookie"]
    answer.raw_headers.extend(cookies)
    return answer


def _value(request: Request, purpose: str) -> str:
    return ceremonies.in_header(request.headers.get("cookie", ""), purpose)


async def _visitor(request: Request) -> Visitor:
    visitor = await run_in_threadpool(identity.visitor_of, request.headers.get("cookie", ""))
    if visitor is None:
        raise SignedOut
    if visitor.viewed_by:
        raise OnlyLooking
    return visitor


async def _ask(request: Request, purpose: str, person_id: str = "") -> Response:
    value, question = await run_in_threadpool(
        passkeys.ask, site_of(request), purpose, _value(request, purpose), person_id, address_of(request)
    )
    return _put(question, value, purpose)


@_door
async def ask_to_sign_in(request: Request, _said: dict[str, Any]) -> Response:
    """What to ask a device that may hold anybody's passkey."""
    return await _ask(request, ceremonies.SIGN_IN)


@_door
async def sign_in(request: Request, said: dict[str, Any]) -> Response:
    """Let in whoever's passkey answered, on to `next` or their home."""
    wanted = identity.own_path(said.get("next"))
    found = await run_in_threadpool(
        passkeys.sign_in,
        site_of(request),
        _value(request, ceremonies.SIGN_IN),
        said.get("answer"),
        steps.Where(address_of(request), device_of(request), wanted),
    )
    return _leads(await auth.go_on(request, found, wanted))


def _step(request: Request) -> str:
    return steps.step_in(request.headers.get("cookie", ""))


@_door
async def ask_second(request: Request, _said: dict[str, Any]) -> Response:
    """What to ask the device of somebody who has given their first proof."""
    waiting = await run_in_threadpool(steps.waiting, _step(request))
    if waiting is None:
        raise steps.StepOver
    return await _ask(request, ceremonies.SECOND, waiting.person_id)


@_door
async def second(request: Request, said: dict[str, Any]) -> Response:
    """Take a passkey as the second step and go on to where the first one wanted."""
    value = _value(request, ceremonies.SECOND)
    proof = passkeys.by_passkey(site_of(request), ceremonies.SECOND, value, said.get("answer"))
    try:
        found = await run_in_threadpool(steps.finish, _step(request), proof, address_of(request))
    except identity.WrongSignIn:
        raise steps.StepOver from None
    return _leads(await auth.go_on(request, steps.LetIn(*found[:2]), found.goes_to))


@_door
async def ask_to_prove(request: Request, _said: dict[str, Any]) -> Response:
    """What to ask the device of somebody who is to show once more that it is they."""
    visitor = await _visitor(request)
    return await _ask(request, ceremonies.PROVE, visitor.person_id)


@_door
async def prove(request: Request, said: dict[str, Any]) -> Response:
    """Take a passkey as a fresh proof and go on to what asked for it."""
    visitor = await _visitor(request)
    value = _value(request, ceremonies.PROVE)
    proof = passkeys.by_passkey(site_of(request), ceremonies.PROVE, value, said.get("answer"))
    found = await run_in_threadpool(steps.prove_again, visitor, proof, address_of(request))
    return _leads(security.proved(found, said.get("next")))


@_door
async def ask_to_add(request: Request, _said: dict[str, Any]) -> Response:
    """What to ask a device that is to make a passkey for whoever is signed in."""
    visitor = await _visitor(request)
    name = await run_in_threadpool(perform, visitor, own_passkeys.check_room)
    here = site_of(request)
    value, question = await run_in_threadpool(
        own_passkeys.ask, Site(here.host, here.origin, name), visitor, _value(request, ceremonies.ADD)
    )
    return _put(question, value, ceremonies.ADD)


@_door
async def add(request: Request, said: dict[str, Any]) -> Response:
    """Keep the passkey that a device made; whoever has no recovery codes yet is shown theirs."""
    visitor = await _visitor(request)
    key = await run_in_threadpool(
        own_passkeys.take,
        site_of(request),
        visitor,
        _value(request, ceremonies.ADD),
        said.get("answer"),
    )
    added = await run_in_threadpool(perform, visitor, own_passkeys.add, key, device_of(request))
    if not added.codes_left:
        return _leads(security.added(visitor, added.value, said.get("next", "")))
    page = f"{rules.security_page(visitor.kind, visitor.staff)}?done=passkey"
    answer = auth.see_other(identity.own_path(said.get("next")) or page)
    auth.remember(answer, added.value)
    return _leads(answer)
