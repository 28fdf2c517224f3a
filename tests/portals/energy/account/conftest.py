"""A house with a smart meter and an old one, its neighbour, another utility; and what is stored of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlmodel import col

from portal_app.core import live
from portal_app.core.access import Visitor, acting_for, acting_for_company, unscoped
from portal_app.core.accounts import Account, Company
from portal_app.core.outbox import Job
from portal_app.core.queue import payload_of
from portal_app.portals.energy.service import account_doors
from portal_app.portals.energy.tables import Meter, Premise, Register, ServiceAgreement
from tests import cast
from tests.engines import past_the_wall

ZONE = "America/Chicago"


@dataclass(frozen=True)
class House:
    """The cast with places: `home` is the owner's (electricity and gas), `next_door` the stranger's."""

    cast: cast.Cast
    home: Premise
    electricity: Register
    gas: Register
    next_door: Premise
    next_register: Register

    @property
    def owner(self) -> Visitor:
        """Who owns the home."""
        return self.cast.owner

    @property
    def staff(self) -> Visitor:
        """The utility's operator."""
        return self.cast.staff


def _place(access: Any, account: Account, street: str, feeder: str) -> tuple[Premise, dict[str, Register]]:
    owner = {"account_id": account.id}
    place = access.add(
        Premise, **owner, label="Home", street=street, postcode="60601", city="Riverside", zone=ZONE,
        feeder=feeder,
        lat=41.9, lon=-87.6, station="KORD", region="IL",
    )  # fmt: skip
    registers = {}
    for commodity, unit in (("electricity", "Wh"), ("gas", "therm")):
        agreement = access.add(
            ServiceAgreement,
            **owner,
            premise_id=place.id,
            commodity=commodity,
            starts=date(2020, 1, 1),
            cycle_day=3,
        )
        number = f"{account.number}-{commodity[0]}"
        meter = access.add(
            Meter, **owner, premise_id=place.id, agreement_id=agreement.id, number=number, commodity=commodity
        )
        registers[commodity] = access.add(
            Register,
            **owner,
            meter_id=meter.id,
            premise_id=place.id,
            ref=number,
            commodity=commodity,
            unit=unit,
            zone=ZONE,
        )
    return place, registers


@pytest.fixture
def house(database: str, clock: object) -> House:
    """The cast, each with a place, on Tuesday 10 March 2026 at 10:00 in Chicago."""
    people = cast.make("energy", zone=ZONE)
    with past_the_wall() as db:
        for company in db.exec(unscoped(Company)):
            company.phone, company.settings = "555-0100", '{"holidays": "US"}'
            db.add(company)
        for account in db.exec(unscoped(Account)):
            account.phone = f"555-{account.number}"
            db.add(account)
    with acting_for_company(people.company.id, kind="energy", zone=ZONE) as access:
        home, mine = _place(access, people.account, "12 Elm Street", "mill-road")
        next_door, theirs = _place(access, people.other_account, "14 Elm Street", "mill-road")
    return House(people, home, mine["electricity"], mine["gas"], next_door, theirs["gas"])


def act(visitor: Visitor, use_case: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Run one use case in one transaction of a person's."""
    with acting_for(visitor) as access:
        return use_case(access, *arguments, **named)


def stored(table: type, *where: Any, order: Any = None) -> list[Any]:
    """Every stored row of a table, of any company."""
    with past_the_wall() as db:
        return list(db.exec(unscoped(table, *where).order_by(order if order is not None else col(table.id))))


def jobs(kind: str) -> list[dict[str, Any]]:
    """What jobs of a kind were asked to do, oldest first."""
    return [payload_of(job) for job in stored(Job, col(Job.kind) == kind, order=col(Job.made_at))]


def run_jobs(company_id: str, *kinds: str) -> None:
    """Do every job of these kinds that was asked for, as the worker would."""
    for kind in kinds:
        for payload in jobs(kind):
            handler = account_doors.JOBS[kind]
            with acting_for_company(company_id, actor=f"job:{kind}") as access:
                if callable(handler):
                    handler(access, payload)
                    continue
                found = handler.prepare(access, payload)
                if found is not None:
                    handler.settle(access, payload, handler.go(found))


@contextmanager
def heard() -> Iterator[list[str]]:
    """The topics that were poked meanwhile."""
    topics: list[str] = []
    stop = live.listen(topics.append)
    try:
        yield topics
    finally:
        stop()
