"""The status tracker: stages with their times, and who has the next move. No bare "In progress"."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.surface import heard
from portal_app.components.draw import each_numbered, either, live, pick, prose, when, words
from portal_app.components.icons import icon
from portal_app.shapes.status import Stage

_HEARD = {"past": ", done", "open": ", now", "later": ", not yet"}


def status_tracker(stages: Any, across: bool = True) -> rx.Component:
    """Stages down the side on phones and, with `across`, beside each other where there is room.

    Raises ValueError for a plain open stage that does not say since when, who has the next move and what it
    is, and for a past one without its time. A live stage that lacks them says so to the person.
    """
    if not live(stages):
        for stage in stages:
            _check(stage)
    return rx.el.div(
        rx.el.ol(each_numbered(stages, _stage), class_name="tracker across" if across else "tracker"),
        class_name="block",
    )


def _check(stage: Stage) -> None:
    if stage.state == "open" and not (stage.next_who and stage.next_what):
        raise ValueError(
            f'The open stage "{stage.label}" must say who has the next move, what it is and by when.'
        )
    if stage.state in ("open", "past") and not stage.when:
        raise ValueError(f'The stage "{stage.label}" must say when it was entered.')


def _stage(stage: Any, place: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            when(stage.state == "past", icon("check"), rx.fragment(words(place + 1))),
            class_name="dot",
            aria_hidden="true",
        ),
        rx.el.div(
            rx.el.p(stage.label, heard(pick(stage.state, _HEARD, "")), class_name="name"),
            rx.el.p(
                when(stage.when, rx.fragment(stage.when), _untimed(stage)),
                when(stage.detail, lambda: rx.fragment(rx.el.br(), stage.detail)),
                class_name="small quiet",
            ),
            when(stage.state == "open", lambda: _next(stage)),
        ),
        class_name=stage.state,
        custom_attrs={"aria-current": either(stage.state == "open", "step", "false")},
    )


def _untimed(stage: Any) -> rx.Component:
    return when(stage.state == "later", rx.fragment(), rx.fragment("We have no time for this stage."))


def _next(stage: Any) -> rx.Component:
    known = rx.el.p(rx.el.b("Next: ", stage.next_who), prose(stage.next_what), class_name="next")
    unknown = rx.el.p(
        rx.el.b("Next: not known yet"),
        "We cannot say yet who does the next step, or by when. Ask us and we find out.",
        class_name="next",
    )
    return when(stage.next_who, when(stage.next_what, known, unknown), unknown)


OUTAGE = (
    Stage("Reported", "past", "12:50 today", "You, and 4 neighbours"),
    Stage("Confirmed", "past", "13:05", "Fault on the Mill Road line"),
    Stage(
        "Crew on the way",
        "open",
        "Since 13:31",
        next_who="crew 7 at Brightwater",
        next_what="At the fault by 14:10. Rosa writes by 14:30, whatever they find.",
    ),
    Stage("Repair", "later", "Likely 14:10 to 15:30"),
    Stage("Power back", "later", "Most likely by 15:40", "8 of 10 by 17:00"),
)

SAMPLES = {
    "across": lambda: status_tracker(OUTAGE),
    "down the side": lambda: status_tracker(OUTAGE, across=False),
    "all done": lambda: status_tracker(
        (
            Stage("Asked for", "past", "Mon 10 Aug, 09:12"),
            Stage(
                "Checked", "past", "Tue 11 Aug, 15:40", "Wilhelmina van Steenbergen-Ostrowska at Brightwater"
            ),
            Stage("Connected", "past", "Thu 20 Aug, 08:05"),
        )
    ),
    "just begun, long words": lambda: status_tracker(
        (
            Stage(
                "Received by the Riverside Cooperative Housing Association",
                "open",
                "Since Thu 20 Aug, 08:05",
                next_who="Wilhelmina van Steenbergen-Ostrowska at the housing association",
                next_what="Signs the letter of authority by Mon 24 Aug, 17:00.",
            ),
            Stage("Meter changed", "later", "Likely the week of 31 August"),
        ),
        across=False,
    ),
}
