"""Waiting: bones of the same shape as what comes, so that nothing jumps."""

import reflex as rx

from portal_app.components.atoms.surface import heard


def _bone(*shape: str) -> rx.Component:
    return rx.el.span(class_name=" ".join(("bone", *shape)))


def _waiting(said: str, class_name: str, *bones: rx.Component) -> rx.Component:
    return rx.el.div(heard(said), *bones, class_name=class_name, custom_attrs={"aria-busy": "true"})


def headline_skeleton(said: str = "Loading your figures") -> rx.Component:
    """In place of a headline: a line, a large figure, a scale, a sentence."""
    return _waiting(
        said, "bones headline", _bone("short"), _bone("large", "most"), _bone(), _bone("most"), _bone("press")
    )


def rows_skeleton(count: int = 3, said: str = "Loading") -> rx.Component:
    """In place of `count` rows."""
    rows = (rx.el.div(_bone("most"), _bone("short")) for _ in range(count))
    return _waiting(said, "bones rows ruled", *rows)


def card_skeleton(said: str = "Loading") -> rx.Component:
    """In place of a card."""
    return _waiting(
        said, "card bones", _bone("short"), _bone("large", "most"), _bone(), _bone("press", "short")
    )


def plot_skeleton(said: str = "Loading the days") -> rx.Component:
    """In place of a plot."""
    return _waiting(said, "bones", _bone("most"), _bone("plot-bone"))


SAMPLES = {
    "headline": headline_skeleton,
    "rows": rows_skeleton,
    "card": card_skeleton,
    "plot": plot_skeleton,
}
