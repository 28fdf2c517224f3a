"""The front door: e-mail and password, a look around in the demo, and what may be done without signing in.

The forms are the browser's own and need no script; a problem is told by the state, and where no script
runs by the fragment of the address.
"""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.link import anchor, link
from portal_app.components.atoms.rows import row_end, row_list, row_words
from portal_app.components.atoms.surface import face, section
from portal_app.components.blocks.empty import empty
from portal_app.components.blocks.fields import field
from portal_app.components.blocks.help_drawer import help_button, help_drawer
from portal_app.components.blocks.notice import notice, notices
from portal_app.components.blocks.passkeys import passkey_button
from portal_app.components.blocks.sign_on import house_offers
from portal_app.components.draw import ids, when, words
from portal_app.components.frames import Around, frame_for
from portal_app.components.icons import icon
from portal_app.pages.shared.menu import account_menu
from portal_app.settings import settings
from portal_app.shapes.forms import Help
from portal_app.state.session import SessionState
from portal_app.state.shared.sign_in import PROBLEMS, SignInState

_HELP = Help(
    "Help with signing in",
    (
        "Use the email your bills or letters from us go to. Capital and small letters count in a password.",
        "After too many tries this stays shut for 15 minutes, for your safety. Nothing else changes.",
        "An outage can be reported without signing in.",
    ),
)

LOAD = [SessionState.arrive_openly, SignInState.load]


def _without_script() -> list[rx.Component]:
    """Each problem in words, put away unless the address names it and no script runs."""
    told = [rx.el.div(notice(said), custom_attrs=ids(word, role="alert")) for word, said in PROBLEMS.items()]
    away = rx.el.style(f"{', '.join(f'#{word}' for word in PROBLEMS)} {{ display: none }}")
    shown = rx.el.style(f"{', '.join(f'#{word}:target' for word in PROBLEMS)} {{ display: block }}")
    return [away, *told, rx.el.noscript(shown)]


def _kept(name: str, value: Any) -> rx.Component:
    return rx.el.input(type="hidden", name=name, value=value, read_only=True)


def _form() -> rx.Component:
    return rx.el.form(
        _kept("next", SignInState.next_place),
        _kept("company", SignInState.company_slug),
        field(
            "Email",
            "email",
            kind="email",
            autocomplete="username webauthn",
            value=SignInState.email,
            on_blur=SignInState.typed,
            maxLength=254,
        ),
        house_offers(SignInState.houses),
        field("Password", "password", kind="password", maxLength=128),
        button("Sign in", "primary", wide=True, type="submit"),
        method="post",
        action="/auth/sign-in",
        on_submit=None,
        class_name="stack",
    )


def _enter() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h1(SignInState.welcome),
            notices(SignInState.said),
            *_without_script(),
            class_name="stack even",
        ),
        _form(),
        passkey_button("Use a passkey", "sign-in"),
        rx.el.div(
            link("Forgot your password?", words("/reset", SignInState.onward)),
            link("Email me a sign-in link", words("/sign-in/mailed", SignInState.onward)),
            link("Can't find the login?", words("/sign-in/find", SignInState.onward)),
            class_name="stack tight",
        ),
        when(
            SignInState.phone_line,
            lambda: anchor(
                icon("help", "small"),
                words("Can’t sign in? Call ", SignInState.phone_line),
                href=words("tel:", SignInState.phone_line),
                reload=True,
                class_name="link",
            ),
        ),
        class_name="stack loose",
    )


def _person(person: Any) -> rx.Component:
    return rx.el.form(
        _kept("email", person.email),
        _kept("next", SignInState.next_place),
        rx.el.button(
            face(person.initials),
            row_words(words("Look around as ", person.first_name), person.says),
            icon("next", "small"),
            class_name="row",
            type="submit",
        ),
        method="post",
        action="/auth/look-around",
        on_submit=None,
    )


def _look_around() -> rx.Component:
    return section(
        rx.el.p("A demo with made-up people. One tap, no password.", class_name="quiet small"),
        row_list(SignInState.people, _person),
        title="Look around first",
        stacked=True,
    )


def _row(row: Any) -> rx.Component:
    return rx.el.div(row_words(row.title, row.detail), row_end(row.end, row.badge), class_name="row")


def _open_to_all() -> rx.Component:
    return section(
        row_list(SignInState.news, _row),
        rx.el.div(link_button(SignInState.open_label, SignInState.open_to, icon="bolt", low=True)),
        title="Without signing in",
        stacked=True,
    )


def sign_in() -> rx.Component:
    """Sign in, or look around, or do what needs no sign-in."""
    stand = Around(who=SignInState.who, footer=SignInState.who.company, gate=True, help_button=help_button())
    aside = rx.el.div(
        *([when(SignInState.people, _look_around)] if settings().demo else []),
        when(SignInState.open_to, _open_to_all),
        class_name="stack loose",
    )
    return rx.fragment(frame_for("simple")(stand, _enter(), aside), help_drawer(_HELP))


def no_place() -> rx.Component:
    """Somebody's last place has ended: what happened, whom to ask, and the ways on."""
    who = SessionState.who
    stand = Around(who=who, menu=account_menu(SessionState.accounts))
    out = rx.el.form(
        button("Sign out, or sign in as somebody else", icon="out", type="submit"),
        method="post",
        action="/auth/sign-out",
        on_submit=None,
    )
    told = rx.el.section(
        rx.el.h1("No account is open to you here"),
        rx.el.p(
            words(
                "You are signed in to ", who.company, " as ", who.email, ". Your place has ended: somebody"
            ),
            " of the account ended it, or its last day is over. Nothing was deleted.",
            class_name="meaning",
        ),
        rx.el.p(
            "Ask an owner of the account to invite you again; the mail then lets you in with this sign-in.",
            class_name="meaning",
        ),
        rx.el.div(link_button("Look again", "/", "primary", icon="refresh"), out, class_name="beside"),
        class_name="stack even",
    )
    return frame_for("simple")(stand, told)


def not_found() -> rx.Component:
    """There is nothing at this address; the way back to what there is."""
    who = SessionState.who
    stand = Around(who=who, menu=account_menu(SessionState.accounts))
    nothing = empty(
        "We could not find that",
        "The address may be mistyped, or what was here has moved or closed.",
        "search",
        rx.cond(who.name, "Go to my home", "Back to the start"),
        "/",
        alone=True,
    )
    return frame_for("simple")(stand, nothing)
