"""The band while somebody of the company looks at the portal as a customer; nothing can be changed then."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.draw import when, words
from portal_app.components.icons import tone_icon
from portal_app.shapes.people import Who


def looking(who: Any) -> rx.Component:
    """As whom, until when, and the way out; nothing while nobody looks."""
    return when(who.looker, lambda: _band(who))


def _band(who: Any) -> rx.Component:
    told = rx.el.div(
        rx.el.p(tone_icon("attention"), words("You see what ", who.name, " sees"), class_name="kind"),
        rx.el.p(
            words(
                who.looker,
                ", you only look: nothing can be changed. It ends by itself at ",
                who.looks_until,
                ".",
            ),
            class_name="small",
        ),
        class_name="stack tight",
    )
    stop = rx.el.form(
        button("Stop looking", low=True, type="submit"),
        method="post",
        action="/auth/stop-looking",
        on_submit=None,
    )
    return rx.el.section(
        rx.el.div(told, stop, class_name="over-in"), class_name="over attention", aria_label="You only look"
    )


SAMPLES = {
    "looking": lambda: looking(Who(name="Maya Lindqvist", looker="Rosa Diaz", looks_until="14:05")),
    "long names": lambda: looking(
        Who(
            name="Wilhelmina van Steenbergen-Ostrowska",
            looker="Maximiliane Schaumberger-Hohenlohe",
            looks_until="14:05",
        )
    ),
    "nobody looks": lambda: rx.el.div(looking(Who())),
}
