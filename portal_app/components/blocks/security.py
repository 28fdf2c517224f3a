"""How somebody signs in: second steps and devices as rows, and what is shown to them once."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.rows import row_list, row_words
from portal_app.components.atoms.surface import heard
from portal_app.components.draw import when
from portal_app.components.icons import icon
from portal_app.shapes.security import DeviceRow, FactorRow


def factor_rows(rows: Any, on_remove: Any, empty: Any = "", picture: str = "phone") -> rx.Component:
    """Second steps, each with a way to remove it; the handler gets its id."""
    return row_list(rows, lambda row: _factor(row, on_remove, picture), empty)


def _factor(row: Any, on_remove: Any, picture: str) -> rx.Component:
    return rx.el.div(
        icon(picture),
        row_words(row.name, row.detail),
        button(rx.fragment("Remove", heard(" ", row.name)), "danger", low=True, on_click=on_remove(row.id)),
        class_name="row",
    )


def device_rows(rows: Any, on_end: Any) -> rx.Component:
    """Where somebody is signed in; "Sign out there" beside every device but this one."""
    return row_list(rows, lambda row: _device(row, on_end))


def _device(row: Any, on_end: Any) -> rx.Component:
    here = rx.el.span("This one", class_name="strong small")
    there = button(
        rx.fragment("Sign out there", heard(": ", row.device, ", ", row.place)),
        low=True,
        on_click=on_end(row.id),
    )
    return rx.el.div(
        row_words(row.device, rx.fragment(row.place, rx.el.br(), row.times)),
        when(row.here, here, there),
        class_name="row",
    )


def scan(source: Any) -> rx.Component:
    """A QR code to point another device's camera at; on white, whatever the shade of the page."""
    return rx.el.div(
        rx.el.img(
            src=source, alt="The picture to scan with your authenticator app", width="240", height="240"
        ),
        class_name="scan",
    )


def typed_out(place: str, label: Any, hint: Any = "", **value: Any) -> rx.Component:
    """A text to type over or paste elsewhere, whole to be seen, with the button that copies it.

    `value` is its text; a secret comes without, is put into its place by name and never kept on the page.
    """
    return rx.el.div(
        rx.el.label(label, html_for=place),
        when(hint, lambda: rx.el.span(hint, class_name="hint", custom_attrs={"id": f"{place}-hint"})),
        rx.el.textarea(
            id=place,
            rows="2",
            read_only=True,
            spell_check=False,
            class_name="control typed",
            custom_attrs={"autoComplete": "off", **({"aria-describedby": f"{place}-hint"} if hint else {})},
            **value,
        ),
        rx.el.div(copies(place), class_name="beside no-print"),
        class_name="field",
    )


def copies(place: str) -> rx.Component:
    """The button that copies what stands in a place, and where it says that it did."""
    return rx.fragment(
        button("Copy", icon="list", low=True, custom_attrs={"data-copies": place}),
        rx.el.span(role="status", class_name="small act-said", custom_attrs={"data-said-of": place}),
    )


def shown_once(place: str, label: Any, gone: str) -> rx.Component:
    """Lines that are shown once, to copy, to print or to write down; `gone` is said when they are gone."""
    return rx.el.div(
        rx.el.div(
            rx.el.label(label, html_for=place),
            rx.el.textarea(
                id=place,
                rows="10",
                read_only=True,
                spell_check=False,
                placeholder=gone,
                class_name="control typed codes",
                custom_attrs={"autoComplete": "off"},
            ),
            class_name="field",
        ),
        rx.el.div(
            button("Print", icon="print", low=True, custom_attrs={"data-prints": "true"}),
            copies(place),
            class_name="beside no-print",
        ),
        class_name="stack tight",
    )


PHONE = FactorRow("1", "Authenticator app", "Added Tue 10 Mar, last used Wed 11 Mar")
DEVICES = (
    DeviceRow(
        "1", "Safari on iPhone", "Internet address 203.0.113.9", "Since 08:58, last seen now", here=True
    ),
    DeviceRow(
        "2",
        "Firefox on Windows",
        "Internet address 2001:db8:85a3:8d3:1319:8a2e:370:7348",
        "Since Tue 10 Mar, 21:14, last seen Wed 11 Mar, 07:02",
    ),
)

SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "second steps": lambda: factor_rows((PHONE,), lambda _: rx.noop()),
    "no second step": lambda: factor_rows((), lambda _: rx.noop(), "You have none yet."),
    "devices": lambda: device_rows(DEVICES, lambda _: rx.noop()),
    "a picture to scan": lambda: scan("/icon.svg"),
    "a secret to type over": lambda: typed_out("sample-secret", "Or type this into the app"),
    "an address to paste": lambda: typed_out(
        "sample-back", "Redirect address", value="https://portal.example/auth/sign-on/back/brightwater"
    ),
    "codes shown once": lambda: shown_once("sample-codes", "Your recovery codes", "They were shown once."),
}
