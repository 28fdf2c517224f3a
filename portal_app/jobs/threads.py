"""Our own engine: a few threads that lease jobs, woken by a commit or by the clock."""

import threading
from collections.abc import Iterable, Mapping

import structlog

from portal_app.core import live, queue
from portal_app.core.access import before_sign_in
from portal_app.core.db import Busy, patiently
from portal_app.core.errands import Handler, Repeating
from portal_app.core.outbox import TOPIC
from portal_app.core.queue import Leased
from portal_app.jobs import run
from portal_app.jobs.calendar import Calendar

_log = structlog.get_logger(__name__)


class Worker:
    """Runs jobs on threads of this process until it is stopped."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        repeating: Iterable[Repeating] = (),
        *,
        threads: int = 2,
        look_every: float = 1.0,
    ) -> None:
        self._handlers = handlers
        self._calendar = Calendar(repeating)
        self._look_every = look_every
        self._stopped = threading.Event()
        self._bells = [threading.Event() for _ in range(threads)]
        self._threads: list[threading.Thread] = []
        self._held: dict[str, Leased] = {}
        self._deaf = lambda: None

    def run_due(self) -> int:
        """Run everything that is due now, in this thread; says how many jobs ended, well or not."""
        self._calendar.ask()
        ran = 0
        while not self._stopped.is_set() and self._run_one():
            ran += 1
        return ran

    def start(self) -> None:
        """Begin to work beside the application."""
        self._deaf = live.listen(self._hear)
        names = [f"jobs-{number}" for number in range(len(self._bells))]
        self._threads = [
            threading.Thread(target=self._work, args=(bell,), name=name, daemon=True)
            for bell, name in zip(self._bells, names, strict=True)
        ]
        self._threads.append(threading.Thread(target=self._mind, name="jobs-mind", daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 10.0) -> None:
        """Finish what is in hand and stop; what takes longer is left to its lease."""
        self._deaf()
        self._stopped.set()
        self._ring()
        for thread in self._threads:
            thread.join(patience)

    def _hear(self, topic: str) -> None:
        if topic == TOPIC:
            self._ring()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    def _work(self, bell: threading.Event) -> None:
        with patiently():
            while not self._stopped.is_set():
                bell.clear()
                if not self._run_one():
                    bell.wait(self._look_every)

    def _run_one(self) -> bool:
        try:
            job = run.take()
            if job is None:
                return False
            self._held[job.id] = job
            try:
                run.run(job, self._handlers)
            finally:
                self._held.pop(job.id, None)
        except Busy:
            return False
        except Exception:  # noqa: BLE001 -- a worker outlives whatever one look at the queue brings
            _log.exception("jobs.look_failed")
            self._stopped.wait(5)
            return False
        return True

    def _mind(self) -> None:
        """Keep the leases of long jobs and ask for those that come round."""
        turn = 0
        while not self._stopped.wait(5):
            turn += 1
            try:
                self._calendar.ask()
                if turn % 4 == 0:
                    self._renew()
            except Busy:
                continue
            except Exception:  # noqa: BLE001 -- as above
                _log.exception("jobs.mind_failed")

    def _renew(self) -> None:
        held = list(self._held.values())
        if not held:
            return
        with before_sign_in() as db:
            for job in held:
                queue.renew(db, job)
