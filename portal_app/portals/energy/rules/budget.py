"""Budget billing: the same amount each month, adjusted each quarter, settled once a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from portal_app.portals.energy.rules.rounding import whole

MONTHS = 12
QUARTER = 3
WORTH_CHANGING = Decimal("0.10")


def monthly_amount(bills: Sequence[int]) -> int:
    """Average of the last twelve bills in cents, half up. Raises ValueError for fewer than twelve."""
    if len(bills) < MONTHS:
        raise ValueError(f"budget billing needs {MONTHS} bills, not {len(bills)}")
    return whole(Decimal(sum(bills[-MONTHS:])) / MONTHS)


@dataclass(frozen=True)
class BudgetOffer:
    """What is shown before enrolling; `cents` is None where there are too few bills to work it out."""

    cents: int | None
    highest: int | None
    lowest: int | None
    text: str


def budget_offer(bills: Sequence[int]) -> BudgetOffer:
    """Work out the amount to show first; with under twelve bills say how many are missing."""
    if len(bills) < MONTHS:
        missing = MONTHS - len(bills)
        return BudgetOffer(
            None, None, None, f"We need {missing} more bill{'' if missing == 1 else 's'} first."
        )
    year = bills[-MONTHS:]
    return BudgetOffer(monthly_amount(bills), max(year), min(year), "The average of your last 12 bills.")


@dataclass(frozen=True)
class Settlement:
    """What a budget year ends with: due from the customer, or given back."""

    cents: int
    """Above 0 is due, below 0 is credit."""
    kind: Literal["due", "credit", "even"]


def settle_up(actual: Sequence[int], paid: Sequence[int]) -> Settlement:
    """Set what was used in the year against what was paid in it."""
    cents = sum(actual) - sum(paid)
    return Settlement(cents, "due" if cents > 0 else "credit" if cents < 0 else "even")


@dataclass(frozen=True)
class Adjustment:
    """The amount from the next month on, and whether it changed."""

    cents: int
    changed: bool


def adjust(current: int, trailing: Sequence[int], balance: int, months_left: int) -> Adjustment:
    """Look at the amount each quarter: expected bills of the months left plus what is behind, spread evenly.

    `balance` is cents used but not yet paid (below 0: paid ahead). A change under 10 % is left alone, so that
    the amount stays the same for as long as it can. Raises ValueError without a month left.
    """
    if months_left < 1:
        raise ValueError("no month is left in this budget year: settle up")
    expected = Decimal(monthly_amount(trailing)) * months_left + balance
    fair = max(whole(expected / months_left), 0)
    changed = abs(fair - current) > current * WORTH_CHANGING
    return Adjustment(fair if changed else current, changed)


def is_quarter_end(start: date, today: date) -> bool:
    """Tell whether a quarter of the budget year ends with this month's bill (but not the year itself)."""
    month = (today.year - start.year) * MONTHS + today.month - start.month + 1
    return month % QUARTER == 0 and month % MONTHS != 0
