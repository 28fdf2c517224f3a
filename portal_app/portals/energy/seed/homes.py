"""What the demo's homes and shops use, hour by hour: habits, heating, cooling, and a party now and then."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from portal_app.core.clock import zone_of
from portal_app.portals.energy.seed import climate

_AT_HOME = (
    0.55,
    0.50,
    0.48,
    0.47,
    0.48,
    0.55,
    0.80,
    1.10,
    1.00,
    0.80,
    0.72,
    0.70,
    0.75,
    0.72,
    0.70,
    0.78,
    0.98,
    1.45,
    1.85,
    1.90,
    1.70,
    1.45,
    1.05,
    0.72,
)
_IN_A_SHOP = (
    0.30,
    0.30,
    0.30,
    0.30,
    0.32,
    0.40,
    0.75,
    1.20,
    1.75,
    1.90,
    1.95,
    1.95,
    1.95,
    1.95,
    1.90,
    1.90,
    1.85,
    1.75,
    1.40,
    0.90,
    0.55,
    0.40,
    0.32,
    0.30,
)


@dataclass(frozen=True)
class Habits:
    """How a place uses energy: Wh in an average hour, Wh an hour for each degree of cold or heat."""

    name: str
    base: float
    cold: float = 0.0
    heat: float = 0.0
    shop: bool = False
    closed_on_sunday: bool = False
    noise: float = 0.06


def hourly(
    habits: Habits, day: date, zone: str, snap: frozenset[date] = frozenset()
) -> list[tuple[int, int]]:
    """Every hour of a local day as (epoch second, Wh)."""
    luck = Random(f"{habits.name} {day.toordinal()}")  # noqa: S311 -- demo readings
    place = zone_of(zone)
    weekend = day.weekday() >= 5
    level = luck.gauss(1.0, 0.035) * (1.08 if weekend and not habits.shop else 1.0)
    if habits.closed_on_sunday and day.weekday() == 6:
        level *= 0.35
    found = []
    for second, degrees in climate.hours_of(day, zone, snap):
        hour = datetime.fromtimestamp(second, place).hour
        shape = (_IN_A_SHOP if habits.shop else _AT_HOME)[hour]
        weather = habits.cold * max(0.0, 60.0 - degrees) + habits.heat * max(0.0, degrees - 70.0)
        found.append(
            (second, max(40, round(habits.base * shape * level * luck.gauss(1.0, habits.noise) + weather)))
        )
    return found


def therms(habits: Habits, day: date, snap: frozenset[date] = frozenset()) -> int:
    """A day of gas in thousandths of a therm: hot water and cooking every day, heating in the cold."""
    luck = Random(f"{habits.name} gas {day.toordinal()}")  # noqa: S311 -- demo readings
    mean = climate.mean_of(day, snap)
    return max(20, round(habits.base * luck.gauss(1.0, 0.12) + habits.cold * max(0.0, 60.0 - mean)))


def days_up_to(last: date, count: int) -> list[date]:
    """The last `count` days, oldest first."""
    return [last - timedelta(days=n) for n in range(count - 1, -1, -1)]
