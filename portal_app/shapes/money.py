"""Amounts as screens see them: written out, never to be counted with."""

from dataclasses import dataclass

from portal_app.shapes.status import Badge, Change


@dataclass(frozen=True)
class BigNumber:
    """A figure set large, in pieces so that sign and cents can be raised.

    `said` is the whole figure for a screen reader.
    """

    before: str = ""
    whole: str = ""
    cents: str = ""
    unit: str = ""
    said: str = ""
    change: Change = Change()


@dataclass(frozen=True)
class InvoiceLine:
    """One bill in a list: what period, how much, how it stands."""

    id: str
    title: str
    period: str
    amount: str
    badge: Badge
    link_to: str = ""
    payable: bool = False


@dataclass(frozen=True)
class ExplainedLine:
    """One line of a bill that explains itself in place."""

    id: str
    title: str
    detail: str
    amount: str
    why: str


@dataclass(frozen=True)
class SumLine:
    """One line of a small table that adds up; `whole` marks the total."""

    label: str
    amount: str
    whole: bool = False


@dataclass(frozen=True)
class PaymentRequest:
    """What a person is asked to pay and how: the reference to quote on a bank transfer."""

    key: str
    label: str
    cents: int
    amount: str
    currency: str
    reference: str
    payee: str = ""
    iban: str = ""
    bank: str = ""
    due: str = ""
