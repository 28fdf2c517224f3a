"""The second engine: Procrastinate on PostgreSQL runs the same handlers over the same job rows."""

import asyncio
import threading
from collections.abc import Iterable, Mapping

import psycopg
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager

from portal_app.core import queue
from portal_app.core.access import before_sign_in
from portal_app.core.db import Busy
from portal_app.core.errands import Handler, Repeating
from portal_app.core.outbox import TASK
from portal_app.jobs import run
from portal_app.jobs.calendar import Calendar
from portal_app.settings import settings

_log = structlog.get_logger(__name__)


def _conninfo(url: str = "") -> str:
    return (url or settings().db_url).replace("postgresql+psycopg://", "postgresql://")


def prepare() -> bool:
    """Give the database Procrastinate's own tables and functions; False when they are there already."""
    with psycopg.connect(_conninfo(settings().owner_url), autocommit=False) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('portal.procrastinate'))")
        there = connection.execute("SELECT to_regclass('procrastinate_jobs')").fetchone()
        if there and there[0]:
            return False
        connection.execute(SchemaManager.get_schema().encode())
    return True


class ProcrastinateWorker:
    """Runs jobs that Procrastinate hands out, in a thread with an event loop of its own."""

    def __init__(
        self, handlers: Mapping[str, Handler], repeating: Iterable[Repeating] = (), *, threads: int = 2
    ) -> None:
        self._handlers = handlers
        self._calendar = Calendar(repeating)
        self._slots = threads
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def _app(self) -> App:
        app = App(connector=PsycopgConnector(conninfo=_conninfo(), min_size=1, max_size=self._slots + 2))

        @app.task(name=TASK, queue="portal")
        def _run(job_id: str) -> None:
            job = run.take(job_id)
            if job is not None:
                run.run(job, self._handlers)

        return app

    def run_due(self) -> None:
        """Run everything that is due now, then come back."""
        self._tend()
        self._app().run_worker(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=1)

    def start(self) -> None:
        """Begin to work beside the application."""
        self._thread = threading.Thread(target=self._work, name="jobs-procrastinate", daemon=True)
        self._thread.start()

    def stop(self, patience: float = 10.0) -> None:
        """Finish what is in hand and stop."""
        self._stopped.set()
        if self._loop is not None and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        if self._thread is not None:
            self._thread.join(patience)

    def _work(self) -> None:
        while not self._stopped.is_set():
            try:
                asyncio.run(self._serve())
            except (ConnectorException, psycopg.Error):
                _log.exception("jobs.procrastinate_away")
                self._stopped.wait(5)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = self._app()
        async with app.open_async():
            self._task = asyncio.create_task(
                app.run_worker_async(install_signal_handlers=False, concurrency=self._slots)
            )
            tending = asyncio.create_task(self._tend_forever(app))
            try:
                await self._task
            except asyncio.CancelledError:
                if not self._stopped.is_set():
                    raise
            finally:
                tending.cancel()

    async def _tend_forever(self, app: App) -> None:
        while True:
            await asyncio.to_thread(self._tend)
            for job in await app.job_manager.get_stalled_jobs():
                # The row of ours is handed over afresh; what a dead worker held is only in the way.
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            await asyncio.sleep(5)

    def _tend(self) -> None:
        try:
            self._calendar.ask()
            with before_sign_in() as db:
                queue.take_back(db)
        except Busy:
            _log.warning("jobs.busy")
