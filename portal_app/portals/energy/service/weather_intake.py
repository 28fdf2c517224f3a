"""Storing outdoor temperatures of a station, and its days with their degree days."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col

from portal_app.core.access import SystemAccess
from portal_app.portals.energy.formats.espi_readings import when
from portal_app.portals.energy.formats.items import Temperature, WeatherItem
from portal_app.portals.energy.formats.problems import Problems
from portal_app.portals.energy.rules.usage import day_bounds, local_date
from portal_app.portals.energy.rules.weather import COOLING_BASE_F, HEATING_BASE_F, LEAST_HOURS
from portal_app.portals.energy.service.import_sheet import ImportSheet
from portal_app.portals.energy.service.meeting import Met, Piece, meet
from portal_app.portals.energy.service.storing import BATCH, Opens, tried
from portal_app.portals.energy.tables import DayWeather, WeatherReading

_HEATING, _COOLING = round(HEATING_BASE_F * 100), round(COOLING_BASE_F * 100)


def fahrenheit(hundredths: int, unit: str) -> int:
    """Hundredths of a degree as hundredths of a degree Fahrenheit, halves away from nought."""
    if unit == "F":
        return hundredths
    fifths = abs(hundredths) * 9
    rounded = (2 * fifths + 5) // 10
    return (rounded if hundredths >= 0 else -rounded) + 3_200


@dataclass
class WeatherStore:
    """Takes what a reader of weather hands over and fills the sheet; times in the company's zone."""

    opens: Opens
    station: str
    zone: str
    sheet: ImportSheet

    def take_all(self, items: Iterable[WeatherItem]) -> None:
        """Store everything a reader hands over."""
        problems, batch = Problems("row"), list[Temperature]()
        for item in items:
            if not isinstance(item, Temperature):
                self.sheet.take(item)
                continue
            batch.append(item)
            if len(batch) >= BATCH:
                self._store(batch, problems)
                batch = []
        self._store(batch, problems)
        for problem in problems.rest():
            self.sheet.warn(problem)

    def _store(self, batch: list[Temperature], problems: Problems) -> None:
        if not batch:
            return
        batch.sort(key=lambda one: one.start)
        verdicts, added, days = tried(self.opens, lambda access: self._in_one(access, batch))
        self.sheet.readings_added += added
        self.sheet.weather_days += days
        for one, met in zip(batch, verdicts, strict=True):
            if met is Met.CLASH:
                self._left_out(one, problems)
                continue
            self.sheet.readings_repeated += met is Met.KNOWN
            end = one.start + one.seconds
            self.sheet.first = one.start if self.sheet.first is None else min(self.sheet.first, one.start)
            self.sheet.last = end if self.sheet.last is None else max(self.sheet.last, end)

    def _left_out(self, one: Temperature, problems: Problems) -> None:
        self.sheet.readings_refused += 1
        sentence = (
            f"The temperature of {when(one.start)} says something else than what is stored for"
            f" {self.station}; the stored one was kept."
        )
        told = problems.each("overlap_stored", sentence, one.line)
        if told is not None:
            self.sheet.warn(told)

    def _in_one(self, access: SystemAccess, batch: list[Temperature]) -> tuple[list[Met], int, int]:
        pieces = [Piece(one.start, one.seconds, fahrenheit(one.hundredths, one.unit)) for one in batch]
        first, end = pieces[0].start, pieces[-1].start + pieces[-1].seconds
        known = self._stored(access, first, end)
        with closing(known):
            verdicts = list(meet(pieces, known))
        fresh = [piece for piece, met in zip(pieces, verdicts, strict=True) if met is Met.NEW]
        owner = {"company_id": access.visitor.company_id, "station": self.station}
        rows = [{**owner, "start": p.start, "seconds": p.seconds, "temp": p.amount} for p in fresh]
        access.add_many(WeatherReading, rows, skip_known=True)
        days = self._count_days(access, fresh[0].start, fresh[-1].start + fresh[-1].seconds) if fresh else 0
        return verdicts, len(fresh), days

    def _stored(self, access: SystemAccess, first: int, end: int) -> Generator[Piece, None, None]:
        columns = (WeatherReading.start, WeatherReading.seconds, WeatherReading.temp)
        mine = access.columns(WeatherReading, *columns).where(col(WeatherReading.station) == self.station)
        start = col(WeatherReading.start)
        before = mine.where(start < first).order_by(start.desc()).limit(1)
        inside = mine.where(start >= first, start < end).order_by(start).execution_options(yield_per=2_000)
        for statement in (before, inside):
            with access.db.execute(statement) as rows:
                for start_at, seconds, temp in rows:
                    yield Piece(start_at, seconds, temp)

    def _count_days(self, access: SystemAccess, first: int, end: int) -> int:
        """Count again every local day between two moments; says how many there are."""
        from_day, to_day = local_date(first, self.zone), local_date(end - 1, self.zone)
        begin, stop = day_bounds(from_day, self.zone)[0], day_bounds(to_day, self.zone)[1]
        found = self._stored(access, begin, stop)
        days = days_of((piece for piece in found if begin <= middle(piece) < stop), self.zone)
        mine = col(DayWeather.station) == self.station
        access.remove(DayWeather, mine, col(DayWeather.day) >= from_day, col(DayWeather.day) <= to_day)
        owner = {"company_id": access.visitor.company_id, "station": self.station}
        access.add_many(DayWeather, [{**owner, **day} for day in days])
        return len(days)


def middle(piece: Piece) -> int:
    """The moment that says which day a temperature belongs to: a daily mean may begin in another zone."""
    return piece.start + piece.seconds // 2


def days_of(pieces: Iterable[Piece], zone: str) -> list[dict[str, Any]]:
    """Temperatures in order (hundredths of °F) as local days with their degree days.

    Each counts for as long as it held. A day of which less than 18 hours are known is left out; one known
    by a single mean says so with `hours` 1.
    """
    days: dict[date, list[Piece]] = {}
    begin = end = 0
    day = date.min
    for piece in pieces:
        if not begin <= middle(piece) < end:
            day = local_date(middle(piece), zone)
            begin, end = day_bounds(day, zone)
        days.setdefault(day, []).append(piece)
    known = {
        day: found for day, found in days.items() if sum(p.seconds for p in found) >= LEAST_HOURS * 3_600
    }
    return [{"day": day, **_sums(found)} for day, found in known.items()]


def _sums(found: list[Piece]) -> dict[str, int]:
    seconds = sum(piece.seconds for piece in found)

    def mean(of: Iterable[int]) -> int:
        return round(sum(of) / seconds)

    return {
        "mean": mean(p.amount * p.seconds for p in found),
        "high": max(p.amount for p in found),
        "low": min(p.amount for p in found),
        "hdd": mean(max(0, _HEATING - p.amount) * p.seconds for p in found),
        "cdd": mean(max(0, p.amount - _COOLING) * p.seconds for p in found),
        "hours": 1 if len(found) == 1 else round(seconds / 3_600),
    }
