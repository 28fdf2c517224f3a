"""Cents and thousandths: rounded half up, shared out without losing one."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

HUNDRED = Decimal(100)
THOUSAND = Decimal(1000)


def whole(value: Decimal) -> int:
    """Round half up, away from zero on a tie, to a whole number."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_cents(amount: Decimal) -> int:
    """Turn an amount of money (12.345) into whole cents (1235), half up."""
    return whole(amount * HUNDRED)


def units(thousandths: int) -> Decimal:
    """Turn stored thousandths into units of the commodity, exactly (612000 -> 612.000)."""
    return Decimal(thousandths) / THOUSAND


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Split a whole number by weights so that the parts sum to it: largest remainder first.

    With no weight at all everything goes to the last part. Raises ValueError for no parts or a negative
    weight.
    """
    if not weights or min(weights) < 0:
        raise ValueError("share_out needs at least one weight, none of them negative")
    whole_weight = sum(weights)
    if whole_weight == 0:
        return [0] * (len(weights) - 1) + [total]
    exact = [Fraction(total * weight, whole_weight) for weight in weights]
    parts = [share.numerator // share.denominator for share in exact]
    by_remainder = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def plain(value: Decimal, places: int = 3) -> str:
    """Write a quantity for a sentence: no needless zeros, thousands with a comma ("1,176", "7.5")."""
    text = f"{value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
