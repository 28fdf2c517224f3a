"""A believable utility and its customers: demo, gallery and test fixture in one."""

from datetime import date, timedelta
from random import Random

import structlog

from portal_app.core import queue
from portal_app.core.access import SystemAccess, acting_for_company
from portal_app.core.accounts import Account, Company
from portal_app.core.clock import today
from portal_app.portals.energy.seed import ground, happenings, homes, people, readings, tariffs
from portal_app.portals.energy.seed.readings import Place
from portal_app.services.tenancy import service as tenancy

_log = structlog.get_logger(__name__)
ZONE = "America/Los_Angeles"
DAYS = 790
"""Just over two years of hours for Maya, so that last year has a last year too."""
SMALL_DAYS = 100


def load(*, neighbours: int = 48, days: int = DAYS, small: bool = False) -> None:
    """Load both demo utilities; does nothing where they are loaded already.

    A `small` one knows the same people, for as long as two bills take, with few neighbours.
    """
    if small:
        neighbours, days = min(neighbours, 4), min(days, SMALL_DAYS)
    if tenancy.company_named("brightwater") is not None:
        return
    _brightwater(neighbours, days)
    _the_other(min(days, 120))


def _company(slug: str, name: str, short: str, brand: str) -> Company:
    return tenancy.create_company(
        slug,
        "energy",
        name,
        short_name=short,
        brand=brand,
        zone=ZONE,
        phone="555-0100",
        demo=True,
        bank_name="Valley Savings Bank",
        bank_account="021000021 / 4410 2207 19",
    )


def _brightwater(neighbours: int, days: int) -> None:
    company = _company("brightwater", "Brightwater Power", "Brightwater", "brightwater")
    last = today(ZONE) - timedelta(days=1)
    known = homes.days_up_to(last, days)
    snap = frozenset({last - timedelta(days=3)})
    with acting_for_company(company.id, kind="energy", zone=ZONE, actor="demo") as access:
        tariffs.load(access, last)
        ground.load(access)
        readings.weather(access, known, ZONE, snap)
        maya = people.open_up(
            access,
            "4410-0927",
            "Maya Lund",
            "maya@brightwater.example",
            "Maya Lund",
            "At home, with electricity and gas",
            order=1,
        )
        omar = people.open_up(
            access,
            "5210-3300",
            "Omar Haddad Shops",
            "omar@brightwater.example",
            "Omar Haddad",
            "Three shops",
            order=2,
            segment="business",
        )
        people.add_staff(access, "rosa@brightwater.example", "Rosa Vik", "Runs outages and requests", order=3)
        _supplied(access, maya, people.MAYA, 0, known, snap)
        for number, place in enumerate(people.OMAR):
            _supplied(access, omar, place, number, known[-420:], snap)
    with acting_for_company(company.id, kind="energy", zone=ZONE, actor="demo") as access:
        for number in range(neighbours):
            _neighbour(access, number, known[-420:], snap)
    happenings.load(company.id, maya.id, omar.id, last)
    _wait_from_now(company.id)


def _the_other(days: int) -> None:
    company = _company("brightwater-two", "Harbour Light Utility", "Harbour Light", "fjord")
    last = today(ZONE) - timedelta(days=1)
    known = homes.days_up_to(last, days)
    with acting_for_company(company.id, kind="energy", zone=ZONE, actor="demo") as access:
        tariffs.load(access, last)
        readings.weather(access, known, ZONE, frozenset())
        other = people.open_up(
            access,
            "9910-0001",
            "Olaf Other",
            "other@brightwater-two.example",
            "Olaf Other",
            "Customer of another utility",
            order=1,
        )
        _supplied(access, other, people.OTHER, 0, known, frozenset())
    happenings.bill(company.id, other.id, last)
    _wait_from_now(company.id)


def _wait_from_now(company_id: str) -> None:
    with acting_for_company(company_id, kind="energy", zone=ZONE, actor="demo") as access:
        queue.wait_from_now(access.db, company_id)


def _supplied(
    access: SystemAccess,
    account: Account,
    place: Place,
    number: int,
    known: list[date],
    snap: frozenset[date],
) -> None:
    premise = people.settle(access, account, place, number)
    since = known[0] - timedelta(days=400)
    if place.electricity is not None:
        register = readings.connect(
            access, premise, "electricity", place.tariff, place.meter, since, place.cycle_day
        )
        readings.fill(access, register, readings.electricity(place.electricity, known, ZONE, snap), ZONE)
    if place.gas is not None:
        register = readings.connect(
            access, premise, "gas", place.gas_tariff, place.gas_meter, since, place.cycle_day, 86_400
        )
        readings.fill(access, register, readings.gas(place.gas, known, ZONE, snap), ZONE)


def _neighbour(access: SystemAccess, number: int, known: list[date], snap: frozenset[date]) -> None:
    """A home nearby that is only compared with, and counted when a line fails; nobody signs in to it."""
    luck = Random(f"neighbour {number}")  # noqa: S311 -- demo homes
    account = tenancy.open_account(access, f"4411-{number:04d}", f"Household {number + 1}")
    habits = homes.Habits(
        f"neighbour {number}",
        base=luck.uniform(300, 560),
        cold=luck.uniform(9, 24),
        heat=luck.uniform(22, 52),
    )
    place = Place(
        "Home",
        f"{20 + number} Elm Street",
        luck.uniform(-1.7, 1.9),
        luck.uniform(-1.6, 1.5),
        luck.choice(("mill-road", "mill-road", "valley-road")),
        sqft=round(1640 * luck.uniform(0.8, 1.2)),
        occupants=luck.choice((1, 2, 3, 4)),
        electricity=habits,
        meter=f"4411 {number:04d}",
    )
    premise = people.settle(access, account, place, 0)
    register = readings.connect(access, premise, "electricity", "E-HOME", place.meter, known[0], 3, 86_400)
    readings.fill(access, register, readings.by_day(habits, known, ZONE, snap), ZONE)
