"""The end of a session on the page: the warning with "Stay signed in", and what covers the page after it.

Both are the browser's own modal dialogs; `assets/stay.js` opens them by the server's clock, fills in the time
and leads on. While the page is covered, nothing of it can be seen or reached.
"""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.link import anchor


def _sign_out() -> rx.Component:
    return rx.el.form(
        button("Sign out now", wide=True, type="submit"),
        method="post",
        action="/auth/sign-out",
        on_submit=None,
    )


def _warning(name: str = "stay", at: str = "", *, last: bool = False) -> rx.Component:
    return rx.el.div(
        rx.el.h2(
            "You will be signed out at ",
            rx.el.span(at, custom_attrs={"id": f"{name}-at"}),
            custom_attrs={"id": f"{name}-title"},
        ),
        rx.el.div(
            rx.el.p(
                "Nothing was done here for a while. What you typed is kept.",
                custom_attrs={"id": f"{name}-why"},
                hidden=last,
            ),
            rx.el.p(
                "For your safety everybody signs in again after twelve hours. What you typed is kept.",
                custom_attrs={"id": f"{name}-last"},
                hidden=not last,
            ),
            custom_attrs={"id": f"{name}-says"},
        ),
        rx.el.div(
            button("Stay signed in", "primary", wide=True, custom_attrs={"id": f"{name}-on"}, hidden=last),
            _sign_out(),
            class_name="stack dialog-acts",
        ),
        class_name="dialog-in",
    )


def _cover(name: str = "over", why: str = "") -> rx.Component:
    def only(when: str) -> dict[str, Any]:
        return {"custom_attrs": {"data-when": when}, "hidden": bool(why) and why != when}

    return rx.el.div(
        rx.el.h2(
            rx.el.span("You are signed out", **only("ended")),
            rx.el.span("What you may do here has changed", **only("changed")),
            rx.el.span("One thing first: your second step", **only("step")),
            custom_attrs={"id": f"{name}-title"},
        ),
        rx.el.div(
            rx.el.p("Sign in again and you are back here. What you typed is kept.", **only("ended")),
            rx.el.p("Go on to see what is open to you now. What you typed is kept.", **only("changed")),
            rx.el.p(
                "Your company asks everybody for one now. It takes about a minute; what you typed is kept.",
                **only("step"),
            ),
            custom_attrs={"id": f"{name}-says"},
        ),
        rx.el.div(
            anchor(
                "Sign in again",
                href="/sign-in",
                reload=True,
                class_name="button primary wide",
                **only("ended"),
            ),
            anchor("Go on", href="/", reload=True, class_name="button primary wide", **only("changed")),
            anchor(
                "Set it up",
                href="/second-step",
                reload=True,
                class_name="button primary wide",
                **only("step"),
            ),
            class_name="stack dialog-acts",
        ),
        class_name="dialog-in",
    )


def _sheet(inside: rx.Component, name: str, **attributes: Any) -> rx.Component:
    return rx.el.dialog(
        inside,
        class_name="dialog",
        custom_attrs={
            "id": name,
            "role": "alertdialog",
            "aria-modal": "true",
            "aria-labelledby": f"{name}-title",
            "aria-describedby": f"{name}-says",
            **attributes,
        },
    )


def stay(why: Any = "") -> rx.Component:
    """Both dialogs of a page for people who are signed in; `why` is "", "ended", "changed" or "step".

    With "look <n>" nothing is covered: the page asks anew how long its session lasts.
    """
    return rx.fragment(_sheet(_warning(), "stay"), _sheet(_cover(), "over", **{"data-why": why}))


def _in_page(inside: rx.Component) -> rx.Component:
    return rx.el.div(inside, class_name="dialog in-page")


SAMPLES = {
    "two minutes before": lambda: _in_page(_warning("soon", "10:42 AM")),
    "twelve hours are over": lambda: _in_page(_warning("last", "9:30 PM", last=True)),
    "signed out": lambda: _in_page(_cover("gone", "ended")),
    "rights changed": lambda: _in_page(_cover("other", "changed")),
    "a second step is asked for": lambda: _in_page(_cover("enrol", "step")),
}
