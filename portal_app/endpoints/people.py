"""The doors of invitations and of View as: join, accept, look as a customer, stop looking."""

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_app.core.db import Busy
from portal_app.core.errors import EnrolFirst, NotYours, Refusal, SignedOut, TooMany
from portal_app.endpoints.asking import BadForm, address_of, device_of, form_of
from portal_app.endpoints.auth import bad_form, go_on, remember, see_other, wait_page
from portal_app.services.identity import service as identity
from portal_app.services.identity import steps
from portal_app.services.identity.passwords import WeakPassword
from portal_app.services.people import joining, looking

JOIN = "/join"
_SIGN_IN = "/sign-in"


def routes() -> list[Route]:
    """The doors, for the assembly."""
    return [
        Route("/auth/join", join, methods=["POST"]),
        Route("/auth/accept", accept, methods=["POST"]),
        Route("/auth/look-as", look_as, methods=["POST"]),
        Route("/auth/stop-looking", stop_looking, methods=["POST"]),
    ]


def _where(request: Request) -> steps.Where:
    return steps.Where(address_of(request), device_of(request))


async def join(request: Request) -> Response:
    """Take up an invitation as somebody new, with a password or without, on to where it leads."""
    try:
        form = await form_of(request)
    except BadForm:
        return bad_form()
    token, name = form.get("token", "")[:100], form.get("name", "")[:200]
    # "Just go on" sends the same form: only the button that says so leaves the password out.
    password = "" if form.get("without") else form.get("password", "")[:200]
    if not password and not form.get("without"):
        return see_other(_page(token, name, "none"))
    try:
        joined = await run_in_threadpool(joining.join, token, name, password, _where(request))
    except joining.SignInFirst:
        return see_other(f"{JOIN}?{urlencode({'token': token})}")
    except (joining.StaleLink, identity.WrongSignIn):
        return see_other(f"{JOIN}?problem=stale")
    except TooMany as enough:
        return wait_page(enough.sentence, _page(token, name, "throttled"), "Back", {})
    except Refusal as no:
        return see_other(_page(token, name, _problem(no)))
    to = f"{joined.goes_to}?welcome=1"
    return await go_on(request, steps.LetIn(joined.value, joined.visitor), to)


def _page(token: str, name: str, problem: str) -> str:
    return f"{JOIN}?{urlencode({'token': token, 'problem': problem, 'name': name})}"


def _problem(no: Refusal) -> str:
    """The word for what went wrong; the page has its sentence, so that no address carries one."""
    if isinstance(no, WeakPassword):
        return no.kind
    return "unnamed" if no.field == "name" else "busy"


async def accept(request: Request) -> Response:
    """Take up an invitation as somebody known, who is signed in."""
    try:
        form = await form_of(request)
        cookie = request.headers.get("cookie", "")
        joined = await run_in_threadpool(joining.accept, cookie, form.get("id", ""), _where(request))
    except BadForm:
        return bad_form()
    except (joining.SignInFirst, SignedOut):
        return see_other(f"{_SIGN_IN}?{urlencode({'next': JOIN})}")
    except EnrolFirst:
        return see_other("/second-step")
    except joining.StaleLink:
        return see_other(f"{JOIN}?problem=stale")
    except Busy:
        return see_other(f"{JOIN}?problem=busy")
    answer = see_other(joined.goes_to)
    remember(answer, joined.value)
    return answer


async def look_as(request: Request) -> Response:
    """Begin to look at the portal as a customer sees it."""
    try:
        form = await form_of(request)
    except BadForm:
        return bad_form()
    person_id, account_id = form.get("person_id", "")[:64], form.get("account_id", "")[:64]
    try:
        asked = (request.headers.get("cookie", ""), person_id, account_id, form.get("why", "")[:400])
        value, visitor = await run_in_threadpool(looking.begin, *asked)
    except NotYours:
        return PlainTextResponse("Not found", 404)
    except SignedOut:
        return see_other(_SIGN_IN)
    except EnrolFirst:
        return see_other("/second-step")
    except Refusal as no:
        return await _back_to_customer(request, account_id, person_id, no.field or "busy")
    answer = see_other(identity.home_of(visitor.kind, staff=False))
    remember(answer, value)
    return answer


async def _back_to_customer(request: Request, account_id: str, person_id: str, problem: str) -> Response:
    visitor = await run_in_threadpool(identity.visitor_of, request.headers.get("cookie", ""))
    if visitor is None or not visitor.staff:
        return PlainTextResponse("Not found", 404)
    facts = {"id": account_id, "person": person_id, "problem": problem}
    return see_other(f"/staff/{visitor.kind}/customers/people?{urlencode(facts)}")


async def stop_looking(request: Request) -> Response:
    """Stop looking and be oneself again; safe to repeat."""
    try:
        value, visitor, account_id = await run_in_threadpool(looking.stop, request.headers.get("cookie", ""))
    except SignedOut:
        return see_other(_SIGN_IN)
    except Busy:
        return PlainTextResponse("We are busy just now. Try again in a moment.", 503, {"retry-after": "5"})
    home = identity.home_of(visitor.kind, visitor.staff)
    answer = see_other(f"{home}/customers/people?{urlencode({'id': account_id})}" if account_id else home)
    if value:
        remember(answer, value)
    return answer
