"""What the pages around mailed links show: a link before its button is pressed, a way back to decide on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LinkShown:
    """A link that works: at which company, for whom, and what it is about in words."""

    company: str = ""
    brand: str = ""
    email: str = ""
    about: str = ""
    phone: str = ""
    elsewhere: bool = False
    """Whether another browser than this one asked for it."""


@dataclass(frozen=True)
class WayBackRow:
    """Somebody who asks to be let in again, as the company's people see it. All in words."""

    id: str
    reference: str
    name: str
    email: str
    whose: str
    phone: str
    says: str
    reach: str
    came: str
    state: str
    waits: bool = False
    own: bool = False
    decided: str = ""
    opens: str = ""
