"""Lengths beside each other: you, last year, similar homes."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.draw import each, either, percent, styled
from portal_app.shapes.charts import CompareBar


def _length(entry: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(entry.label),
        rx.el.span(entry.value, class_name="num"),
        rx.el.i(class_name="bar", custom_attrs={**styled(width=percent(entry.share)), "aria-hidden": "true"}),
        class_name=either(entry.you, "you", ""),
    )


def compare_bars(entries: Any) -> rx.Component:
    """Draw each `CompareBar` as a length with its figure; one's own is the strong one."""
    return rx.el.ul(each(entries, _length), class_name="compare")


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "next to others": lambda: compare_bars(
        (
            CompareBar("You, this year", "265.7 kWh", 94.6, you=True),
            CompareBar("You, last year", "247.1 kWh", 87.9),
            CompareBar("96 similar homes nearby", "281 kWh", 100.0),
            CompareBar("The thriftiest fifth of them", "204 kWh", 72.6),
        )
    ),
}
