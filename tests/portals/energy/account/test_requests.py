"""Start, stop and move service: one request a wish, four facts at any time, halves that stay together."""

from datetime import date

import pytest
from sqlmodel import col

from portal_app.core import live
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.portals.energy.service import requests, staff_requests
from portal_app.portals.energy.service.requests import NewPlace
from portal_app.portals.energy.tables import Premise, RequestStep, ServiceAgreement, ServiceRequest
from portal_app.services.notifications.tables import News
from tests.portals.energy.account.conftest import act, heard, jobs, run_jobs, stored

pytestmark = pytest.mark.usefixtures("both_engines")
STOP = date(2026, 3, 20)
NEW = NewPlace("7 Oak Lane", "Riverside", "60602", commodities=("electricity", "gas"))


def _stop(house, who=None):
    return act(who or house.owner, requests.ask_stop, house.home.id, STOP, "Box 4, Riverside")


def _move(house):
    return act(house.owner, requests.ask_transfer, house.home.id, STOP, NEW, date(2026, 3, 18))


def _handle(house, request_id, *events, words="Fine."):
    for event in events:
        (row,) = stored(ServiceRequest, col(ServiceRequest.id) == request_id)
        act(house.staff, staff_requests.handle, request_id, event, words, version=row.version)


def _state(request_id):
    (row,) = stored(ServiceRequest, col(ServiceRequest.id) == request_id)
    return row.state


@pytest.mark.line("U13-14", "X-15")
def test_two_taps_store_one_request_and_give_the_same_reference(house):
    first, second = _stop(house), _stop(house)
    (row,) = stored(ServiceRequest)
    assert first.request_id == second.request_id == row.id
    assert first.notice.reference == second.notice.reference == row.reference
    assert "12 Elm Street" in first.notice.title
    assert "service desk checks your details" in first.notice.text


@pytest.mark.line("U13-14")
def test_another_day_for_what_is_asked_already_points_to_the_first_request(house):
    asked = _stop(house)
    with pytest.raises(Refusal, match=asked.notice.reference):
        act(house.owner, requests.ask_stop, house.home.id, date(2026, 3, 25), "Box 4")
    assert len(stored(ServiceRequest)) == 1


@pytest.mark.line("U13-14", "X-16")
@pytest.mark.parametrize(
    ("day", "forwarding", "field", "says"),
    [
        ("2026-03-20", "  ", "forwarding_address", "address we should send your final bill"),
        ("2026-03-09", "Box 4", "stop", "has passed"),
        ("2027-03-09", "Box 4", "stop", "60 days ahead"),
        ("soon", "Box 4", "stop", "Choose a day"),
    ],
)
def test_a_stop_that_cannot_be_names_its_field_and_stores_nothing(house, day, forwarding, field, says):
    with pytest.raises(Refusal, match=says) as no:
        act(house.owner, requests.ask_stop, house.home.id, day, forwarding)
    assert no.value.field == field
    assert stored(ServiceRequest) == []


@pytest.mark.line("U13-14")
def test_a_start_with_a_meter_visit_begins_on_the_next_working_day(house):
    with pytest.raises(Refusal, match="Wednesday 11 March") as no:
        act(house.owner, requests.ask_start, NEW, date(2026, 3, 10))
    assert no.value.field == "start"
    with pytest.raises(Refusal, match="Nobody visits meters on Saturday"):
        act(house.owner, requests.ask_start, NEW, date(2026, 3, 14))
    powered = NewPlace("7 Oak Lane", "Riverside", "60602", power_is_on=True)
    act(house.owner, requests.ask_start, powered, date(2026, 3, 10))
    assert [row.wanted_on for row in stored(ServiceRequest)] == [date(2026, 3, 10)]


@pytest.mark.line("U13-14")
def test_a_move_is_two_halves_with_one_id_one_reference_and_its_seam_in_days(house):
    asked = _move(house)
    halves = stored(ServiceRequest)
    assert sorted(half.kind for half in halves) == ["start", "stop"]
    assert len({half.pair for half in halves}) == len({half.reference for half in halves}) == 1
    assert halves[0].pair
    assert "You pay for both homes for 3 days." in asked.notice.text
    again = _move(house)
    assert (again.request_id, len(stored(ServiceRequest))) == (asked.request_id, 2)


@pytest.mark.line("U13-14", "X-14")
def test_half_a_move_is_not_cancelled_before_saying_what_becomes_of_the_other(house):
    asked = _move(house)
    with pytest.raises(Refusal, match="start at the new home still go ahead") as no:
        act(house.owner, requests.cancel, asked.request_id)
    assert no.value.field == "other"
    assert {row.state for row in stored(ServiceRequest)} == {"submitted"}
    said = act(house.owner, requests.cancel, asked.request_id, "cancel")
    assert {row.state for row in stored(ServiceRequest)} == {"cancelled"}
    assert "7 Oak Lane does not start" in said.text


