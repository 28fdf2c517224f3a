"""The action of a page: fixed in the bottom third, above the tabs; it says what will happen."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import actions, button


def action_bar(primary: rx.Component, *, says: Any = "", second: rx.Component | None = None) -> rx.Component:
    """One primary button with what it will do, and at most one other beside it."""
    return actions(*(part for part in (second, primary) if part is not None), says=says)


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "save what changed": lambda: action_bar(
        button("Save my choices", "primary"),
        says="2 changes: paperless on, alert at 20 kWh",
        second=button("Undo"),
    ),
}
