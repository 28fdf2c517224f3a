"""Gathers what is known about one day, beside the days it is compared with."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from statistics import mean, median
from typing import Literal

from portal_app.portals.energy.rules.spikes import WEEK, DayFacts
from portal_app.portals.energy.rules.weather import DegreeDays, celsius

WEEKS = 8


def facts_of(
    day: date,
    weather: Mapping[date, DegreeDays],
    nights: Mapping[date, Decimal],
    *,
    outage_ended_at: str = "",
    holiday: str = "",
    scale: Literal["F", "C"] = "F",
    weeks: int = WEEKS,
) -> DayFacts:
    """Lay a day's weather (°F) and night load beside the same weekday of the weeks before.

    `scale` is the one the customer reads: degree days and temperatures come out in it. What is not known, on
    the day or before it, stays None, so that no reason is made of it.
    """
    before = [day - WEEK * n for n in range(1, weeks + 1)]
    today = weather.get(day)
    usual = [weather[other] for other in before if other in weather]
    usual_nights = [nights[other] for other in before if other in nights]
    factor = 1.0 if scale == "F" else 5 / 9
    return DayFacts(
        outage_ended_at=outage_ended_at,
        cooling=_decimal(today.cooling * factor) if today else None,
        usual_cooling=_decimal(mean(found.cooling for found in usual) * factor) if usual else None,
        heating=_decimal(today.heating * factor) if today else None,
        usual_heating=_decimal(mean(found.heating for found in usual) * factor) if usual else None,
        high=_decimal(_in_scale(today.high, scale)) if today else None,
        low=_decimal(_in_scale(today.low, scale)) if today else None,
        scale=scale,
        holiday=holiday,
        night=nights.get(day),
        usual_night=median(usual_nights) if usual_nights else None,
    )


def _in_scale(fahrenheit: float, scale: str) -> float:
    return fahrenheit if scale == "F" else celsius(fahrenheit)


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))
