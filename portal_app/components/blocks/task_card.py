"""A thing to act on: what it is, by when, one action."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import link_button
from portal_app.components.blocks.progress import progress
from portal_app.components.draw import each, prose, when
from portal_app.shapes.status import Badge
from portal_app.shapes.tasks import Progress, TaskCard


def task_card(task: Any, *more: rx.Component) -> rx.Component:
    """One card with its one action; `more` stands between the words and the action."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(task.title),
            when(task.badge.text, lambda: badge_of(task.badge)),
            class_name="apart middle",
        ),
        when(task.text, lambda: rx.el.p(prose(task.text))),
        when(task.progress.words, lambda: progress(task.progress)),
        *more,
        when(
            task.action,
            lambda: rx.el.div(link_button(task.action, task.link_to, low=True), class_name="beside"),
        ),
        class_name="card",
    )


def task_cards(tasks: Any) -> rx.Component:
    """Cards beside each other where there is room."""
    return rx.el.div(each(tasks, task_card), class_name="cards")


READ = TaskCard(
    "t1",
    "Read your meter",
    "We need the five black digits by Mon 31 August; without them August is estimated.",
    Badge("Due in 11 days", "info"),
    "Send a photo",
    "/energy/reading",
)
SETTING_UP = TaskCard(
    "t2",
    "Move in at Wilhelmina-van-Steenbergen Boulevard 1180",
    "",
    Badge("Our turn"),
    "See what is left",
    "/energy/moving",
    Progress(2, 1, 1, "2 of 4 done,", "1 waiting for us"),
)

SAMPLES = {
    "one": lambda: task_card(READ),
    "with progress, long words": lambda: task_card(SETTING_UP),
    "two": lambda: task_cards((READ, SETTING_UP)),
    "no action": lambda: task_card(
        TaskCard("t3", "Refund on its way", "$14.20 reach your bank by Wed 26 Aug.", Badge("Sent", "good"))
    ),
}
