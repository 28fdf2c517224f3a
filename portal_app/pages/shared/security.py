"""How one signs in: second steps, recovery codes, password, devices; and the pages between two steps.

Whatever is secret is typed into a native form and goes over HTTP; what is shown once is put into its place
by name and never stands in a var.
"""

from functools import partial
from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.fields import field
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.notice import notice
from portal_app.components.blocks.passkeys import passkey_button
from portal_app.components.blocks.security import device_rows, factor_rows, scan, shown_once, typed_out
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.draw import when, words
from portal_app.components.frames import Around, frame_for
from portal_app.pages.page import OpenPage, Page
from portal_app.pages.shared.connections import own_connections
from portal_app.pages.shared.passkeys import own_passkeys
from portal_app.shapes.forms import Effect, Help
from portal_app.shapes.status import Notice
from portal_app.shapes.tasks import LinkRow
from portal_app.state.session import SessionState
from portal_app.state.shared.security import (
    CODES,
    SECRET,
    CodesState,
    EnrolState,
    NewAppState,
    PasswordState,
    ProveState,
    SecondState,
    SecurityState,
)

_GONE = "They were shown once and are no longer here. Make new ones below if you did not keep them."


def _kept(name: str, value: Any) -> rx.Component:
    return rx.el.input(type="hidden", name=name, value=value, read_only=True)


def _sent(action: str, *parts: rx.Component) -> rx.Component:
    """A form that the browser sends itself, over HTTP."""
    return rx.el.form(*parts, method="post", action=action, on_submit=None, class_name="stack")


def _code(error: Any, label: str = "Code from your app", hint: str = "6 digits", **native: Any) -> Any:
    return field(label, "code", kind="code", hint=hint, error=error, maxLength=20, **native)


def _code_or_recovery(error: Any, app: Any) -> Any:
    both = "The 6 digits that your authenticator app shows, or one of your recovery codes."
    hint = rx.cond(app, both, "One of your recovery codes. Each works once.")
    return _code(error, "Code", hint, inputMode="text", autoCapitalize="none", spellCheck="false")


def _head(title: Any, says: Any) -> rx.Component:
    return rx.el.section(rx.el.h1(title), rx.el.p(says, class_name="quiet"), class_name="stack tight whole")


# The page itself


def _second_steps() -> rx.Component:
    state, page = SecurityState, SecurityState.page
    none = "You have none yet. With one, a stolen password alone lets nobody in."
    return section(
        factor_rows(page.apps, state.ask_remove, rx.cond(page.has_second_step, "Your passkey is one.", none)),
        rx.el.div(link_button("Add an authenticator app", words(page.base, "/app"), icon="plus", low=True)),
        title="Second step",
        stacked=True,
    )


def _codes_and_password() -> rx.Component:
    page = SecurityState.page
    codes = rx.cond(
        page.has_second_step,
        link_rows((LinkRow("Recovery codes", page.codes, words(page.base, "/codes"), icon="key"),)),
    )
    own = link_rows(
        (
            LinkRow("Change my email", page.email, words(page.base, "/email"), icon="mail"),
            LinkRow(page.password, "", words(page.base, "/password"), icon="lock"),
        )
    )
    lost = link_rows((LinkRow("Lost sign-ins", "Who asks to be let in again", page.recovers_at, icon="key"),))
    return rx.fragment(
        rx.cond(page.has_second_step, section(codes, title="When a phone is lost")),
        section(own, title="Email and password"),
        rx.cond(page.recovers_at, section(lost, title="Other people")),
        when(page.for_all, lambda: section(link_rows(page.for_all), title="For the whole company")),
    )


def _devices() -> rx.Component:
    state, page = SecurityState, SecurityState.page
    everywhere = rx.el.div(
        button("Sign out everywhere else", "danger", icon="out", low=True, on_click=state.ask_leave)
    )
    return section(
        device_rows(page.devices, state.end_one),
        rx.cond(page.devices.length() > 1, everywhere),
        title="Where you are signed in",
        stacked=True,
    )


_REMOVES = (
    Effect("phone", "Its codes no longer let you in."),
    Effect("lock", "Without any second step, your password alone lets you in."),
    Effect("mail", "We send you a mail about it."),
)
_LEAVES = (
    Effect("out", "Every other phone and computer is signed out at once."),
    Effect("check", "You stay signed in here."),
    Effect("lock", "Whoever knows your password can sign in again. Change it if you are unsure."),
)


def _asked() -> rx.Component:
    state = SecurityState
    remove, leave = "Remove the app", "Sign out everywhere else"
    ask = partial(dialog, on_keep=state.keep)
    return rx.fragment(
        ask(
            state.removing,
            "Remove this authenticator app?",
            _REMOVES,
            act=remove,
            on_act=state.remove,
            name="remove-app",
        ),
        ask(
            state.leaving,
            f"{leave}?",
            _LEAVES,
            act=leave,
            on_act=state.end_others,
            keep="Stay signed in",
            name="leave-others",
        ),
    )


