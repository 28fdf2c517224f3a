"""Names for rows: sortable by time, impossible to guess."""

import os
import secrets
import time
from contextvars import ContextVar

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_request: ContextVar[str] = ContextVar("request", default="")


def new_id() -> str:
    """A 26-character id: 48 bits of milliseconds, then 80 random bits (the layout of a ULID)."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_secret(octets: int = 32) -> str:
    """A secret for a cookie or a link, 256 bits unless told otherwise."""
    return secrets.token_urlsafe(octets)


def begin_request(name: str = "") -> None:
    """Name what begins now, one request or one tap; whatever it writes down carries that name."""
    _request.set(name[:40] or secrets.token_hex(8))


def this_request() -> str:
    """The name of the request or tap that is served just now; empty for what the house does by itself."""
    return _request.get()


def reference(prefix: str) -> str:
    """A short reference that a person can read out on the phone: "OUT-7K2M9Q"."""
    return prefix + "-" + "".join(secrets.choice("23456789ACDEFGHJKLMNPQRTUVWXYZ") for _ in range(6))
