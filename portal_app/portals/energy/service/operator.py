"""What the utility's own people do: run outages, see whom they touch, answer requests."""

import json
from datetime import datetime
from typing import Any

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.core.ids import reference
from portal_app.portals.energy.rules import outages
from portal_app.portals.energy.rules.outage_feed import CAUSES
from portal_app.portals.energy.service import outage_facts
from portal_app.portals.energy.tables import (
    EnergyChoice,
    EtrChange,
    Outage,
    OutageReport,
    OutageStep,
    PlannedWork,
    Premise,
    ServiceRequest,
)
from portal_app.shapes.energy import OperatorOutage, OperatorPage
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Badge, Happening, Notice
from portal_app.shapes.tasks import LinkRow

CAUSE_CHOICES = tuple(dict.fromkeys(("", *sorted(set(CAUSES.values())))))
_WAITING = ("submitted", "needs_info", "identity_ok", "rescheduled")


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
    out = sum(outage.customers for outage in on)
    return OperatorPage(
        ready=True,
        counts=(
            LinkRow(title="Customers without power", end=f"{out:,}"),
            LinkRow(title="Outages on", end=str(len(on))),
            LinkRow(title="Requests waiting for us", end=str(len(waiting))),
        ),
        outages=tuple(_outage_row(access, outage) for outage in sorted(on, key=_promise)),
        requests=tuple(_request_row(access, request) for request in waiting),
    )


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
    return LinkRow(
        title=f"{outage.area or outage.feeder}, {outage.reference}",
        detail=f"Since {clock(outage.started_at)}, {outage.customers:,} customers, {back}. Next: {outage.next_who}, {outage.next_what}",
        link_to=f"/staff/energy/outages?id={outage.id}",
        badge=badge,
        id=outage.id,
    )


def _request_row(access: Access, request: ServiceRequest) -> LinkRow:
    clock = outage_facts.clock_words(access)
    return LinkRow(
        title=f"{request.kind.replace('_', ' ').capitalize()}, {request.reference}",
        detail=f"Here since {clock(request.state_since)}. {request.next_who}: {request.next_what}",
        link_to=f"/staff/energy/requests?id={request.id}",
        badge=Badge("Our turn", "attention"),
        id=request.id,
    )


@reads
def outage(access: Access, outage_id: str) -> OperatorOutage:
    """One outage as its operator sees it: steps that are possible, who is touched, who reported, what was said."""
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
        title=f"{found.area or found.feeder}, {found.reference}",
        standing=Badge(outages.WORDS[found.state], "attention" if outage_facts.is_on(found) else "good"),
        facts=(
            LinkRow(title="Started", end=clock(found.started_at)),
            LinkRow(title="Cause", end=found.cause or "Under investigation"),
            LinkRow(title="Customers", end=f"{found.customers:,}"),
            LinkRow(title="Crew", end=found.crew or "None yet"),
            LinkRow(title="Power back", end=clock(found.etr) if found.etr else "No time given"),
            LinkRow(title="Next", end=f"{found.next_who}, {found.next_what}"),
        ),
        events=tuple(Choice(event, _event_words(event)) for event in outages.possible(found.state)),
        touched=touched,
        touched_words=f"{len(touched):,} places are touched, {sum(row.badge.text != '' for row in touched)} on the medical list",
        reports=tuple(
            Happening(clock(r.at), outages_extent(r.extent), reference=r.reference) for r in reports
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
        etr=found.etr.astimezone(None).isoformat() if found.etr else "",
        merge_into=tuple(
            Choice(other.id, f"{other.area or other.feeder}, {other.reference}")
            for other in outage_facts.recent(access)
            if other.id != found.id and outage_facts.is_on(other)
        ),
    )


def outages_extent(extent: str) -> str:
    """What a customer said is without power."""
    return {"all": "All of it, the neighbours too", "us": "All of it, only them", "some": "Some rooms"}.get(
        extent, extent
    )


def _event_words(event: str) -> str:
    return {
        "confirm": "Confirm it", "assess": "Looking at the damage", "assign": "Assign a crew", "depart": "Crew on the way",
        "arrive": "Crew on site", "restore_part": "Back for some", "restore": "Power is back",
        "wait_for_parts": "Waiting for parts", "wait_for_crew": "Another crew needed", "no_access": "Cannot reach it",
        "merge": "Join with another", "cancel": "No outage found", "close": "Close it", "reopen": "Out again",
    }[event]  # fmt: skip


def customers_in(access: Access, found: Outage) -> tuple[LinkRow, ...]:
    """The places an outage touches, those on the medical list first."""
    places = premises_in(access, found)
    accounts = {
        row.id: row for row in access.all(Account, col(Account.id).in_({p.account_id for p in places}))
    }
    medical = {row.account_id for row in access.all(EnergyChoice, col(EnergyChoice.medical).is_(True))}
    rows = [
        LinkRow(
            title=f"{place.street}, {accounts[place.account_id].name}",
            detail=f"Account {accounts[place.account_id].number}, feeder {place.feeder}",
            badge=Badge("Medical list", "urgent") if place.account_id in medical else Badge(),
            end=accounts[place.account_id].phone,
            id=place.id,
        )
        for place in places
    ]
    return tuple(sorted(rows, key=lambda row: (row.badge.text == "", row.title)))


