"""What has happened in the demo: bills, payments, outages past and present, requests on their way."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from sqlmodel import col

from portal_app.core import clock
from portal_app.core.access import SystemAccess, acting_for_company
from portal_app.core.accounts import Member, Person
from portal_app.core.ids import reference
from portal_app.portals.energy.seed import ground
from portal_app.portals.energy.service import bills, neighbourhood, places
from portal_app.portals.energy.tables import EtrChange, Outage, OutageStep, PlannedWork, Premise
from portal_app.services.billing import service as billing
from portal_app.services.billing.tables import Bill
from portal_app.services.notifications import service as notifications

ZONE = "America/Los_Angeles"
_PAST = 90
_CAUSES = (
    ("Equipment failure", 110, 0.5),
    ("Tree contact", 190, 0.6),
    ("Vehicle hit a pole", 160, 0.4),
    ("Animal contact", 75, 0.5),
    ("Planned work", 240, 0.3),
)


def load(company_id: str, maya_id: str, omar_id: str, last: date) -> None:
    """Bill everybody, and put the outages and planned work on record."""
    bill(company_id, maya_id, last)
    bill(company_id, omar_id, last)
    with acting_for_company(company_id, kind="energy", zone=ZONE, actor="our office") as access:
        neighbourhood.renew(access)
        _past_outages(access)
        _outage_now(access, maya_id)
        _planned(access)
        _news(access, maya_id)


def bill(company_id: str, account_id: str, last: date, months: int = 13) -> None:
    """Bill one account for the months that its readings cover; all but the newest bill are paid."""
    with acting_for_company(company_id, kind="energy", zone=ZONE, actor="our office") as access:
        for premise in access.all(Premise, col(Premise.account_id) == account_id, order=col(Premise.place)):
            _bills_of(access, premise, last, months)


def _bills_of(access: SystemAccess, premise: Premise, last: date, months: int) -> None:
    agreement = places.supplies(access, premise)[0].agreement
    cuts = [places.bill_period(agreement, last)[0]]
    for _ in range(months):
        cuts.append(places.bill_period(agreement, cuts[-1] - timedelta(days=1))[0])
    for end, start in reversed(list(zip(cuts, cuts[1:], strict=False))):
        issued = end + timedelta(days=2)
        moment = datetime(issued.year, issued.month, issued.day, 9, tzinfo=clock.zone_of(ZONE))
        if issued > last:
            continue
        with clock.at(moment):
            made = bills.issue(access, premise, start, end, issued_on=issued, announce=end == cuts[0])
        if made is not None and end != cuts[0]:
            with clock.at(moment + timedelta(days=12)):
                _paid(access, made)


def _paid(access: SystemAccess, made: Bill) -> None:
    """Somebody of the account asked to pay, in their own name, and the bank's statement said it came."""
    owner = access.first(Member, col(Member.account_id) == made.account_id)
    house = access.visitor
    person = access.db.get(Person, owner.person_id) if owner else None
    if person is not None:
        access.visitor = replace(
            house, person_id=person.id, name=person.name, email=person.email, staff=False
        )
    try:
        asked = billing.request_payment(access, made.id)
    finally:
        access.visitor = house
    billing.record_transfer(
        access, asked.reference, made.total_cents, made.issued_on + timedelta(days=12), f"demo-{made.number}"
    )


def _past_outages(access: SystemAccess) -> None:
    luck = Random("outages of the valley")  # noqa: S311 -- demo history
    for number in range(_PAST):
        cause, minutes, spread = luck.choice(_CAUSES)
        lasted = max(12, round(minutes * luck.lognormvariate(0, spread)))
        begun = clock.now() - timedelta(days=2 + number * 6, minutes=luck.randrange(0, 1400))
        _one_past(access, cause, lasted, begun, luck)


