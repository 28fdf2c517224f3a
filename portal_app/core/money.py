"""Money in integer minor units with its currency, split without losing a cent, written for a locale."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import gcd

from babel import numbers

_EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


def exponent(currency: str) -> int:
    """How many decimals a currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: Decimal, currency: str = "USD") -> int:
    """A decimal amount in whole minor units, half rounded up (away from nought)."""
    return int(amount.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_decimal(minor: int, currency: str = "USD") -> Decimal:
    """Minor units as a decimal amount."""
    return Decimal(minor).scaleb(-exponent(currency))


def split(total: int, weights: list[int]) -> list[int]:
    """Share an amount by weights with the largest remainder, so that the parts sum to the whole.

    Raises ValueError when there is nobody to share with or a weight is negative.
    """
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("weights must be non-negative and not all nought")
    whole = sum(weights)
    sign = -1 if total < 0 else 1
    shares = [abs(total) * weight // whole for weight in weights]
    rests = [abs(total) * weight % whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda place: (-rests[place], place))
    for place in order[: abs(total) - sum(shares)]:
        shares[place] += 1
    return [sign * share for share in shares]


def written(minor: int, currency: str = "USD", locale: str = "en_US") -> str:
    """An amount as the person reads it: "$205.22"."""
    if locale == "en_US" and currency == "USD":
        sign = "-" if minor < 0 else ""
        return f"{sign}${abs(minor) // 100:,}.{abs(minor) % 100:02d}"
    return numbers.format_currency(to_decimal(minor, currency), currency, locale=locale)


def pieces(minor: int, currency: str = "USD", locale: str = "en_US") -> tuple[str, str, str]:
    """Sign, whole and cents apart, for a figure set large: ("$", "121", ".37").

    A sign that a locale writes behind the figure stays with the cents: ("", "121", ",37 €").
    """
    text = written(minor, currency, locale)
    digits = [place for place, letter in enumerate(text) if letter.isdigit()]
    first, last = digits[0], digits[-1] + 1
    decimals = exponent(currency)
    cut = last - decimals - 1 if decimals else last
    return text[:first].strip(), text[first:cut], text[cut:]


@lru_cache(maxsize=64)
def symbol(currency: str, locale: str = "en_US") -> str:
    """The sign of a currency in a locale."""
    return numbers.get_currency_symbol(currency, locale=locale)


def per_cent(part: int, whole: int, *, digits: int = 0) -> str:
    """A share in words: "11 %". Rounds half up; a whole of nought gives an empty text."""
    if whole == 0:
        return ""
    divisor = gcd(part, whole) or 1
    share = Decimal(part // divisor) * 100 / Decimal(whole // divisor)
    return f"{share.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)} %"
