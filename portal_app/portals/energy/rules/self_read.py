"""A meter reading sent in by the customer: believable, or a sentence that says how to mend it."""

from dataclasses import dataclass
from decimal import Decimal

from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules.rounding import plain

ROLLOVER_FROM = Decimal("0.9")
HIGH_FACTOR = 4
HIGH_FLOOR = Decimal(50)


@dataclass(frozen=True)
class LastRead:
    """The reading before: its figure, the register's digits, days since then, and usual units a day."""

    value: int
    digits: int
    days: int
    usual_per_day: Decimal | None = None
    unit: str = "kWh"


@dataclass(frozen=True)
class SelfRead:
    """A reading that was accepted: its figure, units since the last one, whether the meter rolled over."""

    value: int
    used: int
    rolled_over: bool
    needs_photo: bool = False


def check_self_read(typed: str, last: LastRead, *, sure: bool = False) -> SelfRead:
    """Read what a customer typed off the meter. Raises Refusal with what is wrong and how to mend it.

    A figure below the last is a rollover when the register was near its end, else a mistake. A very high use
    asks again; `sure` accepts it with a photo.
    """
    value = _digits(typed, last)
    used, rolled_over = value - last.value, False
    if used < 0:
        used, rolled_over = _rolled_over(value, last)
    if _absurd(used, last):
        if not sure:
            usual = plain((last.usual_per_day or Decimal(0)) * last.days, 0)
            raise Refusal(
                f"That is {used:,} {last.unit} in {_days(last.days)}; usual for you is about {usual}. "
                "Check the figure, or add a photo of the meter if it is right.",
                "reading",
            )
        return SelfRead(value, used, rolled_over, needs_photo=True)
    return SelfRead(value, used, rolled_over)


def _digits(typed: str, last: LastRead) -> int:
    """Take the figure; spaces and commas are fine, digits after a decimal point do not count."""
    whole, _, _ = typed.strip().replace(",", "").replace(" ", "").partition(".")
    if not (whole.isascii() and whole.isdigit()):
        raise Refusal("Type the figure on the meter, digits only.", "reading")
    if len(whole) != last.digits and not (len(whole) > last.digits and int(whole) < 10**last.digits):
        count = f"{len(whole)} digit{'' if len(whole) == 1 else 's'}"
        hint = "Include the zeros at the front." if len(whole) < last.digits else "Leave out any red digits."
        before = f"Last month's reading was {_shown(last)}, so this one has {last.digits}"
        raise Refusal(f"That is {count}. {before}. {hint}", "reading")
    return int(whole)


def _shown(last: LastRead) -> str:
    text = str(last.value)
    return f"{last.value:,}" if len(text) == last.digits else text.zfill(last.digits)


def _rolled_over(value: int, last: LastRead) -> tuple[int, bool]:
    """Count over the end of the register when it was near it."""
    end = 10**last.digits
    if last.value >= end * ROLLOVER_FROM and value < end - end * ROLLOVER_FROM:
        return end - last.value + value, True
    raise Refusal(
        f"That is lower than last month's reading of {_shown(last)}, and meters only count up. "
        "Read the figure again; on a meter with several, it is the one that moves most.",
        "reading",
    )


def _absurd(used: int, last: LastRead) -> bool:
    if last.usual_per_day is None:
        return False
    usual = last.usual_per_day * max(last.days, 1)
    return used > usual * HIGH_FACTOR and used - usual > HIGH_FLOOR


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
