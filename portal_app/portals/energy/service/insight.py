"""What is known of one supply up to now: its days, weather, odd days, price and outlook."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from statistics import median

from sqlmodel import col, func

from portal_app.core.access import Access
from portal_app.core.clock import today
from portal_app.portals.energy.rules import forecast as forecasting
from portal_app.portals.energy.rules import spikes as spiking
from portal_app.portals.energy.rules.days_off import holiday_name
from portal_app.portals.energy.rules.pricing import price
from portal_app.portals.energy.rules.rounding import whole
from portal_app.portals.energy.rules.spikes import CallOut, DayFacts, DayParts, Reason, SpikeRule
from portal_app.portals.energy.rules.tariffs import CannotPrice, Priced, Tariff, in_force
from portal_app.portals.energy.rules.usage import Day, Interval, day_bounds, year_before
from portal_app.portals.energy.rules.weather import DegreeDays, HomeModel, Stretch, fit_home, normals
from portal_app.portals.energy.service import places, tariff_book
from portal_app.portals.energy.service.places import Supply, bill_period
from portal_app.portals.energy.tables import DayUse, DayWeather
from portal_app.portals.energy.tables import Interval as IntervalRow

HISTORY = 800
LOOK_BACK = timedelta(days=430)
"""What a bill of long ago is compared with: its year before, and some weeks more."""
RULE = SpikeRule(z=None)
_MODELS: OrderedDict[tuple[str, date, int, int], HomeModel | None] = OrderedDict()
_MOST_MODELS = 2000


@dataclass
class Insight:
    """One supply up to its last known day. Amounts are thousandths of the priced unit (Wh for kWh)."""

    access: Access
    supply: Supply
    rows: Sequence[tuple[date, int, int, int, int, int, int]]
    weather: dict[date, DegreeDays]
    tariffs: tuple[Tariff, ...]
    start: date
    end: date
    known_until: date
    """The first day without readings."""
    zone: str = field(default="UTC")

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """Every known day in order, gaps left open."""
        unit = self.supply.register
        return tuple(
            Day(day, tariff_book.in_thousandths(unit, amount), due // 3600, seconds, estimated > 0)
            for day, amount, seconds, due, estimated, _, _ in self.rows
        )

    @property
    def until(self) -> date:
        """The first day of this bill period without readings, or the first day after the period."""
        return max(min(self.known_until, self.end), self.start)

    @property
    def done(self) -> int:
        """How many days of this bill period have passed."""
        return (self.until - self.start).days

    @property
    def read(self) -> bool:
        """Whether any day of this bill period has readings."""
        return any(self.start <= row[0] < self.until for row in self.rows)

    @property
    def tariff(self) -> Tariff | None:
        """The tariff in force at the end of what is known; None without one."""
        try:
            return in_force(self.tariffs, self.until) if self.tariffs else None
        except CannotPrice:
            return None

    @cached_property
    def by_date(self) -> dict[date, Day]:
        """The days by their date."""
        return {day.date: day for day in self.days}

    @cached_property
    def nights(self) -> dict[date, int]:
        """The least hour of each night, in thousandths."""
        return {
            row[0]: tariff_book.in_thousandths(self.supply.register, row[5]) for row in self.rows if row[5]
        }

    @cached_property
    def peaks(self) -> dict[date, int]:
        """What fell into the evening hours of working days, in thousandths."""
        return {row[0]: tariff_book.in_thousandths(self.supply.register, row[6]) for row in self.rows}

    def amounts(self, first: date, count: int) -> list[int | None]:
        """The amounts of so many days from a date; None where nothing is known."""
        found = (self.by_date.get(first + timedelta(days=n)) for n in range(count))
        return [day.amount if day else None for day in found]

    def use(self, first: date, end: date) -> int:
        """What was used from a date up to (not including) another, in thousandths, rounded once."""
        total = sum(row[1] for row in self.rows if first <= row[0] < end)
        return tariff_book.in_thousandths(self.supply.register, total)

    def whole(self, first: date, end: date) -> bool:
        """Whether every day from a date up to (not including) another has readings."""
        return end > first and None not in self.amounts(first, (end - first).days)

    def spikes(self, first: date, end: date) -> list[spiking.Spike]:
        """Days of a stretch far above their usual weekday."""
        return spiking.spikes(self.days, RULE, first, end)

    def call_outs(self, first: date, end: date) -> list[CallOut]:
        """The odd days of a stretch, neighbours told as one."""
        return spiking.call_outs(self.spikes(first, end))

    @cached_property
    def model(self) -> HomeModel | None:
        """How this home's use follows the weather, from the last year that is known; kept between visits."""
        key = (self.supply.register.id, self.known_until, len(self.rows), len(self.weather))
        if key in _MODELS:
            return _MODELS[key]
        year = [day for day in self.days[-366:] if day.amount is not None and not day.estimated]
        stretches = [Stretch(day.date, day.date + timedelta(days=1), float(day.amount or 0)) for day in year]
        found = _MODELS[key] = fit_home(stretches, self.weather)
        while len(_MODELS) > _MOST_MODELS:
            _MODELS.popitem(last=False)
        return found

    def facts_of(self, day: date) -> DayFacts:
        """What could explain a day, beside the same weekdays before it."""
        weeks = [day - timedelta(days=7 * n) for n in range(1, RULE.weeks + 1)]
        now, before = self.weather.get(day), [self.weather[one] for one in weeks if one in self.weather]
        nights = [Decimal(self.nights[one]) for one in weeks if one in self.nights]
        return DayFacts(
            cooling=_decimal(now.cooling) if now else None,
            usual_cooling=_decimal(median(d.cooling for d in before)) if before else None,
            heating=_decimal(now.heating) if now else None,
            usual_heating=_decimal(median(d.heating for d in before)) if before else None,
            high=_decimal(now.high) if now else None,
            low=_decimal(now.low) if now else None,
            holiday=_holiday(day, self.supply.premise.region, self.zone),
            night=Decimal(self.nights[day]) if day in self.nights else None,
            usual_night=median(nights) if nights else None,
        )

    def reason_of(self, called: CallOut) -> Reason:
        """Why the highest day of a call-out was likely high, in the scale the account reads."""
        return spiking.likely_reason(self._as_read(self.facts_of(called.highest.day)), self.unit)

    def _as_read(self, facts: DayFacts) -> DayFacts:
        """The same facts in the account's own scale, for words; sums stay in Fahrenheit."""
        if places.scale_of(self.access) == "F":
            return facts

        def degrees(value: Decimal | None) -> Decimal | None:
            return None if value is None else (value - 32) * 5 / 9

        def apart(value: Decimal | None) -> Decimal | None:
            return None if value is None else value * 5 / 9

        return replace(
            facts,
            scale="C",
            high=degrees(facts.high),
            low=degrees(facts.low),
            cooling=apart(facts.cooling),
            usual_cooling=apart(facts.usual_cooling),
            heating=apart(facts.heating),
            usual_heating=apart(facts.usual_heating),
        )

    def degrees(self, fahrenheit: Decimal | None) -> str:
        """A temperature as the account reads it: "31 F", "-1 °C"; nothing where it is not known."""
        if fahrenheit is None:
            return ""
        if places.scale_of(self.access) == "F":
            return f"{whole(fahrenheit)} F"
        return f"{whole((fahrenheit - 32) * 5 / 9)} °C"

    def parts_of(self, spike: spiking.Spike) -> DayParts:
        """What made one odd day, in parts that sum to it."""
        model = self.model
        return spiking.take_apart(
            spike.amount,
            spike.norm,
            self.facts_of(spike.day),
            per_cooling_degree=_decimal(model.cooling) if model else Decimal(0),
            per_heating_degree=_decimal(model.heating) if model else Decimal(0),
            hours=self.by_date[spike.day].hours,
        )

    @property
    def unit(self) -> str:
        """The unit it is priced and shown in."""
        return tariff_book.priced_unit(self.supply.register)

    def readings(self, first: date, end: date) -> list[Interval]:
        """The readings of some days in thousandths, for a tariff by time of use or a day's hours."""
        return readings(self.access, self.supply, first, end)

    def priced(self, first: date, end: date, *, with_credits: bool = False) -> Priced | None:
        """What these days come to under the tariff in force; None where that cannot be told."""
        if not self.tariffs or end <= first:
            return None
        by_clock = any(tariff.periods for tariff in self.tariffs)
        try:
            return price(
                self.tariffs,
                first,
                end,
                use=None if by_clock else self.use(first, end),
                intervals=self.readings(first, end) if by_clock else (),
                zone=self.zone,
                with_credits=with_credits,
            )
        except CannotPrice:
            return None

    def last_year(self, first: date, end: date) -> Priced | None:
        """What the same days last year would cost at today's prices; None with too little history."""
        then, count = year_before(first), (end - first).days
        known = [amount for amount in self.amounts(then, count) if amount is not None]
        if not self.tariffs or not known or len(known) < count * 0.9:
            return None
        try:
            if any(tariff.periods for tariff in self.tariffs):
                today_s = (replace(in_force(self.tariffs, first), effective_from=date.min),)
                return replace(self, tariffs=today_s).priced(then, then + timedelta(days=count))
            use = sum(known) * count // len(known)
            return price(self.tariffs, first, end, use=use, zone=self.zone, with_credits=False)
        except CannotPrice:
            return None

    def so_far(self, priced: Priced | None) -> forecasting.SoFar:
        """The bill in the making, for its forecast."""
        days = self.done
        due = (min(max(self.known_until, today(self.zone)), self.end) - self.start).days
        stretch = [self.by_date.get(self.start + timedelta(days=n)) for n in range(days)]
        read = sum((day.complete for day in stretch if day), Decimal(0)) / due if due > 0 else Decimal(0)
        fixed = priced.of("fixed") if priced else 0
        return forecasting.SoFar(
            start=self.start,
            end=self.end,
            today=self.known_until,
            cost=priced.total if priced else 0,
            fixed=fixed,
            fixed_whole_bill=fixed * (self.end - self.start).days // days if days > 0 else fixed,
            use=self.use(self.start, self.until),
            read=read,
            priced=Decimal(1) if priced else Decimal(0),
            history_days=len([day for day in self.days if day.date < self.start]),
        )

    def outlook(self, priced: Priced | None, typical: int | None) -> forecasting.Forecast:
        """Where this bill is heading, by the usual weather of the days left where a model is known."""
        so_far = self.so_far(priced)
        done = left = None
        if self.model is not None and so_far.days_done > 0:
            usual = normals(self.weather)
            behind = [self.weather[d] for d in self.dates(self.start, self.until) if d in self.weather]
            ahead = [
                usual[d.month, d.day] for d in self.dates(self.until, self.end) if (d.month, d.day) in usual
            ]
            if len(behind) == so_far.days_done and len(ahead) == so_far.days - so_far.days_done:
                done, left = _decimal(self.model.expected(behind)), _decimal(self.model.expected(ahead))
        amounts = [
            amount for amount in self.amounts(self.start, max(so_far.days_done, 0)) if amount is not None
        ]
        spread = forecasting.spread_of(amounts, so_far.days - so_far.days_done)
        return forecasting.forecast(
            so_far, typical=typical, weather_done=done, weather_left=left, spread=spread
        )

    @staticmethod
    def dates(first: date, end: date) -> list[date]:
        """Every date from one up to (not including) another."""
        return [first + timedelta(days=n) for n in range(max((end - first).days, 0))]


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(value, 6)))


