"""Outages from the first report to power back, as customers, strangers and the operator see them."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from portal_app.core import live
from portal_app.core.access import Visitor, acting_for_company, unscoped
from portal_app.core.accounts import Account, Company
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.portals.energy.service import board, operator, outage_facts, outage_map, outages, reporting
from portal_app.portals.energy.tables import (
    EnergyChoice,
    EtrChange,
    Outage,
    OutageReport,
    OutageStep,
    OutageWatch,
    Premise,
)
from portal_app.services.identity import throttle
from portal_app.services.tenancy import service as tenancy
from tests import cast
from tests.engines import past_the_wall
from tests.portals.conftest import do

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[-87.7, 41.8], [-87.5, 41.8], [-87.5, 42.0], [-87.7, 42.0], [-87.7, 41.8]]],
}


@dataclass(frozen=True)
class Street:
    """Two households on one feeder, one of another company, and who runs the wires."""

    people: cast.Cast
    home: str
    next_door: str
    elsewhere: str

    @property
    def staff(self) -> Visitor:
        """The operator."""
        return self.people.staff


def place(account: Account, street: str, feeder: str = "mill-road", **more: Any) -> Premise:
    values = {"label": "Home", "zone": "America/Chicago", "lat": 41.9012, "lon": -87.6034, **more}
    return Premise(
        company_id=account.company_id, account_id=account.id, street=street, feeder=feeder, **values
    )


@pytest.fixture
def street(database: str, clock: Any) -> Street:
    """The cast at home, Tuesday 10 March 2026, 10:00 in Chicago."""
    people = cast.make("energy")
    made = [
        place(people.account, "12 Elm Street"),
        place(people.other_account, "14 Elm Street"),
        place(people.outside_account, "3 Far Road"),
    ]
    with past_the_wall() as db:
        db.add_all(made)
        company = db.get_one(Company, people.company.id)
        company.host = "power.example"
        db.add(company)
        db.flush()
        ids = [row.id for row in made]
    throttle.start_anew()
    return Street(people, *ids)


def stored(table: Any, *where: Any) -> list[Any]:
    with past_the_wall() as db:
        rows = list(db.exec(unscoped(table, *where)))
    return sorted(rows, key=lambda row: getattr(row, "id", ""))


def posted(street: Street, **facts: Any) -> Outage:
    values = {"feeder": "mill-road", "area": "Mill Road", **facts}
    outage_id = do(street.staff, operator.post_outage, **values)
    return stored(Outage, Outage.id == outage_id)[0]


def move(street: Street, outage_id: str, event: str, **facts: Any) -> Any:
    version = stored(Outage, Outage.id == outage_id)[0].version
    return do(street.staff, operator.move_outage, outage_id, event, version=version, facts=facts)


def page(street: Street, who: Visitor | None = None) -> Any:
    return do(who or street.people.owner, outages.page)


@pytest.mark.line("U13-09")
@pytest.mark.usefixtures("both_engines")
def test_a_customers_report_opens_an_outage_with_a_time_and_the_control_rooms_turn(street):
    notice = do(street.people.owner, outages.report_outage, street.home)
    [found] = stored(Outage)
    [report] = stored(OutageReport)
    assert (found.state, found.customers, found.area, found.feeder) == (
        "reported",
        1,
        "Elm Street",
        "mill-road",
    )
    assert found.next_by == now() + timedelta(minutes=30)
    assert found.etr is not None
    assert found.etr > now()
    assert [step.after for step in stored(OutageStep)] == ["reported"]
    assert [change.after for change in stored(EtrChange)] == [found.etr]
    assert (notice.tone, notice.reference) == ("good", report.reference)
    assert "Our control room looks at it by" in notice.text
    assert page(street).reported
    acts = {row.action for row in stored(AuditEntry)}
    assert {"outage.opened", "outage.reported"} <= acts


@pytest.mark.line("U13-09")
@pytest.mark.usefixtures("both_engines")
@pytest.mark.parametrize("feeder", ["mill-road", ""])
def test_a_second_tap_finds_the_first_report(street, feeder):
    with past_the_wall() as db:
        home = db.get_one(Premise, street.home)
        home.feeder = feeder
        db.add(home)
    first, second = (do(street.people.owner, outages.report_outage, street.home) for _ in range(2))
    assert first.reference == second.reference
    assert (len(stored(Outage)), len(stored(OutageReport))) == (1, 1)
    assert second.text.startswith("We knew: reported")


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run these at the same moment, each in a thread of its own."""
    gate = Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        gate.wait(timeout=10)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


