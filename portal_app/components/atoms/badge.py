"""A word with a tone: shape, colour and word together."""

from typing import Any

import reflex as rx

from portal_app.components.draw import words
from portal_app.components.icons import tone_icon
from portal_app.shapes.status import Badge


def badge(text: Any, tone: Any = "neutral") -> rx.Component:
    """How a thing stands, in one or two words."""
    return rx.el.span(tone_icon(tone), text, class_name=words("badge ", tone))


def badge_of(shape: Any) -> rx.Component:
    """A badge from its shape."""
    return badge(shape.text, shape.tone)


SAMPLES = {
    tone: lambda text=text, tone=tone: badge_of(Badge(text, tone))
    for tone, text in {
        "neutral": "Closed",
        "info": "Due in 4 days, Mon 24 Aug",
        "good": "Account up to date",
        "attention": "Due soon",
        "urgent": "Payment failed",
    }.items()
}
