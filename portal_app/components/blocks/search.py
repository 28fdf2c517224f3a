"""A field to search a list, with what was found in words."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.draw import live, when


def search(
    label: Any,
    name: str,
    *,
    value: Any = None,
    on_change: Any = None,
    on_search: Any = None,
    hint: Any = "",
    found: Any = "",
) -> rx.Component:
    """A native search field. `found` says the outcome ("3 of 41 bills") and is announced as it changes."""
    held: dict[str, Any] = {}
    if value is not None:
        held = {"value": value, "on_change": on_change} if on_change is not None else {"default_value": value}
    control = rx.el.input(
        type="search",
        name=name,
        class_name="control",
        custom_attrs={
            "id": name,
            "inputMode": "search",
            "enterKeyHint": "search",
            "autoComplete": "off",
            **({"aria-describedby": f"{name}-hint"} if live(hint) or hint else {}),
        },
        **held,
    )
    if live(value) and on_change is not None:
        control = rx.debounce_input(control, debounce_timeout=300)
    return rx.el.form(
        rx.el.div(
            rx.el.label(label, html_for=name),
            when(hint, lambda: rx.el.span(hint, class_name="hint", custom_attrs={"id": f"{name}-hint"})),
            rx.el.div(
                control,
                button("Search", icon="search", type="submit"),
                class_name="search-row",
            ),
            class_name="field",
        ),
        rx.el.p(found, class_name="small quiet", role="status"),
        class_name="stack tight",
        custom_attrs={"role": "search", "aria-label": label},
        **({"on_submit": on_search} if on_search is not None else {}),
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "empty": lambda: search("Find a customer", "sample-find", hint="Name, account or street"),
    "with an outcome": lambda: search("Find a bill", "sample-bill", value="July", found="2 of 41 bills"),
    "nothing found": lambda: search(
        "Find a bill",
        "sample-none",
        value="Jly",
        found='No payment has "Jly" in it. Try the month or the amount.',
    ),
}
