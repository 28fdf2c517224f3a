"""A bill, its payments and its standing arrangements, as screens see them."""

from dataclasses import dataclass

from portal_app.shapes.money import ExplainedLine, SumLine
from portal_app.shapes.status import Badge, Happening


@dataclass(frozen=True)
class BillView:
    """One bill opened: its lines with their explanations, the sum, and how it stands."""

    id: str = ""
    number: str = ""
    title: str = ""
    site: str = ""
    period: str = ""
    due: str = ""
    total: str = ""
    left: str = ""
    left_cents: int = 0
    badge: Badge = Badge()
    lines: tuple[ExplainedLine, ...] = ()
    sums: tuple[SumLine, ...] = ()
    payable: bool = False
    reference: str = ""
    check_code: str = ""
    note: str = ""
    bank_notice: str = ""
    past: bool = False
    """Whether it is so old that its paper is gone."""


@dataclass(frozen=True)
class Owed:
    """What an account owes in all and which bill is next."""

    cents: int = 0
    amount: str = ""
    count: int = 0
    credit_cents: int = 0
    bill_id: str = ""
    title: str = ""
    next_amount: str = ""
    due: str = ""
    badge: Badge = Badge()
    said: str = ""


@dataclass(frozen=True)
class PaymentLine:
    """One payment in the history: how much, when, who asked, for whom and by which way."""

    id: str
    title: str
    amount: str
    when: str
    who: str
    how: str
    reference: str
    badge: Badge


@dataclass(frozen=True)
class AutopayOffer:
    """The words a person agrees to; `agreed` is handed back to show that it was these very words."""

    text: str = ""
    agreed: str = ""


@dataclass(frozen=True)
class AutopayView:
    """How autopay stands and what may be done with it now."""

    state: str = "off"
    badge: Badge = Badge("Off")
    words: str = ""
    method: str = ""
    day: str = ""
    limit: str = ""
    mandate: str = ""
    text: str = ""
    agreed: str = ""
    next_debit: str = ""
    stop_until: str = ""
    can_stop_next: bool = False


@dataclass(frozen=True)
class BudgetOffer:
    """The computed monthly amount, shown before anybody joins; `on` when the plan already runs.

    `sums` sets what was used against what the plan asked for; `changes` of its amount come newest first.
    """

    open: bool = False
    on: bool = False
    cents: int = 0
    amount: str = ""
    words: str = ""
    basis: str = ""
    settles: str = ""
    looks: str = ""
    sums: tuple[SumLine, ...] = ()
    changes: tuple[Happening, ...] = ()
    site_id: str = ""


@dataclass(frozen=True)
class DeliveryView:
    """How bills arrive: on paper or paperless, and since when."""

    paperless: bool = False
    email: str = ""
    words: str = ""
    reference: str = ""


@dataclass(frozen=True)
class AskedTransfer:
    """For the company's staff: a payment that was asked for and has not fully arrived."""

    reference: str
    account: str
    bill: str
    asked: str
    left: str
    badge: Badge
