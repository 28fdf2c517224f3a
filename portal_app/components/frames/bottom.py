"""The bottom bar, kept up to desktop, then one centred column with the words on top; for short visits."""

import reflex as rx

from portal_app.components.frames.around import Around, above, foot, framed, mast, page, tabs


def bottom(around: Around, *children: rx.Component) -> rx.Component:
    """A page in this frame."""
    return framed(
        around,
        "bottom",
        mast(around),
        tabs(around),
        above(around),
        page(around, *children),
        foot(around),
    )
