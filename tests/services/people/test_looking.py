"""View as: read-only, with a reason, for a while, written down, and never as one of the company's own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col

from portal_app.core.access import before_sign_in, check_open, unscoped
from portal_app.core.accounts import Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.errors import EnrolFirst, NotYours, OnlyLooking, ProveAgain, Refusal, SignedOut
from portal_app.core.trail import AuditEntry
from portal_app.registry import KINDS
from portal_app.services.adoption import service as adoption
from portal_app.services.adoption.perform import perform
from portal_app.services.adoption.tables import UseEvent
from portal_app.services.identity import service as identity
from portal_app.services.identity import sessions
from portal_app.services.identity.tables import SignIn
from portal_app.services.people import customers, joining, looking, members
from portal_app.services.tenancy import service as tenancy
from portal_app.shapes.people import PlaceForm
from tests.portals.conftest import do
from tests.services.people.conftest import cookie_of

pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("B-X19")]
WHY = "Case 4711: the bill does not open"
OPERATOR = KINDS[0].roles["operator"]


@pytest.fixture
def rosa(house):
    """The operator of the first company, signed in, in a demo, where no second step is owed."""
    with before_sign_in() as db:
        for company in db.exec(unscoped(Company)):
            company.demo = True
            db.add(company)
    return cookie_of(house.staff)


def _cookie(value):
    return f"portal_session={value}"


def _look(house, cookie, who=None, why=WHY):
    value, visitor = looking.begin(cookie, (who or house.owner).person_id, house.account.id, why)
    return _cookie(value), visitor


def _entries(action):
    with before_sign_in(reads_only=True) as db:
        return list(
            db.exec(unscoped(AuditEntry, col(AuditEntry.action) == action).order_by(col(AuditEntry.seq)))
        )


@pytest.mark.line("S-11")
def test_a_look_shows_what_the_customer_sees_under_a_fresh_cookie(house, rosa):
    before = identity.visitor_of(rosa)
    cookie, visitor = _look(house, rosa)
    assert identity.visitor_of(rosa) is None, "the value from before is dead"
    assert (visitor.person_id, visitor.account_id, visitor.staff) == (
        house.owner.person_id,
        house.account.id,
        False,
    )
    assert visitor.permissions == house.owner.permissions
    assert (visitor.viewed_by, visitor.viewer_name, visitor.viewing_why) == (before.person_id, "Sally", WHY)
    assert visitor.viewing_until == now() + timedelta(minutes=30)
    who = do(visitor, tenancy.who)
    assert (who.name, who.looker, who.looks_until) == ("Olive", "Sally", "10:30")
    assert identity.visitor_of(cookie) == visitor


def test_whoever_looks_changes_nothing_and_proves_nothing(house, rosa):
    _, visitor = _look(house, rosa)
    with pytest.raises(OnlyLooking):
        perform(visitor, members.change, "x", PlaceForm(role="viewer"))
    with pytest.raises(OnlyLooking):
        perform(visitor, tenancy.choose_simple, True)
    with pytest.raises(ProveAgain):
        do(visitor, lambda access: access.require_fresh())
    with pytest.raises(SignedOut):
        identity.switch_account(visitor, house.other_account.id)
    check_open(visitor, members.people)
    with before_sign_in(reads_only=True) as db:
        assert not db.get(Person, house.owner.person_id).simple


def test_every_page_and_every_read_is_written_down_with_the_reason(house, rosa):
    _, visitor = _look(house, rosa)
    perform(visitor, members.people)
    perform(visitor, looking.page_seen, "/energy/billing")
    (began,) = _entries("staff.look_began")
    assert (began.actor, began.about, began.account_id) == (
        visitor.viewed_by,
        visitor.person_id,
        house.account.id,
    )
    assert WHY in began.facts
    pages = _entries("staff.looked_at")
    assert [(entry.actor, entry.about) for entry in pages] == [(visitor.viewed_by, visitor.person_id)]
    assert "/energy/billing" in pages[0].facts
    assert WHY in pages[0].facts
    reads = _entries("staff.looked_as")
    assert {entry.actor for entry in reads} == {visitor.viewed_by}
    assert any("members.people" in entry.facts and WHY in entry.facts for entry in reads)


def test_a_customers_own_page_is_not_written_down_as_a_look(house):
    do(house.owner, looking.page_seen, "/energy")
    assert _entries("staff.looked_at") == []


def test_it_ends_by_a_tap_and_one_is_oneself_again(house, rosa):
    cookie, visitor = _look(house, rosa)
    value, oneself, account_id = looking.stop(cookie)
    assert identity.visitor_of(cookie) is None
    assert (oneself.person_id, oneself.staff, oneself.viewed_by) == (house.staff.person_id, True, "")
    assert account_id == house.account.id
    (ended,) = _entries("staff.look_ended")
    assert (ended.actor, ended.about) == (house.staff.person_id, house.owner.person_id)
    assert looking.stop(_cookie(value)) == ("", identity.visitor_of(_cookie(value)), "")
    assert visitor.viewed_by == house.staff.person_id


def test_it_ends_by_itself_after_half_an_hour_and_at_once_by_sign_out(house, rosa, clock):
    cookie, _ = _look(house, rosa)
    clock.move(minutes=29)
    assert identity.visitor_of(cookie).viewed_by
    sessions.settle()
    clock.move(minutes=1)
    oneself = identity.visitor_of(cookie)
    assert (oneself.viewed_by, oneself.staff) == ("", True)
    again, _ = _look(house, cookie)
    identity.sign_out(again)
    assert identity.visitor_of(again) is None
    with pytest.raises(SignedOut):
        looking.stop(again)


@pytest.mark.line("S-24")
@pytest.mark.parametrize("whose", ["staff", "owner"])
def test_a_change_of_either_persons_rights_ends_what_is_seen_at_the_next_event(house, rosa, whose):
    cookie, _ = _look(house, rosa)
    person = getattr(house, whose)
    with before_sign_in() as db:
        row = db.get(Person, person.person_id)
        row.standing = "suspended"
        db.add(row)
        for place in db.exec(unscoped(Member, col(Member.person_id) == person.person_id)):
            db.delete(place)
    from portal_app.core import live

    live.tell([f"person:{person.person_id}"])
    found = identity.visitor_of(cookie)
    assert found is None or not found.permissions


@pytest.mark.line("S-20")
def test_only_who_may_look_does_and_only_as_a_customer_of_the_company(house, rosa):
    at = (house.owner.person_id, house.account.id, WHY)
    for who in (house.owner, house.viewer, house.outsider):
        with pytest.raises(Refusal):
            looking.begin(cookie_of(who), *at)
    with pytest.raises(NotYours):
        looking.begin(cookie_of(house.other_staff), *at)
    with pytest.raises(SignedOut):
        looking.begin("", *at)
    for person_id, account_id in (
        (house.staff.person_id, house.account.id),
        (house.stranger.person_id, house.account.id),
        (house.outsider.person_id, house.outside_account.id),
        ("0" * 26, house.account.id),
    ):
        with pytest.raises(NotYours):
            looking.begin(rosa, person_id, account_id, WHY)
    assert identity.visitor_of(rosa).viewed_by == ""
    assert _entries("staff.look_began") == []


def test_a_look_needs_a_reason_and_is_not_begun_within_another(house, rosa):
    for why in ("", "   ", "so"):
        with pytest.raises(Refusal) as refused:
            _look(house, rosa, why=why)
        assert refused.value.field == "why"
    cookie, _ = _look(house, rosa)
    with pytest.raises(OnlyLooking):
        _look(house, cookie, house.viewer)
    with pytest.raises(joining.SignInFirst):
        joining.accept(cookie, "x", joining.steps.Where())


def test_whoever_owes_a_second_step_does_not_look(house):
    cookie = cookie_of(house.staff)
    with pytest.raises(EnrolFirst):
        _look(house, cookie)


def test_nobody_looks_as_somebody_suspended_or_gone(house, rosa):
    with before_sign_in() as db:
        vic = db.get(Person, house.viewer.person_id)
        vic.standing = "suspended"
        db.add(vic)
        place = db.exec(unscoped(Member, col(Member.person_id) == house.owner.person_id)).one()
        place.ends_at = now()
        db.add(place)
    with pytest.raises(Refusal, match="suspended"):
        _look(house, rosa, house.viewer)
    with pytest.raises(NotYours):
        _look(house, rosa)


def test_a_look_counts_as_no_visit_of_the_customer(house, rosa):
    _, visitor = _look(house, rosa)
    perform(visitor, members.people)
    adoption.record_page(visitor, "/energy")
    perform(house.owner, members.people)
    adoption.flush()
    with before_sign_in(reads_only=True) as db:
        signed = db.exec(unscoped(SignIn, col(SignIn.viewing_person_id) != "")).one()
    from tests.portals.energy.account.conftest import stored

    events = stored(UseEvent)
    assert [event.person_id for event in events] == [house.owner.person_id]
    assert signed.person_id == house.staff.person_id


def test_somebody_who_is_looked_at_keeps_their_accounts_to_themselves(house, rosa):
    with before_sign_in() as db:
        second = {"account_id": house.other_account.id, "person_id": house.owner.person_id}
        db.add(Member(company_id=house.company.id, role="owner", **second))
    _, visitor = _look(house, rosa)
    assert do(visitor, tenancy.accounts_to_switch) == []
    assert visitor.account_id == house.account.id


def test_the_company_sees_who_may_what_in_a_customers_account(house):
    rosa = replace(house.staff, permissions=OPERATOR)
    page = do(rosa, customers.of_account, house.account.id)
    assert [(row.name, row.detail) for row in page.people] == [("Olive", "Owner"), ("Vic", "Viewer")]
    assert page.people[0].more == "Never signed in"
    assert not page.people[0].can_end, "an operator suspends nobody"
    assert page.people[0].can_change
    with pytest.raises(NotYours):
        do(replace(house.other_staff, permissions=OPERATOR), customers.of_account, house.account.id)
    for who in house.customers:
        with pytest.raises(Refusal):
            do(who, customers.of_account, house.account.id)
