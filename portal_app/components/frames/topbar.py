"""The top bar: mark, words and acts on one line from desktop on; for few sections and one subject."""

import reflex as rx

from portal_app.components.frames.around import Around, above, foot, framed, mast, page, tabs


def topbar(around: Around, *children: rx.Component) -> rx.Component:
    """A page in this frame."""
    return framed(
        around,
        "topbar",
        mast(around),
        tabs(around),
        above(around),
        page(around, *children),
        foot(around),
    )
