"""Facts side by side: a word and its value."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.draw import each, either, live, when
from portal_app.shapes.charts import Fact

_SHORT = 34


def _fact(fact: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.label, class_name="small quiet"),
        rx.el.dd(
            rx.el.b(fact.value), when(fact.detail, lambda: rx.el.span(fact.detail, class_name="small quiet"))
        ),
        class_name=either(_long(fact.value), "wide", ""),
    )


def _long(value: Any) -> Any:
    """Whether a value needs the whole line: it is long, or an address that would break amid a word."""
    return (
        (value.length() > _SHORT) | value.contains("@")
        if live(value)
        else len(value) > _SHORT or "@" in value
    )


def facts(entries: Any) -> rx.Component:
    """Draw each `Fact`: its word, its value, and a quieter second line."""
    return rx.el.dl(each(entries, _fact), class_name="facts")


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "an outage": lambda: facts(
        (
            Fact("Started", "12:50", "reported by 5 homes"),
            Fact("Likely back", "15:40", "8 of 10 by 17:00"),
            Fact("Cause", "Not known yet"),
            Fact("Homes", "312"),
        )
    ),
}
