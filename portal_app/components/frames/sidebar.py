"""The sidebar: mark and words down the left from desktop on; for many sections and daily work."""

import reflex as rx

from portal_app.components.frames.around import Around, above, foot, framed, mark, mast, page, tabs


def sidebar(around: Around, *children: rx.Component) -> rx.Component:
    """A page in this frame. The mark stands in the column too, out of the tab order."""
    return framed(
        around,
        "sidebar",
        mast(around),
        tabs(around, mark(around, tab_index=-1)),
        above(around),
        page(around, *children),
        foot(around),
    )
