"""Files down and up by plain HTTP: for the person the cookie names, and nobody else."""

import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path
from urllib.parse import quote, urlencode

import structlog
from limits import RateLimitItemPerHour
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from portal_app.core.access import Access, Visitor
from portal_app.core.errors import NotYours, Refusal
from portal_app.endpoints import scanning
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import service as identity
from portal_app.services.identity import throttle
from portal_app.settings import settings
from portal_app.shapes.files import Download, Upload, UploadDoor
from portal_app.shapes.portal import Kind

_log = structlog.get_logger(__name__)

_AROUND = 64 * 1024
"""Bytes that a form may add around its file."""
FILES = RateLimitItemPerHour(50, 1, namespace="files")
"""How many files one person may send."""


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
        return await _fetched(request, visitor, use_case)

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


async def _fetched(request: Request, visitor: Visitor, use_case: Callable[..., Download]) -> Response:
    try:
        what = _noted(use_case, request.path_params["what"])
        return _sent(await run_in_threadpool(perform, visitor, what, **_plain(request.query_params)))
    except (NotYours, TypeError):
        return _not_found()
    except Refusal as no:
        return Response(no.sentence, 409, media_type="text/plain")


def _noted(use_case: Callable[..., Download], what: str) -> Callable[..., Download]:
    """The same use case, the taking of the file written down with what was asked for."""

    @wraps(use_case)
    def taken(access: Access, **query: str) -> Download:
        file = use_case(access, **query)
        asked = {name: value[:60] for name, value in query.items() if name.endswith(("_id", "ids"))}
        access.note("file.taken", what, file=file.name, **asked)
        return file

    return taken


def _harmful(access: Access, door: str, what: str) -> None:
    access.note("file.harmful", door, found=what)


async def _visitor(request: Request) -> Visitor | None:
    return await run_in_threadpool(identity.visitor_of, request.headers.get("cookie", ""))


def _plain(query: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in query.items() if name.isidentifier() and len(value) <= 200}


async def _taken(request: Request, visitor: Visitor, door: UploadDoor) -> Response:
    query = _plain(request.query_params)
    try:
        await run_in_threadpool(perform, visitor, door.check, **query)
        await run_in_threadpool(throttle.take, FILES, throttle.mark("files", visitor.person_id))
        upload = await _received(request, door)
        try:
            if door.scanned:
                await run_in_threadpool(scanning.check, upload)
            if door.draw is not None:
                upload = replace(upload, drawn=await run_in_threadpool(door.draw, upload))
            target = await run_in_threadpool(perform, visitor, door.take, upload, **query)
        finally:
            upload.path.unlink(missing_ok=True)
    except NotYours:
        return _not_found()
    except Refusal as no:
        if isinstance(no, scanning.Harmful):
            await run_in_threadpool(perform, visitor, _harmful, request.path_params["what"], no.what)
        told = {**query, "trouble": no.sentence, **({"field": no.field} if no.field else {})}
        return RedirectResponse(f"{door.back}?{urlencode(told)}", 303)
    except ClientDisconnect:
        return Response("The connection broke before the file was here.", 400, media_type="text/plain")
    except (TypeError, MultiPartException):
        trouble = "That did not arrive as a file. Choose it again and send it once more."
        return RedirectResponse(f"{door.back}?{urlencode({**query, 'trouble': trouble})}", 303)
    return RedirectResponse(target, 303)


class _Received(MultiPartParser):
    """Writes the one file of a form straight into a private folder, so that nothing of it stays in memory."""

    def __init__(self, folder: Path, headers: Headers, stream: AsyncGenerator[bytes, None]) -> None:
        super().__init__(headers, stream, max_files=1, max_fields=20, max_part_size=64 * 1024)
        self._folder = folder
        self.kept: Path | None = None

    def on_headers_finished(self) -> None:
        """Give the part that is a file a place of its own."""
        super().on_headers_finished()
        arriving = self._current_part.file
        if arriving is None:
            return
        arriving.file.close()
        place = tempfile.NamedTemporaryFile(dir=self._folder, delete=False)  # noqa: SIM115 -- closed by _received
        arriving.file = place  # pyright: ignore[reportAttributeAccessIssue] -- any binary file will do
        self._files_to_close_on_error.append(place)  # pyright: ignore[reportArgumentType] -- as above
        self.kept = Path(place.name)


async def _received(request: Request, door: UploadDoor) -> Upload:
    """Write the body to a private file, piece by piece.

    Raises Refusal when it is larger than allowed, before the first byte where its length is announced.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > door.most_bytes + _AROUND:
        raise Refusal(door.too_large, "file")
    folder = settings().data_dir / "incoming"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    parser = _Received(folder, request.headers, _bounded(request.stream(), door))
    try:
        form = await parser.parse()
        await form.close()
        return _as_upload(form, parser.kept)
    except BaseException:
        if parser.kept is not None:
            parser.kept.unlink(missing_ok=True)
        raise


def _as_upload(form: FormData, kept: Path | None) -> Upload:
    file = next((value for _, value in form.multi_items() if not isinstance(value, str)), None)
    if file is None or kept is None or not file.filename:
        raise Refusal("No file was chosen. Choose one and send it again.", "file")
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    name = Path(file.filename.replace("\\", "/")).name[:200]
    return Upload(name=name, path=kept, size=kept.stat().st_size, fields=fields)


async def _bounded(stream: AsyncIterator[bytes], door: UploadDoor) -> AsyncGenerator[bytes, None]:
    total = 0
    async for piece in stream:
        total += len(piece)
        if total > door.most_bytes + _AROUND:
            raise Refusal(door.too_large, "file")
        yield piece


def _sent(found: Download) -> Response:
    name = "".join(letter for letter in found.name if letter.isprintable() and letter not in '"\\/;')
    plain = name.encode("ascii", "ignore").decode()
    headers = {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
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
