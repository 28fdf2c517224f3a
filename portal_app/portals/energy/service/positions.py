"""Where a new place stands on the map: the company's own people say it once it is known."""

import re
from math import hypot

from sqlmodel import col

from portal_app.core.access import Access
from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules.neighbours import Premise as Spot
from portal_app.portals.energy.rules.neighbours import distance_km
from portal_app.portals.energy.service import outage_facts
from portal_app.portals.energy.tables import Premise
from portal_app.shapes.status import Notice

FARTHEST_KM = 300
"""So many kilometres from the middle of the company's other places a new one may stand, at most."""

_PAIR = re.compile(r"\s*(-?\d{1,3}(?:\.\d+)?)°?\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)°?\s*")


def read(typed: str) -> tuple[float, float]:
    """Latitude and longitude in degrees, as maps give them. Raises Refusal for anything else."""
    found = _PAIR.fullmatch(typed)
    if found is None:
        raise Refusal("Give latitude, a comma and longitude, such as 38.5445, -121.7331.", "where")
    lat, lon = float(found[1]), float(found[2])
    if abs(lat) > 90 or abs(lon) > 180 or hypot(lat, lon) == 0:
        raise Refusal(
            "Latitude comes first and lies between -90 and 90, longitude between -180 and 180.", "where"
        )
    return lat, lon


def place_on_map(access: Access, premise_id: str, where: str) -> Notice:
    """Say where a place stands, so that maps show it and outlined areas take it in; the look is noted.

    Raises Refusal for no position, and for one far from every other place of the company.
    """
    access.require("request.handle")
    place = access.get(Premise, premise_id)
    lat, lon = read(where)
    _check_near(access, place, lat, lon)
    access.change(place, lat=lat, lon=lon)
    access.note("premise.placed", f"premise:{place.id}", account_id=place.account_id, lat=lat, lon=lon)
    access.poke(outage_facts.topic(access.visitor.company_id))
    return Notice(f"{place.street} is on the map", "Its people see it there from now on.", "good")


def _check_near(access: Access, place: Premise, lat: float, lon: float) -> None:
    others = access.all(Premise, col(Premise.id) != place.id, col(Premise.lat) != 0.0, limit=500)
    if not others:
        return
    middle = outage_facts.middle(others)
    away = distance_km(_spot(lat, lon), _spot(*middle))
    if away > FARTHEST_KM:
        raise Refusal(
            f"That is {away:,.0f} km from our other places. Latitude comes first, then longitude.",
            "where",
        )


def _spot(lat: float, lon: float) -> Spot:
    return Spot("", lat, lon, type="", heat_fuel="", size=0)
