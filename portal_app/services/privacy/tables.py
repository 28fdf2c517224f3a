"""What privacy keeps: copies to take along, wishes to be deleted, and holds."""

from datetime import datetime

from sqlmodel import Field

from portal_app.core.tables import PersonRow, StaffRow, moment_field


class Copy(PersonRow, table=True):
    """A copy of everything about one person, made on their word and kept for a day."""

    __tablename__ = "own_copy"  # pyright: ignore[reportAssignmentType]

    reference: str = Field(max_length=20)
    state: str = Field(default="asked", max_length=12)
    file_name: str = Field(default="", max_length=80)
    octets: int = 0
    ready_at: datetime | None = moment_field(default=None)
    ends_at: datetime | None = moment_field(default=None)


class Erasure(PersonRow, table=True):
    """Somebody's wish to be deleted: when it takes effect, and what stayed and why."""

    reference: str = Field(max_length=20)
    state: str = Field(default="asked", max_length=12)
    due_at: datetime = moment_field()
    cancelled_at: datetime | None = moment_field(default=None)
    done_at: datetime | None = moment_field(default=None)
    report: str = ""


class Hold(StaffRow, table=True):
    """Why rows of somebody must be kept for now: a law, a dispute, an open debt."""

    person_id: str = Field(default="", index=True, max_length=26)
    account_id: str = Field(default="", index=True, max_length=26)
    reason: str = Field(max_length=300)
    set_by: str = Field(default="", max_length=26)
    ends_at: datetime | None = moment_field(default=None)
    lifted_at: datetime | None = moment_field(default=None)
