"""A small table that adds up."""

from typing import Any

import reflex as rx

from portal_app.components.draw import each, either
from portal_app.shapes.money import SumLine


def sum_table(lines: Any, caption: str = "") -> rx.Component:
    """Lines and what they come to; `caption` names the table for screen readers where no heading does."""
    named = [rx.el.caption(caption, class_name="heard")] if caption else []
    return rx.el.table(*named, rx.el.tbody(each(lines, _line)), class_name="plain")


def _line(line: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(line.label, scope="row"), rx.el.td(line.amount), class_name=either(line.whole, "whole", "")
    )


SAMPLES = {
    "July": lambda: sum_table(
        (
            SumLine("Electricity, 446 kWh", "$166.01"),
            SumLine("Gas, 12.4 therms", "$24.89"),
            SumLine("Tax, 7.5 %", "$14.32"),
            SumLine("Total", "$205.22", whole=True),
        ),
        "July bill",
    ),
    "one day": lambda: sum_table(
        (
            SumLine("Your usual Tuesday", "14.4"),
            SumLine("Cooling: 96 F, usual high 84 F", "4.8"),
            SumLine("More running at night", "0.3"),
            SumLine("We cannot tell", "0.8"),
            SumLine("That day", "20.3", whole=True),
        ),
        "What made Tuesday 18 August, in kWh",
    ),
}
