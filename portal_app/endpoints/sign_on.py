"""The doors to houses that vouch for people: out to one, back from it, trying one, keeping what it said.

The browser goes out by a page that leads there, not by a redirect of a form: our own policy lets forms lead
nowhere but here.
"""

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_app.core.access import Visitor
from portal_app.core.db import Busy
from portal_app.core.errors import EnrolFirst, NotAllowed, NotYours, ProveAgain, Refusal, SignedOut, TooMany
from portal_app.endpoints import hosts
from portal_app.endpoints.asking import BadForm, address_of, device_of, form_of
from portal_app.endpoints.auth import (
    bad_form,
    forget,
    go_on,
    keep_typed,
    lead,
    remember,
    see_other,
    wait_page,
)
from portal_app.endpoints.mailed import company_in
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import saml, saml_metadata, sign_on, sign_on_posted
from portal_app.services.identity import service as identity
from portal_app.services.identity.links import at_host
from portal_app.services.identity.rules import clean_email
from portal_app.services.identity.sign_on import BACK, SAML, Out, Wish
from portal_app.services.identity.steps import Where
from portal_app.services.identity.vouching import NotVouched
from portal_app.services.people import sign_ons
from portal_app.settings import settings

_MOST_ANSWER = 8000

Form = dict[str, str]


def routes() -> list[Route]:
    """The doors, for the assembly."""
    return [
        Route("/auth/sign-on/start", start, methods=["GET", "POST"]),
        Route(f"{BACK}/{{company}}", back, methods=["GET"]),
        Route(f"{SAML}/{{company}}", posted, methods=["POST"]),
        Route(f"{SAML}/{{company}}/metadata", our_metadata, methods=["GET"]),
        Route("/auth/sign-on/metadata", keep_metadata, methods=["POST"]),
        Route("/auth/sign-on/try", try_it, methods=["POST"]),
        Route("/auth/sign-on/secret", keep_secret, methods=["POST"]),
    ]


async def start(request: Request) -> Response:
    """Lead somebody out to the house that vouches for them, by its id, their address, or its issuer."""
    try:
        form = dict(request.query_params) if request.method == "GET" else await form_of(request)
    except BadForm:
        return bad_form()
    wish = Wish(form.get("house", ""), form.get("email", ""), form.get("iss", ""), company_in(form))
    try:
        there = await _at_its_own_host(request, wish, form.get("next"))
        if there:
            return lead(there, "On to your company")
        out = await run_in_threadpool(sign_on.begin, wish, _where(request, form.get("next")))
    except NotVouched as no:
        return _to_sign_in(f"house_{no.why}", form)
    except TooMany as enough:
        return _wait(enough, form)
    except Busy:
        return _to_sign_in("busy", form)
    return _lead(out)


async def _at_its_own_host(request: Request, wish: Wish, wanted: str | None) -> str:
    """Where somebody at the common address goes out from whose company has a host of its own, else ""."""
    here = request.headers.get("host", "")
    if hosts.company_at(here):
        return ""
    host, house = await run_in_threadpool(sign_on.own_host_of, wish)
    if host in ("", hosts.host_name(here)):
        return ""
    asked = {"house": house, "email": clean_email(wish.email), "next": identity.own_path(wanted)}
    start = f"{settings().public_url.rstrip('/')}/auth/sign-on/start"
    return f"{at_host(start, host)}?{urlencode({name: value for name, value in asked.items() if value})}"


def _where(request: Request, wanted: str | None) -> Where:
    return Where(address_of(request), device_of(request), identity.own_path(wanted))


def _lead(out: Out) -> Response:
    answer = lead(out.address, "On to your company")
    remember(answer, out.browser, sign_on.cookie(), int(sign_on.CONNECTS.total_seconds()))
    return answer


def _to_sign_in(problem: str, form: Form) -> Response:
    answer = see_other(_sign_in_page(problem, form))
    keep_typed(answer, form)
    return answer


def _wait(enough: TooMany, form: Form) -> Response:
    return wait_page(enough.sentence, _sign_in_page("throttled", form), "Back to sign in", form)


def _sign_in_page(problem: str, form: Form) -> str:
    facts = {"next": identity.own_path(form.get("next")), "company": company_in(form)}
    said = {name: value for name, value in facts.items() if value}
    return f"/sign-in?{urlencode({'problem': problem, **said})}#{problem}"


async def back(request: Request) -> Response:
    """Take what another house sent somebody back with: in, on to the second step, or back with what to do."""
    slug = request.path_params["company"]
    asked = request.query_params
    given = {name: asked[name] for name in ("state", "code", "iss", "error") if len(asked.getlist(name)) == 1}
    form = {"company": slug}
    if sum(map(len, given.values())) > _MOST_ANSWER:
        return _to_sign_in("house_stale", form)
    browser = sign_on.browser_in(request.headers.get("cookie", ""))
    try:
        came = await run_in_threadpool(sign_on.come_back, slug, given, browser, _where(request, None))
    except NotVouched as no:
        return _to_sign_in(f"house_{no.why}", form)
    except TooMany as enough:
        return _wait(enough, form)
    except Busy:
        return _to_sign_in("busy", form)
    if came.connects:
        return _to_sign_in("house_connect", {**form, "next": came.goes_to})
    if came.tried or came.found is None:
        return await _to_own_page(request)
    answer = await go_on(request, came.found, came.goes_to)
    forget(answer, sign_on.cookie())
    return answer


