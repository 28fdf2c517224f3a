"""Every line of a bill in plain words, and why this bill differs from the last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from portal_app.core import measures
from portal_app.core.money import written
from portal_app.portals.energy.rules.pricing import ENERGY_KEYS
from portal_app.portals.energy.rules.rounding import plain, to_cents, whole
from portal_app.portals.energy.rules.tariffs import Line, Priced

Money = Callable[[int], str]

NEARLY = Decimal("0.1")
"""A tier passed by no more than this share of where it starts could have been avoided whole."""
SAMPLE = Decimal(10)

KNOWN = {
    "generation": "This pays for making or buying the power you used.",
    "distribution": "This pays for bringing it to you: lines, poles and their repair.",
    "delivery": "This pays for bringing it to you: lines, pipes and their repair.",
    "transmission": "This pays for carrying power over long distances.",
    "renewable": "This pays for new wind and solar power, set by law.",
    "fuel": "This follows what fuel costs us, up or down.",
    "public-purpose": "This pays for help with bills and for saving energy, set by law.",
    "climate": "Your share of what polluters pay for their emissions, given back to homes.",
}


@dataclass(frozen=True)
class Explanation:
    """What a line is, in a title and a few sentences."""

    title: str
    text: str


def rate_words(rate: Decimal, money: Money, minor: str = "cents") -> str:
    """Write a rate for a sentence: "38 cents", "1.2 cents", or money from one whole unit on."""
    cents = (rate * 100).normalize()
    if abs(cents) >= 100 and cents == whole(cents):
        return money(int(cents))
    return f"{plain(cents, 4)} {minor}"


@dataclass(frozen=True)
class Words:
    """How the company writes figures: an amount of cents, a price, and how a line came about."""

    currency: str = "USD"
    locale: str = "en_US"

    def __call__(self, cents: int) -> str:
        """An amount: "$24.00"."""
        return written(cents, self.currency, self.locale)

    def said(self, line: Line) -> str:
        """The sentence that stands beside the line: "31 days at $0.49 a day"."""
        return measures.said(line.quantity, line.unit, line.rate, self.currency, self.locale)


def explain(line: Line, lines: Sequence[Line], money: Words) -> Explanation:
    """Explain one line from itself and its neighbours; every line has an explanation."""
    tell = {
        "tier": _tier,
        "period": _period,
        "flat": _flat,
        "difference": _difference,
        "fixed": _fixed,
        "fixed_bill": _fixed_bill,
        "rider": _rider,
        "minimum": _minimum,
        "tax": _tax,
        "credit": _credit,
    }.get(line.explain_key, _rider)
    return Explanation(line.name, tell(line, lines, money))


def _amount(line: Line) -> str:
    unit = line.unit if line.unit not in ("day", "bill") or line.quantity == 1 else f"{line.unit}s"
    return f"{plain(line.quantity)} {unit}"


def _tier(line: Line, lines: Sequence[Line], money: Words) -> str:
    same = [other for other in lines if other.explain_key == "tier" and other.start == line.start]
    below = [other for other in same if other.beyond < line.beyond and other.code[:-1] == line.code[:-1]]
    if not below:
        return _first_tier(line, money)
    more = rate_words(line.rate - max(below, key=lambda other: other.beyond).rate, money)
    text = f"What you used beyond {plain(line.beyond)} {line.unit} costs {more} more each."
    if line.quantity <= line.beyond * NEARLY:
        return f"{text} {plain(line.quantity)} fewer {line.unit} would have saved {money(line.cents)} here."
    saved = money(to_cents(SAMPLE * line.rate))
    return f"{text} Every {plain(SAMPLE)} {line.unit} less would have saved {saved} here."


def _first_tier(line: Line, money: Words) -> str:
    each = rate_words(line.rate, money)
    if line.ceiling is None:
        return f"{_amount(line)} at {each} each."
    days = (line.end - line.start).days
    return (
        f"The first {plain(line.ceiling)} {line.unit} of these {days} days cost {each} each, "
        f"our lowest price. You used {_amount(line)} of them."
    )


def _period(line: Line, lines: Sequence[Line], money: Words) -> str:
    others = [other for other in lines if other.explain_key == "period" and other.rate < line.rate]
    text = f"Used in the hours “{line.name}”: {money.said(line)}."
    if not others or line.quantity <= 0:
        return text
    cheapest = min(others, key=lambda other: other.rate)
    move = min(SAMPLE, line.quantity)
    saved = money(to_cents(move * (line.rate - cheapest.rate)))
    return f"{text} Moving {plain(move)} {line.unit} to “{cheapest.name}” would have saved {saved}."


def _flat(line: Line, _lines: Sequence[Line], money: Words) -> str:
    return f"{money.said(line)}, the same at any hour."


def _difference(line: Line, _lines: Sequence[Line], money: Words) -> str:
    if line.quantity < 0:
        more = plain(-line.quantity)
        return (
            f"Our hourly readings add up to {more} {line.unit} more than your meter's dial. The dial counts."
        )
    return (
        f"Your meter counted {_amount(line)} that our hourly readings do not show, so we cannot "
        f"tell the hour. They cost {rate_words(line.rate, money)} each."
    )


def _fixed(line: Line, _lines: Sequence[Line], money: Words) -> str:
    return (
        f"{money.said(line)} for your meter, the line to your home and billing. "
        "It is the same however much you use."
    )


def _fixed_bill(line: Line, _lines: Sequence[Line], money: Words) -> str:
    part = "" if line.quantity == 1 else " Part of it is charged here, by days."
    return f"{money(to_cents(line.rate))} a bill for your meter and billing, however much you use.{part}"


def _rider(line: Line, _lines: Sequence[Line], money: Words) -> str:
    why = line.why or KNOWN.get(line.code, "")
    return f"{why} {money.said(line)}.".strip()


def _minimum(line: Line, _lines: Sequence[Line], money: Words) -> str:
    least = to_cents(line.ceiling or Decimal(0))
    return (
        f"Every bill comes to at least {money(least)} before tax, to keep your meter connected. "
        f"Your use came to {money(least - line.cents)}, so {money(line.cents)} is added."
    )


def _tax(line: Line, _lines: Sequence[Line], money: Words) -> str:
    return f"{money.said(line)}, the charges above. We collect it and pass all of it on."


def _credit(line: Line, _lines: Sequence[Line], money: Words) -> str:
    why = line.why or KNOWN.get(line.code, "")
    return f"{why} It takes {money(-line.cents)} off this bill.".strip()


PartCode = Literal["days", "use", "price", "fixed", "tax", "credits"]


@dataclass(frozen=True)
class Part:
    """One reason why a bill differs, in cents (below 0 where it made the bill smaller)."""

    code: PartCode
    cents: int
    text: str


def why_different(
    this: Priced, last: Priced | None, money: Money, *, at_last_prices: int | None = None
) -> list[Part]:
    """Split the change from the last bill into days, use, price, fixed, tax and credits that sum to it.

    Days: the extra days at the last bill's daily cost. Use: what was used beyond that, at the last prices.
    Price: what is left of the change in energy and its riders. `at_last_prices` is this bill's energy and
    riders priced with the last bill's tariff; without it the last average price stands in. No last bill, no
    parts.
    """
    if last is None:
        return []
    days, days_before = (this.end - this.start).days, (last.end - last.start).days
    unit_keys = (*ENERGY_KEYS, "rider")
    energy, energy_before = this.of(*unit_keys), last.of(*unit_keys)
    fixed, fixed_before = (bill.of("fixed", "fixed_bill", "minimum") for bill in (this, last))
    longer = Decimal(days - days_before) / days_before
    energy_days, fixed_days = whole(energy_before * longer), whole(fixed_before * longer)
    if at_last_prices is None:
        average = Decimal(energy_before) / last.use if last.use else Decimal(0)
        at_last_prices = whole(average * this.use)
    cents: dict[PartCode, int] = {
        "days": energy_days + fixed_days,
        "use": at_last_prices - energy_before - energy_days,
        "price": energy - at_last_prices,
        "fixed": fixed - fixed_before - fixed_days,
        "tax": this.of("tax") - last.of("tax"),
        "credits": this.of("credit") - last.of("credit"),
    }
    said = _PartWords(this, last, days, days_before)
    return [
        Part(code, amount, said.sentence(code, amount, money)) for code, amount in cents.items() if amount
    ]


@dataclass(frozen=True)
class _PartWords:
    this: Priced
    last: Priced
    days: int
    days_before: int

    def sentence(self, code: PartCode, cents: int, money: Money) -> str:
        change = f"{money(abs(cents))} {'more' if cents > 0 else 'less'}"
        return f"{self._cause(code, cents)}: {change}"

    def _cause(self, code: PartCode, cents: int) -> str:
        more = cents > 0
        if code == "days":
            count = abs(self.days - self.days_before)
            return f"{count} {'more' if more else 'fewer'} day{'' if count == 1 else 's'} in this bill"
        return {
            "use": f"You used {'more' if more else 'less'} a day",
            "price": f"The average price of a unit went {'up' if more else 'down'}",
            "fixed": "Charges that do not depend on use changed",
            "tax": "Tax follows the rest of the bill",
            "credits": "A credit of last time is missing or smaller"
            if more
            else "A credit came off this bill",
        }[code]
