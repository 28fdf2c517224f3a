"""What must not be readable in the database: sealed with AES-256-GCM under a ring of named keys.

The keys never stand in the database. The first key of the ring seals; every key of it unseals, so that a new
one can be put in front and `manage keys rotate` can seal everything anew.
"""

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field

from portal_app.core.errors import Refusal
from portal_app.core.ids import reference
from portal_app.settings import WrongSetting, settings

_log = structlog.get_logger(__name__)

_NONCE = 12
_KEY = 32


class WrongKey(Refusal):
    """What was sealed cannot be opened: its key is not on the ring, or the text was changed.

    A person reads a sentence with a reference; what it is about and why stands in the log under it.
    """

    def __init__(self, about: str, why: str) -> None:
        ref = reference("KEY")
        _log.error("vault.wrong_key", reference=ref, about=about, why=why)
        super().__init__(
            "Something that we keep sealed cannot be opened on our side. Nothing was changed. "
            f"Tell us this reference: {ref}."
        )
        self.why = why


def _read_ring(said: str) -> dict[str, bytes]:
    ring: dict[str, bytes] = {}
    for part in (one.strip() for one in said.split(",") if one.strip()):
        name, colon, text = part.partition(":")
        try:
            key = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not (colon and name.isascii() and name.isalnum() and len(name) <= 20 and len(key) == _KEY):
            raise WrongSetting(
                "PORTAL_KEYS is a list of name:key, the key 32 bytes in base64. `manage keys new` writes one."
            )
        if name in ring:
            raise WrongSetting(f"PORTAL_KEYS names the key {name} twice.")
        ring[name] = key
    if not ring:
        raise WrongSetting("The ring of keys is empty. `manage keys new` writes a key for PORTAL_KEYS.")
    return ring


def new_key() -> str:
    """A fresh key as the ring takes it: a name and 32 random bytes in base64."""
    return f"k{secrets.token_hex(3)}:{base64.b64encode(os.urandom(_KEY)).decode()}"


def _own_ring(path: Path) -> str:
    """The ring of an installation without PORTAL_KEYS: a file of its own beside the rows, made once."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new_key())
        try:
            # Two processes may start at once: the first whole file wins for both.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


@lru_cache(maxsize=4)
def _ring(said: str, path: Path) -> Mapping[str, bytes]:
    return _read_ring(said or _own_ring(path))


def ring() -> Mapping[str, bytes]:
    """The keys of this installation by name, the sealing one first. Raises WrongSetting."""
    return _ring(settings().keys, settings().data_dir / "keys")


def seal_bytes(plain: bytes, about: str) -> bytes:
    """Seal some bytes under the first key; `about` says what they are and must be the same to unseal."""
    name, key = next(iter(ring().items()))
    nonce = os.urandom(_NONCE)
    return name.encode() + b"." + nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def unseal_bytes(kept: bytes, about: str) -> bytes:
    """What was sealed. Raises WrongKey when its key is not here or a byte of it was changed."""
    name, _, rest = kept.partition(b".")
    key = ring().get(name.decode("ascii", "replace"))
    if key is None:
        raise WrongKey(about, "its key is not on the ring")
    try:
        return AESGCM(key).decrypt(rest[:_NONCE], rest[_NONCE:], about.encode())
    except (InvalidTag, ValueError) as trouble:
        raise WrongKey(about, "it was changed, or sealed with another key of that name") from trouble


def key_name_of(kept: bytes) -> str:
    """The name of the key that sealed this."""
    return kept.partition(b".")[0].decode("ascii", "replace")


def seal(plain: str, about: str) -> str:
    """Seal a text for a text column."""
    return base64.urlsafe_b64encode(seal_bytes(plain.encode("utf-8", "surrogatepass"), about)).decode()


def unseal(kept: str, about: str) -> str:
    """The text that was sealed. Raises WrongKey."""
    try:
        raw = base64.urlsafe_b64decode(kept)
    except (binascii.Error, ValueError) as trouble:
        raise WrongKey(about, "it is not sealed") from trouble
    return unseal_bytes(raw, about).decode("utf-8", "surrogatepass")


class Sealed(TypeDecorator[str]):
    """A text column that stands sealed in the database; an empty text stays empty."""

    impl = Text
    cache_ok = True

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002 -- inherited
        """Into the database."""
        return seal(value, self.about) if value else value

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002 -- inherited
        """Out of it."""
        return unseal(value, self.about) if value else value


def sealed_field(about: str, **options: Any) -> Any:
    """A sealed text column; `about` is "table.column"."""
    options.setdefault("default", "")
    return Field(sa_type=Sealed(about), **options)  # pyright: ignore[reportCallIssue, reportArgumentType]
