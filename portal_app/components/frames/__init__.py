"""The five frames that hold all portals.

    frame_for(kind.frame)(Around(nav=..., current="/energy/bill", who=Session.who, ...), *children)

`topbar`, `sidebar`, `hub`, `bottom` and `simple` all have the signature `(around: Around, *children)`;
`Around` says field by field what stands around a page. The head of every document needs
`/portal.css`, `/theme.js` (not deferred, so that a chosen theme holds before the first paint) and a preload
of `/inter-latin-wght.woff2`.
"""

from collections.abc import Callable

import reflex as rx

from portal_app.components.frames.around import Around
from portal_app.components.frames.bottom import bottom
from portal_app.components.frames.hub import hub
from portal_app.components.frames.sidebar import sidebar
from portal_app.components.frames.simple import simple
from portal_app.components.frames.topbar import topbar

FRAMES: dict[str, Callable[..., rx.Component]] = {
    "topbar": topbar,
    "sidebar": sidebar,
    "hub": hub,
    "bottom": bottom,
    "simple": simple,
}


def frame_for(name: str) -> Callable[..., rx.Component]:
    """The frame a kind asks for. Raises ValueError for a name that is none of the five."""
    if name not in FRAMES:
        raise ValueError(f"A frame is one of {', '.join(FRAMES)}, not {name!r}.")
    return FRAMES[name]


__all__ = ["FRAMES", "Around", "bottom", "frame_for", "hub", "sidebar", "simple", "topbar"]
