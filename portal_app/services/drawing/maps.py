"""A map from GeoJSON of our own (RFC 7946: longitude, latitude), projected here, without a tile server."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from portal_app.services.drawing.scales import in_per_cent
from portal_app.shapes.charts import Fact, MapShape, MapView

_LAT_END = 85.0511
_MOST_ZOOM = 6
_MARGIN = 0.08
_SMALLEST = 0.002
"""Least side of a view in degrees of longitude: about 200 m, so one point does not zoom into nothing."""

Position = tuple[float, float]


@dataclass(frozen=True)
class MapMark:
    """What the caller says of one feature: its tone, its word, its sentence and facts.

    `weight` (customers touched) sizes a point and is summed in a cluster.
    """

    label: str
    said: str
    tone: str = "neutral"
    word: str = ""
    weight: int = 1
    facts: tuple[Fact, ...] = ()
    link_to: str = ""


@dataclass(frozen=True)
class _Frame:
    """The window on the projected plane: its corner, units to one pixel, size in pixels."""

    left: float
    top: float
    per_pixel: float
    width: int
    height: int

    def place(self, at: Position) -> Position:
        """A position in pixels from the upper left."""
        x, y = mercator(at)
        return (x - self.left) / self.per_pixel, (y - self.top) / self.per_pixel


def mercator(at: Position) -> Position:
    """Longitude and latitude on the spherical Mercator plane, in degrees of longitude, y downwards.

    Source: J. P. Snyder, Map Projections, USGS 1395, formula 7-1 and 7-2.
    """
    lon, lat = at
    lat = min(max(lat, -_LAT_END), _LAT_END)
    return lon, -math.degrees(math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)))


def _rings(geometry: Mapping[str, Any]) -> list[list[Position]]:
    """Every chain of positions of a geometry; a point is a chain of one."""
    kind, held = geometry.get("type"), geometry.get("coordinates") or []
    if kind == "Point":
        chains: list[Any] = [[held]] if held else []
    elif kind in ("MultiPoint", "LineString"):
        chains = [held]
    elif kind in ("Polygon", "MultiLineString"):
        chains = list(held)
    elif kind == "MultiPolygon":
        chains = [ring for polygon in held for ring in polygon]
    elif kind == "GeometryCollection":
        return [ring for part in geometry.get("geometries", []) for ring in _rings(part)]
    else:
        raise ValueError(f"a map cannot draw the geometry {kind!r}")
    return [[(float(spot[0]), float(spot[1])) for spot in chain] for chain in chains if chain]


def _closed(geometry: Mapping[str, Any]) -> bool:
    return geometry.get("type") in ("Polygon", "MultiPolygon")


def centre_of(geometry: Mapping[str, Any]) -> Position:
    """The middle of a feature's box, where its words or its point stand."""
    spots = [spot for ring in _rings(geometry) for spot in ring]
    lons, lats = [spot[0] for spot in spots], [spot[1] for spot in spots]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


def _path(geometry: Mapping[str, Any], frame: _Frame) -> str:
    end = "Z" if _closed(geometry) else ""
    parts = []
    for ring in _rings(geometry):
        spots = [frame.place(spot) for spot in ring]
        if len(spots) > 1 and _near(spots, frame):
            parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots) + end)
    return "".join(parts)


def _near(spots: Sequence[Position], frame: _Frame) -> bool:
    """Whether the box of a chain touches the window."""
    xs, ys = [spot[0] for spot in spots], [spot[1] for spot in spots]
    return min(xs) <= frame.width and max(xs) >= 0 and min(ys) <= frame.height and max(ys) >= 0


