"""The trail of who did what, for the screen."""

from dataclasses import dataclass

from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Happening


@dataclass(frozen=True)
class TrailAsked:
    """What somebody looks for in the trail; all of it is text as it was typed."""

    words: str = ""
    action: str = ""
    person: str = ""
    account: str = ""
    first_day: str = ""
    last_day: str = ""


@dataclass(frozen=True)
class TrailPage:
    """A page of the trail, newest first; `older` is the number to go on from, 0 at its end."""

    ready: bool = False
    found: str = ""
    rows: tuple[Happening, ...] = ()
    older: int = 0
    actions: tuple[Choice, ...] = ()
    file_to: str = ""
