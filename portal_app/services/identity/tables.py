"""What identity keeps: one row a session."""

from datetime import datetime

from sqlmodel import Field

from portal_app.core.tables import PersonRow, moment_field


class SignIn(PersonRow, table=True):
    """One session of one person; its name is the SHA-256 of the cookie, which is kept nowhere."""

    __tablename__ = "sign_in"  # pyright: ignore[reportAssignmentType]

    id: str = Field(primary_key=True, max_length=64)
    account_id: str = Field(default="", max_length=26)
    seen_at: datetime = moment_field()
    ends_at: datetime = moment_field()
    ended_at: datetime | None = moment_field(default=None)
    before_at: datetime | None = moment_field(default=None)
    address: str = Field(default="", max_length=64)
    device: str = Field(default="", max_length=80)
    how: str = Field(default="password", max_length=20)
