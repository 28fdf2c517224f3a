"""The band at the very top of a page: one urgent fact with its next step."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.figures import steps_line
from portal_app.components.atoms.link import link
from portal_app.components.draw import when, words
from portal_app.components.icons import tone_icon
from portal_app.shapes.status import Alert


def banner(alert: Any) -> rx.Component:
    """The alert, over the full width; nothing when there is none."""
    return when(alert.shown, lambda: _band(alert))


def _band(alert: Any) -> rx.Component:
    told = rx.el.div(
        rx.el.p(tone_icon(alert.tone), alert.kind, class_name="kind"),
        when(alert.title, lambda: rx.el.p(alert.title, class_name="title")),
        when(alert.text, lambda: rx.el.p(alert.text, class_name="small")),
        class_name="stack tight",
    )
    standing = rx.el.p(
        when(alert.stage, lambda: rx.el.b(alert.stage, class_name="strong")),
        when(alert.since, lambda: rx.fragment(" ", alert.since)),
        when(alert.next, lambda: rx.fragment(rx.el.br(), alert.next)),
        class_name="small",
    )
    on = rx.el.div(
        when(alert.steps, lambda: steps_line(alert.steps, alert.steps_said)),
        rx.el.div(
            standing,
            when(alert.link_text, lambda: link(alert.link_text, alert.link_to)),
            class_name="apart middle",
        ),
        class_name="stack tight",
    )
    return rx.el.section(
        rx.el.div(told, on, class_name="over-in"),
        class_name=words("over ", alert.tone),
        aria_label=alert.kind,
    )


OUTAGE = Alert(
    shown=True,
    tone="urgent",
    kind="Power is out at 12 Elm Street",
    title="Back by 15:40, most likely",
    text="8 of 10 like this were back by 17:00.",
    stage="Crew on the way",
    since="since 13:31.",
    next="Next: crew 7, at the fault by 14:10.",
    steps=("past", "past", "open", "later", "later"),
    steps_said="Stage 3 of 5: crew on the way",
    link_text="Follow it",
    link_to="/energy/outages",
)

SAMPLES = {
    "outage": lambda: banner(OUTAGE),
    "planned work, long names": lambda: banner(
        Alert(
            shown=True,
            tone="attention",
            kind="Planned work on Wilhelmina-van-Steenbergen Boulevard, numbers 1180 to 1264",
            title="Power is off on Thursday 27 August from 09:00 to 11:30",
            text="We replace a transformer. Gas stays on.",
            link_text="Remind me the evening before",
            link_to="/energy/outages",
        )
    ),
    "nothing to say": lambda: rx.el.div(banner(Alert())),
}
