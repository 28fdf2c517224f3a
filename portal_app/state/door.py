"""The door of the socket: what a program sends is measured, counted and checked before anything else sees it.

Behind it the framework runs any handler that is named, with whatever it is given. So nothing passes but one
of our own handlers, with the arguments it is annotated with, from a socket that asks no more than it may;
what does not pass leaves the server, the rows and everybody else's page as they were.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any

import reflex as rx
import structlog
from reflex.event import Event
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex_base.registry import RegisteredEventHandler, RegistrationContext
from socketio.exceptions import ConnectionRefusedError as Refused

from portal_app.core.errors import Refusal
from portal_app.core.log import traced
from portal_app.services.identity import rules
from portal_app.settings import settings
from portal_app.state.arguments import checked, scrubbed
from portal_app.state.ended import guests
from portal_app.state.limits import Limits, too_many_everywhere
from portal_app.state.session import SessionState, in_thread

_log = structlog.get_logger(__name__)

FRAME_BYTES = 256 * 1024
_DEEPEST = 4_000
_MOST_BROKEN = 20
_TOKEN = 64
_NOBODY_KEEPS_SECONDS = 120
_OWN_EVENTS = frozenset({"connect", "disconnect", "event", "ping", "client_error"})
_ROOT = "reflex___state____state"
OF_THE_FRAMEWORK = frozenset(
    {
        f"{_ROOT}.hydrate",
        f"{_ROOT}.hydrate_and_load",
        f"{_ROOT}.reflex___state____on_load_internal_state.on_load_internal",
    }
)
"""What a page of ours sends of the framework's own; the rest of that is for the server alone."""

_TOO_MANY = {
    "session": "That was very much at once. Wait a moment, then go on.",
    "address": "Very much comes from your network just now. Wait a moment, then go on.",
    "nobody": "Very many pages are open from your network. Close some, or sign in.",
}


@dataclass(frozen=True)
class _Guest:
    """Whose socket this is: the stored name of the session behind its cookie ("" for nobody), its network."""

    session: str
    address: str


def open_to_browsers() -> dict[str, RegisteredEventHandler]:
    """Every handler that a browser may name, by its full name."""
    known = RegistrationContext.get().event_handlers
    return {name: found for name, found in known.items() if _may_be_named(name, found)}


def _may_be_named(name: str, found: RegisteredEventHandler) -> bool:
    if name in OF_THE_FRAMEWORK:
        return True
    state = found.states[0].__module__ if found.states else "reflex"
    return not name.endswith(".setvar") and not state.startswith(("reflex.", "reflex_"))


def shut_setters() -> None:
    """Take the setter that the framework gives every state out of what can be called at all."""
    known = RegistrationContext.get().event_handlers
    for name in [name for name in known if name.endswith(".setvar")]:
        del known[name]


