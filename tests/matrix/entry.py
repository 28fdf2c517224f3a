"""What one line of the matrix says: who may call something, and with what it is tried."""

from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Of:
    """Stands for a row of somebody else: that column of the victim's first row in that table."""

    table: str
    column: str = "id"


def of(table: str, column: str = "id") -> Any:
    """The id (or another column) of a row that belongs to the victim, whoever calls."""
    return Of(table, column)


@dataclass(frozen=True)
class Entry:
    """Who may: "" for anybody, "session" for whoever signed in, else the name of the right it takes."""

    right: str
    args: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    file: tuple[str, bytes] | None = None
    as_json: bool = False
    left: frozenset[str] = frozenset()
    quiet: str = ""
    elsewhere: bool = False
    company_wide: bool = False

    def at(self, **query: Any) -> "Entry":
        """With this in the address: what a page's `load` reads, or the query of a route."""
        return replace(self, query=query)

    def posting(self, *, file: tuple[str, bytes] | None = None, **form: Any) -> "Entry":
        """With these fields in the body of a POST, and a file where the route takes one."""
        return replace(self, form=form, file=file)

    def sending(self, **values: Any) -> "Entry":
        """With this as the JSON of a POST."""
        return replace(self, form=values, as_json=True)

    def of_all(self) -> "Entry":
        """What it names belongs to the whole company: its other customers may have it too."""
        return replace(self, company_wide=True)

    def leaves(self, *tables: str) -> "Entry":
        """With rows of these tables left by whoever calls: a challenge, a mail to the person asked about."""
        return replace(self, left=frozenset(tables))

    def from_elsewhere(self) -> "Entry":
        """A post that pages of other sites may make a browser send; it changes nothing for whoever is in."""
        return replace(self, elsewhere=True)

    def shows_less(self, why: str) -> "Entry":
        """Somebody without the right is not refused but shown less, or led elsewhere by the page; why."""
        return replace(self, quiet=why)


def anybody(why: str, **args: Any) -> Entry:
    """Whoever calls may: it changes nothing that is stored and shows nothing of anybody. Says why."""
    if not why:
        raise ValueError("say why anybody may")
    return Entry("", args)


def signed_in(**args: Any) -> Entry:
    """Whoever is signed in may, for what is their own."""
    return Entry("session", args)


def needs(right: str, **args: Any) -> Entry:
    """Only roles with that right may; the others of the same account are refused."""
    return Entry(right, args)


def job(**payload: Any) -> Entry:
    """A job, tried with rows of another company than the one it runs for."""
    return Entry("", payload)
