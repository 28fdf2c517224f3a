"""Between a password that is right at several companies and everything else: which one is meant."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.rows import row_list, row_words
from portal_app.components.blocks.help_drawer import help_button, help_drawer
from portal_app.components.blocks.skeleton import rows_skeleton
from portal_app.components.frames import Around, frame_for
from portal_app.components.frames.around import worn_mark
from portal_app.components.icons import icon
from portal_app.pages.page import OpenPage
from portal_app.shapes.forms import Help
from portal_app.state.shared.choosing import ChoiceState

_HELP = Help(
    "Help with several companies",
    (
        "Your address and password are right at each of these. Each keeps its own sign-in: a new password, a "
        "passkey or a second step counts at the one where you set it up.",
        "This browser remembers your choice. The other is in the menu behind your name, or sign in at its "
        "own address.",
    ),
)


def _kept(name: str, value: Any) -> rx.Component:
    return rx.el.input(type="hidden", name=name, value=value, read_only=True)


def _company(one: Any) -> rx.Component:
    return rx.el.form(
        _kept("company", one.slug),
        _kept("next", ChoiceState.next_place),
        rx.el.button(
            worn_mark(one.brand),
            row_words(one.name, one.says),
            icon("next", "small"),
            class_name="row",
            type="submit",
        ),
        method="post",
        action="/auth/company",
        on_submit=None,
    )


def choose() -> rx.Component:
    """Two or three companies, a tap each."""
    head = rx.el.section(
        rx.el.h1("Which company?"),
        rx.el.p("More than one knows you. This browser remembers what you choose.", class_name="quiet"),
        class_name="stack tight whole",
    )
    rows = rx.cond(
        ChoiceState.companies, row_list(ChoiceState.companies, _company), rows_skeleton(2, "Loading")
    )
    stand = Around(help_button=help_button())
    return rx.fragment(
        frame_for("simple")(stand, rx.el.div(head, rows, class_name="stack loose")), help_drawer(_HELP)
    )


OPEN = (OpenPage("/sign-in/company", "Which company?", choose, load=ChoiceState.load),)
