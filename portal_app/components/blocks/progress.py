"""How far along: parts as lengths, and always the words."""

from typing import Any

import reflex as rx

from portal_app.components.draw import styled, when, words
from portal_app.shapes.tasks import Progress


def progress(how_far: Any) -> rx.Component:
    """Done is solid, waiting is hatched, the rest is track: "9 of 12 done, 2 waiting for us"."""
    track = rx.el.div(
        when(how_far.done > 0, lambda: _part("done", how_far.done)),
        when(how_far.waiting > 0, lambda: _part("waits", how_far.waiting)),
        when(how_far.left > 0, lambda: _part("", how_far.left)),
        class_name="track",
        role="img",
        aria_label=words(how_far.strong, " ", how_far.words),
    )
    return rx.el.div(
        track,
        rx.el.p(rx.el.b(how_far.strong, class_name="strong"), " ", how_far.words),
        class_name="progress",
    )


def _part(kind: str, length: Any) -> rx.Component:
    return rx.el.i(class_name=kind, custom_attrs=styled(flexGrow=length))


SAMPLES = {
    "under way": lambda: progress(Progress(9, 2, 1, "9 of 12 done,", "2 waiting for us, 1 for you")),
    "not begun": lambda: progress(Progress(0, 0, 4, "None of 4 done yet.", "The first takes two minutes.")),
    "all done": lambda: progress(Progress(4, 0, 0, "All 4 done.", "Nothing is left for you.")),
}