async def posted(request: Request) -> Response:
    """Take the answer that a SAML provider makes a browser post; it comes in at `back`, never here."""
    slug = request.path_params["company"]
    here = {"company": slug}
    try:
        form = await form_of(request)
    except BadForm:
        return bad_form()
    given = (form.get("RelayState", "")[:100], form.get("SAMLResponse", ""))
    try:
        kept = await run_in_threadpool(sign_on_posted.take, slug, *given, _where(request, None))
    except NotVouched as no:
        return _to_sign_in(f"house_{no.why}", here)
    except TooMany as enough:
        return _wait(enough, here)
    except Busy:
        return _to_sign_in("busy", here)
    if kept.tried_in:
        return see_other(f"{identity.home_of(kept.tried_in, staff=True)}/sign-on")
    return see_other(f"{BACK}/{slug}?{urlencode({'state': kept.state, 'code': kept.code})}")


async def our_metadata(request: Request) -> Response:
    """What a company's SAML provider must be told of us, for that provider to read."""
    ours = await run_in_threadpool(sign_on.ours_at, request.path_params["company"])
    if ours is None or not saml.installed():
        return PlainTextResponse("Not found", 404)
    return Response(saml_metadata.of_ours(ours), media_type="application/samlmetadata+xml")


async def _to_own_page(request: Request, problem: str = "") -> Response:
    visitor = await run_in_threadpool(identity.visitor_of, request.headers.get("cookie", ""))
    if visitor is None or not visitor.staff:
        return see_other("/sign-in")
    return see_other(_page(visitor, problem))


def _page(visitor: Visitor, problem: str = "") -> str:
    page = f"{identity.home_of(visitor.kind, staff=True)}/sign-on"
    return f"{page}?{urlencode({'problem': problem})}" if problem else page


async def _as_staff(request: Request) -> tuple[Visitor, Form] | Response:
    try:
        form = await form_of(request)
    except BadForm:
        return bad_form()
    visitor = await run_in_threadpool(identity.visitor_of, request.headers.get("cookie", ""))
    return (visitor, form) if visitor is not None else see_other("/sign-in")


def _mended(no: Refusal, visitor: Visitor) -> Response:
    if isinstance(no, ProveAgain):
        return see_other(f"/prove?{urlencode({'next': _page(visitor)})}")
    if isinstance(no, EnrolFirst):
        return see_other("/second-step")
    if isinstance(no, NotAllowed | NotYours):
        return PlainTextResponse("Not found", 404)
    if isinstance(no, SignedOut):
        return see_other("/sign-in")
    return see_other(_page(visitor, no.field or "busy"))


async def try_it(request: Request) -> Response:
    """Lead somebody of the company out to a house, to see what would come of it."""
    asked = await _as_staff(request)
    if isinstance(asked, Response):
        return asked
    visitor, form = asked
    try:
        house = await run_in_threadpool(perform, visitor, sign_ons.may_try, form.get("house", ""))
        wish = Wish(house, tried_by=visitor.person_id)
        if await _at_its_own_host(request, wish, None):
            return see_other(_page(visitor, "host"))
        return _lead(await run_in_threadpool(sign_on.begin, wish, _where(request, None)))
    except NotVouched:
        return see_other(_page(visitor))
    except Refusal as no:
        return _mended(no, visitor)


async def keep_secret(request: Request) -> Response:
    """Keep the secret by which another house knows us."""
    asked = await _as_staff(request)
    if isinstance(asked, Response):
        return asked
    visitor, form = asked
    given = (form.get("house", ""), form.get("secret", ""))
    try:
        await run_in_threadpool(perform, visitor, sign_ons.keep_secret, *given)
    except Refusal as no:
        return _mended(no, visitor)
    return see_other(_page(visitor))


async def keep_metadata(request: Request) -> Response:
    """Keep what a SAML provider says of itself, pasted or read at an address of its own."""
    asked = await _as_staff(request)
    if isinstance(asked, Response):
        return asked
    visitor, form = asked
    house, address = form.get("house", ""), form.get("address", "").strip()
    try:
        await run_in_threadpool(perform, visitor, sign_ons.may_keep_metadata, house)
        if address:
            found = await run_in_threadpool(saml_metadata.fetched, address)
        else:
            found = saml_metadata.read(form.get("metadata", "").strip().encode())
        await run_in_threadpool(perform, visitor, sign_ons.keep_metadata, house, found)
    except Refusal as no:
        return _mended(no, visitor)
    return see_other(_page(visitor))
