"""A plain HTTP door for third parties that a customer lets read: a bearer token, and nothing else."""

from collections.abc import Callable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from portal_app.core.errors import TooMany
from portal_app.endpoints.asking import address_of
from portal_app.services.identity import throttle
from portal_app.services.identity.rules import network_of
from portal_app.shapes.files import Download

Shared = Callable[[str], Download | None]
_HEADERS = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}


def _read(shared: Shared, token: str, address: str) -> Download | None:
    """What a token opens. Raises TooMany for a network that showed too many wrong ones."""
    found = shared(token)
    if found is None:
        throttle.take(throttle.WRONG_SECRETS, throttle.mark("share", network_of(address)))
    return found


def routes(shares: Mapping[str, Shared]) -> list[Route]:
    """GET /files/share/<kind> for each kind whose customers may share; stands before the other files."""

    async def read(request: Request) -> Response:
        shared = shares.get(request.path_params["kind"])
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        found = None
        if shared is not None and scheme.lower() == "bearer":
            try:
                found = await run_in_threadpool(_read, shared, token.strip(), address_of(request))
            except TooMany as enough:
                headers = {**_HEADERS, "retry-after": "900"}
                return Response(enough.sentence, 429, headers, media_type="text/plain")
        if found is None:
            return Response(status_code=401, headers={**_HEADERS, "www-authenticate": "Bearer"})
        if isinstance(found.content, bytes):
            return Response(found.content, media_type=found.type, headers=_HEADERS)
        return StreamingResponse(found.content, media_type=found.type, headers=_HEADERS)

    return [Route("/files/share/{kind}", read, methods=["GET"])]
