"""Nothing here yet: why, and the next step."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import link_button
from portal_app.components.draw import live
from portal_app.components.icons import icon


def empty(
    title: Any,
    why: Any,
    picture: str = "list",
    action: Any = "",
    link_to: Any = "",
    *more: rx.Component,
    alone: bool = False,
) -> rx.Component:
    """Why there is nothing, and what to do; `more` is for a step that needs a handler and not a link.

    What stands `alone` on its page is that page's headline.
    """
    head = rx.el.h1 if alone else rx.el.h3
    step = [link_button(action, link_to, low=True)] if live(action) or action else []
    return rx.el.div(
        icon(picture), head(title), rx.el.p(why, class_name="quiet"), *step, *more, class_name="empty"
    )


def not_there(thing: str, action: str, link_to: str) -> rx.Component:
    """The thing that the address names is not there for this person; the same words whoever has it."""
    return rx.el.div(
        icon("search"),
        rx.el.h1(f"We could not find that {thing}"),
        rx.el.p(f"The link may be old, or the {thing} belongs to another account.", class_name="quiet"),
        link_button(action, link_to, low=True),
        role="status",
        class_name="empty whole",
    )


SAMPLES = {
    "no bill": lambda: empty(
        "No bill yet",
        "Your first bill comes around 5 October, 30 days after your start date.",
        "bill",
        "Choose paper or paperless",
        "/energy/account",
    ),
    "nothing to do": lambda: empty(
        "Nothing waits for you", "We tell you here and by mail when something does.", "check"
    ),
}
