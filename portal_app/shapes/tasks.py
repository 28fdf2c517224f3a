"""Things to do: the tasks on a home, rows of a checklist, news since the last visit, tips."""

from dataclasses import dataclass

from portal_app.shapes.status import Badge


@dataclass(frozen=True)
class TaskButton:
    """One of the three top tasks: a label that is a verb with the customer's noun, and its figure."""

    label: str
    link_to: str
    icon: str
    figure: str = ""
    says: str = ""
    primary: bool = False


@dataclass(frozen=True)
class NewsRow:
    """Something that moved since the person was last here."""

    title: str
    detail: str
    link_to: str


@dataclass(frozen=True)
class TipRow:
    """Something worth doing, with its yearly saving and what that rests on."""

    title: str
    basis: str
    saving: str
    icon: str = "bulb"
    per: str = "a year"


@dataclass(frozen=True)
class CheckRow:
    """One row of a checklist: done or not, by when, whose turn."""

    title: str
    detail: str
    done: bool = False
    end: str = ""
    badge: Badge = Badge()
    link_text: str = ""
    link_to: str = ""


@dataclass(frozen=True)
class Progress:
    """How far along: parts done, waiting and left, with the words that say so."""

    done: int = 0
    waiting: int = 0
    left: int = 0
    strong: str = ""
    words: str = ""


@dataclass(frozen=True)
class LinkRow:
    """A row that leads somewhere: title, what is behind it, and how it stands."""

    title: str
    detail: str = ""
    link_to: str = ""
    end: str = ""
    badge: Badge = Badge()
    icon: str = ""
    id: str = ""


@dataclass(frozen=True)
class TaskCard:
    """A thing to act on: title, what and by when, one action, progress where it has words."""

    id: str
    title: str
    text: str
    badge: Badge
    action: str = ""
    link_to: str = ""
    progress: Progress = Progress()
