"""When is my power back: the place's outage with its stages, the map, what is planned; and reporting one."""

import reflex as rx

from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.link import link
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.action_bar import action_bar
from portal_app.components.blocks.choose import choose
from portal_app.components.blocks.facts import facts
from portal_app.components.blocks.fields import choice, field, switch
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.map import map_view
from portal_app.components.blocks.notice import notices
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.blocks.status_tracker import status_tracker
from portal_app.components.blocks.timeline import timeline
from portal_app.pages.energy.no_place import no_place
from portal_app.state.energy.outages import OpenReportState, OutagesState, ReportState


def _head() -> rx.Component:
    page = OutagesState.page
    places = choose(
        "Place", "place", page.premises, value=OutagesState.premise_id, on_change=OutagesState.choose_place
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h1(page.title),
            rx.el.p(page.meaning, class_name="meaning"),
            rx.cond(page.premises, places),
            class_name="stack",
        ),
        rx.cond(page.stages, rx.el.div(status_tracker(page.stages), class_name="block")),
        class_name="whole section stack loose",
    )


def _told() -> rx.Component:
    page = OutagesState.page
    return rx.el.div(
        rx.cond(page.happened, section(timeline(page.happened), title="What has happened")),
        rx.cond(page.facts, section(facts(page.facts), title="What we know")),
        section(
            switch(
                "Write to me about outages here",
                "watch",
                on=page.watching,
                on_change=OutagesState.watch_place,
                detail=page.watch_words,
            ),
            title="Stay told",
        ),
        class_name="col",
    )


def _around() -> rx.Component:
    page = OutagesState.page
    return rx.el.div(
        section(
            map_view(
                page.map,
                on_closer=OutagesState.closer,
                on_wider=OutagesState.wider,
                alone_opened=page.facts.length() == 0,
            ),
            title="In our area now",
        ),
        section(
            link_rows(page.planned, "No work is planned at this address.", reload=True),
            title="Planned work",
        ),
        rx.cond(page.promises, rx.el.p(page.promises, class_name="small quiet")),
        class_name="col",
    )


def outages() -> rx.Component:
    """The outage at one's own place first, then the area."""
    page = OutagesState.page
    return rx.cond(
        page.ready,
        rx.fragment(
            _head(),
            _told(),
            _around(),
            rx.cond(
                page.reported,
                rx.fragment(),
                action_bar(link_button("Report an outage", "/energy/outages/report", "primary", icon="bolt")),
            ),
        ),
        rx.cond(
            OutagesState.nowhere,
            no_place("Outages"),
            rx.fragment(headline_skeleton("Looking for outages"), rows_skeleton(4)),
        ),
    )


def report() -> rx.Component:
    """Two taps from anywhere: this page, and the button."""
    state = ReportState
    asked = rx.fragment(
        rx.cond(
            state.premises,
            choice(
                "Which place is dark?",
                "place",
                state.premises,
                value=state.premise_id,
                on_change=state.choose_place,
            ),
        ),
        choice(
            "How much of it is dark?",
            "extent",
            state.extents,
            value=state.extent,
            on_change=state.choose_extent,
        ),
        action_bar(
            button(
                rx.fragment("Report: no power at ", state.street),
                "primary",
                icon="bolt",
                on_click=state.report,
            ),
            says="We tell you when somebody looks at it.",
        ),
    )
    told = link_button("Follow it", "/energy/outages", "primary")
    head = rx.el.div(
        rx.el.h1(rx.cond(state.done.title, "Your report is in", "Report an outage")),
        notices(state.done),
        class_name="stack",
    )
    asks = rx.fragment(head, rx.cond(state.done.title, told, asked))
    return rx.cond(state.nowhere, no_place("Report an outage"), asks)


def _own() -> rx.Component:
    return rx.el.div(link("See the outage at your own address", "/energy/outages"))


def _sign_in() -> rx.Component:
    return rx.el.p(
        "Signing in shows the outage at your own address. ",
        rx.el.a("Sign in", href="/sign-in?next=/energy/outages"),
        class_name="quiet",
    )


def report_openly() -> rx.Component:
    """Reporting without signing in, and what is known already."""
    state = OpenReportState
    form = rx.el.form(
        field(
            "Account number or phone",
            "known_by",
            kind="tel",
            value=state.known_by,
            on_change=state.set_known_by,
            hint="The number on your bill, or the phone number we have for you.",
            error=state.problem,
            autocomplete="tel",
        ),
        button("Report an outage", "primary", icon="bolt", type="submit", wide=True),
        on_submit=state.report,
        class_name="stack",
    )
    return rx.fragment(
        rx.el.div(rx.el.h1("Report an outage"), notices(state.done), class_name="stack"),
        rx.cond(state.done.title, rx.fragment(), form),
        section(link_rows(state.news, "We know of no outage right now."), title="Outages we know of"),
        rx.match(state.signed_in, ("customer", _own()), ("staff", rx.fragment()), _sign_in()),
    )
