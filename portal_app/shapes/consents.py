"""What somebody agreed to, for whoever declares it and for the screen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal_app.shapes.tasks import LinkRow


@dataclass(frozen=True)
class Standing:
    """One of several things that a purpose is about, as it stands: which third party reads, and what."""

    about: str
    title: str
    words: str


@dataclass(frozen=True)
class Purpose:
    """Something that is done only with somebody's yes, or unless they say no.

    `turn(access, on, about)` does it or stops it at once, keeps the answer and gives a Notice;
    `stands(access)` says whether it is done. `each(access)` gives what stands of a purpose with several
    things; those can be stopped here, and begin elsewhere. `needs` is the right in the
    account that turns it, `sees` the one that sees it.
    """

    key: str
    title: str
    words: str
    turn: Callable[[Any, bool, str], Any]
    stands: Callable[[Any], bool] | None = None
    each: Callable[[Any], tuple[Standing, ...]] | None = None
    usual: bool = False
    """Whether it is done unless somebody says no."""
    sees: str = ""
    needs: str = ""


@dataclass(frozen=True)
class AgreedRow:
    """One thing that is done or not: its switch, its words, and since when."""

    key: str
    title: str
    words: str
    on: bool = False
    says: str = ""
    anew: bool = False
    """Whether the words have changed since they were agreed to."""
    fixed: bool = False
    """Whether this person may only read it."""


@dataclass(frozen=True)
class AgreedPage:
    """What somebody agreed to and what not, and every answer they gave."""

    rows: tuple[AgreedRow, ...] = ()
    history: tuple[LinkRow, ...] = ()
