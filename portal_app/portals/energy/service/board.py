"""What the utility's own people see first: what is out, whom it touches, who waits."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import col, func

from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account
from portal_app.core.clock import local, now
from portal_app.portals.energy.rules import outages
from portal_app.portals.energy.rules.outage_feed import CAUSES
from portal_app.portals.energy.service import operator, outage_facts, request_facts
from portal_app.portals.energy.service import outages as seen
from portal_app.portals.energy.tables import (
    EnergyChoice,
    Outage,
    OutageReport,
    Premise,
    ServiceRequest,
)
from portal_app.services.people import first_run
from portal_app.shapes.energy import OperatorOutage, OperatorPage
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Badge, Happening
from portal_app.shapes.tasks import LinkRow

CAUSE_CHOICES = tuple(dict.fromkeys(("", *sorted(set(CAUSES.values())))))
_WAITING = ("submitted", "identity_ok", "rescheduled")


@reads
def board(access: Access) -> OperatorPage:
    """The operator's first screen: what is out, who waits, with the oldest promise first."""
    access.require("outage.run")
    on = [outage for outage in outage_facts.recent(access) if outage_facts.is_on(outage)]
    waiting = access.all(
        ServiceRequest,
        col(ServiceRequest.state).in_(_WAITING),
        order=col(ServiceRequest.state_since),
        limit=20,
    )
    statement = access.columns(ServiceRequest, func.count()).where(col(ServiceRequest.state).in_(_WAITING))
    waits = access.db.execute(statement).scalar_one()
    out = sum(outage.customers for outage in on)
    return OperatorPage(
        ready=True,
        counts=(
            LinkRow(title="Customers without power", end=f"{out:,}"),
            LinkRow(title="Outages on", end=str(len(on))),
            LinkRow(title="Requests waiting for us", end=str(waits)),
        ),
        outages=tuple(_outage_row(access, outage) for outage in sorted(on, key=_promise)),
        requests=tuple(_request_row(access, request) for request in waiting),
    )


@reads
def home(access: Access) -> OperatorPage:
    """The board as the staff home shows it: with what a new company's administrator does first."""
    return replace(board(access), first=first_run.first_steps(access, "/staff/energy"))


def _promise(outage: Outage) -> datetime:
    return min(filter(None, (outage.next_by, outage.etr)), default=outage.started_at)


def _outage_row(access: Access, outage: Outage) -> LinkRow:
    clock = outage_facts.clock_words(access)
    late = [
        words
        for moment, words in ((outage.next_by, "next step"), (outage.etr, "estimate"))
        if moment and moment < now()
    ]
    badge = (
        Badge(f"The {late[0]} is overdue", "urgent")
        if late
        else Badge(outages.WORDS[outage.state], "attention")
    )
    back = f"back by {clock(outage.etr)}" if outage.etr else "no time given"
    since = f"Since {clock(outage.started_at)}, {operator.how_many(outage.customers)}, {back}"
    return LinkRow(
        title=_where(outage),
        detail=f"{since}. Next: {outage.next_who}, {outage.next_what}. Reference {outage.reference}.",
        link_to=f"/staff/energy/outages?id={outage.id}",
        badge=badge,
        id=outage.id,
    )


def _where(outage: Outage) -> str:
    return outage.area or outage_facts.feeder_words(outage.feeder)


def _request_row(access: Access, request: ServiceRequest) -> LinkRow:
    clock = outage_facts.clock_words(access)
    return LinkRow(
        title=request_facts.title(request),
        detail=f"Here since {clock(request.state_since)}. Next: {request.next_who} "
        f"{request_facts.their(request.next_what)}. Reference {request.reference}.",
        link_to=f"/staff/energy/requests?id={request.id}",
        badge=Badge("Our turn", "attention"),
        id=request.id,
    )


