"""Days far above the usual: found, grouped, and told with a reason that the readings support."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Literal

from portal_app.portals.energy.rules.rounding import plain, units, whole
from portal_app.portals.energy.rules.usage import Day

WEEK = timedelta(days=7)
MAD_TO_SIGMA = Decimal("0.6745")


@dataclass(frozen=True)
class SpikeRule:
    """When a day is called out: the company's settings."""

    ratio: Decimal = Decimal("0.30")
    floor: int = 2000
    """Thousandths of a unit a day must lie above its norm."""
    least_days: int = 4
    weeks: int = 8
    z: Decimal | None = Decimal("3.5")
    """Least modified z score; None leaves that test out."""
    complete: Decimal = Decimal("0.95")
    """Share of a day that must be known before it helps to make a norm."""


@dataclass(frozen=True)
class Norm:
    """A usual day: the median of the same weekday in the weeks before, in thousandths, and its spread."""

    amount: Decimal
    deviation: Decimal
    """Median absolute deviation."""
    days: int


@dataclass(frozen=True)
class Spike:
    """One day above its norm; amounts in thousandths."""

    day: date
    amount: int
    norm: Decimal
    z: Decimal | None

    @property
    def over(self) -> int:
        """Thousandths above the norm."""
        return self.amount - whole(self.norm)

    @property
    def ratio(self) -> Decimal:
        """Share above the norm (0.40 is 40 % above)."""
        return Decimal(self.amount) / self.norm - 1

    @property
    def per_cent(self) -> str:
        """Whole per cent above the norm, in words ("40 %")."""
        return f"{whole(self.ratio * 100)} %"


def norm_of(amounts: Sequence[Decimal]) -> Norm:
    """Make a norm of some days' amounts: median and median absolute deviation."""
    middle = median(amounts)
    return Norm(middle, median(abs(amount - middle) for amount in amounts), len(amounts))


def usual(day: date, hours: int, by_date: Mapping[date, Day], rule: SpikeRule) -> Norm | None:
    """Find the norm of a day from the same weekday in the weeks before; None with too few actual days.

    A day of 23 or 25 hours and its norm are compared per hour (invariant I13-5); estimated and incomplete
    days take no part.
    """
    before = (by_date.get(day - WEEK * n) for n in range(1, rule.weeks + 1))
    amounts = [
        Decimal(found.amount) * hours / found.hours
        for found in before
        if found and found.amount is not None and not found.estimated and found.complete >= rule.complete
    ]
    return norm_of(amounts) if len(amounts) >= rule.least_days else None


def spike(day: date, amount: int, norm: Norm, rule: SpikeRule) -> Spike | None:
    """Call a day out when it is above its norm by share, by amount and, where days vary, by z score."""
    if norm.amount <= 0 or amount - norm.amount <= rule.floor or amount / norm.amount - 1 <= rule.ratio:
        return None
    z = MAD_TO_SIGMA * (amount - norm.amount) / norm.deviation if norm.deviation > 0 else None
    if rule.z is not None and z is not None and z <= rule.z:
        return None
    return Spike(day, amount, norm.amount, z)


def spikes(
    days: Sequence[Day], rule: SpikeRule = SpikeRule(), first: date = date.min, end: date = date.max
) -> list[Spike]:
    """Find the days to call out from `first` up to (not including) `end`; no estimated day is (I13-3)."""
    by_date = {day.date: day for day in days}
    found: list[Spike] = []
    for day in days:
        if day.amount is None or day.estimated or not first <= day.date < end:
            continue
        norm = usual(day.date, day.hours, by_date, rule)
        called = spike(day.date, day.amount, norm, rule) if norm else None
        if called:
            found.append(called)
    return found


@dataclass(frozen=True)
class CallOut:
    """One mark on the chart: a spike day, or several in a row told as one."""

    spikes: tuple[Spike, ...]

    @property
    def start(self) -> date:
        """First day."""
        return self.spikes[0].day

    @property
    def end(self) -> date:
        """Last day."""
        return self.spikes[-1].day

    @property
    def over(self) -> int:
        """Thousandths above the norms, all days together."""
        return sum(spike.over for spike in self.spikes)

    @property
    def highest(self) -> Spike:
        """The day furthest above its norm."""
        return max(self.spikes, key=lambda spike: spike.ratio)

    @property
    def heading(self) -> str:
        """How far above the usual, in the customer's words: "41 % above your usual Tuesday"."""
        if len(self.spikes) == 1:
            return f"{self.spikes[0].per_cent} above your usual {self.start:%A}"
        shares = sorted(whole(spike.ratio * 100) for spike in self.spikes)
        spread = f"{shares[0]}" if shares[0] == shares[-1] else f"{shares[0]} to {shares[-1]}"
        return f"{len(self.spikes)} days in a row {spread} % above your usual"


def call_outs(found: Sequence[Spike]) -> list[CallOut]:
    """Join spikes on days next to each other into one call-out, so a heat wave is told once."""
    groups: list[list[Spike]] = []
    for one in sorted(found, key=lambda spike: spike.day):
        if groups and one.day - groups[-1][-1].day == timedelta(days=1):
            groups[-1].append(one)
        else:
            groups.append([one])
    return [CallOut(tuple(group)) for group in groups]


