"""The rules of the door: pure, no database, no clock of their own."""

import hashlib
import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote

from portal_app.core.errors import Refusal

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(minutes=30)
TOUCH_EVERY = timedelta(minutes=1)
HEALTH = frozenset({"patient", "telehealth"})
WEALTH = frozenset({"wealth"})

_COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_OWN_PATH = re.compile(
    r"/[A-Za-z0-9._~!$'()*+,;=:@%/-]*(\?[A-Za-z0-9._~!$'()*+,;=:@%/?&-]*)?(#[A-Za-z0-9._~%-]*)?"
)
_CLOSED_DOORS = ("/auth", "/_", "/health", "/sign-in")

WRONG = "That email and password do not belong together. Check both and try again."


class WrongSignIn(Refusal):
    """The e-mail and the password do not let anybody in; the sentence is the same whatever the reason."""

    def __init__(self) -> None:
        super().__init__(WRONG, field="password")


def clean_email(typed: object) -> str:
    """An e-mail address as it is compared: trimmed, composed, lower case; empty when it cannot be one."""
    if not isinstance(typed, str) or len(typed) > 300:
        return ""
    email = unicodedata.normalize("NFC", typed.strip()).lower()
    plain = len(email) <= 254 and _EMAIL.fullmatch(email) is not None
    return email if plain and not _unprintable(email) else ""


def _unprintable(text: str) -> bool:
    return any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") for letter in text)


def cookie_value(header: object, name: str, shape: re.Pattern[str] = _COOKIE_VALUE) -> str:
    """A cookie's value in a Cookie header; empty when there is none of that shape, or two that differ."""
    if not isinstance(header, str) or len(header) > 16_384:
        return ""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    values = {value for key, _, value in pairs if key == name}
    value = values.pop() if len(values) == 1 else ""
    return value if shape.fullmatch(value) else ""


def key_of(value: str) -> str:
    """The name under which a session is kept: the SHA-256 of its cookie, in hexadecimal."""
    return hashlib.sha256(value.encode()).hexdigest()


def network_of(address: str) -> str:
    """What counts as one address for throttling: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


def place_words(address: str) -> str:
    """Where a session is, in words: its address, or that it is in this very house."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return "Place not known"
    if parsed.is_loopback:
        return "This very computer"
    return f"Local network, {address}" if parsed.is_private else f"Internet address {address}"


def security_page(kind: str, staff: bool) -> str:
    """Where somebody sees how they sign in."""
    return f"{home_of(kind, staff)}/account" + ("" if staff else "/security")


def idle_of(kind: str, minutes: int = 0) -> timedelta:
    """How long a session may stand idle: 15 minutes in health, else 30; less where the company says so."""
    most = timedelta(minutes=15) if kind in HEALTH else IDLE
    return min(timedelta(minutes=minutes), most) if minutes > 0 else most


def must_have_second_step(kind: str, wish: str, *, staff: bool, demo: bool) -> bool:
    """Whether somebody must set up a second step: staff everywhere, everybody in health and wealth.

    A company can ask it of everybody; the demo, whose passwords everybody knows, asks it of nobody.
    """
    if wish == "everybody":
        return True
    return not demo and (staff or kind in HEALTH | WEALTH)


def still_open(
    seen_at: datetime,
    ends_at: datetime,
    ended_at: datetime | None,
    moment: datetime,
    idle: timedelta = IDLE,
) -> bool:
    """Whether a session counts: not ended, not past its twelve hours, not idle for too long."""
    return ended_at is None and moment < valid_until(seen_at, ends_at, idle)


def valid_until(seen_at: datetime, ends_at: datetime, idle: timedelta = IDLE) -> datetime:
    """When a session ends by itself if nothing more is done with it."""
    return min(ends_at, seen_at + idle)


@dataclass(frozen=True)
class Place:
    """What somebody may do in one account, and whose rows there come into view (None: everybody's)."""

    role: str
    rights: frozenset[str]
    sees: frozenset[str] | None = None
    ends_at: datetime | None = None
    on_behalf: str = ""
    """For whom somebody acts whose place is a proxy's, by name; in `on_behalf_ids` by id."""
    on_behalf_ids: str = ""


def narrowed(rights: frozenset[str], scopes: str, scope_of: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What is left of a role's rights in a place that is narrowed to some scopes; "" leaves all of them.

    `scope_of` gives the rights of each scope; a right that no scope names goes with every place.
    """
    wanted = {part for part in scopes.split(",") if part}
    if not wanted:
        return rights
    elsewhere = frozenset().union(*(held for name, held in scope_of.items() if name not in wanted))
    kept = frozenset().union(*(held for name, held in scope_of.items() if name in wanted))
    return rights - (elsewhere - kept)


def seen_persons(sees: str, person_id: str) -> frozenset[str] | None:
    """Whose rows a place shows: everybody's (None), one's own, or those of persons named besides."""
    if not sees:
        return None
    named = () if sees == "own" else (part for part in sees.split(",") if part)
    return frozenset({person_id, *named})


def scope(places: Mapping[str, Place], wanted: str) -> tuple[str, Place, frozenset[str]]:
    """The current account, the place in it, and every account where that place's rights hold too.

    Only accounts in which the person may do and see at least as much as in the current one come into view
    beside it, so that a right held here is never used there.
    """
    if not places:
        return "", Place("", frozenset()), frozenset()
    current = wanted if wanted in places else next(iter(places))
    here = places[current]
    held = (account for account, other in places.items() if _covers(other, here))
    return current, here, frozenset(held) | {current}


def _covers(other: Place, here: Place) -> bool:
    sees_enough = other.sees is None or (here.sees is not None and other.sees >= here.sees)
    return other.rights >= here.rights and sees_enough


def home_of(kind: str, staff: bool) -> str:
    """Where somebody starts after signing in."""
    return f"/staff/{kind}" if staff else f"/{kind}"


def own_path(wanted: object) -> str:
    """A place of our own to go on to, or an empty text for anything that could lead elsewhere."""
    if not isinstance(wanted, str) or not wanted or len(wanted) > 500:
        return ""
    path = wanted
    for _ in range(3):
        if not _harmless(path):
            return ""
        decoded = unquote(path, errors="replace")
        if decoded == path:
            break
        path = decoded
    else:
        return ""
    doors = any(
        path == door or path.startswith((f"{door}/", f"{door}?")) for door in _CLOSED_DOORS if door != "/_"
    )
    return "" if doors or path.startswith("/_") or not _OWN_PATH.fullmatch(wanted) else wanted


def _harmless(path: str) -> bool:
    if not path.startswith("/") or _unprintable(path) or "\\" in path or "\ufffd" in path:
        return False
    place = path.split("?")[0].split("#")[0]
    return "//" not in place and ":" not in place and ".." not in place.split("/") and "@" not in place


_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
)
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_words(agent: object) -> str:
    """A device as its owner would call it: "Firefox on Android"."""
    if not isinstance(agent, str):
        return "a device"
    system = _first_found(agent, (*_SYSTEMS, ("Linux", "Linux")))
    browser = _first_found(agent, _BROWSERS)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "a device"


def _first_found(agent: str, words: Iterable[tuple[str, str]]) -> str:
    return next((word for mark, word in words if mark in agent), "")
