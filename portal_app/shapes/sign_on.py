"""Coming in by another house, as those who set it up see it."""

from dataclasses import dataclass

from portal_app.shapes.charts import Fact
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Badge


@dataclass(frozen=True)
class HouseOffer:
    """Another house that somebody may come in by, on the sign-in page."""

    name: str
    route: str


@dataclass(frozen=True)
class SignOnForm:
    """Another house as its form holds it; `whom` is "staff" or "account" with the account's number.

    `protocol` is "oidc" or "saml"; by SAML its metadata says who it is.
    """

    protocol: str = "oidc"
    name: str = ""
    issuer: str = ""
    client_id: str = ""
    domains: str = ""
    role_claim: str = "groups"
    roles: str = ""
    whom: str = "staff"
    account: str = ""
    makes_people: bool = True
    follows: bool = True


@dataclass(frozen=True)
class SignOnRow:
    """One house that vouches for people: how it stands, what is known of it, what is to be done next."""

    id: str
    name: str
    badge: Badge = Badge()
    next: str = ""
    facts: tuple[Fact, ...] = ()
    tried: str = ""
    by_saml: bool = False
    unproved: bool = False
    can_turn: bool = False
    turn: str = ""


@dataclass(frozen=True)
class SignOnPage:
    """The houses that vouch for a company's people, and what they need to know of us."""

    ready: bool = False
    meaning: str = ""
    rows: tuple[SignOnRow, ...] = ()
    back_to: str = ""
    saml: bool = False
    """Whether the libraries for SAML are installed."""
    saml_name: str = ""
    saml_door: str = ""
    roles: str = ""
    confirms: str = ""
    """The domain that the mailed link in the address proves; "" for none."""


MAILBOXES = tuple(
    Choice(name, f"{name}@") for name in ("postmaster", "hostmaster", "admin", "administrator", "webmaster")
)
"""The mailboxes that only who runs a domain reads (the CA/Browser Forum's list)."""
