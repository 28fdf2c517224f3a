"""Readings added up to local days and months; gaps stay gaps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

ACTUAL = "actual"
ESTIMATED = "estimated"
CUSTOMER = "customer"

HOUR = 3600
LONGEST_DAY = 25 * HOUR


class Interval(NamedTuple):
    """One reading: from a moment, for some seconds, so many thousandths of a unit."""

    start: int
    seconds: int
    amount: int
    quality: str = ACTUAL


@dataclass(frozen=True)
class Day:
    """What a meter counted in one local day; `amount` is None where there was no reading at all."""

    date: date
    amount: int | None
    hours: int
    covered: int
    estimated: bool = False

    @property
    def complete(self) -> Decimal:
        """Share of the day that readings cover, 0 to 1."""
        return min(Decimal(self.covered) / (self.hours * HOUR), Decimal(1))


@dataclass(frozen=True)
class Period:
    """A reading longer than a day, such as a month of gas: kept whole, never spread over days."""

    start: date
    end: date
    amount: int
    estimated: bool = False

    @property
    def per_day(self) -> Decimal:
        """Average thousandths a day."""
        return Decimal(self.amount) / max((self.end - self.start).days, 1)


@dataclass(frozen=True)
class DailyUse:
    """A meter's readings as local days in order, and its readings that are longer than a day."""

    days: tuple[Day, ...]
    periods: tuple[Period, ...] = ()

    @property
    def by_date(self) -> dict[date, Day]:
        """The days by their date."""
        return {day.date: day for day in self.days}


@dataclass(frozen=True)
class Month:
    """What a meter counted in one calendar month, and how much of the month is known."""

    year: int
    month: int
    amount: int | None
    known_days: int
    days: int
    complete: Decimal
    estimated_days: int


def day_bounds(day: date, zone: str) -> tuple[int, int]:
    """Give the first second of a local day and of the next one (82,800, 86,400 or 90,000 s apart)."""
    place = ZoneInfo(zone)
    first = datetime.combine(day, time(), place)
    after = datetime.combine(day + timedelta(days=1), time(), place)
    return int(first.timestamp()), int(after.timestamp())


def local_date(second: int, zone: str) -> date:
    """Give the local day a moment falls in."""
    return datetime.fromtimestamp(second, ZoneInfo(zone)).date()


def local_days(
    intervals: Iterable[Interval], zone: str, first: date | None = None, last: date | None = None
) -> DailyUse:
    """Add readings up by local day; days without any stay in the list with no amount.

    A reading belongs to the local day it starts in. Readings longer than 25 hours are periods, not days.
    `first` and `last` (inclusive) widen or narrow the list of days.
    """
    ordered = sorted(intervals)
    short = [reading for reading in ordered if reading.seconds <= LONGEST_DAY]
    found = {day.date: day for day in _added_up(short, zone)}
    periods = tuple(_period(reading, zone) for reading in ordered if reading.seconds > LONGEST_DAY)
    first = first or min(found, default=None)
    last = last or max(found, default=None)
    if first is None or last is None:
        return DailyUse((), periods)
    dates = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return DailyUse(tuple(found.get(day) or _empty(day, zone) for day in dates), periods)


