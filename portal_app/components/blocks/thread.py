"""Messages between a person and the company, and the place to answer."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.link import link
from portal_app.components.blocks.fields import text_area
from portal_app.components.draw import each, either, when, words
from portal_app.shapes.forms import Message


def _bubble(message: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(words(message.by, ", ", message.when), class_name="by"),
        rx.el.p(message.text),
        when(
            message.attachment,
            lambda: link(message.attachment, message.attachment_to, reload=True, before="clip", after=""),
        ),
        class_name=either(message.mine, "bubble mine", "bubble"),
    )


def thread(
    messages: Any,
    *,
    to: Any = "us",
    on_send: Any = None,
    error: Any = "",
    add_photo: rx.Component | None = None,
    empty: Any = "Nothing written yet. Ask us here; we answer on working days.",
) -> rx.Component:
    """Bubbles, oldest first, and a field for the answer. `on_send` gets the form's `message`."""
    written = when(
        messages,
        lambda: rx.el.ol(each(messages, _bubble), class_name="thread", custom_attrs={"aria-live": "polite"}),
        lambda: rx.el.p(empty, class_name="quiet"),
    )
    if on_send is None:
        return rx.el.div(written, class_name="stack")
    return rx.el.div(
        written,
        rx.el.form(
            text_area("Your answer", "message", rows=2, error=error),
            rx.el.div(
                add_photo or rx.fragment(),
                button(words("Send to ", to), "primary", icon="send", low=True, type="submit"),
                class_name="beside thread-acts",
            ),
            on_submit=on_send,
            reset_on_submit=True,
            class_name="stack",
        ),
        class_name="stack",
    )


_WRITTEN = (
    Message("You", "13:10", "Is there anything I should switch off?", mine=True),
    Message(
        "Rosa at Brightwater",
        "13:14",
        "Yes: the air conditioning and the oven. Leave one lamp on so you see when it is back.",
    ),
)

SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "an exchange": lambda: thread(_WRITTEN),
    "with an answer": lambda: thread(_WRITTEN, to="Rosa", on_send=rx.noop()),
    "nothing written yet": lambda: thread(()),
}
