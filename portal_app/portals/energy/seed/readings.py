"""Meters and months of readings for the demo's places."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portal_app.core.access import Access
from portal_app.core.clock import zone_of
from portal_app.portals.energy.seed import climate, homes
from portal_app.portals.energy.service.rollup import count_days
from portal_app.portals.energy.tables import (
    DayUse,
    DayWeather,
    Interval,
    Meter,
    Premise,
    Register,
    ServiceAgreement,
    WeatherReading,
)

_BATCH = 20_000


@dataclass(frozen=True)
class Place:
    """A premise of the demo with what it uses; `electricity` or `gas` may be missing."""

    label: str
    street: str
    east: float
    north: float
    feeder: str
    electricity: homes.Habits | None = None
    gas: homes.Habits | None = None
    type: str = "detached"
    sqft: int = 1640
    occupants: int | None = 3
    heat_fuel: str = "electric"
    tariff: str = "E-HOME"
    gas_tariff: str = "G-HOME"
    cycle_day: int = 3
    meter: str = ""
    gas_meter: str = ""


def connect(
    access: Access,
    premise: Premise,
    commodity: str,
    tariff: str,
    number: str,
    since: date,
    cycle_day: int,
    seconds: int = 3600,
) -> Register:
    """Sign a place up for a commodity: agreement, meter and its register."""
    owner = {"account_id": premise.account_id}
    agreement = access.add(
        ServiceAgreement,
        **owner,
        premise_id=premise.id,
        commodity=commodity,
        tariff_code=tariff,
        starts=since,
        cycle_day=cycle_day,
    )
    meter = access.add(
        Meter, **owner, premise_id=premise.id, agreement_id=agreement.id, number=number, commodity=commodity
    )
    return access.add(
        Register,
        **owner,
        meter_id=meter.id,
        premise_id=premise.id,
        ref=f"meter:{number}",
        commodity=commodity,
        unit="Wh" if commodity == "electricity" else "therm",
        seconds=seconds,
        zone=premise.zone,
    )


def fill(
    access: Access, register: Register, readings: Iterable[tuple[int, int, int, str]], zone: str
) -> None:
    """Store readings (start, seconds, thousandths, quality) and the days they roll up to."""
    owner = {"company_id": register.company_id, "account_id": register.account_id, "register_id": register.id}
    kept = list(readings)
    for begin in range(0, len(kept), _BATCH):
        access.add_many(
            Interval,
            [
                {**owner, "start": start, "seconds": seconds, "amount": amount, "quality": quality}
                for start, seconds, amount, quality in kept[begin : begin + _BATCH]
            ],
        )
    days = count_days(((s, n, a, q, None) for s, n, a, q in kept), zone)
    access.add_many(DayUse, [{**owner, **day} for day in days])


def electricity(
    habits: homes.Habits, days: list[date], zone: str, snap: frozenset[date]
) -> list[tuple[int, int, int, str]]:
    """Hours of electricity in thousandths of a Wh."""
    return [
        (second, 3600, wh * 1000, "actual")
        for day in days
        for second, wh in homes.hourly(habits, day, zone, snap)
    ]


def by_day(
    habits: homes.Habits, days: list[date], zone: str, snap: frozenset[date]
) -> list[tuple[int, int, int, str]]:
    """The same as one reading a day, for the many homes that are only compared with."""
    found = []
    for day in days:
        hours = homes.hourly(habits, day, zone, snap)
        found.append((hours[0][0], 3600 * len(hours), sum(wh for _, wh in hours) * 1000, "actual"))
    return found


def gas(
    habits: homes.Habits, days: list[date], zone: str, snap: frozenset[date]
) -> list[tuple[int, int, int, str]]:
    """Days of gas in thousandths of a therm."""
    return [
        (
            _midnight(day, zone),
            _midnight(day + timedelta(days=1), zone) - _midnight(day, zone),
            homes.therms(habits, day, snap),
            "actual",
        )
        for day in days
    ]


def _midnight(day: date, zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone_of(zone)).timestamp())


def weather(access: Access, days: list[date], zone: str, snap: frozenset[date]) -> None:
    """Store the station's hours and its days with their degree days."""
    company = {"company_id": access.visitor.company_id, "station": climate.STATION}
    hours: list[dict[str, Any]] = []
    sums: list[dict[str, Any]] = []
    for day in days:
        found = climate.hours_of(day, zone, snap)
        degrees = [round(value * 100) for _, value in found]
        hours += [
            {**company, "start": s, "seconds": 3600, "temp": t}
            for (s, _), t in zip(found, degrees, strict=True)
        ]
        count = len(degrees)
        sums.append(
            {
                **company,
                "day": day,
                "mean": round(sum(degrees) / count),
                "high": max(degrees),
                "low": min(degrees),
                "hdd": round(sum(max(0, 6000 - t) for t in degrees) / count),
                "cdd": round(sum(max(0, t - 6500) for t in degrees) / count),
                "hours": count,
            }
        )
    for begin in range(0, len(hours), _BATCH):
        access.add_many(WeatherReading, hours[begin : begin + _BATCH])
    access.add_many(DayWeather, sums)
