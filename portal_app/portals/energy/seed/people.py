"""The demo's companies and everybody who can look around in them."""

from functools import lru_cache

from portal_app.core.access import SystemAccess
from portal_app.core.accounts import Account
from portal_app.portals.energy.seed import ground
from portal_app.portals.energy.seed.climate import STATION
from portal_app.portals.energy.seed.homes import Habits
from portal_app.portals.energy.seed.readings import Place
from portal_app.portals.energy.tables import Premise
from portal_app.services.identity import passwords
from portal_app.services.identity import service as identity
from portal_app.services.tenancy import service as tenancy

PASSWORD = "open-the-portal"  # noqa: S105 -- the demo's, as written on its sign-in page

MAYA = Place(
    "Home",
    "12 Elm Street",
    0.6,
    0.5,
    "mill-road",
    electricity=Habits("maya", base=415, cold=17, heat=38),
    gas=Habits("maya", base=260, cold=9),
    meter="4410 0927",
    gas_meter="7702 1188",
)
OMAR = (
    Place(
        "Corner shop",
        "3 Mill Road",
        -0.3,
        -0.2,
        "mill-road",
        type="shop",
        sqft=1900,
        occupants=None,
        heat_fuel="gas",
        tariff="E-SHOP",
        gas_tariff="G-SHOP",
        cycle_day=1,
        meter="5210 3301",
        gas_meter="7710 0042",
        electricity=Habits("omar corner", base=1900, heat=95, shop=True),
        gas=Habits("omar corner", base=500, cold=95),
    ),
    Place(
        "Bakery",
        "41 Valley Road",
        1.1,
        0.1,
        "valley-road",
        type="shop",
        sqft=2400,
        occupants=None,
        heat_fuel="electric",
        tariff="E-SHOP",
        cycle_day=1,
        meter="5210 3302",
        electricity=Habits("omar bakery", base=3100, heat=60, cold=15, shop=True, closed_on_sunday=True),
    ),
    Place(
        "Eastfield kiosk",
        "7 Eastfield Lane",
        5.0,
        1.4,
        "eastfield",
        type="shop",
        sqft=420,
        occupants=None,
        heat_fuel="electric",
        tariff="E-SHOP-TIME",
        cycle_day=1,
        meter="5210 3303",
        electricity=Habits("omar kiosk", base=620, heat=22, cold=14, shop=True),
    ),
)
OTHER = Place(
    "Home",
    "9 Harbour Street",
    0.2,
    0.1,
    "harbour",
    electricity=Habits("other", base=380, heat=20, cold=8),
    meter="9910 0001",
)


@lru_cache(maxsize=1)
def kept_password() -> str:
    """The demo's password as it is kept, for all of its people: it is slow to make and no secret."""
    return passwords.prepared(PASSWORD, ())


def open_up(
    access: SystemAccess,
    number: str,
    name: str,
    email: str,
    person: str,
    says: str,
    *,
    order: int,
    segment: str = "home",
) -> Account:
    """Open an account with somebody who owns it and can sign in."""
    account = tenancy.open_account(access, number, name, segment=segment, phone=f"555-01{number[-2:]}")
    owner = tenancy.add_person(access, email, person, demo_says=says, demo_order=order)
    identity.set_password(access, owner.id, kept_password())
    tenancy.give_place(access, account, owner, "owner")
    return account


def add_staff(access: SystemAccess, email: str, name: str, says: str, *, order: int) -> None:
    """Make one of the company's own people known."""
    person = tenancy.add_person(
        access, email, name, staff_role="administrator", demo_says=says, demo_order=order
    )
    identity.set_password(access, person.id, kept_password())


def settle(access: SystemAccess, account: Account, place: Place, number: int) -> Premise:
    """Put a place on the map, under its account."""
    lat, lon = ground.position(place.east, place.north)
    return access.add(
        Premise,
        account_id=account.id,
        label=place.label,
        street=place.street,
        city="Brightwater",
        region="CA",
        postcode="95612",
        zone="America/Los_Angeles",
        lat=lat,
        lon=lon,
        feeder=place.feeder,
        station=STATION,
        climate_zone="12",
        type=place.type,
        sqft=place.sqft,
        occupants=place.occupants,
        heat_fuel=place.heat_fuel,
        place=number,
    )