def _one_past(access: SystemAccess, cause: str, lasted: int, begun: datetime, luck: Random) -> None:
    feeder, area = luck.choice(
        (("valley-road", "Valley Road"), ("eastfield", "Eastfield"), ("orchard", "Orchard Way"))
    )
    lat, lon = ground.position(luck.uniform(-6, 6), luck.uniform(-4, 4))
    promised = begun + timedelta(minutes=round(lasted * luck.uniform(0.9, 1.9)))
    back = begun + timedelta(minutes=lasted)
    outage = access.add(
        Outage,
        reference=reference("OUT"),
        state="closed",
        state_since=back,
        cause=cause,
        feeder=feeder,
        area=area,
        lat=lat,
        lon=lon,
        started_at=begun,
        customers=luck.randrange(6, 190),
        crew=f"Crew {luck.randrange(1, 9)}",
        etr=promised,
        etr_source="crew",
        restored_at=back,
        closed_at=back,
        planned=cause == "Planned work",
        next_who="nobody",
        next_what="it is over",
    )
    access.add(
        EtrChange, outage_id=outage.id, at=begun + timedelta(minutes=10), after=promised, source="crew"
    )


def _outage_now(access: SystemAccess, maya_id: str) -> None:
    """An outage on the feeder that Maya and one of Omar's shops hang on: a crew is on its way."""
    begun = clock.now() - timedelta(minutes=52)
    home = access.all(Premise, col(Premise.account_id) == maya_id)[0]
    touched = access.all(Premise, col(Premise.feeder) == home.feeder)
    etr = clock.now().replace(second=0, microsecond=0) + timedelta(minutes=118)
    outage = access.add(
        Outage,
        reference="OUT-20418",
        state="crew_en_route",
        state_since=begun + timedelta(minutes=41),
        cause="Equipment failure",
        feeder=home.feeder,
        area="Mill Road",
        lat=home.lat,
        lon=home.lon,
        started_at=begun,
        customers=len({place.account_id for place in touched}),
        crew="Crew 7",
        crew_from="Eastfield",
        etr=etr,
        etr_source="operator",
        next_who="crew 7 at Brightwater",
        next_what="at the fault",
        next_by=clock.now() + timedelta(minutes=28),
    )
    steps = (
        ("report", "", "reported", 0, "The first report came in."),
        (
            "confirm",
            "reported",
            "confirmed",
            15,
            f"Fault confirmed on the Mill Road line. {outage.customers} customers are without power.",
        ),
        ("assign", "confirmed", "crew_assigned", 30, "Crew 7 is assigned."),
        ("depart", "crew_assigned", "crew_en_route", 41, "Crew 7 set off from Eastfield."),
    )
    for event, before, after, minutes, words in steps:
        access.add(
            OutageStep,
            outage_id=outage.id,
            at=begun + timedelta(minutes=minutes),
            event=event,
            before=before,
            after=after,
            words=words,
            by="Rosa Vik",
        )
    first = etr - timedelta(minutes=40)
    access.add(EtrChange, outage_id=outage.id, at=begun + timedelta(minutes=16), after=first, source="rule")
    access.add(
        EtrChange,
        outage_id=outage.id,
        at=begun + timedelta(minutes=41),
        before=first,
        after=etr,
        because="the crew comes from Eastfield",
        source="operator",
    )


def _planned(access: SystemAccess) -> None:
    begins = (clock.local(clock.now(), ZONE) + timedelta(days=9)).replace(
        hour=9, minute=0, second=0, microsecond=0
    )
    access.add(
        PlannedWork,
        reference=reference("PLN"),
        feeder="mill-road",
        starts_at=begins,
        ends_at=begins + timedelta(hours=3),
        why="we replace a transformer that is 40 years old",
    )


def _news(access: SystemAccess, maya_id: str) -> None:
    clock_words = clock.local(clock.now() - timedelta(minutes=11), ZONE).strftime("%H:%M")
    notifications.tell(
        access,
        maya_id,
        "Outage: crew on the way",
        f"A crew set off at {clock_words}. Power is out at 12 Elm Street.",
        "/energy/outages",
        "demo:outage",
    )