@pytest.mark.line("U13-09")
@pytest.mark.usefixtures("both_engines")
def test_taps_that_come_at_once_make_one_outage_and_one_report_a_home(street):
    reports = [(street.people.owner, street.home), (street.people.stranger, street.next_door)] * 3
    notices = at_once(
        *(lambda who=who, home=home: do(who, outages.report_outage, home) for who, home in reports)
    )
    assert len(stored(Outage)) == 1
    assert len(stored(OutageReport)) == 2
    assert len({notice.reference for notice in notices}) == 2


@pytest.mark.line("U13-09")
@pytest.mark.parametrize("who", ["stranger", "outsider"])
@pytest.mark.parametrize("use_case", [outages.report_outage, outages.page, reporting.my_places])
def test_a_strangers_place_is_not_found(street, who, use_case):
    with pytest.raises(NotYours):
        do(getattr(street.people, who), use_case, street.home)
    with pytest.raises(NotYours):
        do(getattr(street.people, who), outages.watch, street.home, True)
    assert not stored(Outage)


def test_who_may_only_look_cannot_report(street):
    with pytest.raises(Refusal, match="Ask the owner"):
        do(street.people.viewer, outages.report_outage, street.home)
    assert page(street, street.people.viewer).ready


@pytest.mark.parametrize("extent", ["most", {}, None])
def test_how_much_is_dark_is_one_of_three(street, extent):
    with pytest.raises(Refusal, match="all of it or some rooms") as refused:
        do(street.people.owner, outages.report_outage, street.home, extent)
    assert refused.value.field == "extent"


@pytest.mark.line("U13-09")
@pytest.mark.parametrize("typed", ["4410-0927", "44100927", "(555) 010-9999", "5550109999"])
def test_a_report_comes_in_by_account_number_or_phone_without_signing_in(street, typed):
    with past_the_wall() as db:
        account = db.get_one(Account, street.people.account.id)
        account.number, account.phone = "4410-0927", "555-010-9999"
        db.add(account)
    outcome = reporting.report_openly("power.example", typed, "203.0.113.9")
    assert not outcome.problem
    assert [(row.premise_id, row.channel) for row in stored(OutageReport)] == [(street.home, "open")]


@pytest.mark.line("U13-09")
def test_an_unknown_number_gets_the_very_same_answer(street):
    with past_the_wall() as db:
        account = db.get_one(Account, street.people.account.id)
        account.number = "4410-0927"
        db.add(account)
    known, unknown = (
        reporting.report_openly("power.example", number, "203.0.113.9") for number in ("44100927", "99999999")
    )
    assert known == unknown
    assert len(stored(OutageReport)) == 1


@pytest.mark.line("U13-09")
def test_people_not_signed_in_read_of_outages_without_a_house_number(street):
    do(street.people.owner, outages.report_outage, street.home)
    [row] = reporting.open_news("power.example")
    assert row.title == "Elm Street"
    assert "12" not in row.title


@pytest.mark.line("U13-09", "X-24")
def test_the_page_of_another_company_neither_shows_its_outages_nor_takes_its_reports(street):
    do(street.people.owner, outages.report_outage, street.home)
    with past_the_wall() as db:
        account = db.get_one(Account, street.people.account.id)
        account.number = "4410-0927"
        db.add(account)
    tenancy.create_company("dim", "energy", "Dim Power")
    assert reporting.open_news("localhost", "dim") == ()
    assert reporting.house("localhost", "dim").name == "Dim Power"
    before = len(stored(OutageReport))
    assert not reporting.report_openly("localhost", "44100927", "203.0.113.9", "dim").problem
    assert len(stored(OutageReport)) == before


def test_a_number_too_short_and_too_many_tries_say_how_to_go_on(street):
    assert "6 digits or more" in reporting.report_openly("x", "12", "203.0.113.9").problem
    said = [reporting.report_openly("x", "4410092", "203.0.113.9").problem for _ in range(60)]
    assert not said[0]
    assert "Try again" in said[-1] or "again" in said[-1]


