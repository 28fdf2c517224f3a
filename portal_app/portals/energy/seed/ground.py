"""The demo's valley: its river, roads and towns, drawn for the outage map."""

import json
from typing import Any

from portal_app.core.access import Access
from portal_app.portals.energy.tables import MapGround

CENTRE = (38.54, -121.74)
"""Latitude and longitude of Brightwater itself."""


def _at(points: list[tuple[float, float]]) -> list[list[float]]:
    """Kilometres east and north of the centre as GeoJSON positions (longitude, latitude)."""
    lat, lon = CENTRE
    return [[round(lon + east / 87.0, 5), round(lat + north / 111.0, 5)] for east, north in points]


def _line(points: list[tuple[float, float]]) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": _at(points)}


def area(points: list[tuple[float, float]]) -> dict[str, Any]:
    """A closed area from kilometres east and north of the centre."""
    return {"type": "Polygon", "coordinates": [_at([*points, points[0]])]}


_GROUND: list[tuple[str, str, dict[str, Any]]] = [
    (
        "Mill River",
        "water",
        _line([(-9, 5.5), (-6, 4.2), (-3.5, 3.6), (-1, 2.1), (1.5, 1.7), (4, 0.2), (6.5, -0.6), (9, -2.4)]),
    ),
    ("Valley Road", "road", _line([(-9, -1), (-5, -0.6), (0, 0), (5, 1.2), (9, 1.5)])),
    ("Mill Road", "road", _line([(-1.2, 6), (-0.8, 3), (0, 0), (0.3, -3), (1.2, -6)])),
    ("Eastfield Lane", "road", _line([(5, 6), (5.2, 3), (5, 1.2), (5.4, -2), (6.2, -6)])),
    ("Orchard Way", "road", _line([(-6, 5), (-5.4, 2), (-5, -0.6), (-5.5, -4), (-6.5, -6)])),
    ("Brightwater", "town", area([(-1.8, -1.6), (-2, 0.9), (-0.4, 1.8), (1.6, 1.3), (2, -0.7), (0.8, -1.9)])),
    ("Eastfield", "town", area([(4.1, 0.2), (4.3, 2.2), (5.8, 2.4), (6.4, 1.0), (5.6, -0.2)])),
    ("Orchard", "town", area([(-6.2, -1.6), (-6.4, 0.3), (-4.6, 0.7), (-4.2, -1.2)])),
]


def position(east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude of a place, from kilometres east and north of the centre."""
    return round(CENTRE[0] + north / 111.0, 5), round(CENTRE[1] + east / 87.0, 5)


def load(access: Access) -> None:
    """Put the ground under the map."""
    for name, what, geometry in _GROUND:
        access.add(MapGround, name=name, what=what, geometry=json.dumps(geometry))
