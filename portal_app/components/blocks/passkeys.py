"""Passkeys: the buttons that make and use one, the list of one's own, and the offer to add one.

`passkeys.js` does what the buttons are marked for, before the page is live as well; it comes with the parts
that need it and with no other page. Where a browser cannot keep passkeys nothing of it is shown.
"""

from typing import Any, Literal

import reflex as rx

from portal_app.components.atoms.button import Intent, button, link_button
from portal_app.components.atoms.rows import row_list, row_words
from portal_app.components.atoms.surface import heard
from portal_app.components.blocks.fields import field
from portal_app.components.draw import when
from portal_app.components.icons import icon
from portal_app.shapes.passkeys import PasskeyRow

Use = Literal["sign-in", "second", "prove", "add"]


_HIDDEN = ":root:not([data-passkeys]) .passkeys, :root[data-passkeys] .no-passkeys { display: none }"


def _behind() -> rx.Component:
    """The script behind the buttons, which marks the document of a browser that can keep passkeys."""
    return rx.fragment(rx.el.style(_HIDDEN), rx.el.script(src="/passkeys.js", custom_attrs={"async": True}))


def passkey_button(
    text: Any, use: Use, intent: Intent = "secondary", *, wide: bool = True, low: bool = False, to: Any = ""
) -> rx.Component:
    """A button that asks this device for a passkey; what went wrong is said under it.

    `to` is where to go on afterwards; left out, it is the address's `next`.
    """
    asks = {"data-passkey": use} | ({"data-next": to} if not isinstance(to, str) or to else {})
    shown = rx.el.div(
        rx.el.div(button(text, intent, icon="key", wide=wide, low=low, custom_attrs=asks)),
        rx.el.p(
            class_name="passkey-said small",
            role="status",
            # The script's words, not the page's own.
            custom_attrs={"data-passkey-said": "", "suppressHydrationWarning": True},
        ),
        class_name="stack tight passkeys",
    )
    return rx.fragment(_behind(), shown)


def passkey_rows(
    rows: Any,
    *,
    renaming: Any,
    problem: Any,
    on_ask_rename: Any,
    on_rename: Any,
    on_keep: Any,
    on_remove: Any,
    empty: Any = "",
) -> rx.Component:
    """One's own passkeys, each to rename in its place or to remove; the handlers get its id."""

    def one(row: Any) -> rx.Component:
        shown = rx.fragment(
            rx.el.div(icon("key"), row_words(row.name, row.detail), class_name="row"),
            rx.el.div(
                button(rx.fragment("Rename", heard(" ", row.name)), low=True, on_click=on_ask_rename(row.id)),
                button(
                    rx.fragment("Remove", heard(" ", row.name)),
                    "danger",
                    low=True,
                    on_click=on_remove(row.id),
                ),
                class_name="row-act beside",
            ),
        )
        form = rx.el.form(
            field("Name of this passkey", "passkey-name", value=row.name, error=problem, maxLength=60),
            rx.el.div(
                button("Save the name", "primary", low=True, type="submit"),
                button("Leave it", low=True, on_click=on_keep),
                class_name="beside",
            ),
            on_submit=on_rename,
            class_name="stack row-act",
        )
        return when(renaming == row.id, form, shown)

    return row_list(rows, one, empty)


def passkey_offer(to: Any, *, on_page: bool = True) -> rx.Component:
    """After joining: add a passkey, so that next time one touch signs in; or go on without."""
    head = rx.el.h1 if on_page else rx.el.h2
    return rx.el.div(
        head("Next time, one touch"),
        rx.el.p(
            "Add a passkey and sign in with your finger, your face or the lock of this device. "
            "Nothing to remember, nothing to type.",
            class_name="meaning",
        ),
        passkey_button("Add a passkey", "add", "primary", to=to),
        rx.el.p(
            "This browser cannot keep passkeys. You can add one later, on your phone.",
            class_name="no-passkeys",
        ),
        link_button("Go on without", to, wide=True),
        class_name="stack loose",
    )


_PHONE = PasskeyRow("1", "Safari on iPhone", "Added Tue 10 Mar, last used Wed 11 Mar")
_LONG = PasskeyRow(
    "2", "Another device, by Chrome on Windows, in the reading room upstairs", "Added Tue 10 Mar"
)


def _sample(rows: tuple[PasskeyRow, ...], renaming: str = "", problem: str = "") -> rx.Component:
    return passkey_rows(
        rows,
        renaming=renaming,
        problem=problem,
        on_ask_rename=lambda _: rx.noop(),
        on_rename=rx.noop(),
        on_keep=rx.noop(),
        on_remove=lambda _: rx.noop(),
        empty="You have none yet.",
    )


SAMPLES = {
    "own passkeys": lambda: _sample((_PHONE, _LONG)),
    "renaming one": lambda: _sample((_PHONE,), "1", "Give it a name of 1 to 60 letters, such as “My phone”."),
    "no passkey": lambda: _sample(()),
    "the offer after joining": lambda: passkey_offer("/energy", on_page=False),
    "a button that asks the device": lambda: passkey_button("Use a passkey", "sign-in"),
}
