"""What only an energy utility has: premises, meters, readings, weather, tariffs, outages, requests."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field

from portal_app.core.tables import (
    AccountRow,
    AccountSeries,
    CompanyRow,
    CompanySeries,
    StaffRow,
    moment_field,
)


class Premise(AccountRow, table=True):
    """A place that is supplied: what similar homes, weather and outages are matched by."""

    label: str = Field(max_length=80)
    street: str = Field(max_length=120)
    city: str = Field(default="", max_length=80)
    region: str = Field(default="", max_length=20)
    postcode: str = Field(default="", max_length=16)
    zone: str = Field(default="", max_length=60)
    lat: float = 0.0
    lon: float = 0.0
    feeder: str = Field(default="", max_length=40, index=True)
    station: str = Field(default="", max_length=40)
    climate_zone: str = Field(default="", max_length=20)
    type: str = Field(default="detached", max_length=30)
    sqft: int = 0
    occupants: int | None = None
    heat_fuel: str = Field(default="gas", max_length=20)
    place: int = 0
    """Order among an account's premises."""


class ServiceAgreement(AccountRow, table=True):
    """One commodity supplied to one premise on one tariff, from a date and perhaps to one."""

    premise_id: str = Field(foreign_key="premise.id", index=True, max_length=26)
    commodity: str = Field(default="electricity", max_length=12)
    tariff_code: str = Field(default="", max_length=40)
    starts: date
    stops: date | None = None
    cycle_day: int = 1
    """Day of the month on which a bill period begins."""


class Meter(AccountRow, table=True):
    """A meter at a premise, under its agreement."""

    premise_id: str = Field(foreign_key="premise.id", index=True, max_length=26)
    agreement_id: str = Field(foreign_key="serviceagreement.id", index=True, max_length=26)
    number: str = Field(max_length=40)
    commodity: str = Field(default="electricity", max_length=12)


class Register(AccountRow, table=True):
    """One dial of a meter; readings hang on it. Amounts are thousandths of its unit."""

    __table_args__ = (UniqueConstraint("company_id", "ref"),)

    meter_id: str = Field(foreign_key="meter.id", index=True, max_length=26)
    premise_id: str = Field(foreign_key="premise.id", index=True, max_length=26)
    ref: str = Field(default="", max_length=300)
    """What an imported file calls it, so that the next file finds it again."""
    commodity: str = Field(default="electricity", max_length=12)
    unit: str = Field(default="Wh", max_length=8)
    seconds: int = 3600
    digits: int = 5
    currency: str = Field(default="USD", max_length=3)
    zone: str = Field(default="UTC", max_length=60)


class Interval(AccountSeries, table=True):
    """What a register counted from `start` for `seconds`; never two that overlap, gaps stay gaps.

    `amount` in thousandths of the register's unit, `cost` in 1/100,000 of the currency.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)

    register_id: str = Field(foreign_key="register.id", primary_key=True, max_length=26)
    start: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seconds: int
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    quality: str = Field(default="actual", max_length=10)
    cost: int | None = Field(default=None, sa_column=Column(BigInteger))
    run_id: str = Field(default="", max_length=26)


class DayUse(AccountSeries, table=True):
    """A local day of a register, rolled up from its intervals so that no page counts them again.

    `seconds` were read, `due` is the day's length (82,800 or 90,000 when the clocks change); `night` is
    the least hour between midnight and five, `peak` the part inside the tariff's on-peak hours, both in
    thousandths of the unit; `priced` says how many of the seconds carry a cost.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)

    register_id: str = Field(foreign_key="register.id", primary_key=True, max_length=26)
    day: date = Field(primary_key=True)
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    seconds: int
    due: int = 86_400
    estimated: int = 0
    night: int = 0
    peak: int = 0
    cost: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, default=0))
    priced: int = 0


class ReadingSummary(AccountRow, table=True):
    """What a file's own summary says of a period: the bill's figure beside the sum of its readings."""

    __table_args__ = (UniqueConstraint("register_id", "start", "seconds"),)

    register_id: str = Field(foreign_key="register.id", index=True, max_length=26)
    start: int = Field(sa_column=Column(BigInteger, nullable=False))
    seconds: int
    cost: int | None = Field(default=None, sa_column=Column(BigInteger))
    amount: int | None = Field(default=None, sa_column=Column(BigInteger))


class ImportRun(StaffRow, table=True):
    """One file that was read in: by whom, how far, and its result sheet."""

    account_id: str = Field(default="", max_length=26, index=True)
    name: str = Field(max_length=200)
    sha256: str = Field(default="", max_length=64, index=True)
    by: str = Field(default="", max_length=120)
    state: str = Field(default="waiting", max_length=12)
    done: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, default=0))
    size: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, default=0))
    sheet: str = "{}"
    stored: str = Field(default="", max_length=120)
    ended_at: datetime | None = moment_field(default=None)


