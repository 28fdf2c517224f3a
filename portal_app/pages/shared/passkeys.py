"""One's own passkeys: their part of the page on signing in, and the offer to add a first one."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.surface import section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.passkeys import passkey_button, passkey_offer, passkey_rows
from portal_app.components.draw import words
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.session import SessionState
from portal_app.state.shared.passkeys import PasskeysState

_NONE = "You have none yet. With one, your finger, your face or the lock of your device signs you in."


def own_passkeys(also_after: Any = ()) -> rx.Component:
    """The list with what one can do there; `also_after` are the handlers that a removal calls besides."""
    state = PasskeysState
    ask = dialog(
        state.removing.id,
        words("Remove the passkey ", state.removing.name, "?"),
        state.removing.effects,
        act="Remove the passkey",
        on_act=[state.remove, *also_after],
        on_keep=state.keep,
        name="remove-passkey",
    )
    return section(
        passkey_rows(
            state.rows,
            renaming=state.renaming,
            problem=rx.cond(SessionState.problem_field == "passkey-name", SessionState.problem_text, ""),
            on_ask_rename=state.ask_rename,
            on_rename=state.rename,
            on_keep=state.keep,
            on_remove=state.ask_remove,
            empty=rx.cond(state.ready, _NONE, ""),
        ),
        passkey_button("Add a passkey", "add", wide=False, low=True),
        ask,
        title="Passkeys",
        stacked=True,
    )


def offer() -> rx.Component:
    """Add a passkey before going on to where one was going."""
    return rx.el.div(passkey_offer(PasskeysState.next_place), class_name="narrow")


_WORDS = (
    "A passkey is kept by your phone, your computer or your password manager. It signs you in when you "
    "unlock it the way you always unlock that device.",
    "It cannot be guessed, and it works on this site alone: nobody can trick you into giving it away.",
    "If a device is lost, remove its passkey on the page “Sign-in and devices”.",
)


def _page(who: Any, base: str, title: str) -> Page:
    return Page(
        f"{base}/passkey",
        "Add a passkey",
        offer,
        load=PasskeysState.load,
        who=who,
        under="/account",
        back_to=base,
        back_text="Sign-in and devices",
        guide=Help(title, _WORDS),
    )


PAGES = (
    _page("customer", "/account/security", "Help with passkeys"),
    _page("staff", "/account", "Help with passkeys at work"),
)
