"""Quantities and prices by the unit, as people say them: "31 days at $0.49 a day"."""

from decimal import Decimal

from babel import numbers

from portal_app.core.money import to_minor, written

_MANY = {
    one: f"{one}s"
    for one in (
        "call",
        "day",
        "gallon",
        "hour",
        "message",
        "minute",
        "month",
        "therm",
        "visit",
        "week",
        "year",
    )
}
_ONE = {many: one for one, many in _MANY.items()}
_SPOKEN_WITH_AN = ("hour", "MW", "MWh")
TAXABLE = "taxable"
"""The unit of a line whose quantity is money and whose rate is a share of it."""
ONCE = "bill"
"""The unit of a line that a bill carries once, or by its share of days."""


def figure(value: Decimal, locale: str = "en_US") -> str:
    """A number, whole to the last digit that says something: "1,331.096", "307"."""
    return numbers.format_decimal(value.normalize(), locale=locale, decimal_quantization=False)


def amount(quantity: Decimal, unit: str, locale: str = "en_US") -> str:
    """A quantity in its unit: "31 days", "1 day", "8.161 therms", "612 kWh"."""
    one = _ONE.get(unit, unit)
    return f"{figure(quantity, locale)} {one if quantity == 1 else _MANY.get(one, one)}".strip()


def price(rate: Decimal, currency: str, locale: str = "en_US") -> str:
    """A price with all its digits, never fewer than the currency has: "$0.30", "$0.1432"."""
    return numbers.format_currency(rate.normalize(), currency, locale=locale, decimal_quantization=False)


def each(unit: str) -> str:
    """What a price is for: "a day", "an hour", "a kWh"; nothing for things without a unit."""
    one = _ONE.get(unit, unit)
    return f"{'an' if one in _SPOKEN_WITH_AN else 'a'} {one}" if one else ""


def came_about(
    quantity: Decimal | None, unit: str, rate: Decimal | None, currency: str, locale: str = "en_US"
) -> tuple[str, str]:
    """How an amount came about, in two parts that stand under each other in a column and read as one.

    ("31 days", "at $0.49 a day"), ("7.5 %", "on $120.42"), ("", "once on this bill"),
    ("40 %", "of $8.00 a bill").
    """
    if quantity is None or rate is None:
        return ("" if quantity is None else amount(quantity, unit, locale)), ""
    if unit == TAXABLE:
        share = f"{figure(rate * 100, locale)} %"
        return share, f"on {written(to_minor(quantity, currency), currency, locale)}"
    cost = f"{price(rate, currency, locale)} {each(unit)}".strip()
    if unit == ONCE and quantity == 1:
        return "", "once on this bill"
    if unit == ONCE:
        return f"{figure((quantity * 100).quantize(Decimal('0.1')), locale)} %", f"of {cost}"
    return amount(quantity, unit, locale), f"at {cost}"


def said(
    quantity: Decimal | None, unit: str, rate: Decimal | None, currency: str, locale: str = "en_US"
) -> str:
    """How an amount came about, as one sentence: "31 days at $0.49 a day", "7.5 % on $120.42"."""
    return " ".join(part for part in came_about(quantity, unit, rate, currency, locale) if part)
