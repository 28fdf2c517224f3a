"""The rules of provisioning: which text may come in, whose address somebody has, which role counts. Pure."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from portal_app.services.identity.rules import clean_email

MOST_TOKENS = 5
MOST_GROUPS = 500
MOST_SAID = 20_000
"""How many values one request may hold; a group of that size comes in several."""
USED_EVERY = timedelta(minutes=1)
_LONGEST = 1_000
_DEEPEST = 8
_ADDRESS = "emails"


class Unreadable(ValueError):
    """What came in is no JSON, or holds what no directory would send."""


def read_json(body: bytes) -> dict[str, Any]:
    """A request's body as a JSON object. Raises Unreadable for anything else."""
    try:
        said = json.loads(body.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once)
    except (ValueError, RecursionError) as trouble:
        raise Unreadable("The body is no JSON that can be read.") from trouble
    if not isinstance(said, dict):
        raise Unreadable("The body must be one JSON object.")
    check_said(said)
    return said


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("the same name twice")
    return found


def check_said(said: Any) -> None:
    """Refuse text that is too long or cannot be shown, and what is nested or repeated without end."""
    waiting: list[tuple[Any, int]] = [(said, 0)]
    count = 0
    while waiting:
        one, depth = waiting.pop()
        count += 1
        if depth > _DEEPEST or count > MOST_SAID:
            raise Unreadable("The body holds more than we take in one request.")
        if isinstance(one, str):
            _check_text(one)
        elif isinstance(one, dict):
            waiting += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            waiting += [(part, depth + 1) for part in one]


def _check_text(text: str) -> None:
    if len(text) > _LONGEST:
        raise Unreadable(f"A text is longer than {_LONGEST} characters.")
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") for letter in text):
        raise Unreadable("A text holds characters that cannot be shown.")


def key_of(token: str) -> str:
    """The name under which a token is kept: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def token_in(header: str) -> str:
    """The token of an Authorization header; empty when there is none."""
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" and len(token) <= 200 else ""


def completed(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a person, whole: the user name is the address where none is said; they are active."""
    whole = dict(said)
    names = {name.lower(): name for name in whole if isinstance(name, str)}
    if not whole.get(names.get(_ADDRESS, _ADDRESS)):
        address = clean_email(whole.get(names.get("username", ""), ""))
        if address:
            whole[names.get(_ADDRESS, _ADDRESS)] = [{"value": address, "primary": True}]
    if whole.get(names.get("active", "active")) is None:
        whole[names.get("active", "active")] = True
    return whole


def address_of(addresses: Iterable[tuple[object, bool]], user_name: str) -> str:
    """The address somebody signs in with: the primary one, else the first, else the user name; or none.

    `addresses` are pairs of an address and whether it is the primary one.
    """
    ordered = sorted(addresses, key=lambda pair: not pair[1])
    found = (clean_email(value) for value in (*(value for value, _ in ordered), user_name))
    return next((address for address in found if address), "")


def name_of(display: str, formatted: str, given: str, family: str, address: str) -> str:
    """What somebody is called: as they are shown, else their name, else what stands before the @."""
    for name in (display, formatted, f"{given} {family}"):
        clean = " ".join(name.split())
        if clean:
            return clean[:120]
    return address.partition("@")[0][:120]


def widest(roles: Iterable[str], rights: Mapping[str, frozenset[str]], known: Sequence[str]) -> str:
    """Of several roles the one that allows most; empty for none that is known."""
    held = [role for role in roles if role in known]
    return max(held, key=lambda role: (len(rights.get(role, frozenset())), -known.index(role)), default="")


def version_of(facts: Mapping[str, Any]) -> str:
    """A weak entity tag for what is shown."""
    text = json.dumps(facts, sort_keys=True, default=str)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'


def same_version(header: str, version: str) -> bool:
    """Whether an If-Match or If-None-Match header names this version."""
    return any(part.strip() in ("*", version) for part in header.split(","))