def _frame(spots: Sequence[Position], width: int, height: int, zoom: int, centre: Position | None) -> _Frame:
    flat = [mercator(spot) for spot in spots]
    xs, ys = [spot[0] for spot in flat], [spot[1] for spot in flat]
    wide, tall = max(max(xs) - min(xs), _SMALLEST), max(max(ys) - min(ys), _SMALLEST * height / width)
    fit = max(wide / width, tall / height) * (1 + 2 * _MARGIN)
    per_pixel = fit / 2**zoom
    middle = ((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    if centre is not None and zoom > 0:
        middle = mercator(centre)
    return _Frame(
        middle[0] - width / 2 * per_pixel, middle[1] - height / 2 * per_pixel, per_pixel, width, height
    )


def point_size(weight: int) -> float:
    """A point's size in rem by the number of customers, from 2 to 3.25, so that its mark stays readable."""
    return round(min(2 + 0.25 * math.log10(max(weight, 1)), 3.25), 2)


_TONES = ("neutral", "good", "info", "attention", "urgent")


def _cluster(
    points: Sequence[tuple[Position, MapShape, int]], apart: float
) -> list[tuple[Position, list[int]]]:
    """Group points nearer than `apart` pixels to a group's first one; the order of input decides."""
    groups: list[tuple[Position, list[int]]] = []
    for index, (at, _shape, _weight) in enumerate(points):
        for anchor, members in groups:
            if math.dist(anchor, at) < apart:
                members.append(index)
                break
        else:
            groups.append((at, [index]))
    return groups


def _drawn_points(
    points: Sequence[tuple[Position, MapShape, int]],
    frame: _Frame,
    apart: float,
    many: Callable[[int, int], str],
) -> tuple[MapShape, ...]:
    drawn = []
    for _anchor, members in _cluster(points, apart):
        held = [points[index] for index in members]
        x = sum(at[0] for at, _, _ in held) / len(held)
        y = sum(at[1] for at, _, _ in held) / len(held)
        if not (0 <= x <= frame.width and 0 <= y <= frame.height):
            continue
        weight = sum(each[2] for each in held)
        shape = held[0][1]
        if len(held) > 1:
            said = many(len(held), weight)
            tone = max((each[1].tone for each in held), key=_TONES.index)
            shape = MapShape(id=f"group-{shape.id}", tone=tone, said=said, kind="group", label=str(len(held)))
        drawn.append(
            replace(
                shape,
                x=in_per_cent(x, frame.width),
                y=in_per_cent(y, frame.height),
                radius=point_size(weight),
                count=len(held),
            )
        )
    return tuple(drawn)


def _shape(feature: Mapping[str, Any], index: int, mark: MapMark, frame: _Frame) -> MapShape:
    geometry = feature["geometry"]
    at = frame.place(centre_of(geometry))
    return MapShape(
        id=str(feature.get("id") or feature.get("properties", {}).get("id") or index),
        path=_path(geometry, frame) if geometry.get("type") != "Point" else "",
        x=in_per_cent(at[0], frame.width),
        y=in_per_cent(at[1], frame.height),
        tone=mark.tone,
        label=mark.label,
        said=mark.said,
        kind="area" if _closed(geometry) else "point",
        count=1,
        word=mark.word,
        facts=mark.facts,
        link_to=mark.link_to,
    )


_Box = tuple[float, float, float, float]
_PIN, _STEM = 32.0, 104.0
_BESIDE = (0.0, 44.0, -44.0, 72.0, -72.0)
"""Pixels up or down that the name of a place may move to stand clear of pins and other names."""


def _pins(points: Sequence[MapShape], home: Position | None, home_label: str, frame: _Frame) -> list[_Box]:
    """Where pins and the label of home stand on a phone, so that no name is put under them."""
    at = [(point.x / 100 * frame.width, point.y / 100 * frame.height) for point in points]
    taken = [(x - _PIN, y - _PIN, x + _PIN, y + _PIN) for x, y in at]
    if home is not None:
        wide = 40 + 6.5 * len(home_label)
        taken.append((home[0] - wide, home[1] - _STEM, home[0] + wide, home[1]))
    return taken


def _name_place(at: Position, label: str, frame: _Frame, taken: Sequence[_Box]) -> Position | None:
    """The nearest place for a name where nothing else stands; None where there is none."""
    half = 6.0 * len(label)
    for aside in _BESIDE:
        x, y = at[0], at[1] + aside
        box = (x - half, y - 14, x + half, y + 14)
        inside = min(box[:2]) >= 0 and box[2] <= frame.width and box[3] <= frame.height
        if inside and not any(_touch(box, other) for other in taken):
            return x, y
    return None


def _ground(
    features: Iterable[Mapping[str, Any]], frame: _Frame, pins: Sequence[_Box] = ()
) -> tuple[MapShape, ...]:
    """Land, water and roads, with names that touch neither each other nor a pin."""
    shapes, taken = [], list(pins)
    for index, feature in enumerate(features):
        path = _path(feature["geometry"], frame)
        if not path:
            continue
        named = feature.get("properties") or {}
        at = frame.place(centre_of(feature["geometry"]))
        label = str(named.get("name") or "")
        free = _name_place(at, label, frame, taken) if label else None
        if free is None:
            label = ""
        else:
            at = free
            taken.append((at[0] - 6.0 * len(label), at[1] - 14, at[0] + 6.0 * len(label), at[1] + 14))
        shapes.append(
            MapShape(
                id=str(named.get("id") or f"ground-{index}"),
                path=path,
                x=in_per_cent(at[0], frame.width),
                y=in_per_cent(at[1], frame.height),
                label=label,
                kind=str(named.get("kind") or ("land" if _closed(feature["geometry"]) else "road")),
            )
        )
    return tuple(shapes)


def _touch(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _together(outages: int, customers: int) -> str:
    return f"{outages} outages close together, {customers:,} customers"


def map_view(
    features: Sequence[Mapping[str, Any]],
    *,
    mark: Callable[[Mapping[str, Any]], MapMark],
    ground: Sequence[Mapping[str, Any]] = (),
    home: Position | None = None,
    home_label: str = "Your home",
    width: int = 640,
    height: int = 480,
    zoom: int = 0,
    centre: Position | None = None,
    apart: float = 64.0,
    said: str = "",
    empty: str = "",
    source: str = "",
    many: Callable[[int, int], str] = _together,
) -> MapView:
    """Project features and ground into one view, clustering points that would stand within `apart` pixels.

    `features` are GeoJSON features; `mark` says what each means (hide what privacy forbids before calling).
    Every polygon also gets a point in its middle. `zoom` doubles the scale about `centre` (longitude,
    latitude), or about home, or the middle of everything; it is held between 0 and 6. `many` says a cluster
    of (outages, customers). Raises ValueError for a geometry that GeoJSON does not know.
    """
    zoom = min(max(zoom, 0), _MOST_ZOOM)
    spots = [
        spot for feature in (*ground, *features) for ring in _rings(feature["geometry"]) for spot in ring
    ]
    if home is not None:
        spots.append(home)
    if not spots:
        return MapView(width=width, height=height, said=said, empty=empty, source=source)
    frame = _frame(spots, width, height, zoom, centre or home)
    marks = [mark(feature) for feature in features]
    shapes = [_shape(feature, index, marks[index], frame) for index, feature in enumerate(features)]
    placed = [
        (frame.place(centre_of(feature["geometry"])), replace(shape, path=""), held.weight)
        for feature, shape, held in zip(features, shapes, marks, strict=True)
    ]
    at_home = frame.place(home) if home is not None else (-1.0, -1.0)
    seen = home is not None and 0 <= at_home[0] <= width and 0 <= at_home[1] <= height
    points = _drawn_points(placed, frame, apart, many)
    return MapView(
        width=width,
        height=height,
        ground=_ground(ground, frame, _pins(points, at_home if seen else None, home_label, frame)),
        areas=tuple(shape for shape in shapes if shape.path),
        points=points,
        home_x=in_per_cent(at_home[0], width) if seen else -1.0,
        home_y=in_per_cent(at_home[1], height) if seen else -1.0,
        home_label=home_label if seen else "",
        said=said,
        zoom=zoom,
        can_zoom_in=zoom < _MOST_ZOOM,
        can_zoom_out=zoom > 0,
        legend=tuple(replace(shape, path="") for shape in shapes),
        empty=empty,
        source=source,
    )
