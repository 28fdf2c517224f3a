"""The outer wall: which requests come in at all, and what every answer carries.

Plain ASGI around everything else, so that it sees the built pages, the doors and the socket alike.
"""

import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog

from portal_app.core.ids import begin_request
from portal_app.core.log import traced
from portal_app.endpoints import hosts
from portal_app.endpoints.csp import inline_script_hashes, policy
from portal_app.settings import settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = structlog.get_logger(__name__)

AUTH_BYTES = 64 * 1024
BODY_BYTES = 256 * 1024
FILE_BYTES = 3 * 1024**3 + 1024**2
_SAFE = ("GET", "HEAD", "OPTIONS")
_SCIM = "/scim/"
_SIGN_ON, _FROM_ELSEWHERE = "/auth/sign-on/", "/auth/sign-on/saml/"
"""Company sign-in; and its one door to which other sites make a browser post (see sign_on_posted)."""
_PRIVATE = ("/auth/", "/files/", "/health/", "/_event", _SCIM)

_ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # Not "no-referrer": with that a browser sends forms of our own with an origin of "null".
    (b"referrer-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_OF_A_PART = (_ALWAYS[0], _ALWAYS[-1])
# A page whose address is a secret tells nobody that address, this house's own proxies and logs included.
_OF_A_LINK = (b"referrer-policy", b"strict-origin")
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class BrokenOff(Exception):
    """An answer that had begun could not be finished; why was logged."""


@dataclass
class _Asked:
    """What the wall looks at in a request."""

    path: str
    method: str
    headers: dict[str, str]
    repeated: bool
    by_link: bool = False
    """Whether the address holds the secret of a mailed link."""

    @classmethod
    def of(cls, scope: Scope) -> "_Asked":
        pairs = [
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]
        ]
        names = [name for name, _ in pairs]
        doubled = any(names.count(name) > 1 for name in ("host", "origin", "content-length"))
        by_link = b"token=" in scope.get("query_string", b"")
        return cls(scope["path"], scope.get("method", "GET"), dict(pairs), doubled, by_link)

    @property
    def sent_from_elsewhere(self) -> bool:
        """Whether a page of another origin sent this; what is no browser says nothing and is no such page."""
        site = self.headers.get("sec-fetch-site", "")
        origin = self.headers.get("origin", "").lower()
        listed, _ = hosts.own_places(settings().public_url, settings().origins)
        if origin:
            return origin not in listed and urlsplit(origin).netloc != self.headers.get("host", "").lower()
        return site not in ("", "same-origin", "none")

    @property
    def for_an_unknown_host(self) -> bool:
        """Whether the Host header names none of our hosts; a health check may come by bare address."""
        if self.path.startswith("/health/"):
            return False
        return self.repeated or not hosts.is_ours(self.headers.get("host", ""))

    @property
    def most_bytes(self) -> int:
        """How large a body may be here."""
        if self.path.startswith("/files/"):
            return FILE_BYTES
        if self.path.startswith(_SIGN_ON):
            return BODY_BYTES
        return AUTH_BYTES if self.path.startswith("/auth/") else BODY_BYTES

    @property
    def said_to_be_too_large(self) -> bool:
        """Whether the announced length is too large or none at all; a file's door says so on its own page."""
        said = self.headers.get("content-length", "0")
        if not (said.isascii() and said.isdigit() and len(said) < 16):
            return True
        return int(said) > self.most_bytes and not self.path.startswith("/files/")

    def refusal(self) -> tuple[int, str] | None:
        """Why this may not come in, if it may not."""
        if self.for_an_unknown_host:
            return 400, "There is nothing at this address."
        if self.path == "/_upload" or self.path.startswith("/_upload/"):
            return 404, "Not found"
        socket = self.path.startswith("/_event")
        posted_here = self.method == "POST" and self.path.startswith(_FROM_ELSEWHERE)
        if (socket or self.method not in _SAFE) and self.sent_from_elsewhere and not posted_here:
            return 403, "This came from another site. Open the portal itself and try again."
        if self.said_to_be_too_large:
            return 413, "That is larger than we take here."
        return None


