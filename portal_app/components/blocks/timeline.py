"""What has happened, newest first."""

from typing import Any

import reflex as rx

from portal_app.components.draw import each, when
from portal_app.shapes.status import Happening


def timeline(happenings: Any, dated: bool = False, empty: Any = "Nothing has happened yet.") -> rx.Component:
    """Each with its time; `dated` gives days and not only hours their room."""
    rows = rx.el.ol(
        each(happenings, _row), class_name="timeline long rows ruled" if dated else "timeline rows ruled"
    )
    return when(happenings, rows, rx.el.p(empty, class_name="quiet"))


def _row(happening: Any) -> rx.Component:
    reference = rx.fragment(" Reference\u00a0", rx.el.b(happening.reference, class_name="strong num"), ".")
    return rx.el.li(
        rx.el.span(happening.when, class_name="at"),
        rx.el.div(
            happening.text,
            when(happening.more, lambda: rx.fragment(" ", rx.el.span(happening.more, class_name="quiet"))),
            when(happening.reference, reference),
        ),
    )


TODAY = (
    Happening("13:31", "Crew 7 set off from Eastfield.", "Estimate moved from 15:00 to 15:40."),
    Happening("13:05", "Fault confirmed on the Mill Road line. 312 homes are without power."),
    Happening("12:50", "You reported it.", reference="OUT-20418"),
)

SAMPLES = {
    "today": lambda: timeline(TODAY),
    "over days": lambda: timeline(
        (
            Happening("Thu 20 Aug, 13:31", "Wilhelmina van Steenbergen-Ostrowska answered."),
            Happening(
                "Mon 17 Aug", "You asked for a payment plan over six months.", reference="REQ-2026-18842"
            ),
        ),
        dated=True,
    ),
    "nothing yet": lambda: timeline((), empty="Nothing has happened since you reported it at 12:50."),
}
