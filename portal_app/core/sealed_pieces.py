"""Large private files that wait: sealed piece by piece, and read again without lying plain on the disk.

Each piece is sealed with its place, with whether it is the last, and with a name that only its file has, so
that none can be left out, moved, or come from another file.
"""

import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal_app.core.vault import WrongKey, ring

PIECE = 256 * 1024
"""Bytes of the plain file in each piece but the last."""

_MAGIC = "pieces.1"
_NONCE, _TAG = 12, 16
_WHOLE = _NONCE + PIECE + _TAG
_MOST_HEAD = 200


def seal_file(path: Path, about: str) -> None:
    """Seal a file in its own place under the first key of the ring; `about` says what it is."""
    sealed = path.with_name(f"{path.name}.sealed")
    try:
        with path.open("rb") as plain, os.fdopen(_new(sealed), "wb") as out:
            _seal(plain, out, about)
        os.replace(sealed, path)
    finally:
        sealed.unlink(missing_ok=True)


def _new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _seal(plain: BinaryIO, out: BinaryIO, about: str) -> None:
    name, key = next(iter(ring().items()))
    head = f"{_MAGIC} {name} {secrets.token_hex(16)}"
    out.write(head.encode() + b"\n")
    cipher, piece, index = AESGCM(key), plain.read(PIECE), 0
    while True:
        following = plain.read(PIECE)
        nonce = os.urandom(_NONCE)
        out.write(nonce + cipher.encrypt(nonce, piece, _place(head, about, index, last=not following)))
        if not following:
            return
        piece, index = following, index + 1


def _place(head: str, about: str, index: int, *, last: bool) -> bytes:
    return f"{head}:{about}:{index}:{int(last)}".encode()


@contextmanager
def unsealed(path: Path, about: str) -> Iterator[BinaryIO]:
    """The plain bytes of a sealed file, to be read in any order. Raises WrongKey, OSError."""
    with path.open("rb") as sealed, io.BufferedReader(_Unsealed(sealed, about), PIECE) as plain:
        yield cast("BinaryIO", plain)


class _Unsealed(io.RawIOBase):
    """Unseals the piece that is asked for, and holds no other."""

    def __init__(self, sealed: BinaryIO, about: str) -> None:
        self._sealed, self._about, self._at = sealed, about, 0
        first = sealed.readline(_MOST_HEAD)
        self._head = first.decode("ascii", "replace").removesuffix("\n")
        magic, _, rest = self._head.partition(" ")
        key = ring().get(rest.partition(" ")[0])
        if magic != _MAGIC or key is None:
            raise WrongKey(about, "its key is not on the ring")
        self._cipher, self._begins = AESGCM(key), len(first)
        size = sealed.seek(0, os.SEEK_END) - self._begins
        self._pieces = max(1, -(-size // _WHOLE))
        self._size = size - self._pieces * (_NONCE + _TAG)
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def seekable(self) -> bool:
        """Each piece is found by its place."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go on reading somewhere else in the plain bytes."""
        since = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, since + offset)
        return self._at

    def tell(self) -> int:
        """Where reading stands."""
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer from the piece at hand. Raises WrongKey for a piece that was changed."""
        if self._at >= self._size:
            # An empty file, or one that was cut: its last piece must say so.
            self._piece(self._pieces - 1)
            return 0
        index, skip = divmod(self._at, PIECE)
        found = self._piece(index)[skip : skip + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _piece(self, index: int) -> bytes:
        if self._held[0] != index:
            self._sealed.seek(self._begins + index * _WHOLE)
            kept = self._sealed.read(_WHOLE)
            place = _place(self._head, self._about, index, last=index == self._pieces - 1)
            try:
                self._held = (index, self._cipher.decrypt(kept[:_NONCE], kept[_NONCE:], place))
            except (InvalidTag, ValueError) as trouble:
                raise WrongKey(self._about, "a piece of it was changed, moved or left out") from trouble
        return self._held[1]
