"""What a tab remembers belongs to one session: it is wiped before anything runs for another one.

The client token is no proof of anybody: whoever has it would otherwise be handed the last screen of its
owner. So each event, hydration included, first compares the live session behind the socket's cookie with
the one that the state tree was made for.
"""

from functools import partial
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import BaseState, StateUpdate
from reflex_base.event.context import EventContext

from portal_app.services.identity import service as identity
from portal_app.state.ended import guests
from portal_app.state.session import in_thread

NOBODY = "nobody"


class BoundState(rx.State):
    """Which session this tab's state was made for; stays on the server."""

    _session: str = ""


class BindToSession(rx.Middleware):
    """Wipes a tab's whole state when the session behind it is another one, or is over.

    Add it before every other middleware: `app.add_middleware(BindToSession(), index=0)`.
    """

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
            if bound._session:
                await _wipe(root)
            bound._session = here
        return None


async def _session_behind(cookie: str, *, active: bool) -> str:
    visitor = identity.remembered(cookie, active=active)
    if visitor is None and cookie:
        visitor = await in_thread(partial(identity.visitor_of, cookie, active=active))
    if visitor is None:
        return NOBODY
    guests.bound(visitor)
    return visitor.session_key


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