@pytest.mark.line("U13-12", "U13-19", "X-10")
def test_the_band_stands_at_the_top_until_power_is_back_and_then_for_a_day(street, clock):
    assert not do(street.people.owner, outages.band).shown
    found = posted(street, etr=now() + timedelta(hours=3))
    band = do(street.people.owner, outages.band)
    assert (band.shown, band.tone, band.kind) == (True, "urgent", "Power is out at 12 Elm Street")
    assert "Back by 13:00" in band.title
    clock.move(hours=2)
    move(street, found.id, "restore")
    band = do(street.people.owner, outages.band)
    assert (band.tone, band.title) == ("good", "Restored at 12:00")
    clock.move(hours=23, minutes=59)
    assert do(street.people.owner, outages.band).shown
    clock.move(minutes=1)
    assert not do(street.people.owner, outages.band).shown
    assert page(street).title == "Power is on at 12 Elm Street"


def test_an_outage_elsewhere_shows_no_band(street):
    posted(street, feeder="mill-road")
    assert do(street.people.stranger, outages.band).shown
    assert not do(street.people.outsider, outages.band).shown
    assert not do(street.staff, outages.band).shown


@pytest.mark.line("U13-11", "U13-12")
def test_without_a_time_the_band_says_that_it_is_not_known(street):
    posted(street)
    assert do(street.people.owner, outages.band).title == "We do not know yet when it will be back"


@pytest.mark.line("U13-12", "B13-10")
def test_a_home_on_the_medical_list_is_told_to_call(street):
    posted(street)
    with past_the_wall() as db:
        account = street.people.account
        db.add(EnergyChoice(company_id=account.company_id, account_id=account.id, medical=True))
    assert "call us if you need help now" in do(street.people.owner, outages.band).text
    assert "medical" not in do(street.people.stranger, outages.band).text


@pytest.mark.line("U13-11")
@pytest.mark.usefixtures("both_engines")
def test_every_change_of_the_time_stays_on_record_with_its_reason(street):
    found = posted(street, etr=now() + timedelta(hours=3))
    later = now() + timedelta(hours=5, minutes=30)
    do(street.staff, operator.change_estimate, found.id, later, "because a pole is broken.")
    do(street.staff, operator.change_estimate, found.id, None, "the crew found more damage")
    assert [(row.before, row.after) for row in stored(EtrChange)] == [
        (None, found.etr),
        (found.etr, later),
        (later, None),
    ]
    happened = [row.text for row in page(street).happened]
    assert "Power back: moved from 13:00 to 15:30 because a pole is broken." in happened
    assert "Power back: time withdrawn because the crew found more damage." in happened


@pytest.mark.line("U13-11")
def test_a_time_needs_a_reason_and_must_lie_ahead(street):
    found = posted(street)
    for etr, because, field in ((now() + timedelta(hours=1), " ", "because"), (now(), "storm", "etr")):
        with pytest.raises(Refusal) as refused:
            do(street.staff, operator.change_estimate, found.id, etr, because)
        assert refused.value.field == field
    move(street, found.id, "restore")
    with pytest.raises(Refusal, match="is over"):
        do(street.staff, operator.change_estimate, found.id, now() + timedelta(hours=1), "late")


@pytest.mark.line("U13-10", "B13-8")
def test_every_outage_on_the_map_has_six_facts_or_says_not_known_yet(street):
    posted(street)
    [mark] = page(street).map.legend
    facts = {fact.label: fact.value for fact in page(street).facts}
    assert list(facts) == ["Cause", "Crew", "Customers", "Started", "Power back", "Updated"]
    assert facts == {
        "Cause": "Under investigation",
        "Crew": "Not known yet",
        "Customers": "Fewer than 5",
        "Started": "10:00",
        "Power back": "Not known yet",
        "Updated": "10:00",
    }
    assert mark


@pytest.mark.line("U13-10", "B13-8")
@pytest.mark.parametrize(("homes", "drawn"), [(4, "Point"), (5, "Polygon")])
def test_under_five_customers_there_is_no_outline_and_no_exact_place(street, homes, drawn):
    with past_the_wall() as db:
        for n in range(homes - 2):
            company_id = street.people.account.company_id
            account = Account(company_id=company_id, number=f"20{n}", name="Household")
            db.add(account)
            db.flush()
            db.add(place(account, f"{20 + n} Elm Street"))
    found = posted(street, feeder="", polygon=json.dumps(SQUARE))
    assert found.customers == homes
    with acting_for_company(found.company_id, kind="energy", zone="America/Chicago") as access:
        drawn_as = outage_map._feature(access.get(Outage, found.id))
    assert drawn_as["geometry"]["type"] == drawn
    if drawn == "Point":
        assert drawn_as["geometry"]["coordinates"] == [-87.6, 41.9], "rounded to about a kilometre"


