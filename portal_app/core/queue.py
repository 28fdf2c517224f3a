"""The queue of jobs: leased by a worker, fenced by the number of the attempt, tried again ever later."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import SystemRandom
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, update
from sqlmodel import Session, col, select

from portal_app.core import outbox
from portal_app.core.clock import now
from portal_app.core.outbox import Job

LEASE = timedelta(seconds=60)
_LONGEST_WAIT = 3600
_chance = SystemRandom()


class Stale(Exception):
    """Another worker took the job over: what this one did for it must not be kept."""


@dataclass(frozen=True)
class Leased:
    """One job in one worker's hands. `attempt` counts from 1."""

    id: str
    company_id: str
    kind: str
    payload: dict[str, Any]
    attempt: int
    last: bool


def _abandoned(moment: datetime) -> ColumnElement[bool]:
    return and_(col(Job.state) == "running", col(Job.leased_until) < moment)


def _due(moment: datetime) -> ColumnElement[bool]:
    return or_(and_(col(Job.state) == "waiting", col(Job.run_at) <= moment), _abandoned(moment))


def anything_due(db: Session) -> bool:
    """Whether a worker would find something; asked without a lock."""
    return db.exec(select(Job.id).where(_due(now())).limit(1)).first() is not None


def lease(db: Session, job_id: str | None = None) -> Leased | None:
    """Take the job that waits longest; None when nothing is due.

    With `job_id` that very job, whose time somebody else has watched; None when another worker has it.
    """
    moment = now()
    due = select(Job).where(_due(moment))
    if job_id is not None:
        free = or_(col(Job.state) == "waiting", _abandoned(moment))
        due = select(Job).where(col(Job.id) == job_id, free)
    found = due.order_by(col(Job.run_at), col(Job.id)).limit(1).with_for_update(skip_locked=True)
    job = db.exec(found).first()
    if job is None:
        return None
    job.state, job.attempt, job.leased_until = "running", job.attempt + 1, moment + LEASE
    db.add(job)
    last = job.attempt >= job.max_attempts
    return Leased(job.id, job.company_id, job.kind, json.loads(job.payload), job.attempt, last)


def _change(db: Session, job: Leased, **values: Any) -> bool:
    mine = (col(Job.id) == job.id, col(Job.attempt) == job.attempt, col(Job.state) == "running")
    return db.connection().execute(update(Job).where(*mine).values(**values)).rowcount == 1


def renew(db: Session, job: Leased) -> bool:
    """Keep a job that takes long; False when it is no longer this worker's."""
    return _change(db, job, leased_until=now() + LEASE)


def finish(db: Session, job: Leased) -> None:
    """Mark a job done, in the transaction of what it did. Raises Stale when another worker has it now."""
    if not _change(db, job, state="done", done_at=now(), leased_until=None, trouble=""):
        raise Stale(job.id)


def wait_before(attempt: int) -> timedelta:
    """How long until the next attempt: 8 s, 16 s ... up to an hour, a quarter more or less by chance."""
    seconds = min(_LONGEST_WAIT, 2 ** (attempt + 2))
    return timedelta(seconds=seconds * _chance.uniform(0.75, 1.25))


def fail(db: Session, job: Leased, trouble: str, *, for_good: bool = False) -> bool:
    """Put a job back for later, or among the dead after its last attempt; True when tried again."""
    again = not (job.last or for_good)
    run_at = now() + wait_before(job.attempt)
    state = "waiting" if again else "dead"
    plain = trouble.encode("ascii", "replace").decode().replace("\0", "?")[:500]
    changed = _change(db, job, state=state, run_at=run_at, leased_until=None, trouble=plain)
    if changed and again:
        outbox.hand_over(db, job.id, run_at)
    return changed and again


def take_back(db: Session) -> int:
    """Queue with Procrastinate again what a dead worker held or what it never heard of; says how many."""
    moment = now()
    handed = or_(col(Job.leased_until).is_(None), col(Job.leased_until) < moment)
    overdue = and_(col(Job.state) == "waiting", col(Job.run_at) < moment - LEASE, handed)
    lost = select(Job.id).where(or_(_abandoned(moment), overdue)).limit(1000)
    ids = list(db.exec(lost.with_for_update(skip_locked=True)))
    for job_id in ids:
        outbox.hand_over(db, job_id, None)
    again = update(Job).where(col(Job.id).in_(ids)).values(state="waiting", leased_until=moment + LEASE)
    db.connection().execute(again)
    return len(ids)


def try_again(db: Session, company_id: str, job_id: str) -> bool:
    """Give a dead job of a company a fresh set of attempts; False when it is not among the dead."""
    dead = (col(Job.id) == job_id, col(Job.company_id) == company_id, col(Job.state) == "dead")
    fresh = update(Job).where(*dead).values(state="waiting", attempt=0, run_at=now(), trouble="")
    changed = db.connection().execute(fresh).rowcount == 1
    if changed:
        outbox.hand_over(db, job_id, None)
    return changed


def wait_from_now(db: Session, company_id: str) -> int:
    """Let what a made-up past asked for count as asked for now; says how many jobs that were."""
    waiting = (col(Job.company_id) == company_id, col(Job.state) == "waiting", col(Job.run_at) < now())
    return db.connection().execute(update(Job).where(*waiting).values(run_at=now())).rowcount


def payload_of(job: Job) -> dict[str, Any]:
    """What a stored job was asked to do it with."""
    return json.loads(job.payload)


def dead(db: Session, company_id: str) -> list[Job]:
    """The jobs of a company that failed for good, newest first."""
    found = select(Job).where(col(Job.company_id) == company_id, col(Job.state) == "dead")
    return list(db.exec(found.order_by(col(Job.run_at).desc()).limit(200)))


def tidy(db: Session, days: int = 90) -> int:
    """Forget jobs that were done long ago; says how many."""
    old = delete(Job).where(col(Job.state) == "done", col(Job.done_at) < now() - timedelta(days=days))
    return db.connection().execute(old).rowcount
