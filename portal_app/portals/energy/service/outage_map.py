"""The outage map: the company's own ground, every outage that is on with its six facts, no single home."""

import json
from typing import Any

from portal_app.core.access import Access
from portal_app.portals.energy.rules import outage_feed, outages
from portal_app.portals.energy.service import outage_facts
from portal_app.portals.energy.tables import MapGround, Outage, Premise
from portal_app.services.drawing import MapMark, map_view
from portal_app.shapes.charts import Fact, MapView


def six_facts(access: Access, outage: Outage) -> tuple[Fact, ...]:
    """Cause, crew, customers, start, estimate and last update of an outage, in words."""
    clock = outage_facts.clock_words(access)
    unknown = "Not known yet"
    customers = f"{outage.customers:,}" if outage.customers >= outage_feed.LEAST_CUSTOMERS else "Fewer than 5"
    return (
        Fact("Cause", outage.cause or "Under investigation"),
        Fact("Crew", f"{outage.crew}: {outages.WORDS[outage.state].lower()}" if outage.crew else unknown),
        Fact("Customers", customers if outage.customers else unknown),
        Fact("Started", clock(outage.started_at)),
        Fact("Power back", clock(outage.etr) if outage.etr else unknown),
        Fact("Updated", clock(outage.state_since)),
    )


def outage_map(access: Access, found: list[Outage], place: Premise | None, zoom: int = 0) -> MapView:
    """Every outage that is on, in clusters by zoom, each with its six facts; under 5 customers no outline.

    One's own comes first, then the largest. What stands nowhere yet is left out, and the map says so.
    """
    every = [outage for outage in found if outage_facts.is_on(outage)]
    on = [outage for outage in every if outage_facts.placed(outage) or outage_facts.ring_of(outage)]
    on.sort(key=lambda outage: (not (place and outage_facts.touches(outage, place)), -outage.customers))
    at_home = place if place is not None and outage_facts.placed(place) else None
    features = [_feature(outage) for outage in on]
    by_id = {outage.id: outage for outage in on}
    ground = [
        {
            "type": "Feature",
            "geometry": json.loads(row.geometry),
            "properties": {"name": row.name, "kind": row.what},
        }
        for row in access.all(MapGround)
    ]

    clock = outage_facts.clock_words(access)

    def mark(feature: Any) -> MapMark:
        outage = by_id[str(feature["id"])]
        word = outages.WORDS[outage.state]
        area = outage.area or "Outage"
        customers = (
            f"{outage.customers:,} customers"
            if outage.customers >= outage_feed.LEAST_CUSTOMERS
            else "Fewer than 5 customers"
        )
        back = f"most likely back by {clock(outage.etr)}" if outage.etr else "no time known yet"
        return MapMark(
            label=area,
            said=f"{customers}, {back}",
            tone="info" if outage.planned else "urgent",
            word=word,
            weight=max(outage.customers, 1),
            facts=six_facts(access, outage),
        )

    number = "No outages" if not on else "1 outage" if len(on) == 1 else f"{len(on)} outages"
    return map_view(
        features, mark=mark, ground=ground, zoom=zoom,
        home=(at_home.lon, at_home.lat) if at_home else None, home_label=at_home.label if at_home else "",
        source=_left_out(place, at_home, len(every) - len(on)),
        said=f"Map: {number} now", empty="No outages anywhere in our area right now.",
    )  # fmt: skip


def _left_out(place: Premise | None, at_home: Premise | None, unplaced: int) -> str:
    """What the map does not show, in words."""
    words = []
    if place is not None and at_home is None:
        words.append(f"{place.street} is not on this map yet: we have still to find where it stands.")
    if unplaced:
        words.append(
            f"{unplaced} outage{'' if unplaced == 1 else 's'} without a known place "
            f"{'is' if unplaced == 1 else 'are'} not on this map."
        )
    return " ".join(words)


def _feature(outage: Outage) -> dict[str, Any]:
    return outage_feed.feature(
        outage_feed.MapOutage(
            id=outage.id,
            lon=outage.lon,
            lat=outage.lat,
            start=outage.started_at,
            updated=outage.state_since,
            cause=outage.cause,
            crew=outage.crew,
            customers=outage.customers or None,
            etr=outage.etr,
            outlook=None,
            ring=outage_facts.ring_of(outage),
        )  # fmt: skip
    )