class WeatherReading(CompanySeries, table=True):
    """Outdoor temperature of a station, in hundredths of a degree Fahrenheit."""

    __table_args__ = ({"sqlite_with_rowid": False},)

    station: str = Field(primary_key=True, max_length=40)
    start: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    seconds: int = 3600
    temp: int


class DayWeather(CompanySeries, table=True):
    """A local day of a station: mean, high and low in hundredths of a degree Fahrenheit, and its degree
    days in hundredths (bases 60 F heating, 65 F cooling), from hours where there are hours.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)

    station: str = Field(primary_key=True, max_length=40)
    day: date = Field(primary_key=True)
    mean: int
    high: int
    low: int
    hdd: int
    cdd: int
    hours: int


class TariffVersion(CompanyRow, table=True):
    """A tariff as it is from a date; `body` is the rules' own form of it as JSON."""

    __table_args__ = (UniqueConstraint("company_id", "code", "effective"),)

    code: str = Field(max_length=40, index=True)
    name: str = Field(max_length=120)
    commodity: str = Field(default="electricity", max_length=12)
    segment: str = Field(default="home", max_length=20)
    effective: date
    body: str


class Outage(CompanyRow, table=True):
    """One outage from the first report to the end, as everybody in the company may see it."""

    __table_args__ = (
        UniqueConstraint("company_id", "reference"),
        Index("ix_outage_company_state", "company_id", "state"),
    )

    reference: str = Field(max_length=20)
    state: str = Field(default="reported", max_length=20)
    state_since: datetime = moment_field()
    cause: str = Field(default="", max_length=60)
    feeder: str = Field(default="", max_length=40, index=True)
    area: str = Field(default="", max_length=120)
    lat: float = 0.0
    lon: float = 0.0
    polygon: str = ""
    """GeoJSON geometry, or nothing when it touches fewer than five customers."""
    started_at: datetime = moment_field()
    customers: int = 0
    crew: str = Field(default="", max_length=60)
    crew_from: str = Field(default="", max_length=80)
    next_what: str = Field(default="", max_length=200)
    next_by: datetime | None = moment_field(default=None)
    next_who: str = Field(default="", max_length=80)
    etr: datetime | None = moment_field(default=None)
    etr_p80: datetime | None = moment_field(default=None)
    etr_source: str = Field(default="rule", max_length=20)
    storm: bool = False
    planned: bool = False
    restored_at: datetime | None = moment_field(default=None)
    closed_at: datetime | None = moment_field(default=None)
    merged_into: str = Field(default="", max_length=26)
    version: int = 1


class OutageStep(CompanyRow, table=True):
    """One step of an outage, never changed: what happened, from which state to which, in whose words."""

    outage_id: str = Field(foreign_key="outage.id", index=True, max_length=26)
    at: datetime = moment_field()
    event: str = Field(max_length=30)
    before: str = Field(default="", max_length=20)
    after: str = Field(default="", max_length=20)
    words: str = Field(default="", max_length=400)
    by: str = Field(default="", max_length=120)
    backwards: bool = False


class EtrChange(CompanyRow, table=True):
    """Every estimate there ever was for an outage, with why it moved."""

    outage_id: str = Field(foreign_key="outage.id", index=True, max_length=26)
    at: datetime = moment_field()
    before: datetime | None = moment_field(default=None)
    after: datetime | None = moment_field(default=None)
    because: str = Field(default="", max_length=200)
    source: str = Field(default="rule", max_length=20)


class OutageReport(AccountRow, table=True):
    """A customer saying that the power is out at a premise; also by account number or phone, signed out."""

    shown_by: ClassVar[str] = "by"

    premise_id: str = Field(foreign_key="premise.id", index=True, max_length=26)
    outage_id: str = Field(default="", max_length=26, index=True)
    reference: str = Field(max_length=20)
    key: str = Field(unique=True, max_length=80)
    extent: str = Field(default="all", max_length=20)
    channel: str = Field(default="portal", max_length=20)
    by: str = Field(default="", max_length=120)
    at: datetime = moment_field()


class OutageWatch(AccountRow, table=True):
    """Somebody who wants word about outages at a premise, by mail or text."""

    shown_by: ClassVar[str] = "person_id"

    __table_args__ = (UniqueConstraint("premise_id", "person_id", "channel"),)

    premise_id: str = Field(foreign_key="premise.id", index=True, max_length=26)
    person_id: str = Field(foreign_key="person.id", index=True, max_length=26)
    channel: str = Field(default="mail", max_length=10)
    to: str = Field(default="", max_length=254)


