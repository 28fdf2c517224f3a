"""Where a new place stands: said once by the company's people; until then maps leave the place out."""

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for_company
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.portals.energy.service import customers, operator, outages, positions
from portal_app.portals.energy.tables import Outage, Premise
from tests.portals.energy.account.conftest import ZONE, act, stored

pytestmark = pytest.mark.usefixtures("both_engines")
HERE = "41.95, -87.65"


@pytest.fixture
def new_place(house):
    with acting_for_company(house.cast.company.id, kind="energy", zone=ZONE) as access:
        return access.add(
            Premise, account_id=house.cast.account.id, label="Flat", street="7 Oak Lane", zone=ZONE,
            feeder="mill-road", place=1,
        ).id  # fmt: skip


def _spot(premise_id):
    (row,) = stored(Premise, col(Premise.id) == premise_id)
    return row.lat, row.lon


@pytest.mark.line("U13-10")
def test_a_place_nobody_put_on_the_map_is_left_out_and_the_map_says_so(house, new_place):
    seen = act(house.owner, outages.page, new_place).map
    assert seen.home_x < 0
    assert "7 Oak Lane is not on this map yet" in seen.source
    known = act(house.owner, outages.page, house.home.id).map
    assert known.home_x >= 0
    assert known.source == ""


@pytest.mark.line("U13-10")
def test_once_staff_say_where_it_stands_the_map_shows_it(house, new_place):
    page = act(house.staff, customers.customers, "", house.cast.account.id)
    assert [choice.value for choice in page.unplaced] == [new_place]
    act(house.staff, positions.place_on_map, new_place, HERE)
    assert _spot(new_place) == (41.95, -87.65)
    assert act(house.owner, outages.page, new_place).map.home_x >= 0
    assert act(house.staff, customers.customers, "", house.cast.account.id).unplaced == ()
    (entry,) = stored(AuditEntry, col(AuditEntry.action) == "premise.placed", order=col(AuditEntry.seq))
    assert new_place in entry.about


@pytest.mark.line("U13-10")
def test_an_outage_stands_amid_the_places_of_its_feeder_that_are_on_the_map(house, new_place):
    posted = act(house.staff, operator.post_outage, feeder="mill-road", area="Mill Road")
    (row,) = stored(Outage, col(Outage.id) == posted)
    assert (round(row.lat, 4), round(row.lon, 4)) == (41.9, -87.6)
    assert row.customers == 2


@pytest.mark.line("U13-10")
def test_a_report_from_a_place_off_the_map_opens_an_outage_amid_its_feeder(house, new_place):
    act(house.owner, outages.report_outage, new_place)
    (row,) = stored(Outage, col(Outage.state) == "reported")
    assert (round(row.lat, 4), round(row.lon, 4)) == (41.9, -87.6)


@pytest.mark.line("U13-10")
def test_an_outage_that_stands_nowhere_is_left_out_and_counted(house):
    with acting_for_company(house.cast.company.id, kind="energy", zone=ZONE) as access:
        access.add(Outage, reference="OUT-1", state="confirmed", area="Far away", feeder="unknown")
    seen = act(house.owner, outages.page, house.home.id).map
    assert seen.legend == ()
    assert seen.source == "1 outage without a known place is not on this map."


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "latitude, a comma and longitude"),
        ("Oak Lane", "latitude, a comma and longitude"),
        ("41.95", "latitude, a comma and longitude"),
        ("0, 0", "Latitude comes first"),
        ("95, 10", "Latitude comes first"),
        ("-87.65, 41.95", "km from our other places"),
    ],
)
def test_what_is_no_position_is_refused_with_words_and_nothing_changes(house, new_place, typed, says):
    with pytest.raises(Refusal, match=says) as refused:
        act(house.staff, positions.place_on_map, new_place, typed)
    assert refused.value.field == "where"
    assert _spot(new_place) == (0.0, 0.0)


@pytest.mark.parametrize("typed", ["41.95,-87.65", " 41.95 ; -87.65 ", "41.95° -87.65°"])
def test_a_position_is_read_however_a_map_writes_it(typed):
    assert positions.read(typed) == (41.95, -87.65)


def test_neither_a_customer_nor_another_company_places_anything(house, new_place):
    with pytest.raises(Refusal, match="does not allow"):
        act(house.owner, positions.place_on_map, new_place, HERE)
    with pytest.raises(NotYours):
        act(house.cast.other_staff, positions.place_on_map, new_place, HERE)
    assert _spot(new_place) == (0.0, 0.0)
