"""The hub: a top bar with a product switcher left of the words; for one login and several products."""

import reflex as rx

from portal_app.components.frames.around import Around, above, foot, framed, mast, page, tabs


def hub(around: Around, *children: rx.Component) -> rx.Component:
    """A page in this frame."""
    return framed(
        around,
        "hub",
        mast(around),
        tabs(around, *_switcher(around)),
        above(around),
        page(around, *children),
        foot(around),
    )


def _switcher(around: Around) -> list[rx.Component]:
    return [] if around.switcher is None else [rx.el.div(around.switcher, class_name="switcher")]
