"""What is said after an action or on trouble: what happened, what comes next, a reference."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.link import link
from portal_app.components.draw import prose, when, words
from portal_app.components.icons import tone_icon
from portal_app.shapes.status import Notice


def notice(said: Any, on_dismiss: Any = None, *children: rx.Component) -> rx.Component:
    """One notice. It stays until the person dismisses it; `children` are what they can do about it."""
    shut = (
        [rx.el.button("Dismiss", class_name="shut", type="button", on_click=on_dismiss)]
        if on_dismiss is not None
        else []
    )
    return rx.el.div(
        tone_icon(said.tone),
        rx.el.div(
            rx.el.p(said.title, class_name="title"),
            when(said.text, lambda: rx.el.p(prose(said.text))),
            when(
                said.reference,
                lambda: rx.el.p("Reference ", rx.el.b(said.reference, class_name="strong num"), "."),
            ),
            *children,
            when(said.link_text, lambda: link(said.link_text, said.link_to)),
            class_name="grow stack tight",
        ),
        *shut,
        class_name=words("notice ", said.tone),
    )


def notices(said: Any, on_dismiss: Any = None) -> rx.Component:
    """The place where notices are spoken and shown; always on the page, so screen readers listen to it."""
    shown = when(said.title, lambda: notice(said, on_dismiss))
    return rx.el.div(shown, role="status", aria_live="polite")


PAID = Notice(
    title="Paid: $205.22 for July",
    text="Your bank shows it by Mon 24 Aug.",
    tone="good",
    reference="PAY-88317",
)

SAMPLES = {
    "done": lambda: notices(PAID),
    "to look at": lambda: notice(
        Notice(
            "Your card ends in September",
            "Autopay uses it on 23 September.",
            "attention",
            link_text="Change my card",
            link_to="/energy/account",
        )
    ),
    "trouble": lambda: notice(
        Notice(
            "The photo did not arrive",
            "The connection broke at 60 %. Your photo and reading are still here.",
            "urgent",
        )
    ),
    "long words": lambda: notice(
        Notice(
            "Sent to Wilhelmina van Steenbergen-Ostrowska at the Riverside Cooperative Housing Association",
            "She answers by Thu 27 Aug, 14:00.",
            "info",
            reference="REQ-2026-0000018842",
        )
    ),
    "nothing said": lambda: notices(Notice()),
}
