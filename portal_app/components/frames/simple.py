"""The simple frame: no tabs, one column, the way back on top; for gates, wizards and quiet pages."""

import reflex as rx

from portal_app.components.frames.around import Around, above, foot, framed, mast, page


def simple(around: Around, *children: rx.Component) -> rx.Component:
    """A page in this frame; `gate` makes it the two-column sign-in."""
    return framed(
        around,
        "simple gate" if around.gate else "simple",
        mast(around),
        above(around),
        page(around, *children),
        foot(around),
    )