@pytest.mark.usefixtures("both_engines")
def test_of_two_operators_the_slower_one_is_told(street):
    found = posted(street)
    do(
        street.staff,
        operator.move_outage,
        found.id,
        "assign",
        version=found.version,
        facts={"crew": "Crew 7"},
    )
    with pytest.raises(Refusal, match="Somebody else moved this outage"):
        do(street.staff, operator.move_outage, found.id, "assess", version=found.version)
    with pytest.raises(Refusal, match="Somebody else moved this outage"):
        do(
            street.staff, operator.change_estimate, found.id, now() + timedelta(hours=1), "rain",
            version=found.version,
        )  # fmt: skip
    row = stored(Outage)[0]
    assert (row.state, row.crew, row.version) == ("crew_assigned", "Crew 7", found.version + 1)
    assert len(stored(EtrChange)) == 1


@pytest.mark.usefixtures("both_engines")
def test_two_operators_at_once_move_it_once(street):
    found = posted(street)

    def try_it(event: str) -> str:
        try:
            do(street.staff, operator.move_outage, found.id, event, version=found.version)
        except Refusal as no:
            return no.sentence
        return "done"

    said = at_once(lambda: try_it("assign"), lambda: try_it("assess"))
    assert sorted(word == "done" for word in said) == [False, True]
    assert stored(Outage)[0].version == found.version + 1


@pytest.mark.usefixtures("both_engines")
def test_reports_of_a_merged_outage_follow_the_larger_one(street):
    do(street.people.owner, outages.report_outage, street.home)
    [small] = stored(Outage)
    with past_the_wall() as db:
        home = db.get_one(Premise, street.next_door)
        home.feeder = "valley-road"
        db.add(home)
    large = posted(street, feeder="valley-road", area="Valley Road")
    for into, says in (("", "Choose the outage"), (small.id, "another outage")):
        with pytest.raises(Refusal, match=says):
            move(street, small.id, "merge", into=into)
    move(street, small.id, "merge", into=large.id)
    assert {row.merged_into for row in stored(Outage, Outage.state == "merged")} == {large.id}
    assert [row.outage_id for row in stored(OutageReport)] == [large.id]
    seen = page(street)
    assert (seen.outage_id, seen.reported) == (large.id, True), "who reported it still sees how it stands"
    again = do(street.people.owner, outages.report_outage, street.home)
    assert again.reference == stored(OutageReport)[0].reference
    move(street, large.id, "restore")
    assert do(street.people.owner, outages.band).tone == "good"


def test_power_that_goes_out_again_within_a_day_is_the_same_outage(street, clock):
    found = posted(street)
    move(street, found.id, "restore")
    clock.move(hours=5)
    move(street, found.id, "reopen")
    assert stored(Outage)[0].restored_at is None
    assert do(street.people.owner, outages.band).tone == "urgent"
    move(street, found.id, "restore")
    clock.move(hours=24, minutes=1)
    with pytest.raises(Refusal, match="more than 24 hours"):
        move(street, found.id, "reopen")


def test_a_step_that_cannot_be_is_refused_and_a_step_back_is_logged(street):
    found = posted(street)
    with pytest.raises(Refusal):
        move(street, found.id, "close")
    with pytest.raises(Refusal, match="Choose what happened"):
        move(street, found.id, "explode")
    for event in ("assign", "depart", "assess"):
        move(street, found.id, event)
    assert [step.backwards for step in stored(OutageStep)][-3:] == [False, False, True]


@pytest.mark.line("X-05", "U13-11")
def test_the_tracker_says_the_stage_since_when_whose_turn_and_by_when(street, clock):
    found = posted(street, etr=now() + timedelta(hours=4))
    clock.move(minutes=20)
    by = now() + timedelta(minutes=30)
    move(street, found.id, "assign", crew="Crew 7")
    move(street, found.id, "depart", next_who="Crew 7", next_what="at the fault", next_by=by)
    stages = page(street).stages
    assert [stage.state for stage in stages] == ["past", "past", "open", "later", "later"]
    open_stage = stages[2]
    assert (open_stage.label, open_stage.when) == ("Crew on the way", "Since 10:20")
    assert (open_stage.next_who, open_stage.next_what) == ("Crew 7", "At the fault by 10:50.")
    assert stages[-1].when == "Most likely by 14:00"
    assert stages[0].when == "10:00"


