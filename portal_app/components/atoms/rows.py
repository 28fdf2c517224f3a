"""Rows in a list: hairlines between them, one strong line on top, a sentence when there are none."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.draw import each, live, prose, when
from portal_app.shapes.status import Badge


def row_list(items: Any, draw: Callable[[Any], rx.Component], empty: Any = "") -> rx.Component:
    """Every item as a row; `empty` is said when there is none, "" draws nothing then."""
    rows = rx.el.ul(each(items, lambda item: rx.el.li(draw(item))), class_name="rows ruled")
    nothing = rx.el.div(rx.el.p(empty, class_name="row quiet"), class_name="rows ruled")
    return when(items, rows, nothing if live(empty) or empty else None)


def row_words(title: Any, detail: Any = "") -> rx.Component:
    """The words of a row: its title and, smaller, what is behind it."""
    return rx.el.span(
        rx.el.span(prose(title), class_name="strong"),
        when(detail, lambda: rx.el.span(prose(detail), class_name="small quiet")),
        class_name="grow",
    )


def row_end(figure: Any, badge: Any) -> rx.Component:
    """The end of a row: its figure and how it stands."""
    return rx.el.span(
        when(figure, lambda: rx.el.b(figure, class_name="strong num")),
        when(badge.text, lambda: rx.el.span(badge_of(badge), class_name="small")),
        class_name="end",
    )


SAMPLES = {
    "rows": lambda: row_list(
        (("July 2026", "$205.22"), ("June 2026", "$178.40")),
        lambda item: rx.el.div(
            row_words(item[0], "12 Elm Street"), row_end(item[1], Badge()), class_name="row"
        ),
    ),
    "none": lambda: row_list((), lambda item: rx.el.span(item), "No bill yet."),
}
