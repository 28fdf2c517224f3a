"""Whose things of an account come into view: everybody's, one's own, or those of persons chosen (B-X4)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for
from portal_app.core.accounts import Member
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.portals.energy.portal import KIND
from portal_app.portals.energy.service import account as account_page
from portal_app.portals.energy.service import outages, readings_sent, requests, sharing
from portal_app.portals.energy.tables import (
    DataConsent,
    Outage,
    OutageReport,
    OutageWatch,
    RequestStep,
    SelfRead,
    ServiceRequest,
)
from portal_app.services.billing import reading
from portal_app.services.identity.rules import narrowed
from portal_app.services.notifications import rules as notification_rules
from portal_app.services.notifications import service as notifications
from portal_app.services.notifications.tables import News
from portal_app.services.people import members
from tests.portals.energy.account.conftest import act, jobs, run_jobs, stored

pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("B-X4")]
STOP = date(2026, 3, 20)


def sees(visitor, *persons):
    """The same person, to whom only their own and these persons' things come into view."""
    return replace(visitor, sees=frozenset({visitor.person_id, *(each.person_id for each in persons)}))


@pytest.fixture
def second(house):
    """Somebody else of the owner's account, with an owner's rights."""
    return replace(house.cast.viewer, permissions=house.owner.permissions)


def _request(house, who):
    return act(who, requests.ask_stop, house.home.id, STOP, "Box 4, Riverside").request_id


def _reading(house, who):
    act(who, readings_sent.send_reading, house.gas.id, "04410")
    return stored(SelfRead)[-1].id


def _report(house, who):
    act(who, outages.report_outage, house.home.id)
    return stored(OutageReport)[-1].id


def _watch(house, who):
    act(who, outages.watch, house.home.id, True)
    return stored(OutageWatch)[-1].id


def _consent(house, who):
    act(who, sharing.give, "Solar Planner", "electricity", "2026-12-01")
    return stored(DataConsent)[-1].id


def _step(house, who):
    request_id = _request(house, who)
    return stored(RequestStep, col(RequestStep.request_id) == request_id)[-1].id


def _news(house, who):
    _request(house, who)
    run_jobs(house.owner.company_id, "energy.request.tell")
    return stored(News)[-1].id


KINDS = {
    ServiceRequest: _request,
    RequestStep: _step,
    SelfRead: _reading,
    OutageReport: _report,
    OutageWatch: _watch,
    DataConsent: _consent,
    News: _news,
}


@pytest.mark.parametrize("table", KINDS, ids=lambda table: table.__name__)
def test_what_another_person_did_shows_only_to_who_may_see_theirs(house, second, table):
    row_id = KINDS[table](house, house.owner)
    for who in (house.owner, sees(house.owner), second, sees(second, house.owner)):
        with acting_for(who) as access:
            assert access.get(table, row_id).id == row_id
    for who in (sees(second), house.cast.stranger, house.cast.outsider):
        with pytest.raises(NotYours), acting_for(who) as access:
            access.get(table, row_id)
        with acting_for(who) as access:
            assert row_id not in [row.id for row in access.all(table)]
            changed = access.update(table, col(table.id) == row_id, made_at=now())
            assert changed == 0


@pytest.mark.parametrize("table", KINDS, ids=lambda table: table.__name__)
def test_what_the_company_adds_is_the_accounts_own(house, second, table):
    assert table.shown_by in table.model_fields
    with acting_for(house.staff) as access:
        assert access._by(table) == {}
    with acting_for(second) as access:
        assert access._by(table) == {table.shown_by: second.person_id}


def test_a_request_of_somebody_else_is_not_found_and_not_listed(house, second):
    request_id = _request(house, house.owner)
    own = sees(second)
    assert act(own, requests.requests) == ()
    assert act(own, account_page.account).requests == ()
    for use_case, *more in ((requests.request,), (requests.reschedule, STOP)):
        with pytest.raises(NotYours):
            act(own, use_case, request_id, *more)
    assert [row.id for row in act(house.owner, requests.requests)] == [request_id]


def test_one_stop_an_address_holds_for_the_whole_account(house, second):
    _request(house, house.owner)
    with pytest.raises(Refusal, match="Somebody else of your account") as refused:
        _request(house, sees(second))
    (row,) = stored(ServiceRequest)
    assert row.reference not in refused.value.sentence


def test_a_reading_nobody_may_see_still_bounds_the_next_one(house, second, clock):
    _reading(house, house.owner)
    clock.move(days=30)
    own = sees(second)
    assert "Somebody else sent the last reading" in act(own, readings_sent.page, house.gas.id).meaning
    assert act(own, readings_sent.page, house.gas.id).sent == ()
    with pytest.raises(Refusal):
        act(own, readings_sent.send_reading, house.gas.id, "04000")
    act(own, readings_sent.send_reading, house.gas.id, "04420")
    assert [row.person_id for row in stored(SelfRead, order=col(SelfRead.read_on))] == [
        house.owner.person_id,
        second.person_id,
    ]


