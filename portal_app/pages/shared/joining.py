"""The page behind an invitation's link: who invites to what, and the way in."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button, link_button
from portal_app.components.blocks.empty import empty
from portal_app.components.blocks.fields import field, wrong
from portal_app.components.blocks.skeleton import headline_skeleton
from portal_app.components.draw import each, when, words
from portal_app.components.frames import Around, frame_for
from portal_app.pages.page import OpenPage
from portal_app.state.shared.people import JoinState


def _kept(name: str, value: Any) -> rx.Component:
    return rx.el.input(type="hidden", name=name, value=value, read_only=True)


def _told() -> rx.Component:
    page = JoinState.page
    return rx.el.div(
        rx.el.h1(page.inviter, " invites you"),
        rx.el.p(words(page.what[0:1].upper(), page.what[1:], "."), class_name="meaning"),
        when(page.facts, lambda: rx.el.ul(each(page.facts, rx.el.li), class_name="stack tight quiet")),
        rx.el.p("For ", rx.el.b(page.email, class_name="strong"), ". The link works until ", page.until, ".",
                class_name="small quiet"),
        class_name="stack",
    )  # fmt: skip


def _new() -> rx.Component:
    return rx.el.form(
        _kept("token", JoinState.token),
        # For password managers: whose password it will be.
        rx.el.input(
            type="email", name="email", value=JoinState.page.email, read_only=True, auto_complete="username",
            hidden=True, aria_label="Email",
        ),
        field(
            "Your name", "name", kind="name", value=JoinState.name, error=JoinState.wrong_name, maxLength=120
        ),
        field(
            "Choose a password",
            "password",
            kind="new-password",
            hint="At least 12 characters; a few words in a row do well.",
            error=JoinState.wrong_password,
            optional=True,
            maxLength=128,
        ),
        wrong("join", JoinState.trouble),
        button("Join", "primary", wide=True, type="submit"),
        button("Just go on without a password", wide=True, type="submit", name="without", value="1"),
        rx.el.p(
            "Without one, you sign in by a link that we mail you, or by a passkey that you add in a moment.",
            class_name="small quiet",
        ),
        method="post",
        action="/auth/join",
        on_submit=None,
        class_name="stack",
    )  # fmt: skip


def _known() -> rx.Component:
    return rx.el.div(
        rx.el.p("You have a sign-in here already. Sign in, and accept the invitation then."),
        link_button("Sign in and accept", "/sign-in?next=%2Fjoin", "primary", wide=True),
        class_name="stack",
    )


def _ready() -> rx.Component:
    page = JoinState.page
    return rx.el.form(
        _kept("id", page.id),
        rx.el.p("You are signed in as ", rx.el.b(page.signed_in, class_name="strong"), "."),
        button("Accept the invitation", "primary", wide=True, type="submit"),
        method="post",
        action="/auth/accept",
        on_submit=None,
        class_name="stack",
    )


def _other() -> rx.Component:
    return rx.el.form(
        rx.el.p(
            "You are signed in here as ",
            rx.el.b(JoinState.page.signed_in, class_name="strong"),
            ". Sign out first, then open the link in the mail once more.",
        ),
        button("Sign out", "primary", wide=True, type="submit"),
        method="post",
        action="/auth/sign-out",
        on_submit=None,
        class_name="stack",
    )


def _stale() -> rx.Component:
    page = JoinState.page
    return rx.fragment(
        empty(
            "This invitation no longer works",
            "It may be taken up already, withdrawn or too old. Ask whoever invited you to send it again; "
            "if you have joined already, sign in.",
            "mail",
            "Sign in",
            "/sign-in",
            alone=True,
        ),
        when(page.phone, lambda: rx.el.p("Or call ", page.phone, ".", class_name="quiet")),
    )


def join() -> rx.Component:
    """An invitation: taken up by somebody new, or accepted by somebody known."""
    page = JoinState.page
    way = rx.match(page.state, ("new", _new()), ("known", _known()), ("ready", _ready()), _other())
    asked = rx.el.section(_told(), way, class_name="stack loose")
    shown = rx.cond(page.state == "stale", _stale(), asked)
    stand = Around(who=JoinState.who, footer=JoinState.who.company)
    return frame_for("simple")(
        stand, rx.cond(page.ready, shown, headline_skeleton("Looking up the invitation"))
    )


PAGES_OPEN = (OpenPage("/join", "Join", join, load=JoinState.load),)
