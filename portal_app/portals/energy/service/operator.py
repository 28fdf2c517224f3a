"""What the utility's own people do: post an outage, take it along, move its time, announce work."""

import json
from datetime import datetime
from typing import Any

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.core.ids import reference
from portal_app.portals.energy.rules import outages
from portal_app.portals.energy.service import outage_facts
from portal_app.portals.energy.tables import EtrChange, Outage, OutageReport, OutageStep, PlannedWork, Premise
from portal_app.shapes.status import Notice


def how_many(count: int) -> str:
    """So many customers, in words."""
    return f"{count:,} customer{'' if count == 1 else 's'}"


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
    """Put a confirmed outage on record for a feeder or an outlined area, with its estimate; gives its id."""
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
        polygon=json.dumps({"type": "Polygon", "coordinates": [ring]}) if ring else "", storm=storm,
        planned=planned, etr=etr, etr_source="operator", next_who="the control room",
        next_what="finding a crew",
    )  # fmt: skip
    touched = premises_in(access, found)
    if not touched:
        raise Refusal("Nobody is connected there. Check the feeder's name or the outline.", "feeder")
    lat, lon = outage_facts.middle(touched)
    access.change(found, lat=lat, lon=lon, customers=len({place.account_id for place in touched}))
    said = (
        words.strip()[:400] or f"We confirmed an outage at {area}. {_without(found.customers)} without power."
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


def _without(count: int) -> str:
    return f"{how_many(count)} {'is' if count == 1 else 'are'}"


def move_outage(
    access: Access,
    outage_id: str,
    event: str,
    *,
    version: int,
    words: str = "",
    facts: dict[str, Any] | None = None,
) -> Notice:
    """Take an outage one step on, with crew, who is next and by when. Refused where somebody was faster."""
    access.require("outage.run")
    found = access.get(Outage, outage_id)
    if event not in outages.EVENT_WORDS:
        raise Refusal("Choose what happened.", "event")
    step = outages.advance(found.state, event, now=now(), restored_at=found.restored_at)
    before, facts = found.state, facts or {}
    into = _larger(access, found, facts) if event == "merge" else None
    _keep(
        access,
        found,
        version,
        **{**_consequences(event, step.state), **_clean(facts), "state": step.state, "state_since": now()},
        **({"merged_into": into.id} if into else {}),
    )
    if into is not None:
        _carry_over(access, found, into)
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


def _keep(access: Access, found: Outage, version: int, **values: Any) -> None:
    """Change an outage that is still as its operator saw it. Raises Refusal when somebody was faster."""
    same = (col(Outage.id) == found.id, col(Outage.version) == version)
    if not access.update(Outage, *same, version=version + 1, **values):
        raise Refusal("Somebody else moved this outage just now. Look at it again, then choose.")
    access.db.refresh(found)


def _larger(access: Access, found: Outage, facts: dict[str, Any]) -> Outage:
    """The outage that another one is part of. Raises Refusal for none, itself or one that is over."""
    if not facts.get("into"):
        raise Refusal("Choose the outage that this one is part of.", "into")
    into = access.get(Outage, facts["into"])
    if into.id == found.id or not outage_facts.is_on(into):
        raise Refusal("Choose another outage that is still on.", "into")
    return into


def _carry_over(access: Access, found: Outage, into: Outage) -> None:
    """Let the reports of a merged outage count for the larger one, so that their people see its standing."""
    for report in access.all(OutageReport, col(OutageReport.outage_id) == found.id):
        access.change(report, outage_id=into.id)


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


def change_estimate(
    access: Access, outage_id: str, etr: datetime | None, because: str, *, version: int | None = None
) -> Notice:
    """Move the time power comes back, with why; every earlier one stays on record (I13-4)."""
    access.require("outage.run")
    found = access.get(Outage, outage_id)
    because = because.strip().rstrip(".").removeprefix("because ")[:200]
    if not outage_facts.is_on(found):
        raise Refusal("This outage is over: there is no time to give any more.", "etr")
    if not because:
        raise Refusal("Say why the time moved: people read it as “because ...”.", "because")
    if etr is not None and etr <= now():
        raise Refusal("The time power comes back must lie ahead.", "etr")
    before = found.etr
    _keep(access, found, found.version if version is None else version, etr=etr, etr_source="operator")
    access.add(EtrChange, outage_id=found.id, before=before, after=etr, because=because, source="operator")
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
    """Announce planned work on a feeder: people see it, get word by mail, can put it in their calendar."""
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
    told = f"{len(touched):,} place{'' if len(touched) == 1 else 's'} will be told."
    return Notice(f"Planned work announced: {begins}", told, "good", work.reference)
