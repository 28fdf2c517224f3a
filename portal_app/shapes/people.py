"""Who is on the screen: the person, their company's mark, the demo's people."""

from dataclasses import dataclass

from portal_app.shapes.forms import Choice, Effect
from portal_app.shapes.status import Badge


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
    looker: str = ""
    """Who of the company looks at the portal as this person, and until when; "" for nobody."""
    looks_until: str = ""
    several: bool = False
    """Whether there are accounts to switch between, so that the header names the one that is shown."""
    runs_people: bool = False
    sets_brand: bool = False
    gives_places: bool = False
    sees_trail: bool = False
    sets_holds: bool = False


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


@dataclass(frozen=True)
class CompanyChoice:
    """One of several companies that know a person: its short name, name and mark, and what they are there."""

    slug: str
    name: str
    brand: str = ""
    says: str = ""


@dataclass(frozen=True)
class Tick:
    """One box to tick in a form."""

    name: str
    label: str
    on: bool = False


@dataclass(frozen=True)
class PlaceForm:
    """What somebody is to be allowed in an account, as a form holds it.

    No scope means all of them. `sees` is "all", "own" or "chosen" with `persons`; `ends` is "never", "day"
    or "age", with the last day or the date of birth in `day`.
    """

    email: str = ""
    role: str = ""
    scopes: tuple[str, ...] = ()
    sees: str = "all"
    persons: tuple[str, ...] = ()
    ends: str = "never"
    day: str = ""
    proxy: bool = False
    reason: str = ""
    goes_to: str = ""


@dataclass(frozen=True)
class PersonRow:
    """Somebody who may do something, in words."""

    id: str
    name: str
    initials: str = ""
    email: str = ""
    detail: str = ""
    more: str = ""
    note: str = ""
    badge: Badge = Badge()
    can_change: bool = False
    can_end: bool = False
    can_resend: bool = False
    act: str = ""


@dataclass(frozen=True)
class PeoplePage:
    """Who may do what in an account: its people, who is invited, and what can be given."""

    ready: bool = False
    title: str = "People"
    meaning: str = ""
    people: tuple[PersonRow, ...] = ()
    invited: tuple[PersonRow, ...] = ()
    roles: tuple[Choice, ...] = ()
    scopes: tuple[Tick, ...] = ()
    persons: tuple[Tick, ...] = ()
    sees: tuple[Choice, ...] = ()
    ends: tuple[Choice, ...] = ()
    places: tuple[Choice, ...] = ()
    may_invite: bool = False
    directory: bool = False
    """Whether a directory may be let in to say who is here."""


@dataclass(frozen=True)
class Question:
    """What is asked once before it is done: the thing, its effects, the act and the way back."""

    title: str = ""
    effects: tuple[Effect, ...] = ()
    act: str = ""
    keep: str = "Keep it"


@dataclass(frozen=True)
class StaffPage:
    """The company's own people, and who is invited to be one."""

    ready: bool = False
    title: str = "Our people"
    meaning: str = ""
    people: tuple[PersonRow, ...] = ()
    invited: tuple[PersonRow, ...] = ()
    roles: tuple[Choice, ...] = ()
    directory: bool = False


@dataclass(frozen=True)
class CustomerPeoplePage:
    """The people of one customer's account, as the company's own people see them."""

    ready: bool = False
    account_id: str = ""
    title: str = ""
    meaning: str = ""
    people: tuple[PersonRow, ...] = ()
    invited: tuple[PersonRow, ...] = ()


@dataclass(frozen=True)
class Joining:
    """An invitation as the person it was sent to reads it.

    `state` is "new" for somebody to be made known, "known" for somebody who must sign in, "ready" for them
    when they have, "other" when somebody else is signed in here, "stale" when the link does not work.
    """

    ready: bool = False
    state: str = ""
    id: str = ""
    company: str = ""
    brand: str = ""
    inviter: str = ""
    what: str = ""
    facts: tuple[str, ...] = ()
    email: str = ""
    name: str = ""
    signed_in: str = ""
    until: str = ""
    staff: bool = False
    phone: str = ""
