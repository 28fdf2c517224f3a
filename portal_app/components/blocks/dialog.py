"""The dialog that asks once: it names the thing and the effect, and the way back has the focus.

It is the browser's own modal `dialog`: the rest of the page is inert, Escape closes it, focus stays inside.
It exists only while `opened`; a function at module level (no code is ever evaluated) shows it as it appears
and gives the focus back to where it was when it goes.
"""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.draw import each, when
from portal_app.components.icons import icon
from portal_app.shapes.forms import Effect

_SHOW = """
const showAsked = (sheet) => {
  if (!sheet) return;
  const cameFrom = document.activeElement;
  if (!sheet.open) sheet.showModal();
  const wayBack = sheet.querySelector("[data-way-back]");
  if (wayBack) wayBack.focus();
  return () => {
    if (sheet.open) sheet.close();
    if (cameFrom && cameFrom.isConnected) cameFrom.focus();
  };
};
"""


class AskedSheet(rx.el.Dialog):
    """A native dialog that opens as a modal when it appears."""

    on_cancel: rx.EventHandler[rx.event.no_args_event_spec]

    def add_custom_code(self) -> list[str]:
        """The function that shows the sheet and gives the focus back."""
        return [_SHOW]


def _effect(effect: Any) -> rx.Component:
    return rx.el.li(icon(effect.icon), rx.el.span(effect.text))


def sheet_inside(
    title: Any,
    effects: Any,
    *,
    act: Any,
    keep: Any,
    on_act: Any = None,
    on_keep: Any = None,
    danger: bool = True,
    name: str = "asked",
    body: rx.Component | None = None,
    waiting: Any = False,
) -> rx.Component:
    """What stands in the dialog: the question, what it will do, the act and the way back."""
    acting = {"on_click": on_act} if on_act is not None else {}
    keeping = {"on_click": on_keep} if on_keep is not None else {}
    return rx.el.div(
        rx.el.h2(title, custom_attrs={"id": f"{name}-title"}),
        rx.el.ul(each(effects, _effect), class_name="effects", custom_attrs={"id": f"{name}-effects"}),
        body or rx.fragment(),
        rx.el.div(
            button(act, "danger" if danger else "primary", wide=True, busy=waiting, **acting),
            button(keep, wide=True, custom_attrs={"data-way-back": "true"}, **keeping),
            class_name="stack dialog-acts",
        ),
        class_name="dialog-in",
    )


def dialog(
    opened: Any,
    title: Any,
    effects: Any,
    *,
    act: Any,
    on_act: Any,
    on_keep: Any,
    keep: Any = "Keep it",
    danger: bool = True,
    name: str = "asked",
    body: rx.Component | None = None,
    waiting: Any = False,
) -> rx.Component:
    """Ask once before something is removed or money moves.

    `title` names the thing and the day as a question, `effects` are three `Effect`s, `act` repeats the verb
    and the thing. `on_keep` also answers Escape, so it must set `opened` to False. Danger is red; money is
    primary.
    """

    def sheet() -> rx.Component:
        return AskedSheet.create(
            sheet_inside(
                title,
                effects,
                act=act,
                keep=keep,
                on_act=on_act,
                on_keep=on_keep,
                danger=danger,
                name=name,
                body=body,
                waiting=waiting,
            ),
            class_name="dialog",
            on_cancel=on_keep,
            custom_attrs={
                "ref": rx.Var("showAsked"),
                "aria-modal": "true",
                "aria-labelledby": f"{name}-title",
                "aria-describedby": f"{name}-effects",
            },
        )

    return when(opened, sheet)


def _drawn_open(inside: rx.Component, name: str) -> rx.Component:
    """The dialog as it looks, standing in the page: for the gallery."""
    return rx.el.div(
        inside,
        class_name="dialog in-page",
        custom_attrs={"role": "group", "aria-labelledby": f"{name}-title"},
    )


_STOP = (
    Effect("bolt", "Power at 12 Elm Street ends on Mon 31 August at midnight."),
    Effect("bill", "Your final bill comes by 8 September, about $96."),
    Effect("clock", "You can change your mind until Fri 28 August."),
)
_PAY = (
    Effect("bill", "$205.22 for July leaves your account ending 4471."),
    Effect("calendar", "Your bank shows it by Mon 24 August."),
    Effect("mail", "A receipt goes to maya@brightwater.example."),
)

SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "stop service": lambda: _drawn_open(
        sheet_inside(
            "Stop service at 12 Elm Street on 31 August?",
            _STOP,
            act="Stop service at 12 Elm Street",
            keep="Keep my service",
            name="sample-stop",
        ),
        "sample-stop",
    ),
    "pay": lambda: _drawn_open(
        sheet_inside(
            "Pay $205.22 for July?", _PAY, act="Pay $205.22", keep="Not now", danger=False, name="sample-pay"
        ),
        "sample-pay",
    ),
}
