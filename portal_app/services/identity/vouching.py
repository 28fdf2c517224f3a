"""The rules for people whom another house vouches for: whose addresses may come, as what. Pure."""

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from portal_app.core.errors import Refusal
from portal_app.services.identity.rules import clean_email

ANYBODY = "*"
"""Stands in a mapping for every value: whoever that house vouches for."""

MOST_DOMAINS = 10
MOST_ROLES = 20
_DOMAIN = re.compile(r"(?=.{4,120}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")

SENTENCES = {
    "away": "The sign-in of your company does not answer. Try again in a moment.",
    "wrong": "The answer of your company does not hold. Begin again; if it stays so, tell your IT.",
    "refused": "Your company did not let you in. Try again, or ask your IT.",
    "stale": "That took too long, was used already, or began in another browser. Begin again.",
    "unproved": "Your company does not say that your email address is confirmed. Tell your IT.",
    "domain": "Addresses like yours may not come in this way. Sign in another way.",
    "role": "Your company has not said what you may do here. Ask your IT to put you in a group that may.",
    "ended": "Your company has taken you out of every group that may come in here, so your place has ended. "
    "Ask your IT to put you in one.",
    "unknown": "Nobody here has your email address. Ask to be invited.",
    "shut": "Your sign-in here is shut. Ask whoever runs the portal.",
    "none": "No company sign-in is set up for that address. Sign in another way.",
}
"""What is said to somebody who does not come in by another house, by the word for why."""


class NotVouched(Refusal):
    """Somebody does not come in by another house; `why` is the word for it, `detail` is for who set it up."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(SENTENCES[why])
        self.why = why
        self.detail = detail or SENTENCES[why]


class Away(NotVouched):
    """The provider does not answer, or not as it should."""

    def __init__(self, detail: str = "The provider does not answer. Check its address.") -> None:
        super().__init__("away", detail)


@dataclass(frozen=True)
class Vouched:
    """Somebody whom another house vouches for."""

    subject: str
    claims: dict[str, Any] = field(repr=False)


def has_text(said: object, most: int = 500) -> bool:
    """Whether this is a text of printable ASCII signs, not empty and not too long."""
    return isinstance(said, str) and 0 < len(said) <= most and said.isascii() and said.isprintable()


def clean_domain(typed: str) -> str:
    """A domain as it is compared; empty when it cannot be one."""
    domain = typed.strip().lower().removeprefix("@").removesuffix(".")
    return domain if _DOMAIN.fullmatch(domain) else ""


def parts_of(kept: str) -> tuple[str, ...]:
    """What stands in a column parted by commas."""
    return tuple(part for part in kept.split(",") if part)


def domain_of(email: str) -> str:
    """The domain of an e-mail address."""
    return email.rpartition("@")[2]


def email_of(vouched: Vouched, domains: tuple[str, ...]) -> str:
    """The confirmed address of somebody vouched for. Raises NotVouched for any other address."""
    email = clean_email(vouched.claims.get("email"))
    said = vouched.claims.get("email_verified")
    if not email or not email.isascii() or not (said is True or said == "true"):
        raise NotVouched("unproved")
    if domain_of(email) not in domains:
        raise NotVouched("domain", f"{email} is not of a proved domain of this sign-on.")
    return email


def name_of(vouched: Vouched, email: str) -> str:
    """What somebody is called; the beginning of their address where the provider does not say."""
    said = vouched.claims.get("name")
    plain = " ".join(unicodedata.normalize("NFC", said).split()) if isinstance(said, str) else ""
    good = 0 < len(plain) <= 120 and all(unicodedata.category(sign)[0] != "C" for sign in plain)
    return plain if good else email.partition("@")[0][:120]


def values_of(vouched: Vouched, claim: str) -> tuple[str, ...]:
    """The values of a claim: one text, or a list of them; "a.b" also looks for b inside of a."""
    found: Any = vouched.claims.get(claim)
    if found is None and "." in claim:
        found = vouched.claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    said = found if isinstance(found, list) else [found]
    return tuple(one for one in said[:500] if isinstance(one, str))


def role_of(values: tuple[str, ...], mapping: dict[str, str]) -> str:
    """The role of the first value of a mapping that somebody has. Raises NotVouched for none."""
    for value, role in mapping.items():
        if value == ANYBODY or value in values:
            return role
    raise NotVouched("role")


def role_now(vouched: Vouched, claim: str, mapping: dict[str, str]) -> str:
    """The role that somebody's groups stand for now; "" for none.

    Raises NotVouched where the provider left the groups out because there are too many: that is not none.
    """
    names = vouched.claims.get("_claim_names")
    if (isinstance(names, dict) and claim in names) or any(
        key.endswith("groups.link") for key in vouched.claims
    ):
        raise NotVouched(
            "role", f"The provider left out {claim}: it says that there are too many. Send fewer."
        )
    values = values_of(vouched, claim)
    return next((role for value, role in mapping.items() if value == ANYBODY or value in values), "")


def read_mapping(kept: str) -> dict[str, str]:
    """A mapping as it is stored."""
    try:
        said = json.loads(kept)
    except ValueError:
        return {}
    return {str(value): str(role) for value, role in said.items()} if isinstance(said, dict) else {}


def write_mapping(mapping: dict[str, str]) -> str:
    """A mapping as it is stored, in its own order."""
    return json.dumps(mapping)


def read_domains(typed: str) -> tuple[str, ...]:
    """Domains as they were typed, parted by commas, blanks or lines. Raises Refusal."""
    said = [part for part in re.split(r"[\s,;]+", typed) if part]
    domains = tuple(dict.fromkeys(clean_domain(part) for part in said))
    if not domains or "" in domains:
        raise Refusal("Type the part of the addresses after the @, such as company.example.", "domains")
    if len(domains) > MOST_DOMAINS or len(",".join(domains)) > 600:
        raise Refusal(f"That are too many. Name at most {MOST_DOMAINS} domains.", "domains")
    return domains


def read_roles(typed: str, named: dict[str, str]) -> dict[str, str]:
    """A mapping as it was typed, one "group = role" a line; `named` gives roles by what they are called.

    Raises Refusal.
    """
    mapping: dict[str, str] = {}
    for line in (line.strip() for line in typed.splitlines() if line.strip()):
        value, equals, called = (part.strip() for part in line.rpartition("="))
        role = named.get(called.casefold(), "")
        if not (value and equals and len(value) <= 120):
            raise Refusal("Write one a line: the group, then = and the role.", "roles")
        if not role:
            known = ", ".join(sorted(named))
            raise Refusal(f"There is no role “{called[:40]}” that you may give. Choose of: {known}.", "roles")
        mapping.setdefault(value, role)
    if not 0 < len(mapping) <= MOST_ROLES:
        raise Refusal(f"Say for 1 to {MOST_ROLES} groups which role they have here.", "roles")
    return mapping
