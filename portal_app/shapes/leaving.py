"""What becomes of rows when somebody is deleted, and how a wish to be deleted stands, for the screen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from portal_app.shapes.forms import Effect
from portal_app.shapes.tasks import LinkRow

UNNAMED = "A deleted person"


@dataclass(frozen=True)
class Fate:
    """What becomes of the rows of a table.

    `person` when one person is deleted: those rows that `by` names, as pairs of a column and what of the
    person stands there ("id", "email", "name"). `account` when an account closes with its last owner. To
    "unname" puts `sets` in place of what names somebody; "keep" says `why`, and for how many `days` it is
    kept (0: for as long as `why` says). `lapses`: it is removed when those days are over. `file` is the
    column that names a private file, and its folder.
    """

    words: str
    person: Literal["", "erase", "unname", "keep"] = ""
    account: Literal["", "erase", "unname", "keep"] = ""
    by: tuple[tuple[str, Literal["id", "email", "name"]], ...] = (("person_id", "id"),)
    sets: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    days: int = 0
    lapses: bool = False
    file: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Ends:
    """What a kind adds: the fates of its tables, and why an account of it cannot close yet, in sentences."""

    fates: Mapping[str, tuple[Fate, ...]] = field(default_factory=dict)
    stays: Callable[[Any, str], tuple[str, ...]] | None = None
    """`stays(access, account_id)`."""
    owner: str = "owner"
    """The role that owns an account."""


@dataclass(frozen=True)
class EndPage:
    """How a wish to be deleted stands: "" none, "asked" with its day, "held" with what it waits for."""

    ready: bool = False
    state: str = ""
    title: str = ""
    says: str = ""
    goes: tuple[LinkRow, ...] = ()
    stays: tuple[LinkRow, ...] = ()
    accounts: tuple[LinkRow, ...] = ()
    reference: str = ""
    file_to: str = ""
    question: str = ""
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True)
class HoldRow:
    """One hold, for the company's people."""

    id: str
    whose: str = ""
    reason: str = ""
    until: str = ""
    set_by: str = ""


@dataclass(frozen=True)
class HoldsPage:
    """What must not be deleted now and why, and who asked to be deleted."""

    ready: bool = False
    holds: tuple[HoldRow, ...] = ()
    wishes: tuple[LinkRow, ...] = ()
    agreed: tuple[LinkRow, ...] = ()
    """How many said yes or no to what they are asked, in which words."""
    agreed_to: str = ""