@pytest.mark.line("X-06")
@pytest.mark.usefixtures("both_engines")
def test_open_pages_are_poked_after_the_commit_and_never_for_what_was_refused(street):
    found = posted(street)
    heard: list[tuple[str, str]] = []
    stop = live.listen(lambda topic: heard.append((topic, stored(Outage)[0].state)))
    try:
        move(street, found.id, "assign")
        with pytest.raises(Refusal):
            do(street.staff, operator.move_outage, found.id, "depart", version=1)
    finally:
        stop()
    topic = outage_facts.topic(street.people.company.id)
    assert (topic, "crew_assigned") in heard, "whoever looks after the poke sees what was stored"
    assert {state for _, state in heard} == {"crew_assigned"}


@pytest.mark.usefixtures("both_engines")
def test_watching_twice_is_watching_once_and_ends_when_asked(street):
    owner = street.people.owner
    for _ in range(2):
        notice = do(owner, outages.watch, street.home, True)
    assert notice.title == f"We will write to {owner.email}"
    assert [(row.person_id, row.to) for row in stored(OutageWatch)] == [(owner.person_id, owner.email)]
    assert page(street).watching
    do(owner, outages.watch, street.home, False)
    assert not stored(OutageWatch)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"feeder": ""}, "feeder"),
        ({"feeder": "nowhere"}, "feeder"),
        ({"area": " "}, "area"),
        ({"etr": datetime(2026, 3, 10, 14, tzinfo=UTC)}, "etr"),
        ({"polygon": "{"}, "polygon"),
        ({"polygon": '{"type": "Point", "coordinates": [1, 2]}'}, "polygon"),
        ({"polygon": json.dumps({**SQUARE, "coordinates": [SQUARE["coordinates"][0][:4]]})}, "polygon"),
    ],
)
def test_an_outage_that_cannot_be_posted_says_which_field(street, facts, field):
    with pytest.raises(Refusal) as refused:
        posted(street, **facts)
    assert refused.value.field == field
    assert not stored(Outage)


CUSTOMERS_MAY_NOT = [
    (board.board, ()),
    (board.outage, ("x",)),
    (board.feeders, ()),
    (operator.move_outage, ("x", "confirm")),
    (operator.change_estimate, ("x", None, "rain")),
]


@pytest.mark.parametrize(("use_case", "arguments"), CUSTOMERS_MAY_NOT)
def test_customers_never_do_what_the_operator_does(street, use_case, arguments):
    named = {"version": 1} if use_case is operator.move_outage else {}
    for who in street.people.customers:
        with pytest.raises(Refusal, match="does not allow"):
            do(who, use_case, *arguments, **named)


def test_another_companys_operator_finds_no_outage_of_ours(street):
    found = posted(street)
    for use_case, arguments, named in (
        (board.outage, (found.id,), {}),
        (operator.move_outage, (found.id, "assign"), {"version": 1}),
        (operator.change_estimate, (found.id, None, "rain"), {}),
    ):
        with pytest.raises(NotYours):
            do(street.people.other_staff, use_case, *arguments, **named)
    assert do(street.people.other_staff, board.board).outages == ()


def test_the_operators_board_counts_everybody_and_lists_those_touched(street):
    found = posted(street, etr=now() + timedelta(hours=2))
    do(street.people.owner, outages.report_outage, street.home)
    seen = do(street.staff, board.board)
    assert [(row.title, row.end) for row in seen.counts] == [
        ("Customers without power", "2"),
        ("Outages on", "1"),
        ("Requests waiting for us", "0"),
    ]
    one = do(street.staff, board.outage, found.id)
    assert one.touched_words == "2 places are touched, none on the medical list"
    assert [row.title for row in one.touched] == [
        "12 Elm Street, 12 Elm Street",
        "14 Elm Street, 14 Elm Street",
    ]
    assert one.etr == "2026-03-10T12:00", "on the company's wall clock"
    assert len(one.reports) == 1


def test_staff_who_look_at_a_customers_outage_page_are_written_down(street):
    do(street.staff, outages.page, street.home)
    about = [row.about for row in stored(AuditEntry, AuditEntry.action == "staff.read")]
    assert f"Premise:{street.home}" in about


@pytest.mark.parametrize("use_case", [outages.band, outages.page])
def test_without_the_permission_nothing_is_shown(street, use_case):
    with pytest.raises(Refusal, match="does not allow"):
        do(replace(street.people.owner, permissions=frozenset()), use_case)
