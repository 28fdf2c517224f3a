"""The demo's weather: hour by hour, the same for everybody, the same on every run."""

import math
from datetime import date, datetime, timedelta
from functools import lru_cache
from random import Random

from portal_app.core.clock import zone_of

STATION = "mill-valley"
COLD_SNAP_F = 9.0


@lru_cache(maxsize=4096)
def _drift(day: date) -> float:
    """How much warmer or colder than normal a day is: a slow swing and its own luck."""
    number = day.toordinal()
    return (
        2.6 * math.sin(number / 5.3)
        + 1.6 * math.sin(number / 2.1 + 1.2)
        + Random(f"luck {number}").gauss(0, 1.3)  # noqa: S311 -- demo weather, not a secret
    )


def mean_of(day: date, snap: frozenset[date] = frozenset()) -> float:
    """The day's mean in Fahrenheit: an inland valley, hot in July, frosty in January."""
    season = 62.0 - 17.5 * math.cos((day.timetuple().tm_yday - 17) / 365.25 * 2 * math.pi)
    return season + _drift(day) - (COLD_SNAP_F if day in snap else 0.0)


def hours_of(day: date, zone: str, snap: frozenset[date] = frozenset()) -> list[tuple[int, float]]:
    """Every hour of a local day (23, 24 or 25 of them) as (epoch second, Fahrenheit)."""
    place = zone_of(zone)
    begin = int(datetime(day.year, day.month, day.day, tzinfo=place).timestamp())
    after = day + timedelta(days=1)
    end = int(datetime(after.year, after.month, after.day, tzinfo=place).timestamp())
    mean = mean_of(day, snap)
    found = []
    for second in range(begin, end, 3600):
        hour = datetime.fromtimestamp(second, place).hour
        found.append((second, mean + 9.5 * math.sin((hour - 9) / 24 * 2 * math.pi)))
    return found
