"""Account: places, what is under way, what can be done, what is chosen; and all news."""

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.energy.account import AccountState


def _head() -> rx.Component:
    page = AccountState.page
    return rx.el.section(
        rx.el.div(rx.el.span("Account ", page.number), badge_of(page.standing), class_name="status-line"),
        rx.el.h1(page.name),
        rx.el.p(page.who, class_name="quiet"),
        rx.cond(page.requests, rx.el.p(page.meaning, class_name="meaning")),
        class_name="stack tight whole",
    )


def _draft() -> rx.Component:
    page = AccountState.page
    row = rx.el.a(
        rx.el.span(
            rx.el.span(page.draft.title, class_name="strong"),
            rx.el.span(page.draft.detail, class_name="small quiet"),
            class_name="grow",
        ),
        href=page.draft.link_to,
        class_name="row",
    )
    return rx.cond(page.draft.title, rx.el.div(row, class_name="rows ruled"))


def account() -> rx.Component:
    """Everything of one account on one screen."""
    page = AccountState.page
    shown = rx.fragment(
        _head(),
        rx.el.div(
            section(link_rows(page.tasks), title="What you can do"),
            section(_draft(), link_rows(page.requests, "Nothing is under way."), title="Your requests"),
            class_name="col",
        ),
        rx.el.div(
            section(
                link_rows(
                    page.premises,
                    "There is no address on this account yet. Start service at one to see it here.",
                ),
                title="Your places",
            ),
            section(link_rows(page.choices), title="Alerts, choices and data"),
            class_name="col",
        ),
    )
    return rx.cond(
        page.ready, shown, rx.fragment(headline_skeleton("Loading your account"), rows_skeleton(4))
    )


PAGES_ACCOUNT = (
    Page(
        "/account",
        "Your account",
        account,
        load=AccountState.load,
        needs="usage.see",
        layout="even",
        guide=Help(
            "Help with your account",
            (
                "Your requests stand here until a month after they are done. Tap one to see who does the "
                "next step and by when.",
                "Alerts and choices hold the high-bill alert, the medical list and how bills arrive.",
            ),
            "Move, start or stop service",
            "/energy/account/move",
        ),
    ),
)
