"""Who is here, and the one way from a tap to a use case."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

import reflex as rx
import structlog
from reflex_base.event.context import EventContext

from portal_app.core.access import Access, Visitor, reads
from portal_app.core.db import Busy
from portal_app.core.errors import EnrolFirst, NotYours, ProveAgain, Refusal, SignedOut
from portal_app.core.ids import begin_request, reference
from portal_app.services.adoption import service as adoption
from portal_app.services.adoption.perform import perform
from portal_app.services.drafts import service as drafts
from portal_app.services.identity import choosing
from portal_app.services.identity import service as identity
from portal_app.services.notifications import service as notifications
from portal_app.services.people import looking
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings
from portal_app.shapes.people import AccountChoice, CompanyChoice, Who
from portal_app.shapes.status import Notice

T = TypeVar("T")
BUDGET_SECONDS, PATIENCE_SECONDS = 2.0, 5.0
NO_PLACE = "/no-place"
"""Where somebody is led whose last place has ended."""
_ASK_OWNER = "Ask the owner of the account to let you, or to do it."
_OPENED = ("open", "about")
_needs: dict[str, str] = {}
_log = structlog.get_logger(__name__)


def use_needs(needs: dict[str, str]) -> None:
    """Tell which permission opens which address; a courtesy only, the use case is the lock."""
    _needs.clear()
    _needs.update({path: needed for path, needed in needs.items() if needed})


def _may_see(visitor: Visitor, path: str) -> bool:
    needed = _needs.get(path, "")
    return not needed or needed in visitor.permissions


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=settings().db_pool, thread_name_prefix="use-case")


async def in_thread(work: Callable[[], T]) -> T:
    """Run something that waits (the database, a file) beside the event loop."""
    # In the context of what asked for it, so that what it writes down carries that request's name.
    return await asyncio.get_running_loop().run_in_executor(_threads(), copy_context().run, work)


def _in_turn(asked: float, visitor: Visitor, use_case: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Run a use case, unless it waited for its turn so long that the person has tried again. Raises Busy."""
    if time.monotonic() - asked > PATIENCE_SECONDS:
        raise Busy
    try:
        return perform(visitor, use_case, *arguments, **named)
    finally:
        spent = time.monotonic() - asked
        if spent > BUDGET_SECONDS:
            _log.warning("event.slow", use_case=use_case.__qualname__, ms=round(spent * 1000))


def _tap() -> str:
    """The name of the event that is handled just now, the same for all that it does."""
    try:
        return EventContext.get().txid
    except LookupError:
        return ""


