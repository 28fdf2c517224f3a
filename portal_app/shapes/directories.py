"""A directory that says who is here, as the people who run it read it."""

from dataclasses import dataclass

from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Badge


@dataclass(frozen=True)
class DirectoryRow:
    """One directory: what it is called, what it gives, when it was last here."""

    id: str
    name: str
    detail: str = ""
    used: str = ""
    badge: Badge = Badge()


@dataclass(frozen=True)
class GroupRow:
    """One group of a directory and the role that being in it gives."""

    id: str
    name: str
    detail: str = ""
    gives: str = ""
    role: str = ""


@dataclass(frozen=True)
class DirectoriesPage:
    """The directories of the company's people or of a business, and their groups."""

    ready: bool = False
    title: str = "Directory"
    meaning: str = ""
    address: str = ""
    may: bool = False
    directories: tuple[DirectoryRow, ...] = ()
    groups: tuple[GroupRow, ...] = ()
    roles: tuple[Choice, ...] = ()
    lasts: tuple[Choice, ...] = ()
    """How long a token may work."""
