"""What tenancy keeps besides companies, accounts and people: who was invited to what."""

from datetime import datetime

from sqlmodel import Field

from portal_app.core.tables import AccountRow, StaffRow, moment_field


class Invitation(AccountRow, table=True):
    """Somebody is asked to join an account; the link that takes it up went by mail."""

    email: str = Field(max_length=254, index=True)
    name: str = Field(default="", max_length=120)
    role: str = Field(max_length=30)
    scopes: str = Field(default="", max_length=60)
    sees: str = Field(default="", max_length=600)
    proxy: bool = False
    place_ends_at: datetime | None = moment_field(default=None)
    reason: str = Field(default="", max_length=200)
    goes_to: str = Field(default="", max_length=500)
    invited_by: str = Field(default="", max_length=26)
    ends_at: datetime = moment_field()
    accepted_at: datetime | None = moment_field(default=None)
    accepted_by: str = Field(default="", max_length=26)
    withdrawn_at: datetime | None = moment_field(default=None)


class StaffInvitation(StaffRow, table=True):
    """Somebody is asked to work for the company here."""

    __tablename__ = "staff_invitation"  # pyright: ignore[reportAssignmentType]

    email: str = Field(max_length=254, index=True)
    name: str = Field(default="", max_length=120)
    staff_role: str = Field(max_length=30)
    invited_by: str = Field(default="", max_length=26)
    ends_at: datetime = moment_field()
    accepted_at: datetime | None = moment_field(default=None)
    accepted_by: str = Field(default="", max_length=26)
    withdrawn_at: datetime | None = moment_field(default=None)
