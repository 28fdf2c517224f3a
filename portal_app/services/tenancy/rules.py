"""The rules for companies, accounts and people: pure."""

import re
from zoneinfo import ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

from portal_app.core.clock import zone_of
from portal_app.core.errors import Refusal

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_EMAIL = re.compile(r"[^@\s\0]+@[^@\s\0]+")
STANDINGS = ("active", "suspended")


def check_company(slug: str, name: str, zone: str, locale: str, currency: str) -> None:
    """Refuse a company that could not be addressed or whose days and money could not be written."""
    if not _SLUG.fullmatch(slug):
        raise Refusal(f"The short name {slug!r} must be small letters, digits and hyphens only.", "slug")
    if not name.strip():
        raise Refusal("A company needs a name.", "name")
    if not _CURRENCY.fullmatch(currency):
        raise Refusal(f"{currency!r} is not a currency code such as USD.", "currency")
    try:
        zone_of(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refusal(f"{zone!r} is not a time zone such as America/Chicago.", "zone") from None
    try:
        Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        raise Refusal(f"{locale!r} is not a locale such as en_US.", "locale") from None


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
