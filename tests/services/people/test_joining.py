"""Taking up an invitation: by somebody new, by somebody known; and every link that lets nobody in."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.errors import EnrolFirst, NotYours, Refusal, TooMany
from portal_app.core.trail import AuditEntry
from portal_app.services.identity import service as identity
from portal_app.services.identity import steps
from portal_app.services.identity.tables import SignIn
from portal_app.services.people import invitations, joining, members, staff
from portal_app.services.people.joining import SignInFirst, StaleLink
from portal_app.services.tenancy.tables import Invitation
from portal_app.shapes.people import PlaceForm
from tests.portals.conftest import do
from tests.services.people.conftest import as_now, cookie_of, mails, person_called, place_of, token

pytestmark = pytest.mark.usefixtures("both_engines")
HERE = steps.Where("192.0.2.9", "Firefox on Android")
ANN = PlaceForm(email="ann@books.example", role="owner", scopes=("money",), goes_to="/billing")
PASSWORD = "seven quiet otters"


@pytest.fixture
def link(house):
    """The token in the mail that invites Ann to the owner's account, for its bills."""
    do(house.owner, invitations.invite, ANN)
    return token()


def _stored(table, *where):
    with before_sign_in(reads_only=True) as db:
        return list(db.exec(unscoped(table, *where)))


@pytest.mark.line("X-30", "B-X2", "B-X13")
def test_somebody_new_is_in_with_their_place_and_begins_where_the_invitation_leads(house, link):
    page = joining.look(link, "")
    assert (page.state, page.inviter, page.email) == ("new", "Olive", "ann@books.example")
    assert page.what == "to the account 12 Elm Street at First Energy"
    assert page.facts == ("Owner: bills and payments only",)
    joined = joining.join(link, " Ann  Ames ", "", HERE)
    assert joined.new
    assert joined.goes_to == "/energy/billing"
    assert joined.visitor.account_id == house.account.id
    assert joined.visitor.permissions >= {"bill.pay", "bill.see"}
    assert not joined.visitor.permissions & {"service.request", "people.places", "data.share"}
    ann = person_called("ann@books.example")
    assert (ann.name, ann.password_hash, ann.email_proved_at) == ("Ann Ames", "", now())
    place = place_of(house.account.id, ann.id)
    assert (place.role, place.scopes, place.given_by) == ("owner", "money", house.owner.person_id)
    (entry,) = _stored(AuditEntry, col(AuditEntry.action) == "people.joined")
    assert (entry.actor, entry.account_id) == (ann.id, house.account.id)


def test_a_password_chosen_on_joining_signs_them_in_later(house, link):
    joining.join(link, "Ann Ames", PASSWORD, HERE)
    found = identity.sign_in("ann@books.example", PASSWORD, None, "192.0.2.9", "Firefox")
    assert found.visitor.account_id == house.account.id


@pytest.mark.parametrize(
    ("name", "password", "field"),
    [
        ("", PASSWORD, "name"),
        ("Ann", "short", "password"),
        ("Ann", "password1234", "password"),
        ("x" * 121, "", "name"),
    ],
)
def test_a_name_or_password_that_cannot_be_leaves_the_link_good(house, link, name, password, field):
    with pytest.raises(Refusal) as refused:
        joining.join(link, name, password, HERE)
    assert refused.value.field == field
    assert person_called("ann@books.example") is None
    assert joining.look(link, "").state == "new"


def _used(house, link):
    joining.join(link, "Ann Ames", "", HERE)


def _withdrawn(house, link):
    (row,) = _stored(Invitation)
    do(house.owner, invitations.withdraw, row.id)


def _sent_again(house, link):
    (row,) = _stored(Invitation)
    do(house.owner, invitations.resend, row.id)


def _inviter_gone(house, link):
    do(
        house.owner,
        members.change,
        place_of(house.account.id, house.viewer.person_id).id,
        PlaceForm(role="owner"),
    )
    do(house.owner, members.end, place_of(house.account.id, house.owner.person_id).id)


def _inviter_suspended(house, link):
    with before_sign_in() as db:
        olive = db.get(Person, house.owner.person_id)
        olive.standing = "suspended"
        db.add(olive)


def _inviter_may_less(house, link):
    with before_sign_in() as db:
        place = db.exec(unscoped(Member, col(Member.person_id) == house.owner.person_id)).one()
        place.scopes = "people"
        db.add(place)


@pytest.mark.line("S-07", "S-20", "B-X2")
@pytest.mark.parametrize(
    "spoilt", [_used, _withdrawn, _sent_again, _inviter_gone, _inviter_suspended, _inviter_may_less]
)
def test_a_link_that_is_spoilt_lets_nobody_in_and_says_the_same(house, link, spoilt):
    spoilt(house, link)
    places = len(_stored(Member))
    assert joining.look(link, "").state == "stale"
    with pytest.raises(StaleLink) as refused:
        joining.join(link, "Mallory", "", HERE)
    with pytest.raises(StaleLink) as wrong:
        joining.join("x" * 43, "Mallory", "", HERE)
    assert refused.value.sentence == wrong.value.sentence
    assert len(_stored(Member)) == places


@pytest.mark.line("S-07")
def test_a_link_ends_after_a_week_and_can_be_sent_again(house, link, clock):
    clock.move(days=7, seconds=1)
    assert joining.look(link, "").state == "stale"
    assert do(house.owner, members.people).invited[0].badge.text == "Link is over"
    (row,) = _stored(Invitation)
    do(house.owner, invitations.resend, row.id)
    assert joining.look(token(), "").state == "new"
    joining.join(token(), "Ann", "", HERE)