@reads
def outage(access: Access, outage_id: str) -> OperatorOutage:
    """One outage as its operator sees it: possible steps, who is touched, who reported, what was said."""
    access.require("outage.run")
    found = access.get(Outage, outage_id)
    clock = outage_facts.clock_words(access)
    touched = customers_in(access, found)
    reports = access.all(OutageReport, col(OutageReport.outage_id) == found.id, order=col(OutageReport.at))
    steps = outage_facts.steps_of(access, found.id)
    told = outages.etr_words(
        [outages.EtrChange(c.at, c.after, c.because) for c in outage_facts.estimates_of(access, found.id)],
        clock,
    )
    return OperatorOutage(
        ready=True,
        id=found.id,
        version=found.version,
        title=_where(found),
        reference=found.reference,
        stages=seen.stages(access, found, steps),
        standing=Badge(outages.WORDS[found.state], "attention" if outage_facts.is_on(found) else "good"),
        facts=(
            LinkRow(title="Started", end=clock(found.started_at)),
            LinkRow(title="Customers", end=f"{found.customers:,}"),
            LinkRow(title="Crew", end=found.crew or "None yet"),
            LinkRow(title="Power back", end=clock(found.etr) if found.etr else "No time given"),
            LinkRow(
                title="Feeder",
                end=outage_facts.feeder_words(found.feeder) if found.feeder else "An outlined area",
            ),
            LinkRow(title="Cause", end=found.cause or "Under investigation"),
        ),
        events=tuple(Choice(event, _EVENTS[event]) for event in outages.possible(found.state)),
        touched=touched,
        touched_words=_touched_words(touched),
        reports=tuple(
            Happening(clock(r.at), f"{outages_extent(r.extent)}.", reference=r.reference) for r in reports
        ),
        happened=tuple(
            Happening(
                clock(step.at),
                step.words or outages.WORDS.get(step.after, ""),
                "A step back." if step.backwards else "",
            )
            for step in reversed(steps)
        ),
        estimates=tuple(f"Power back: {words}." for words in told),
        etr=f"{local(found.etr, access.visitor.zone):%Y-%m-%dT%H:%M}" if found.etr else "",
        merge_into=tuple(
            Choice(other.id, f"{_where(other)}, {other.reference}")
            for other in outage_facts.recent(access)
            if other.id != found.id and outage_facts.is_on(other)
        ),
    )


def _touched_words(touched: tuple[LinkRow, ...]) -> str:
    medical = sum(row.badge.text != "" for row in touched)
    places = "1 place is" if len(touched) == 1 else f"{len(touched):,} places are"
    return f"{places} touched, {medical or 'none'} on the medical list"


def outages_extent(extent: str) -> str:
    """What a customer said is without power."""
    return {"all": "All of it, the neighbours too", "us": "All of it, only them", "some": "Some rooms"}.get(
        extent, extent
    )


_EVENTS = {
    "confirm": "Confirm it",
    "assess": "Looking at the damage",
    "assign": "Assign a crew",
    "depart": "Crew on the way",
    "arrive": "Crew on site",
    "restore_part": "Back for some",
    "restore": "Power is back",
    "wait_for_parts": "Waiting for parts",
    "wait_for_crew": "Another crew needed",
    "no_access": "Cannot reach it",
    "merge": "Join with another",
    "cancel": "No outage found",
    "close": "Close it",
    "reopen": "Out again",
}


def customers_in(access: Access, found: Outage) -> tuple[LinkRow, ...]:
    """The places an outage touches, those on the medical list first."""
    places = operator.premises_in(access, found)
    accounts = {
        row.id: row for row in access.all(Account, col(Account.id).in_({p.account_id for p in places}))
    }
    medical = {row.account_id for row in access.all(EnergyChoice, col(EnergyChoice.medical).is_(True))}
    rows = [
        LinkRow(
            title=f"{place.street}, {accounts[place.account_id].name}",
            detail=f"Account {accounts[place.account_id].number}, "
            f"feeder {outage_facts.feeder_words(place.feeder)}",
            badge=Badge("Medical list", "urgent") if place.account_id in medical else Badge(),
            end=accounts[place.account_id].phone,
            id=place.id,
        )
        for place in places
    ]
    return tuple(sorted(rows, key=lambda row: (row.badge.text == "", row.title)))


@reads
def feeders(access: Access) -> tuple[Choice, ...]:
    """The feeders that have customers, to choose from."""
    access.require("outage.run")
    statement = access.columns(Premise, Premise.feeder).distinct().order_by(col(Premise.feeder))
    return tuple(
        Choice(name, outage_facts.feeder_words(name)) for (name,) in access.db.execute(statement) if name
    )
