"""The person's menu: their other accounts, two taps away, how they sign in, and the simple view."""

import reflex as rx

from portal_app.components.draw import each, words
from portal_app.components.frames.menu import menu_link
from portal_app.shapes.people import AccountChoice, CompanyChoice
from portal_app.state.session import SessionState

_MANY = 8
"""From so many accounts on, one may search among them."""


def _account(choice: AccountChoice) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="account_id", value=choice.id),
        rx.el.button(
            rx.el.span(choice.label, class_name="strong"),
            rx.el.span(choice.detail, class_name="small quiet"),
            type="submit",
            class_name="menu-act",
            disabled=choice.current,
        ),
        method="post",
        action="/auth/switch-account",
        on_submit=None,
    )


def _search(accounts: rx.Var) -> rx.Component:
    """A field that narrows the accounts under it as one types; `portal.js` does it, with nothing sent."""
    field = rx.el.label(
        rx.el.span("Find an account"),
        rx.el.input(
            type="search",
            class_name="control",
            custom_attrs={"data-narrows": "", "autoComplete": "off", "enterKeyHint": "go"},
        ),
        class_name="field whose",
    )
    found = rx.el.p(
        # The script's words, not the page's own.
        class_name="small quiet",
        role="status",
        custom_attrs={"data-narrowed": "", "suppressHydrationWarning": True},
    )
    return rx.cond(accounts.length() >= _MANY, rx.fragment(field, found))


def _company(choice: CompanyChoice) -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="to", value=choice.slug),
        rx.el.button(
            rx.el.span(choice.name, class_name="strong"),
            rx.el.span("Sign in there", class_name="small quiet"),
            type="submit",
            class_name="menu-act",
        ),
        method="post",
        action="/auth/change-company",
        on_submit=None,
    )


def account_menu(accounts: rx.Var) -> rx.Component:
    """Every account of the person, the current one marked; a tap opens another; and how they sign in.

    Where there are many, a field narrows them. Under them stand other companies that know the person.
    """
    who, elsewhere = SessionState.who, SessionState.elsewhere
    own = rx.cond(
        who.staff, words("/staff/", who.kind, "/account"), words("/", who.kind, "/account/security")
    )
    others = rx.el.div(_search(accounts), each(accounts, _account), class_name="menu-accounts")
    people = menu_link("Who may do what", words("/", who.kind, "/account/people"), "person")
    ours = menu_link("Our people", words("/staff/", who.kind, "/people"), "person")
    brand = menu_link("Our brand", words("/staff/", who.kind, "/brand"), "bulb")
    trail = menu_link("Who did what", words("/staff/", who.kind, "/audit"), "list")
    held = menu_link("Deletions and holds", words("/staff/", who.kind, "/holds"), "lock")
    return rx.fragment(
        rx.cond(accounts.length() > 1, others),
        rx.cond(elsewhere, rx.el.div(each(elsewhere, _company))),
        rx.cond(who.gives_places, people),
        rx.cond(who.runs_people, ours),
        rx.cond(who.sets_brand, brand),
        rx.cond(who.sees_trail, trail),
        rx.cond(who.sets_holds, held),
        menu_link("Sign-in and devices", own, "shield"),
    )


def simple_switch() -> rx.Component:
    """Home as three large buttons, on or off; it stays so for this person."""
    return rx.el.label(
        rx.el.span("Simple view"),
        rx.el.input(
            type="checkbox",
            role="switch",
            checked=SessionState.who.simple,
            on_change=SessionState.simple_view,
        ),
        class_name="switch menu-act",
    )
