"""What the readers of meter and weather files hand over, one thing at a time."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Quality = Literal["actual", "estimated", "customer", "missing"]
Commodity = Literal["electricity", "gas", "water", "unknown"]
Flow = Literal["delivered", "received", "net"]
Unit = Literal["Wh", "therm", "m3", "ft3", "BTU"]

COST_SCALE = 100_000
"""Costs travel in 1/100,000 of the currency, as ESPI writes them."""

AMOUNT_SCALE = 1_000
"""Amounts travel in thousandths of their unit."""

GAS_UNITS = frozenset({"therm", "m3", "ft3", "BTU"})

MOST_PER_HOUR: dict[str, int] = {"Wh": 10**9, "therm": 10**6, "m3": 10**7, "ft3": 10**8, "BTU": 10**11}
"""More than this in an hour is no customer's meter but a slip: about a gigawatt in each unit."""

EARLIEST = 631_152_000
"""1 January 1990 in epoch seconds; nothing older is read from an interval meter."""

LATEST = 4_102_444_800
"""1 January 2100 in epoch seconds."""

LONGEST = 400 * 86_400
"""Seconds in the longest period one reading may cover: a yearly bill with some days to spare."""


class Reading(NamedTuple):
    """Use of one register over one interval, exactly as the file says.

    `start` in epoch seconds UTC, `amount` in thousandths of `unit`, `cost_e5` in 1/100,000 of `currency`
    (an ISO 4217 letter code), `line` where it stands in the file.
    """

    register_ref: str
    start: int
    seconds: int
    amount: int
    unit: Unit
    cost_e5: int | None
    currency: str | None
    quality: Quality
    line: int


class Temperature(NamedTuple):
    """Outdoor temperature over one interval, in hundredths of a degree of `unit`."""

    start: int
    seconds: int
    hundredths: int
    unit: Literal["F", "C"]
    line: int


@dataclass(frozen=True, slots=True)
class UsagePointFound:
    """A place where a customer is served, as the file names it."""

    ref: str
    commodity: Commodity
    title: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class RegisterFound:
    """One series of readings of a usage point; it comes before the first of its readings.

    `interval_seconds` is the usual length of a reading, 0 where the file does not say.
    """

    ref: str
    usage_point_ref: str
    commodity: Commodity
    unit: Unit
    currency: str | None = None
    flow: Flow = "delivered"
    interval_seconds: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class TimeRules:
    """How the file wants its times shown; readings are in UTC and never moved by it."""

    tz_offset_s: int
    dst_offset_s: int = 0
    dst_start_rule: str = ""
    dst_end_rule: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class SummaryFound:
    """The bill of one period as the company totalled it, in the scales of a Reading."""

    usage_point_ref: str
    start: int | None
    seconds: int | None
    cost_e5: int | None
    currency: str | None
    amount: int | None
    unit: Unit | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file, in a sentence for the person who brought it.

    `readings` of the file were left out because of it; `fatal` says that reading stopped there.
    """

    code: str
    sentence: str
    where: str
    fatal: bool = False
    readings: int = 0
    count: int = 1


@dataclass(frozen=True, slots=True)
class Tally:
    """The last thing every reader hands over: what it saw, whatever happened.

    `seen` = readings handed over + `repeated` (said twice in the same file, word for word) + `refused`.
    """

    seen: int
    repeated: int
    refused: int
    bytes_read: int
    lines: int


Item = UsagePointFound | RegisterFound | TimeRules | Reading | SummaryFound | Problem | Tally
WeatherItem = Temperature | Problem | Tally

CURRENCIES = {
    36: "AUD", 124: "CAD", 156: "CNY", 203: "CZK", 208: "DKK", 344: "HKD", 348: "HUF", 356: "INR",
    392: "JPY", 410: "KRW", 484: "MXN", 554: "NZD", 578: "NOK", 643: "RUB", 702: "SGD", 710: "ZAR",
    752: "SEK", 756: "CHF", 826: "GBP", 840: "USD", 978: "EUR", 985: "PLN", 986: "BRL",
}  # fmt: skip
"""ISO 4217 numeric codes of the currencies bills are likely to be in."""
