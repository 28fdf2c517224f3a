"""The company's own people: seen, invited, changed, suspended; by an administrator and nobody else."""

from dataclasses import replace

import pytest
from sqlmodel import col

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Person
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from portal_app.services.identity.tables import Authenticator
from portal_app.services.people import customers, invitations, joining, members, staff
from portal_app.services.tenancy.tables import Invitation, StaffInvitation
from portal_app.shapes.people import PlaceForm
from tests.portals.conftest import do
from tests.services.people.conftest import cookie_of, mails, token

pytestmark = pytest.mark.usefixtures("both_engines")
RIGHTS = KINDS[0].roles


def _hired(house, name, role):
    """One more of the first company's own people."""
    with before_sign_in() as db:
        row = Person(
            company_id=house.company.id, email=f"{name.lower()}@first.example", name=name, staff_role=role
        )
        db.add(row)
        db.flush()
        return replace(
            house.staff, person_id=row.id, name=name, email=row.email, role=role, permissions=RIGHTS[role]
        )


@pytest.fixture
def boss(house):
    """An administrator of the first company."""
    return _hired(house, "Ada", "administrator")


def _staff_role(person_id):
    with before_sign_in(reads_only=True) as db:
        return db.get(Person, person_id).staff_role


@pytest.mark.line("S-20", "S-25")
def test_everything_about_colleagues_and_customers_is_for_who_may_and_for_their_company(house, boss):
    do(house.owner, invitations.invite, PlaceForm(email="x@y.example", role="viewer"))
    do(boss, staff.invite, "pia@first.example", "operator")
    with before_sign_in(reads_only=True) as db:
        invited, hired = db.exec(unscoped(Invitation)).one(), db.exec(unscoped(StaffInvitation)).one()
    sally, olive = house.staff.person_id, house.owner.person_id
    acts = [
        (staff.staff,),
        (staff.invite, "new@first.example", "operator"),
        (staff.role_of, sally),
        (staff.change_role, sally, "administrator"),
        (staff.ask_standing, sally),
        (staff.toggle_standing, sally),
        (staff.end_sessions, sally),
        (staff.resend, hired.id),
        (staff.ask_to_withdraw, hired.id),
        (staff.withdraw, hired.id),
        (customers.of_account, house.account.id),
        (customers.ask_standing, olive),
        (customers.toggle_standing, olive),
        (customers.end_sessions, olive),
        (customers.resend, invited.id),
    ]
    sent = len(mails())
    for who in house.customers:
        for use_case, *more in acts:
            with pytest.raises(Refusal):
                do(who, use_case, *more)
    operator = replace(house.staff, permissions=RIGHTS["operator"])
    for use_case, *more in acts:
        if use_case is not customers.of_account:
            with pytest.raises(Refusal):
                do(operator, use_case, *more)
    foreign = replace(house.other_staff, permissions=RIGHTS["administrator"])
    for use_case, *more in acts:
        if more and use_case is not staff.invite:
            with pytest.raises(NotYours):
                do(foreign, use_case, *more)
    assert _staff_role(sally) == house.staff.role
    assert len(mails()) == sent


def test_the_page_says_role_second_step_and_last_visit(house, boss):
    cookie_of(house.staff)
    with before_sign_in() as db:
        moment = {"confirmed_at": house.company.launched_at}
        db.add(
            Authenticator(company_id=house.company.id, person_id=house.staff.person_id, secret="s", **moment)
        )
    do(boss, staff.invite, "pia@first.example", "operator")
    page = do(boss, staff.staff)
    ada, sally = page.people
    assert (ada.badge.text, ada.can_change, ada.can_end) == ("You", False, False)
    assert ada.detail == "Administrator, no second step"
    assert sally.detail.endswith("second step set up")
    assert (ada.more, sally.more) == ("Never signed in", "Last here today 10:00")
    assert [row.name for row in page.invited] == ["pia@first.example"]
    assert [role.value for role in page.roles] == ["operator", "administrator"]
    assert page.meaning == "2 people work here."


@pytest.mark.line("S-24")
def test_a_colleagues_new_role_counts_from_the_next_event(house, boss):
    other = _hired(house, "Bea", "operator")
    cookie = cookie_of(other)
    assert "staff.run" not in identity.visitor_of(cookie).permissions
    do(boss, staff.change_role, other.person_id, "administrator")
    assert "staff.run" in identity.visitor_of(cookie).permissions
    do(boss, staff.change_role, other.person_id, "operator")
    assert "staff.run" not in identity.visitor_of(cookie).permissions


