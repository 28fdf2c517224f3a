"""The doors of the house: in by password, in as one of the demo's people, out, and to another account.

Each is a POST that a native form sends and that answers with a redirect; whether a request may come at all
(its origin, its size) is decided at the edge. Whatever proves who somebody is ends in `go_on`: a session, or
a short cookie for the second step.
"""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import TypeVar
from urllib.parse import quote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from portal_app.core.access import Visitor
from portal_app.core.db import Busy
from portal_app.core.errors import NotYours, SignedOut, TooMany
from portal_app.endpoints.asking import BadForm, address_of, device_of, form_of
from portal_app.services.identity import by_mail, choosing, proofs, sign_on, steps
from portal_app.services.identity import service as identity
from portal_app.settings import settings

T = TypeVar("T")

TYPED_COOKIE = "portal_typed"
SECOND = "/sign-in/second"
CHOICE = "/sign-in/company"
_TYPED_SECONDS = 300
_WAIT_SECONDS = 900
_REMEMBERED_SECONDS = 365 * 86_400


def routes() -> list[Route]:
    """The doors, for the assembly."""
    return [
        Route("/auth/sign-in", sign_in, methods=["POST"]),
        Route("/auth/company", choose, methods=["POST"]),
        Route("/auth/change-company", change_company, methods=["POST"]),
        Route("/auth/second", second, methods=["POST"]),
        Route("/auth/look-around", look_around, methods=["POST"]),
        Route("/auth/sign-out", sign_out, methods=["POST"]),
        Route("/auth/switch-account", switch_account, methods=["POST"]),
    ]


async def sign_in(request: Request) -> Response:
    """Let somebody in by e-mail and password, on to `next` or their home; or back with what to mend."""
    try:
        form = await form_of(request)
    except BadForm:
        return bad_form()
    try:
        found = await _off_loop(
            identity.sign_in,
            form.get("email", ""),
            form.get("password", ""),
            form.get("company") or None,
            address_of(request),
            device_of(request),
            code=form.get("code", ""),
            goes_to=identity.own_path(form.get("next")),
            last=choosing.last_in(request.headers.get("cookie", "")),
        )
    except (identity.WrongSignIn, steps.StepOver):
        return _back("wrong", form)
    except TooMany as enough:
        return _wait(enough.sentence, form)
    except Busy:
        return _back("busy", form)
    if isinstance(found, choosing.Chooses):
        return _to_choice(found, identity.own_path(form.get("next")))
    return await go_on(request, found, identity.own_path(form.get("next")))


def _to_choice(found: choosing.Chooses, wanted: str) -> Response:
    answer = see_other(f"{CHOICE}?{urlencode({'next': wanted})}" if wanted else CHOICE)
    remember(answer, found.value, choosing.cookie(), int(steps.STANDS.total_seconds()))
    return answer


async def choose(request: Request) -> Response:
    """Go on at the company that somebody chose whom several know; this browser remembers which."""
    try:
        form = await form_of(request)
    except BadForm:
        return bad_form()
    slug, wanted = form.get("company", ""), identity.own_path(form.get("next"))
    value = choosing.value_in(request.headers.get("cookie", ""))
    where = steps.Where(address_of(request), device_of(request), wanted)
    try:
        found = await _off_loop(choosing.take, value, slug, where)
    except (steps.StepOver, identity.WrongSignIn):
        return _over()
    except Busy:
        return _back("busy", form)
    answer = await go_on(request, found, wanted)
    forget(answer, choosing.cookie())
    remember(answer, slug, choosing.last_cookie(), _REMEMBERED_SECONDS)
    return answer


