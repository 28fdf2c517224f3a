"""Run one leased job: its work and its mark in one transaction, its trouble in the next."""

from collections.abc import Mapping

import structlog

from portal_app.core import queue
from portal_app.core.access import SystemAccess, acting_for_company, before_sign_in
from portal_app.core.db import Busy
from portal_app.core.errands import Errand, Handler
from portal_app.core.ids import reference
from portal_app.core.queue import Leased, Stale

_log = structlog.get_logger(__name__)


def take(job_id: str | None = None) -> Leased | None:
    """The next job that is due, or that one; None when there is nothing to take."""
    with before_sign_in(reads_only=True) as db:
        if job_id is None and not queue.anything_due(db):
            return None
    with before_sign_in() as db:
        return queue.lease(db, job_id)


def run(job: Leased, handlers: Mapping[str, Handler]) -> str:
    """Do one job and say how it ended: "done", "waiting" for another attempt, "dead" or "stale"."""
    handler = handlers.get(job.kind)
    if handler is None:
        return _failed(job, f"nobody knows how to do {job.kind}", for_good=True)
    try:
        if isinstance(handler, Errand):
            _run_errand(job, handler)
        else:
            with acting_for_company(job.company_id, actor=f"job:{job.kind}") as access:
                handler(access, job.payload)
                queue.finish(access.db, job)
    except Stale:
        _log.warning("job.stale", job=job.id, kind=job.kind, attempt=job.attempt)
        return "stale"
    except Exception as trouble:  # noqa: BLE001 -- one job's trouble must not end the worker
        ref = reference("JOB")
        _log.exception("job.failed", job=job.id, kind=job.kind, attempt=job.attempt, reference=ref)
        return _failed(job, f"{ref} {type(trouble).__name__}: {trouble}")
    return "done"


def _run_errand(job: Leased, errand: Errand) -> None:
    payload = {**job.payload, "job": job.id}
    with acting_for_company(job.company_id, actor=f"job:{job.kind}", reads_only=True) as access:
        what = errand.prepare(access, payload)
    answer = None if what is None else errand.go(what)
    with acting_for_company(job.company_id, actor=f"job:{job.kind}") as access:
        if what is not None:
            errand.settle(access, payload, answer)
        queue.finish(access.db, job)


def _failed(job: Leased, trouble: str, *, for_good: bool = False) -> str:
    try:
        with before_sign_in() as db:
            return "waiting" if queue.fail(db, job, trouble, for_good=for_good) else "dead"
    except Busy:
        return "stale"  # the lease runs out and somebody takes it again


def tidy(access: SystemAccess, _payload: dict[str, object]) -> None:
    """Forget jobs that were done three months ago."""
    queue.tidy(access.db)
