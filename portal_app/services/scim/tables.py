"""What provisioning keeps: the directory's tokens and its groups."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from portal_app.core.tables import StaffRow, moment_field


class DirectoryToken(StaffRow, table=True):
    """What a directory shows to be let in; only its hash is kept. With an account: that business's people."""

    __tablename__ = "directory_token"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("key_hash"),)

    name: str = Field(max_length=80)
    key_hash: str = Field(max_length=64)
    account_id: str = Field(default="", max_length=26)
    role: str = Field(default="", max_length=30)
    """What somebody becomes whom no group gives a role; empty: nothing until a group does."""
    made_by: str = Field(default="", max_length=26)
    used_at: datetime | None = moment_field(default=None)
    ends_at: datetime | None = moment_field(default=None)
    """When the token ends by itself; None for one with no end."""
    ended_at: datetime | None = moment_field(default=None)


class DirectoryGroup(StaffRow, table=True):
    """A group of the directory, and the role that being in it gives here."""

    __tablename__ = "directory_group"  # pyright: ignore[reportAssignmentType]

    token_id: str = Field(foreign_key="directory_token.id", index=True, max_length=26)
    name: str = Field(max_length=120)
    external_id: str = Field(default="", max_length=200)
    role: str = Field(default="", max_length=30)
    changed_at: datetime = moment_field()


class DirectoryPerson(StaffRow, table=True):
    """Somebody whom a directory manages, as it last described them."""

    __tablename__ = "directory_person"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("token_id", "person_id"),)

    token_id: str = Field(foreign_key="directory_token.id", index=True, max_length=26)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=26)
    external_id: str = Field(default="", max_length=200)
    user_name: str = Field(default="", max_length=254)
    facts: str = "{}"
    active: bool = True
    made_here: bool = False
    """Whether the directory made this person known, and did not find them here."""
    changed_at: datetime = moment_field()


class DirectorySeat(StaffRow, table=True):
    """Somebody in a group of the directory."""

    __tablename__ = "directory_seat"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("group_id", "person_id"),)

    token_id: str = Field(foreign_key="directory_token.id", index=True, max_length=26)
    group_id: str = Field(foreign_key="directory_group.id", index=True, max_length=26)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=26)