async def change_company(request: Request) -> Response:
    """Sign out here and lead on to the sign-in of another company that knows this person's address."""
    try:
        form = await form_of(request)
    except BadForm:
        return bad_form()
    cookies, slug = request.headers.get("cookie", ""), form.get("to", "")
    try:
        visitor = await _off_loop(identity.visitor_of, cookies)
        if visitor is None:
            return see_other("/sign-in")
        door = await _off_loop(choosing.door_of, visitor, slug)
        if not door:
            return PlainTextResponse("Not found", 404)
        await _off_loop(identity.sign_out, cookies)
    except Busy:
        return _back("busy", {})
    answer = lead(f"{door}/sign-in?{urlencode({'company': slug, 'login_hint': visitor.email})}", "Sign in")
    forget(answer, settings().session_cookie)
    remember(answer, slug, choosing.last_cookie(), _REMEMBERED_SECONDS)
    return answer


def lead(to: str, title: str) -> Response:
    """Answer a form with a page that leads on, since our own policy lets forms lead nowhere but here."""
    there = escape(to, quote=True)
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="refresh" content="0;url={there}"></head><body>'
        f'<main><h1>{title}</h1><p><a href="{there}">Go on</a></p></main></body></html>',
        headers={"cache-control": "no-store", "referrer-policy": "no-referrer"},
    )


async def second(request: Request) -> Response:
    """Take the second step, a code of the app or a recovery code, and go on to where the first one wanted."""
    try:
        form = await form_of(request)
    except BadForm:
        return bad_form()
    step = steps.step_in(request.headers.get("cookie", ""))
    try:
        found = await _off_loop(steps.finish, step, proofs.by_code(form.get("code")), address_of(request))
    except steps.WrongProof:
        return see_other(f"{SECOND}?problem=wrong")
    except (steps.StepOver, identity.WrongSignIn):
        return _over()
    except TooMany as enough:
        return _wait(enough.sentence, {})
    except Busy:
        return see_other(f"{SECOND}?problem=busy")
    return await go_on(request, steps.LetIn(*found[:2]), found.goes_to)


def _over() -> Response:
    answer = see_other(_sign_in_page("over", {}))
    forget(answer, steps.step_cookie())
    return answer


async def go_on(request: Request, found: steps.LetIn | steps.Awaits, wanted: str = "") -> Response:
    """Answer whoever has just proved who they are: in, on to `wanted` or home; or to their second step."""
    if isinstance(found, steps.Awaits):
        answer = see_other(f"{SECOND}?problem=wrong" if found.wrong else SECOND)
        remember(answer, found.step, steps.step_cookie(), int(steps.STANDS.total_seconds()))
        return answer
    answer = await _let_in(request, *found, identity.own_path(wanted))
    forget(answer, steps.step_cookie())
    return answer


async def look_around(request: Request) -> Response:
    """Let somebody into the demo as one of its people; outside a demo there is no such door."""
    if not settings().demo:
        return PlainTextResponse("Not found", 404)
    try:
        form = await form_of(request)
        found = await _off_loop(
            identity.sign_in_as_demo, form.get("email", ""), address_of(request), device_of(request)
        )
    except BadForm:
        return bad_form()
    except NotYours:
        return PlainTextResponse("Not found", 404)
    except TooMany as enough:
        return _wait(enough.sentence, {})
    except Busy:
        return _back("busy", {})
    return await go_on(request, found, identity.own_path(form.get("next")))


async def sign_out(request: Request) -> Response:
    """End the session and forget its cookie; safe to repeat."""
    try:
        await _off_loop(identity.sign_out, request.headers.get("cookie", ""))
    except Busy:
        return PlainTextResponse(
            "We are busy just now and you are still signed in. Try again in a moment.",
            503,
            {"retry-after": "5"},
        )
    answer = see_other("/sign-in")
    forget(answer, settings().session_cookie)
    return answer


async def switch_account(request: Request) -> Response:
    """Go on in another of one's own accounts, with a fresh cookie."""
    try:
        form = await form_of(request)
        visitor = await _off_loop(identity.visitor_of, request.headers.get("cookie", ""))
        if visitor is None:
            return see_other("/sign-in")
        value, switched = await _off_loop(identity.switch_account, visitor, form.get("account_id", ""))
    except BadForm:
        return bad_form()
    except SignedOut:
        return see_other("/sign-in")
    except NotYours:
        return PlainTextResponse("Not found", 404)
    except Busy:
        return _back("busy", {})
    answer = see_other(identity.home_of(switched.kind, switched.staff))
    remember(answer, value)
    return answer


