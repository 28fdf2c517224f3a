"""What billing keeps: bills, their lines, the ledger behind them, payments, autopay, plans, paper."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from portal_app.core.tables import AccountRow, StaffRow, moment_field
from portal_app.services.billing import guards

NEWEST_TEMPLATE = 2
"""The version of the printed bill that bills are issued with from now on (`pdf.PAPERS`)."""


def cents_field(**options: Any) -> Any:
    """A column for an amount in minor units: 64 bits on both engines."""
    return Field(sa_type=BigInteger, **options)


def long_text(default: str = "") -> Any:
    """A column for a text without a fixed length."""
    return Field(default=default, sa_type=Text)


class BillCounter(StaffRow, table=True):
    """The last bill number a company gave out; locked while the next one is taken, so none is left out."""

    __tablename__ = "bill_counter"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("company_id"),)

    last: int = 0


class Bill(AccountRow, table=True):
    """One bill. From the moment it is issued its figures never change; a mistake is answered by voiding it.

    `period_from` and `period_to` are both days of the period. `opening_cents` is what was already open when
    it was issued (below 0: a credit), told but not charged again. `issuer`: who sent it to whom, JSON.
    """

    __table_args__ = (
        UniqueConstraint("company_id", "number"),
        UniqueConstraint("company_id", "key", name="uq_bill_key"),
        UniqueConstraint("company_id", "reference", name="uq_bill_reference"),
        CheckConstraint("state IN ('draft', 'issued', 'part_paid', 'paid', 'void')", name="state_known"),
        CheckConstraint("total_cents BETWEEN -100000000000 AND 100000000000", name="total_bounds"),
        CheckConstraint("period_from <= period_to", name="period_order"),
        CheckConstraint("issued_on <= due_on", name="due_after_issue"),
        CheckConstraint("state = 'draft' OR number IS NOT NULL", name="issued_has_number"),
        Index("ix_bill_account_due", "account_id", "due_on"),
    )

    number: int | None = None
    key: str | None = Field(default=None, max_length=160)
    reference: str = Field(max_length=20)
    state: str = Field(default="draft", max_length=12)
    title: str = Field(default="", max_length=80)
    site_id: str = Field(default="", max_length=60, index=True)
    site_name: str = Field(default="", max_length=200)
    period_from: date
    period_to: date
    issued_on: date
    due_on: date
    currency: str = Field(max_length=3)
    total_cents: int = cents_field()
    opening_cents: int = cents_field(default=0)
    tax_rule: str = Field(default="per line, half up", max_length=60)
    issuer: str = long_text("{}")
    pdf_sha256: str = Field(default="", max_length=64)
    template: int = NEWEST_TEMPLATE
    version: int = 1


class BillLine(AccountRow, table=True):
    """One line of a bill and its plain-language explanation. Quantity and rate are decimal text."""

    __tablename__ = "bill_line"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("bill_id", "place"),
        CheckConstraint("amount_cents BETWEEN -100000000000 AND 100000000000", name="amount_bounds"),
        CheckConstraint("why <> ''", name="explained"),
    )

    bill_id: str = Field(foreign_key="bill.id", max_length=26)
    place: int
    code: str = Field(max_length=40)
    title: str = Field(max_length=120)
    quantity: str = Field(default="", max_length=40)
    unit: str = Field(default="", max_length=20)
    rate: str = Field(default="", max_length=40)
    amount_cents: int = cents_field()
    from_on: date | None = None
    to_on: date | None = None
    explain_key: str = Field(default="", max_length=60)
    why: str = long_text()
    facts: str = long_text("{}")


class LedgerEntry(AccountRow, table=True):
    """One side of a double entry; the entries of a journal sum to 0. Never changed, never removed.

    `ledger` is receivable, revenue, bank, credit or budget. Receivable above 0: the customer owes it.
    """

    __tablename__ = "ledger_entry"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("journal", "place"),
        CheckConstraint("cents <> 0", name="not_nought"),
        CheckConstraint(
            "ledger IN ('receivable', 'revenue', 'bank', 'credit', 'budget')", name="ledger_known"
        ),
    )

    journal: str = Field(max_length=26)
    place: int
    ledger: str = Field(max_length=12)
    cents: int = cents_field()
    bill_id: str = Field(default="", max_length=26, index=True)
    plan_id: str = Field(default="", max_length=26, index=True)
    what: str = Field(max_length=40)


class Payment(AccountRow, table=True):
    """One intention to pay one bill: asked for once, however often somebody taps.

    `key` is the bill's id and the number of the intention; a second intention needs the first to have ended.
    """

    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("company_id", "reference", name="uq_payment_reference"),
        CheckConstraint("cents > 0 AND cents <= 100000000000", name="cents_positive"),
        CheckConstraint("received_cents >= 0 AND received_cents <= cents", name="received_within"),
        CheckConstraint(
            "state IN ('asked', 'pending', 'settled', 'failed', 'cancelled')", name="state_known"
        ),
    )

    bill_id: str = Field(foreign_key="bill.id", index=True, max_length=26)
    key: str = Field(max_length=60)
    reference: str = Field(max_length=20)
    cents: int = cents_field()
    received_cents: int = cents_field(default=0)
    currency: str = Field(max_length=3)
    method: str = Field(default="bank_transfer", max_length=20)
    state: str = Field(default="asked", max_length=12)
    person_id: str = Field(default="", max_length=26)
    asked_by: str = Field(default="", max_length=120)
    on_behalf: str = Field(default="", max_length=120)
    channel: str = Field(default="portal", max_length=20)
    asked_at: datetime = moment_field()
    settled_at: datetime | None = moment_field(default=None)
    trouble: str = Field(default="", max_length=200)


class Transfer(AccountRow, table=True):
    """One line of the company's bank statement, recorded once."""

    __table_args__ = (
        UniqueConstraint("company_id", "bank_line"),
        CheckConstraint("cents > 0 AND cents <= 100000000000", name="cents_positive"),
        CheckConstraint("credited_cents >= 0 AND credited_cents <= cents", name="credited_within"),
    )

    payment_id: str = Field(foreign_key="payment.id", index=True, max_length=26)
    bank_line: str = Field(max_length=80)
    cents: int = cents_field()
    credited_cents: int = cents_field(default=0)
    received_on: date
    recorded_by: str = Field(default="", max_length=120)


