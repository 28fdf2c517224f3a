"""Passwords: what may be one, how it is kept, and whether one fits, at the same cost whoever asks."""

import hashlib
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw

from portal_app.core.db import Busy
from portal_app.core.errors import Refusal

SHORTEST = 12
LONGEST = 128
_LONGEST_TYPED = 4 * LONGEST

WEAK = {
    "short": f"Choose a password of at least {SHORTEST} characters; a few words in a row do well.",
    "long": f"That password is longer than {LONGEST} characters. Choose a shorter one.",
    "common": "That password is one of the first that others would try. Choose another.",
    "name": "That password is mostly a name that others know. Add a few words of your own.",
}
"""What is wrong with a new password, by the word that a door sends along."""


class WeakPassword(Refusal):
    """A password that may not be one; `kind` is a word of WEAK."""

    def __init__(self, kind: str) -> None:
        super().__init__(WEAK[kind], "password")
        self.kind = kind


# Above each row of the OWASP table for argon2id: 32 MiB, three passes, one lane.
_hasher = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(2)
_PATIENCE = 10


@contextmanager
def turn() -> Iterator[None]:
    """One of the few places where a password is worked on, so that a crowd cannot eat the memory.

    Raises Busy after ten seconds of waiting.
    """
    if not _turns.acquire(timeout=_PATIENCE):
        raise Busy
    try:
        yield
    finally:
        _turns.release()


def _composed(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher.hash(b"nobody has this password")


def keep(password: str) -> str:
    """The argon2id text to store for a password, parameters and salt in it."""
    return _hasher.hash(_composed(password))


def prepared(typed: object, words: Iterable[str]) -> str:
    """A new password as it is kept, checked against what a stranger would try first.

    It costs time on purpose, so nothing may be locked meanwhile. Raises WeakPassword, Busy.
    """
    password = typed if isinstance(typed, str) else ""
    check_new(password, words)
    with turn():
        return keep(password)


def fits(kept: str, typed: str) -> bool:
    """Whether the typed password is the kept one; costs the same when nothing is kept."""
    decoy = _nobodys()
    # Counted as it is kept: another keyboard may send each letter in several pieces.
    plain = unicodedata.normalize("NFC", typed[:_LONGEST_TYPED])
    short_enough = len(plain) <= LONGEST and len(typed) <= _LONGEST_TYPED
    try:
        _hasher.verify(kept or decoy, _composed(plain if short_enough else plain[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept) and short_enough


def derived(secret: str, salt: str) -> str:
    """A slow hash that can be looked up: the same for the same secret and salt, 64 hexadecimal digits.

    For secrets we drew ourselves, ten at a time: 19 MiB and two passes, the second row of OWASP's table.
    """
    salted = hashlib.sha256(salt.encode()).digest()[:16]
    raw = hash_secret_raw(
        _composed(secret),
        salted,
        time_cost=2,
        memory_cost=19 * 1024,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )
    return raw.hex()


def is_dated(kept: str) -> bool:
    """Whether a stored text was made with older parameters and should be made anew."""
    return _hasher.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _too_common() -> frozenset[str]:
    # Read on first use: the lists are large and only a new password needs them.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415

    lists = ("passwords", "english_wikipedia", "us_tv_and_film")
    return frozenset(word for name in lists for word in FREQUENCY_LISTS[name])


def check_new(password: str, words: Iterable[str] = ()) -> None:
    """Refuse a password that is too short, too long, too common, or little more than a name.

    `words` are those a stranger would try first: the company's name, the person's name and e-mail.
    """
    plain = unicodedata.normalize("NFC", password)
    rest = plain.lower()
    if len(plain) < SHORTEST:
        raise WeakPassword("short")
    if len(plain) > LONGEST:
        raise WeakPassword("long")
    if _too_easy(rest):
        raise WeakPassword("common")
    for word in sorted({part.lower() for text in words for part in _parts(text)}, key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < 8:
        raise WeakPassword("name")


def _too_easy(text: str) -> bool:
    known = text in _too_common() or _again_and_again(text)
    return known or len(set(text)) < 4 or any(text in row for row in _IN_A_ROW)


_IN_A_ROW = ("1234567890" * 14, "0987654321" * 14, "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")


def _again_and_again(text: str) -> bool:
    sizes = range(1, len(text) // 2 + 1)
    return any(
        text[:size] in _too_common() and text == (text[:size] * len(text))[: len(text)] for size in sizes
    )


def _parts(text: str) -> list[str]:
    cut = "".join(letter if letter.isalnum() else " " for letter in text)
    return [part for part in cut.split() if len(part) >= 4]
