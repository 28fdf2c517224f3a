"""A small company with people who have passwords, and a door that knows the roles."""

from collections.abc import Iterator
from functools import lru_cache

import pytest

from portal_app.core.access import acting_for_company
from portal_app.services.identity import passwords, sessions, throttle
from portal_app.services.identity import service as identity
from portal_app.services.tenancy import service as tenancy

PASSWORD = "seven quiet otters"
ROLES = {
    "energy": {
        "owner": frozenset({"bill.see", "bill.pay"}),
        "viewer": frozenset({"bill.see"}),
        "operator": frozenset({"outage.post"}),
    }
}


@lru_cache(maxsize=1)
def kept_password() -> str:
    """The password as it is stored; made once, since making it is slow on purpose."""
    return passwords.keep(PASSWORD)


@pytest.fixture
def door(database: str) -> Iterator[str]:
    """A company "bright": ann owns accounts 1 and 2, bob views 1 and owns 3, rae is its operator."""
    identity.use_roles(ROLES)
    throttle.start_anew()
    company = tenancy.create_company("bright", "energy", "Bright Power", zone="America/Chicago", demo=True)
    with acting_for_company(company.id, kind="energy") as house:
        one, two, three = (tenancy.open_account(house, str(n), f"House {n}") for n in (1, 2, 3))
        ann = tenancy.add_person(house, "Ann@Bright.example", "Ann Ames", demo_says="At home", demo_order=1)
        bob = tenancy.add_person(house, "bob@bright.example", "Bob Byrd")
        rae = tenancy.add_person(
            house, "rae@bright.example", "Rae Roe", staff_role="operator", demo_says="Operator"
        )
        tenancy.give_place(house, one, ann)
        tenancy.give_place(house, two, ann)
        tenancy.give_place(house, one, bob, "viewer")
        tenancy.give_place(house, three, bob, "owner")
        for person in (ann, bob, rae):
            house.change(person, password_hash=kept_password())
    yield company.id
    sessions.settle()
    sessions.forget_all()
    identity.use_roles({})
