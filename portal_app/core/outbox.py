"""Things to do after a commit: jobs written with the business row, and pokes to open pages."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, text

from portal_app.core.clock import now
from portal_app.core.db import is_postgres
from portal_app.core.ids import new_id
from portal_app.core.tables import moment_field
from portal_app.settings import settings

TOPIC = "jobs"
TASK = "portal.run"


class Job(SQLModel, table=True):
    """One thing to do, leased by a worker: at least once, so a handler must be repeatable."""

    __table_args__ = (UniqueConstraint("key"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=26)
    company_id: str = Field(default="", max_length=26, index=True)
    kind: str = Field(max_length=60)
    payload: str = "{}"
    key: str | None = Field(default=None, max_length=200)
    state: str = Field(default="waiting", max_length=12, index=True)
    run_at: datetime = moment_field(index=True)
    made_at: datetime = moment_field()
    leased_until: datetime | None = moment_field(default=None)
    done_at: datetime | None = moment_field(default=None)
    attempt: int = 0
    max_attempts: int = 8
    trouble: str = Field(default="", max_length=500)


def enqueue(
    db: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    company_id: str = "",
    key: str | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Ask for a job inside the caller's transaction; False when one with that key was asked for before."""
    job = Job(company_id=company_id, kind=kind, payload=json.dumps(payload), key=key, run_at=run_at or now())
    dialect = postgresql if is_postgres(db) else sqlite
    # A key that another transaction is just asking for is waited for, not tripped over.
    statement = dialect.insert(Job.__table__).on_conflict_do_nothing()  # pyright: ignore[reportAttributeAccessIssue]
    statement = statement.execution_options(preserve_rowcount=True)
    asked = db.connection().execute(statement, job.model_dump())
    if asked.rowcount != 1:
        return False
    hand_over(db, job.id, run_at)
    return True


def hand_over(db: Session, job_id: str, run_at: datetime | None) -> None:
    """Queue a stored job with Procrastinate in this very transaction, where that is the engine."""
    if settings().job_engine != "procrastinate" or not is_postgres(db):
        return
    db.connection().execute(
        text(
            "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW("
            "'portal', :task, 0, NULL, NULL, CAST(:args AS jsonb), CAST(:run_at AS timestamptz)"
            ")]::procrastinate_job_to_defer_v1[])"
        ),
        {"task": TASK, "args": json.dumps({"job_id": job_id}), "run_at": run_at},
    )