def _holiday(day: date, region: str, zone: str) -> str:
    """The public holiday a day is; nothing where no calendar is known for the place."""
    if not zone.startswith(("America/", "US/", "Pacific/Honolulu")):
        return ""
    try:
        return holiday_name(day, f"US-{region}" if region else "US")
    except NotImplementedError:
        return holiday_name(day, "US")


def _rows_of(access: Access, supply: Supply, on: date | None) -> list[tuple]:
    """The newest days of a register, oldest first; those around `on` where that lies further back."""
    columns = access.columns(
        DayUse,
        DayUse.day,
        DayUse.amount,
        DayUse.seconds,
        DayUse.due,
        DayUse.estimated,
        DayUse.night,
        DayUse.peak,
    ).where(col(DayUse.register_id) == supply.register.id)
    newest_first = columns.order_by(col(DayUse.day).desc())
    rows = [tuple(row) for row in reversed(access.db.execute(newest_first.limit(HISTORY)).all())]
    if on is not None and len(rows) == HISTORY and on - LOOK_BACK < rows[0][0]:
        rows = [
            tuple(row)
            for row in reversed(
                access.db.execute(newest_first.where(col(DayUse.day) >= on - LOOK_BACK)).all()
            )
        ]
    return rows


def insight(access: Access, supply: Supply, *, on: date | None = None) -> Insight:
    """Look at one supply: the bill period a day falls in (by default the newest with readings), all before.

    A day before the first reading or after the last one means the nearest day that was read.
    """
    rows = _rows_of(access, supply, on)
    here = today(supply.zone)
    known_until = min(rows[-1][0] + timedelta(days=1), here) if rows else here
    last = known_until - timedelta(days=1)
    anchor = here if not rows else last if on is None else max(min(on, last), rows[0][0])
    start, end = bill_period(supply.agreement, anchor)
    return Insight(
        access=access,
        supply=supply,
        rows=rows,  # pyright: ignore[reportArgumentType]
        weather=weather_of(access, supply, rows[0][0] if rows else here),
        tariffs=tariff_book.versions(access, supply.agreement.tariff_code)
        if supply.agreement.tariff_code
        else (),
        start=start,
        end=end,
        known_until=known_until,
        zone=supply.zone,
    )


