"""What consents keep: one row an answer, never written over."""

from datetime import datetime

from sqlmodel import Field

from portal_app.core.tables import PersonRow, moment_field


class Consent(PersonRow, table=True):
    """One answer of somebody: to what, yes or no, in the very words they saw, when and from where.

    A later answer is a row of its own; the one before only gets the moment when it stopped counting. With an
    account it counts for that account, whoever of it answers next; `about` names the one thing it is about,
    where there are several (which third party); `on_behalf` for whom a proxy answered, by name.
    """

    purpose: str = Field(max_length=60)
    version: str = Field(default="", max_length=20)
    title: str = Field(default="", max_length=160)
    words: str = Field(default="", max_length=1000)
    yes: bool = True
    account_id: str = Field(default="", index=True, max_length=26)
    about: str = Field(default="", max_length=60)
    language: str = Field(default="", max_length=20)
    page: str = Field(default="", max_length=80)
    device: str = Field(default="", max_length=80)
    session: str = Field(default="", max_length=16)
    on_behalf: str = Field(default="", max_length=120)
    given_at: datetime = moment_field()
    withdrawn_at: datetime | None = moment_field(default=None)
