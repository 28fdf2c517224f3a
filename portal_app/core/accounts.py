"""The three tables that every row of the house leans on: the company, the customer account, the person."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from portal_app.core.ids import new_id
from portal_app.core.tables import AccountRow, Row, moment_field


class Company(SQLModel, table=True):
    """One company that runs a portal, of one kind, with its brand, zone, language and currency."""

    __table_args__ = (UniqueConstraint("slug"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=26)
    slug: str = Field(max_length=60)
    kind: str = Field(max_length=20, index=True)
    name: str = Field(max_length=120)
    short_name: str = Field(default="", max_length=60)
    brand: str = Field(default="", max_length=40)
    host: str = Field(default="", max_length=200, index=True)
    zone: str = Field(default="UTC", max_length=60)
    locale: str = Field(default="en_US", max_length=20)
    currency: str = Field(default="USD", max_length=3)
    phone: str = Field(default="", max_length=40)
    bank_name: str = Field(default="", max_length=80)
    bank_account: str = Field(default="", max_length=60)
    settings: str = "{}"
    accent: str = Field(default="", max_length=7)
    """The company's own colour as "#025b4b", checked for contrast when it was saved; empty: the brand's."""
    mark: str = ""
    """The company's own mark, a picture drawn anew, inside an SVG of our own; empty: the brand's."""
    second_factor: str = Field(default="", max_length=10)
    """Who must set up a second step: "" as the kind says, "staff", "everybody"."""
    idle_minutes: int = 0
    """After how many idle minutes a session ends; 0 as the kind says."""
    launched_at: datetime = moment_field()
    demo: bool = False

    @property
    def worn(self) -> str:
        """The key of the brand its pages wear: a drawn one, or "<slug>.<version>" for a colour or mark of its
        own, with ".m" behind it for a mark; those are fetched by that name from /brand/.
        """
        if not self.accent and not self.mark:
            return self.brand
        version = hashlib.sha256(f"{self.accent} {self.mark}".encode()).hexdigest()[:12]
        return f"{self.slug}.{version}{'.m' if self.mark else ''}"


class Account(Row, table=True):
    """One customer account of a company: a household, a business."""

    __table_args__ = (UniqueConstraint("company_id", "number"),)

    company_id: str = Field(foreign_key="company.id", index=True, max_length=26)
    number: str = Field(max_length=40)
    name: str = Field(max_length=120)
    segment: str = Field(default="home", max_length=20)
    phone: str = Field(default="", max_length=40)
    standing: str = Field(default="open", max_length=20)


class Person(Row, table=True):
    """Somebody who can sign in: a customer or one of the company's own people."""

    __table_args__ = (UniqueConstraint("company_id", "email"),)

    company_id: str = Field(foreign_key="company.id", index=True, max_length=26)
    email: str = Field(max_length=254, index=True)
    name: str = Field(max_length=120)
    password_hash: str = Field(default="", max_length=300)
    locale: str = Field(default="", max_length=20)
    staff_role: str = Field(default="", max_length=30)
    standing: str = Field(default="active", max_length=20)
    simple: bool = False
    email_proved_at: datetime | None = moment_field(default=None)
    external_id: str = Field(default="", max_length=200)
    """What the directory that provisions people calls this one."""
    demo_says: str = Field(default="", max_length=160)
    demo_order: int = 0


class Member(AccountRow, table=True):
    """A person's place in an account: owner, member, viewer; or a proxy's, which ends by itself.

    `scopes` narrows what the role allows to some of money, documents, work and people ("" for all of it);
    `sees` says whose rows come into view: "" for everybody's, "own", or the persons' ids parted by commas.
    """

    __table_args__ = (UniqueConstraint("account_id", "person_id"),)

    person_id: str = Field(foreign_key="person.id", index=True, max_length=26)
    role: str = Field(default="owner", max_length=30)
    scopes: str = Field(default="", max_length=60)
    sees: str = Field(default="", max_length=600)
    proxy: bool = False
    ends_at: datetime | None = moment_field(default=None)
    reason: str = Field(default="", max_length=200)
    given_by: str = Field(default="", max_length=26)


def account_exists(db: Session, company_id: str, account_id: str) -> bool:
    """Whether the company has that account."""
    found = select(Account.id).where(col(Account.id) == account_id, col(Account.company_id) == company_id)
    return db.exec(found).first() is not None


def numbers_of(db: Session, company_id: str, ids: Collection[str]) -> dict[str, str]:
    """The numbers of a company's accounts by their ids; for naming them, not for looking into them."""
    mine = (col(Account.company_id) == company_id, col(Account.id).in_(ids))
    return {row.id: row.number for row in db.exec(select(Account.id, Account.number).where(*mine))}  # pyright: ignore[reportAttributeAccessIssue]


def accounts_named(db: Session, company_id: str, number: str) -> list[str]:
    """The ids of a company's accounts with that number."""
    mine = (col(Account.company_id) == company_id, col(Account.number) == number)
    return list(db.exec(select(Account.id).where(*mine)))
