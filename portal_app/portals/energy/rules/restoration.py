"""How long outages like this one lasted: a range learnt from history, beside the official time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

OPENING_GUESS = timedelta(hours=3)
LEAST_ALIKE = 20
Clock = Callable[[datetime], str]
Size = Literal["few", "street", "district", "town"]


@dataclass(frozen=True)
class Past:
    """One outage that is over, as a lesson; minutes from start to power back."""

    cause: str
    customers: int
    storm: bool
    minutes: int


@dataclass(frozen=True)
class Learnt:
    """Half, four fifths and nine tenths of outages like this were back within so many minutes."""

    p50: int
    p80: int
    p90: int
    outages: int
    alike: str
    """What was alike: "cause, size and weather", "cause and weather", "cause", "all outages"."""


def size_of(customers: int) -> Size:
    """Put an outage into one of four sizes by the customers it touches."""
    if customers < 10:
        return "few"
    if customers < 200:
        return "street"
    return "district" if customers < 2000 else "town"


def nearest_rank(values: Sequence[int], per_cent: int) -> int:
    """Give the nearest-rank percentile: the smallest value that at least so many per cent do not exceed.

    Raises ValueError for no values or a share outside 1 to 100.
    """
    if not values or not 1 <= per_cent <= 100:
        raise ValueError("a percentile needs values and a share from 1 to 100")
    ordered = sorted(values)
    return ordered[-(-len(ordered) * per_cent // 100) - 1]


def learn(minutes: Sequence[int], alike: str = "") -> Learnt:
    """Learn a range from durations. Raises ValueError for none."""
    p50, p80, p90 = (nearest_rank(minutes, share) for share in (50, 80, 90))
    return Learnt(p50, p80, p90, len(minutes), alike)


def learn_by_cause(history: Iterable[Past]) -> dict[str, Learnt]:
    """Learn a range for each cause."""
    durations: dict[str, list[int]] = {}
    for past in history:
        durations.setdefault(past.cause, []).append(past.minutes)
    return {cause: learn(minutes, "cause") for cause, minutes in sorted(durations.items())}


def estimate(
    history: Sequence[Past], cause: str, customers: int, *, storm: bool, least: int = LEAST_ALIKE
) -> Learnt | None:
    """Learn from the past outages most alike: cause, size and weather; then less alike until there are 20.

    A storm is never measured by calm days nor a calm day by storms. None when even that is too little.
    """
    size = size_of(customers)
    weather = [past for past in history if past.storm == storm]
    same_cause = [past for past in weather if past.cause == cause]
    tries = (
        ([past for past in same_cause if size_of(past.customers) == size], "cause, size and weather"),
        (same_cause, "cause and weather"),
        ([past for past in weather if size_of(past.customers) == size], "size and weather"),
        (weather, "weather"),
    )
    for found, alike in tries:
        if len(found) >= least:
            return learn([past.minutes for past in found], alike)
    return None


@dataclass(frozen=True)
class Opening:
    """The first time given, by rule, before anybody has looked: None in a major storm."""

    etr: datetime | None
    source: Literal["rule", "none"]
    because: str


def opening_estimate(first_report: datetime, *, major_storm: bool) -> Opening:
    """Give the opening time: about 3 hours after the first report, none in a major storm."""
    if major_storm:
        return Opening(None, "none", "the storm is too large to promise a time before crews have looked")
    return Opening(first_report + OPENING_GUESS, "rule", "outages like this usually take about 3 hours")


@dataclass(frozen=True)
class Outlook:
    """The learnt range for one outage, for the screen and the map."""

    p50: datetime
    p80: datetime
    text: str


def outlook(started: datetime, now: datetime, history: Sequence[int], clock: Clock) -> Outlook | None:
    """Say "most likely by 15:40, 8 of 10 like this were back by 17:00", given how long it has lasted already.

    `history` holds durations in minutes of outages alike. Only those that lasted longer than this one has so
    far count, so the promise never lies in the past; None when none did.
    """
    lasted = max(int((now - started).total_seconds() // 60), 0)
    longer = [minutes for minutes in history if minutes > lasted]
    if not longer:
        return None
    found = learn(longer)
    p50, p80 = started + timedelta(minutes=found.p50), started + timedelta(minutes=found.p80)
    return Outlook(p50, p80, f"most likely by {clock(p50)}, 8 of 10 like this were back by {clock(p80)}")
