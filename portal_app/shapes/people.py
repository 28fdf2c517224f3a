"""Who is on the screen: the person, their company's mark, the demo's people."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Who:
    """The person signed in, for the screen only."""

    name: str = ""
    first_name: str = ""
    initials: str = ""
    email: str = ""
    account: str = ""
    account_label: str = ""
    company: str = ""
    brand: str = ""
    kind: str = ""
    role: str = ""
    staff: bool = False
    simple: bool = False


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the demo to look around as."""

    email: str
    name: str
    says: str
    company: str
    first_name: str = ""
    initials: str = ""


@dataclass(frozen=True)
class AccountChoice:
    """One of several accounts or places that a person may switch to."""

    id: str
    label: str
    detail: str = ""
    current: bool = False