class PlannedWork(CompanyRow, table=True):
    """Work announced in advance that will interrupt supply."""

    reference: str = Field(max_length=20)
    feeder: str = Field(default="", max_length=40, index=True)
    starts_at: datetime = moment_field()
    ends_at: datetime = moment_field()
    why: str = Field(default="", max_length=200)
    state: str = Field(default="announced", max_length=20)
    sequence: int = 0


class ServiceRequest(AccountRow, table=True):
    """Start, stop or move service, or have a meter read. Two halves of a move share `pair`."""

    shown_by: ClassVar[str] = "asked_by"

    reference: str = Field(max_length=20)
    kind: str = Field(max_length=20)
    pair: str = Field(default="", max_length=26, index=True)
    premise_id: str = Field(default="", max_length=26, index=True)
    state: str = Field(default="draft", max_length=20, index=True)
    state_since: datetime = moment_field()
    wanted_on: date | None = None
    slot: str = Field(default="", max_length=20)
    address: str = Field(default="", max_length=200)
    forwarding: str = Field(default="", max_length=200)
    asked_by: str = Field(default="", max_length=26)
    next_who: str = Field(default="", max_length=80)
    next_what: str = Field(default="", max_length=200)
    next_by: datetime | None = moment_field(default=None)
    facts: str = "{}"
    key: str | None = Field(default=None, unique=True, max_length=80)
    version: int = 1


class RequestStep(AccountRow, table=True):
    """One step of a service request, never changed; as much its asker's as the request itself."""

    shown_by: ClassVar[str] = "asked_by"

    request_id: str = Field(foreign_key="servicerequest.id", index=True, max_length=26)
    at: datetime = moment_field()
    event: str = Field(max_length=30)
    before: str = Field(default="", max_length=20)
    after: str = Field(default="", max_length=20)
    words: str = Field(default="", max_length=400)
    by: str = Field(default="", max_length=120)
    asked_by: str = Field(default="", max_length=26)


class SelfRead(AccountRow, table=True):
    """A dial read by the customer, with a photo where they sent one."""

    shown_by: ClassVar[str] = "person_id"

    __table_args__ = (UniqueConstraint("register_id", "read_on"),)

    register_id: str = Field(foreign_key="register.id", index=True, max_length=26)
    read_on: date
    dial: int
    photo: str = Field(default="", max_length=120)
    state: str = Field(default="received", max_length=20)
    reference: str = Field(default="", max_length=20)
    by: str = Field(default="", max_length=120)
    person_id: str = Field(default="", max_length=26)


class NeighbourGroup(AccountRow, table=True):
    """The similar homes a premise is compared with, frozen for twelve months; never shown by name."""

    premise_id: str = Field(foreign_key="premise.id", index=True, max_length=26)
    members: str
    frozen_on: date
    totals: str = "{}"
    """By first day of a bill: until which day, each home's total and evening part; no names."""


class EnergyChoice(AccountRow, table=True):
    """What an account wants of its energy pages: alert threshold, units, priority needs, notices."""

    __table_args__ = (UniqueConstraint("account_id"),)

    alert_kind: str = Field(default="money", max_length=10)
    alert_at: int = 0
    """Cents or kWh for the whole bill period; nought means no alert."""
    temperature: str = Field(default="F", max_length=1)
    medical: bool = False
    medical_says: str = Field(default="", max_length=200)
    planned_notice: bool = True
    neighbours: bool = True
    """Whether its homes are among those that others are compared with, and are compared themselves."""
    phone: str = Field(default="", max_length=40)


class HighBillAlert(AccountRow, table=True):
    """A high-bill alert that was sent: at most one a bill period and premise."""

    __table_args__ = (UniqueConstraint("premise_id", "period_from"),)

    premise_id: str = Field(foreign_key="premise.id", index=True, max_length=26)
    period_from: date
    likely_cents: int
    at: datetime = moment_field()


class DataConsent(AccountRow, table=True):
    """A third party allowed to read this account's meter data: what, until when, and whether withdrawn."""

    shown_by: ClassVar[str] = "person_id"

    party: str = Field(max_length=120)
    scope: str = Field(default="electricity", max_length=60)
    ends_on: date
    token_hash: str = Field(default="", max_length=64, index=True)
    given_by: str = Field(default="", max_length=120)
    person_id: str = Field(default="", max_length=26)
    revoked_at: datetime | None = moment_field(default=None)
    used_at: datetime | None = moment_field(default=None)


class MapGround(CompanyRow, table=True):
    """What lies under the outage map: a road, a river, a town, as a GeoJSON geometry of the company's own."""

    name: str = Field(default="", max_length=80)
    what: str = Field(default="road", max_length=12)
    geometry: str
