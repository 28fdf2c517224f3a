"""Requests for the utility's own people: who waits, and the next step of one."""

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import button
from portal_app.components.atoms.link import link
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.empty import empty
from portal_app.components.blocks.fields import choice, field, select_field, text_area, wrong
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.skeleton import rows_skeleton
from portal_app.components.blocks.status_tracker import status_tracker
from portal_app.components.blocks.timeline import timeline
from portal_app.pages.energy.requests import facts_list
from portal_app.pages.page import Page
from portal_app.shapes.forms import Effect, Help
from portal_app.state.energy.staff_requests import StaffRequestsState as State
from portal_app.state.session import SessionState


def _wrong(name: str) -> rx.Var:
    return rx.cond(SessionState.problem_field == name, SessionState.problem_text, "")


def _step() -> rx.Component:
    page = State.page
    dated = field("Day", "day", kind="date", value=page.day, error=_wrong("day"), min=page.earliest)
    connected = rx.el.div(
        select_field("Feeder", "feeder", page.feeders, first="As at this street before", optional=True),
        field(
            "Meter number",
            "meter",
            optional=True,
            maxLength=40,
            hint="Leave it out where the meter comes later.",
        ),
        class_name="stack",
    )
    form = rx.el.form(
        choice(
            "What happened?",
            "event",
            page.events,
            value=State.chosen,
            on_change=State.choose_event,
            error=_wrong("event"),
        ),
        rx.cond(State.chosen == "schedule", dated),
        rx.cond((State.chosen == "finish") & page.needs_connection, connected),
        *(wrong(name, _wrong(name)) for name in ("start", "stop", "slot")),
        text_area(
            "Words for the customer",
            "words",
            value=State.words,
            on_change=State.set_words,
            error=_wrong("words"),
            hint="They read it as it stands.",
            optional=True,
            max_length=400,
        ),
        button("Take this step", "primary", type="submit"),
        on_submit=State.take,
        custom_attrs={"data-draft": rx.Var.create("staff-request:") + page.id},
        class_name="stack",
    )
    effects = (
        Effect("mail", "The customer is told at once, with your words."),
        Effect("clock", "It cannot be taken up again; they would ask anew."),
    )
    asked = dialog(
        State.asking,
        rx.fragment("Cancel: ", page.title, "?"),
        effects,
        act="Cancel this request",
        on_act=State.cancel,
        on_keep=State.keep,
        keep="Keep it",
        name="staff-cancel",
    )
    # A key for each request, so that nothing typed for one stays behind in the next one's fields.
    return section(rx.el.div(form, asked, key=page.id), title="The next step")


def _one() -> rx.Component:
    page = State.page
    return rx.fragment(
        rx.el.section(
            rx.el.div(
                rx.el.span("Reference ", page.reference, class_name="num"),
                badge_of(page.standing),
                class_name="status-line",
            ),
            rx.el.h1(page.title),
            class_name="stack tight whole",
        ),
        rx.el.div(
            section(status_tracker(page.stages, across=False), title="Where it stands"),
            rx.cond(page.events, _step()),
            class_name="col",
        ),
        rx.el.div(
            section(facts_list(page.facts), title="What is asked for"),
            rx.cond(
                page.pair_words,
                section(
                    rx.el.p(page.pair_words),
                    rx.cond(page.alone_words, rx.el.p(page.alone_words, class_name="meaning")),
                    link("Open the other half", page.pair_to),
                    title="The move",
                ),
            ),
            section(timeline(page.happened, dated=True), title="What has happened"),
            class_name="col",
        ),
    )


def requests() -> rx.Component:
    """The oldest promise first; a tap opens it with every step that is possible."""
    waiting = rx.el.div(
        section(
            rx.cond(
                State.rows,
                link_rows(State.rows),
                empty("Nothing waits for us", "New requests come in here by themselves.", "check"),
            ),
            title="Requests that wait",
        ),
        class_name="whole",
    )
    shown = rx.cond(
        State.page.ready,
        rx.fragment(_one(), waiting),
        rx.fragment(rx.el.h1("Requests", class_name="whole"), waiting),
    )
    return rx.cond(State.ready, shown, rows_skeleton(6))


PAGES_STAFF_REQUESTS = (
    Page(
        "/requests",
        "Requests",
        requests,
        load=State.load,
        needs="request.handle",
        layout="even",
        who="staff",
        guide=Help(
            "Help with requests",
            (
                "The list is ordered by what was promised first; what is overdue is marked. Requests that "
                "wait for the customer stand at its end.",
                "Each step is noted with your name; the customer sees it within seconds and gets word.",
                "Half of a move cannot go on while its other half was cancelled, until the customer says so.",
            ),
        ),
    ),
)
