"""What comes in from an outage feed made clean, and what goes out to the map made safe."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from portal_app.portals.energy.rules.restoration import Outlook

HOUR_MINUTES = 60
SKEW_FROM = timedelta(minutes=90)
FRESH = timedelta(minutes=45)
"""A healthy feed is no older than this; what lies beyond whole hours of skew must be within it."""
PAGE_CAP = 2000
LEAST_CUSTOMERS = 5
INVESTIGATING = "Under investigation"
NOT_KNOWN = "not known yet"

CAUSES = {
    "PLNND SHUTDOWN": "Planned work",
    "PLANNED SHUTDOWN": "Planned work",
    "PLNND OUTAGE": "Planned work",
    "PLANNED": "Planned work",
    "STORM": "Storm",
    "WEATHER": "Storm",
    "WTHR": "Storm",
    "LIGHTNING": "Lightning",
    "TREE": "Tree contact",
    "TREE CONTACT": "Tree contact",
    "VEGETATION": "Tree contact",
    "VEG": "Tree contact",
    "UG CABLE": "Underground cable",
    "UNDRGRND CABLE": "Underground cable",
    "UNDERGROUND CABLE": "Underground cable",
    "EQUIP FAILURE": "Equipment failure",
    "EQUIPMENT FAILURE": "Equipment failure",
    "EQUIP": "Equipment failure",
    "TRANSFORMER": "Equipment failure",
    "VEHICLE": "Vehicle hit a pole",
    "CAR POLE": "Vehicle hit a pole",
    "ANIMAL": "Animal contact",
    "BIRD": "Animal contact",
    "FIRE": "Fire",
    "WILDFIRE": "Fire",
    "PSPS": "Safety shut-off",
    "THIRD PARTY": "Damage by others",
    "DIG IN": "Damage by others",
    "PATROLLING": "Crews are patrolling the line",
    "PATROL": "Crews are patrolling the line",
    "UNKNOWN": INVESTIGATING,
}


def cause_words(code: str | None) -> str:
    """Translate a feed's abbreviated or misspelt cause; "Under investigation" for anything else."""
    cleaned = " ".join((code or "").upper().replace("-", " ").replace("_", " ").split())
    return CAUSES.get(cleaned, INVESTIGATING)


@dataclass(frozen=True)
class Skew:
    """How many whole hours a feed's clock is behind, and the lag in minutes that gave it away."""

    hours: int
    lag_minutes: int

    @property
    def correction(self) -> timedelta:
        """What to add to the feed's times."""
        return timedelta(hours=self.hours)


class StaleFeed(ValueError):
    """The feed's times are off by something that is not a whole number of hours: do not show them."""


def clock_skew(updates: Sequence[tuple[datetime, datetime]]) -> Skew:
    """Find local time dressed as UTC in (time of the snapshot, latest update in it) pairs.

    A healthy feed lags by minutes (0 hours). A steady lag of whole hours plus minutes is a skew to correct.
    Raises StaleFeed where the lag is neither, and ValueError without pairs.
    """
    if not updates:
        raise ValueError("no snapshots to judge the feed's clock by")
    lag = median((taken - updated).total_seconds() / 60 for taken, updated in updates)
    hours, rest = divmod(round(lag), HOUR_MINUTES)
    if rest > FRESH.total_seconds() / 60 and hours < 0:
        hours, rest = hours + 1, rest - HOUR_MINUTES
    if abs(lag) < SKEW_FROM.total_seconds() / 60 and hours <= 1:
        return Skew(0, round(lag))
    if rest * 60 > FRESH.total_seconds():
        raise StaleFeed(f"the feed is {round(lag)} minutes behind, which is no whole number of hours")
    return Skew(hours, round(lag))


def needs_next_page(rows: int, cap: int = PAGE_CAP) -> bool:
    """Tell whether a list of exactly the page size hides more: fetch the next page."""
    return rows == cap


@dataclass(frozen=True)
class MapOutage:
    """One outage as the map shows it; `ring` is an outer ring of (lon, lat), closed or not."""

    id: str
    lon: float
    lat: float
    start: datetime
    updated: datetime
    cause: str = ""
    crew: str = ""
    customers: int | None = None
    etr: datetime | None = None
    outlook: Outlook | None = None
    ring: tuple[tuple[float, float], ...] = ()


def feature(outage: MapOutage) -> dict[str, object]:
    """Draw an outage as a GeoJSON feature (RFC 7946), each of its fields filled or "not known yet".

    Under 5 customers (or an unknown number) there is no polygon, only a point rounded to about a kilometre,
    so that no single home can be made out.
    """
    private = outage.customers is None or outage.customers < LEAST_CUSTOMERS
    geometry: dict[str, object]
    if outage.ring and not private:
        geometry = {"type": "Polygon", "coordinates": [_closed(outage.ring)]}
    else:
        digits = 2 if private else 5
        geometry = {"type": "Point", "coordinates": [round(outage.lon, digits), round(outage.lat, digits)]}
    return {
        "type": "Feature",
        "id": outage.id,
        "geometry": geometry,
        "properties": _properties(outage, private),
    }


def _closed(ring: Sequence[tuple[float, float]]) -> list[list[float]]:
    """Close a ring and turn it counter-clockwise, as the standard asks."""
    points = list(ring if ring[0] == ring[-1] else [*ring, ring[0]])
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, points[1:], strict=False))
    return [[lon, lat] for lon, lat in (points if area >= 0 else reversed(points))]


def _properties(outage: MapOutage, private: bool) -> Mapping[str, object]:
    customers: object = NOT_KNOWN if outage.customers is None else outage.customers
    if private and outage.customers is not None:
        customers = f"fewer than {LEAST_CUSTOMERS}"
    return {
        "id": outage.id,
        "start": outage.start.isoformat(),
        "cause": outage.cause or NOT_KNOWN,
        "crew": outage.crew or NOT_KNOWN,
        "customers": customers,
        "etr": _iso(outage.etr),
        "etr_p50": _iso(outage.outlook.p50 if outage.outlook else None),
        "etr_p80": _iso(outage.outlook.p80 if outage.outlook else None),
        "updated": outage.updated.isoformat(),
    }


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else NOT_KNOWN


def collection(outages: Sequence[MapOutage]) -> dict[str, object]:
    """Draw all outages as one GeoJSON collection."""
    return {"type": "FeatureCollection", "features": [feature(outage) for outage in outages]}