async def _let_in(request: Request, value: str, visitor: Visitor, wanted: str) -> Response:
    # Whatever session this browser had is over: a value from before the sign-in is never the signed-in one.
    await _off_loop(identity.sign_out, request.headers.get("cookie", ""))
    # Another house may have vouched for somebody with this address just before; now we know it is they.
    await _off_loop(sign_on.connect, visitor, sign_on.browser_in(request.headers.get("cookie", "")))
    home = identity.home_of(visitor.kind, visitor.staff)
    answer = see_other(wanted if _is_in_reach(home, wanted) else home)
    remember(answer, value)
    forget(answer, TYPED_COOKIE)
    return answer


def _is_in_reach(home: str, wanted: str) -> bool:
    """Whether an address is in the part of the house where this person lives."""
    place = wanted.partition("?")[0].partition("#")[0]
    return place in (home, "/account", "/join") or place.startswith((f"{home}/", "/account/"))


def _back(problem: str, form: dict[str, str]) -> Response:
    answer = see_other(_sign_in_page(problem, form))
    keep_typed(answer, form)
    return answer


def _wait(sentence: str, form: dict[str, str]) -> Response:
    return wait_page(sentence, _sign_in_page("throttled", form), "Back to sign in", form)


def wait_page(sentence: str, to: str, back: str, form: dict[str, str]) -> Response:
    """Answer what was tried too often: on to the page of our own that says so, what was typed kept."""
    page = escape(to, quote=True)
    answer = HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Wait a while</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="refresh" content="0;url={page}"></head><body>'
        f"<main><h1>Wait a while</h1><p>{escape(sentence)}</p>"
        f'<p><a href="{page}">{back}</a></p></main>'
        "</body></html>",
        429,
        {"retry-after": str(_WAIT_SECONDS)},
    )
    keep_typed(answer, form)
    return answer


def _sign_in_page(problem: str, form: dict[str, str]) -> str:
    facts = {"problem": problem}
    wanted = identity.own_path(form.get("next"))
    if wanted:
        facts["next"] = wanted
    company = form.get("company", "")
    if company and len(company) <= 60 and company.isascii() and company.replace("-", "").isalnum():
        facts["company"] = company
    return f"/sign-in?{urlencode(facts)}#{problem}"


def see_other(to: str) -> Response:
    """Answer a form: go on there."""
    return RedirectResponse(to, 303)


def bad_form() -> Response:
    """Answer what no form of ours would send."""
    return PlainTextResponse("We could not read that form. Go back, reload the page and try again.", 400)


def remember(answer: Response, value: str, name: str = "", seconds: int | None = None) -> None:
    """Let the browser keep a cookie that only we read: the session's, unless named otherwise."""
    answer.set_cookie(
        name or settings().session_cookie,
        value,
        max_age=seconds,
        path="/",
        secure=settings().secure_cookies,
        httponly=True,
        samesite="lax",
    )


def keep_typed(answer: Response, form: dict[str, str]) -> None:
    """Let the browser keep the e-mail address (or the phone to find a login by) for a few minutes."""
    typed = identity.clean_email(form.get("email")) or by_mail.clean_who(form.get("who"))
    if not typed:
        return
    answer.set_cookie(
        TYPED_COOKIE,
        quote(typed),
        max_age=_TYPED_SECONDS,
        path="/",
        secure=settings().secure_cookies,
        httponly=True,
        samesite="lax",
    )


def forget(answer: Response, name: str) -> None:
    """Let the browser keep a cookie of ours no longer."""
    answer.delete_cookie(name, path="/", secure=settings().secure_cookies, httponly=True, samesite="lax")


async def _off_loop(work: Callable[..., T], *arguments: object, **named: object) -> T:
    return await run_in_threadpool(partial(work, *arguments, **named))
