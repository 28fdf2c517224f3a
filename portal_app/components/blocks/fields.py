"""Fields: label, hint, control, error, in that order, on native inputs with the right keyboard."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.draw import each, either, live, when, words
from portal_app.components.icons import icon, tone_icon
from portal_app.shapes.forms import Choice

KINDS: dict[str, dict[str, Any]] = {
    "text": {"type": "text"},
    "name": {"type": "text", "autoComplete": "name", "autoCapitalize": "words"},
    "email": {
        "type": "email",
        "inputMode": "email",
        "autoComplete": "email",
        "autoCapitalize": "none",
        "spellCheck": "false",
    },
    "tel": {"type": "tel", "inputMode": "tel", "autoComplete": "tel"},
    "numeric": {"type": "text", "inputMode": "numeric", "autoComplete": "off"},
    "decimal": {"type": "text", "inputMode": "decimal", "autoComplete": "off"},
    "date": {"type": "date"},
    "month": {"type": "month"},
    "time": {"type": "time"},
    "moment": {"type": "datetime-local"},
    "search": {"type": "search", "inputMode": "search", "enterKeyHint": "search", "autoComplete": "off"},
    "password": {"type": "password", "autoComplete": "current-password"},
    "new-password": {"type": "password", "autoComplete": "new-password"},
    "code": {"type": "text", "inputMode": "numeric", "autoComplete": "one-time-code"},
    "address": {"type": "text", "autoComplete": "street-address"},
    "postcode": {"type": "text", "autoComplete": "postal-code", "autoCapitalize": "characters"},
    "url": {"type": "url", "inputMode": "url", "autoCapitalize": "none"},
}
"""What each kind of field asks of the browser: its type, keyboard and autocomplete token."""


def _described(name: str, hint: Any, error: Any) -> dict[str, Any]:
    """The wiring of a control to its hint and error, for those who hear the page."""
    hinted = f"{name}-hint" if live(hint) or hint else ""
    if live(error):
        both = f"{hinted} {name}-error".strip()
        none = hinted or None
        return {
            "aria-describedby": rx.cond(error, both, none),
            "aria-invalid": rx.cond(error, "true", "false"),
        }
    ids = " ".join(part for part in (hinted, f"{name}-error" if error else "") if part)
    return ({"aria-describedby": ids} if ids else {}) | ({"aria-invalid": "true"} if error else {})


def _frame(
    label: Any, name: str, control: rx.Component, hint: Any, error: Any, optional: bool
) -> rx.Component:
    return rx.el.div(
        rx.el.label(
            label,
            when(optional, lambda: rx.el.span(" (if you like)", class_name="quiet optional")),
            html_for=name,
        ),
        when(hint, lambda: rx.el.span(hint, class_name="hint", custom_attrs={"id": f"{name}-hint"})),
        control,
        wrong(name, error),
        class_name="field",
    )


def wrong(name: str, error: Any) -> rx.Component:
    """What is wrong with a field and how to mend it, announced when it appears."""
    return when(
        error,
        lambda: rx.el.span(
            tone_icon("urgent"),
            rx.el.span(error),
            class_name="wrong",
            custom_attrs={"id": f"{name}-error", "role": "alert"},
        ),
    )


def _held(value: Any, on_change: Any) -> dict[str, Any]:
    """A value that the page holds, or one that the browser holds from a first value on."""
    if value is None:
        return {}
    return {"value": value, "on_change": on_change} if on_change is not None else {"default_value": value}


def _steady(control: rx.Component, value: Any, on_change: Any) -> rx.Component:
    """Typing never waits for the server: a held text is sent on after a pause."""
    if live(value) and on_change is not None:
        return rx.debounce_input(control, debounce_timeout=250)
    return control


def field(
    label: Any,
    name: str,
    *,
    kind: str = "text",
    value: Any = None,
    on_change: Any = None,
    on_blur: Any = None,
    hint: Any = "",
    error: Any = "",
    before: Any = "",
    after: Any = "",
    optional: bool = False,
    disabled: Any = False,
    autocomplete: str = "",
    **native: Any,
) -> rx.Component:
    """One field on a native input; `kind` picks type, keyboard and autocomplete (see KINDS).

    With `on_change` the page holds the value and an error keeps what was typed; without it the browser
    holds it and the form hands it over. `before` and `after` are the words at the ends ("$", "kWh").
    `native` passes further attributes as React spells them (`min`, `max`, `maxLength`). Raises KeyError for
    an unknown kind.
    """
    asked = dict(KINDS[kind]) | ({"autoComplete": autocomplete} if autocomplete else {}) | native
    if not optional:
        asked["required"] = True
    input_type = asked.pop("type")
    control = rx.el.input(
        type=input_type,
        name=name,
        class_name="control",
        disabled=disabled,
        custom_attrs={"id": name, **asked, **_described(name, hint, error)},
        **_held(value, on_change),
        **({"on_blur": on_blur} if on_blur is not None else {}),
    )
    control = _steady(control, value, on_change)
    if live(before) or live(after) or before or after:
        control = rx.el.div(
            when(before, lambda: rx.el.span(before, custom_attrs={"aria-hidden": "true"})),
            control,
            when(after, lambda: rx.el.span(after, custom_attrs={"aria-hidden": "true"})),
            class_name="affix",
        )
    return _frame(label, name, control, hint, error, optional)


def money_field(label: Any, name: str, *, sign: Any = "$", **more: Any) -> rx.Component:
    """An amount with its currency before it and the keyboard of figures."""
    return field(label, name, kind="decimal", before=sign, **more)


def text_area(
    label: Any,
    name: str,
    *,
    value: Any = None,
    on_change: Any = None,
    hint: Any = "",
    error: Any = "",
    rows: int = 3,
    optional: bool = False,
    max_length: int = 4000,
) -> rx.Component:
    """Several lines of free text."""
    control = rx.el.textarea(
        name=name,
        class_name="control",
        rows=str(rows),
        max_length=max_length,
        required=not optional,
        custom_attrs={"id": name, **_described(name, hint, error)},
        **_held(value, on_change),
    )
    return _frame(label, name, _steady(control, value, on_change), hint, error, optional)


def select_field(
    label: Any,
    name: str,
    choices: Any,
    *,
    value: Any = None,
    on_change: Any = None,
    hint: Any = "",
    error: Any = "",
    first: str = "",
    optional: bool = False,
) -> rx.Component:
    """One of many, on the phone's own picker. `first` is the line that chooses nothing yet."""
    control = rx.el.select(
        when(first, lambda: rx.el.option(first, value="")),
        each(choices, lambda entry: rx.el.option(entry.label, value=entry.value, disabled=entry.disabled)),
        name=name,
        class_name="control",
        required=not optional,
        custom_attrs={"id": name, **_described(name, hint, error)},
        **_held(value, on_change),
    )
    return _frame(label, name, control, hint, error, optional)


