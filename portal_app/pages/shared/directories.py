"""Directories that say who is here: for the company's own people, and for the account of a business."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.directories import directory_rows, group_rows
from portal_app.components.blocks.fields import choice, field, wrong
from portal_app.components.blocks.form_dialog import form_dialog
from portal_app.components.blocks.notice import notice
from portal_app.components.blocks.people import row_button
from portal_app.components.blocks.security import typed_out
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.draw import when, words
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.shapes.status import Notice
from portal_app.state.shared.directories import TOKEN
from portal_app.state.shared.directories import DirectoriesState as State


def _of_field(name: str) -> Any:
    return rx.cond(State.field == name, State.trouble, "")


def _fresh() -> rx.Component:
    """The token, in its place as long as this page stands."""
    return rx.el.div(
        rx.el.div(
            notice(
                Notice(
                    "Type this into your directory now",
                    "The token is shown only this once. Whoever has it says who is here.",
                    "attention",
                )
            ),
            typed_out(TOKEN, "Token"),
            class_name="stack",
        ),
        hidden=~State.made,
    )


_RENEWS = (
    "The old token no longer works, from that moment. The new one is shown once, to type into your "
    "directory. Everybody keeps what they may do."
)


def _dialogs() -> rx.Component:
    page, asked = State.page, State.asked
    sends = {"on_send": State.send, "on_keep": State.close}
    name = field(
        "What is it called?",
        "name",
        hint="Such as “Okta” or “Entra”.",
        autocomplete="off",
        maxLength=80,
        error=_of_field("name"),
    )

    def role(legend: str) -> rx.Component:
        return choice(legend, "role", page.roles, value=State.role, error=_of_field("role"))

    lasts = choice(
        "How long does the token work?", "lasts", page.lasts, value=State.lasts, error=_of_field("lasts")
    )
    beside = (State.field == "name") | (State.field == "role") | (State.field == "lasts")
    other = wrong("place", rx.cond(beside, "", State.trouble))
    return rx.fragment(
        form_dialog(
            State.opened == "make", "Let a directory in", name, role("What may somebody do without a group?"),
            lasts, other, act="Make the token", name="make", draft="directory", **sends,
        ),
        form_dialog(
            State.opened == "group", "What does this group give?", role("What may its people do?"), other,
            act="Save", name="group", says=State.name, draft=words("directory-group:", State.about), **sends,
        ),
        form_dialog(
            State.opened == "renew", words("Make a new token for ", State.name), lasts, other,
            act="Make a new token", keep="Keep the old one", name="renew", says=_RENEWS,
            draft=words("directory-renew:", State.about), **sends,
        ),
        _question("end", asked.title != "", danger=True),
    )  # fmt: skip


def _question(name: str, opened: Any, *, danger: bool) -> rx.Component:
    asked = State.asked
    return dialog(
        opened, asked.title, asked.effects, act=asked.act, on_act=State.confirm, on_keep=State.close,
        keep=asked.keep, danger=danger, name=name,
    )  # fmt: skip


def _directory_acts(row: Any) -> list[rx.Component]:
    return [
        row_button(True, "New token", row, State.ask_to_renew),
        row_button(True, "End", row, State.ask_to_end, danger=True),
    ]


def _group_acts(row: Any) -> list[rx.Component]:
    return [row_button(True, "Change", row, State.open_group)]


def directories() -> rx.Component:
    """Where a directory knocks, which ones may, and what their groups give."""
    page = State.page
    where = rx.el.p("Address for your directory: ", rx.el.code(page.address))
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1(page.title),
            rx.el.p(page.meaning, class_name="meaning"),
            _fresh(),
            when(page.may, rx.el.div(button("Let a directory in", "primary", on_click=State.open_make))),
            class_name="whole stack",
        ),
        when(
            page.address,
            rx.fragment(
                section(
                    directory_rows(page.directories, _directory_acts, "None yet."),
                    where,
                    title="Directories",
                ),
                section(
                    group_rows(
                        page.groups,
                        _group_acts,
                        "Groups stand here once your directory has sent them.",
                    ),
                    title="What its groups give",
                ),
            ),
        ),
        _dialogs(),
    )
    loading = rx.fragment(headline_skeleton("Looking up your directories"), rows_skeleton(2))
    return rx.cond(page.ready, shown, loading)


_HELP = (
    "A directory such as Okta or Entra says who is here, so that you need not: whoever it adds gets in, "
    "whoever it removes is out at once. It speaks SCIM 2.0.",
    "Make a token, and type it with the address into your directory. The token is shown once; a new one "
    "ends the old. It works for as long as you choose, a year usually; two weeks before its end we mail "
    "whoever made it.",
    "Say what each group gives. Whoever is in several gets what allows most. People sign in by a link "
    "that they ask for by mail, or with a password that they set by “Forgot password”.",
    "Somebody always stays in charge: a directory cannot remove the last one.",
)

PAGES = (
    Page(
        "/account/directory",
        "Directory",
        directories,
        load=State.load,
        needs="directory.own",
        under="/account",
        back_to="/account/people",
        back_text="People",
        guide=Help("Help with your directory", _HELP),
    ),
    Page(
        "/people/directory",
        "Directory",
        directories,
        load=State.load_ours,
        needs="directory.run",
        who="staff",
        under="/people",
        back_to="/people",
        back_text="Our people",
        guide=Help("Help with your directory", _HELP),
    ),
)
