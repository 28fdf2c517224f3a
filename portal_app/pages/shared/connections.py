"""By which other houses one signs in: their part of the page on signing in, for whoever has one."""

import reflex as rx

from portal_app.components.atoms.surface import section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.security import factor_rows
from portal_app.components.draw import words
from portal_app.state.shared.security import SecurityState


def own_connections() -> rx.Component:
    """The houses that sign one in, each to remove after saying what remains."""
    state, rows = SecurityState, SecurityState.page.connections
    ask = dialog(
        state.parting.id,
        words("Remove ", state.parting.name, " from your sign-in?"),
        state.parting.effects,
        act="Remove the connection",
        on_act=state.part,
        on_keep=state.keep,
        name="remove-connection",
    )
    listed = section(factor_rows(rows, state.ask_part, picture="key"), title="Your company’s sign-in")
    return rx.fragment(rx.cond(rows, listed), ask)
