"""Moving, one request with its stages, sending a reading."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.link import act, link
from portal_app.components.atoms.surface import card, section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.empty import not_there
from portal_app.components.blocks.fields import choice, field, text_area
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.blocks.slots import slots
from portal_app.components.blocks.status_tracker import status_tracker
from portal_app.components.blocks.timeline import timeline
from portal_app.components.blocks.upload import upload
from portal_app.components.blocks.wizard import wizard
from portal_app.components.draw import prose, words
from portal_app.components.icons import icon
from portal_app.pages.page import Page
from portal_app.state.energy.requests import MoveState, ReadingState, RequestState
from portal_app.state.session import SessionState

_PHOTOS = "image/jpeg,image/png,image/webp"


def _wrong(name: str) -> Any:
    """What is wrong with a field, while the last refusal was about it."""
    return rx.cond(SessionState.problem_field == name, SessionState.problem_text, "")


def _fact(row: Any) -> rx.Component:
    told = rx.el.span(
        row.title, rx.cond(row.detail, rx.el.span(row.detail, class_name="small quiet")), class_name="grow"
    )
    return rx.el.li(rx.el.div(told, rx.el.span(row.end, class_name="strong end"), class_name="row"))


def facts_list(rows: Any) -> rx.Component:
    """Plain facts in rows that lead nowhere."""
    return rx.el.ul(rx.foreach(rows, _fact), class_name="rows ruled")


def _pick(name: str) -> rx.Component:
    page = MoveState.page
    return choice(page.title, name, page.choices, value=page.value, error=_wrong(name), heard_only=True)


def _day(label: str, name: str) -> rx.Component:
    page = MoveState.page
    return field(
        label, name, kind="date", value=page.day, error=_wrong(name), min=page.earliest, max=page.latest
    )


def _address() -> rx.Component:
    page = MoveState.page
    return rx.el.div(
        field(
            "Street and house number",
            "street",
            kind="address",
            value=page.street,
            error=_wrong("street"),
            maxLength=120,
        ),
        field("Town", "city", autocomplete="address-level2", value=page.city, optional=True, maxLength=80),
        field(
            "Postcode",
            "postcode",
            kind="postcode",
            value=page.postcode,
            error=_wrong("postcode"),
            maxLength=16,
        ),
        class_name="stack",
    )


def _forwarding() -> rx.Component:
    return field(
        "Address for the final bill",
        "forwarding_address",
        kind="address",
        value=MoveState.page.value,
        error=_wrong("forwarding_address"),
        maxLength=200,
    )


def _review() -> rx.Component:
    page = MoveState.page
    return rx.el.div(
        facts_list(page.review),
        rx.cond(page.seam, rx.el.p(page.seam, class_name="meaning")),
        class_name="stack",
    )


def _answer() -> rx.Component:
    # Each question has a key of its own, so that no answer stays behind in the next one's field.
    drawn = {
        "kind": _pick("kind"),
        "premise": _pick("premise"),
        "power": _pick("power"),
        "supply": _pick("supply"),
        "stop": _day("Last day at the old place", "stop"),
        "start": _day("First day", "start"),
        "address": _address(),
        "forwarding": _forwarding(),
        "review": _review(),
    }
    return rx.match(
        MoveState.page.question,
        *((name, rx.el.div(one, key=name)) for name, one in drawn.items()),
        rx.fragment(),
    )


def _sending(*, danger: bool) -> rx.Component:
    """Asked once before anything is sent: red where service only ends."""
    state, page = MoveState, MoveState.page
    return dialog(
        state.asking,
        page.ask_title,
        page.ask_effects,
        act=page.ask_act,
        on_act=state.send,
        on_keep=state.keep,
        keep="Not yet",
        danger=danger,
        name="move-asked",
    )


def move() -> rx.Component:
    """Start, stop or move service: one question a screen, kept at each step."""
    state, page = MoveState, MoveState.page
    form = rx.el.div(
        rx.el.h1("Move, start or stop service"),
        rx.el.div(
            wizard(
                page.progress,
                page.title,
                _answer(),
                on_next=state.answer,
                on_back=state.back,
                hint=page.hint,
                next_label=page.next_label,
            ),
            custom_attrs={"data-draft": rx.Var.create("move:") + page.question},
        ),
        rx.cond(page.kind, rx.el.p(act("Put this form away", state.drop), class_name="small")),
        rx.cond(page.kind == "stop", _sending(danger=True), _sending(danger=False)),
        class_name="stack loose",
    )
    return rx.cond(page.ready, form, rx.fragment(headline_skeleton("Opening the form"), rows_skeleton(3)))


def _change_day() -> rx.Component:
    state, page = RequestState, RequestState.page
    day = rx.match(
        page.kind,
        (
            "stop",
            field(
                "New last day", "stop", kind="date", value=page.day, error=_wrong("stop"), min=page.earliest
            ),
        ),
        (
            "start",
            field(
                "New first day",
                "start",
                kind="date",
                value=page.day,
                error=_wrong("start"),
                min=page.earliest,
            ),
        ),
        slots(
            "Free times",
            "slot",
            page.slots,
            value=page.slot,
            error=_wrong("slot"),
            empty="No time is free.",
            dated=True,
        ),
    )
    form = rx.el.form(
        day,
        rx.el.div(
            button("Take this day", "primary", type="submit"),
            button("Leave it as it is", on_click=state.choose_day),
            class_name="beside",
        ),
        on_submit=state.reschedule,
        class_name="stack",
    )
    closed = button("Choose another day", icon="calendar", on_click=state.choose_day)
    return rx.cond(state.picking, section(form, title="Another day"), closed)


def _asked() -> rx.Component:
    form = rx.el.form(
        rx.el.p(RequestState.page.question, class_name="meaning"),
        text_area("Your answer", "answer", error=_wrong("answer"), max_length=400),
        button("Send my answer", "primary", type="submit"),
        on_submit=RequestState.answer,
        custom_attrs={"data-draft": rx.Var.create("request:") + RequestState.page.id},
        class_name="stack",
    )
    return card(form, title="We need something from you")


def _alone() -> rx.Component:
    return card(
        rx.el.p(RequestState.page.alone_question),
        rx.el.div(
            button("Yes, go ahead", "primary", on_click=RequestState.go_on_alone),
            button("No, cancel it too", "danger", on_click=RequestState.stop_too),
            class_name="beside",
        ),
        title="Please decide",
    )


def _cancelling() -> rx.Component:
    state, page = RequestState, RequestState.page
    others = rx.cond(
        page.other_question,
        choice(
            page.other_question,
            "other",
            page.others,
            value=state.other,
            on_change=state.choose_other,
            error=_wrong("other"),
        ),
    )
    return rx.fragment(
        button(page.cancel_act, "danger", on_click=state.ask_cancel),
        dialog(
            state.asking,
            page.cancel_title,
            page.cancel_effects,
            act=page.cancel_act,
            on_act=state.cancel,
            on_keep=state.keep,
            keep="Keep it",
            body=others,
            name="cancel-asked",
        ),
    )


def request() -> rx.Component:
    """Where a request stands, since when, whose turn it is, by when; and what one may change."""
    page = RequestState.page
    head = rx.el.section(
        rx.el.div(
            rx.el.span("Reference ", page.reference, class_name="num"),
            badge_of(page.standing),
            class_name="status-line",
        ),
        rx.el.h1(page.title),
        rx.el.p(prose(page.meaning), class_name="meaning"),
        class_name="stack tight whole",
    )
    shown = rx.fragment(
        head,
        rx.el.div(
            rx.cond(page.question, _asked()),
            rx.cond(page.alone_question, _alone()),
            section(status_tracker(page.stages, across=False), title="Where it stands"),
            rx.el.div(
                rx.cond(page.can_move, _change_day()),
                rx.cond(page.can_cancel, _cancelling()),
                class_name="stack",
            ),
            class_name="col",
        ),
        rx.el.div(
            rx.cond(
                page.pair_words,
                section(
                    rx.el.p(page.pair_words), link("See the other half", page.pair_to), title="Your move"
                ),
            ),
            section(facts_list(page.facts), title="What you asked for"),
            section(timeline(page.happened, dated=True), title="What has happened"),
            class_name="col",
        ),
    )
    return rx.cond(
        page.ready,
        shown,
        rx.cond(
            RequestState.missing,
            not_there("request", "Back to my account", "/energy/account"),
            rx.fragment(headline_skeleton("Looking for your request"), rows_skeleton(5)),
        ),
    )


def _dial() -> rx.Component:
    state, page = ReadingState, ReadingState.page
    wrong = rx.cond(
        SessionState.problem_field == "reading",
        SessionState.problem_text,
        rx.cond(SessionState.problem_field == "photo", SessionState.problem_text, state.trouble),
    )
    typed = rx.el.form(
        field(
            "What the meter shows",
            "reading",
            kind="numeric",
            value=state.typed,
            on_change=state.set_typed,
            hint=page.hint,
            error=wrong,
            after=page.unit,
            maxLength=20,
        ),
        button("Send my reading", "primary", icon="send", type="submit"),
        on_submit=state.send,
        custom_attrs={"data-draft": "reading"},
        no_validate=True,
        class_name="stack",
    )
    to = words("/files/energy/reading-photo?register_id=", page.register_id, "&reading=", state.typed)
    photo = upload(
        to,
        label="Photo of the meter",
        name="photo",
        send="Send reading with photo",
        hint="Type the figure above first. All digits in the picture, without flash.",
        accept=_PHOTOS,
    )
    return rx.el.div(
        rx.cond(
            page.dials,
            choice("Which meter?", "dial", page.dials, value=page.register_id, on_change=state.choose_dial),
            rx.el.p(page.dial_words, class_name="strong"),
        ),
        typed,
        rx.el.details(
            rx.el.summary(icon("camera", "small"), "Add a photo"), photo, class_name="more", open=wrong != ""
        ),
        class_name="stack loose",
    )


def _visit() -> rx.Component:
    state, page = ReadingState, ReadingState.page
    form = rx.el.form(
        slots(
            "Pick a half day",
            "slot",
            page.visits,
            hint="Morning is 8 to 12, afternoon 12 to 17. Somebody over 18 lets us in.",
            error=_wrong("slot"),
            dated=True,
        ),
        button("Book this visit", "secondary", icon="calendar", type="submit"),
        on_submit=state.book,
        class_name="stack",
    )
    return section(
        rx.cond(page.booked, link_rows(page.booked), form), title="Or let us read it", stacked=True
    )


def reading() -> rx.Component:
    """Send a reading in half a minute, with a photo where wanted; or book a visit."""
    page = ReadingState.page
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1(page.title),
            rx.el.p(page.meaning, class_name="meaning"),
            rx.cond(
                page.register_id,
                rx.fragment(),
                rx.el.div(
                    link_button("Start service", "/energy/account/move?kind=start"), class_name="beside"
                ),
            ),
            class_name="stack whole",
        ),
        rx.cond(page.register_id, section(_dial())),
        rx.el.div(
            rx.cond(page.visits, _visit()),
            rx.cond(page.register_id, section(_read_before(), title="Sent before")),
            class_name="col",
        ),
    )
    return rx.cond(
        page.ready, shown, rx.fragment(headline_skeleton("Looking for your meter"), rows_skeleton(3))
    )


def _read_before() -> rx.Component:
    def one(row: Any) -> rx.Component:
        told = rx.el.span(
            rx.el.span(row.title, class_name="strong"),
            rx.el.span(row.detail, class_name="small quiet"),
            class_name="grow",
        )
        photo = rx.cond(row.link_to, link("Photo", row.link_to, reload=True, before="camera", after=""))
        return rx.el.li(rx.el.div(told, photo, class_name="row"))

    rows = rx.el.ul(rx.foreach(ReadingState.page.sent, one), class_name="rows ruled")
    return rx.cond(ReadingState.page.sent, rows, rx.el.p("No reading from you yet.", class_name="quiet"))


_UNDER: dict[str, Any] = {"under": "/account", "back_to": "/account", "back_text": "Account"}

PAGES_REQUESTS = (
    Page(
        "/account/move",
        "Move, start or stop service",
        move,
        load=MoveState.load,
        needs="service.request",
        guide_var=MoveState.page.help,
        **_UNDER,
    ),
    Page(
        "/account/request",
        "Your request",
        request,
        load=RequestState.load,
        needs="usage.see",
        layout="even",
        guide_var=RequestState.page.help,
        **_UNDER,
    ),
    Page(
        "/account/reading",
        "Send a meter reading",
        reading,
        load=ReadingState.load,
        needs="reading.send",
        layout="even",
        guide_var=ReadingState.page.help,
        **_UNDER,
    ),
)