def test_an_outage_that_somebody_else_reported_is_one_outage_and_shows(house, second):
    first = act(house.owner, outages.report_outage, house.home.id)
    again = act(sees(second), outages.report_outage, house.home.id)
    assert first.reference == again.reference
    assert len(stored(Outage)) == len(stored(OutageReport)) == 1
    assert act(sees(second), outages.page, house.home.id).active


def test_news_and_mail_of_a_persons_request_go_to_who_sees_it(house, second):
    with acting_for(house.staff) as access:
        for place in access.all(Member, col(Member.person_id) == second.person_id):
            access.change(place, sees="own")
    _request(house, house.owner)
    run_jobs(house.owner.company_id, "energy.request.tell")
    mailed = {payload["to"] for payload in jobs("mail.send")}
    assert mailed == {house.owner.email}
    assert act(sees(second), notifications.since) == []
    assert act(sees(second), notifications.unseen) == 0
    assert len(act(house.owner, notifications.since)) == 1


def test_a_place_that_has_ended_is_told_nothing(house, second):
    with acting_for(house.staff) as access:
        for place in access.all(Member, col(Member.person_id) == second.person_id):
            access.change(place, ends_at=now() - timedelta(minutes=1))
    _request(house, house.owner)
    run_jobs(house.owner.company_id, "energy.request.tell")
    assert {payload["to"] for payload in jobs("mail.send")} == {house.owner.email}


@pytest.mark.parametrize(
    ("place", "whose", "hears"),
    [
        ({}, "", True),
        ({}, "b", True),
        ({"sees": "own"}, "", True),
        ({"sees": "own"}, "a", True),
        ({"sees": "own"}, "b", False),
        ({"sees": "b,c"}, "b", True),
        ({"sees": "b,c"}, "d", False),
        ({"ends_at": timedelta(0)}, "", False),
        ({"ends_at": timedelta(seconds=1)}, "", True),
    ],
)
def test_who_hears_of_what(place, whose, hears, clock):
    values = dict(place)
    if "ends_at" in values:
        values["ends_at"] = now() + values["ends_at"]
    member = Member(company_id="x", account_id="y", person_id="a", **values)
    assert notification_rules.hears_of(member, whose, now()) is hears


@pytest.mark.line("B-X14")
def test_a_request_says_who_asked_for_whom_and_by_which_way(house, second):
    proxy = replace(second, name="Dan", on_behalf="Olive")
    request_id = _request(house, proxy)
    page = act(house.owner, requests.request, request_id)
    assert ("Asked for by", "Dan for Olive, on the portal") in [(row.title, row.end) for row in page.facts]
    assert any("Dan for Olive" in row.more for row in page.happened)
    entry = stored(AuditEntry, col(AuditEntry.action) == "request.moved", order=col(AuditEntry.seq))[0]
    assert (entry.actor, entry.on_behalf) == (second.person_id, "Olive")


@pytest.mark.line("B-X13")
@pytest.mark.parametrize(
    ("scopes", "may", "may_not"),
    [
        ("money", {"bill.pay", "autopay.change"}, ("stop", "reading", "share", "people")),
        ("documents", {"data.export"}, ("stop", "reading", "people")),
        ("work", {"service.request"}, ("share", "people")),
        ("people", {"people.invite"}, ("stop", "reading", "share")),
        ("money,work", {"bill.pay", "service.request"}, ("share", "people")),
    ],
)
def test_a_place_narrowed_to_some_scopes_does_theirs_and_is_refused_the_rest(house, scopes, may, may_not):
    rights = narrowed(KIND.roles["owner"], scopes, KIND.scopes)
    person = replace(house.owner, permissions=rights)
    acts = {
        "stop": lambda: _request(house, person),
        "reading": lambda: _reading(house, person),
        "share": lambda: _consent(house, person),
        "people": lambda: act(person, members.people),
    }
    assert rights >= may | {"usage.see", "outage.see"}
    for name in may_not:
        with pytest.raises(Refusal, match="does not allow"):
            acts[name]()
    for name in acts.keys() - set(may_not) - {"people"}:
        acts[name]()
    rows = {table: len(stored(table)) for table in (ServiceRequest, SelfRead, DataConsent)}
    assert rows == {
        ServiceRequest: int("stop" not in may_not),
        SelfRead: int("reading" not in may_not),
        DataConsent: int("share" not in may_not),
    }
    shown = {row.link_to for row in act(person, account_page.account).tasks}
    assert ("/energy/account/move" in shown) == ("service.request" in rights)


@pytest.mark.line("B-X13")
def test_a_place_for_money_only_is_not_refused_what_is_about_bills(house):
    rights = narrowed(KIND.roles["owner"], "money", KIND.scopes)
    person = replace(house.owner, permissions=rights)
    assert act(person, reading.payments) == []
    with pytest.raises(Refusal, match="does not allow"):
        act(replace(person, permissions=narrowed(KIND.roles["owner"], "work", KIND.scopes)), reading.payments)
