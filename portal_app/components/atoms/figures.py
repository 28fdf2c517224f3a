"""Figures in text: money, times, a meter, a line of steps."""

from typing import Any

import reflex as rx

from portal_app.components.draw import each, percent, styled, words


def money(text: Any) -> rx.Component:
    """An amount written out, kept on one line and in tabular figures."""
    return rx.el.b(text, class_name="strong num amount")


def moment(text: Any, iso: Any = "") -> rx.Component:
    """A time as people say it; `iso` is the same for machines."""
    if isinstance(iso, str) and not iso:
        return rx.el.span(text, class_name="at")
    return rx.el.time(text, date_time=iso, class_name="at")


def meter(share: Any, tone: Any = "", said: Any = "") -> rx.Component:
    """A thin bar from nought to 100 per cent; the words beside it say the same, `said` where none do."""
    named = (
        {"role": "img", "aria_label": said} if not isinstance(said, str) or said else {"aria_hidden": "true"}
    )
    return rx.el.div(
        rx.el.i(custom_attrs=styled(width=percent(share))),
        class_name=words("meter ", tone),
        **named,
    )


def steps_line(steps: Any, said: Any) -> rx.Component:
    """Stages as lengths: "past", "open" or "later" each; `said` names where it stands."""
    return rx.el.div(
        each(steps, lambda step: rx.el.i(class_name=step)),
        class_name="steps-line",
        role="img",
        aria_label=said,
    )


SAMPLES = {
    "money": lambda: rx.el.p("You owe ", money("$205.22"), " for July."),
    "meter": lambda: rx.el.div(rx.el.p("4.6 of 5 GB used"), meter(92, "attention"), class_name="stack tight"),
    "steps": lambda: rx.el.div(
        steps_line(("past", "past", "open", "later", "later"), "Stage 3 of 5: crew on the way"),
        class_name="urgent",
    ),
    "time": lambda: rx.el.p("Read ", moment("Tue 18 Aug, 06:00", "2026-08-18T06:00-05:00"), "."),
}
