"""Texts that a gateway hands in: each is answered in the same response, as plain text."""

import hmac
from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_app.core.errors import TooMany
from portal_app.endpoints.asking import BadForm, address_of, form_of
from portal_app.services.identity import throttle
from portal_app.services.identity.rules import network_of
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings
from portal_app.shapes.companies import CompanyFacts

Answer = Callable[[CompanyFacts, str, str], str]
ADDRESS = "/webhooks/text"
SECRET_HEADER = "x-portal-secret"  # noqa: S105 -- the name of a header


def _is_known(secret: str, given: str, address: str) -> bool:
    """Whether the gateway's secret came along. Raises TooMany for a network with too many wrong ones."""
    network = throttle.mark("text", network_of(address))
    # An operator chose it, so it may be guessed: then a right one waits as well.
    throttle.check(throttle.WRONG_SECRETS, network)
    known = hmac.compare_digest(given.encode(), secret.encode())
    if not known:
        throttle.count(throttle.WRONG_SECRETS, network)
    return known


def routes(answers: Mapping[str, Answer]) -> list[Route]:
    """The door for texts; `answers` gives, by kind, what answers one. Without a secret there is no door."""

    async def text(request: Request) -> Response:
        secret, given = settings().sms_secret, request.headers.get(SECRET_HEADER, "")
        if not secret:
            return PlainTextResponse("We could not find that.", 404)
        try:
            known = await run_in_threadpool(_is_known, secret, given, address_of(request))
        except TooMany as enough:
            return PlainTextResponse(enough.sentence, 429, {"retry-after": "900"})
        if not known:
            return PlainTextResponse("We could not find that.", 404)
        try:
            form = await form_of(request)
        except BadForm:
            return PlainTextResponse("Send the fields company, from and text as a form.", 400)
        company = await run_in_threadpool(tenancy.company_named, form.get("company", ""))
        answer = answers.get(company.kind) if company else None
        if company is None or answer is None:
            return PlainTextResponse("We could not find that.", 404)
        reply = await run_in_threadpool(answer, company, form.get("from", ""), form.get("text", ""))
        return PlainTextResponse(reply, headers={"cache-control": "no-store"})

    return [Route(ADDRESS, text, methods=["POST"])]