def security() -> rx.Component:
    """How one signs in and where one is signed in."""
    page = SecurityState.page
    shown = rx.fragment(
        _head("Sign-in and devices", page.email),
        rx.el.div(
            own_passkeys([SecurityState.refresh]),
            _second_steps(),
            own_connections(),
            _codes_and_password(),
            class_name="col",
        ),
        rx.el.div(_devices(), class_name="col"),
        _asked(),
    )
    return rx.cond(
        page.ready, shown, rx.fragment(headline_skeleton("Loading how you sign in"), rows_skeleton(3))
    )


# An authenticator app


def _new_app() -> rx.Component:
    state = NewAppState
    return rx.fragment(
        rx.el.ol(
            rx.el.li("Open an authenticator app on your phone. Most password managers have one built in."),
            rx.el.li("Add an entry and scan this picture, or type the letters into the app."),
            rx.el.li("Type the 6 digits that the app shows now."),
            class_name="steps-to-do",
        ),
        rx.cond(state.picture, scan(state.picture)),
        typed_out(SECRET, "Or type this into the app", "Spaces do not matter."),
        _sent(
            "/auth/authenticator",
            _kept("next", state.next_place),
            _code(state.problem),
            button("Turn on", "primary", wide=True, type="submit", disabled=~state.shown),
        ),
    )


def new_app() -> rx.Component:
    """Add an authenticator app: scan, or type over, and type the first code back."""
    return rx.el.div(rx.el.h1("Add an authenticator app"), _new_app(), class_name="stack loose narrow")


# Recovery codes


def _fresh_codes() -> rx.Component:
    """The codes, in their place as long as this page stands."""
    return rx.el.div(
        rx.el.div(
            notice(
                Notice(
                    "Keep these somewhere safe, away from your phone",
                    "Each lets you in once when your second step is not at hand. They are shown only now.",
                    "attention",
                )
            ),
            shown_once(CODES, "Your recovery codes", _GONE),
            class_name="stack",
        ),
        hidden=~CodesState.made,
    )


def recovery() -> rx.Component:
    """How many recovery codes are left, and new ones."""
    state = CodesState
    remake = dialog(
        state.asking,
        "Make new recovery codes?",
        (
            Effect("refresh", "The codes you kept before stop working."),
            Effect("print", "Ten new ones are shown once, to print or write down."),
            Effect("mail", "We send you a mail about it."),
        ),
        act="Make new codes",
        on_act=state.make,
        on_keep=state.keep,
        keep="Keep the old ones",
        danger=False,
        name="new-codes",
    )
    on = link_button("I kept them, go on", state.next_place, "primary", wide=True)
    anew = button("Make new codes", icon="refresh", on_click=state.ask)
    return rx.el.div(
        rx.el.h1("Recovery codes"),
        rx.cond(state.ready & ~state.made, rx.el.p(state.left_words, class_name="meaning")),
        _fresh_codes(),
        rx.el.div(rx.cond(state.made, on, anew), class_name="no-print"),
        remake,
        class_name="stack loose narrow",
    )


# The password


def password() -> rx.Component:
    """Change the password: the current one, then the new one; managers fill in both."""
    state = PasswordState
    form = _sent(
        "/auth/password",
        rx.el.input(
            type="text",
            name="username",
            value=state.email,
            read_only=True,
            class_name="heard",
            custom_attrs={"autoComplete": "username", "tabIndex": -1, "aria-hidden": "true"},
        ),
        rx.cond(
            state.has_password,
            field("Current password", "current", kind="password", error=state.current_problem, maxLength=128),
        ),
        field(
            "New password",
            "new",
            kind="new-password",
            hint="At least 12 characters, 15 or more are better. A few words in a row do well.",
            error=state.new_problem,
            minLength=12,
            maxLength=128,
        ),
        rx.el.p("You are signed out everywhere else, and we send you a mail.", class_name="small quiet"),
        button(
            rx.cond(state.has_password, "Change my password", "Set my password"),
            "primary",
            wide=True,
            type="submit",
        ),
    )
    shown = rx.fragment(
        rx.el.h1(rx.cond(state.has_password, "Change your password", "Choose a password")), form
    )
    return rx.el.div(
        rx.cond(state.ready, shown, headline_skeleton("Loading")), class_name="stack loose narrow"
    )


# Between two steps, in the simple frame


def _alone(*parts: rx.Component, who: Any) -> rx.Component:
    stand = Around(who=who, notice=SessionState.notice,
                   on_dismiss=SessionState.dismiss)  # fmt: skip
    return frame_for("simple")(stand, rx.el.div(*parts, class_name="stack loose"))


def _out(text: str) -> rx.Component:
    return rx.el.form(
        rx.el.button(text, class_name="link", type="submit"),
        method="post",
        action="/auth/sign-out",
        on_submit=None,
    )


def _after_passkey(text: str, has_passkey: Any) -> rx.Component:
    """The button of what one types: the second one where a passkey is the first."""
    return rx.cond(
        has_passkey,
        button(text, wide=True, type="submit"),
        button(text, "primary", wide=True, type="submit"),
    )


