"""Times to pick: free ones, taken ones, the chosen one."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.blocks.fields import wrong
from portal_app.components.draw import each, when
from portal_app.components.icons import icon
from portal_app.shapes.forms import Choice


def slots(
    title: Any,
    name: str,
    choices: Any,
    *,
    value: Any = "",
    on_change: Any = None,
    hint: Any = "",
    error: Any = "",
    empty: Any = "No time is free that day. Choose another day.",
    dated: bool = False,
) -> rx.Component:
    """Times of one day as buttons; a taken one is struck through and can't be chosen.

    `dated` gives a day beside each time its room.
    """

    def one(entry: Any) -> rx.Component:
        here = entry.value == value
        held = (
            {"checked": here, "on_change": on_change} if on_change is not None else {"default_checked": here}
        )
        return rx.el.label(
            rx.el.input(type="radio", name=name, value=entry.value, disabled=entry.disabled, **held),
            rx.el.span(entry.label),
            class_name="slot",
        )

    return rx.el.fieldset(
        rx.el.legend(title, class_name="label"),
        when(hint, lambda: rx.el.p(hint, class_name="quiet slot-hint")),
        when(
            choices,
            lambda: rx.el.div(each(choices, one), class_name="slots dated" if dated else "slots"),
            lambda: rx.el.div(icon("calendar"), rx.el.p(empty, class_name="quiet"), class_name="empty"),
        ),
        wrong(name, error),
        class_name="slot-pick",
    )


_TIMES = tuple(
    Choice(time, time, disabled=time in ("09:30", "16:00"))
    for time in ("08:00", "09:30", "11:00", "13:00", "14:30", "16:00")
)

SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "times of a day": lambda: slots(
        "Pick a time: Wed 26 August",
        "sample-slot",
        _TIMES,
        value="11:00",
        hint="Someone over 18 must be at home. Times are local.",
    ),
    "times of several days": lambda: slots(
        "Pick a half day",
        "sample-days",
        tuple(
            Choice(day, day)
            for day in ("Mon 23 Nov, morning", "Mon 23 Nov, afternoon", "Wed 25 Nov, afternoon")
        ),
        dated=True,
    ),
    "nothing free": lambda: slots("Pick a time: Sun 30 August", "sample-full", ()),
    "not chosen yet": lambda: slots(
        "Pick a time", "sample-unpicked", _TIMES, error="Choose one of the free times."
    ),
}
