"""A figure set large: the sign and the cents raised, its change as arrow, direction and words."""

from typing import Any

import reflex as rx

from portal_app.components.draw import either, when, words
from portal_app.components.icons import direction_icon
from portal_app.shapes.money import BigNumber
from portal_app.shapes.status import Change


def change(moved: Any) -> rx.Component:
    """How far a figure moved, in words with an arrow."""
    return rx.el.span(direction_icon(moved.direction), moved.text, class_name=words("change ", moved.tone))


def big_number(figure: Any, second: bool = False) -> rx.Component:
    """The figure a person came for; `second` sets it smaller, for a card under the headline.

    Readers of screens hear `figure.said` in place of the pieces.
    """
    pieces = rx.el.span(
        when(figure.before, lambda: rx.el.sup(figure.before)),
        figure.whole,
        when(figure.cents, lambda: rx.el.span(figure.cents, class_name="cents")),
        when(figure.unit, lambda: rx.el.span(figure.unit, class_name="unit")),
        class_name="big second" if second else "big",
        custom_attrs={"aria-hidden": either(figure.said, "true", "false")},
    )
    return rx.el.div(
        pieces,
        when(figure.said, lambda: rx.el.span(figure.said, class_name="heard")),
        when(figure.change.text, lambda: change(figure.change)),
        class_name="figure",
    )


SO_FAR = BigNumber(
    before="$",
    whole="121",
    cents=".37",
    said="121 dollars 37",
    change=Change("up 11 % on your usual by now", "up", "attention"),
)

SAMPLES = {
    "money": lambda: big_number(SO_FAR),
    "a quantity": lambda: big_number(
        BigNumber(whole="204", unit="kWh", change=Change("down 5 % on last month", "down", "good"))
    ),
    "in a card": lambda: big_number(
        BigNumber(
            "$",
            "205",
            ".22",
            said="205 dollars 22",
            change=Change("up $7.82 on July 2025", "up", "attention"),
        ),
        second=True,
    ),
    "very long": lambda: big_number(
        BigNumber("$", "1,284,066", ".05", said="1,284,066 dollars 5", change=Change("the same as last year"))
    ),
    "nothing yet": lambda: big_number(BigNumber(whole="0", unit="kWh")),
}
