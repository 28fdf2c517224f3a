"""Open pages whose session ended, or whose person may do other things now: told, and their sockets closed.

Each process knows the sockets that it holds and hears of every sign-out and change of rights by a poke; what
ends by the clock it looks after itself. No page is believed to have gone by itself: its socket is closed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import reflex as rx
import structlog
from reflex.state import StateUpdate

from portal_app.core import live
from portal_app.core.access import Visitor
from portal_app.core.clock import now
from portal_app.services.identity import staying
from portal_app.services.identity.sessions import whose
from portal_app.state.session import SessionState, in_thread

_log = structlog.get_logger(__name__)

ENDED, CHANGED, STEP, LOOK = "ended", "changed", "step", "look"
_LOOK_EVERY = 0.5
_BUSY_AGAIN = timedelta(seconds=5)
_AT_ONCE = 20


@dataclass
class _Known:
    """What is known of a session with open sockets: whose it is, what they may do, when to look again.

    `asks` while its pages are to ask anew how long it lasts.
    """

    people: frozenset[str] = frozenset()
    company: str = ""
    asks: bool = False
    rights: tuple[Any, ...] = ()
    due: datetime | None = None
    sockets: set[str] = field(default_factory=set)


def rights_of(visitor: Visitor) -> tuple[Any, ...]:
    """What an open page was drawn for; when it differs, the page is no longer theirs as it stands."""
    return (
        visitor.role,
        visitor.account_id,
        visitor.accounts,
        visitor.permissions,
        visitor.staff,
        visitor.sees,
        visitor.viewed_by,
        visitor.must_enrol,
    )


class Guests:
    """The sockets of this process by session."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = defaultdict(_Known)
        self._session: dict[str, str] = {}
        self._app: Any = None
        self._told = 0

    def stand_in(self, app: rx.App) -> None:
        """Say whose sockets these are."""
        self._app = app

    def came(self, sid: str, session: str) -> None:
        """A socket opened with this session's cookie; nobody's are not looked after."""
        if session:
            self._session[sid] = session
            self._known[session].sockets.add(sid)

    def left(self, sid: str) -> None:
        """A socket closed."""
        session = self._session.pop(sid, "")
        known = self._known.get(session)
        if known is not None:
            known.sockets.discard(sid)
            if not known.sockets:
                del self._known[session]

    def bound(self, visitor: Visitor) -> None:
        """An event runs for this visitor: what their pages show from now on is drawn for these rights."""
        known = self._known.get(visitor.session_key)
        if known is None:
            return
        if not known.people:
            # Whoever looks as a customer is shown out for what happens to either.
            known.people, known.company = frozenset(whose(visitor)), visitor.company_id
            known.due = now()
        if not known.rights:
            known.rights = rights_of(visitor)

    async def hear(self, topic: str) -> None:
        """Look again at the sessions that a poke is about."""
        about, _, name = topic.partition(":")
        if about == "session" and name in self._known:
            await self._look(name)
        elif about == "person":
            for session in [key for key, known in self._known.items() if name in known.people]:
                await self._look(session)
        elif about == "company":
            # Many at once: they are looked at in turn, and whatever is about one of them goes before.
            for known in self._known.values():
                if known.company == name:
                    known.due, known.asks = now(), True

    async def look_at_due(self) -> bool:
        """Look again at sessions whose time may have come, some at a time; says whether more of them wait."""
        moment = now()
        due = [key for key, known in self._known.items() if known.due is not None and known.due <= moment]
        for session in due[:_AT_ONCE]:
            await self._look(session)
        return len(due) > _AT_ONCE

    async def _look(self, session: str) -> None:
        try:
            found = await in_thread(partial(staying.look_afresh, session))
        except Exception:  # noqa: BLE001 -- the database is away: every event is refused, so look later
            _log.warning("ended.cannot_look")
            if session in self._known:
                self._known[session].due = now() + _BUSY_AGAIN
            return
        known = self._known.get(session)
        if known is None:
            return
        if found is None:
            await self._close(session, ENDED)
            return
        visitor, known.due = found
        if known.rights and known.rights != rights_of(visitor):
            await self._close(session, STEP if visitor.must_enrol else CHANGED)
        elif known.asks:
            known.asks = False
            self._told += 1
            for sid in list(known.sockets):
                await self._tell(sid, f"{LOOK} {self._told}")

    async def _close(self, session: str, why: str) -> None:
        known = self._known.pop(session, None)
        for sid in known.sockets if known else ():
            self._session.pop(sid, None)
            try:
                await self._show_out(sid, why)
            except Exception:  # noqa: BLE001 -- one socket's trouble must not keep another one open
                _log.exception("ended.close_failed")

    async def _tell(self, sid: str, why: str) -> None:
        namespace = self._app.event_namespace
        token = namespace.sid_to_token.get(sid)
        if token is not None:
            says = {SessionState.get_full_name(): {f"over{_SUFFIX}": why}}
            await namespace.emit_update(StateUpdate(delta=says), token)

    async def _show_out(self, sid: str, why: str) -> None:
        namespace, sio = self._app.event_namespace, self._app.sio
        await self._tell(sid, why)
        wire = sio.manager.eio_sid_from_sid(sid, namespace.namespace)
        await sio.disconnect(sid, namespace.namespace)
        if wire is not None:
            await sio.eio.disconnect(wire)


_SUFFIX = "_rx_state_"
guests = Guests()


async def _carry_on(pending: asyncio.Queue[str], more: bool) -> None:
    """Look at whom the next poke is about; wait a while for one, or not at all while others wait."""
    try:
        topic = pending.get_nowait() if more else await asyncio.wait_for(pending.get(), _LOOK_EVERY)
    except (TimeoutError, asyncio.QueueEmpty):
        return
    await guests.hear(topic)


def lifespan() -> Callable[[], Any]:
    """The task that shows out whoever's session ended, for as long as this process serves."""

    async def carry() -> None:
        loop = asyncio.get_running_loop()
        pending: asyncio.Queue[str] = asyncio.Queue()

        def heard(topic: str) -> None:
            if topic.startswith(("session:", "person:", "company:")):
                loop.call_soon_threadsafe(pending.put_nowait, topic)

        stop, more = live.listen(heard), False
        try:
            while True:
                try:
                    await _carry_on(pending, more)
                    more = await guests.look_at_due()
                except Exception:  # noqa: BLE001 -- one session's trouble must not keep the others' pages open
                    _log.exception("ended.look_failed")
        finally:
            stop()

    return carry
