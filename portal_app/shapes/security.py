"""How somebody signs in, as their own page shows it: second steps, recovery codes, devices."""

from dataclasses import dataclass

from portal_app.shapes.forms import Choice, Effect
from portal_app.shapes.tasks import LinkRow


@dataclass(frozen=True)
class FactorRow:
    """One second step: what it is called, since when, and when it was last used."""

    id: str
    name: str
    detail: str = ""


@dataclass(frozen=True)
class Removal:
    """What is asked before a way to sign in goes: which one, and what remains without it."""

    id: str = ""
    name: str = ""
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True)
class DeviceRow:
    """One session of a person: the device, where it is, since when and when it last did something."""

    id: str
    device: str
    place: str
    times: str
    here: bool = False


@dataclass(frozen=True)
class SecurityPage:
    """Everything about how one person signs in."""

    ready: bool = False
    base: str = ""
    email: str = ""
    recovers_at: str = ""
    """Where one decides about others who lost every way to sign in; empty for those who may not."""
    connections: tuple[FactorRow, ...] = ()
    """By which other houses they sign in."""
    for_all: tuple[LinkRow, ...] = ()
    """What one sets up of signing in for the whole company; nothing for those who may not."""
    apps: tuple[FactorRow, ...] = ()
    has_second_step: bool = False
    must_have: bool = False
    codes: str = ""
    codes_few: bool = False
    has_password: bool = True
    password: str = ""
    devices: tuple[DeviceRow, ...] = ()


@dataclass(frozen=True)
class ProofWays:
    """What somebody may prove themselves with just now.

    `code` takes a recovery code and, with an `app`, what the app shows.
    """

    ready: bool = False
    name: str = ""
    code: bool = False
    app: bool = False
    password: bool = False
    passkey: bool = False


@dataclass(frozen=True)
class RulesForm:
    """A company's rules for signing in, as their form holds them; `who` is "kind" or "everybody"."""

    who: str = "kind"
    minutes: str = "30"


@dataclass(frozen=True)
class RulesPage:
    """A company's rules for signing in as they stand, and what they can be."""

    ready: bool = False
    meaning: str = ""
    form: RulesForm = RulesForm()
    who: tuple[Choice, ...] = ()
    """Who can be asked for a second step; nothing where the kind of portal leaves no choice."""
    minutes: tuple[Choice, ...] = ()