class Door:
    """Stands before the framework's socket, in the place of its handlers, which it calls."""

    def __init__(self, app: rx.App) -> None:
        self.app, self.guests, self.limits = app, guests, Limits()
        self._counted: dict[str, _Guest] = {}
        self._broken: dict[str, int] = {}
        namespace: Any = app.event_namespace
        self._namespace = namespace
        self._on_event, self._on_connect = namespace.on_event, namespace.on_connect
        self._on_disconnect, self._trigger = namespace.on_disconnect, namespace.trigger_event
        namespace.on_event, namespace.on_connect = self.event, self.connect
        namespace.on_disconnect, namespace.trigger_event = self.disconnect, self.trigger
        sio: Any = app.sio
        self._sio = sio
        sio.eio.max_http_buffer_size = FRAME_BYTES
        self._on_frame = sio.eio.handlers["message"]
        sio.eio.handlers["message"] = self.frame
        wire = sio.packet_class.json
        self._dumps = wire.dumps
        wire.dumps = self.written

    def written(self, *what: Any, **options: Any) -> str:
        """What goes to a browser; a lone surrogate in it would silence the socket for good."""
        text = self._dumps(*what, **options)
        return text if text.isascii() else text.encode("utf-8", "ignore").decode()

    async def frame(self, eio_sid: str, data: Any) -> None:
        """A frame as it came off the wire: neither binary, nor nested without end, nor one of too many."""
        if not self.limits.frames.take(eio_sid) or not _is_plain(data):
            return await self._dropped(eio_sid, trouble="flood, or nested too deep")
        try:
            await self._on_frame(eio_sid, data)
        except Exception as trouble:  # noqa: BLE001 -- whatever a stranger's frame does ends here
            await self._dropped(eio_sid, **traced(trouble))
        return None

    async def _dropped(self, eio_sid: str, **why: Any) -> None:
        if self.limits.notes.take(f"frame {eio_sid}"):
            _log.warning("door.frame_dropped", **why)
        self._broken[eio_sid] = self._broken.get(eio_sid, 0) + 1
        if self._broken[eio_sid] >= _MOST_BROKEN:
            self._broken.pop(eio_sid, None)
            await self._sio.eio.disconnect(eio_sid)

    async def trigger(self, event: Any, *arguments: Any) -> Any:
        """Let only the socket's own events through; a browser cannot pretend to connect a second time."""
        if not isinstance(event, str) or event not in _OWN_EVENTS:
            return None
        sid = arguments[0] if arguments else ""
        if event == "connect" and sid in self._counted:
            return None
        if event == "disconnect" and len(arguments) < 2:
            return None
        try:
            return await self._trigger(event, *arguments)
        except Refused:
            raise
        except Exception as trouble:  # noqa: BLE001 -- the value must not stand in a trace
            _log.warning("door.event_failed", **traced(trouble))
            return False if event == "connect" else None

    async def connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """Let a socket open, and what it wants to say first pass as any other event."""
        known = self._namespace._build_static_router_data(sid, environ)
        cookie = rules.cookie_value(known["headers"].get("cookie", ""), settings().session_cookie)
        guest = _Guest(rules.key_of(cookie) if cookie else "", rules.network_of(known["ip"]))
        token = _token_in(environ.get("QUERY_STRING", ""))
        too_many = await self._too_many(guest) if token else "no token"
        if too_many:
            if self.limits.notes.take(f"socket {guest.address}"):
                _log.warning("door.socket_refused", why=too_many, address=guest.address)
            raise Refused(_TOO_MANY.get(too_many, "Reload the page."))
        self._counted[sid] = guest
        self.guests.came(sid, guest.session)
        try:
            # What it wants to say first comes back to `event`.
            await self._on_connect(sid, environ, _plain_auth(auth))
        except BaseException:
            self._forget(sid)
            self.guests.left(sid)
            raise

    async def _too_many(self, guest: _Guest) -> str:
        """Count a socket that opens; what it is too many for, and then it is not counted."""
        too_many = self.limits.opens(guest.session, guest.address)
        if too_many or not settings().redis_url:
            return too_many
        if not await in_thread(partial(too_many_everywhere, guest.address)):
            return ""
        self.limits.closes(guest.session, guest.address)
        return "address"

    def disconnect(self, sid: str, *_why: Any) -> Any:
        """Forget a socket; what nobody in particular had open is not kept for long."""
        guest = self._forget(sid)
        token = self._namespace.sid_to_token.get(sid)
        if guest is not None and not guest.session and token:
            self._forget_state_later(token)
        self.guests.left(sid)
        return self._on_disconnect(sid)

    def _forget(self, sid: str) -> _Guest | None:
        guest = self._counted.pop(sid, None)
        if guest is not None:
            self.limits.closes(guest.session, guest.address)
        return guest

    def _forget_state_later(self, token: str) -> None:
        manager = self.app.state_manager
        if not isinstance(manager, StateManagerMemory):
            return

        def forget() -> None:
            if token not in self._namespace._token_manager.token_to_socket:
                manager._purge_token(BaseStateToken(ident=token, cls=rx.State))

        asyncio.get_running_loop().call_later(_NOBODY_KEEPS_SECONDS, forget)

    async def event(self, sid: str, data: Any = None, *_more: Any) -> None:
        """Let one event through, or answer with a sentence."""
        guest = self._counted.get(sid)
        token = self._namespace.sid_to_token.get(sid)
        if guest is None or token is None:
            return
        too_many = self.limits.event(guest.session or token, guest.address)
        if too_many:
            if self.limits.notes.take(f"event {guest.session or token}"):
                _log.warning("door.events_refused", why=too_many, address=guest.address)
                await self._say(token, Refusal(_TOO_MANY[too_many]))
            return
        try:
            event = _fit(data)
        except Refusal as no:
            if self.limits.notes.take(f"unfit {token} {data['name']}"):
                _log.warning("door.arguments_refused", handler=data["name"].rpartition("____")[2])
            await self._say(token, no)
            return
        if event is None:
            if self.limits.notes.take(f"shape {token}"):
                _log.warning("door.event_unknown")
            return
        await self._on_event(sid, event)

    async def _say(self, token: str, no: Refusal) -> None:
        said: Any = SessionState.say(no.sentence, "", "attention", no.field, "")  # pyright: ignore[reportCallIssue]
        await self.app.event_processor.enqueue(token, Event.from_event_type(said)[0])