@dataclass(frozen=True)
class DayFacts:
    """What is known about a day that could explain it; None where it is not known.

    Degree days and temperatures are in the unit of `scale`; night loads are thousandths per hour.
    """

    outage_ended_at: str = ""
    """Local time power came back on this day or late the day before, such as "14:20"."""
    cooling: Decimal | None = None
    usual_cooling: Decimal | None = None
    heating: Decimal | None = None
    usual_heating: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    scale: Literal["F", "C"] = "F"
    holiday: str = ""
    night: Decimal | None = None
    usual_night: Decimal | None = None


@dataclass(frozen=True)
class Reason:
    """Why a day was likely high: a code for the screen's mark, and a sentence."""

    code: Literal["outage", "cooling", "heating", "holiday", "night", "unknown"]
    text: str


@dataclass(frozen=True)
class ReasonRule:
    """How much must be out of the ordinary before it counts as a reason."""

    degree_days_f: Decimal = Decimal(3)
    night_ratio: Decimal = Decimal("1.3")
    night_floor: Decimal = Decimal(100)
    """Thousandths per hour a night must lie above the usual."""


def likely_reason(facts: DayFacts, unit: str = "kWh", rule: ReasonRule = ReasonRule()) -> Reason:
    """Name the likeliest reason the facts support; "We cannot tell" where none does, never a guess.

    Order: power back after an outage, weather, a holiday, load through the night, unknown.
    """
    if facts.outage_ended_at:
        return Reason("outage", f"power came back at {facts.outage_ended_at}, and everything caught up")
    if weather := _weather_reason(facts, rule):
        return weather
    if facts.holiday:
        return Reason("holiday", f"{facts.holiday}: a day at home")
    if _night_is_high(facts, rule) and facts.night is not None and facts.usual_night is not None:
        night, before = plain(units(whole(facts.night)), 2), plain(units(whole(facts.usual_night)), 2)
        return Reason("night", f"{night} {unit} an hour through the night, usually {before}")
    return Reason("unknown", "We cannot tell")


def _weather_reason(facts: DayFacts, rule: ReasonRule) -> Reason | None:
    """Tell a hot or a cold day by its degree days beyond those of the days it is compared with."""
    least = rule.degree_days_f if facts.scale == "F" else rule.degree_days_f * 5 / 9
    hot, cold = _excess(facts.cooling, facts.usual_cooling), _excess(facts.heating, facts.usual_heating)
    if max(hot, cold) < least:
        return None
    if hot >= cold:
        return Reason(
            "cooling", _temperature(facts.high, facts.scale, "a hotter day than usual") + ", cooling"
        )
    return Reason("heating", _temperature(facts.low, facts.scale, "a colder day than usual") + ", heating")


def _excess(amount: Decimal | None, before: Decimal | None) -> Decimal:
    return Decimal(0) if amount is None or before is None else amount - before


def _temperature(degrees: Decimal | None, scale: str, otherwise: str) -> str:
    return otherwise if degrees is None else f"{whole(degrees)} {'F' if scale == 'F' else '°C'}"


def _night_is_high(facts: DayFacts, rule: ReasonRule) -> bool:
    if facts.night is None or facts.usual_night is None:
        return False
    return (
        facts.night >= facts.usual_night * rule.night_ratio
        and facts.night - facts.usual_night >= rule.night_floor
    )


def say(call_out: CallOut, reason: Reason) -> str:
    """Write a call-out as one line: "40 % above your usual Tuesday: 96 F, cooling"."""
    if reason.code == "unknown":
        return f"{call_out.heading}. {reason.text} why."
    return f"{call_out.heading}: {reason.text}"


@dataclass(frozen=True)
class DayParts:
    """One day's use as parts in thousandths that sum to it exactly."""

    usual: int
    cooling: int
    heating: int
    night: int
    remainder: int

    @property
    def total(self) -> int:
        """The day's use."""
        return self.usual + self.cooling + self.heating + self.night + self.remainder


def take_apart(
    amount: int,
    norm: Decimal,
    facts: DayFacts,
    *,
    per_cooling_degree: Decimal = Decimal(0),
    per_heating_degree: Decimal = Decimal(0),
    hours: int = 24,
) -> DayParts:
    """Split a day into its usual use, the weather's part, new load through day and night, and what is left.

    Coefficients are thousandths per degree day. The weather and the night take no more than the day lies
    above its norm; a day below its norm has a remainder below zero and nothing else.
    """
    base = whole(norm)
    left = max(amount - base, 0)
    cooling = min(left, _at_least_zero(_excess(facts.cooling, facts.usual_cooling) * per_cooling_degree))
    left -= cooling
    heating = min(left, _at_least_zero(_excess(facts.heating, facts.usual_heating) * per_heating_degree))
    left -= heating
    night = min(left, _at_least_zero(_excess(facts.night, facts.usual_night) * hours))
    return DayParts(base, cooling, heating, night, amount - base - cooling - heating - night)


def _at_least_zero(value: Decimal) -> int:
    return max(whole(value), 0)