def nearest_days(
    access: Access, supply: Supply, *, before: date, after: date
) -> tuple[date | None, date | None]:
    """The newest day that was read before one date, and the oldest from another on."""
    mine = col(DayUse.register_id) == supply.register.id
    newest = access.columns(DayUse, func.max(DayUse.day)).where(mine, col(DayUse.day) < before)
    oldest = access.columns(DayUse, func.min(DayUse.day)).where(mine, col(DayUse.day) >= after)
    return access.db.execute(newest).scalar(), access.db.execute(oldest).scalar()


def weather_of(access: Access, supply: Supply, since: date) -> dict[date, DegreeDays]:
    """The degree days of the premise's station since a date."""
    if not supply.premise.station:
        return {}
    statement = (
        access.columns(
            DayWeather,
            DayWeather.day,
            DayWeather.hdd,
            DayWeather.cdd,
            DayWeather.high,
            DayWeather.low,
            DayWeather.hours,
        )
        .where(col(DayWeather.station) == supply.premise.station, col(DayWeather.day) >= since)
        .order_by(col(DayWeather.day))
    )
    return {
        day: DegreeDays(day, hdd / 100, cdd / 100, high / 100, low / 100, "hourly" if hours > 1 else "daily")
        for day, hdd, cdd, high, low, hours in access.db.execute(statement)
    }


def readings(access: Access, supply: Supply, first: date, end: date) -> list[Interval]:
    """The readings of a supply from a local day up to (not including) another, in thousandths."""
    begin, stop = day_bounds(first, supply.zone)[0], day_bounds(end, supply.zone)[0]
    statement = (
        access.columns(
            IntervalRow, IntervalRow.start, IntervalRow.seconds, IntervalRow.amount, IntervalRow.quality
        )
        .where(
            col(IntervalRow.register_id) == supply.register.id,
            col(IntervalRow.start) >= begin,
            col(IntervalRow.start) < stop,
        )
        .order_by(col(IntervalRow.start))
    )
    unit = supply.register
    return [
        Interval(start, seconds, tariff_book.in_thousandths(unit, amount), quality)
        for start, seconds, amount, quality in access.db.execute(statement)
    ]
