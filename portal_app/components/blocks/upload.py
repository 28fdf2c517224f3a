"""A file to send: a native form to an HTTP route of ours, with the phone's camera."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.blocks.fields import photo_field
from portal_app.components.draw import when
from portal_app.components.icons import tone_icon


def upload(
    action: Any,
    *,
    label: Any,
    name: str = "file",
    send: Any = "Send the photo",
    hint: Any = "",
    error: Any = "",
    accept: str = "image/*",
    hidden: dict[str, Any] | None = None,
    above: rx.Component | None = None,
    camera: bool = True,
    most_bytes: Any = 0,
    too_large: Any = "",
) -> rx.Component:
    """A multipart form that the browser itself posts to `action`: it works when scripts fail.

    `hidden` are further values to send along (what the file is about, the form's token); `above` are fields
    that belong to it. Without `camera` it asks for a file and not for a photo. A file of more than
    `most_bytes` is not sent at all: the browser says `too_large` beside the field.
    """
    return rx.el.form(
        *(rx.el.input(type="hidden", name=key, value=value) for key, value in (hidden or {}).items()),
        above or rx.fragment(),
        photo_field(
            label,
            name,
            hint=hint,
            error=error,
            accept=accept,
            camera=camera,
            most_bytes=most_bytes,
            too_large=too_large,
        ),
        rx.el.div(
            button(send, "primary", icon="upload", type="submit"),
            class_name="beside",
        ),
        method="post",
        action=action,
        enc_type="multipart/form-data",
        on_submit=None,
        class_name="stack",
    )


def not_arrived(title: Any, text: Any, *, again: Any = "Send it again", on_again: Any = None) -> rx.Component:
    """What broke on the way, and the button that tries again with what is still here."""
    acting = {"on_click": on_again} if on_again is not None else {}
    return rx.el.div(
        tone_icon("urgent"),
        rx.el.div(
            rx.el.h3(title),
            rx.el.p(text),
            when(
                again,
                lambda: rx.el.div(button(again, icon="refresh", low=True, **acting)),
            ),
            class_name="grow stack tight",
        ),
        class_name="notice urgent",
        role="alert",
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "a photo of the meter": lambda: upload(
        "/gallery",
        label="Photo of the meter",
        hint="All five black digits in the picture.",
        hidden={"about": "m1"},
    ),
    "refused": lambda: upload(
        "/gallery",
        label="Photo of the meter",
        name="again",
        error="That file is 34 MB. Send one under 10 MB: most phones offer a smaller size when you share it.",
    ),
    "did not arrive": lambda: not_arrived(
        "The photo did not arrive", "The connection broke at 60 %. Your photo and reading are still here."
    ),
}
