"""The icon set: one 24 by 24 grid, lines of 1.75 with round ends, drawn as one family.

The drawings stand in `art/icons.svg`, one symbol a line. Browsers fetch them once as `/icons.svg`; a page
only points into it. An icon always stands beside a word, so it is hidden from screen readers.
"""

import re
from pathlib import Path
from typing import Any

import reflex as rx

from portal_app.components.draw import live, shape, svg, words

ART = Path(__file__).parent / "art"
_SYMBOL = re.compile(r'<symbol id="([^"]+)"')


def sprite() -> str:
    """All icons as one SVG file of symbols."""
    return "".join(line.strip() for line in (ART / "icons.svg").read_text().splitlines()) + "\n"


ICONS: frozenset[str] = frozenset(_SYMBOL.findall(sprite()))
"""The names that are drawn."""


def icon(name: Any, size: str = "") -> rx.Component:
    """One icon, always beside a word. `size` "small" goes with small text.

    Raises ValueError for a name that is not drawn.
    """
    if not live(name) and name not in ICONS:
        raise ValueError(f"There is no icon called {name!r}. Drawn are: {', '.join(sorted(ICONS))}.")
    return svg(
        shape("use", href=words("/icons.svg#", name)),
        class_name="icon small" if size == "small" else "icon",
        viewBox="0 0 24 24",
    )


def tone_icon(tone: Any) -> rx.Component:
    """The mark of a tone: each of the five has its own shape."""
    return icon(words("t-", tone))


def direction_icon(direction: Any) -> rx.Component:
    """The arrow of a change: up, down or level ("up", "down", "same")."""
    return icon(words("go-", direction))
