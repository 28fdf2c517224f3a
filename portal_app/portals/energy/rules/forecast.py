"""Where this bill is heading, and whether to warn about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from statistics import mean, pstdev
from typing import Literal
from zoneinfo import ZoneInfo

from portal_app.portals.energy.rules.rounding import whole

Money = Callable[[int], str]

LEAST_READ = Decimal("0.75")
LEAST_PRICED = Decimal("0.95")
LINEAR_BELOW_DAYS = 60
TEN_TO_NINETY = Decimal("1.2816")
WIDEST = Decimal("0.5")
NARROWEST = Decimal("0.03")
DEFAULT_SPREAD = {"linear": Decimal("0.25"), "weather": Decimal("0.15")}


@dataclass(frozen=True)
class SoFar:
    """A bill in the making: what its days have come to. Cents and thousandths, `end` is not in it."""

    start: date
    end: date
    today: date
    """The first day without readings."""
    cost: int
    fixed: int
    """Part of the cost that does not depend on use."""
    fixed_whole_bill: int
    use: int
    read: Decimal
    """Share of the readings due so far that are there."""
    priced: Decimal
    """Share of those that carry a price."""
    history_days: int
    """Days of readings before this bill."""

    @property
    def days_done(self) -> int:
        """Days behind."""
        return (min(self.today, self.end) - self.start).days

    @property
    def days(self) -> int:
        """Days of the whole bill."""
        return (self.end - self.start).days


@dataclass(frozen=True)
class Range:
    """A low, likely and high figure."""

    low: int
    likely: int
    high: int


@dataclass(frozen=True)
class Forecast:
    """What the bill and the use will likely come to; None where a gate is shut, and `message` says why."""

    cost: Range | None
    use: Range | None
    so_far: int | None
    typical: int | None
    method: Literal["linear", "weather", "none"]
    message: str


def forecast(
    so_far: SoFar,
    *,
    typical: int | None = None,
    weather_done: Decimal | None = None,
    weather_left: Decimal | None = None,
    spread: Decimal | None = None,
) -> Forecast:
    """Project a bill once at least 75 % of its readings are there, its cost once 95 % of them are priced.

    Weather weighted: what depends on use grows by expected use of the days left over that of the days done
    (`weather_left`, `weather_done`: the home's model over degree-day normals). Straight by days with less
    than 60 days of history or no model. `typical` is the same bill in a usual year, None for no history yet.
    `spread` is the relative half width from low to likely, see `spread_of`.
    """
    if so_far.days_done <= 0 or so_far.read < LEAST_READ:
        return Forecast(
            None, None, None, typical, "none", f"not enough readings yet ({_per_cent(so_far.read)})"
        )
    by_weather = so_far.history_days >= LINEAR_BELOW_DAYS and weather_left is not None and bool(weather_done)
    method: Literal["linear", "weather"] = "weather" if by_weather else "linear"
    growth = Decimal(so_far.days - so_far.days_done) / so_far.days_done
    if by_weather and weather_left is not None and weather_done:
        growth = weather_left / weather_done
    width = DEFAULT_SPREAD[method] if spread is None else spread
    use = _range(Decimal(so_far.use), growth, width, Decimal(so_far.use))
    if so_far.priced < LEAST_PRICED:
        text = f"the cost follows when more readings are priced ({_per_cent(so_far.priced)} so far)"
        return Forecast(None, use, None, typical, method, text)
    variable = Decimal(so_far.cost - so_far.fixed)
    cost = _range(variable, growth, width, variable + so_far.fixed_whole_bill)
    words = {"linear": "by the days so far", "weather": "by the weather usual for the days left"}
    return Forecast(cost, use, so_far.cost, typical, method, words[method])


def _range(variable: Decimal, growth: Decimal, width: Decimal, known: Decimal) -> Range:
    rest = variable * growth
    off = abs(rest) * width
    return Range(whole(known + rest - off), whole(known + rest), whole(known + rest + off))


def _per_cent(share: Decimal) -> str:
    return f"{int(share * 100)} %"


def spread_of(daily: Sequence[int], days_left: int) -> Decimal:
    """Relative half width that holds 8 of 10 outcomes, from how much the days vary; between 3 % and 50 %.

    Days are taken as independent, so both the level learnt so far and the days to come average out.
    """
    if len(daily) < 2 or days_left <= 0 or mean(daily) <= 0:
        return DEFAULT_SPREAD["linear"]
    variation = Decimal(pstdev(daily)) / Decimal(mean(daily))
    width = TEN_TO_NINETY * variation * (Decimal(1) / len(daily) + Decimal(1) / days_left).sqrt()
    return max(NARROWEST, min(width, WIDEST))


@dataclass(frozen=True)
class Threshold:
    """The customer's own line: so many cents, or so many thousandths of a unit, in one bill."""

    kind: Literal["money", "use"]
    amount: int


@dataclass(frozen=True)
class AlertRule:
    """When a high-bill alert may go out: the company's settings."""

    waking_from: time = time(8)
    waking_until: time = time(21)
    least_days_left: int = 5
    above_typical: Decimal = Decimal("1.3")
    """Line for customers who have set none."""


@dataclass(frozen=True)
class AlertDecision:
    """Whether to warn now, when to look again, and what to say."""

    send: bool
    not_before: datetime | None
    text: str


def high_bill_alert(
    outlook: Forecast,
    so_far: SoFar,
    threshold: Threshold | None,
    *,
    already_sent: bool,
    now: datetime,
    zone: str,
    money: Money,
    unit: str = "kWh",
    rule: AlertRule = AlertRule(),
) -> AlertDecision:
    """Decide on one warning per bill period and service point, while there is still time to act on it.

    `already_sent` is about this period and service point. Outside waking hours in the account's zone the
    warning waits for the next morning.
    """
    if already_sent:
        return AlertDecision(False, None, "already sent for this bill")
    if so_far.days - so_far.days_done < rule.least_days_left:
        return AlertDecision(False, None, "too late in this bill to act on it")
    text = _over(outlook, threshold, money, unit, rule)
    if not text:
        return AlertDecision(False, None, "not above the line")
    local = now.astimezone(ZoneInfo(zone))
    if rule.waking_from <= local.time() < rule.waking_until:
        return AlertDecision(True, None, text)
    morning = local.date() + timedelta(days=local.time() >= rule.waking_until)
    return AlertDecision(
        False, datetime.combine(morning, rule.waking_from, ZoneInfo(zone)).astimezone(UTC), text
    )


def _over(outlook: Forecast, threshold: Threshold | None, money: Money, unit: str, rule: AlertRule) -> str:
    if threshold and threshold.kind == "use":
        if outlook.use is None or outlook.use.likely <= threshold.amount:
            return ""
        likely, line = outlook.use.likely // 1000, threshold.amount // 1000
        return f"This bill is heading for about {likely:,} {unit}, above your line of {line:,} {unit}."
    if outlook.cost is None:
        return ""
    heading = f"This bill is heading for about {money(outlook.cost.likely)}"
    if threshold:
        over = outlook.cost.likely > threshold.amount
        return f"{heading}, above your line of {money(threshold.amount)}." if over else ""
    if outlook.typical is None or outlook.cost.likely <= outlook.typical * rule.above_typical:
        return ""
    return f"{heading}; usual for you is {money(outlook.typical)}."