def _is_plain(data: Any) -> bool:
    return isinstance(data, str) and data.count("[") + data.count("{") <= _DEEPEST


def _token_in(query: str) -> str:
    """The client token in the socket's address: plain letters of a bounded number, or nothing."""
    found = [part[6:] for part in query.split("&") if part.startswith("token=")]
    token = found[0] if len(found) == 1 else ""
    return token if token.replace("-", "").isalnum() and token.isascii() and len(token) <= _TOKEN else ""


def _plain_auth(auth: Any) -> dict[str, Any] | None:
    if not isinstance(auth, dict):
        return None
    schema = auth.get("state_schema")
    kept = {"state_schema": schema} if isinstance(schema, str) and len(schema) <= 200 else {}
    return {"event": auth["event"], **kept} if "event" in auth else kept


def _fit(data: Any) -> dict[str, Any] | None:
    """An event as it may run; None for what no page of ours sends. Raises Refusal for unfit arguments."""
    if not isinstance(data, dict) or not isinstance(data.get("name"), str):
        return None
    name, payload = data["name"], data.get("payload", {})
    found = RegistrationContext.get().event_handlers.get(name)
    if found is None or not isinstance(payload, dict) or not _may_be_named(name, found):
        return None
    framework = name in OF_THE_FRAMEWORK
    payload = _hashes_only(payload) if framework else checked(found.handler.fn, payload)
    return {"name": name, "payload": payload, "router_data": _place(data.get("router_data"))}


def _hashes_only(payload: dict[str, Any]) -> dict[str, Any]:
    """Which states a page holds as they were built; nothing of ours is kept in the browser, so no values."""
    hashes = payload.get("hashes")
    if not isinstance(hashes, list) or len(hashes) > 1000:
        return {}
    if not all(isinstance(one, str) and len(one) <= 64 for one in hashes):
        return {}
    return {"hashes": hashes}


def _place(said: Any) -> dict[str, Any]:
    """Where the page says that it is; it proves nothing, and holds nothing that a page cannot show."""
    if not isinstance(said, dict):
        return {}
    place: dict[str, Any] = {}
    for name in ("pathname", "asPath"):
        given = said.get(name)
        if isinstance(given, str) and len(given) <= 4_000:
            place[name] = scrubbed(given).replace("%00", "")
    query = said.get("query")
    if isinstance(query, dict) and len(query) <= 40:
        place["query"] = {
            str(key)[:60]: scrubbed(value)
            for key, value in scrubbed(query).items()
            if isinstance(value, str) and len(value) <= 4_000
        }
    return place


def stand_before(app: rx.App) -> Door:
    """Put the door in place; the assembly calls it once, when every state is known."""
    shut_setters()
    guests.stand_in(app)
    return Door(app)
