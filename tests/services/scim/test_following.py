"""Roles that follow the groups of a company sign-in: at each sign-in, and who keeps theirs all the same."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from portal_app.core.access import Visitor
from portal_app.core.accounts import Member, Person
from portal_app.core.trail import AuditEntry
from portal_app.services.identity import oidc, vouching
from portal_app.services.identity.following import Followed, use_following
from portal_app.services.identity.tables import SignIn
from portal_app.services.identity.vouching import NotVouched, Vouched
from portal_app.services.scim import following
from tests.cast import Cast
from tests.engines import past_the_wall
from tests.other_house import Hostile, hostile
from tests.services.identity.test_sign_on import come, out, query_of, set_up
from tests.services.people.conftest import house  # noqa: F401 -- the cast with the real roles

ADA = "ada@bright.example"
ROLES = '{"bosses": "administrator", "crew": "operator"}'


@pytest.fixture
def liar() -> Iterator[Hostile]:
    """A provider that says what it is told to."""
    oidc.forget_all()
    use_following(following.follow)
    with hostile() as there:
        yield there
    oidc.forget_all()


def comes(house: Cast, liar: Hostile, *groups: str) -> Visitor:  # noqa: F811
    """Somebody comes in by the provider, in those groups."""
    way = out(email=ADA)
    liar.nonce, liar.claims = query_of(way.address)["nonce"], {"groups": list(groups)}
    came = come({"state": query_of(way.address)["state"], "code": "a"}, way.browser, house.company.slug)
    assert came.found is not None
    return came.found.visitor


def noted() -> list[str]:
    with past_the_wall() as db:
        found = db.exec(select(AuditEntry.action).order_by(col(AuditEntry.seq)))
        return [one for one in found if one.startswith("identity.sign_on_")]


def found(email: str = ADA) -> Person:
    with past_the_wall() as db:
        return db.exec(select(Person).where(col(Person.email) == email)).one()


@pytest.mark.line("S-06")
@pytest.mark.usefixtures("both_engines")
def test_a_role_follows_the_groups_at_the_next_sign_in_and_ends_with_the_last_of_them(house, liar):  # noqa: F811
    set_up(house.company.id, liar.issuer, role_map=ROLES, follows=True)
    assert comes(house, liar, "crew").role == "operator"
    assert comes(house, liar, "crew", "others").role == "operator"
    assert comes(house, liar, "bosses").role == "administrator"
    # With another administrator left, the role goes down again.
    assert comes(house, liar, "crew").role == "operator"
    with pytest.raises(NotVouched) as no:
        comes(house, liar, "visitors")
    assert "taken you out of every group" in no.value.sentence
    assert found().staff_role == ""
    with past_the_wall() as db:
        ended = db.exec(select(SignIn).where(col(SignIn.person_id) == found().id)).all()
    assert ended
    assert all(one.ended_at is not None for one in ended)
    assert comes(house, liar, "crew").role == "operator"
    assert noted() == [
        "identity.sign_on_joined",
        "identity.sign_on_role_given",
        "identity.sign_on_role_given",
        "identity.sign_on_seat_ended",
        "identity.sign_on_refused",
        "identity.sign_on_role_given",
    ]


@pytest.mark.line("S-06")
def test_without_the_setting_a_role_stays_as_it_was_first_given_or_changed_by_hand(house, liar):  # noqa: F811
    set_up(house.company.id, liar.issuer, role_map=ROLES)
    assert comes(house, liar, "crew").role == "operator"
    assert comes(house, liar, "bosses").role == "operator"
    assert comes(house, liar, "visitors").role == "operator"


def _administrators(house: Cast) -> list[Person]:  # noqa: F811
    with past_the_wall() as db:
        mine = (col(Person.company_id) == house.company.id, col(Person.staff_role) == "administrator")
        return list(db.exec(select(Person).where(*mine)))


@pytest.mark.line("S-06")
@pytest.mark.usefixtures("both_engines")
def test_the_last_administrator_keeps_their_role_and_that_is_written_down(house, liar):  # noqa: F811
    set_up(house.company.id, liar.issuer, role_map=ROLES, follows=True)
    comes(house, liar, "bosses")
    with past_the_wall() as db:
        for one in _administrators(house):
            if one.email != ADA:
                row = db.get_one(Person, one.id)
                row.staff_role = "operator"
                db.add(row)
    assert comes(house, liar, "crew").role == "administrator"
    assert comes(house, liar, "visitors").role == "administrator"
    assert noted().count("identity.sign_on_role_kept") == 2


@pytest.mark.line("S-06")
@pytest.mark.usefixtures("both_engines")
def test_a_place_in_a_customers_account_follows_and_its_last_owner_stays(house, liar):  # noqa: F811
    account, values = house.account.id, {"for_staff": False, "account_id": house.account.id}
    set_up(house.company.id, liar.issuer, role_map='{"crew": "viewer"}', follows=True, **values)
    who = comes(house, liar, "crew")
    assert (who.account_id, who.role) == (account, "viewer")
    with pytest.raises(NotVouched):
        comes(house, liar, "visitors")
    with past_the_wall() as db:
        assert db.exec(select(Member).where(col(Member.person_id) == who.person_id)).first() is None
    owner = Followed(house.company.id, "x", account, house.owner.person_id, "viewer", "")
    following.follow(owner, "energy")
    with past_the_wall() as db:
        here = (col(Member.person_id) == house.owner.person_id, col(Member.account_id) == account)
        assert db.exec(select(Member.role).where(*here)).one() == "owner"


@pytest.mark.line("S-06")
def test_no_customer_is_made_staff_by_their_groups(house, liar):  # noqa: F811
    asked = Followed(house.company.id, "x", "", house.owner.person_id, "administrator", "")
    following.follow(asked, "energy")
    assert found(house.owner.email).staff_role == ""


@pytest.mark.parametrize(
    "claims", [{"_claim_names": {"groups": "src1"}}, {"http://schemas.microsoft.com/claims/groups.link": "x"}]
)
def test_groups_that_the_provider_left_out_are_not_none(claims):
    with pytest.raises(NotVouched) as no:
        vouching.role_now(Vouched("1", claims), "groups", {"crew": "operator"})
    assert no.value.why == "role"
    assert vouching.role_now(Vouched("1", {}), "groups", {"crew": "operator"}) == ""