def photo_field(
    label: Any,
    name: str,
    *,
    hint: Any = "",
    error: Any = "",
    accept: str = "image/*",
    optional: bool = False,
    camera: bool = True,
    most_bytes: Any = 0,
    too_large: Any = "",
) -> rx.Component:
    """A photo, taken with the phone's camera or picked from the device; without `camera` any other file.

    With `most_bytes` the browser sends no larger one and says `too_large` instead.
    """
    unbounded = isinstance(most_bytes, int) and not most_bytes
    bound = {} if unbounded else {"data-most-bytes": most_bytes, "data-too-large": too_large}
    control = rx.el.span(
        icon("camera" if camera else "upload"),
        rx.el.input(
            type="file",
            name=name,
            class_name="control file",
            required=not optional,
            custom_attrs={
                "id": name,
                "accept": accept,
                **({"capture": "environment"} if camera else {}),
                **bound,
                **_described(name, hint, error),
            },
        ),
        class_name="photo-row",
    )
    return _frame(label, name, control, hint, error, optional)


def switch(
    label: Any, name: str, *, on: Any = False, on_change: Any = None, detail: Any = "", disabled: Any = False
) -> rx.Component:
    """Yes or no, at once: a switch with its words, hearing "on" or "off"."""
    held = {"checked": on, "on_change": on_change} if on_change is not None else {"default_checked": on}
    return rx.el.label(
        rx.el.span(label, when(detail, lambda: rx.el.span(detail, class_name="small quiet detail"))),
        rx.el.input(
            type="checkbox", name=name, role="switch", disabled=disabled, custom_attrs={"id": name}, **held
        ),
        class_name="switch",
    )