def _added_up(ordered: Sequence[Interval], zone: str) -> Iterator[Day]:
    """Walk readings in order, asking for the local day only when one ends."""
    day, begin, end, amount, covered, estimated = date.min, 0, 0, 0, 0, False
    for reading in ordered:
        if not begin <= reading.start < end:
            if covered:
                yield Day(day, amount, (end - begin) // HOUR, covered, estimated)
            day = local_date(reading.start, zone)
            begin, end = day_bounds(day, zone)
            amount, covered, estimated = 0, 0, False
        amount += reading.amount
        covered += reading.seconds
        estimated = estimated or reading.quality == ESTIMATED
    if covered:
        yield Day(day, amount, (end - begin) // HOUR, covered, estimated)


def _empty(day: date, zone: str) -> Day:
    begin, end = day_bounds(day, zone)
    return Day(day, None, (end - begin) // HOUR, 0)


def _period(reading: Interval, zone: str) -> Period:
    start = local_date(reading.start, zone)
    # A feed that ignores DST ends an hour before or after midnight; it still means that day.
    end = local_date(reading.start + reading.seconds + 2 * HOUR, zone)
    return Period(start, end, reading.amount, reading.quality == ESTIMATED)


def month_sums(days: Sequence[Day]) -> list[Month]:
    """Add days up by calendar month; a month with no known day has no amount, never 0."""
    by_month: dict[tuple[int, int], list[Day]] = {}
    for day in days:
        by_month.setdefault((day.date.year, day.date.month), []).append(day)
    return [_month(year, month, found) for (year, month), found in sorted(by_month.items())]


def _month(year: int, month: int, found: list[Day]) -> Month:
    after = date(year + month // 12, month % 12 + 1, 1)
    length = (after - date(year, month, 1)).days
    known = [day.amount for day in found if day.amount is not None]
    seconds = sum(min(day.covered, day.hours * HOUR) for day in found)
    expected = sum(day.hours for day in found) * HOUR + (length - len(found)) * 24 * HOUR
    return Month(
        year,
        month,
        sum(known) if known else None,
        len(known),
        length,
        Decimal(seconds) / expected,
        sum(day.estimated for day in found),
    )


def completeness(days: Sequence[Day]) -> Decimal:
    """Share of the time in these days that readings cover; 0 for no days."""
    expected = sum(day.hours for day in days) * HOUR
    return (
        Decimal(sum(min(day.covered, day.hours * HOUR) for day in days)) / expected
        if expected
        else Decimal(0)
    )


def overlapping(intervals: Iterable[Interval]) -> list[tuple[Interval, Interval]]:
    """List neighbouring readings of one register that cover the same time (there should be none)."""
    ordered = sorted(intervals)
    pairs = zip(ordered, ordered[1:], strict=False)
    return [(one, two) for one, two in pairs if two.start < one.start + one.seconds]


@dataclass(frozen=True)
class Compared:
    """One position of the shared axis: the same day of this period, the one before, and last year's."""

    position: int
    this: int | None
    previous: int | None
    last_year: int | None


@dataclass(frozen=True)
class Comparison:
    """A stretch of days beside the stretch before and the same days last year, on equal numbers of days.

    `than_previous` and `than_last_year` count only positions where both sides are known, and are None
    where there is nothing to compare with: "no history yet", never 0.
    """

    start: date
    previous_start: date
    last_year_start: date
    days: tuple[Compared, ...]

    @property
    def than_previous(self) -> tuple[int, int] | None:
        """This stretch and the one before, in thousandths, over the days known in both."""
        return _both([(day.this, day.previous) for day in self.days])

    @property
    def than_last_year(self) -> tuple[int, int] | None:
        """This stretch and last year's, in thousandths, over the days known in both."""
        return _both([(day.this, day.last_year) for day in self.days])


def _both(pairs: Sequence[tuple[int | None, int | None]]) -> tuple[int, int] | None:
    known = [(this, other) for this, other in pairs if this is not None and other is not None]
    return (sum(this for this, _ in known), sum(other for _, other in known)) if known else None


def year_before(day: date) -> date:
    """Give the same day last year; 29 February becomes the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def compare(
    by_date: Mapping[date, Day], start: date, days: int, previous_start: date | None = None
) -> Comparison:
    """Lay so many days from a start beside the period before and the same period last year.

    The period before starts `days` earlier unless `previous_start` says otherwise (the 1st of last month).
    """
    previous = previous_start or start - timedelta(days=days)
    last_year = year_before(start)

    def amount(first: date, n: int) -> int | None:
        found = by_date.get(first + timedelta(days=n))
        return found.amount if found else None

    return Comparison(
        start,
        previous,
        last_year,
        tuple(
            Compared(n + 1, amount(start, n), amount(previous, n), amount(last_year, n)) for n in range(days)
        ),
    )


@dataclass(frozen=True)
class Profile:
    """The shape of a home's day: average thousandths in each local hour, and its night base per hour."""

    by_hour: tuple[Decimal, ...]
    night_per_hour: Decimal | None
    days: int

    def share(self, hours: Iterable[int]) -> Decimal:
        """Share of the day's use that falls in some local hours."""
        total = sum(self.by_hour, Decimal(0))
        return sum((self.by_hour[hour] for hour in hours), Decimal(0)) / total if total else Decimal(0)


NIGHT = range(1, 5)


def profile(intervals: Iterable[Interval], zone: str) -> Profile:
    """Learn a home's usual day from readings of an hour or less; longer ones say nothing about hours."""
    place = ZoneInfo(zone)
    sums = [0] * 24
    days: set[date] = set()
    for reading in intervals:
        if reading.seconds <= HOUR:
            local = datetime.fromtimestamp(reading.start, place)
            sums[local.hour] += reading.amount
            days.add(local.date())
    count = max(len(days), 1)
    nights = sorted(night_bases(intervals, zone).values())
    middle = nights[len(nights) // 2] if nights else None
    return Profile(tuple(Decimal(amount) / count for amount in sums), middle, len(days))


def night_bases(intervals: Iterable[Interval], zone: str) -> dict[date, Decimal]:
    """Give each night's load from 1 to 5 o'clock in thousandths per hour, where those hours are all known."""
    place = ZoneInfo(zone)
    amounts: dict[date, list[int]] = {}
    for reading in intervals:
        local = datetime.fromtimestamp(reading.start, UTC).astimezone(place)
        if reading.seconds <= HOUR and local.hour in NIGHT:
            seen = amounts.setdefault(local.date(), [0, 0])
            seen[0] += reading.amount
            seen[1] += reading.seconds
    # A spring-forward night lacks an hour, so three known hours are a whole night too.
    return {
        day: Decimal(amount) * HOUR / covered
        for day, (amount, covered) in amounts.items()
        if covered >= 3 * HOUR
    }
