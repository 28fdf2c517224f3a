"""Buttons in three intents: primary goes on, secondary stands beside it, danger takes something away."""

from typing import Any, Literal, get_args

import reflex as rx

from portal_app.components.atoms.link import leaves
from portal_app.components.draw import either, live, when
from portal_app.components.icons import icon

Intent = Literal["primary", "secondary", "danger"]
_CLASSES = {"primary": "button primary", "secondary": "button", "danger": "button danger"}


def _dressed(intent: Intent, wide: bool, low: bool) -> str:
    if intent not in _CLASSES:
        raise ValueError(f"A button is one of {', '.join(get_args(Intent))}, not {intent!r}.")
    return _CLASSES[intent] + (" wide" if wide else "") + (" low" if low else "")


def _inside(text: Any, icon_name: Any, low: bool) -> list[Any]:
    return [icon(icon_name, "small" if low else ""), text] if icon_name else [text]


def button(
    text: Any,
    intent: Intent = "secondary",
    *,
    icon: str = "",
    wide: bool = False,
    low: bool = False,
    type: Literal["button", "submit", "reset"] = "button",
    disabled: Any = False,
    busy: Any = False,
    busy_text: Any = "One moment",
    **props: Any,
) -> rx.Component:
    """A button that does something here. While `busy` it can't be pressed again and says so.

    Raises ValueError for an intent that is none of the three.
    """
    inside = rx.fragment(*_inside(text, icon, low))
    waits = live(busy) or busy
    stopped = disabled if not waits else (busy | disabled if live(busy) else True)
    if live(stopped) or stopped:
        props["disabled"] = stopped
    return rx.el.button(
        when(busy, rx.fragment(busy_text), inside) if waits else inside,
        class_name=_dressed(intent, wide, low),
        type=type,
        **props,
    )


def link_button(
    text: Any,
    href: Any,
    intent: Intent = "secondary",
    *,
    icon: str = "",
    wide: bool = False,
    low: bool = False,
    reload: bool | None = None,
    **props: Any,
) -> rx.Component:
    """A link that looks like a button: it has a real address and works before any script runs.

    Raises ValueError for an intent that is none of the three.
    """
    if reload or (reload is None and leaves(href)):
        props["reload_document"] = True
    return rx.el.a(*_inside(text, icon, low), href=href, class_name=_dressed(intent, wide, low), **props)


def actions(*parts: rx.Component, says: Any = "") -> rx.Component:
    """The action of a page, fixed in the bottom third above the tabs; `says` tells what it will do."""
    told = either(says, says, "") if live(says) else says
    shown = [when(told, lambda: rx.el.p(told, class_name="only-mid small"))] if live(says) or says else []
    return rx.el.div(*shown, *parts, class_name="actions whole")


SAMPLES = {
    "three intents": lambda: rx.el.div(
        button("Send reading", "primary"),
        button("Save for later"),
        button("Stop service at 12 Elm Street", "danger"),
        class_name="beside",
    ),
    "waiting": lambda: button("Send reading", "primary", busy=True, busy_text="Sending your reading"),
    "not yet": lambda: button("Next question", "primary", disabled=True),
    "low, with icon": lambda: rx.el.div(
        link_button("Save as PDF", "/files/bills/july.pdf", icon="pdf", low=True),
        link_button("Explain each line", "/energy/bill", low=True),
        class_name="beside",
    ),
    "action bar": lambda: actions(
        link_button("Pay my bill, $205.22", "/energy/pay", "primary"), says="July bill, due Mon 24 August"
    ),
}
