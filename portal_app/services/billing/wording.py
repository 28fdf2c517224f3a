"""How a bill's line came about, in the same words on the screen and on paper."""

from decimal import Decimal

from portal_app.core import measures
from portal_app.services.billing.tables import BillLine


def _figures(line: BillLine) -> tuple[Decimal | None, str, Decimal | None]:
    quantity = Decimal(line.quantity) if line.quantity else None
    return quantity, line.unit, Decimal(line.rate) if line.rate else None


def parts_of(line: BillLine, currency: str, locale: str) -> tuple[str, str]:
    """How a line came about, in two parts for two columns: ("31 days", "at $0.49 a day")."""
    return measures.came_about(*_figures(line), currency, locale)


def said_of(line: BillLine, currency: str, locale: str) -> str:
    """How a line came about as one sentence: "31 days at $0.49 a day", "7.5 % on $120.42"."""
    return measures.said(*_figures(line), currency, locale)
