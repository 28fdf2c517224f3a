"""The door for a directory: SCIM 2.0 under /scim/v2 (RFC 7644), opened by its token alone."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ListResponse,
    NotFoundException,
    Resource,
    ResourceType,
    ResponseParameters,
    Schema,
    SCIMException,
    SearchRequest,
    ServiceProviderConfig,
)
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from portal_app.core.db import Busy
from portal_app.core.errors import NotYours, Refusal, TooMany
from portal_app.endpoints.asking import address_of
from portal_app.services.scim import at_work, groups, persons, resources, rules
from portal_app.services.scim.door import Directory, UnknownToken, opened
from portal_app.services.scim.resources import POLICY

AT = "/scim"
MOST_BYTES = 200 * 1024
_TYPE = "application/scim+json"
_KINDS = {"Users": (resources.User, persons), "Groups": (resources.Group, groups)}
_NOT_DONE = ("/Me", "/Bulk", "/.search", "/Users/.search", "/Groups/.search")


def routes() -> list[Mount]:
    """The doors, for the assembly."""
    inside = [
        Route("/v2/ServiceProviderConfig", configuration, methods=["GET"]),
        *_listed("/v2/ResourceTypes", resources.resource_types),
        *_listed("/v2/Schemas", resources.schemas),
        *(
            Route(f"/v2{path}", not_done, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
            for path in _NOT_DONE
        ),
    ]
    for name, (model, service) in _KINDS.items():
        inside += _of(name, model, service)
    refusals: Mapping[Any, Any] = {
        HTTPException: _http,
        SCIMException: _scim,
        ValidationError: _invalid,
        rules.Unreadable: _unreadable,
        Refusal: _refused,
    }
    return [Mount(AT, Starlette(routes=inside, exception_handlers=refusals))]


def _said(status: int, facts: Any, **headers: str) -> Response:
    return JSONResponse(facts, status, {"cache-control": "no-store", **headers}, media_type=_TYPE)


def _error(status: int, detail: str, scim_type: str = "", **headers: str) -> Response:
    facts = Error(status=status, scim_type=scim_type or None, detail=detail).model_dump()
    return _said(status, facts, **headers)


async def _http(_request: Request, trouble: Exception) -> Response:
    status = trouble.status_code if isinstance(trouble, HTTPException) else 500
    sentences = {404: "There is nothing at this address.", 405: "That cannot be done at this address."}
    sentences[413] = "That is larger than we take here."
    return _error(status, sentences.get(status, "That could not be done."))


async def _scim(_request: Request, trouble: Exception) -> Response:
    error = trouble.to_error() if isinstance(trouble, SCIMException) else Error(status=400)
    return _said(error.status or 400, error.model_dump())


async def _invalid(_request: Request, trouble: Exception) -> Response:
    found = Error.from_validation_errors(trouble) if isinstance(trouble, ValidationError) else []
    first = found[0] if found else Error(status=400, scim_type="invalidValue")
    return _said(first.status or 400, first.model_dump())


async def _unreadable(_request: Request, trouble: Exception) -> Response:
    return _error(400, str(trouble), "invalidSyntax")


async def _refused(_request: Request, trouble: Exception) -> Response:
    sentence = trouble.sentence if isinstance(trouble, Refusal) else ""
    if isinstance(trouble, UnknownToken):
        return _error(401, sentence, **{"www-authenticate": 'Bearer realm="SCIM"'})
    if isinstance(trouble, NotYours):
        return _error(404, "There is nothing with this id.")
    if isinstance(trouble, TooMany):
        return _error(429, sentence, **{"retry-after": "60"})
    if isinstance(trouble, Busy):
        return _error(503, sentence, **{"retry-after": "5"})
    return _error(409, sentence)


async def _ask(request: Request, use_case: Callable[..., Any], *arguments: Any) -> Any:
    directory = await _known(request)
    return await run_in_threadpool(partial(at_work.ask, directory, use_case, *arguments))


async def _known(request: Request) -> Directory:
    """Let nobody past without a token that works, whatever they ask for; once a request."""
    known = getattr(request.state, "directory", None)
    if known is None:
        header = request.headers.get("authorization", "")
        known = await run_in_threadpool(opened, header, address_of(request))
        request.state.directory = known
    return known


async def _body(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (_TYPE, "application/json"):
        raise rules.Unreadable("Send the body as application/scim+json.")
    taken = bytearray()
    async for part in request.stream():
        taken += part
        if len(taken) > MOST_BYTES:
            raise HTTPException(413)
    return await run_in_threadpool(rules.read_json, bytes(taken))


def _parameters(request: Request) -> dict[str, Any]:
    """The query of a request by its SCIM names."""
    asked = dict(request.query_params)
    rules.check_said(asked)
    return asked


def _shown(request: Request, found: Resource[Any], when: Context, status: int = 200) -> Response:
    asked = _parameters(request)
    named = {name: asked[name] for name in ("attributes", "excludedAttributes") if name in asked}
    wanted = ResponseParameters[type(found)].model_validate(named, scim_policy=POLICY)
    headers = {}
    if found.meta is not None and found.meta.location:
        headers["location"] = str(found.meta.location)
    if found.meta is not None and found.meta.version:
        headers["etag"] = found.meta.version
    return _said(status, found.model_dump(scim_ctx=when, response_parameters=wanted), **headers)


# What this end can do.


async def configuration(request: Request) -> Response:
    """What this end of SCIM can do."""
    await _known(request)
    return _shown(request, resources.config(), Context.RESOURCE_QUERY_RESPONSE)


async def not_done(request: Request) -> Response:
    """What SCIM knows and we do not do."""
    await _known(request)
    return _error(501, "This is not done here.")


def _listed(path: str, known: Callable[[], Mapping[str, Any]]) -> list[Route]:
    async def every(request: Request) -> Response:
        await _known(request)
        if "filter" in request.query_params:
            return _error(403, "These are not filtered.")
        found = list(known().values())
        answer = ListResponse[ResourceType | Schema | ServiceProviderConfig](
            total_results=len(found), start_index=1, items_per_page=len(found), resources=found
        )
        return _said(200, answer.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE))

    async def one(request: Request) -> Response:
        await _known(request)
        found = known().get(request.path_params["name"])
        if found is None:
            raise NotFoundException
        return _shown(request, found, Context.RESOURCE_QUERY_RESPONSE)

    return [Route(path, every, methods=["GET"]), Route(path + "/{name}", one, methods=["GET"])]


# People and groups.


def _of(name: str, model: Any, service: Any) -> list[Route]:
    async def several(request: Request) -> Response:
        asked = SearchRequest[model].model_validate(_parameters(request), scim_policy=POLICY)
        found = await _ask(request, service.several, asked)
        return _said(
            200, found.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=asked)
        )

    async def create(request: Request) -> Response:
        await _known(request)
        made = await _ask(request, service.create, await _body(request))
        return _shown(request, made, Context.RESOURCE_CREATION_RESPONSE, 201)

    async def one(request: Request) -> Response:
        found = await _ask(request, service.one, request.path_params["id"])
        known = request.headers.get("if-none-match", "")
        if known and rules.same_version(known, found.meta.version):
            return Response(
                status_code=304, headers={"etag": found.meta.version, "cache-control": "no-store"}
            )
        return _shown(request, found, Context.RESOURCE_QUERY_RESPONSE)

    async def replace(request: Request) -> Response:
        await _known(request)
        found = await _ask(request, service.replace, *await _change(request))
        return _shown(request, found, Context.RESOURCE_REPLACEMENT_RESPONSE)

    async def change(request: Request) -> Response:
        await _known(request)
        found = await _ask(request, service.change, *await _change(request))
        return _shown(request, found, Context.RESOURCE_PATCH_RESPONSE)

    async def remove(request: Request) -> Response:
        match = request.headers.get("if-match", "")
        await _ask(request, service.remove, request.path_params["id"], match)
        return Response(status_code=204, headers={"cache-control": "no-store"})

    return [
        Route(f"/v2/{name}", several, methods=["GET"]),
        Route(f"/v2/{name}", create, methods=["POST"]),
        Route(f"/v2/{name}/{{id}}", one, methods=["GET"]),
        Route(f"/v2/{name}/{{id}}", replace, methods=["PUT"]),
        Route(f"/v2/{name}/{{id}}", change, methods=["PATCH"]),
        Route(f"/v2/{name}/{{id}}", remove, methods=["DELETE"]),
    ]


async def _change(request: Request) -> tuple[str, dict[str, Any], str]:
    return request.path_params["id"], await _body(request), request.headers.get("if-match", "")