def premises_in(access: Access, found: Outage) -> list[Premise]:
    """The places an outage touches: inside its outline, else on its feeder."""
    ring = outage_facts.ring_of(found)
    if not ring:
        return access.all(Premise, col(Premise.feeder) == found.feeder) if found.feeder else []
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    boxed = access.all(
        Premise,
        col(Premise.lon) >= min(lons), col(Premise.lon) <= max(lons),
        col(Premise.lat) >= min(lats), col(Premise.lat) <= max(lats),
    )  # fmt: skip
    return [place for place in boxed if outage_facts.touches(found, place)]


def post_outage(
    access: Access,
    *,
    feeder: str,
    area: str,
    cause: str = "",
    polygon: str = "",
    etr: datetime | None = None,
    storm: bool = False,
    planned: bool = False,
    words: str = "",
) -> str:
    """Put an outage on record for a feeder or an outlined area, confirmed, with its first estimate; gives its id."""
    access.require("outage.run")
    feeder, area, cause = feeder.strip()[:40], area.strip()[:120], cause.strip()[:60]
    ring = _outline(polygon)
    if not feeder and not ring:
        raise Refusal("Say which feeder is out, or paste an outline of the area.", "feeder")
    if not area:
        raise Refusal("Give the area a name that people there use, such as Mill Road.", "area")
    if etr is not None and etr <= now():
        raise Refusal("The time power comes back must lie ahead.", "etr")
    found = access.add(
        Outage, reference=reference("OUT"), state="confirmed", feeder=feeder, area=area, cause=cause,
        polygon=json.dumps({"type": "Polygon", "coordinates": [ring]}) if ring else "", storm=storm, planned=planned,
        etr=etr, etr_source="operator", next_who="the control room", next_what="finding a crew",
    )  # fmt: skip
    touched = premises_in(access, found)
    if not touched:
        raise Refusal("Nobody is connected there. Check the feeder's name or the outline.", "feeder")
    lat = sum(place.lat for place in touched) / len(touched)
    lon = sum(place.lon for place in touched) / len(touched)
    access.change(found, lat=lat, lon=lon, customers=len({place.account_id for place in touched}))
    said = (
        words.strip()[:400]
        or f"We confirmed an outage at {area}. {found.customers:,} customers are without power."
    )
    access.add(
        OutageStep,
        outage_id=found.id,
        event="report",
        after="reported",
        words="First known to us.",
        by=access.visitor.name,
    )
    _step(access, found, "confirm", "reported", "confirmed", said)
    access.add(EtrChange, outage_id=found.id, after=etr, because="", source="operator")
    access.note(
        "outage.posted",
        f"outage:{found.id}",
        account_id="",
        reference=found.reference,
        customers=found.customers,
    )
    return found.id


def move_outage(
    access: Access,
    outage_id: str,
    event: str,
    *,
    version: int,
    words: str = "",
    facts: dict[str, Any] | None = None,
) -> Notice:
    """Take an outage one step on, with what crew, who is next, what and by when. Raises Refusal when somebody was faster."""
    access.require("outage.run")
    found = access.get(Outage, outage_id)
    if event not in outages.EVENT_WORDS:
        raise Refusal("Choose what happened.", "event")
    step = outages.advance(found.state, event, now=now(), restored_at=found.restored_at)
    before, known = found.state, _clean(facts or {})
    changed = {
        **_consequences(event, step.state),
        **known,
        "state": step.state,
        "state_since": now(),
        "version": version + 1,
    }
    if event == "merge":
        changed["merged_into"] = access.get(Outage, str((facts or {}).get("into", ""))).id
    done = access.update(Outage, col(Outage.id) == found.id, col(Outage.version) == version, **changed)
    if not done:
        raise Refusal("Somebody else moved this outage just now. Look at it again, then choose.")
    access.db.refresh(found)
    said = words.strip()[:400] or f"{outages.WORDS[step.state]}."
    _step(access, found, event, before, step.state, said, step.backwards)
    access.note(
        "outage.moved", f"outage:{found.id}", account_id="", event=event, before=before, after=step.state
    )
    return Notice(
        f"{found.area}: {outages.WORDS[step.state].lower()}",
        "Everybody touched sees it now.",
        "good",
        found.reference,
    )


def _clean(facts: dict[str, Any]) -> dict[str, Any]:
    texts = {"crew": 60, "crew_from": 80, "next_who": 80, "next_what": 200, "cause": 60}
    found = {
        name: str(facts[name]).strip()[:most]
        for name, most in texts.items()
        if str(facts.get(name) or "").strip()
    }
    if isinstance(facts.get("next_by"), datetime):
        found["next_by"] = facts["next_by"]
    return found