@pytest.mark.line("U13-14")
def test_neither_half_finishes_when_the_other_was_cancelled_until_the_customer_is_asked(house):
    asked = _move(house)
    (start,) = stored(ServiceRequest, col(ServiceRequest.kind) == "start")
    _handle(house, start.id, "accept_identity", "schedule")
    _handle(house, asked.request_id, "cancel", words="The address is not ours.")
    with pytest.raises(Refusal, match="Ask the customer"):
        _handle(house, start.id, "begin")
    page = act(house.owner, requests.request, start.id)
    assert "Should we still start service at 7 Oak Lane?" in page.alone_question
    act(house.owner, requests.go_on_alone, start.id, True)
    _handle(house, start.id, "begin", "finish")
    assert _state(start.id) == "done"


@pytest.mark.line("U13-14")
def test_saying_no_to_the_rest_of_a_move_cancels_it(house):
    asked = _move(house)
    (start,) = stored(ServiceRequest, col(ServiceRequest.kind) == "start")
    _handle(house, asked.request_id, "cancel", words="The address is not ours.")
    act(house.owner, requests.go_on_alone, start.id, False)
    assert _state(start.id) == "cancelled"


@pytest.mark.line("U13-14")
def test_finishing_a_stop_ends_the_agreements_on_its_day(house):
    asked = _stop(house)
    _handle(house, asked.request_id, "accept_identity", "schedule", "begin", "finish")
    mine = stored(ServiceAgreement, col(ServiceAgreement.premise_id) == house.home.id)
    assert [row.stops for row in mine] == [STOP, STOP]
    assert {
        row.stops for row in stored(ServiceAgreement, col(ServiceAgreement.premise_id) == house.next_door.id)
    } == {None}
    last = stored(RequestStep, order=col(RequestStep.at))[-1]
    assert (last.after, "final bill goes to Box 4, Riverside" in last.words) == ("done", True)


@pytest.mark.line("U13-14")
def test_finishing_a_start_connects_the_place_as_far_as_it_is_known(house):
    asked = act(house.owner, requests.ask_start, NEW, date(2026, 3, 18))
    _handle(house, asked.request_id, "accept_identity", "schedule", "begin")
    (row,) = stored(ServiceRequest)
    given = {"feeder": "eastfield", "meter": "5500 1"}
    act(house.staff, staff_requests.handle, row.id, "finish", "", version=row.version, facts=given)
    (place,) = stored(Premise, col(Premise.street) == "7 Oak Lane")
    assert (place.account_id, place.feeder, place.postcode) == (house.cast.account.id, "eastfield", "60602")
    agreed = stored(ServiceAgreement, col(ServiceAgreement.premise_id) == place.id)
    assert {(one.commodity, one.starts) for one in agreed} == {
        ("electricity", date(2026, 3, 18)),
        ("gas", date(2026, 3, 18)),
    }


@pytest.mark.line("X-05")
def test_a_request_says_its_stage_since_when_whose_turn_and_by_when(house, clock):
    asked = _stop(house)
    clock.move(hours=2)
    _handle(house, asked.request_id, "accept_identity", "schedule")
    page = act(house.owner, requests.request, asked.request_id)
    past, open_one, later = page.stages[0], page.stages[2], page.stages[4]
    assert (past.label, past.state, past.when) == ("Sent", "past", "10:00")
    assert (open_one.label, open_one.state, open_one.when) == ("Date set", "open", "Since 12:00")
    assert (open_one.next_who, open_one.next_what) == (
        "our crew",
        "Takes the last reading by Fri 20 Mar, 17:00.",
    )
    assert (later.state, later.when) == ("later", "On Fri 20 Mar")
    assert [row.text for row in page.happened][-1] == "You asked to stop service at 12 Elm Street."


@pytest.mark.line("X-06")
def test_open_pages_are_poked_after_the_commit_on_both_sides(house):
    asked = _stop(house)
    seen = []

    def look(topic):
        if topic.startswith("requests:"):
            seen.append((topic, _state(asked.request_id)))

    stop = live.listen(look)
    try:
        _handle(house, asked.request_id, "accept_identity")
    finally:
        stop()
    cast = house.cast
    assert seen == [
        (f"requests:{cast.account.id}", "identity_ok"),
        (f"requests:{cast.company.id}", "identity_ok"),
    ]


@pytest.mark.line("X-06")
def test_a_refused_step_pokes_nobody(house):
    asked = _stop(house)
    with heard() as topics, pytest.raises(Refusal):
        act(house.staff, staff_requests.handle, asked.request_id, "finish", "", version=2)
    assert topics == []


@pytest.mark.line("X-10")
def test_each_step_is_told_once_with_reference_and_mailed(house):
    asked = _stop(house)
    _handle(house, asked.request_id, "accept_identity")
    run_jobs(house.cast.company.id, "energy.request.tell")
    run_jobs(house.cast.company.id, "energy.request.tell")
    told = stored(News, order=col(News.at))
    assert sorted(row.title for row in told) == [
        "Stop service at 12 Elm Street: checked, a date is being set",
        "Stop service at 12 Elm Street: sent, we are checking it",
    ]
    assert all(asked.notice.reference in row.detail for row in told)
    assert {row.account_id for row in told} == {house.cast.account.id}
    assert {mail["to"] for mail in jobs("mail.send")} == {house.owner.email, house.cast.viewer.email}
    assert len(jobs("mail.send")) == 4


