"""What a stranger finds at the places that standards name."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_app.core.clock import now
from portal_app.settings import settings

_GOOD_FOR = timedelta(days=180)


def routes() -> list[Route]:
    """The well-known doors, for the assembly."""
    return [Route("/.well-known/security.txt", security, methods=["GET"])]


async def security(_request: Request) -> Response:
    """Where to report a hole (RFC 9116); not found where nobody is named."""
    contact = settings().security_contact
    if not contact:
        return PlainTextResponse("Not found", 404)
    home = settings().public_url.rstrip("/")
    lines = (
        f"Contact: {contact}",
        f"Expires: {now() + _GOOD_FOR:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en",
        f"Canonical: {home}/.well-known/security.txt",
    )
    return PlainTextResponse("\n".join(lines) + "\n")
