"""What is kept of how a portal is used: what happened, which tasks were begun and finished, what is set."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from portal_app.core.tables import CompanyRow, StaffRow, moment_field


class UseEvent(StaffRow, table=True):
    """One page seen or one use case run. Append-only; it names nobody and holds nothing that was typed."""

    __tablename__ = "use_event"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_use_event_company_id_at", "company_id", "at"),)

    at: datetime = moment_field()
    name: str = Field(max_length=120)
    outcome: str = Field(default="success", max_length=12)
    milliseconds: int = 0
    path: str = Field(default="", max_length=200)
    session: str = Field(default="", max_length=32, index=True)
    person_id: str = Field(default="", max_length=26)
    account_id: str = Field(default="", max_length=26)
    staff: bool = False


class TaskRun(StaffRow, table=True):
    """One attempt of a customer at one of the top tasks; at most one is open in a session."""

    __tablename__ = "task_run"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        Index(
            "uq_task_run_open",
            "company_id",
            "task",
            "session",
            unique=True,
            sqlite_where=text("outcome = 'open'"),
            postgresql_where=text("outcome = 'open'"),
        ),
    )

    task: str = Field(max_length=40)
    session: str = Field(max_length=32, index=True)
    account_id: str = Field(default="", max_length=26)
    started: datetime = moment_field(index=True)
    touched: datetime = moment_field()
    finished: datetime | None = moment_field(default=None)
    outcome: str = Field(default="open", max_length=12)
    steps: int = 0
    errors: int = 0


class TaskSetting(CompanyRow, table=True):
    """What the operator set for a top task: how long the same takes on the phone, and its place."""

    __tablename__ = "task_setting"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("company_id", "task"),)

    task: str = Field(max_length=40)
    phone_seconds: int = 420
    place: int = 0
