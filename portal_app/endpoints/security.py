"""The doors of one's own sign-in: a fresh proof, a new app, a new password.

Nothing that is secret goes over the socket on its way in: passwords and codes come as native forms.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_app.core.access import Visitor
from portal_app.core.db import Busy
from portal_app.core.errors import EnrolFirst, NotYours, ProveAgain, Refusal, SignedOut, TooMany
from portal_app.endpoints.asking import BadForm, address_of, form_of
from portal_app.endpoints.auth import bad_form, remember, see_other, wait_page
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import factors, own_password, proofs, rules, steps
from portal_app.services.identity import service as identity
from portal_app.services.identity.passwords import WeakPassword

PROVE = "/prove"
ENROL = "/second-step"


def routes() -> list[Route]:
    """The doors, for the assembly."""
    return [
        Route("/auth/prove", prove, methods=["POST"]),
        Route("/auth/password", change_password, methods=["POST"]),
        Route("/auth/authenticator", confirm_app, methods=["POST"]),
        Route("/auth/authenticator/picture", picture_of_app, methods=["GET"]),
    ]


async def _asked(request: Request) -> tuple[Visitor, dict[str, str]]:
    form = await form_of(request)
    visitor = await run_in_threadpool(identity.visitor_of, request.headers.get("cookie", ""))
    if visitor is None:
        raise SignedOut
    return visitor, form


def _answers(page: Callable[[Visitor], str]) -> Callable[..., Any]:
    """Turn what a door's work may raise into the way on: back to its page with what to mend, or elsewhere."""

    def around(work: Callable[[Request, Visitor, dict[str, str]], Any]) -> Callable[..., Any]:
        async def door(request: Request) -> Response:
            try:
                visitor, form = await _asked(request)
            except BadForm:
                return bad_form()
            except SignedOut:
                return see_other("/sign-in")
            try:
                return await work(request, visitor, form)
            except Refusal as no:
                return _mended(no, page(visitor), form)

        door.__doc__ = work.__doc__
        door.__name__ = work.__name__
        return door

    return around


def _mended(no: Refusal, page: str, form: dict[str, str]) -> Response:
    wanted = identity.own_path(form.get("next"))
    if isinstance(no, ProveAgain):
        return see_other(f"{PROVE}?{urlencode({'next': wanted or page})}")
    if isinstance(no, EnrolFirst):
        return see_other(ENROL)
    if isinstance(no, SignedOut):
        return see_other("/sign-in")
    back = f"{page}?{urlencode({'problem': _problem(no)} | ({'next': wanted} if wanted else {}))}"
    return wait_page(no.sentence, back, "Back", {}) if isinstance(no, TooMany) else see_other(back)


def _problem(no: Refusal) -> str:
    if isinstance(no, TooMany):
        return "throttled"
    if isinstance(no, Busy):
        return "busy"
    if isinstance(no, NotYours):
        return "late"
    if isinstance(no, steps.WrongProof):
        return "wrong"
    return no.kind if isinstance(no, WeakPassword) else "busy"


@_answers(lambda _: PROVE)
async def prove(request: Request, visitor: Visitor, form: dict[str, str]) -> Response:
    """Take a fresh proof: a code, or the password of somebody without a second step; then go on."""
    if visitor.viewed_by:
        return see_other(identity.home_of(visitor.kind, visitor.staff))
    ways = await run_in_threadpool(proofs.ways_for, visitor.person_id)
    proof = proofs.by_code(form.get("code")) if ways.any else proofs.by_password(form.get("password"))
    found = await run_in_threadpool(steps.prove_again, visitor, proof, address_of(request))
    return proved(found, form.get("next", ""))


def proved(found: steps.LetIn, wanted: object) -> Response:
    """Answer a fresh proof, whatever gave it: the new cookie, and on to what asked for it."""
    visitor = found.visitor
    answer = see_other(identity.own_path(wanted) or identity.home_of(visitor.kind, visitor.staff))
    remember(answer, found.value)
    return answer


@_answers(lambda visitor: _page_of_app(visitor))
async def confirm_app(_request: Request, visitor: Visitor, form: dict[str, str]) -> Response:
    """Take the first code of a new app; from now on it counts, and the recovery codes are shown."""
    value = await run_in_threadpool(perform, visitor, factors.confirm_app, form.get("code", ""))
    return added(visitor, value, form.get("next", ""))


def added(visitor: Visitor, value: str, wanted: object = "") -> Response:
    """Answer a new second step, whatever it is: the new cookie, and on to the recovery codes."""
    page = ENROL if visitor.must_enrol else f"{rules.security_page(visitor.kind, visitor.staff)}/codes"
    facts = {"new": "1"} | ({"next": own} if (own := identity.own_path(wanted)) else {})
    answer = see_other(f"{page}?{urlencode(facts)}")
    remember(answer, value)
    return answer


def _page_of_app(visitor: Visitor) -> str:
    return ENROL if visitor.must_enrol else f"{rules.security_page(visitor.kind, visitor.staff)}/app"


async def picture_of_app(request: Request) -> Response:
    """The QR code of the app that is being added, for the person it is for and nobody else."""
    visitor = await run_in_threadpool(identity.visitor_of, request.headers.get("cookie", ""))
    try:
        drawn = await run_in_threadpool(perform, visitor, factors.qr_of_app) if visitor is not None else ""
    except Refusal:
        drawn = ""
    if not drawn:
        return PlainTextResponse("Not found", 404)
    return Response(drawn, media_type="image/svg+xml", headers={"cache-control": "no-store"})


@_answers(lambda visitor: f"{rules.security_page(visitor.kind, visitor.staff)}/password")
async def change_password(request: Request, visitor: Visitor, form: dict[str, str]) -> Response:
    """Take the current password and a new one; every other session of this person ends."""
    kept = await run_in_threadpool(
        own_password.prepare, visitor, form.get("current"), form.get("new"), address_of(request)
    )
    value = await run_in_threadpool(perform, visitor, own_password.change, kept)
    answer = see_other(f"{rules.security_page(visitor.kind, visitor.staff)}?done=password")
    remember(answer, value)
    return answer
