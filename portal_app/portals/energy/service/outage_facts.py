"""What is known of an outage, and whom it touches: shared by the customer's pages and the operator's."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from sqlmodel import col, or_

from portal_app.core import when
from portal_app.core.access import Access
from portal_app.core.clock import now
from portal_app.portals.energy.rules.outages import NESTED, OVER, promise_score
from portal_app.portals.energy.rules.restoration import Outlook, Past, estimate, outlook, size_of
from portal_app.portals.energy.tables import EtrChange, Outage, OutageReport, OutageStep, Premise

_HISTORY = timedelta(days=730)
_REPORTS = timedelta(days=30)


def topic(company_id: str) -> str:
    """What is poked when any outage of the company changes."""
    return f"outages:{company_id}"


def clock_words(access: Access) -> Callable[[datetime], str]:
    """How a moment is written for this person, beside now."""
    return lambda moment: when.moment(moment, now(), access.visitor.zone, access.visitor.locale)


def recent(access: Access) -> list[Outage]:
    """Outages that are on, or were over less than a day ago, newest first."""
    return access.all(
        Outage,
        or_(
            col(Outage.state).not_in([*OVER, "restored"]),
            col(Outage.restored_at) > now() - NESTED,
        ),
        order=col(Outage.started_at).desc(),
    )


def is_on(outage: Outage) -> bool:
    """Whether power is still out somewhere."""
    return outage.state not in OVER and outage.state != "restored"


def feeder_words(feeder: str) -> str:
    """A feeder as people call it: "mill-road" is Mill Road."""
    return feeder.replace("-", " ").title()


def placed(thing: Premise | Outage) -> bool:
    """Whether it is known where a place or an outage stands on the map."""
    return (thing.lat, thing.lon) != (0.0, 0.0)


def middle(places: Iterable[Premise]) -> tuple[float, float]:
    """Latitude and longitude amid those places that are on the map; nought and nought when none is."""
    known = [(place.lat, place.lon) for place in places if placed(place)]
    if not known:
        return 0.0, 0.0
    return sum(lat for lat, _ in known) / len(known), sum(lon for _, lon in known) / len(known)


def stands_at(access: Access, place: Premise) -> tuple[float, float]:
    """Where a place stands; amid its feeder's other places while nobody has put it on the map."""
    if placed(place) or not place.feeder:
        return place.lat, place.lon
    return middle(access.all(Premise, col(Premise.feeder) == place.feeder))


def touches(outage: Outage, premise: Premise) -> bool:
    """Whether an outage takes in a place: inside its outline where there is one, else on its feeder."""
    if outage.merged_into or outage.state == "cancelled":
        return False
    ring = ring_of(outage)
    if ring:
        return inside((premise.lon, premise.lat), ring)
    return bool(outage.feeder) and outage.feeder == premise.feeder


def at_place(access: Access, place: Premise, found: list[Outage] | None = None) -> list[Outage]:
    """The recent outages that take in a place, also those somebody reported there, newest first."""
    found = recent(access) if found is None else found
    reported = _reported(access, place) if any(not touches(outage, place) for outage in found) else set()
    return [
        outage
        for outage in found
        if touches(outage, place) or (outage.id in reported and outage.state not in ("merged", "cancelled"))
    ]


def _reported(access: Access, place: Premise) -> set[str]:
    # That a place is dark is true for everybody there, whoever said it first.
    said = access.whole(
        OutageReport, col(OutageReport.premise_id) == place.id, col(OutageReport.at) > now() - _REPORTS
    )
    return {report.outage_id for report in access.db.exec(said)}


def ring_of(outage: Outage) -> tuple[tuple[float, float], ...]:
    """The outer ring of an outage's outline as (longitude, latitude), or nothing."""
    if not outage.polygon:
        return ()
    geometry = json.loads(outage.polygon)
    return tuple((float(lon), float(lat)) for lon, lat, *_ in geometry["coordinates"][0])


def inside(at: tuple[float, float], ring: Sequence[tuple[float, float]]) -> bool:
    """Whether a position lies within a ring, by counting the edges a line to the east crosses."""
    x, y = at
    within = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            within = not within
    return within


def steps_of(access: Access, outage_id: str) -> list[OutageStep]:
    """Every step of an outage, oldest first."""
    return access.all(
        OutageStep, col(OutageStep.outage_id) == outage_id, order=(col(OutageStep.at), col(OutageStep.id))
    )


def estimates_of(access: Access, outage_id: str) -> list[EtrChange]:
    """Every estimate of an outage, oldest first."""
    return access.all(
        EtrChange, col(EtrChange.outage_id) == outage_id, order=(col(EtrChange.at), col(EtrChange.id))
    )


def history(access: Access, *, storm: bool) -> list[Past]:
    """Outages of the last two years that are over, as lessons; calm days and storms apart."""
    statement = (
        access.columns(Outage, Outage.cause, Outage.customers, Outage.started_at, Outage.restored_at)
        .where(
            col(Outage.restored_at).is_not(None),
            col(Outage.storm) == storm,
            col(Outage.planned).is_(False),
            col(Outage.started_at) > now() - _HISTORY,
        )
        .order_by(col(Outage.started_at).desc())
        .limit(2000)
    )
    return [
        Past(cause, customers, storm, max(1, int((back - started).total_seconds() // 60)))
        for cause, customers, started, back in access.db.execute(statement)
    ]


def outlook_of(access: Access, outage: Outage, past: list[Past] | None = None) -> Outlook | None:
    """When most outages like this one were back, from the company's own history."""
    past = history(access, storm=outage.storm) if past is None else past
    learnt = estimate(past, outage.cause, outage.customers, storm=outage.storm)
    if learnt is None:
        return None
    alike = {
        "cause, size and weather": lambda p: (
            p.cause == outage.cause and size_of(p.customers) == size_of(outage.customers)
        ),
        "cause and weather": lambda p: p.cause == outage.cause,
        "size and weather": lambda p: size_of(p.customers) == size_of(outage.customers),
        "weather": lambda _: True,
    }[learnt.alike]
    return outlook(outage.started_at, now(), [p.minutes for p in past if alike(p)], clock_words(access))


def promises(access: Access) -> str:
    """How past first promises held, from the company's own record."""
    statement = (
        access.columns(Outage, Outage.id, Outage.restored_at)
        .where(col(Outage.restored_at).is_not(None), col(Outage.planned).is_(False))
        .order_by(col(Outage.restored_at).desc())
        .limit(200)
    )
    back: dict[str, datetime] = {row[0]: row[1] for row in access.db.execute(statement)}
    first: dict[str, datetime | None] = dict.fromkeys(back)
    changes = access.columns(EtrChange, EtrChange.outage_id, EtrChange.after).where(
        col(EtrChange.outage_id).in_(list(back)), col(EtrChange.after).is_not(None)
    )
    for outage_id, after in access.db.execute(changes.order_by(col(EtrChange.at).desc())):
        first[outage_id] = after
    score = promise_score([(first[outage_id], at) for outage_id, at in back.items()])
    if score is None or score.outages < 20:
        return ""
    kept = round((score.early + score.on_time) * score.outages)
    often = "all of them" if kept == score.outages else f"{kept} of them"
    words = f"Of our last {score.outages} outages, power was back by the first time we gave"
    return f"{words}, or within the hour, in {often}."
