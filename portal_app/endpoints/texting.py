"""Texts that a gateway hands in: each is answered in the same response, as plain text."""

import hmac
from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_app.endpoints.asking import BadForm, form_of
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings
from portal_app.shapes.companies import CompanyFacts

Answer = Callable[[CompanyFacts, str, str], str]
ADDRESS = "/webhooks/text"
SECRET_HEADER = "x-portal-secret"  # noqa: S105 -- the name of a header


def routes(answers: Mapping[str, Answer]) -> list[Route]:
    """The door for texts; `answers` gives, by kind, what answers one. Without a secret there is no door."""

    async def text(request: Request) -> Response:
        secret, given = settings().sms_secret, request.headers.get(SECRET_HEADER, "")
        if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
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
