"""The doors of what goes by mail: asking for a mail, and coming by one.

Asking answers the same for everybody. A link's page only shows a button; what uses the link up is this POST,
since mail programs open links before people do.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal_app.core.db import Busy
from portal_app.core.errors import Refusal, TooMany
from portal_app.core.ids import new_secret
from portal_app.endpoints.asking import BadForm, address_of, device_of, form_of
from portal_app.endpoints.auth import bad_form, go_on, keep_typed, remember, see_other, wait_page
from portal_app.services.identity import by_mail, links, own_email, reset, way_back
from portal_app.services.identity import service as identity
from portal_app.services.identity.by_mail import Asked
from portal_app.services.identity.passwords import WeakPassword
from portal_app.services.privacy import leaving

_ASKED_SECONDS = 15 * 60

Form = dict[str, str]


def routes() -> list[Route]:
    """The doors, for the assembly."""
    return [
        Route("/auth/reset", ask_reset, methods=["POST"]),
        Route("/auth/reset/new", set_password, methods=["POST"]),
        Route("/auth/mailed", ask_link, methods=["POST"]),
        Route("/auth/mailed/link", come_by_link, methods=["POST"]),
        Route("/auth/mailed/code", come_by_code, methods=["POST"]),
        Route("/auth/find", find, methods=["POST"]),
        Route("/auth/email/confirm", confirm_email, methods=["POST"]),
        Route("/auth/email/undo", undo_email, methods=["POST"]),
        Route("/auth/lost", ask_way_back, methods=["POST"]),
        Route("/auth/way-back", come_back, methods=["POST"]),
        Route("/auth/way-back/stop", stop_way_back, methods=["POST"]),
        Route("/auth/leaving/stop", stop_leaving, methods=["POST"]),
    ]


def door(page: str) -> Callable[[Callable[[Request, Form], Awaitable[Response]]], Callable[..., object]]:
    """A door whose refusals lead back to `page` with the word for what to mend."""

    def around(work: Callable[[Request, Form], Awaitable[Response]]) -> Callable[..., object]:
        async def opened(request: Request) -> Response:
            try:
                form = await form_of(request)
            except BadForm:
                return bad_form()
            try:
                return await work(request, form)
            except TooMany as enough:
                facts = {"problem": "throttled", **_kept(form)}
                return wait_page(enough.sentence, f"{page}?{urlencode(facts)}", "Back", form)
            except Refusal as no:
                answer = see_other(f"{page}?{urlencode({'problem': problem_of(no), **_kept(form)})}")
                keep_typed(answer, form)
                return answer

        opened.__doc__ = work.__doc__
        opened.__name__ = work.__name__
        return opened

    return around


def problem_of(no: Refusal) -> str:
    """The word that a page turns into what to mend."""
    words = ((links.StaleLink, "stale"), (links.WrongCode, "code"), (Busy, "busy"))
    if isinstance(no, WeakPassword):
        return no.kind
    if no.field in ("email", "reach", "says"):
        return no.field
    return next((word for kind, word in words if isinstance(no, kind)), "stale")


def _kept(form: Form) -> Form:
    """What goes along from page to page: where somebody wants to go, at which company, by which link."""
    facts = {"next": identity.own_path(form.get("next")), "company": company_in(form)}
    token = form.get("token", "")
    facts["token"] = token if len(token) == 43 and token.isascii() else ""
    return {name: value for name, value in facts.items() if value}


def company_in(form: Form) -> str:
    """The short name of the company whose portal this is; empty for anything that can be none."""
    slug = form.get("company", "")
    plain = len(slug) <= 60 and slug.isascii() and slug.replace("-", "").isalnum()
    return slug if plain else ""


def asked_by(request: Request, form: Form, browser: str = "") -> Asked:
    """Who asks for a mail."""
    return Asked(company_in(form), address_of(request), device_of(request), browser)


@door("/reset")
async def ask_reset(request: Request, form: Form) -> Response:
    """Ask for a mail that leads to a new password."""
    await run_in_threadpool(reset.ask, form.get("email"), asked_by(request, form))
    answer = see_other(f"/reset?{urlencode({'sent': '1', **_kept(form)})}")
    keep_typed(answer, form)
    return answer


@door("/reset/new")
async def set_password(request: Request, form: Form) -> Response:
    """Set a new password by the link in a mail; then one signs in with it."""
    token, password = form.get("token"), form.get("password")
    await run_in_threadpool(reset.set_new, token, password, address_of(request))
    return see_other("/sign-in?problem=reset#reset")


@door("/sign-in/mailed")
async def ask_link(request: Request, form: Form) -> Response:
    """Ask for a sign-in link and a code, and go where the code can be typed."""
    browser = new_secret()
    asked = asked_by(request, form, browser)
    await run_in_threadpool(by_mail.ask_link, form.get("email"), form.get("next", ""), asked)
    answer = see_other(f"/sign-in/mailed?{urlencode({'sent': '1', **_kept(form)})}")
    keep_typed(answer, form)
    remember(answer, browser, by_mail.browser_cookie(), _ASKED_SECONDS)
    return answer


@door("/sign-in/link")
async def come_by_link(request: Request, form: Form) -> Response:
    """Come in by the link in a mail, on to what it is for."""
    came = await run_in_threadpool(
        by_mail.sign_in_by_link, form.get("token"), address_of(request), device_of(request)
    )
    return await go_on(request, came.found, came.goes_to)


@door("/sign-in/mailed")
async def come_by_code(request: Request, form: Form) -> Response:
    """Come in by the code in a mail, on whichever device it was read."""
    came = await run_in_threadpool(
        by_mail.sign_in_by_code,
        form.get("email"),
        form.get("code"),
        address_of(request),
        device_of(request),
    )
    return await go_on(request, came.found, came.goes_to)


@door("/sign-in/find")
async def find(request: Request, form: Form) -> Response:
    """Ask which portals know an e-mail address or a phone; the answer goes by mail alone."""
    await run_in_threadpool(by_mail.find_logins, form.get("who"), asked_by(request, form))
    answer = see_other("/sign-in/find?sent=1")
    keep_typed(answer, form)
    return answer


@door("/email/new")
async def confirm_email(request: Request, form: Form) -> Response:
    """Sign in with a new address from now on, by the link that went there."""
    await run_in_threadpool(own_email.confirm, form.get("token"), address_of(request))
    return see_other("/email/new?sent=1")


@door("/email/undo")
async def undo_email(request: Request, form: Form) -> Response:
    """Give the old address back; then its owner chooses a new password."""
    await run_in_threadpool(own_email.undo, form.get("token"), address_of(request))
    return see_other("/reset?problem=undone")


@door("/sign-in/lost")
async def ask_way_back(request: Request, form: Form) -> Response:
    """Ask to be let in again by somebody of the company."""
    asked = asked_by(request, form)
    number = await run_in_threadpool(
        way_back.ask, form.get("email"), form.get("reach"), form.get("says"), asked
    )
    return see_other(f"/sign-in/lost?{urlencode({'sent': number})}")


@door("/way-back/open")
async def come_back(request: Request, form: Form) -> Response:
    """Set a new password by the link that somebody of the company granted; then one signs in with it."""
    token, password = form.get("token"), form.get("password")
    await run_in_threadpool(way_back.come_back, token, password, address_of(request))
    return see_other("/sign-in?problem=reset#reset")


@door("/way-back/stop")
async def stop_way_back(request: Request, form: Form) -> Response:
    """Stop a way back from the account's own address."""
    await run_in_threadpool(way_back.stop, form.get("token"), address_of(request))
    return see_other("/way-back/stop?sent=1")


@door("/leaving/stop")
async def stop_leaving(request: Request, form: Form) -> Response:
    """Keep an account that was to be deleted, from the mail that told of it."""
    await run_in_threadpool(leaving.stop_by_link, form.get("token"), address_of(request))
    return see_other("/leaving/stop?sent=1")
