"""Files that come down and go up, and the door an upload has to pass before its body is read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Download:
    """A file for one person: its name, its type, its content as bytes or in pieces."""

    name: str
    type: str
    content: bytes | Iterable[bytes]


@dataclass(frozen=True)
class Upload:
    """A file that has arrived whole in a private place, with the name its sender gave it."""

    name: str
    path: Path
    size: int
    fields: dict[str, str] = field(default_factory=dict)
    drawn: bytes = b""
    """What the door's `draw` made of it."""


@dataclass(frozen=True)
class UploadDoor:
    """Where a file may be sent: who may (asked before the body is read), what then happens, how large.

    `check(access, **query)` refuses; `take(access, upload, **query)` gives the page to go to next;
    `larger` says what to do with a file that is larger. `draw(upload)` is for what is slow, such as making a
    picture anew: it comes before `take`, while nothing is locked, and `take` finds its bytes in the upload.
    """

    check: Callable[..., Any]
    take: Callable[..., str]
    back: str
    most_bytes: int = 25 * 1024 * 1024
    larger: str = "Send a smaller one."
    scanned: bool = True
    """Whether a virus scanner looks at it; not where a file is only read as figures and handed to nobody."""

    draw: Callable[[Upload], bytes] | None = None

    @property
    def too_large(self) -> str:
        """What is said of a file that is larger."""
        gigabytes, rest = divmod(self.most_bytes, 1024**3)
        most = f"{self.most_bytes // 1024**2:,} MB" if rest or not gigabytes else f"{gigabytes} GB"
        return f"That file is larger than {most}, the most that can be sent here. {self.larger}"