def _radio(name: str, entry: Any, value: Any, on_change: Any, error: Any) -> rx.Component:
    here = entry.value == value
    held = {"checked": here, "on_change": on_change} if on_change is not None else {"default_checked": here}
    wired = {"aria-describedby": f"{name}-error"} if live(error) or error else {}
    return rx.el.label(
        rx.el.input(
            type="radio", name=name, value=entry.value, disabled=entry.disabled, custom_attrs=wired, **held
        ),
        rx.el.span(entry.label, when(entry.hint, lambda: rx.el.span(entry.hint, class_name="hint"))),
    )


def choice(
    legend: Any,
    name: str,
    choices: Any,
    *,
    value: Any = "",
    on_change: Any = None,
    error: Any = "",
    hint: Any = "",
    heard_only: bool = False,
) -> rx.Component:
    """One of several, each on its own row. `heard_only` where the question stands above already."""
    return rx.el.div(
        rx.el.fieldset(
            rx.el.legend(legend, class_name="heard" if heard_only else "label"),
            when(hint, lambda: rx.el.p(hint, class_name="small quiet")),
            each(choices, lambda entry: _radio(name, entry, value, on_change, error)),
            class_name="choice rows",
        ),
        wrong(name, error),
        class_name="field",
    )


def tick(label: Any, name: str, *, on: Any = False, on_change: Any = None, error: Any = "") -> rx.Component:
    """One thing to agree to."""
    held = {"checked": on, "on_change": on_change} if on_change is not None else {"default_checked": on}
    return rx.el.div(
        rx.el.div(
            rx.el.label(
                rx.el.input(
                    type="checkbox",
                    name=name,
                    custom_attrs={"id": name, **_described(name, "", error)},
                    **held,
                ),
                rx.el.span(label),
            ),
            class_name="choice",
        ),
        wrong(name, error),
        class_name="field",
    )


_ANSWERS = (
    Choice("all", "All of it, the neighbours too"),
    Choice("us", "All of it, only us", hint="Look whether the street lights are on."),
    Choice("some", "Some rooms", disabled=True),
)


def _every_kind() -> rx.Component:
    return rx.el.div(
        *(field(kind.replace("-", " ").capitalize(), f"sample-{kind}", kind=kind) for kind in KINDS),
        class_name="stack",
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "with an error": lambda: field(
        "Meter reading",
        "reading",
        kind="numeric",
        value="4410",
        hint="The five black digits, without the red one.",
        error="That is 4 digits. Last month's reading was 44,092, so this one has 5.",
    ),
    "money": lambda: money_field("Amount to pay", "amount", value="100.00", hint="Any amount up to $205.22."),
    "date": lambda: field("Move-out date", "leaving", kind="date", value="2026-08-31"),
    "with a unit, not needed": lambda: field(
        "Alert me above", "alert", kind="decimal", after="kWh", optional=True
    ),
    "several lines": lambda: text_area(
        "Anything we should know?", "note", optional=True, hint="A gate code, a dog."
    ),
    "one of many": lambda: select_field("Which place?", "place", _ANSWERS, first="Choose a place"),
    "photo": lambda: photo_field(
        "Photo of the meter", "photo", hint="All digits in the picture, without flash."
    ),
    "switch": lambda: rx.el.div(
        switch("Paperless bills", "paperless", on=True, detail="Sent to maya@brightwater.example"),
        switch("Text me about outages", "texts"),
        class_name="rows ruled",
    ),
    "choice": lambda: choice("Is all of your home without power?", "extent", _ANSWERS, value="us"),
    "choice with an error": lambda: choice(
        "Where is it dark?", "dark", _ANSWERS, error="Choose one, so that we send the right crew."
    ),
    "tick with an error": lambda: tick(
        words("I may decide for this address"),
        "may",
        error="Tick this, or ask the person on the bill to do it.",
    ),
    "every kind": _every_kind,
    "turned off": lambda: field(
        "Account number", "number", value="4410 0927", disabled=either(True, True, False)
    ),
}
