"""Help for the page and state one is in, never a general list of questions."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.draw import each, when
from portal_app.components.icons import icon
from portal_app.shapes.forms import Help

HELP_ID = "help-drawer"


def opens_help(drawer: str = HELP_ID) -> dict[str, Any]:
    """The `custom_attrs` of a button that opens the help drawer, without any script."""
    return {"popoverTarget": drawer, "aria-haspopup": "dialog"}


def help_button(drawer: str = HELP_ID) -> rx.Component:
    """Help in the header of every page: icon and word."""
    return rx.el.button(
        icon("help"),
        rx.el.span("Help"),
        type="button",
        class_name="mast-act",
        custom_attrs=opens_help(drawer),
    )


def help_inside(help_: Any, *, drawer: str = HELP_ID, extra: rx.Component | None = None) -> rx.Component:
    """What stands in the drawer: title, short paragraphs, the next step, the reference to quote."""
    return rx.el.div(
        rx.el.div(
            rx.el.h2(help_.title, custom_attrs={"id": f"{drawer}-title"}),
            button(
                "Close",
                icon="close",
                low=True,
                custom_attrs={"popoverTarget": drawer, "popoverTargetAction": "hide"},
            ),
            class_name="apart",
        ),
        each(help_.paragraphs, rx.el.p),
        when(
            help_.link_text,
            lambda: rx.el.a(help_.link_text, icon("next", "small"), href=help_.link_to, class_name="link"),
        ),
        extra or rx.fragment(),
        when(
            help_.reference,
            lambda: rx.el.p(
                "If you call us, say ",
                rx.el.b(help_.reference, class_name="num"),
                ".",
                class_name="small quiet",
            ),
        ),
        class_name="drawer-in",
    )


def help_drawer(help_: Any, *, drawer: str = HELP_ID, extra: rx.Component | None = None) -> rx.Component:
    """The drawer: a native popover. Escape or a tap beside it closes it, focus goes back to its button."""
    return rx.el.aside(
        help_inside(help_, drawer=drawer, extra=extra),
        class_name="drawer",
        custom_attrs={
            "id": drawer,
            "popover": "auto",
            "role": "dialog",
            "aria-labelledby": f"{drawer}-title",
        },
    )


_REJECTED = Help(
    title="Your photo was not accepted",
    paragraphs=(
        "We could not read the third digit: the flash shines on the glass.",
        "Take it again from a little further away, without flash. Your reading 44,118 is still in the form.",
    ),
    link_text="Send another photo",
    link_to="/gallery",
    reference="READ-2207",
)

SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "opened by its button": lambda: rx.el.div(
        help_button("sample-help"),
        help_drawer(_REJECTED, drawer="sample-help"),
    ),
    "what it says": lambda: rx.el.div(
        help_inside(_REJECTED, drawer="sample-help-inside"), class_name="drawer in-page"
    ),
}
