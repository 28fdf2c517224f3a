"""What holds for every bill of every company: pure functions over dates, cents and words."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from portal_app.core.errors import Refusal
from portal_app.shapes.status import Badge

LARGEST_CENTS = 100_000_000_000
SOON_DAYS = 7
NOTICE_DAYS = 10
STOP_BUSINESS_DAYS = 3
PLAN_MONTHS = 12
QUARTER = 3
WORTH_CHANGING = Decimal("0.10")
BUDGET_CODE = "budget"

AUTOPAY: dict[str, dict[str, str]] = {
    "off": {"set_up": "pending_authorisation"},
    "pending_authorisation": {"set_up": "pending_authorisation", "authorise": "on", "stop": "off"},
    "on": {"change": "on", "pause": "paused", "stop": "off"},
    "paused": {"change": "paused", "resume": "on", "stop": "off"},
}


@dataclass(frozen=True)
class LineDraft:
    """A line for a bill about to be issued.

    `why` is the explanation the customer reads, in plain language; no line goes out without one.
    `quantity` and `rate` are exact decimals, empty where there is none.
    """

    code: str
    title: str
    amount_cents: int
    why: str
    quantity: Decimal | None = None
    unit: str = ""
    rate: Decimal | None = None
    from_on: date | None = None
    to_on: date | None = None
    explain_key: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def check_cents(cents: object, field_name: str = "") -> int:
    """Give back an amount above 0 in whole cents. Refuses floats, nought, negatives, the absurdly large."""
    if not isinstance(cents, int) or isinstance(cents, bool) or not 0 < cents <= LARGEST_CENTS:
        raise Refusal("The amount must be above 0, in whole cents. Check what was typed.", field_name)
    return cents


def read_amount(typed: object, decimals: int = 2, field_name: str = "amount") -> int:
    """Read an amount as people type it, "1,200", "$185.04", into minor units. Refuses anything else."""
    text = typed if isinstance(typed, str) else ""
    plain = re.fullmatch(r"\s*[^\d\s.,+-]?\s*(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d+))?\s*", text, re.ASCII)
    cents = plain.group(2) or "" if plain else ""
    if plain is None or len(cents) > decimals:
        example = "185.04" if decimals else "185"
        raise Refusal(f"Type the amount like {example}.", field_name)
    return check_cents(int(plain.group(1).replace(",", "") + cents.ljust(decimals, "0")), field_name)


def read_day(typed: object, field_name: str = "day") -> date:
    """Read a day as a date field sends it, "2026-03-10"."""
    try:
        return date.fromisoformat(typed if isinstance(typed, str) else "")
    except ValueError:
        raise Refusal("Choose the day.", field_name) from None


def check_lines(lines: Sequence[LineDraft], total_cents: int) -> None:
    """Refuse a bill without lines, with an unexplained line, or whose lines are not its total to the cent."""
    if not lines:
        raise Refusal("A bill needs at least one line.")
    for line in lines:
        if not line.why.strip():
            raise Refusal(f'The line "{line.title}" has no explanation. Every line needs one.')
        if not isinstance(line.amount_cents, int) or abs(line.amount_cents) > LARGEST_CENTS:
            raise Refusal(f'The amount of the line "{line.title}" is not a whole number of cents.')
    found = sum(line.amount_cents for line in lines)
    if found != total_cents:
        raise Refusal(
            f"The lines add up to {found} cents, but the bill says {total_cents}. Nothing was issued."
        )


def check_payable(title: str, state: str, left_cents: int) -> None:
    """Refuse a bill that is settled, void or for nothing."""
    if state == "void":
        raise Refusal(f"{title} was withdrawn. There is nothing to pay on it.")
    if state == "draft":
        raise Refusal(f"{title} is not issued yet.")
    if state == "paid" or left_cents <= 0:
        raise Refusal(f"{title} is already paid. There is nothing left to pay on it.")


def allocate(
    cents: int, first: str, open_bills: Sequence[tuple[str, int]]
) -> tuple[list[tuple[str, int]], int]:
    """Share money over open bills: the one it was sent for, then the oldest first; the rest is credit.

    `open_bills` are (id, cents left), oldest first. Gives back what each bill gets and what remains.
    """
    ordered = sorted(open_bills, key=lambda bill: bill[0] != first)
    shares: list[tuple[str, int]] = []
    for bill_id, left in ordered:
        share = min(cents, left)
        if share > 0:
            shares.append((bill_id, share))
            cents -= share
    return shares, cents


def day_text(day: date, today: date | None = None) -> str:
    """Write a day as people say it: "Mon 24 Aug", with the year when it is another one."""
    year = f" {day.year}" if today is None or day.year != today.year else ""
    return f"{day:%a} {day.day} {day:%b}{year}"


def long_day(day: date) -> str:
    """Write a day in full: "24 August 2026"."""
    return f"{day.day} {day:%B} {day.year}"


def period_text(first: date, last: date) -> str:
    """Write a period: "3 Jul to 2 Aug 2026"."""
    start = f"{first.day} {first:%b}" + ("" if first.year == last.year else f" {first.year}")
    return f"{start} to {last.day} {last:%b} {last.year}"


def due_text(due_on: date, today: date) -> str:
    """Say when a bill is due: "Due in 4 days, Mon 24 Aug", "Due today", "Overdue since Mon 24 Aug"."""
    days = (due_on - today).days
    if days < 0:
        return f"Overdue since {day_text(due_on, today)}"
    if days == 0:
        return "Due today"
    if days == 1:
        return f"Due tomorrow, {day_text(due_on, today)}"
    return f"Due in {days} days, {day_text(due_on, today)}"


def standing(state: str, due_on: date, today: date, left: str = "") -> Badge:
    """Say in words and a tone how a bill stands; `left` is the written rest of a part-paid one."""
    fixed = {
        "paid": Badge("Paid", "good"),
        "void": Badge("Withdrawn", "neutral"),
        "draft": Badge("Draft", "neutral"),
    }
    if state in fixed:
        return fixed[state]
    days = (due_on - today).days
    tone = "urgent" if days < 0 else "attention" if days <= SOON_DAYS else "info"
    words = due_text(due_on, today)
    if state == "part_paid" and left:
        words = f"{left} left. {words}"
    return Badge(words, tone)


def read_reference(typed: object) -> str:
    """Read a payment reference as people and banks write it: " pay 7k2m9q " is PAY-7K2M9Q."""
    text = typed if isinstance(typed, str) else ""
    letters = re.sub(r"[^A-Z0-9]", "", text.upper()[:60])
    return f"PAY-{letters[3:]}" if letters.startswith("PAY") else letters


def clean(typed: object, longest: int, name: str, field_name: str = "") -> str:
    """Give back one typed line, normalised. Refuses control characters, lone surrogates and too much."""
    if not isinstance(typed, str):
        raise Refusal(f"Type {name} as text.", field_name)
    text = unicodedata.normalize("NFC", typed).strip()
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise Refusal(f"There is a sign in {name} that we cannot store. Type it again.", field_name)
    if len(text) > longest:
        raise Refusal(f"Keep {name} within {longest} characters.", field_name)
    return text


def read_email(typed: object, field_name: str = "email") -> str:
    """Give back an e-mail address that could exist."""
    text = clean(typed, 254, "the e-mail address", field_name)
    if not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}", text):
        raise Refusal(
            "This does not look like an e-mail address. Write it like name@example.com.", field_name
        )
    return text


# -- business days -------------------------------------------------------------------------------------------


@cache
def _days_off(place: str, year: int) -> frozenset[date]:
    if not place:
        return frozenset()
    import holidays  # noqa: PLC0415 -- the calendars of 150 countries load only where one is asked for

    country, _, part = place.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))


def is_business_day(day: date, place: str = "") -> bool:
    """Tell whether banks work on a day: no weekend, no public holiday of the place ("US", "US-CA")."""
    return day.weekday() < 5 and day not in _days_off(place, day.year)


def business_days_before(day: date, count: int, place: str = "") -> date:
    """Step back a number of business days: 3 before Friday the 20th is Tuesday the 17th."""
    while count > 0:
        day -= timedelta(days=1)
        count -= is_business_day(day, place)
    return day


def on_business_day(day: date, place: str = "") -> date:
    """The day itself when banks work on it, else the next one on which they do."""
    while not is_business_day(day, place):
        day += timedelta(days=1)
    return day


# -- autopay -------------------------------------------------------------------------------------------------


def next_state(state: str, event: str) -> str:
    """Where autopay goes from a state by an event. Refuses one that the state does not know."""
    after = AUTOPAY[state].get(event)
    if after is None:
        now = {"off": "off", "pending_authorisation": "not confirmed yet", "on": "on", "paused": "paused"}[
            state
        ]
        raise Refusal(f"Autopay is {now}, so this cannot be done. Look at how it stands and try again.")
    return after


def read_day_rule(typed: object) -> str:
    """Give back on which day to debit: "due", or a day of the month from 1 to 28."""
    text = str(typed).strip()
    if text == "due" or (text.isascii() and text.isdigit() and 1 <= int(text) <= 28):
        return text if text == "due" else str(int(text))
    raise Refusal("Choose the due date, or a day of the month from 1 to 28.", "day")


def debit_day(due_on: date, day_rule: str, notice_on: date, place: str = "") -> date:
    """The day a bill is debited: as chosen, never less than ten days after the notice, on a business day.

    A day of the month means the last such day on or before the due date (12 CFR 1005.10(d)).
    """
    day = due_on
    if day_rule != "due":
        wanted = int(day_rule)
        last_month = due_on.replace(day=1) - timedelta(days=1)
        day = due_on.replace(day=wanted) if due_on.day >= wanted else last_month.replace(day=wanted)
    return on_business_day(max(day, notice_on + timedelta(days=NOTICE_DAYS)), place)


def notice_by(debit_on: date) -> date:
    """The last day to send the notice of a debit whose amount varies: ten days before (12 CFR 1005.10(d))."""
    return debit_on - timedelta(days=NOTICE_DAYS)


def stop_until(debit_on: date, place: str = "") -> date:
    """The last day on which a debit can be stopped: three business days before (12 CFR 1005.10(c))."""
    return business_days_before(debit_on, STOP_BUSINESS_DAYS, place)


# -- budget plan ---------------------------------------------------------------------------------------------


def monthly_amount(bills_cents: Sequence[int]) -> int:
    """The even monthly amount of a year of bills, half a cent rounded up. Raises ValueError for no bills."""
    if not bills_cents:
        raise ValueError("a monthly amount needs bills")
    exact = Decimal(sum(bills_cents)) / Decimal(len(bills_cents))
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def settle_up(actual_cents: int, monthly_cents: int, months: int = PLAN_MONTHS) -> int:
    """What is due at the end of a plan; below 0 it goes back to the customer."""
    return actual_cents - monthly_cents * months


@dataclass(frozen=True)
class Adjustment:
    """What a plan asks for each month from the next bill on, and whether that is another amount."""

    cents: int
    changed: bool


def adjust(current_cents: int, trailing: Sequence[int], balance_cents: int, bills_left: int) -> Adjustment:
    """Look at a plan's amount: a usual month of the last twelve bills, and what is behind spread evenly.

    `balance_cents` is used but not asked for yet (below 0: paid ahead). A change of a tenth or less is left
    alone, so that the amount stays the same for as long as it can; it never goes below 0. Raises ValueError
    for fewer than twelve bills and without a bill left.
    """
    if bills_left < 1:
        raise ValueError("no bill is left in this plan: settle up")
    if len(trailing) != PLAN_MONTHS:
        raise ValueError(f"a plan is adjusted by {PLAN_MONTHS} bills, not {len(trailing)}")
    expected = Decimal(monthly_amount(trailing) * bills_left + balance_cents)
    fair = max(int((expected / bills_left).quantize(Decimal(1), rounding=ROUND_HALF_UP)), 0)
    changed = abs(fair - current_cents) > current_cents * WORTH_CHANGING
    return Adjustment(fair if changed else current_cents, changed)


def quarter_ended(bills: int) -> int:
    """Which quarter of a plan was the last to end with so many bills: 1, 2, 3; 0 for none.

    The fourth is the settle-up's. Bills count, not months, as they do for the settle-up: a bill may be late.
    """
    return bills // QUARTER if bills < PLAN_MONTHS else 0


def due_after(day: date, days: int) -> date:
    """The day that many days on."""
    return day + timedelta(days=days)


def same_month_next_year(day: date) -> date:
    """The first day of the same month a year on."""
    return day.replace(year=day.year + 1, day=1)
