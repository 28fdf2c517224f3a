"""All news of an account."""

import reflex as rx

from portal_app.components.atoms.surface import section
from portal_app.components.blocks.news_rows import news_rows
from portal_app.components.blocks.skeleton import rows_skeleton
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.energy.account import NewsState


def news() -> rx.Component:
    """Everything that was told, newest first."""
    told = section(
        news_rows(
            NewsState.rows, "Nothing has been told yet. News of bills, outages and requests comes here."
        )
    )
    return rx.fragment(rx.el.h1("All news"), rx.cond(NewsState.ready, told, rows_skeleton(6)))


PAGES_NEWS = (
    Page(
        "/news",
        "All news",
        news,
        load=NewsState.load,
        needs="usage.see",
        under="/account",
        back_to="/account",
        back_text="Account",
        guide=Help(
            "Help with news",
            ("Each line is something that moved on your account, newest first. Tap it to go there.",),
            "Choose what comes by mail",
            "/energy/account/choices",
        ),
    ),
)