@pytest.mark.line("S-25")
def test_nobody_changes_themselves_and_an_administrator_stays(house, boss):
    for use_case, *more in ((staff.change_role, "operator"), (staff.toggle_standing,), (staff.end_sessions,)):
        with pytest.raises(Refusal, match="yourself"):
            do(boss, use_case, boss.person_id, *more)
    with before_sign_in() as db:
        sally = db.get(Person, house.staff.person_id)
        sally.staff_role = "operator"
        db.add(sally)
    # Somebody whose own administrator's rights are being taken away this moment, and who is still in.
    ghost = replace(house.staff, permissions=RIGHTS["administrator"])
    with pytest.raises(Refusal, match="Make another person administrator first"):
        do(ghost, staff.change_role, boss.person_id, "operator")
    with pytest.raises(Refusal, match="Make another person administrator first"):
        do(ghost, staff.toggle_standing, boss.person_id)
    assert _staff_role(boss.person_id) == "administrator"


@pytest.mark.line("S-24")
def test_whoever_is_suspended_is_out_from_the_next_event_and_in_again_when_let_in(house, boss):
    for person, module in ((_hired(house, "Bea", "operator"), staff), (house.owner, customers)):
        cookie = cookie_of(person)
        assert identity.visitor_of(cookie) is not None
        asked = do(boss, module.ask_standing, person.person_id)
        assert asked.title == f"Suspend {person.name}?"
        do(boss, module.toggle_standing, person.person_id)
        assert identity.visitor_of(cookie) is None
        assert do(boss, module.ask_standing, person.person_id).act == f"Let {person.name} in again"
        do(boss, module.toggle_standing, person.person_id)
        assert identity.visitor_of(cookie_of(person)) is not None


@pytest.mark.line("S-13")
def test_signing_somebody_out_ends_every_session_of_theirs_and_nobody_elses(house, boss):
    for person, module in ((_hired(house, "Bea", "operator"), staff), (house.owner, customers)):
        one, two, mine = cookie_of(person), cookie_of(person), cookie_of(boss)
        do(boss, module.end_sessions, person.person_id)
        assert identity.visitor_of(one) is identity.visitor_of(two) is None
        assert identity.visitor_of(mine) is not None
    with before_sign_in(reads_only=True) as db:
        found = db.exec(unscoped(AuditEntry, col(AuditEntry.action) == "identity.sessions_ended"))
        assert [entry.actor for entry in found] == [boss.person_id] * 2


@pytest.mark.line("S-20")
def test_staff_acts_reach_no_customer_and_customer_acts_no_colleague(house, boss):
    for use_case, *more in ((staff.toggle_standing,), (staff.end_sessions,), (staff.change_role, "operator")):
        with pytest.raises(NotYours):
            do(boss, use_case, house.owner.person_id, *more)
    for use_case in (customers.toggle_standing, customers.end_sessions, customers.ask_standing):
        with pytest.raises(NotYours):
            do(boss, use_case, house.staff.person_id)


@pytest.mark.parametrize(
    ("email", "role", "field"),
    [
        ("pia", "operator", "email"),
        ("pia@first.example", "owner", "role"),
        ("pia@first.example", "", "role"),
        ("olive@energy-one.example", "operator", "email"),
        ("ada@first.example", "operator", "email"),
    ],
)
def test_a_colleagues_invitation_that_cannot_be_is_refused_beside_its_field(house, boss, email, role, field):
    with pytest.raises(Refusal) as refused:
        do(boss, staff.invite, email, role)
    assert refused.value.field == field
    assert mails() == []


def test_a_colleagues_invitation_is_sent_again_and_withdrawn(house, boss):
    do(boss, staff.invite, "pia@first.example", "operator")
    first = token()
    with before_sign_in(reads_only=True) as db:
        row = db.exec(unscoped(StaffInvitation)).one()
    do(boss, staff.resend, row.id)
    assert joining.look(first, "").state == "stale"
    assert joining.look(token(), "").state == "new"
    assert do(boss, staff.ask_to_withdraw, row.id).act == "Withdraw the invitation to pia@first.example"
    do(boss, staff.withdraw, row.id)
    assert joining.look(token(), "").state == "stale"
    with pytest.raises(NotYours):
        do(boss, staff.resend, row.id)


def test_a_customers_invitation_is_sent_again_by_the_company(house, boss):
    do(house.owner, invitations.invite, PlaceForm(email="x@y.example", role="viewer"))
    page = do(boss, customers.of_account, house.account.id)
    assert page.invited[0].can_resend
    do(boss, customers.resend, page.invited[0].id)
    assert len(mails()) == 2
    assert "Olive invites you" in mails()[1]["subject"]
    assert do(house.owner, members.people).invited[0].can_end