@dataclass
class Edge:
    """The wall around an ASGI app whose pages were built into `build_dir`."""

    app: App
    build_dir: Path
    _hashes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            self._hashes = inline_script_hashes(self.build_dir)
            await self.app(scope, receive, send)
            return
        await hosts.look_up(_Asked.of({**scope, "method": "GET"}).headers.get("host", ""))
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif _Asked.of({**scope, "method": "GET"}).refusal() is None:
            await self._socket(scope, receive, send)
        else:
            _log.info("edge.socket_refused", path=scope["path"])
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "another site"})

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as trouble:  # noqa: BLE001 -- a broken frame ends its own socket and nothing else
            _log.warning("edge.socket_broke", **traced(trouble))
            with suppress(Exception):
                await send({"type": "websocket.close", "code": 1002})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked, began = _Asked.of(scope), time.perf_counter()
        begin_request()
        answer = _Answer(asked, send, self._policy(asked.path))
        refused = asked.refusal()
        try:
            if refused is not None:
                await answer.say(*refused)
            else:
                await self.app(scope, answer.counted(receive), answer.send)
        except Exception as trouble:  # noqa: BLE001 -- further out it would be logged with whatever it says
            # Once the body turned out too large, whatever the app made of that is of no interest.
            if not answer.too_large:
                await self._failed(answer, trouble)
        finally:
            if answer.too_large and not answer.started:
                await answer.say(413, "That is larger than we take here.")
            _note(asked, answer.status, began)

    async def _failed(self, answer: "_Answer", trouble: Exception) -> None:
        _log.error("edge.failed", path=answer.asked.path, **traced(trouble))
        if not answer.started:
            await answer.say(500, "Something went wrong on our side. Try again in a moment.")
        elif not answer.whole:
            # Half an answer must not look like a whole one: the server cuts the connection.
            raise BrokenOff from None

    def _policy(self, path: str) -> str:
        if not self._hashes:
            self._hashes = inline_script_hashes(self.build_dir)
        if not self._hashes:
            return policy(None)
        own = self._hashes.get(path.rstrip("/") or "/")
        return policy(own if own is not None else self._hashes.get("*", ()))


def _as_scim(status: int, sentence: str) -> bytes:
    """A refusal as a directory reads it (RFC 7644, section 3.12)."""
    schema = "urn:ietf:params:scim:api:messages:2.0:Error"
    return json.dumps({"schemas": [schema], "status": str(status), "detail": sentence}).encode()


def _note(asked: _Asked, status: int, began: float) -> None:
    if asked.path.startswith("/assets/") and status < 400:
        return
    spent = round((time.perf_counter() - began) * 1000)
    # The path alone: a query may hold a client token or what somebody searched for.
    _log.info("http", method=asked.method, path=asked.path, status=status, ms=spent)


@dataclass
class _Answer:
    """One answer on its way out: headers added, the body that comes in counted."""

    asked: _Asked
    out: Send
    policy: str
    started: bool = False
    too_large: bool = False
    whole: bool = False
    status: int = 0

    def counted(self, receive: Receive) -> Receive:
        """The incoming body, cut off once it is larger than it may be."""
        taken = 0

        async def more() -> Message:
            nonlocal taken
            if self.too_large:
                return {"type": "http.disconnect"}
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self.asked.most_bytes:
                self.too_large = True
                return {"type": "http.disconnect"}
            return message

        return more

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on; the first with our headers."""
        if self.too_large and not self.started:
            return
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            message = {**message, "headers": self._headers(list(message.get("headers", [])))}
        elif message["type"] == "http.response.body":
            self.whole = not message.get("more_body", False)
        await self.out(message)

    async def say(self, status: int, sentence: str) -> None:
        """Answer with a status and a sentence of our own."""
        self.too_large = False
        kind, body = b"text/plain; charset=utf-8", sentence.encode()
        if self.asked.path.startswith(_SCIM):
            kind, body = b"application/scim+json", _as_scim(status, sentence)
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
        ]
        if status == 413:
            headers.append((b"connection", b"close"))
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    def _headers(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in given}
        kind = next((value for name, value in given if name.lower() == b"content-type"), b"")
        html = kind.startswith(b"text/html")
        # What a built script or picture may do follows from the page that asked for it.
        part = self.asked.path.startswith("/assets/") or kind.startswith((b"font/", b"text/css"))
        wanted = list(_OF_A_PART if part and not html else _ALWAYS)
        if not part or html:
            wanted.append((b"content-security-policy", self.policy.encode()))
        if self.asked.by_link:
            wanted = [_OF_A_LINK if name == b"referrer-policy" else (name, value) for name, value in wanted]
        if settings().secure_cookies:
            wanted.append(_HSTS)
        kept = self._how_long_kept(html)
        if kept:
            wanted.append((b"cache-control", kept))
        return [*given, *((name, value) for name, value in wanted if name not in names)]

    def _how_long_kept(self, html: bool) -> bytes:
        if self.asked.path.startswith("/assets/") and self.status in (200, 206, 304):
            return b"public, max-age=31536000, immutable"
        private = html or self.asked.path.startswith(_PRIVATE) or self.asked.method not in _SAFE
        if private or self.status >= 300 and self.status != 304:
            return b"no-store"
        return b"public, max-age=600"
