"""The assembly: every kind's pages, in its frame, on the map; the doors over HTTP; what runs beside them."""

from pathlib import Path
from typing import Any

import reflex as rx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portal_app import all_tables  # noqa: F401 -- every table is known before the first query
from portal_app.components import theme
from portal_app.components.frames import Chrome, framed
from portal_app.endpoints import auth, edge, files, health
from portal_app.first_paint import FirstPaint, Home
from portal_app.jobs import worker
from portal_app.pages.catalogue import address, band_of, everywhere
from portal_app.pages.page import Page
from portal_app.pages.shared import gallery, sign_in
from portal_app.registry import KINDS, kind_named
from portal_app.services.adoption import service as adoption
from portal_app.services.identity import service as identity
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings
from portal_app.shapes.portal import Kind, NavEntry
from portal_app.state import live
from portal_app.state.binding import BindToSession
from portal_app.state.session import SessionState, in_thread, tell_visitor

BUILT = settings().root / ".web" / "build" / "client"


def nav_of(kind: Kind, page: Page) -> tuple[NavEntry, ...]:
    """The navigation a page carries: the customer's, or that of the company's own people."""
    prefix = f"/staff/{kind.key}" if page.who == "staff" else f"/{kind.key}"
    entries = kind.staff_nav if page.who == "staff" else kind.nav
    own = tuple(NavEntry(entry.label, prefix + entry.route, entry.icon) for entry in entries)
    return (NavEntry("Home", prefix, "home"), *own)


def chrome(kind: Kind, page: Page, **values: Any) -> Chrome:
    """What stands around a page, live; `values` stand in for the live ones in a first drawing."""
    band = band_of(kind)
    prefix = f"/staff/{kind.key}" if page.who == "staff" else f"/{kind.key}"
    shown: dict[str, Any] = {
        "who": SessionState.who,
        "accounts": SessionState.accounts,
        "news_count": SessionState.news_count,
        "notice": SessionState.notice,
        "live": SessionState.live,
        "alert": band.alert if band and page.who == "customer" else None,
        "on_dismiss": SessionState.dismiss,
        "on_simple": SessionState.simple_view,
        **values,
    }
    return Chrome(
        frame=page.frame or kind.frame,
        nav=nav_of(kind, page),
        current=address(kind, page),
        home=prefix,
        news=f"{prefix}/news",
        guide=page.guide_var if page.guide_var is not None else page.guide,
        **shown,
    )


def _draw(kind: Kind, page: Page) -> Any:
    def drawn() -> rx.Component:
        return framed(chrome(kind, page), page.view())

    return drawn


def draw_first(kind: Kind, page: Page, found: dict[str, Any]) -> rx.Component:
    """The same frame and headline over plain values, for the first HTML."""
    if page.headline is None:
        raise TypeError(f"{address(kind, page)} has no headline")
    values = {"live": False, "notice": None, "on_dismiss": None, "on_simple": None}
    around = chrome(kind, page, **values, alert=getattr(found["home"], "alert", None),
                    **{name: found[name] for name in ("who", "accounts", "news_count")})  # fmt: skip
    return framed(around, page.headline(found["home"]))


def _front_door() -> list[Route]:
    async def front(request: Request) -> Response:
        visitor = await in_thread(lambda: identity.visitor_of(request.headers.get("cookie", "")))
        if visitor is None:
            return RedirectResponse("/sign-in", 303)
        return RedirectResponse(f"/staff/{visitor.kind}" if visitor.staff else f"/{visitor.kind}", 303)

    return [Route("/", front, methods=["GET"])]


def _homes() -> dict[str, Home]:
    return {
        f"/{kind.key}": Home(f"/{kind.key}", kind, page, draw_first)
        for kind, page in everywhere()
        if page.headline is not None and kind.home is not None
    }


def _served(app: Any) -> Any:
    doors = Starlette(routes=[*_front_door(), *auth.routes(), *health.routes(), *files.routes(KINDS)])
    doors.mount("/", app)
    return doors


def _build() -> rx.App:
    identity.use_roles({kind.key: kind.roles for kind in KINDS})
    app = rx.App(
        html_lang="en",
        stylesheets=["/portal.css"],
        head_components=theme.head(),
        backend_exception_handler=tell_visitor,
        api_transformer=[
            _served,
            lambda inner: FirstPaint(inner, _homes(), BUILT),
            lambda inner: edge.Edge(inner, BUILT),
        ],
    )
    app.add_middleware(BindToSession())
    for kind, page in everywhere():
        _add(app, kind, page)
    app.add_page(sign_in.sign_in, route="/sign-in", title="Sign in", on_load=sign_in.LOAD)
    app.add_page(sign_in.not_found, route="/404", title="We could not find that")
    if settings().demo:
        app.add_page(gallery.gallery, route="/gallery", title="Every block in every state")
    app.register_lifespan_task(live.lifespan(app))
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


async def _beside() -> Any:
    """Run the jobs and write down how the portal is used, for as long as this process serves."""
    import asyncio

    if settings().run_jobs:
        worker.start()
    try:
        await asyncio.Event().wait()
    finally:
        await in_thread(worker.stop)
        await in_thread(adoption.flush)


app = _build()
__all__ = ["BUILT", "Path", "app", "kind_named", "tenancy"]
