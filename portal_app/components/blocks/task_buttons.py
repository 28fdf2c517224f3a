"""The three top tasks of a home: the first is filled and carries its figure."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.link import anchor
from portal_app.components.draw import each, either, when
from portal_app.components.icons import icon
from portal_app.shapes.tasks import TaskButton


def task_buttons(tasks: Any) -> rx.Component:
    """Up to three things to do, one tap away; all are real links."""
    return rx.el.div(each(tasks, _task), class_name="tasks", role="group", aria_label="What you can do")


def _task(task: Any) -> rx.Component:
    figure = rx.el.span(when(task.figure, lambda: rx.el.b(task.figure)), task.says, class_name="says")
    return anchor(
        icon(task.icon),
        rx.el.span(task.label),
        when(either(task.figure, task.figure, task.says), figure),
        href=task.link_to,
        class_name=either(task.primary, "button primary", "button"),
    )


THREE = (
    TaskButton("Pay my bill", "/energy/pay", "bill", "$205.22", "due Mon 24 Aug", primary=True),
    TaskButton("See why it is high", "/energy/usage", "usage"),
    TaskButton("Report an outage", "/energy/outages/report", "bolt"),
)

SAMPLES = {
    "three": lambda: task_buttons(THREE),
    "long words": lambda: task_buttons(
        (
            TaskButton(
                "Pay all three bills together", "/energy/pay", "bill", "$12,840.66", "due Mon 24 Aug", True
            ),
            TaskButton("Compare what each of my premises used", "/energy/usage", "usage"),
            TaskButton("Report an outage at one of my premises", "/energy/outages/report", "bolt"),
        )
    ),
    "nothing to pay": lambda: task_buttons(
        (
            TaskButton("Pay my bill", "/energy/billing", "bill", says="nothing to pay", primary=True),
            *THREE[1:],
        )
    ),
}