class Autopay(AccountRow, table=True):
    """An account's standing order to be debited, with the words that were agreed to."""

    __table_args__ = (
        UniqueConstraint("account_id"),
        CheckConstraint("state IN ('off', 'pending_authorisation', 'on', 'paused')", name="state_known"),
        CheckConstraint("limit_cents >= 0", name="limit_not_negative"),
    )

    state: str = Field(default="off", max_length=24)
    mandate: str = Field(max_length=20)
    method: str = Field(default="", max_length=120)
    day_rule: str = Field(default="due", max_length=4)
    limit_cents: int = cents_field(default=0)
    authorisation: str = long_text()
    authorised_at: datetime | None = moment_field(default=None)
    authorised_by: str = Field(default="", max_length=120)
    person_id: str = Field(default="", max_length=26)
    email: str = Field(default="", max_length=254)
    version: int = 1


class AutopayNotice(AccountRow, table=True):
    """The notice of one debit: how much, on which day, and until when it can be stopped."""

    __tablename__ = "autopay_notice"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        UniqueConstraint("bill_id"),
        CheckConstraint("cents > 0", name="cents_positive"),
        CheckConstraint(
            "state IN ('sent', 'stopped', 'debited', 'not_needed', 'over_limit')", name="state_known"
        ),
        CheckConstraint("sent_on <= debit_on", name="sent_before_debit"),
    )

    bill_id: str = Field(foreign_key="bill.id", max_length=26)
    cents: int = cents_field()
    sent_on: date
    debit_on: date = Field(index=True)
    stop_until: date
    state: str = Field(default="sent", max_length=12)


class BudgetPlan(AccountRow, table=True):
    """The same amount every month for one place, looked at each quarter, settled after a year."""

    __tablename__ = "budget_plan"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("monthly_cents >= 0", name="monthly_not_negative"),
        CheckConstraint("state IN ('on', 'left', 'settled')", name="state_known"),
        CheckConstraint("settle_month BETWEEN 1 AND 12", name="month_of_year"),
        Index(
            "uq_budget_plan_open",
            "account_id",
            "site_id",
            unique=True,
            sqlite_where=text("state = 'on'"),
            postgresql_where=text("state = 'on'"),
        ),
    )

    site_id: str = Field(default="", max_length=60)
    monthly_cents: int = cents_field()
    starts_on: date
    settle_month: int
    state: str = Field(default="on", max_length=12)
    reference: str = Field(max_length=20)
    enrolled_by: str = Field(default="", max_length=120)
    ended_on: date | None = None


class BudgetReview(AccountRow, table=True):
    """One quarterly look at a budget plan: what it asked for before and after, and what that rests on.

    `balance_cents` was used but not asked for by then (below 0: paid ahead), `average_cents` a usual month of
    the last twelve bills; `bill_id` ended the quarter, bills from `from_on` on ask for the new amount. A look
    that led to no other amount is kept too. Withdrawn with the bill that ended the quarter.
    """

    __tablename__ = "budget_review"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (
        CheckConstraint("quarter BETWEEN 1 AND 3", name="quarter_of_year"),
        CheckConstraint("old_cents >= 0 AND new_cents >= 0", name="amounts_not_negative"),
        CheckConstraint("bills_left BETWEEN 1 AND 11", name="bills_left_of_year"),
        CheckConstraint("state IN ('counts', 'withdrawn')", name="state_known"),
        Index(
            "uq_budget_review_quarter",
            "plan_id",
            "quarter",
            unique=True,
            sqlite_where=text("state = 'counts'"),
            postgresql_where=text("state = 'counts'"),
        ),
    )

    plan_id: str = Field(foreign_key="budget_plan.id", index=True, max_length=26)
    bill_id: str = Field(foreign_key="bill.id", index=True, max_length=26)
    quarter: int
    state: str = Field(default="counts", max_length=12)
    old_cents: int = cents_field()
    new_cents: int = cents_field()
    balance_cents: int = cents_field()
    average_cents: int = cents_field()
    bills_left: int
    from_on: date
    looked_on: date


class Delivery(AccountRow, table=True):
    """How an account gets its bills: on paper, or by e-mail and on the portal."""

    __table_args__ = (
        UniqueConstraint("account_id"),
        CheckConstraint("how IN ('paper', 'paperless')", name="how_known"),
    )

    how: str = Field(default="paper", max_length=10)
    email: str = Field(default="", max_length=254)
    confirmed_at: datetime = moment_field()
    confirmed_by: str = Field(default="", max_length=120)
    reference: str = Field(default="", max_length=20)
    version: int = 1


guards.keep(Bill, BillLine, LedgerEntry)
