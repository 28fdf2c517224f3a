"""The operator's pages: the board, every outage, and running one of them."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.action_bar import action_bar
from portal_app.components.blocks.checklist import checklist
from portal_app.components.blocks.fields import choice, field, select_field, text_area, tick
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.blocks.status_tracker import status_tracker
from portal_app.components.blocks.timeline import timeline
from portal_app.components.draw import each, when
from portal_app.shapes.forms import Choice
from portal_app.state.energy.operator import BoardState, RunOutageState
from portal_app.state.session import SessionState

_AT_ONCE = 6
"""So many of the places an outage touches are listed at once, those on the medical list first."""

_LONG = 34
"""A fact with more letters takes the whole line."""

_CAUSES = tuple(
    Choice(word, word)
    for word in (
        "Equipment failure",
        "Tree contact",
        "Storm",
        "Vehicle hit a pole",
        "Animal contact",
        "Underground cable",
        "Damage by others",
        "Fire",
        "Planned work",
        "Under investigation",
    )
)


def _problem(name: str) -> Any:
    return rx.cond(SessionState.problem_field == name, SessionState.problem_text, "")


def _figures(counts: Any) -> rx.Component:
    return rx.el.dl(
        each(
            counts,
            lambda count: rx.el.div(
                rx.el.dt(count.title, class_name="small quiet"), rx.el.dd(count.end, class_name="big")
            ),
        ),
        class_name="facts",
    )


def _first() -> rx.Component:
    begin = section(
        rx.el.p("Your portal is ready. With these it is yours, in any order.", class_name="quiet"),
        checklist(BoardState.page.first),
        title="To begin with",
        stacked=True,
    )
    return rx.el.div(begin, class_name="whole")


def board() -> rx.Component:
    """What is out, who waits, the oldest promise first."""
    page = BoardState.page
    return rx.cond(
        page.ready,
        rx.fragment(
            rx.el.section(rx.el.h1("Right now"), _figures(page.counts), class_name="whole stack"),
            when(page.first, _first),
            section(
                link_rows(page.outages, "Everybody has power."),
                title="Outages, the nearest promise first",
            ),
            section(
                link_rows(page.requests, "Nobody is waiting for us."),
                title="Requests waiting for us, oldest first",
            ),
            action_bar(link_button("Post an outage", "/staff/energy/outages", "primary", icon="bolt")),
        ),
        rx.fragment(headline_skeleton("Loading the board"), rows_skeleton(4)),
    )


def _post() -> rx.Component:
    return section(
        rx.el.form(
            select_field(
                "Feeder",
                "feeder",
                RunOutageState.feeders,
                first="Choose a feeder",
                error=_problem("feeder"),
                hint="Or outline the area below.",
                optional=True,
            ),
            field("Area, as people there call it", "area", error=_problem("area")),
            select_field("Cause", "cause", _CAUSES, first="Not known yet", optional=True),
            field("Power back, most likely", "etr", kind="moment", optional=True, error=_problem("etr")),
            rx.el.details(
                rx.el.summary("Outline an area instead of a feeder"),
                text_area(
                    "Outline as GeoJSON polygon",
                    "polygon",
                    optional=True,
                    error=_problem("polygon"),
                    max_length=200000,
                ),
                class_name="more",
                open=_problem("polygon") != "",
            ),
            field(
                "What people read",
                "words",
                optional=True,
                hint="Left empty, it says what is confirmed and how many are touched.",
            ),
            tick("A major storm: promise no time by rule", "storm"),
            button("Post outage", "primary", icon="bolt", type="submit", wide=True),
            on_submit=RunOutageState.post,
            custom_attrs={"data-draft": "outage-post"},
            class_name="stack",
        ),
        title="Post an outage",
    )


def _work() -> rx.Component:
    return section(
        rx.el.form(
            select_field(
                "Feeder", "feeder", RunOutageState.feeders, first="Choose a feeder", error=_problem("feeder")
            ),
            field("Begins", "starts_at", kind="moment", error=_problem("starts_at")),
            field("Ends", "ends_at", kind="moment", error=_problem("ends_at")),
            field("What is done and why", "why", error=_problem("why")),
            button("Announce the work", type="submit", wide=True),
            on_submit=RunOutageState.announce,
            custom_attrs={"data-draft": "outage-work"},
            class_name="stack",
        ),
        title="Announce planned work",
    )


def _move() -> rx.Component:
    state, outage = RunOutageState, RunOutageState.outage
    return section(
        choice("What happened?", "event", outage.events, value=state.event, on_change=state.choose_event),
        rx.cond(
            state.event,
            rx.el.form(
                rx.cond(
                    state.event == "merge",
                    select_field("Join with", "into", outage.merge_into, first="Choose the larger outage"),
                ),
                field("Crew", "crew", optional=True),
                field("Who is next", "next_who", optional=True, hint="Such as crew 7 at Brightwater."),
                field("What they do", "next_what", optional=True, hint="Such as at the fault."),
                field("By when", "next_by", kind="moment", optional=True, error=_problem("next_by")),
                field("What people read", "words", optional=True),
                button("Make it so", "primary", type="submit", wide=True),
                on_submit=state.move,
                custom_attrs={"data-draft": rx.Var.create("outage-move:") + outage.id},
                class_name="stack",
            ),
        ),
        title="Take it one step on",
        stacked=True,
    )


def _estimate() -> rx.Component:
    return section(
        rx.el.form(
            field(
                "Power back, most likely",
                "etr",
                kind="moment",
                optional=True,
                error=_problem("etr"),
                hint="Left empty, the time is withdrawn.",
            ),
            field(
                "Because",
                "because",
                error=_problem("because"),
                hint="People read: moved from 15:00 to 15:40 because ...",
            ),
            button("Change the time", type="submit", wide=True),
            on_submit=RunOutageState.estimate,
            custom_attrs={"data-draft": rx.Var.create("outage-time:") + RunOutageState.outage.id},
            class_name="stack",
        ),
        title="Change the time power comes back",
    )


def _estimates() -> rx.Component:
    told = each(RunOutageState.outage.estimates, lambda words: rx.el.li(words, class_name="small"))
    return rx.el.details(
        rx.el.summary("Every time we gave"), rx.el.ul(told, class_name="stack tight"), class_name="more"
    )


def _others() -> rx.Component:
    touched = RunOutageState.outage.touched
    words = rx.fragment("Show the other ", touched.length() - _AT_ONCE)
    return rx.el.details(rx.el.summary(words), link_rows(touched[_AT_ONCE:]), class_name="more")


def _one() -> rx.Component:
    outage = RunOutageState.outage
    head = rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.span("Reference ", outage.reference, class_name="num"),
                badge_of(outage.standing),
                class_name="status-line",
            ),
            rx.el.h1(outage.title),
            class_name="stack tight",
        ),
        status_tracker(outage.stages),
        class_name="whole stack even",
    )
    known = rx.el.dl(
        each(
            outage.facts,
            lambda fact: rx.el.div(
                rx.el.dt(fact.title, class_name="small quiet"),
                rx.el.dd(rx.el.b(fact.end)),
                class_name=rx.cond(fact.end.length() > _LONG, "wide", ""),
            ),
        ),
        class_name="facts",
    )
    return rx.fragment(
        head,
        rx.el.div(_move(), _estimate(), class_name="col"),
        rx.el.div(
            section(known, title="What is known"),
            section(
                timeline(outage.happened, dated=True),
                rx.cond(outage.estimates, _estimates()),
                title="What has happened",
            ),
            section(
                timeline(outage.reports, dated=True, empty="Nobody has reported it here."), title="Reports"
            ),
            section(
                rx.el.p(outage.touched_words, class_name="quiet"),
                link_rows(outage.touched[:_AT_ONCE], "Nobody is connected there."),
                rx.cond(outage.touched.length() > _AT_ONCE, _others()),
                title="Who it touches",
            ),
            class_name="col",
        ),
    )


def outages() -> rx.Component:
    """One outage to run, or all that are on and the form that posts another."""
    state = RunOutageState
    every = rx.fragment(
        rx.el.section(rx.el.h1("Outages"), class_name="whole"),
        section(link_rows(state.board.outages, "Everybody has power."), title="On now"),
        rx.el.div(_post(), _work(), class_name="col"),
    )
    return rx.cond(state.board.ready, rx.cond(state.outage.id, _one(), every), rows_skeleton(5))