class Acting(rx.State, mixin=True):
    """What every state that touches data has: `_do`, `_outside`, and nothing that a client can call."""

    async def _visitor(self) -> Visitor:
        """The person behind this very event, from the session cookie. Raises SignedOut."""
        visitor = await in_thread(partial(identity.visitor_of, self.router.headers.cookie))
        if visitor is None:
            raise self._signed_out()
        return visitor

    def _signed_out(self) -> SignedOut:
        """What is said to somebody whose session ended, with the way back to this very page."""
        out = SignedOut()
        # Whoever brings no cookie was never signed in, and is not told that they are out.
        out.ended = f"{settings().session_cookie}=" in self.router.headers.cookie
        out.back = self._here()
        return out

    def _open_now(self) -> dict[str, str]:
        """What is open on the page and must be again when somebody comes back to it."""
        return {}

    def _here(self) -> str:
        """The address of this very page, with what is open on it."""
        query, opened = self.router.url.query, self._open_now()
        if opened or "open=" in query:
            rest = [pair for pair in parse_qsl(query) if pair[0] not in _OPENED]
            query = urlencode([*rest, *((name, said) for name, said in opened.items() if said)])
        return _with_query(self.router.url.path.rstrip("/"), query)

    def _was_open(self) -> tuple[str, str]:
        """What was open when somebody was led away from this page, and about what; nothing for ""."""
        asked = self.router.url.query_parameters
        opened, about = (str(asked.get(name, ""))[:64] for name in _OPENED)
        return opened, about

    async def _do(self, use_case: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run one use case for whoever sent this event. Raises Refusal with a sentence for them."""
        asked = time.monotonic()
        begin_request(_tap())
        visitor = await self._visitor()
        try:
            return await in_thread(partial(_in_turn, asked, visitor, use_case, *arguments, **named))
        except (ProveAgain, EnrolFirst) as again:
            again.back = self._here()
            raise

    async def _outside(self, work: Callable[..., T], *arguments: Any) -> T:
        """Speak to somebody outside (a gateway, a mail server) with no transaction open."""
        return await in_thread(partial(work, *arguments))

    async def _sent(self, *forms: str) -> None:
        """Put away what was kept of these forms while it was typed: it went well and is needed no more."""
        await self._do(drafts.discard, *forms)

    async def _put_away(self, *forms: str) -> None:
        """The same for forms that somebody closes, whoever it is."""
        with suppress(Refusal):
            await self._sent(*forms)

    async def _say(self, notice: Notice) -> None:
        """Show what happened, what comes next and a reference, on whichever page is open."""
        session = await self.get_state(SessionState)
        session.notice = notice
        session._notice_is_new = True
        session.problem_field = ""
        session.problem_text = ""


@reads
def _greet(access: Access) -> tuple[Who, list[AccountChoice], int]:
    visitor = access.visitor
    accounts = tenancy.accounts_to_switch(access)
    who = replace(tenancy.who(access), several=len(accounts) > 1)
    return who, accounts, notifications.unseen(access) if not visitor.staff else 0


def _welcome(home: str) -> Notice:
    """What somebody new reads where they first come to."""
    return Notice(
        "You are in",
        "Add a passkey, and next time one touch signs you in.",
        "good",
        link_text="Add a passkey",
        link_to=f"{home}/account/passkey"
        if home.startswith("/staff/")
        else f"{home}/account/security/passkey",
    )


class SessionState(Acting, rx.State):
    """The person in the header, the notice on the page, and the way out."""

    who: Who = Who()
    accounts: list[AccountChoice] = []
    elsewhere: list[CompanyChoice] = []
    """Other companies that know this person, to change over to."""
    news_count: int = 0
    live: bool = False
    over: str = ""
    notice: Notice = Notice()
    problem_field: str = ""
    problem_text: str = ""
    _notice_is_new: bool = False
    _asked_elsewhere: str = ""

    async def _look_elsewhere(self, visitor: Visitor) -> None:
        """Which other companies know this person: asked once a tab and session, not for every page."""
        if self._asked_elsewhere != visitor.session_key:
            self.elsewhere = await in_thread(partial(choosing.elsewhere, visitor))
            self._asked_elsewhere = visitor.session_key

    def _turn_the_page(self) -> None:
        """What was said stays on the page it led to, and goes with the next one."""
        if not self._notice_is_new:
            self.notice = Notice()
        self._notice_is_new = False
        self.live = True
        self.problem_field = ""
        self.problem_text = ""

    @rx.event
    async def arrive(self):
        """Open a page for somebody signed in; strangers go to the sign-in and come back here after it."""
        path = self.router.url.path.rstrip("/")
        try:
            self.who, self.accounts, self.news_count = await self._do(_greet)
        except EnrolFirst:
            self.live = True
            wanted = _with_query(path, self.router.url.query)
            return rx.redirect(f"/second-step?{urlencode({'next': wanted})}")
        except SignedOut as out:
            self.live = False
            return tell_visitor(out)
        self._turn_the_page()
        visitor = await self._visitor()
        await self._look_elsewhere(visitor)
        adoption.record_page(visitor, path)
        if visitor.viewed_by:
            await self._do(looking.page_seen, path)
        home = identity.home_of(visitor.kind, visitor.staff)
        if path.startswith("/staff/") != visitor.staff:
            return rx.redirect(home)
        needed = _needs.get(path, "")
        if self.router.url.query_parameters.get("welcome") == "1":
            self.notice = _welcome(home)
        if needed and needed not in visitor.permissions:
            if not _may_see(visitor, home):
                return rx.redirect(NO_PLACE)
            self.notice = Notice("Your sign-in does not open that page", _ASK_OWNER, "attention")
            self._notice_is_new = True
            return rx.redirect(home)
        return None

    @rx.event
    async def arrive_openly(self):
        """Open a page that needs no sign-in."""
        self._turn_the_page()

    @rx.event
    async def arrive_anyhow(self):
        """Open a page that is there for everybody, with whoever is signed in around it."""
        try:
            self.who, self.accounts, self.news_count = await self._do(_greet)
        except Refusal:
            self.who, self.accounts, self.news_count = Who(), [], 0
        self._turn_the_page()

    @rx.event
    async def arrive_without_a_place(self):
        """Tell somebody whose last place has ended; whoever has one, or is not signed in, is led on."""
        try:
            self.who, self.accounts, self.news_count = await self._do(_greet)
        except SignedOut as out:
            self.live = False
            return tell_visitor(out)
        visitor = await self._visitor()
        await self._look_elsewhere(visitor)
        home = identity.home_of(visitor.kind, visitor.staff)
        if _may_see(visitor, home):
            return rx.redirect(home)
        self._turn_the_page()
        return None

    @rx.event
    def say(self, title: str, text: str = "", tone: str = "attention", field: str = "", ref: str = ""):
        """Show a sentence in the page's live region, and beside a field where it belongs to one."""
        plain = (title, text, tone, field, ref)
        if not all(isinstance(part, str) and len(part) <= 600 for part in plain):
            return
        tones = ("neutral", "info", "good", "attention", "urgent")
        self.notice = Notice(title=title, text=text, tone=tone if tone in tones else "info", reference=ref)  # pyright: ignore[reportArgumentType]
        # What is wrong with a field goes with its page; a sentence of its own may lead to the next one.
        self._notice_is_new = not field
        self.problem_field, self.problem_text = field, title if field else ""

    @rx.event
    def dismiss(self):
        """Put the notice away."""
        self.notice = Notice()

    @rx.event
    async def simple_view(self, on: bool):
        """Turn the home into three large buttons, or back; kept for this person."""
        await self._do(tenancy.choose_simple, bool(on))
        self.who = replace(self.who, simple=bool(on))


def _said(
    title: str, text: str = "", tone: str = "attention", field: str = "", ref: str = ""
) -> rx.event.EventSpec:
    return SessionState.say(title, text, tone, field, ref)  # pyright: ignore[reportCallIssue, reportReturnType]


def tell_visitor(exception: Exception) -> rx.event.EventSpec | None:
    """Turn what went wrong into a sentence on the page; anything but a refusal is logged with a reference."""
    if isinstance(exception, SignedOut):
        if exception.back.startswith("/sign-in"):
            return None  # already led there; a second time would forget where one wanted to go
        where = {"problem": "ended"} if exception.ended else {}
        where |= {"next": exception.back} if exception.back else {}
        return rx.redirect(f"/sign-in?{urlencode(where)}")
    if isinstance(exception, ProveAgain):
        return rx.redirect(f"/prove?{urlencode({'next': exception.back})}")
    if isinstance(exception, EnrolFirst):
        after = exception.back if not exception.back.startswith("/second-step") else ""
        return rx.redirect(_with_query("/second-step", urlencode({"next": after}) if after else ""))
    if isinstance(exception, NotYours):
        return _said(exception.sentence)
    if isinstance(exception, Refusal):
        return _said(exception.sentence, field=exception.field)
    ref = reference("ERR")
    _log.error("event.failed", reference=ref, exc_info=exception)
    return _said(
        "Something went wrong on our side",
        "Nothing was changed. Try again in a moment; if it happens again, tell us this reference.",
        "urgent",
        ref=ref,
    )
