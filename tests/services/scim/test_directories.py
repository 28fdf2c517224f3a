"""Who may let a directory in, what its groups may give, and what ends it."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from portal_app.core.access import Visitor, acting_for, acting_for_company
from portal_app.core.accounts import Account, Member
from portal_app.core.clock import now
from portal_app.core.errors import NotAllowed, NotYours, ProveAgain, Refusal
from portal_app.core.outbox import Job
from portal_app.core.trail import AuditEntry
from portal_app.services.scim import at_work, directories, door, ends, groups, persons, rules
from portal_app.services.scim.door import UnknownToken
from portal_app.services.scim.tables import DirectoryPerson, DirectoryToken
from tests.cast import Cast
from tests.engines import past_the_wall
from tests.services.people.conftest import house  # noqa: F401 -- the cast with the real roles

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"

pytestmark = pytest.mark.usefixtures("both_engines")


@pytest.fixture
def business(house: Cast) -> Cast:  # noqa: F811
    """The same, where both accounts of the first company are those of a business."""
    with past_the_wall() as db:
        for account in db.exec(select(Account)):
            account.segment = "business"
            db.add(account)
    return house


def do(visitor: Visitor, use_case: Callable[..., Any], *arguments: Any) -> Any:
    with acting_for(visitor) as access:
        return use_case(access, *arguments)


def as_directory(token: str, use_case: Callable[..., Any], *arguments: Any) -> Any:
    return at_work.ask(door.opened(f"Bearer {token}", "192.0.2.8"), use_case, *arguments)


def brought(token: str, name: str) -> Any:
    return as_directory(token, persons.create, {"schemas": [USER], "userName": name})


def role_of(visitor: Visitor) -> str:
    with past_the_wall() as db:
        return db.exec(select(Member.role).where(col(Member.person_id) == visitor.person_id)).one()


def test_a_token_is_long_and_kept_as_a_hash_alone(business: Cast) -> None:
    token = do(business.owner, directories.make, "Okta", "viewer")
    assert len(token) >= 43
    with past_the_wall() as db:
        row = db.exec(select(DirectoryToken)).one()
        trail = " ".join(entry.facts for entry in db.exec(select(AuditEntry)))
    assert row.key_hash == rules.key_of(token)
    assert (row.account_id, row.role) == (business.account.id, "viewer")
    assert token not in repr(row)
    assert token not in trail
    page = do(business.owner, directories.page)
    assert [one.name for one in page.directories] == ["Okta"]
    assert page.directories[0].used.startswith("Not used yet. Works until ")
    as_directory(token, groups.create, {"schemas": [GROUP], "displayName": "Crew"})
    page = do(business.owner, directories.page)
    assert page.directories[0].used.startswith("Last used")
    assert [(one.name, one.gives) for one in page.groups] == [("Crew", "Gives: Nothing")]


def test_only_owners_of_a_business_and_administrators_let_one_in(business: Cast) -> None:
    for who in (business.viewer, replace(business.staff, permissions=frozenset({"customer.see"}))):
        for use_case, arguments in ((directories.page, ()), (directories.make, ("Okta", "viewer"))):
            with pytest.raises(NotAllowed):
                do(who, use_case, *arguments)
    for who in (business.owner, business.staff):
        with pytest.raises(ProveAgain):
            do(replace(who, proved_at=None), directories.make, "Okta", "none")
    with past_the_wall() as db:
        home = db.get_one(Account, business.account.id)
        home.segment = "home"
        db.add(home)
    assert not do(business.owner, directories.page).may
    with pytest.raises(Refusal, match="business"):
        do(business.owner, directories.make, "Okta", "viewer")
    assert do(business.staff, directories.make, "Entra", "operator")


def test_nobody_gives_more_than_they_have(business: Cast) -> None:
    narrow = replace(business.owner, permissions=frozenset({"directory.own", "people.places"}))
    with pytest.raises(Refusal, match="what you may do yourself"):
        do(narrow, directories.make, "Okta", "owner")
    with pytest.raises(Refusal, match="Choose"):
        do(business.owner, directories.make, "Okta", "administrator")
    with pytest.raises(Refusal, match="Choose"):
        do(business.staff, directories.make, "Okta", "owner")


@pytest.mark.line("S-20")
def test_another_account_or_company_finds_neither_the_directory_nor_its_groups(business: Cast) -> None:
    token = do(business.owner, directories.make, "Okta", "viewer")
    as_directory(token, groups.create, {"schemas": [GROUP], "displayName": "Crew"})
    one = do(business.owner, directories.page)
    named = (one.directories[0].id, one.groups[0].id)
    for who in (business.stranger, business.outsider, business.staff, business.other_staff):
        assert do(who, directories.page).directories == ()
        for use_case in (
            directories.ask_to_end,
            directories.end,
            directories.ask_to_renew,
            directories.renew,
        ):
            with pytest.raises(NotYours):
                do(who, use_case, named[0])
        with pytest.raises(NotYours):
            do(who, directories.group, named[1])
        with pytest.raises(NotYours):
            do(who, directories.give_role, named[1], "operator" if who.staff else "viewer")
    assert door.opened(f"Bearer {token}", "192.0.2.8")


def test_a_new_token_ends_the_old_and_an_ended_directory_leaves_places_as_they_are(business: Cast) -> None:
    old = do(business.owner, directories.make, "Okta", "member")
    brought(old, business.stranger.email)
    (row,) = do(business.owner, directories.page).directories
    new = do(business.owner, directories.renew, row.id)
    with pytest.raises(UnknownToken):
        door.opened(f"Bearer {old}", "192.0.2.8")
    assert as_directory(new, persons.several, _all()).total_results == 1
    do(business.owner, directories.end, row.id)
    with pytest.raises(UnknownToken):
        door.opened(f"Bearer {new}", "192.0.2.8")
    with past_the_wall() as db:
        assert db.exec(select(DirectoryPerson)).all() == []
        mine = (
            col(Member.person_id) == business.stranger.person_id,
            col(Member.account_id) == business.account.id,
        )
        assert db.exec(select(Member.role).where(*mine)).one() == "member"


def _all() -> Any:
    from scim2_models import SearchRequest

    from portal_app.services.scim.resources import User

    return SearchRequest[User]()


def test_what_a_group_gives_counts_at_once_and_leaves_an_owner(business: Cast) -> None:
    token = do(business.owner, directories.make, "Okta", "viewer")
    ids = [brought(token, who.email).id for who in (business.viewer, business.owner)]
    for name, one in zip(("Crew", "Chiefs"), ids, strict=True):
        facts = {"schemas": [GROUP], "displayName": name, "members": [{"value": one}]}
        as_directory(token, groups.create, facts)
    chiefs, crew = do(business.owner, directories.page).groups
    assert (chiefs.name, crew.name) == ("Chiefs", "Crew")
    said = do(business.owner, directories.give_role, crew.id, "member")
    assert said.title == "Crew now gives member"
    assert role_of(business.viewer) == "member"
    with pytest.raises(Refusal, match="needs an owner"):
        do(business.owner, directories.give_role, chiefs.id, "viewer")
    assert role_of(business.owner) == "owner"
    do(business.owner, directories.give_role, crew.id, "none")
    assert role_of(business.viewer) == "viewer"


def mails() -> list[dict[str, Any]]:
    with past_the_wall() as db:
        return [json.loads(job.payload) for job in db.exec(select(Job).where(col(Job.kind) == "mail.send"))]


def told(company_id: str) -> int:
    with acting_for_company(company_id, kind="energy") as access:
        return ends.tell(access, {})["told"]


@pytest.mark.line("S-21")
def test_a_token_works_as_long_as_was_chosen_and_is_then_like_a_wrong_one(business: Cast, clock: Any) -> None:
    tokens = {days: do(business.owner, directories.make, days, "viewer", days) for days in ("90", "365", "0")}

    def works() -> set[str]:
        open_ones = set()
        for days, token in tokens.items():
            with suppress(UnknownToken):
                door.opened(f"Bearer {token}", "192.0.2.8")
                open_ones.add(days)
        return open_ones

    assert works() == {"90", "365", "0"}
    rows = {row.name: row for row in do(business.owner, directories.page).directories}
    assert rows["365"].used.endswith("Works until 10 Mar 2027")
    assert rows["0"].used.endswith("No end")
    clock.move(days=89)
    assert works() == {"90", "365", "0"}
    clock.move(days=1)
    assert works() == {"365", "0"}
    page = do(business.owner, directories.page)
    (over,) = [row for row in page.directories if row.name == "90"]
    assert (over.badge.text, over.badge.tone) == ("Ended", "urgent")
    assert "no longer works" in page.meaning
    fresh = replace(business.owner, proved_at=now())
    tokens["90"] = do(fresh, directories.renew, over.id, "0")
    clock.move(days=300)
    assert works() == {"90", "0"}
    for use_case, named in ((directories.make, ("x", "viewer")), (directories.renew, (over.id,))):
        with pytest.raises(Refusal, match="how long"):
            do(replace(business.owner, proved_at=now()), use_case, *named, "7")


@pytest.mark.line("S-21")
def test_its_maker_is_told_once_two_weeks_before_a_token_ends(business: Cast, clock: Any) -> None:
    do(business.owner, directories.make, "Okta", "viewer", "90")
    do(business.owner, directories.make, "For good", "viewer", "0")
    clock.move(days=75)
    assert told(business.company.id) == 0
    clock.move(days=1)
    assert told(business.company.id) == 1
    assert told(business.company.id) == 0
    (mail,) = [mail for mail in mails() if "Okta" in mail["subject"]]
    assert (mail["to"], mail["subject"]) == (business.owner.email, "The token of Okta ends on 8 Jun 2026")
    page = do(business.owner, directories.page)
    assert [row.badge.text for row in page.directories if row.name == "Okta"] == ["Ends in 14 days"]
