"""The figures of adoption, each with the definition that is printed beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil, sqrt

DEFINITIONS = {
    "login_rate": "Accounts that signed in at least once, out of all accounts that were invited.",
    "mau": "Accounts with a visit in the last 30 days, out of all open accounts. The company's own people"
    " are not counted.",
    "completion": "Attempts at a task that ended well, out of all attempts begun.",
    "time_to_task": "From signing in, or from landing with a session that still held, to the task being"
    " done: the median, and the time nine in ten stay within. Attempts that were given up are not in it.",
    "tickets": "Visits in which, or within a day after which, the account asked for help, out of all visits.",
    "deflection": "How much less often an account asks for help than in the time before the portal.",
    "self_service_score": "Visits to help pages for every person who asked for help.",
    "feature_use": "People who used it in the last 90 days, out of all active people who could.",
}
_Z = 1.959963984540054


@dataclass(frozen=True)
class TimeToTask:
    """Median and nearest-rank 90th percentile in seconds, of how many, and the share given up."""

    p50: Decimal | None
    p90: int | None
    finished: int
    given_up: Fraction | None


def share(part: int, whole: int) -> Fraction | None:
    """A share of a whole, exact; None where there is no whole."""
    return Fraction(part, whole) if whole else None


def per_cent(part: Fraction | None, digits: int = 1) -> str:
    """A share as a person reads it, half rounded up: "35.8 %"; empty where there is none."""
    if part is None:
        return ""
    exact = Decimal(part.numerator * 100) / Decimal(part.denominator)
    return f"{exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)} %"


def median(values: Iterable[int]) -> Decimal | None:
    """The middle value, or the mean of the two in the middle."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return Decimal(ordered[middle])
    return Decimal(ordered[middle - 1] + ordered[middle]) / 2


def nearest_rank(values: Iterable[int], percent: int) -> int | None:
    """The smallest value that at least `percent` per cent do not exceed."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(1, ceil(Fraction(percent * len(ordered), 100))) - 1]


def time_to_task(seconds: Iterable[int], given_up: int) -> TimeToTask:
    """How long finished attempts took, and the share of those given up."""
    times = list(seconds)
    return TimeToTask(
        p50=median(times),
        p90=nearest_rank(times, 90),
        finished=len(times),
        given_up=share(given_up, len(times) + given_up),
    )


def deflection(
    tickets_before: int, accounts_before: int, tickets_now: int, accounts_now: int
) -> Fraction | None:
    """1 - (tickets per account now) / (tickets per account before); None without a time to compare with."""
    before, today = share(tickets_before, accounts_before), share(tickets_now, accounts_now)
    if not before or today is None:
        return None
    return 1 - today / before


def self_service_score(help_visits: int, people_with_tickets: int) -> Fraction | None:
    """Visits to help for every person who asked for help all the same."""
    return share(help_visits, people_with_tickets)


def wilson(used: int, eligible: int) -> tuple[float, float]:
    """The 95 % interval of a share after Wilson (1927): lower and upper bound between 0 and 1.

    Raises ValueError when nobody is eligible.
    """
    if eligible <= 0:
        raise ValueError("nobody is eligible")
    rate, square = used / eligible, _Z * _Z
    middle = rate + square / (2 * eligible)
    reach = _Z * sqrt(rate * (1 - rate) / eligible + square / (4 * eligible * eligible))
    whole = 1 + square / eligible
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def feature_verdict(used: int, eligible: int) -> str:
    """ "remove" when surely under 10 % use it, "watch" when it looks so among a hundred or more, else ""."""
    if eligible <= 0:
        return ""
    if wilson(used, eligible)[1] < 0.10:
        return "remove"
    return "watch" if eligible >= 100 and used * 10 < eligible else ""


def too_many_tickets(sessions_with_ticket: int, sessions: int) -> bool:
    """Whether more than 30 % of visits end in a question to the company."""
    return sessions_with_ticket * 100 > 30 * sessions


def adoption_problem(signed_in: int, invited: int, days_since_launch: int) -> bool:
    """Whether under 30 % of accounts signed in by day 90 after launch."""
    return days_since_launch >= 90 and signed_in * 100 < 30 * invited


def slower_than_calling(p50: Decimal | None, phone_seconds: int) -> bool:
    """Whether doing it here takes longer than by phone."""
    return p50 is not None and p50 > phone_seconds