@pytest.mark.line("S-03")
def test_guessed_links_are_slowed_down(house):
    for _ in range(8):
        with pytest.raises(StaleLink):
            joining.join("y" * 43, "Mallory", "", HERE)
    with pytest.raises(TooMany):
        joining.join("y" * 43, "Mallory", "", HERE)


def test_a_link_works_once_however_often_it_is_sent(house, link):
    joining.join(link, "Ann Ames", "", HERE)
    with pytest.raises(StaleLink):
        joining.join(link, "Ann Ames", "", HERE)
    assert len(_stored(Person, col(Person.email) == "ann@books.example")) == 1


def _stella(house):
    """An invitation of the stranger, who has a sign-in and an account of their own here."""
    do(house.owner, invitations.invite, replace(ANN, email=house.stranger.email))
    return token()


@pytest.mark.line("S-11", "S-24", "X-30")
def test_somebody_known_signs_in_and_accepts_and_goes_on_in_that_account(house):
    link = _stella(house)
    assert joining.look(link, "").state == "known"
    with pytest.raises(SignInFirst):
        joining.join(link, "Stella", "", HERE)
    cookie = cookie_of(house.stranger)
    page = joining.look("", cookie)
    assert (page.state, page.signed_in) == ("ready", "Stella")
    assert joining.look(link, cookie).state == "ready"
    joined = joining.accept(cookie, page.id, HERE)
    assert (joined.visitor.account_id, joined.goes_to) == (house.account.id, "/energy/billing")
    assert identity.visitor_of(cookie) is None, "a fresh cookie value, the old one dead"
    place = place_of(house.account.id, house.stranger.person_id)
    assert (place.role, place.scopes) == ("owner", "money")
    assert joining.look(link, "").state == "stale"
    with pytest.raises(StaleLink):
        joining.accept(f"portal_session={joined.value}", page.id, HERE)


@pytest.mark.line("S-20", "S-21")
def test_an_invitation_is_accepted_by_whom_it_was_sent_to_and_nobody_else(house):
    _stella(house)
    (row,) = _stored(Invitation)
    for who in (house.viewer, house.owner, house.outsider, house.staff, house.other_staff):
        cookie = cookie_of(who)
        assert joining.look("", cookie).state == "stale"
        with pytest.raises((StaleLink, EnrolFirst)):
            joining.accept(cookie, row.id, HERE)
    for nobody in ("", "portal_session=" + "z" * 43):
        with pytest.raises(SignInFirst):
            joining.accept(nobody, row.id, HERE)
    assert place_of(house.account.id, house.stranger.person_id) is None


def test_somebody_else_who_is_signed_in_is_asked_to_sign_out(house, link):
    page = joining.look(link, cookie_of(house.viewer))
    assert (page.state, page.signed_in) == ("other", "Vic")


def test_a_place_that_has_ended_is_given_anew(house, clock):
    vic = place_of(house.account.id, house.viewer.person_id)
    do(house.owner, members.change, vic.id, PlaceForm(role="member", ends="day", day="2026-03-10"))
    clock.move(days=1)
    do(house.owner, members.end, vic.id)
    do(house.owner, invitations.invite, replace(ANN, email=house.viewer.email, scopes=()))
    cookie = cookie_of(house.viewer)
    joining.accept(cookie, joining.look("", cookie).id, HERE)
    place = place_of(house.account.id, house.viewer.person_id)
    assert (place.role, place.ends_at) == ("owner", None)


def test_a_place_that_is_over_before_it_is_taken_up_is_none(house, clock):
    do(house.owner, invitations.invite, replace(ANN, ends="day", day="2026-03-11"))
    link = token()
    clock.move(days=2)
    assert joining.look(link, "").state == "stale"


def test_where_a_second_step_is_asked_of_everybody_the_newcomer_sets_one_up_first(house):
    with before_sign_in() as db:
        company = db.get(Company, house.company.id)
        company.second_factor = "everybody"
        db.add(company)
    do(house.owner, invitations.invite, ANN)
    joined = joining.join(token(), "Ann", "", HERE)
    assert joined.visitor.must_enrol
    (signed,) = _stored(SignIn, col(SignIn.how) == "invite")
    assert (signed.must_enrol, signed.address) == (True, HERE.address)


@pytest.mark.line("S-20", "S-24")
def test_a_colleague_joins_as_what_they_were_invited_to_be(house):
    boss = replace(house.staff, role="administrator", permissions=_rights("administrator"))
    do(boss, staff.invite, "pia@first.example", "operator")
    page = joining.look(token(), "")
    assert (page.state, page.staff, page.what) == ("new", True, "to work at First Energy as operator")
    joined = joining.join(token(), "Pia Post", PASSWORD, HERE)
    assert (joined.visitor.staff, joined.visitor.role, joined.goes_to) == (True, "operator", "/staff/energy")
    assert person_called("pia@first.example").staff_role == "operator"
    assert "Sally invites you to work" in mails()[-1]["before"][0]


def _rights(role):
    from portal_app.registry import KINDS

    return KINDS[0].roles[role]


def test_an_invitation_of_another_company_does_not_meet_a_namesake(house):
    """The same address may be known to two companies; an invitation is of one of them."""
    do(house.owner, invitations.invite, replace(ANN, email=house.outsider.email))
    link = token()
    assert joining.look(link, "").state == "new"
    assert joining.look("", cookie_of(house.outsider)).state == "stale"
    joined = joining.join(link, "Otto Again", "", HERE)
    assert joined.visitor.company_id == house.company.id
    assert as_now(f"portal_session={joined.value}").account_id == house.account.id
    assert (now() - joined.visitor.proved_at) < timedelta(minutes=1)
    with pytest.raises(NotYours):
        do(house.outsider, invitations.withdraw, _stored(Invitation)[0].id)
