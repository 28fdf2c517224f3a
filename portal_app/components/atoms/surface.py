"""What things stand on: a card to act on, a section to read, rows with hairlines."""

from typing import Any

import reflex as rx

from portal_app.components.draw import ids, live


def card(*children: Any, title: Any = "", end: rx.Component | None = None, **props: Any) -> rx.Component:
    """A card: only for something one acts on, and never inside another card."""
    head = [_head(title, end)] if live(title) or title else []
    return rx.el.section(*head, *children, class_name="card", **props)


def section(
    *children: Any, title: Any = "", end: Any = None, id: str = "", stacked: bool = False
) -> rx.Component:
    """A part of a page under its own heading; `end` stands at the right of it.

    `stacked` puts even space between the children.
    """
    named = {"custom_attrs": ids(id)} if id else {}
    head = [_head(title, end)] if live(title) or title else []
    return rx.el.section(*head, *children, class_name="section stack" if stacked else "section", **named)


def _head(title: Any, end: Any) -> rx.Component:
    if end is None:
        return rx.el.h2(title)
    quiet = end if isinstance(end, rx.Component) else rx.el.span(end, class_name="small quiet")
    return rx.el.div(rx.el.h2(title), quiet, class_name="apart")


def rows(*children: Any, ruled: bool = True) -> rx.Component:
    """Rows with hairlines between them, under one strong line."""
    return rx.el.div(*children, class_name="rows ruled" if ruled else "rows")


def heard(*words: Any) -> rx.Component:
    """Words for screen readers only."""
    return rx.el.span(*words, class_name="heard")


def face(initials: Any) -> rx.Component:
    """A person's initials on a disc; their name stands beside it."""
    return rx.el.span(initials, class_name="face", aria_hidden="true")


SAMPLES = {
    "card": lambda: card(
        rx.el.p("Read your meter by Mon 31 August."), title="Meter reading", end="2 minutes"
    ),
    "section": lambda: section(
        rows(
            rx.el.div("4410 0927, electricity", class_name="row"),
            rx.el.div("7719 2204, gas", class_name="row"),
        ),
        title="Meters",
        end="12 Elm Street",
    ),
}
