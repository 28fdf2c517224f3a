"""How reliable the grid was: the indices of IEEE 1366."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log
from statistics import mean, stdev

MINUTES_A_YEAR = 525_600
MOMENTARY = 5
BETAS = 2.5


@dataclass(frozen=True)
class Interruption:
    """An outage that is over: customers it touched, minutes it lasted, the day it began."""

    customers: int
    minutes: float
    day: date | None = None


@dataclass(frozen=True)
class Indices:
    """Reliability over a year; minutes for SAIDI and CAIDI, per cent for ASAI."""

    customer_minutes: float
    saidi: float
    saifi: float
    caidi: float | None
    asai: float


def indices(interruptions: Sequence[Interruption], served: int, *, without: Sequence[date] = ()) -> Indices:
    """Work out SAIDI, SAIFI, CAIDI and ASAI (IEEE 1366) for the customers served.

    Interruptions of up to 5 minutes are momentary and do not count; `without` leaves out major-event days.
    Raises ValueError when nobody is served.
    """
    if served <= 0:
        raise ValueError("indices need at least one customer served")
    left_out = set(without)
    counted = [one for one in interruptions if one.minutes > MOMENTARY and one.day not in left_out]
    customer_minutes = sum(one.customers * one.minutes for one in counted)
    saidi = customer_minutes / served
    saifi = sum(one.customers for one in counted) / served
    return Indices(
        customer_minutes, saidi, saifi, saidi / saifi if saifi else None, 100 * (1 - saidi / MINUTES_A_YEAR)
    )


def major_event_days(daily_saidi: Mapping[date, float]) -> list[date]:
    """List the days beyond exp(alpha + 2.5 beta) of the logarithms of daily SAIDI (IEEE 1366, 2.5 beta).

    Days without any interruption take no part; with fewer than two others there is no major day.
    """
    logs = [log(value) for value in daily_saidi.values() if value > 0]
    if len(logs) < 2:
        return []
    limit = exp(mean(logs) + BETAS * stdev(logs))
    return sorted(day for day, value in daily_saidi.items() if value > limit)
