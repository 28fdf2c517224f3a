"""The rules for companies, accounts and people: pure."""

import re
from zoneinfo import ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.numbers import list_currencies

from portal_app.core.clock import zone_of
from portal_app.core.errors import Refusal

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_EMAIL = re.compile(r"[^@\s\0]+@[^@\s\0]+")
STANDINGS = ("active", "suspended")


def check_company(slug: str, name: str, zone: str, locale: str, currency: str) -> None:
    """Refuse a company that could not be addressed or whose days and money could not be written."""
    if not _SLUG.fullmatch(slug):
        raise Refusal(f"The short name {slug!r} must be small letters, digits and hyphens only.", "slug")
    if not name.strip() or len(name) > 120:
        raise Refusal("A company needs a name of at most 120 characters.", "name")
    if currency not in list_currencies():
        raise Refusal(f"{currency!r} is not a currency code such as USD.", "currency")
    try:
        zone_of(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refusal(f"{zone!r} is not a time zone such as America/Chicago.", "zone") from None
    try:
        Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        raise Refusal(f"{locale!r} is not a locale such as en_US.", "locale") from None


def check_host(host: str) -> None:
    """Refuse what no browser could name as the host it asks; an empty one is none."""
    labels = host.split(".")
    if host and (len(host) > 200 or not all(_LABEL.fullmatch(label) for label in labels)):
        raise Refusal(f"{host!r} is not a host name such as portal.company.example.", "host")


def slug_of(name: str) -> str:
    """The short name that a company's name makes: "Acme Power" is acme-power."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-")


def check_account(number: str, name: str) -> None:
    """Refuse an account without a number or a name, or with one too long to print."""
    if not number.strip() or len(number) > 40:
        raise Refusal("An account needs a number of at most 40 characters.", "number")
    if not name.strip() or len(name) > 120:
        raise Refusal("An account needs a name of at most 120 characters.", "name")


def clean_person(email: str, name: str) -> tuple[str, str]:
    """An e-mail as it is compared and a name as it is shown. Raises Refusal for either that cannot be one."""
    email = email.strip().lower()
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        raise Refusal(f"{email!r} is not an email address such as name@company.example.", "email")
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise Refusal("A person needs a name of at most 120 characters.", "name")
    return email, name


def initials(name: str) -> str:
    """One or two letters for a person's face: "Maya Lindqvist" is ML."""
    words = [word for word in name.split() if word[0].isalpha()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def host_name(host: str) -> str:
    """A Host header without its port, in small letters."""
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]
