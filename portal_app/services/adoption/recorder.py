"""Notes of use on their way to the database: taken at once, written every second, never in anybody's way."""

import atexit
import queue
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from portal_app.core.db import Busy

_log = structlog.get_logger(__name__)
MOST_WAITING = 10_000


@dataclass(frozen=True)
class Use:
    """One thing that somebody did, as it is noted down."""

    company_id: str
    kind: str
    at: datetime
    name: str
    outcome: str
    milliseconds: int
    path: str
    session: str
    person_id: str
    account_id: str
    staff: bool


class Recorder:
    """A bounded buffer before the database; what does not fit is counted and left out."""

    def __init__(self, write: Callable[[str, list[Use]], None], *, most: int = MOST_WAITING) -> None:
        self._write = write
        self._waiting: queue.Queue[Use] = queue.Queue(maxsize=most)
        self._lock = threading.Lock()
        self._started = False
        self.by_itself = True
        self.left_out = 0

    def note(self, use: Use) -> None:
        """Take a note; returns at once."""
        try:
            self._waiting.put_nowait(use)
        except queue.Full:
            self.left_out += 1
        if self.by_itself and not self._started:
            self._begin()

    def forget(self) -> None:
        """Drop what waits; for tests."""
        self._take()

    def flush(self) -> int:
        """Write all that waits, now; says how many notes were written."""
        with self._lock:
            by_company: dict[str, list[Use]] = defaultdict(list)
            for use in self._take():
                by_company[use.company_id].append(use)
            return sum(self._write_some(company_id, uses) for company_id, uses in by_company.items())

    def _take(self) -> list[Use]:
        taken = []
        while True:
            try:
                taken.append(self._waiting.get_nowait())
            except queue.Empty:
                return taken

    def _write_some(self, company_id: str, uses: list[Use]) -> int:
        try:
            self._write(company_id, uses)
        except Busy:
            for use in uses:
                self.note(use)
            return 0
        except Exception:  # noqa: BLE001 -- counting visits must not break visiting
            _log.exception("adoption.not_written", notes=len(uses))
            return 0
        return len(uses)

    def _begin(self) -> None:
        with self._lock:
            if self._started:
                return
            self._started = True
        threading.Thread(target=self._run, name="adoption", daemon=True).start()
        atexit.register(self.flush)

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(1.0):
            self.flush()
