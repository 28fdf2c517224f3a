"""Opening a brought file: unzipping gzip on the way, never without a bound."""

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Self, cast

CHUNK = 65_536
"""Bytes read at a time."""

MOST_BYTES = 16 * 1024**3
"""Bytes of text a file may unfold to; the largest feed we were promised is 3 GB."""

GZIP_MAGIC = b"\x1f\x8b"

Progress = Callable[[int], None]


class TooMuch(Exception):
    """The file unfolds to more than the bound."""


class CutShort(Exception):
    """A compressed file ends early or is damaged."""


class Source:
    """The bytes of one file, plain or gzipped, readable from the start again.

    `on_progress` hears how many bytes of the file as it was brought (compressed, if so) are done.
    """

    def __init__(
        self, stream: BinaryIO, *, on_progress: Progress | None = None, most_bytes: int = MOST_BYTES
    ) -> None:
        self._own = None if _seekable(stream) else _spooled(stream)
        self._raw = self._own or stream
        self._most = most_bytes
        self._on_progress = on_progress
        head = self._raw.read(2)
        self._raw.seek(0)
        self.gzipped = head == GZIP_MAGIC
        self._plain = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw)) if self.gzipped else self._raw
        self.done = 0
        self._chunk = b""

    def read(self, size: int = CHUNK) -> bytes:
        """The next bytes, empty at the end. Raises TooMuch and CutShort."""
        try:
            chunk = self._plain.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as cut:
            raise CutShort from cut
        self.done += len(chunk)
        if self.done > self._most:
            raise TooMuch
        self._chunk = chunk or self._chunk
        if self._on_progress is not None:
            self._on_progress(self._raw.tell() if self.gzipped else self.done)
        return chunk

    def byte_at(self, index: int) -> int:
        """The byte at a place in the piece read last, or a space where it is no longer at hand."""
        at = index - (self.done - len(self._chunk))
        return self._chunk[at] if 0 <= at < len(self._chunk) else 0x20

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Read without telling the progress, while looking ahead."""
        listener, self._on_progress = self._on_progress, None
        try:
            yield
        finally:
            self._on_progress = listener

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of what was opened here; the stream that was brought stays its bringer's."""
        if self.gzipped:
            self._plain.close()
        if self._own is not None:
            self._own.close()

    def mark(self) -> tuple[int, int]:
        """Where reading stands, for `back_to`."""
        return self._plain.tell(), self.done

    def back_to(self, mark: tuple[int, int]) -> None:
        """Go on reading from a mark; `(0, 0)` is the beginning."""
        self._plain.seek(mark[0])
        self.done = mark[1]


def _seekable(stream: BinaryIO) -> bool:
    try:
        return stream.seekable()
    except AttributeError:
        return False


def _spooled(stream: BinaryIO) -> BinaryIO:
    """Lay a pipe's bytes down on disk, since a feed may name its units after its readings."""
    spool = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - closed with its Source
    shutil.copyfileobj(stream, spool, CHUNK)
    spool.seek(0)
    return spool
