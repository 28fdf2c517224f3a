"""Similar homes nearby: who is in the group, and where this home stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Literal

from portal_app.portals.energy.rules.rounding import plain, whole

GROUP_SIZE = 100
LEAST_HOMES = 20
SIZE_BAND = Decimal("0.25")
FROZEN_MONTHS = 12
ABOUT = Decimal("0.01")
EARTH_KM = 6371.0088

Level = Literal["great", "good", "more", "hidden"]


@dataclass(frozen=True)
class Premise:
    """What makes homes alike; `size` is floor area in any one unit."""

    id: str
    lat: float
    lon: float
    type: str
    heat_fuel: str
    size: int
    active_all_month: bool = True


@dataclass(frozen=True)
class Group:
    """The homes compared with, fixed for twelve months from the first of a month."""

    members: tuple[str, ...]
    frozen_on: date

    def holds(self, today: date) -> bool:
        """Tell whether the group is still the one to use."""
        months = (today.year - self.frozen_on.year) * 12 + today.month - self.frozen_on.month
        return 0 <= months < FROZEN_MONTHS


def distance_km(one: Premise, two: Premise) -> float:
    """Great-circle distance between two premises (haversine)."""
    lat, other = radians(one.lat), radians(two.lat)
    half = sin((other - lat) / 2) ** 2 + cos(lat) * cos(other) * sin(radians(two.lon - one.lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def similar(you: Premise, other: Premise) -> bool:
    """Tell whether a home is like yours: same type and heat, size within 25 %, lived in, not yours."""
    return (
        other.id != you.id
        and other.type == you.type
        and other.heat_fuel == you.heat_fuel
        and abs(other.size - you.size) <= you.size * SIZE_BAND
        and other.active_all_month
    )


def choose_group(you: Premise, premises: Sequence[Premise], today: date, size: int = GROUP_SIZE) -> Group:
    """Choose the nearest similar homes, up to 100, and freeze them from the first of this month."""
    near = sorted(
        (other for other in premises if similar(you, other)), key=lambda p: (distance_km(you, p), p.id)
    )
    unique = dict.fromkeys(other.id for other in near)
    return Group(tuple(unique)[:size], today.replace(day=1))


@dataclass(frozen=True)
class Standing:
    """Where a home stands; amounts in thousandths, all None where it is hidden."""

    level: Level
    homes: int
    you: int | None
    average: Decimal | None
    efficient: Decimal | None
    text: str


def standing(you: int | None, others: Sequence[int], minimum: int = LEAST_HOMES) -> Standing:
    """Say how a home's month compares: great (as the lowest fifth), good (up to average) or more.

    Hidden, with the reason, below a minimum number of homes or without a reading of one's own. `others` must
    not hold the home itself.
    """
    homes = len(others)
    if homes < minimum:
        text = f"Fewer than {minimum} similar homes near you, so there is nothing fair to compare with."
        return Standing("hidden", homes, None, None, None, text)
    if you is None:
        return Standing("hidden", homes, None, None, None, "No full month of readings from your home yet.")
    average = Decimal(sum(others)) / homes
    efficient = lowest_fifth(others)
    return Standing(
        _level(you, efficient, average), homes, you, average, efficient, _wording(you, efficient, average)
    )


def lowest_fifth(amounts: Sequence[int]) -> Decimal:
    """Average of the lowest 20 %, at least one home."""
    lowest = sorted(amounts)[: max(len(amounts) // 5, 1)]
    return Decimal(sum(lowest)) / len(lowest)


def _level(you: int, efficient: Decimal, average: Decimal) -> Level:
    if you <= efficient:
        return "great"
    return "good" if you <= average else "more"


def _wording(you: int, efficient: Decimal, average: Decimal) -> str:
    """Word a standing; a hair off the average is "about average", never a reproach."""
    if you <= efficient:
        return "Great: you are among the fifth of similar homes that use least."
    off = (you - average) / average
    if abs(off) <= ABOUT:
        return "About average for similar homes near you."
    share = plain(abs(Decimal(max(whole(abs(off) * 100), 1))), 0)
    if off < 0:
        return f"Good: {share} % less than the average of similar homes near you."
    return f"{share} % more than the average of similar homes near you."


@dataclass(frozen=True)
class PeakStanding:
    """How much of a month falls into the dear hours, here and nearby; shares from 0 to 1."""

    level: Level
    homes: int
    your_share: Decimal | None
    average_share: Decimal | None
    text: str


def on_peak_standing(
    you: tuple[int, int] | None, others: Sequence[tuple[int, int]], minimum: int = LEAST_HOMES
) -> PeakStanding:
    """Compare the share of use in the dear hours, from (on-peak, total) thousandths of each home.

    For customers whose tariff has such hours; hidden below the minimum number of homes with any use.
    """
    used = [(peak, total) for peak, total in others if total > 0]
    if len(used) < minimum:
        text = f"Fewer than {minimum} similar homes near you have dear hours, so there is no fair comparison."
        return PeakStanding("hidden", len(used), None, None, text)
    if you is None or you[1] <= 0:
        return PeakStanding(
            "hidden", len(used), None, None, "No full month of hourly readings from your home yet."
        )
    shares = sorted(Decimal(peak) / total for peak, total in used)
    average = sum(shares, Decimal(0)) / len(shares)
    lowest = shares[: max(len(shares) // 5, 1)]
    mine = Decimal(you[0]) / you[1]
    level: Level = "more"
    if mine <= sum(lowest, Decimal(0)) / len(lowest):
        level = "great"
    elif mine <= average:
        level = "good"
    zone = {"great": "the efficient zone", "good": "the good zone", "more": "the zone with room to save"}[
        level
    ]
    shares_said = f"{whole(mine * 100)} % of your use is in the dear hours, {whole(average * 100)} % nearby"
    text = f"{shares_said}: you are in {zone}."
    return PeakStanding(level, len(used), mine, average, text)
