"""A dialog that holds a form: a few fields, the act, the way back; Escape closes it."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.blocks.dialog import AskedSheet
from portal_app.components.blocks.fields import field
from portal_app.components.draw import live, when


def form_dialog(
    opened: Any,
    title: Any,
    *fields: Any,
    act: Any,
    keep: Any = "Not now",
    on_send: Any = None,
    on_keep: Any = None,
    name: str = "form",
    says: Any = "",
    native: dict[str, Any] | None = None,
    danger: bool = False,
    draft: Any = "",
) -> rx.Component:
    """Ask a few things in one place; `on_send` gets the form, `on_keep` also answers Escape.

    `native` sends it as the browser's own form instead: {"method": "post", "action": "/auth/..."}.
    `draft` is the name under which what is typed is kept until it is sent.
    """

    def sheet() -> rx.Component:
        return AskedSheet.create(
            form_inside(
                title, *fields, act=act, keep=keep, on_send=on_send, on_keep=on_keep, name=name, says=says,
                native=native, danger=danger, draft=draft,
            ),
            class_name="dialog",
            on_cancel=on_keep,
            custom_attrs={
                "ref": rx.Var("showAsked"), "aria-modal": "true", "aria-labelledby": f"{name}-title"
            },
        )  # fmt: skip

    return when(opened, sheet)


def form_inside(
    title: Any,
    *fields: Any,
    act: Any,
    keep: Any,
    on_send: Any = None,
    on_keep: Any = None,
    name: str = "form",
    says: Any = "",
    native: dict[str, Any] | None = None,
    danger: bool = False,
    draft: Any = "",
) -> rx.Component:
    """What stands in the dialog: what is asked, its fields, the act and the way back."""
    keeping = {"on_click": on_keep} if on_keep is not None else {}
    sent = {**native, "on_submit": None} if native else {"on_submit": on_send} if on_send is not None else {}
    if live(draft) or draft:
        sent["custom_attrs"] = {"data-draft": draft}
    return rx.el.form(
        rx.el.h2(title, custom_attrs={"id": f"{name}-title"}),
        when(says, lambda: rx.el.p(says, class_name="quiet")),
        rx.el.div(*fields, class_name="stack"),
        rx.el.div(
            button(act, "danger" if danger else "primary", wide=True, type="submit"),
            button(keep, wide=True, **keeping),
            class_name="stack dialog-acts",
        ),
        class_name="dialog-in",
        **sent,
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "one field": lambda: rx.el.div(
        form_inside(
            "Look as Wilhelmina van Steenbergen-Ostrowska",
            field("Why do you look?", "sample-why", hint="A case number, or what they asked."),
            act="Begin to look",
            keep="Not now",
            name="sample-form",
        ),
        class_name="dialog in-page",
        custom_attrs={"role": "group", "aria-labelledby": "sample-form-title"},
    ),
}
