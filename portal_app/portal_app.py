"""The assembly: every kind's pages, in its frame, on the map; the doors over HTTP; what runs beside them."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal_app import all_tables  # noqa: F401 -- every table is known before the first query
from portal_app.components import head
from portal_app.components.blocks.help_drawer import HELP_ID, help_drawer, opens_help
from portal_app.components.blocks.stay import stay
from portal_app.components.connection import connection
from portal_app.components.frames import Around, frame_for
from portal_app.components.icons import icon
from portal_app.core import log
from portal_app.endpoints import (
    auth,
    brand,
    drafts,
    edge,
    files,
    health,
    hosts,
    mailed,
    passkeys,
    people,
    scim,
    security,
    sharing,
    sign_on,
    staying,
    texting,
    well_known,
)
from portal_app.first_paint import FirstPaint, Home
from portal_app.jobs import worker
from portal_app.pages.catalogue import address, band_of, everywhere, open_pages
from portal_app.pages.page import OpenPage, Page
from portal_app.pages.shared import gallery, sign_in
from portal_app.pages.shared.menu import account_menu, simple_switch
from portal_app.registry import KINDS
from portal_app.services.adoption import service as adoption
from portal_app.services.identity import service as identity
from portal_app.services.identity.following import use_following
from portal_app.services.people import book
from portal_app.services.privacy import agreed, fates
from portal_app.services.scim import following
from portal_app.settings import settings
from portal_app.shapes.portal import Kind, NavEntry
from portal_app.shapes.status import Alert, Notice
from portal_app.state import ended, live
from portal_app.state.binding import BindToSession
from portal_app.state.door import stand_before
from portal_app.state.sealing import seal_states
from portal_app.state.session import NO_PLACE, SessionState, in_thread, tell_visitor, use_needs

BUILT = settings().root / ".web" / "build" / "client"


def nav_of(kind: Kind, page: Page) -> tuple[NavEntry, ...]:
    """The navigation a page carries: the customer's, or that of the company's own people."""
    prefix = f"/staff/{kind.key}" if page.who == "staff" else f"/{kind.key}"
    entries = kind.staff_nav if page.who == "staff" else kind.nav
    own = tuple(NavEntry(entry.label, prefix + entry.route, entry.icon) for entry in entries)
    return (NavEntry("Home", prefix, "home"), *own)


def around(kind: Kind, page: Page, **values: Any) -> Around:
    """What stands around a page, live; `values` stand in for the live ones in a first drawing."""
    band = band_of(kind)
    staff = page.who == "staff"
    prefix = f"/staff/{kind.key}" if staff else f"/{kind.key}"
    shown: dict[str, Any] = {
        "who": SessionState.who,
        "news_count": SessionState.news_count,
        "notice": SessionState.notice,
        "alert": band.alert if band and page.who == "customer" and not page.own_alert else Alert(),
        "on_dismiss": SessionState.dismiss,
        "menu": account_menu(SessionState.accounts),
        "simple_switch": None if staff else simple_switch(),
        "footer": page.footer if page.footer is not None else "",
        **values,
    }
    return Around(
        nav=nav_of(kind, page),
        current=prefix + page.under if page.under is not None else address(kind, page),
        home=prefix,
        layout=page.layout,
        news_to="" if page.who != "customer" else f"{prefix}/news",
        help_button=_help_button(),
        back_to=prefix + page.back_to if page.back_to is not None else "",
        back_text=page.back_text,
        **shown,
    )


def _help_button() -> rx.Component:
    return rx.el.button(
        icon("help"),
        rx.el.span("Help"),
        type="button",
        class_name="mast-act",
        custom_attrs=opens_help(HELP_ID),
    )


def framed(kind: Kind, page: Page, stand: Around, content: rx.Component) -> rx.Component:
    """A page in its frame, with its help beside it."""
    guide = page.guide_var if page.guide_var is not None else page.guide
    known = [] if page.who == "anyone" else [stay(SessionState.over)]
    return rx.fragment(frame_for(page.frame or kind.frame)(stand, content), help_drawer(guide), *known)


def roles_of(kind: Kind) -> book.Roles:
    """The roles of a kind for its customers and its own people, in words, and where a customer may begin."""
    customers = tuple(role for role in kind.roles if role not in kind.staff_roles)
    staff = tuple(role for role in kind.roles if role in kind.staff_roles)
    begins = (("Home", ""), *((entry.label, entry.route) for entry in kind.nav))
    return book.Roles(customers, staff, kind.role_words, begins)


def _draw(kind: Kind, page: Page) -> Any:
    def drawn() -> rx.Component:
        return _screen(framed(kind, page, around(kind, page), page.view()))

    return drawn


def _screen(content: rx.Component) -> rx.Component:
    """A whole screen, marked as live once its state has come over the socket."""
    marker = {
        "data-live": rx.cond(SessionState.live, "1", "0"),
        "data-whole": rx.cond(rx.State.is_hydrated, "1", "0"),
    }
    return rx.el.div(content, custom_attrs=marker, class_name="whole-screen")


def draw_first(kind: Kind, page: Page, found: dict[str, Any]) -> rx.Component:
    """The same frame and headline over plain values, for the first HTML."""
    if page.headline is None:
        raise TypeError(f"{address(kind, page)} has no headline")
    stand = around(
        kind, page, who=found["who"], news_count=found["news_count"], notice=Notice(), on_dismiss=None,
        menu=None, simple_switch=None, alert=getattr(found["home"], "alert", Alert()),
        footer=getattr(found["home"], "foot", ""),
    )  # fmt: skip
    return frame_for(page.frame or kind.frame)(stand, page.headline(found["home"]))


def _front_door() -> list[Route]:
    async def front(request: Request) -> Response:
        visitor = await in_thread(lambda: identity.visitor_of(request.headers.get("cookie", "")))
        if visitor is None:
            return RedirectResponse("/sign-in", 303)
        return RedirectResponse(f"/staff/{visitor.kind}" if visitor.staff else f"/{visitor.kind}", 303)

    async def own(request: Request) -> Response:
        visitor = await in_thread(lambda: identity.visitor_of(request.headers.get("cookie", "")))
        home = identity.home_of(visitor.kind, visitor.staff) if visitor else ""
        return RedirectResponse(f"{home}/account" if visitor else "/sign-in?next=%2Faccount", 303)

    async def company(request: Request) -> Response:
        return RedirectResponse(f"/sign-in?{urlencode({'company': request.path_params['slug'][:60]})}", 303)

    return [
        Route("/", front, methods=["GET"]),
        Route("/account", own, methods=["GET"]),
        Route("/c/{slug}", company, methods=["GET"]),
    ]


def _homes() -> dict[str, Home]:
    return {
        f"/{kind.key}": Home(f"/{kind.key}", kind, page, draw_first)
        for kind, page in everywhere()
        if page.headline is not None and kind.home is not None
    }


def _served(app: Any) -> Any:
    shared = {kind.key: kind.shared for kind in KINDS if kind.shared is not None}
    texted = {kind.key: kind.texted for kind in KINDS if kind.texted is not None}
    own = [*_front_door(), *auth.routes(), *people.routes(), *security.routes()]
    own += [*mailed.routes(), *passkeys.routes(), *sign_on.routes(), *scim.routes()]
    own += [*staying.routes(), *drafts.routes(), *brand.routes(), *health.routes(), *well_known.routes()]
    doors = Starlette(routes=[*own, *sharing.routes(shared), *texting.routes(texted), *files.routes(KINDS)])
    doors.mount("/", app)
    return doors


def _build() -> rx.App:
    log.configure()
    seal_states()
    identity.use_roles({kind.key: kind.roles for kind in KINDS}, {kind.key: kind.scopes for kind in KINDS})
    book.know({kind.key: roles_of(kind) for kind in KINDS})
    use_following(following.follow)
    fates.know({kind.key: kind.ends for kind in KINDS})
    agreed.know({kind.key: kind.purposes for kind in KINDS})
    use_needs({address(kind, page): page.needs for kind, page in everywhere()})
    adoption.know_tasks({kind.key: kind.top_tasks for kind in KINDS})
    app = rx.App(
        html_lang="en",
        stylesheets=["/portal.css"],
        head_components=head.head(),
        backend_exception_handler=tell_visitor,
        toaster=None,
        api_transformer=[
            _served,
            lambda inner: FirstPaint(inner, _homes(), BUILT),
            lambda inner: edge.Edge(inner, BUILT),
        ],
    )
    if app.sio is not None:
        # The list of origins is fixed at the start; companies' own hosts come and go.
        app.sio.eio.cors_allowed_origins = hosts.may_connect
    app.add_middleware(BindToSession())
    # In place of Reflex's own overlay, which shows people the address of a socket.
    app.app_wraps = {key: wrap for key, wrap in app.app_wraps.items() if "Overlay" not in key[1]}
    app.app_wraps[5, "Overlay"] = lambda _: connection()
    for kind, page in everywhere():
        _add(app, kind, page)
    openly = SessionState.arrive_openly
    app.add_page(lambda: _screen(sign_in.sign_in()), route="/sign-in", title="Sign in", on_load=sign_in.LOAD)
    app.add_page(
        lambda: _screen(sign_in.not_found()),
        route="/404",
        title="We could not find that",
        on_load=SessionState.arrive_anyhow,
    )
    app.add_page(
        lambda: _screen(sign_in.no_place()),
        route=NO_PLACE,
        title="No account is open to you",
        on_load=SessionState.arrive_without_a_place,
    )
    for door in open_pages():
        _add_open(app, door)
    if settings().demo:
        app.add_page(
            lambda: _screen(gallery.gallery()),
            route="/gallery",
            title="Every block in every state",
            on_load=openly,
        )
    stand_before(app)
    app.register_lifespan_task(live.lifespan(app))
    app.register_lifespan_task(ended.lifespan())
    app.register_lifespan_task(_beside)
    return app


def _add(app: rx.App, kind: Kind, page: Page) -> None:
    band = band_of(kind)
    first = SessionState.arrive_openly if page.who == "anyone" else SessionState.arrive
    loads = [first]
    if band is not None and page.who == "customer":
        loads.append(band.load)
    if page.load is not None:
        loads.append(page.load)
    app.add_page(_draw(kind, page), route=address(kind, page), title=f"{page.title}", on_load=loads)


def _add_open(app: rx.App, door: OpenPage) -> None:
    loads = [SessionState.arrive_openly, *([door.load] if door.load is not None else [])]
    app.add_page(lambda: _screen(door.view()), route=door.route, title=door.title, on_load=loads)


async def _beside() -> Any:
    """Run the jobs and write down how the portal is used, for as long as this process serves."""
    if settings().run_jobs:
        worker.start()
    try:
        await asyncio.Event().wait()
    finally:
        await in_thread(worker.stop)
        await in_thread(adoption.flush)


app = _build()
