"""Who may do what in an account: seen, given, changed, ended; for those who may, and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for, before_sign_in, unscoped
from portal_app.core.accounts import Member
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.services.identity import service as identity
from portal_app.services.people import invitations, members, rules
from portal_app.services.tenancy import service as tenancy
from portal_app.services.tenancy.tables import Invitation
from portal_app.shapes.people import PlaceForm
from tests.portals.conftest import do
from tests.services.people.conftest import as_now, cookie_of, mails, place_of

pytestmark = pytest.mark.usefixtures("both_engines")
MONEY = PlaceForm(email="ann@books.example", role="owner", scopes=("money",))


def _place(house, who):
    return place_of(house.account.id, who.person_id)


def _acts(house):
    """Every use case of the page, each with what it needs."""
    place = _place(house, house.viewer).id
    do(house.owner, invitations.invite, MONEY)
    with acting_for(house.owner) as access:
        invitation = access.first(Invitation).id
    return [
        (members.people,),
        (members.form_of, place),
        (members.change, place, PlaceForm(role="viewer")),
        (members.ask_to_end, place),
        (members.end, place),
        (invitations.invite, replace(MONEY, email="new@books.example")),
        (invitations.resend, invitation),
        (invitations.ask_to_withdraw, invitation),
        (invitations.withdraw, invitation),
    ]


@pytest.mark.line("S-20", "B-X13")
def test_who_may_not_say_who_may_what_is_refused_and_nothing_moves(house):
    acts = _acts(house)
    before = len(mails())
    without = replace(house.owner, permissions=house.owner.permissions - {"people.invite", "people.places"})
    for who in (house.viewer, without):
        for use_case, *more in acts:
            with pytest.raises(Refusal, match="does not allow"):
                do(who, use_case, *more)
    assert _place(house, house.viewer).role == "viewer"
    assert len(mails()) == before


@pytest.mark.line("S-20", "S-21")
def test_places_and_invitations_of_another_account_are_not_found(house):
    for use_case, *more in _acts(house):
        if len(more) == 0 or not isinstance(more[0], str):
            continue
        for who in house.not_theirs:
            with pytest.raises(NotYours):
                do(who, use_case, *more)
    assert _place(house, house.viewer) is not None


def test_the_page_shows_people_in_words_with_what_can_be_done(house):
    do(house.owner, members.change, _place(house, house.viewer).id, PlaceForm(
        role="member", scopes=("money", "work"), sees="own", ends="day", day="2026-12-31", proxy=True,
        reason="travels  until winter",
    ))  # fmt: skip
    page = do(house.owner, members.people)
    olive, vic = page.people
    assert (olive.name, olive.badge.text, olive.can_change) == ("Olive", "You", False)
    assert vic.detail == "Member: bills and payments and requests and tasks only. Sees only what is their own"
    assert vic.more == "Acts on behalf of the account: travels until winter. Until Thu 31 Dec 2026"
    assert (vic.can_change, vic.can_end) == (True, True)
    assert [role.value for role in page.roles] == ["owner", "member", "viewer"]
    assert "2 people" in page.meaning


@pytest.mark.line("S-24", "B-X13")
def test_a_change_counts_from_the_very_next_event(house):
    cookie = cookie_of(house.viewer)
    assert "bill.pay" not in as_now(cookie).permissions
    place = _place(house, house.viewer)
    do(house.owner, members.change, place.id, PlaceForm(role="owner", scopes=("money",)))
    changed = identity.visitor_of(cookie)
    assert changed.permissions >= {"bill.pay", "bill.see", "usage.see"}
    assert not changed.permissions & {"service.request", "data.export", "people.places"}
    do(house.owner, members.end, place.id)
    over = identity.visitor_of(cookie)
    assert (over.permissions, over.accounts) == (frozenset(), frozenset())


@pytest.mark.line("S-24", "S-26")
def test_a_place_ends_by_itself_on_its_day(house, clock):
    cookie = cookie_of(house.viewer)
    place = _place(house, house.viewer)
    do(house.owner, members.change, place.id, PlaceForm(role="member", ends="day", day="2026-03-10"))
    assert identity.visitor_of(cookie).account_id == house.account.id
    clock.move(hours=14)
    cookie = cookie_of(house.viewer)
    assert identity.visitor_of(cookie).accounts == frozenset()
    assert "Ended" in do(house.owner, members.people).people[1].more


def test_what_is_remembered_of_a_place_is_forgotten_when_it_ends(house, clock):
    with before_sign_in() as db:
        place = db.exec(unscoped(Member, col(Member.person_id) == house.viewer.person_id)).one()
        place.ends_at = now() + timedelta(seconds=2)
        db.add(place)
    cookie = cookie_of(house.viewer)
    assert identity.visitor_of(cookie).accounts
    clock.move(seconds=2)
    assert not identity.visitor_of(cookie).accounts


def test_the_last_owner_stays(house):
    mine = _place(house, house.owner).id
    with pytest.raises(Refusal, match="needs an owner"):
        do(house.owner, members.end, mine)
    vic = _place(house, house.viewer).id
    for form in (
        PlaceForm(role="owner", scopes=("money", "people")),
        PlaceForm(role="owner", ends="day", day="2027-01-01"),
        PlaceForm(role="owner", proxy=True, reason="helps"),
    ):
        do(house.owner, members.change, vic, form)
        with pytest.raises(Refusal, match="needs an owner"):
            do(house.owner, members.end, mine)
    do(house.owner, members.change, vic, PlaceForm(role="owner"))
    do(house.owner, members.end, mine)
    assert _place(house, house.owner) is None
    second = replace(house.viewer, role="owner", permissions=house.owner.permissions)
    with pytest.raises(Refusal, match="needs an owner"):
        do(second, members.end, vic)


def test_a_suspended_owner_does_not_count_as_one(house):
    do(house.owner, members.change, _place(house, house.viewer).id, PlaceForm(role="owner"))
    clerk = replace(house.staff, permissions=house.staff.permissions | {"people.standing"})
    with acting_for(clerk) as access:
        tenancy.set_standing(access, house.viewer.person_id, "suspended")
    with pytest.raises(Refusal, match="needs an owner"):
        do(house.owner, members.end, _place(house, house.owner).id)


def test_nobody_changes_their_own_place_or_a_wider_one(house):
    with pytest.raises(Refusal, match="your own place"):
        do(house.owner, members.change, _place(house, house.owner).id, PlaceForm(role="viewer"))
    narrowed = house.owner.permissions - {"service.request", "data.export", "data.share"}
    second = replace(house.viewer, role="owner", permissions=narrowed)
    with pytest.raises(Refusal, match="allows more than yours"):
        do(second, members.end, _place(house, house.owner).id)
    with pytest.raises(Refusal, match="allows more than yours"):
        do(second, members.change, _place(house, house.owner).id, PlaceForm(role="viewer"))


@pytest.mark.line("B-X13", "S-25")
@pytest.mark.parametrize(
    ("giver", "form", "field"),
    [
        ({"permissions": frozenset({"people.invite", "people.places", "bill.see"})}, MONEY, "role"),
        ({"sees": frozenset()}, MONEY, "sees"),
        ({"place_ends_at": timedelta(days=3)}, MONEY, "day"),
        ({}, replace(MONEY, email="ann"), "email"),
        ({}, replace(MONEY, role="operator"), "role"),
        ({}, replace(MONEY, role="administrator"), "role"),
        ({}, replace(MONEY, scopes=("staff",)), "scopes"),
        ({}, replace(MONEY, sees="chosen"), "sees"),
        ({}, replace(MONEY, sees="chosen", persons=("0" * 26,)), "sees"),
        ({}, replace(MONEY, ends="day", day="2026-03-01"), "day"),
        ({}, replace(MONEY, proxy=True), "reason"),
        ({}, replace(MONEY, goes_to="//evil.example"), "goes_to"),
        ({}, replace(MONEY, email="vic@energy-one.example"), "email"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_beside_its_field(house, giver, form, field):
    values = dict(giver)
    if "place_ends_at" in values:
        values["place_ends_at"] = now() + values["place_ends_at"]
    with pytest.raises(Refusal) as refused:
        do(replace(house.owner, **values), invitations.invite, form)
    assert refused.value.field == field
    assert mails() == []


@pytest.mark.line("S-25", "S-26", "B-X4")
def test_a_proxy_grant_says_for_whom_why_and_until_when_and_is_written_down(house):
    form = PlaceForm(
        email="dan@family.example", role="member", scopes=("money",), sees="chosen",
        persons=(house.owner.person_id,), ends="age", day="2010-05-04", proxy=True, reason="her son",
    )  # fmt: skip
    do(house.owner, invitations.invite, form)
    row = do(house.owner, members.people).invited[0]
    assert row.detail == "Member: bills and payments only. Sees what is their own and of Olive"
    assert row.more == "Acts on behalf of Olive: her son. Until Wed 3 May 2028"
    with before_sign_in(reads_only=True) as db:
        entry = db.exec(unscoped(AuditEntry, col(AuditEntry.action) == "people.invited")).one()
    assert entry.actor == house.owner.person_id
    assert '"reason": "her son"' in entry.facts
    assert "2028-05-04" in entry.facts


def test_a_second_invitation_replaces_the_first_and_both_show_in_the_mail(house):
    do(house.owner, invitations.invite, MONEY)
    do(house.owner, invitations.invite, replace(MONEY, role="viewer", scopes=()))
    first, second = mails()
    assert first["to"] == second["to"] == "ann@books.example"
    assert "/join?token=" in second["link"]
    assert first["link"] != second["link"]
    assert "Olive invites you" in second["subject"]
    (row,) = do(house.owner, members.people).invited
    assert row.detail == "Viewer"


def test_the_last_owner_is_offered_no_leaving_and_reads_what_must_come_first(house):
    olive, vic = do(house.owner, members.people).people
    assert (olive.can_end, olive.note) == (False, members.YOU_STAY)
    assert (vic.can_end, vic.note) == (True, "")
    with pytest.raises(Refusal, match="needs an owner"):
        do(house.owner, members.end, olive.id)
    do(house.owner, members.change, vic.id, PlaceForm(role="owner", ends="day", day="2026-12-31"))
    assert not do(house.owner, members.people).people[0].can_end, "an owner with an end does not stay"
    do(house.owner, members.change, vic.id, PlaceForm(role="owner"))
    assert [(row.can_end, row.note) for row in do(house.owner, members.people).people] == [(True, "")] * 2


def test_leaving_asks_once_and_ends_ones_own_place(house):
    do(house.owner, members.change, _place(house, house.viewer).id, PlaceForm(role="owner"))
    mine = _place(house, house.owner).id
    asked = do(house.owner, members.ask_to_end, mine)
    assert asked.title == "Leave 12 Elm Street?"
    other = do(house.owner, members.ask_to_end, _place(house, house.viewer).id)
    assert (other.title, other.act) == ("End the place of Vic in 12 Elm Street?", "End the place of Vic")
    assert len(other.effects) == 3
    said = do(house.owner, members.end, mine)
    assert said.title == "You have left 12 Elm Street"


def test_the_form_to_change_a_place_begins_as_it_stands(house):
    vic = _place(house, house.viewer).id
    form = PlaceForm(
        role="member", scopes=("money",), sees="chosen", persons=(house.owner.person_id,), ends="day",
        day="2026-11-30", proxy=True, reason="helps",
    )  # fmt: skip
    do(house.owner, members.change, vic, form)
    assert do(house.owner, members.form_of, vic) == replace(form, email="Vic, vic@energy-one.example")


def test_at_most_fifty_invitations_wait(house, monkeypatch):
    monkeypatch.setattr(rules, "MOST_WAITING", 2)
    for name in ("a", "b"):
        do(house.owner, invitations.invite, replace(MONEY, email=f"{name}@x.example"))
    with pytest.raises(Refusal, match="wait already"):
        do(house.owner, invitations.invite, replace(MONEY, email="c@x.example"))


@pytest.mark.line("B-X14")
def test_a_proxys_acts_carry_for_whom_they_are(house):
    with before_sign_in() as db:
        place = db.exec(unscoped(Member, col(Member.person_id) == house.viewer.person_id)).one()
        place.proxy, place.role, place.sees = True, "owner", house.owner.person_id
        db.add(place)
    cookie = cookie_of(house.viewer)
    visitor = as_now(cookie)
    assert visitor.on_behalf == "Olive"
    with acting_for(visitor) as access:
        access.note("bill.pay", "bill:x")
    with before_sign_in() as db:
        entry = db.exec(unscoped(AuditEntry, col(AuditEntry.action) == "bill.pay")).one()
        assert (entry.actor, entry.on_behalf) == (visitor.person_id, house.owner.person_id)
        place = db.exec(unscoped(Member, col(Member.person_id) == house.viewer.person_id)).one()
        place.sees = ""
        db.add(place)
    acting = as_now(cookie)
    assert (acting.on_behalf, acting.on_behalf_ids) == ("12 Elm Street", place.account_id)
