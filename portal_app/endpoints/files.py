"""Files down and up by plain HTTP: for the person the cookie names, and nobody else."""

import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from portal_app.core.access import Visitor
from portal_app.core.errors import NotYours, Refusal
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import service as identity
from portal_app.settings import settings
from portal_app.shapes.files import Download, Upload, UploadDoor
from portal_app.shapes.portal import Kind

_log = structlog.get_logger(__name__)


def routes(kinds: tuple[Kind, ...]) -> list[Route]:
    """The routes for every kind's downloads and uploads."""
    by_key = {kind.key: kind for kind in kinds}

    async def down(request: Request) -> Response:
        kind = by_key.get(request.path_params["kind"])
        visitor = await _visitor(request)
        if visitor is None:
            return _to_sign_in(request)
        use_case = kind.downloads.get(request.path_params["what"]) if kind else None
        if use_case is None or kind is None or visitor.kind != kind.key:
            return _not_found()
        try:
            found: Download = await run_in_threadpool(
                perform, visitor, use_case, **_plain(request.query_params)
            )
        except NotYours:
            return _not_found()
        except Refusal as no:
            return Response(no.sentence, 409, media_type="text/plain")
        except TypeError:
            return _not_found()
        return _sent(found)

    async def up(request: Request) -> Response:
        kind = by_key.get(request.path_params["kind"])
        door = kind.uploads.get(request.path_params["what"]) if kind else None
        visitor = await _visitor(request)
        if visitor is None:
            return _to_sign_in(request)
        if door is None or kind is None or visitor.kind != kind.key:
            return _not_found()
        return await _taken(request, visitor, door)

    return [
        Route("/files/{kind}/{what}", down, methods=["GET"]),
        Route("/files/{kind}/{what}", up, methods=["POST"]),
    ]


async def _visitor(request: Request) -> Visitor | None:
    return await run_in_threadpool(identity.visitor_of, request.headers.get("cookie", ""))


def _plain(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if name.isidentifier() and len(value) <= 200}


async def _taken(request: Request, visitor: Visitor, door: UploadDoor) -> Response:
    query = _plain(request.query_params)
    try:
        await run_in_threadpool(perform, visitor, door.check, **query)
        upload = await _received(request, door.most_bytes)
        try:
            target = await run_in_threadpool(perform, visitor, _taking(door.take), upload, **query)
        finally:
            upload.path.unlink(missing_ok=True)
    except NotYours:
        return _not_found()
    except Refusal as no:
        return RedirectResponse(f"{door.back}?{urlencode({**query, 'trouble': no.sentence})}", 303)
    except (TypeError, MultiPartException):
        trouble = "That did not arrive as a file. Choose it again and send it once more."
        return RedirectResponse(f"{door.back}?{urlencode({**query, 'trouble': trouble})}", 303)
    return RedirectResponse(target, 303)


def _taking(take: Callable[..., str]) -> Callable[..., str]:
    return take


async def _received(request: Request, most: int) -> Upload:
    """Write the body to a private file, piece by piece. Raises Refusal when it is larger than allowed."""
    folder = settings().data_dir / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    parser = MultiPartParser(request.headers, _bounded(request.stream(), most), max_part_size=64 * 1024)
    parser.spool_max_size = 1024 * 1024
    form = await parser.parse()
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    file = next((value for _, value in form.multi_items() if not isinstance(value, str)), None)
    if file is None or not file.filename:
        raise Refusal("No file was chosen. Choose one and send it again.")
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as kept:
        size = await run_in_threadpool(_copy, file.file, kept)
    await form.close()
    return Upload(
        name=Path(file.filename.replace("\\", "/")).name[:200], path=Path(kept.name), size=size, fields=fields
    )


def _copy(source: Any, target: Any) -> int:
    source.seek(0)
    size = 0
    while piece := source.read(1024 * 1024):
        size += target.write(piece)
    return size


async def _bounded(stream: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    total = 0
    async for piece in stream:
        total += len(piece)
        if total > most + 64 * 1024:
            raise Refusal(f"That file is larger than {most // (1024 * 1024)} MB. Send a smaller one.")
        yield piece


def _sent(found: Download) -> Response:
    name = "".join(letter for letter in found.name if letter.isprintable() and letter not in '"\\/;')
    headers = {
        "content-disposition": f"attachment; filename=\"{name.encode('ascii', 'ignore').decode()}\"; filename*=UTF-8''{quote(name)}",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    if isinstance(found.content, bytes):
        return Response(found.content, media_type=found.type, headers=headers)
    return StreamingResponse(found.content, media_type=found.type, headers=headers)


def _to_sign_in(request: Request) -> Response:
    return RedirectResponse(f"/sign-in?{urlencode({'next': request.url.path})}", 303)


def _not_found() -> Response:
    return Response("We could not find that.", 404, media_type="text/plain")