def second() -> rx.Component:
    """The second step of a sign-in: a code of the app, or a recovery code."""
    state = SecondState
    code = _sent(
        "/auth/second",
        _code_or_recovery(state.problem, state.ways.app),
        _after_passkey("Go on", state.ways.passkey),
    )
    return _alone(
        _head("Your second step", "One more step, so that a stolen password alone lets nobody in."),
        rx.cond(state.ways.passkey, passkey_button("Use a passkey", "second", "primary")),
        rx.cond(~state.ways.passkey | state.ways.code, code),
        _out("Sign in as somebody else"),
        who=state.who,
    )


def prove() -> rx.Component:
    """Show once more that it is oneself, then go on with what asked for it."""
    state, ways = ProveState, ProveState.ways
    own = rx.cond(
        ways.code,
        _code_or_recovery(state.problem, ways.app),
        field("Password", "password", kind="password", error=state.problem, maxLength=128),
    )
    form = _sent(
        "/auth/prove",
        _kept("next", state.next_place),
        own,
        _after_passkey("Confirm and go on", ways.passkey),
    )
    nothing = rx.el.p(
        "Sign out and sign in again the way you always do. Then this is open for five minutes.",
        class_name="meaning",
    )
    return _alone(
        _head("Confirm that it is you", "What you are about to do needs it. Then you go on where you were."),
        rx.cond(
            ways.ready,
            rx.fragment(
                rx.cond(ways.passkey, passkey_button("Use a passkey", "prove", "primary")),
                rx.cond(
                    ways.code | ways.password,
                    form,
                    rx.el.div(nothing, class_name=rx.cond(ways.passkey, "no-passkeys", "")),
                ),
            ),
            rows_skeleton(1, "Loading"),
        ),
        when(ways.ready, lambda: _out("Sign out")),
        who=state.who,
    )


def second_step() -> rx.Component:
    """Set up the second step that one's sign-in needs, keep the recovery codes, go on."""
    state = EnrolState
    begin = rx.el.div(
        _head(
            "Set up your second step",
            "Your sign-in needs one besides the password. It takes about a minute; then all is open.",
        ),
        passkey_button("Use a passkey instead", "add"),
        _new_app(),
        class_name="stack loose",
    )
    end = rx.el.div(
        rx.el.h1("Keep your recovery codes"),
        _fresh_codes(),
        rx.el.div(
            link_button("I kept them, go on", state.go_to, "primary", wide=True), class_name="no-print"
        ),
        class_name="stack loose",
    )
    return _alone(
        rx.el.div(begin, hidden=~state.must),
        rx.el.div(end, hidden=~state.done),
        _out("Sign out"),
        who=state.who,
    )


_HELP = Help(
    "Help with how you sign in",
    (
        "A second step is a code from an app, or a passkey, besides your password. With it nobody gets "
        "in who only knows your password.",
        "Recovery codes let you in once each when your phone is lost. Keep them on paper.",
        "If a device in the list is not yours, sign it out there and change your password.",
    ),
)
_APP_HELP = Help(
    "Help with authenticator apps",
    (
        "Any authenticator app will do. Codes change every 30 seconds; type the one that is shown now.",
        "A code that never fits: look whether your phone sets its clock by itself.",
    ),
)
_CODES_HELP = Help(
    "Help with recovery codes",
    (
        "Type one in place of the code when you sign in. Each works once.",
        "Codes are shown once. If you lost them, make new ones; the old ones then stop working.",
    ),
)
_PASSWORD_HELP = Help(
    "Help with your password",
    (
        "Long beats complicated: a few words in a row that only you would put together are safe and easy "
        "to type.",
        "A password manager can make one and fill it in for you.",
    ),
)


def _pages(who: Any, base: str, under: str) -> tuple[Page, ...]:
    up: dict[str, Any] = {"who": who, "under": under}
    below = {**up, "back_to": base, "back_text": "Sign-in and devices"}
    if under != base:
        up |= {"back_to": under, "back_text": "Account"}
    one, app, codes, words_ = SecurityState.load, NewAppState.load, CodesState.load, PasswordState.load
    return (
        Page(base, "Sign-in and devices", security, load=one, layout="even", guide=_HELP, **up),
        Page(f"{base}/app", "Add an authenticator app", new_app, load=app, guide=_APP_HELP, **below),
        Page(f"{base}/codes", "Recovery codes", recovery, load=codes, guide=_CODES_HELP, **below),
        Page(f"{base}/password", "Your password", password, load=words_, guide=_PASSWORD_HELP, **below),
    )


PAGES = (*_pages("customer", "/account/security", "/account"), *_pages("staff", "/account", "/account"))
OPEN_PAGES = (
    OpenPage("/sign-in/second", "Your second step", second, load=SecondState.load),
    OpenPage("/prove", "Confirm that it is you", prove, load=ProveState.load),
    OpenPage("/second-step", "Set up your second step", second_step, load=EnrolState.load),
)
