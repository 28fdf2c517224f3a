"""How the house is doing: whether the database answers, and how long work has been waiting."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select

from portal_app.core.clock import now
from portal_app.core.db import is_postgres, session
from portal_app.core.outbox import Job
from portal_app.core.wall import stand_in


@dataclass(frozen=True)
class Pulse:
    """Ages in whole seconds; None where there is nothing to be old.

    `waiting` counts jobs that are due, `oldest` is how long the first of them has been due, `last_done` how
    long ago a worker last finished one, and `stuck` counts those given up.
    """

    waiting: int
    oldest: int | None
    last_done: int | None
    stuck: int


def pulse() -> Pulse:
    """Feel it. Raises what the database raises when it is away."""
    moment = now()
    due = (col(Job.state).in_(("waiting", "running")), col(Job.run_at) <= moment)
    with session(reads_only=True) as db:
        if is_postgres(db):
            stand_in(db, "", door=True)
        waiting, first = db.execute(select(func.count(), func.min(Job.run_at)).where(*due)).one()
        last = db.execute(select(func.max(Job.done_at))).scalar_one()
        given_up = col(Job.state) == "dead"
        stuck = db.execute(select(func.count()).select_from(Job).where(given_up)).scalar_one()
    return Pulse(waiting, _age(first, moment), _age(last, moment), stuck)


def _age(then: datetime | None, moment: datetime) -> int | None:
    return None if then is None else max(0, int((moment - then).total_seconds()))
