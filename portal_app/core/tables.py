"""What every table of the house is built from: whose row it is, and how a moment is stored."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, MetaData
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from portal_app.core.clock import now
from portal_app.core.ids import new_id

SQLModel.metadata.naming_convention = {  # pyright: ignore[reportAttributeAccessIssue]
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA: MetaData = SQLModel.metadata


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment: stored in UTC, read back in UTC, on both engines.

    Raises ValueError for a moment without a zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Into the database: UTC, without a zone where the engine keeps none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 -- inherited
        """Out of the database: always aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment_field(**options: Any) -> Any:
    """A column for an aware moment; the default is now."""
    if "default" not in options and "default_factory" not in options:
        options["default_factory"] = now
    return Field(sa_type=UtcDateTime, **options)  # pyright: ignore[reportArgumentType, reportCallIssue]


class Row(SQLModel):
    """A row with a name of its own and the time it was made. Nobody reaches it but through a subclass."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=26)
    made_at: datetime = moment_field()


class CompanyRow(Row):
    """A row of one company that all its people may read (a tariff, an outage); only staff write it."""

    company_id: str = Field(foreign_key="company.id", index=True, max_length=26)


class StaffRow(Row):
    """A row of one company that only its staff may see."""

    company_id: str = Field(foreign_key="company.id", index=True, max_length=26)


class AccountRow(Row):
    """A row that belongs to one customer account.

    A table whose rows not everybody of the account may see names in `shown_by` the column that holds whose
    row it is; who sees whose is said in the person's place in the account.
    """

    shown_by: ClassVar[str] = ""

    company_id: str = Field(foreign_key="company.id", index=True, max_length=26)
    account_id: str = Field(foreign_key="account.id", index=True, max_length=26)


class PersonRow(Row):
    """A row that belongs to one person alone (their preferences, their drafts)."""

    company_id: str = Field(foreign_key="company.id", index=True, max_length=26)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=26)


class AccountSeries(SQLModel):
    """One of very many figures of an account, named by what it belongs to and when; it has no id."""

    company_id: str = Field(foreign_key="company.id", max_length=26)
    account_id: str = Field(foreign_key="account.id", index=True, max_length=26)


class CompanySeries(SQLModel):
    """One of very many figures that all people of a company may read; its company is part of its name."""

    company_id: str = Field(foreign_key="company.id", primary_key=True, max_length=26)
