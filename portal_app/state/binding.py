"""What a tab remembers belongs to one session: it is wiped before anything runs for another one.

The client token is no proof of anybody: whoever has it would otherwise be handed the last screen of its
owner. So each event, hydration included, first compares the live session behind the socket's cookie with
the one that the state tree was made for.
"""

from collections import Counter
from functools import partial
from typing import Any

import reflex as rx
import structlog
from reflex.event import Event
from reflex.state import BaseState, StateUpdate
from reflex_base.event.context import EventContext

from portal_app.services.identity import service as identity
from portal_app.settings import settings
from portal_app.state.ended import guests
from portal_app.state.session import SessionState, in_thread

NOBODY = "nobody"
LOOKS = " as seen by "
MEASURED_EVERY = 50
TOO_MUCH = ("This page held too much and was emptied", "Reload it to go on; what was sent has been kept.")
_log = structlog.get_logger(__name__)


class BoundState(rx.State):
    """Which session this tab's state was made for; stays on the server."""

    _session: str = ""


class BindToSession(rx.Middleware):
    """Wipes a tab's whole state when the session behind it is another one, or is over.

    Add it before every other middleware: `app.add_middleware(BindToSession(), index=0)`.
    """

    def __init__(self) -> None:
        self._since: Counter[str] = Counter()

    async def preprocess(
        self,
        app: Any,
        state: BaseState,
        event: Event,  # noqa: ARG002 -- the signature is the framework's
    ) -> StateUpdate | None:
        """Let an event pass, wipe before it, or drop one that speaks for another than the socket's owner."""
        root = state._get_root_state()
        cookie = root.router.headers.cookie
        if _cookie_of_socket(app, root) not in (None, cookie):
            # A poke or a late link of a chain, for a tab whose socket is somebody else's by now.
            await _wipe(root)
            return StateUpdate()
        bound = await root.get_state(BoundState)
        here = await _session_behind(cookie, active=bool(_router_data()))
        if bound._session != here:
            before = bound._session
            if before:
                await _wipe(root)
            bound._session = here
            if before.startswith(f"{here}{LOOKS}"):
                # A look that ended by itself: what was tapped as a customer is not done as oneself.
                return StateUpdate(events=Event.from_event_type(rx.redirect(await _home_of(cookie))))
        if self._is_due(root.router.session.client_token) and held(root) > settings().kilobytes_a_tab * 1000:
            _log.warning("binding.tab_too_large")
            await _wipe(root)
            return StateUpdate(events=Event.from_event_type(SessionState.say(*TOO_MUCH)))  # pyright: ignore[reportArgumentType, reportCallIssue]
        return None

    def _is_due(self, token: str) -> bool:
        """Whether to measure what a tab holds: at every fiftieth of its events."""
        self._since[token] += 1
        if self._since[token] < MEASURED_EVERY:
            return False
        del self._since[token]
        return True


async def _session_behind(cookie: str, *, active: bool) -> str:
    visitor = identity.remembered(cookie, active=active)
    if visitor is None and cookie:
        visitor = await in_thread(partial(identity.visitor_of, cookie, active=active))
    if visitor is None:
        return NOBODY
    guests.bound(visitor)
    return f"{visitor.session_key}{LOOKS}{visitor.viewed_by}" if visitor.viewed_by else visitor.session_key


async def _home_of(cookie: str) -> str:
    visitor = await in_thread(partial(identity.visitor_of, cookie))
    return identity.home_of(visitor.kind, visitor.staff) if visitor is not None else "/sign-in"


def held(root: BaseState) -> int:
    """About how many bytes a tab makes the server remember."""
    parts = [root]
    for part in parts:
        parts += part.substates.values()
    own = (repr(part.__dict__.get(name, "")) for part in parts for name in part.base_vars)
    return sum(map(len, own)) + sum(len(repr(part._backend_vars)) for part in parts)


async def _wipe(root: BaseState) -> None:
    for part in _parts(type(root)):
        # With Redis only the parts that an event needs are loaded; the others must be wiped as well.
        await root.get_state(part)
    root.reset()


def _parts(of: type[BaseState]) -> list[type[BaseState]]:
    direct = list(of.get_substates())
    return direct + [deeper for part in direct for deeper in _parts(part)]


def _router_data() -> Any:
    try:
        return EventContext.get().router_data
    except LookupError:
        return {}


def _cookie_of_socket(app: Any, root: BaseState) -> str | None:
    namespace = getattr(app, "event_namespace", None)
    if namespace is None:
        return None
    try:
        token = EventContext.get().token
    except LookupError:
        token = root.router.session.client_token
    manager = namespace._token_manager
    record = manager.token_to_socket.get(token)
    if record is None or record.instance_id != manager.instance_id:
        return None
    known = namespace._static_router_data.get(record.sid)
    return None if known is None else known.get("headers", {}).get("cookie", "")
