"""The action of a page: fixed in the bottom third, above the tabs; it says what will happen."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.draw import live, when


def action_bar(primary: rx.Component, *, says: Any = "", second: rx.Component | None = None) -> rx.Component:
    """One primary button, above it what it will do on every screen; a second button from tablets on."""
    told = rx.el.p(says, class_name="small", custom_attrs={"aria-live": "polite"})
    beside = [rx.el.span(second, class_name="only-mid")] if second is not None else []
    return rx.el.div(
        when(says, told) if live(says) or says else rx.fragment(),
        *beside,
        primary,
        class_name="actions whole",
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "save what changed": lambda: action_bar(
        button("Save my choices", "primary"),
        says="2 changes: paperless on, alert at 20 kWh",
        second=button("Undo"),
    ),
    "pay": lambda: action_bar(button("Pay my bill, $205.22", "primary"), says="July bill, due Mon 24 August"),
}