def _consequences(event: str, state: str) -> dict[str, Any]:
    """Who is next and what, where the operator said nothing of it."""
    nexts = {
        "confirm": ("the control room", "finding a crew"),
        "assess": ("our crew", "looking at the damage"),
        "assign": ("our crew", "setting off"),
        "depart": ("our crew", "at the fault"),
        "arrive": ("our crew", "at work on it"),
        "restore_part": ("our crew", "bringing the rest back"),
        "wait_for_parts": ("the depot", "on the way with the parts"),
        "wait_for_crew": ("the control room", "sending another crew"),
        "no_access": ("our crew", "finding a way in"),
        "reopen": ("the control room", "finding a crew"),
        "restore": ("you", "telling us if it is still dark"),
    }
    who, what = nexts.get(event, ("nobody", "it is over"))
    found: dict[str, Any] = {"next_who": who, "next_what": what, "next_by": None}
    if state == "restored":
        found["restored_at"] = now()
    if state == "closed":
        found["closed_at"] = now()
    if event == "reopen":
        found["restored_at"] = None
    return found


def change_estimate(access: Access, outage_id: str, etr: datetime | None, because: str) -> Notice:
    """Move the time power comes back, with why; every earlier one stays on record (I13-4)."""
    access.require("outage.run")
    found = access.get(Outage, outage_id)
    because = because.strip().rstrip(".")[:200]
    if not because:
        raise Refusal("Say why the time moved: people read it as “because ...”.", "because")
    if etr is not None and etr <= now():
        raise Refusal("The time power comes back must lie ahead.", "etr")
    access.add(EtrChange, outage_id=found.id, before=found.etr, after=etr, because=because, source="operator")
    access.change(found, etr=etr, etr_source="operator", version=found.version + 1)
    access.note("outage.estimate", f"outage:{found.id}", account_id="", etr=str(etr), because=because)
    _tell(access, found, f"etr-{found.version}")
    clock = outage_facts.clock_words(access)
    return Notice(
        f"{found.area}: " + (f"back by {clock(etr)}" if etr else "time withdrawn"),
        "Everybody touched sees it now.",
        "good",
        found.reference,
    )


def _step(
    access: Access, found: Outage, event: str, before: str, after: str, words: str, backwards: bool = False
) -> None:
    step = access.add(
        OutageStep, outage_id=found.id, event=event, before=before, after=after, words=words,
        by=access.visitor.name, backwards=backwards,
    )  # fmt: skip
    _tell(access, found, step.id)


def _tell(access: Access, found: Outage, key: str) -> None:
    access.poke(outage_facts.topic(access.visitor.company_id))
    access.later("energy.outage.tell", {"outage_id": found.id}, key=f"outage-tell:{found.id}:{key}")


def _outline(text: str) -> list[list[float]]:
    """The outer ring of a pasted GeoJSON polygon. Raises Refusal for anything else."""
    if not text.strip():
        return []
    try:
        given = json.loads(text)
        geometry = given.get("geometry", given)
        ring = [[float(lon), float(lat)] for lon, lat, *_ in geometry["coordinates"][0]]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as trouble:
        raise Refusal("That outline is not a GeoJSON polygon. Paste the whole of it.", "polygon") from trouble
    if geometry.get("type") != "Polygon" or not 4 <= len(ring) <= 2000 or ring[0] != ring[-1]:
        raise Refusal(
            "An outline is a polygon of at least three corners that ends where it began.", "polygon"
        )
    if any(abs(lon) > 180 or abs(lat) > 90 for lon, lat in ring):
        raise Refusal("An outline gives longitude first, then latitude.", "polygon")
    return ring


def announce_work(access: Access, *, feeder: str, starts_at: datetime, ends_at: datetime, why: str) -> Notice:
    """Announce planned work on a feeder: people see it, can put it in their calendar, and get word by mail."""
    access.require("outage.run")
    if ends_at <= starts_at or starts_at <= now():
        raise Refusal("Planned work begins ahead of now and ends after it begins.", "starts_at")
    if not why.strip():
        raise Refusal("Say what is done and why, in a few words.", "why")
    touched = access.all(Premise, col(Premise.feeder) == feeder.strip())
    if not touched:
        raise Refusal("Nobody is connected to that feeder. Check its name.", "feeder")
    work = access.add(
        PlannedWork, reference=reference("PLN"), feeder=feeder.strip(), starts_at=starts_at, ends_at=ends_at,
        why=why.strip()[:200],
    )  # fmt: skip
    access.later("energy.work.tell", {"work_id": work.id}, key=f"work-tell:{work.id}:{work.sequence}")
    access.poke(outage_facts.topic(access.visitor.company_id))
    access.note("work.announced", f"work:{work.id}", account_id="", feeder=work.feeder)
    begins = when.since(starts_at, now(), access.visitor.zone, access.visitor.locale)
    return Notice(
        f"Planned work announced: {begins}", f"{len(touched):,} places are told.", "good", work.reference
    )


@reads
def feeders(access: Access) -> tuple[Choice, ...]:
    """The feeders that have customers, to choose from."""
    access.require("outage.run")
    statement = access.columns(Premise, Premise.feeder).distinct().order_by(col(Premise.feeder))
    return tuple(Choice(name, name) for (name,) in access.db.execute(statement) if name)
