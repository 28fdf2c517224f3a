"""The person's own home in the first HTML: figure, sentence and tasks before any script has run.

A GET of a kind's home answers with the finished page as it was built, and, as the first child of its body,
the same frame and headline drawn with this person's data. While it stands, the live tree's frame is not
drawn at all: neither an eye nor a screen reader meets two pages. When the live tree has its state,
`portal.js` takes the first drawing away. Until the data is painted nothing else is asked for that would
stand in its way: the style sheet and the scripts are named behind the drawing, at low priority.
"""

import asyncio
import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import brotli
import structlog

from portal_app.components import theme
from portal_app.components.critical_css import needed
from portal_app.components.first_paint import as_html
from portal_app.core.access import Access, Visitor
from portal_app.core.errors import Refusal
from portal_app.pages.page import Page
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import service as identity
from portal_app.services.identity.rules import IDLE
from portal_app.services.notifications import service as notifications
from portal_app.services.tenancy import service as tenancy
from portal_app.shapes.portal import Kind
from portal_app.state.session import in_thread

_log = structlog.get_logger(__name__)
_BODY = re.compile(rb"<body[^>]*>")
_SHEET = re.compile(rb'<link[^>]+rel="stylesheet"[^>]*>')
_AHEAD = re.compile(rb'<link(?=[^>]+rel="(?:modulepreload|preload)")(?![^>]+as="font")[^>]*>')
# Its own name: React, looking for its first element in the body, passes over one that it never draws.
_OPEN, _CLOSE = '<first-paint id="first">', "</first-paint>"
_ALONE = "first-paint{display:block}#first~* .frame,#first~* .skip{display:none}"


@dataclass(frozen=True)
class Home:
    """A home that travels with its data: where it lives, and how its first HTML is drawn."""

    path: str
    kind: Kind
    page: Page
    draw: Callable[[Kind, Page, dict[str, Any]], Any]


def gather(access: Access, use_case: Callable[[Access], Any]) -> dict[str, Any]:
    """All that a home's first HTML shows, in one transaction: the person, the news, the home's own shape."""
    accounts = tenancy.accounts_to_switch(access)
    return {
        "who": replace(tenancy.who(access), several=len(accounts) > 1),
        "accounts": accounts,
        "news_count": notifications.unseen(access),
        "home": use_case(access),
    }


gather.reads_only = True  # pyright: ignore[reportFunctionMemberAccess]


class FirstPaint:
    """The ASGI layer that answers homes; everything else passes through untouched."""

    def __init__(self, app: Any, homes: dict[str, Home], built: Path) -> None:
        self.app, self.homes, self.built = app, homes, built

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer a home, or pass on."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            scope = self._at_its_folder(scope)
        home = self.homes.get(scope.get("path", "").rstrip("/")) if scope["type"] == "http" else None
        if home is None or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        page = await self._page(home, scope)
        if page is None:
            await self.app(scope, receive, send)
            return
        status, headers, body = page
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _at_its_folder(self, scope: dict[str, Any]) -> dict[str, Any]:
        """A page is a folder of the build: ask for it as one, and save the browser a redirect."""
        path = scope["path"]
        if path.endswith("/") or "." in path or not _is_page(self.built, path):
            return scope
        return {**scope, "path": path + "/", "raw_path": (path + "/").encode()}

    async def _page(
        self, home: Home, scope: dict[str, Any]
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes] | None:
        given = dict(scope["headers"])
        visitor = await in_thread(lambda: identity.visitor_of(given.get(b"cookie", b"").decode("latin-1")))
        if visitor is None:
            return (
                303,
                [(b"location", f"/sign-in?next={home.path}".encode()), (b"cache-control", b"no-store")],
                b"",
            )
        if visitor.staff or visitor.kind != home.kind.key:
            target = f"/staff/{visitor.kind}" if visitor.staff else f"/{visitor.kind}"
            return 303, [(b"location", target.encode()), (b"cache-control", b"no-store")], b""
        built = _built(self.built / home.path.strip("/") / "index.html")
        if built is None:
            return None
        try:
            drawn = await in_thread(lambda: _drawn(home, visitor))
        except Refusal as no:
            _log.info("first_paint.refused", path=home.path, why=no.sentence)
            return None
        body = built.before + drawn + built.after
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"cache-control", b"private, no-store"),
            (b"vary", b"cookie"),
            (b"x-headline", _whose(visitor, built)),
        ]
        return 200, *await _packed(headers, body, given.get(b"accept-encoding", b""))


def _whose(visitor: Visitor, built: "_Halves") -> bytes:
    """Whose headline this is, in which build, and for how many seconds a browser may show it again.

    The worker of the next visit keeps nothing without it. The time is that after which the session itself
    would have ended had its person done nothing more.
    """
    session = f"{visitor.session_key}\0{visitor.person_id}\0{visitor.account_id}".encode()
    mark = hashlib.sha256(session + built.before + built.after).hexdigest()[:16]
    return f"{mark};{int(IDLE.total_seconds())}".encode()


def _drawn(home: Home, visitor: Visitor) -> bytes:
    use_case = home.kind.home
    if use_case is None:
        raise Refusal("This kind has no home to draw.")
    found = perform(visitor, gather, use_case)
    html = as_html(home.draw(home.kind, home.page, found))
    whole = f'<style id="first-css">{needed(_sheet(), html)}{_ALONE}</style>{_OPEN}{html}{_CLOSE}'
    # A lone surrogate in something stored leaves itself out, not the page.
    return whole.encode("utf-8", "ignore")


@lru_cache(maxsize=1)
def _sheet() -> str:
    return theme.css()


@lru_cache(maxsize=512)
def _is_page(built: Path, path: str) -> bool:
    inside = (built / path.strip("/") / "index.html").resolve()
    return inside.is_relative_to(built.resolve()) and inside.is_file()


@dataclass(frozen=True)
class _Halves:
    """A page as it was built, cut where the first drawing goes."""

    before: bytes
    after: bytes


@lru_cache(maxsize=64)
def _built(path: Path) -> _Halves | None:
    """A page as it was built, with nothing in its head that would hold up the first paint."""
    if not path.is_file():
        return None
    page = path.read_bytes()
    body = _BODY.search(page)
    if body is None:
        return None
    head, rest = page[: body.end()], page[body.end() :]
    sheets = b"".join(_SHEET.findall(head))
    ahead = b"".join(_unhurried(link) for link in _AHEAD.findall(head))
    plain = b"<noscript>" + sheets + b"</noscript>" if sheets else b""
    return _Halves(_SHEET.sub(_late, _AHEAD.sub(b"", head)), plain + ahead + rest)


def _late(link: re.Match[bytes]) -> bytes:
    """The sheet's rules for the first drawing travel inline; the sheet itself may come after it."""
    return link.group().replace(b"<link", b'<link media="print" data-late fetchpriority="low"', 1)


def _unhurried(link: bytes) -> bytes:
    return link.replace(b"<link", b'<link fetchpriority="low"', 1)


async def _packed(
    headers: list[tuple[bytes, bytes]], body: bytes, accepts: bytes
) -> tuple[list[tuple[bytes, bytes]], bytes]:
    if b"br" in accepts:
        body = await asyncio.to_thread(brotli.compress, body, quality=6)
        headers = [*headers, (b"content-encoding", b"br")]
    elif b"gzip" in accepts:
        body = await asyncio.to_thread(gzip.compress, body, 6)
        headers = [*headers, (b"content-encoding", b"gzip")]
    return [*headers, (b"content-length", str(len(body)).encode())], body
