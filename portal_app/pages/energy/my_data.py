"""My data: take the readings along, let somebody else read them, stop them again."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.rows import row_end, row_list, row_words
from portal_app.components.atoms.surface import card, section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.fields import choice, field
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.security import typed_out
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.draw import when
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.energy.my_data import MyDataState


def _downloads() -> rx.Component:
    page = MyDataState.page
    none = "There are no readings yet. The first come with your first meter reading."
    return section(link_rows(page.downloads, none, reload=True), title="Take it with you")


def _consent(row: Any) -> rx.Component:
    def stop() -> rx.Component:
        asks = button(rx.fragment("Stop ", row.title), low=True, on_click=MyDataState.ask_to_stop(row.id))
        return rx.el.div(asks, class_name="row-act")

    return rx.el.div(
        rx.el.div(row_words(row.title, row.detail), row_end("", row.badge), class_name="row"),
        when(row.can_stop, stop),
    )


def _token() -> rx.Component:
    token = MyDataState.token
    return card(
        rx.el.p("This secret is shown only now. Copy it and give it to ", rx.el.b(token.party), " yourself."),
        typed_out("token", "Secret", value=token.value),
        typed_out("address", "Address they read from", value=token.address),
        rx.el.p(token.until, class_name="small quiet"),
        title="For the other party",
    )


def _form() -> rx.Component:
    state, page = MyDataState, MyDataState.page
    return rx.el.form(
        field(
            "Who may read it?",
            "party",
            value=state.party,
            on_change=state.set_party,
            hint="A company or person, such as a solar planner.",
            error=state.party_problem,
            autocomplete="off",
            maxLength=120,
        ),
        choice(
            "What may they read?",
            "scope",
            page.scopes,
            value=state.scope,
            on_change=state.choose_scope,
            error=state.scope_problem,
        ),
        field(
            "Last day",
            "ends_on",
            kind="date",
            value=state.ends_on,
            on_change=state.set_end,
            hint="It ends by itself after this day; three years at most.",
            error=state.end_problem,
            min=page.first_end,
            max=page.last_end,
        ),
        button("Go on: see what it means", "primary", type="submit", wide=True),
        on_submit=state.ask_to_give,
        custom_attrs={"data-draft": "consent"},
        no_validate=True,
        class_name="stack",
    )


def _asked(opened: Any, asked: Any, *, danger: bool) -> rx.Component:
    """The question before somebody may read, or may no more; only ending it is red."""
    return dialog(
        opened,
        asked.title,
        asked.effects,
        act=asked.act,
        on_act=MyDataState.confirm,
        on_keep=MyDataState.keep,
        keep=asked.keep,
        danger=danger,
        name="stop-consent" if danger else "consent",
    )


def my_data() -> rx.Component:
    """Downloads first, then who can read, then letting somebody."""
    page, asked = MyDataState.page, MyDataState.asked
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1(page.title),
            rx.el.p(page.meaning, class_name="meaning"),
            class_name="whole stack tight",
        ),
        rx.cond(MyDataState.token.value, rx.el.div(_token(), class_name="whole")),
        rx.el.div(
            rx.cond(page.can_download, _downloads()),
            rx.cond(
                page.can_share,
                section(
                    row_list(page.consents, _consent, "Nobody else can read your meter data."),
                    title="Who can read it",
                ),
                rx.el.p(
                    "Only the owner of the account can let others read its meter data.", class_name="quiet"
                ),
            ),
            class_name="col",
        ),
        rx.cond(page.can_share, section(_form(), title="Let somebody read it")),
        _asked(asked.title & (MyDataState.stopping == ""), asked, danger=False),
        _asked(asked.title & (MyDataState.stopping != ""), asked, danger=True),
    )
    return rx.cond(
        page.ready, shown, rx.fragment(headline_skeleton("Looking for your data"), rows_skeleton(4))
    )


PAGES_MY_DATA = (
    Page(
        "/account/data",
        "My data",
        my_data,
        load=MyDataState.load,
        needs="usage.see",
        layout="even",
        under="/account",
        back_to="/account",
        back_text="Account",
        guide=Help(
            "Help with your data",
            (
                "Green Button XML is what energy planners read. The table opens in a spreadsheet.",
                "Whoever you let read gets a secret. It works until the last day, or until you stop them.",
                "You see here when each of them last read.",
            ),
        ),
    ),
)
