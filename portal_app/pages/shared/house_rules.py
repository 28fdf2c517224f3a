"""The rules for signing in: who needs a second step, and when somebody away is signed out."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.fields import choice, select_field, wrong
from portal_app.components.blocks.skeleton import headline_skeleton
from portal_app.components.draw import when
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.shared.house_rules import DRAFT
from portal_app.state.shared.house_rules import HouseRulesState as State


def _of(name: str) -> Any:
    return rx.cond(State.field == name, State.trouble, "")


def _form() -> rx.Component:
    page = State.page
    everybody = rx.el.p("This kind of portal asks everybody for a second step.", class_name="quiet")
    return rx.el.form(
        when(
            page.who,
            lambda: choice(
                "Who is asked for a second step?", "who", page.who, value=page.form.who, error=_of("who")
            ),
            everybody,
        ),
        select_field(
            "Sign somebody out who is away for",
            "minutes",
            page.minutes,
            value=page.form.minutes,
            error=_of("minutes"),
            hint="They are told two minutes before, and what they typed is kept.",
        ),
        wrong("rules", rx.cond(State.field == "", State.trouble, "")),
        button("Change the rules", "primary", wide=True, type="submit"),
        on_submit=State.ask,
        class_name="stack",
        custom_attrs={"data-draft": DRAFT},
    )


def house_rules() -> rx.Component:
    """The rules as they stand, and the form to change them."""
    page, asked = State.page, State.asked
    shown = rx.el.div(
        rx.el.h1("Sign-in rules"),
        rx.el.p(page.meaning, class_name="meaning"),
        _form(),
        dialog(
            asked.title,
            asked.title,
            asked.effects,
            act=asked.act,
            on_act=State.change,
            on_keep=State.keep,
            keep=asked.keep,
            danger=False,
            name="change-rules",
        ),
        class_name="stack loose narrow",
    )
    return rx.cond(page.ready, shown, headline_skeleton("Loading the rules"))


PAGES = (
    Page(
        "/sign-in-rules",
        "Sign-in rules",
        house_rules,
        load=State.load,
        needs="sign_in.rules",
        who="staff",
        guide=Help(
            "Help with the sign-in rules",
            (
                "The rules hold for everybody of your company, your customers too, and at once: whoever is "
                "signed in need not sign in again.",
                "Whoever needs a second step and has none is led to setting one up, and nothing else is open "
                "until then. Before anything changes you read how many people that is.",
                "After twelve hours everybody signs in again, whatever the rules say.",
            ),
        ),
        back_to="/account",
        back_text="Sign-in and devices",
    ),
)
