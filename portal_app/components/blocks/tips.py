"""What is worth doing, what it rests on, and what it saves in a year."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.rows import row_list, row_words
from portal_app.components.draw import when
from portal_app.components.icons import icon
from portal_app.shapes.tasks import TipRow


def tips(rows: Any, empty: Any = "") -> rx.Component:
    """Tips, the largest saving first; `empty` says why there are none yet."""
    return row_list(rows, _row, empty)


def _row(row: Any) -> rx.Component:
    saving = rx.el.span(
        rx.el.b(row.saving, class_name="strong num"),
        rx.el.span(row.per, class_name="small quiet"),
        class_name="end",
    )
    return rx.el.div(
        icon(row.icon), row_words(row.title, row.basis), when(row.saving, saving), class_name="row tip"
    )


WORTH = (
    TipRow("78 F from 16:00 to 20:00", "From your 14 hottest afternoons", "about $64", "heat"),
    TipRow("Find what stays on at night", "Never under 0.25 kW; similar homes 0.22", "about $89", "moon"),
)

SAMPLES = {
    "two": lambda: tips(WORTH),
    "no saving known": lambda: tips(
        (TipRow("Book a home check", "We cannot tell where the night use comes from", ""),)
    ),
    "none yet": lambda: tips((), "We need 30 days of readings before we can say what is worth doing."),
}
