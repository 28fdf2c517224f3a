"""Maps of our own: right way up, tappable, clustered by zoom, with a list for those who do not see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.services.drawing import MapMark, map_view
from portal_app.services.drawing.maps import mercator, point_size

PLACES = st.lists(st.tuples(st.floats(-179, 179), st.floats(-80, 80)), min_size=1, max_size=40)


def point(lon, lat, customers=12, key="o1"):
    return {
        "type": "Feature",
        "id": key,
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "properties": {"customers": customers},
    }


def box(lon, lat, side=0.01, **named):
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": named}


def mark(feature):
    customers = feature["properties"].get("customers", 1)
    return MapMark(
        label="Mill Road", said=f"{customers} without power", tone="urgent", word="Out", weight=customers
    )


def view(features, **more):
    return map_view(features, mark=mark, **more)


def test_north_is_up_and_east_is_right():
    drawn = view([point(-120.0, 38.0, key="south"), point(-119.0, 39.0, key="north")])
    south, north = drawn.points
    assert north.y < south.y
    assert north.x > south.x


def test_the_projection_is_mercator():
    assert mercator((10.0, 0.0)) == pytest.approx((10.0, 0.0), abs=1e-9)
    assert mercator((0.0, 45.0))[1] == pytest.approx(-50.4987, abs=1e-3)


@given(PLACES, st.integers(0, 6))
def test_every_drawn_position_lies_in_the_view(places, zoom):
    drawn = view([point(lon, lat, key=str(n)) for n, (lon, lat) in enumerate(places)], zoom=zoom)
    for shape in drawn.points:
        assert 0 <= shape.x <= 100
        assert 0 <= shape.y <= 100
        assert shape.radius >= 2
    assert len(drawn.legend) == len(places)


@given(PLACES)
def test_nothing_is_lost_in_clusters(places):
    drawn = view([point(lon, lat, key=str(n)) for n, (lon, lat) in enumerate(places)])
    assert sum(shape.count for shape in drawn.points) == len(places)


@pytest.mark.line("B13-8")
def test_outages_close_together_are_one_mark_until_one_looks_closer():
    near = [point(-120.0, 38.0, 30, "a"), point(-119.999, 38.0, 12, "b"), point(-119.9, 38.0, 5, "c")]
    far_off = view(near)
    assert [(shape.label, shape.kind) for shape in far_off.points] == [("2", "group"), ("Mill Road", "point")]
    assert far_off.points[0].said == "2 outages close together, 42 customers"
    closer = view(near, zoom=6, centre=(-119.9995, 38.0))
    assert [shape.kind for shape in closer.points] == ["point", "point"]


@pytest.mark.line("U13-10")
def test_home_and_areas_and_ground_are_placed_and_listed():
    land = {**box(-120.1, 37.9, 0.3, name="Millbrook", kind="land")}
    drawn = view([box(-120.0, 38.0, customers=312)], ground=[land], home=(-119.995, 38.005))
    assert drawn.ground[0].label == "Millbrook"
    assert drawn.areas[0].path.startswith("M")
    assert drawn.areas[0].path.endswith("Z")
    assert drawn.home_x == pytest.approx(drawn.areas[0].x, abs=0.1)
    assert drawn.legend[0].said == "312 without power"
    assert drawn.home_label == "Your home"


def test_a_home_out_of_view_is_not_pinned_to_the_edge():
    far = view([point(-120.0, 38.0), point(-119.0, 39.0)], home=(-120.0, 38.0), zoom=5, centre=(-119.0, 39.0))
    assert (far.home_x, far.home_label) == (-1.0, "")


def test_zoom_has_ends():
    lone = [point(-120.0, 38.0)]
    assert (view(lone, zoom=-3).zoom, view(lone, zoom=-3).can_zoom_out) == (0, False)
    assert (view(lone, zoom=99).zoom, view(lone, zoom=99).can_zoom_in) == (6, False)


def test_a_single_point_stands_in_the_middle():
    lone = view([point(-120.0, 38.0)]).points[0]
    assert (lone.x, lone.y) == pytest.approx((50, 50), abs=0.1)


def test_no_outage_at_all_is_said_not_drawn():
    assert view([], empty="No outages now.").empty == "No outages now."


def test_a_geometry_unknown_to_geojson_is_refused():
    with pytest.raises(ValueError, match="Circle"):
        view([{"type": "Feature", "geometry": {"type": "Circle", "coordinates": [1, 2]}, "properties": {}}])


@given(st.integers(0, 10**7))
def test_points_are_readable_and_not_huge(weight):
    assert 2 <= point_size(weight) <= 3.25
