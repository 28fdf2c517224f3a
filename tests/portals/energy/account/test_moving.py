"""The move form: one question at a time, kept until it is sent, asked once before anything ends."""

from datetime import date

import pytest
from sqlmodel import col

from portal_app.core.errors import NotYours, Refusal
from portal_app.portals.energy.rules import move_form
from portal_app.portals.energy.service import account, moving
from portal_app.portals.energy.tables import ServiceRequest
from tests.portals.energy.account.conftest import act, stored

pytestmark = pytest.mark.usefixtures("both_engines")
ANSWERS = (
    ("kind", {"kind": "transfer"}),
    ("stop", {"stop": "2026-03-20"}),
    ("address", {"street": "7 Oak Lane", "city": "Riverside", "postcode": "60602"}),
    ("power", {"power": "no"}),
    ("supply", {"supply": "electricity,gas"}),
    ("start", {"start": "2026-03-23"}),
    ("forwarding", {"forwarding_address": "7 Oak Lane, 60602 Riverside"}),
)


def _answer_all(house, who=None):
    act(who or house.owner, moving.begin)
    for question, given in ANSWERS:
        page = act(who or house.owner, moving.answer, question, given)
    return page


@pytest.mark.line("U13-14")
def test_the_form_opens_where_it_was_left(house):
    act(house.owner, moving.begin)
    act(house.owner, moving.answer, "kind", {"kind": "stop"})
    act(house.owner, moving.answer, "stop", {"stop": "2026-03-20"})
    page = act(house.owner, moving.begin)
    assert (page.question, page.progress.step, page.progress.steps) == ("forwarding", 3, 4)
    assert page.progress.words == "Question 3 of 4, saved 10:00"
    assert act(house.owner, moving.back).day == "2026-03-20"
    assert act(house.owner, account.account).draft.title == "Stop my service: not sent yet"


@pytest.mark.line("U13-14", "X-14")
def test_the_last_question_names_what_ends_and_when_and_that_the_final_bill_follows(house):
    page = _answer_all(house)
    assert page.asks
    assert page.ask_title == "Move from 12 Elm Street on Fri 20 Mar?"
    effects = [effect.text for effect in page.ask_effects]
    assert effects[0] == "Service at 12 Elm Street ends at the end of Fri 20 Mar."
    assert effects[1] == "Your final bill follows, to 7 Oak Lane, 60602 Riverside."
    assert page.seam == "2 days without power in your name at either home."


@pytest.mark.line("U13-14")
def test_sending_twice_gives_one_move(house):
    _answer_all(house)
    first, second = act(house.owner, moving.send), act(house.owner, moving.send)
    rows = stored(ServiceRequest)
    assert sorted(row.kind for row in rows) == ["start", "stop"]
    assert first.notice.reference == second.notice.reference == rows[0].reference
    (start,) = [row for row in rows if row.kind == "start"]
    assert (start.wanted_on, start.address) == (date(2026, 3, 23), "7 Oak Lane")


@pytest.mark.line("X-16")
@pytest.mark.parametrize(
    ("question", "given", "field"),
    [
        ("kind", {"kind": "explode"}, "kind"),
        ("stop", {"stop": "2026-01-01"}, "stop"),
        ("address", {"street": "Oak", "postcode": "60602"}, "street"),
        ("address", {"street": "7 Oak Lane", "postcode": ""}, "postcode"),
        ("power", {}, "power"),
        ("start", {"start": "2026-03-14"}, "start"),
        ("forwarding", {"forwarding_address": " "}, "forwarding_address"),
    ],
)
def test_a_wrong_answer_names_its_field_and_stays_on_its_question(house, question, given, field):
    act(house.owner, moving.begin)
    for name, answer in ANSWERS:
        if name == question:
            break
        act(house.owner, moving.answer, name, answer)
    with pytest.raises(Refusal) as no:
        act(house.owner, moving.answer, question, given)
    assert no.value.field == field
    assert act(house.owner, moving.begin).question == question


def test_a_late_answer_to_a_question_that_has_passed_changes_nothing(house):
    act(house.owner, moving.begin)
    act(house.owner, moving.answer, "kind", {"kind": "start"})
    assert act(house.owner, moving.answer, "kind", {"kind": "stop"}).kind == "start"


def test_a_draft_is_its_persons_and_never_a_request(house):
    page = _answer_all(house)
    with pytest.raises(NotYours):
        act(house.cast.stranger, moving.send)
    from portal_app.portals.energy.service import requests, staff_requests

    assert act(house.owner, requests.requests) == ()
    assert act(house.staff, staff_requests.requests_waiting) == ()
    with pytest.raises(NotYours):
        act(house.owner, requests.request, page.id)


def test_putting_the_form_away_leaves_nothing(house):
    _answer_all(house)
    act(house.owner, moving.drop)
    assert stored(ServiceRequest, col(ServiceRequest.state) == "draft") == []
    with pytest.raises(NotYours, match="Begin again"):
        act(house.owner, moving.back)


def test_nobody_with_one_place_is_asked_which():
    assert "premise" not in move_form.questions("stop", places=1)
    assert move_form.questions("transfer", places=3)[1] == "premise"
    assert move_form.questions("nonsense", places=1) == ("kind",)
    assert move_form.before("stop", "kind", places=1) == "kind"
    assert move_form.after("stop", "review", places=1) == "review"
