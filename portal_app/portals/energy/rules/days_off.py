"""Public holidays and working days where the customer lives."""

from collections.abc import Container
from datetime import date, timedelta
from functools import cache

SATURDAY = 5


@cache
def public_holidays(place: str, year: int) -> dict[date, str]:
    """Name the public holidays of a year in a place ("US", "US-CA", "GB-ENG"); none for an empty place."""
    if not place:
        return {}
    import holidays  # noqa: PLC0415 - the calendars of 150 countries load only where a tariff asks for one

    country, _, subdivision = place.partition("-")
    return dict(holidays.country_holidays(country, subdiv=subdivision or None, years=year).items())


def holiday_name(day: date, place: str) -> str:
    """Name the holiday a day is, or nothing."""
    return public_holidays(place, day.year).get(day, "")


def is_working_day(day: date, days_off: Container[date] = ()) -> bool:
    """Tell whether crews and banks work on a day: no weekend, no holiday."""
    return day.weekday() < SATURDAY and day not in days_off


def next_working_day(after: date, days_off: Container[date] = ()) -> date:
    """Find the first working day after a day."""
    day = after + timedelta(days=1)
    while not is_working_day(day, days_off):
        day += timedelta(days=1)
    return day


def working_days_before(day: date, count: int, days_off: Container[date] = ()) -> date:
    """Step back a number of working days from a day (3 before Friday the 20th is Tuesday the 17th)."""
    while count > 0:
        day -= timedelta(days=1)
        if is_working_day(day, days_off):
            count -= 1
    return day
