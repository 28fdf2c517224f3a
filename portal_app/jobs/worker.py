"""The worker beside the application: `start()` when it begins to serve, `stop()` before it ends.

Which engine runs the jobs is a setting: our own on any database, Procrastinate on PostgreSQL.
"""

from portal_app.jobs import procrastination
from portal_app.jobs.handlers import handlers, repeating
from portal_app.jobs.procrastination import ProcrastinateWorker
from portal_app.jobs.threads import Worker
from portal_app.settings import settings

_running: list[Worker | ProcrastinateWorker] = []


def worker() -> Worker | ProcrastinateWorker:
    """A worker of the engine that the settings name, with every handler of the house."""
    if settings().job_engine == "procrastinate" and settings().db_url.startswith("postgresql"):
        procrastination.prepare()
        return ProcrastinateWorker(handlers(), repeating())
    return Worker(handlers(), repeating())


def start() -> None:
    """Begin to work on threads of this process; a second call changes nothing."""
    if not _running:
        _running.append(worker())
        _running[0].start()


def stop() -> None:
    """Finish what is in hand and stop."""
    while _running:
        _running.pop().stop()
