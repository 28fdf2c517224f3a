"""A checklist: what is done, what is next and whose turn it is."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import link_button
from portal_app.components.atoms.surface import heard
from portal_app.components.draw import each, either, when
from portal_app.components.icons import icon
from portal_app.shapes.status import Badge
from portal_app.shapes.tasks import CheckRow


def checklist(rows: Any) -> rx.Component:
    """Rows in the order they are done; an open one of the person's carries its button."""
    return rx.el.ul(each(rows, _row), class_name="checks rows ruled")


def _row(row: Any) -> rx.Component:
    end = rx.el.span(
        when(row.end, lambda: rx.el.span(row.end, class_name="small quiet")),
        when(row.badge.text, lambda: badge_of(row.badge)),
        when(row.link_text, lambda: link_button(row.link_text, row.link_to, low=True)),
        class_name="end",
    )
    return rx.el.li(
        rx.el.span(when(row.done, icon("check")), class_name="box", aria_hidden="true"),
        rx.el.span(
            heard(either(row.done, "Done: ", "To do: ")),
            row.title,
            when(row.detail, lambda: rx.el.span(row.detail, class_name="small quiet")),
            class_name="strong",
        ),
        end,
        class_name=either(row.done, "done", ""),
    )


MOVING = (
    CheckRow("Start date agreed", "1 September", True, "Done 12 Aug"),
    CheckRow("Identity checked", "Driving licence", True, "Done 13 Aug"),
    CheckRow("Read your old meter", "By Mon 31 Aug", link_text="Send a photo", link_to="/energy/moving"),
    CheckRow("Final bill sent", "We do this by 8 Sep", badge=Badge("Our turn")),
)

SAMPLES = {
    "moving in": lambda: checklist(MOVING),
    "long words": lambda: checklist(
        (
            CheckRow(
                "Letter of authority from the Riverside Cooperative Housing Association",
                "Signed by two of its board, by Mon 31 Aug",
                badge=Badge("Waiting for the association", "attention"),
            ),
        )
    ),
}
