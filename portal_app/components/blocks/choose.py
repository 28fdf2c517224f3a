"""One of a few words in a row: range, unit."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.draw import each
from portal_app.shapes.forms import Choice


def choose(legend: Any, name: str, choices: Any, *, value: Any, on_change: Any = None) -> rx.Component:
    """Radios that look like one bar of words; the chosen one is underlined. The legend is heard, not seen."""

    def one(entry: Any) -> rx.Component:
        here = entry.value == value
        held = (
            {"checked": here, "on_change": on_change} if on_change is not None else {"default_checked": here}
        )
        return rx.el.label(
            rx.el.input(type="radio", name=name, value=entry.value, disabled=entry.disabled, **held),
            rx.el.span(entry.label),
        )

    return rx.el.fieldset(rx.el.legend(legend, class_name="heard"), each(choices, one), class_name="choose")


_RANGES = (Choice("day", "Day"), Choice("bill", "Bill"), Choice("year", "Year"))
_UNITS = (Choice("kwh", "kWh"), Choice("money", "Money"))

SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "range and unit": lambda: rx.el.div(
        choose("Range", "sample-range", _RANGES, value="bill"),
        choose("Unit", "sample-unit", _UNITS, value="kwh"),
        class_name="beside",
    ),
}
