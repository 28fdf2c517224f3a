"""What a page is, as data: where, what it is called, what draws it, what fills it, who may see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import reflex as rx

from portal_app.shapes.forms import Help


@dataclass(frozen=True)
class Page:
    """One screen of a kind.

    `route` stands behind the kind's prefix ("/usage" is /energy/usage, "" its home). `load` fills it,
    `needs` names the permission that lets somebody see it (courtesy here; the use case is the lock).
    `headline` draws the kind's home shape, live and in the first HTML. `guide` is the help of this page;
    `guide_var` the help for the state it is in, from the page's own state.
    """

    route: str
    title: str
    view: Callable[[], rx.Component]
    load: Any = None
    needs: str = ""
    headline: Callable[[Any], rx.Component] | None = None
    who: Literal["customer", "staff", "anyone"] = "customer"
    guide: Help = Help()
    guide_var: Any = None
    frame: str = ""
    layout: Literal["", "two", "two head", "even"] = ""
    under: str | None = None
    """The navigation entry it belongs to, where it is not one itself ("/billing" for one bill)."""
    back_to: str | None = None
    back_text: str = "Back"
    footer: Any = None
    own_alert: bool = False
    """It says itself what the band over every page says, so the band stays away from it."""


@dataclass(frozen=True)
class OpenPage:
    """A page for somebody who is not signed in, or not wholly: a reset, an invitation, a second step."""

    route: str
    title: str
    view: Callable[[], rx.Component]
    load: Any = None


@dataclass(frozen=True)
class Band:
    """The alert at the top of every page of a kind: the var that holds it and the handler that fills it."""

    alert: Any
    load: Any
