"""News of an account, what a person wants to be told and how, and every mail with how it ended."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from portal_app.core.tables import AccountRow, PersonRow, StaffRow, moment_field


class News(AccountRow, table=True):
    """Something that moved on an account, told once; `person_id` where it is about what one person did."""

    shown_by: ClassVar[str] = "person_id"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    about: str = Field(default="", max_length=120)
    title: str = Field(max_length=160)
    detail: str = Field(default="", max_length=400)
    link: str = Field(default="", max_length=200)
    at: datetime = moment_field(index=True)
    key: str = Field(max_length=160)
    person_id: str = Field(default="", max_length=26)


class Preference(PersonRow, table=True):
    """How one person wants to hear of one topic. Quiet hours in minutes of the day; equal means none."""

    __table_args__ = (UniqueConstraint("person_id", "topic"),)

    topic: str = Field(max_length=40)
    channel: str = Field(default="mail", max_length=10)
    quiet_from: int = 1260
    quiet_to: int = 480


class Mail(StaffRow, table=True):
    """One mail and how it ended."""

    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    text: str
    message_id: str = Field(max_length=120, index=True)
    state: str = Field(max_length=40)
    at: datetime = moment_field(index=True)
