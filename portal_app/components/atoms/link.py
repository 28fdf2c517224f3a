"""Links: within the portal without a reload, to files and doors of the server with one."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.draw import live
from portal_app.components.icons import icon

_SERVER = (
    "/auth/",
    "/files/",
    "/exports/",
    "/demo/",
    "/webhooks/",
    "#",
    "tel:",
    "mailto:",
    "http:",
    "https:",
)


def leaves(href: Any) -> bool:
    """Whether a link asks the server for a document of its own instead of turning the portal's page."""
    return not live(href) and (str(href) == "/" or str(href).startswith(_SERVER))


def anchor(
    *children: Any, href: Any, class_name: Any = "", reload: bool | None = None, **props: Any
) -> rx.Component:
    """A link around anything. `reload` asks the server again; by default it follows from the address.

    A live address can't be read here: say `reload=True` where it leads to a file or a door of the server.
    """
    if reload or (reload is None and leaves(href)):
        props["reload_document"] = True
    return rx.el.a(*children, href=href, class_name=class_name, **props)


def link(
    text: Any, href: Any, reload: bool | None = None, before: str = "", after: str = "next", **props: Any
) -> rx.Component:
    """A link in words with its arrow; `before` and `after` name icons, "" for none."""
    parts = [icon(before, "small")] if before else []
    parts.append(text)
    if after:
        parts.append(icon(after, "small"))
    return anchor(*parts, href=href, class_name="link", reload=reload, **props)


def back(text: Any, href: Any) -> rx.Component:
    """The way back, on top of a page."""
    return link(text, href, before="back", after="")


def act(text: Any, on_click: Callable[..., Any] | Any, before: str = "", after: str = "") -> rx.Component:
    """Something to do that looks like a link: it changes the page it stands on and goes nowhere."""
    lead = [icon(before, "small")] if before else []
    follow = [icon(after, "small")] if after else []
    return rx.el.button(*lead, text, *follow, class_name="link", type="button", on_click=on_click)