def test_whoever_looked_at_an_older_version_is_told_that_it_moved(house):
    asked = _stop(house)
    (row,) = stored(ServiceRequest)
    act(house.staff, staff_requests.handle, row.id, "accept_identity", "", version=row.version)
    with pytest.raises(Refusal, match="Somebody else moved"):
        act(house.staff, staff_requests.handle, row.id, "schedule", "", version=row.version)
    assert _state(asked.request_id) == "identity_ok"


def test_a_question_waits_for_the_customer_and_their_answer_goes_back(house):
    asked = _stop(house)
    with pytest.raises(Refusal, match="what you need to know"):
        _handle(house, asked.request_id, "ask", words=" ")
    _handle(house, asked.request_id, "ask", words="Which flat do you leave?")
    page = act(house.owner, requests.request, asked.request_id)
    assert (page.question, page.stages[0].next_who) == ("Which flat do you leave?", "you")
    act(house.owner, requests.answer_info, asked.request_id, "The upper one.")
    assert _state(asked.request_id) == "submitted"
    assert [step.event for step in stored(RequestStep, order=col(RequestStep.at))] == [
        "submit",
        "ask",
        "answer",
    ]


@pytest.mark.line("X-14", "X-15")
def test_cancelling_names_the_place_the_day_and_the_effect_and_frees_the_wish(house):
    asked = _stop(house)
    page = act(house.owner, requests.request, asked.request_id)
    assert page.cancel_title == "Cancel: stop service at 12 Elm Street on Fri 20 Mar?"
    assert "stays on after Fri 20 Mar" in page.cancel_effects[0].text
    said = act(house.owner, requests.cancel, asked.request_id)
    assert (said.reference, "No final bill" in page.cancel_effects[1].text) == (asked.notice.reference, True)
    assert _stop(house).request_id != asked.request_id


def test_a_day_can_be_changed_before_and_after_it_was_set(house):
    asked = _stop(house)
    act(house.owner, requests.reschedule, asked.request_id, "2026-03-24")
    assert _state(asked.request_id) == "submitted"
    _handle(house, asked.request_id, "accept_identity", "schedule")
    act(house.owner, requests.reschedule, asked.request_id, "2026-03-27")
    (row,) = stored(ServiceRequest)
    assert (row.state, row.wanted_on, row.next_who) == ("rescheduled", date(2026, 3, 27), "our planners")
    _handle(house, asked.request_id, "schedule", "begin")
    with pytest.raises(Refusal, match="cannot be moved"):
        act(house.owner, requests.reschedule, asked.request_id, "2026-03-30")


def test_every_step_is_in_the_audit_trail_under_who_took_it(house):
    asked = _stop(house)
    _handle(house, asked.request_id, "accept_identity")
    noted = stored(AuditEntry, col(AuditEntry.action) == "request.moved", order=col(AuditEntry.seq))
    assert [entry.actor for entry in noted] == [house.owner.person_id, house.staff.person_id]
    assert {entry.about for entry in noted} == {f"request:{asked.request_id}"}


@pytest.mark.parametrize(
    "use_case",
    [
        requests.request,
        requests.cancel,
        lambda access, one: requests.reschedule(access, one, "2026-03-24"),
        lambda access, one: requests.answer_info(access, one, "Hello"),
        lambda access, one: requests.go_on_alone(access, one, True),
    ],
)
def test_a_strangers_request_is_not_found(house, use_case):
    asked = _stop(house)
    for who in house.cast.not_theirs:
        with pytest.raises(NotYours):
            act(who, use_case, asked.request_id)
    with pytest.raises(NotYours):
        act(house.cast.not_theirs[0], requests.ask_stop, house.home.id, STOP, "Box 4")


def test_another_companys_staff_and_customers_cannot_handle_it(house):
    asked = _stop(house)
    with pytest.raises(NotYours):
        act(house.cast.other_staff, staff_requests.request_for_staff, asked.request_id)
    with pytest.raises(NotYours):
        act(house.cast.other_staff, staff_requests.handle, asked.request_id, "accept_identity", version=2)
    with pytest.raises(Refusal, match="does not allow"):
        act(house.owner, staff_requests.handle, asked.request_id, "accept_identity", version=2)
    with pytest.raises(Refusal, match="does not allow"):
        act(house.cast.viewer, requests.cancel, asked.request_id)


def test_the_operators_list_puts_what_waits_for_us_first_and_names_the_customer(house):
    first = _stop(house)
    act(house.cast.stranger, requests.ask_reading, house.next_door.id, "2026-03-12 morning")
    _handle(house, first.request_id, "ask", words="Which flat?")
    rows = act(house.staff, staff_requests.requests_waiting)
    assert [row.badge.text for row in rows] == ["Our turn", "Their turn"]
    assert "the customer answers our question" in rows[1].detail
    page = act(house.staff, staff_requests.request_for_staff, first.request_id)
    assert {choice.value for choice in page.events} == {"answer", "cancel"}
