"""The door for a directory: SCIM 2.0 as Okta and Entra speak it, and what no token may reach."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from sqlmodel import col, select
from starlette.applications import Starlette

from portal_app.core.accounts import Account, Member, Person
from portal_app.core.tables import METADATA
from portal_app.core.trail import AuditEntry
from portal_app.endpoints import edge, scim
from portal_app.services.identity import service as identity
from portal_app.services.identity import sessions, steps
from portal_app.services.scim import rules
from portal_app.services.scim.tables import DirectoryGroup, DirectoryPerson, DirectoryToken
from tests.cast import Cast
from tests.endpoints.browser import TestClient
from tests.endpoints.conftest import ORIGIN
from tests.engines import past_the_wall
from tests.services.people.conftest import house  # noqa: F401 -- the cast with the real roles

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
FINE = (Status.SUCCESS, Status.SKIPPED)
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@dataclass(frozen=True)
class Directory:
    """A directory at the door with its own token."""

    client: TestClient
    token_id: str

    def user(self, user_name: str, **more: Any) -> Any:
        """Bring somebody; what came back."""
        return self.client.post("Users", json={"schemas": [USER], "userName": user_name, **more})

    def group(self, name: str, *ids: str, **more: Any) -> Any:
        """Bring a group; what came back."""
        members = [{"value": one} for one in ids]
        facts = {"schemas": [GROUP], "displayName": name, "members": members, **more}
        return self.client.post("Groups", json=facts)

    def patch(self, path: str, *operations: dict[str, Any], **more: Any) -> Any:
        """Change parts of something; what came back."""
        return self.client.patch(path, json={"schemas": [PATCH], "Operations": list(operations)}, **more)

    def found(self, kind: str, wanted: str, **more: Any) -> list[str]:
        """The names that a filter finds."""
        answer = self.client.get(kind, params={"filter": wanted, **more})
        assert answer.status_code == 200, answer.text
        name = "userName" if kind == "Users" else "displayName"
        return [one[name] for one in answer.json().get("Resources", [])]


@pytest.fixture
def knock(house: Cast, tmp_path: Path) -> Iterator[Callable[..., Directory]]:  # noqa: F811
    """Let a directory in: for the staff of the first company, or `knock(account=...)` for a business."""
    app = edge.Edge(Starlette(routes=scim.routes()), tmp_path)
    opened: list[TestClient] = []

    def make(*, account: Account | None = None, role: str = "", company_id: str = "") -> Directory:
        token = f"token-{len(opened)}"
        row = DirectoryToken(
            company_id=company_id or house.company.id,
            account_id=account.id if account else "",
            name="Okta",
            key_hash=rules.key_of(token),
            role=role,
        )
        with past_the_wall() as db:
            db.add(row)
        headers = {"authorization": f"Bearer {token}"}
        opened.append(TestClient(app, base_url=f"{ORIGIN}/scim/v2", headers=headers))
        return Directory(opened[-1], row.id)

    yield make
    for client in opened:
        client.close()


def person(email: str, company_id: str) -> Person:
    with past_the_wall() as db:
        mine = (col(Person.email) == email, col(Person.company_id) == company_id)
        return db.exec(select(Person).where(*mine)).one()


def role_in(account: Account, person_id: str) -> str:
    with past_the_wall() as db:
        mine = (col(Member.account_id) == account.id, col(Member.person_id) == person_id)
        place = db.exec(select(Member).where(*mine)).first()
        return place.role if place else ""


def everything() -> str:
    """A digest of every row but the trail and when a token was last used."""
    whole = hashlib.sha256()
    with past_the_wall() as db:
        for table in METADATA.sorted_tables:
            if table.name in ("audit_entry", "audit_head", "use_event"):
                continue
            columns = [column for column in table.columns if column.name != "used_at"]
            for row in db.execute(select(*columns).order_by(*table.primary_key.columns)):
                whole.update(repr((table.name, tuple(row))).encode())
    return whole.hexdigest()


def signed_in(visitor_id: str) -> str:
    return steps.open_for(visitor_id, "password", steps.Where("192.0.2.7", "Firefox")).value


def whose(value: str) -> str:
    visitor = identity.visitor_of(f"portal_session={value}")
    return visitor.role if visitor is not None else "nobody"


def refused(answer: Any, status: int, scim_type: str = "") -> None:
    assert answer.status_code == status, answer.text
    said = answer.json()
    assert said["schemas"] == [ERROR]
    assert said["status"] == str(status)
    assert said.get("scimType", "") == scim_type
    assert answer.headers["content-type"].startswith("application/scim+json")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("both_engines")
def test_the_checker_of_scim_finds_nothing_to_mend(house, knock):  # noqa: F811
    directory = knock(role="operator")
    found = check_server(SyncSCIMClient(directory.client))
    assert [str(one.reason) for one in found if one.status not in FINE] == []
    assert {one.title for one in found if one.status == Status.SKIPPED} == {"search_with_attributes"}
    assert len(found) > 60


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_checker_finds_nothing_to_mend_for_a_business_either(house, knock):  # noqa: F811
    found = check_server(SyncSCIMClient(knock(account=house.account, role="viewer").client))
    assert [str(one.reason) for one in found if one.status not in FINE] == []


@pytest.mark.line("S-04")
def test_without_a_token_that_works_nothing_is_said(house, knock):  # noqa: F811
    client = knock().client
    for header in ("", "Bearer", "Bearer wrong", "Basic token-0", "Bearer token-0 x", f"Bearer {'x' * 300}"):
        for path in ("Users", "Groups/x", "ServiceProviderConfig", "Schemas", "ResourceTypes", "Me"):
            answer = client.get(path, headers={"authorization": header, "x-try": path})
            if answer.status_code == 429:
                break
            refused(answer, 401)
            assert "Bearer" in answer.headers["www-authenticate"]
    refused(client.get("Users", headers={"authorization": "Bearer wrong"}), 429)


@pytest.mark.line("S-03")
def test_wrong_tokens_are_refused_within_ten_tries_and_a_right_one_still_comes_in(house, knock):  # noqa: F811
    client = knock().client
    wrong = {"authorization": f"Bearer {'x' * 43}"}
    codes = [client.get("Users", headers=wrong).status_code for _ in range(10)]
    assert codes == [401] * 8 + [429] * 2
    assert client.get("Users").status_code == 200


def test_an_ended_token_is_none_from_the_next_request(house, knock):  # noqa: F811
    directory = knock()
    assert directory.client.get("Users").status_code == 200
    with past_the_wall() as db:
        row = db.get_one(DirectoryToken, directory.token_id)
        assert row.used_at is not None
        row.ended_at = row.used_at
        db.add(row)
    for path in ("Users", "Schemas", "ServiceProviderConfig"):
        refused(directory.client.get(path), 401)


@pytest.mark.line("S-20", "S-21")
@pytest.mark.usefixtures("both_engines")
def test_a_token_reaches_nothing_of_another_directory(house, knock):  # noqa: F811
    mine = knock(account=house.account, role="viewer")
    theirs = {
        "another account": knock(account=house.other_account, role="viewer"),
        "the staff of the company": knock(role="operator"),
        "another company": knock(company_id=house.other_company.id, role="operator"),
        "the same account": knock(account=house.account, role="viewer"),
    }
    group = mine.group("Ours").json()["id"]
    there = {}
    for number, (whose_is_it, directory) in enumerate(theirs.items()):
        user = directory.user(f"p{number}@there.example", externalId="x1").json()["id"]
        there[whose_is_it] = (user, directory.group(f"G{number}", user).json()["id"])
    before = everything()
    off = {"op": "replace", "path": "active", "value": False}
    for user, foreign in there.values():
        whole = {"schemas": [USER], "userName": "taken@over.example"}
        refused(mine.client.get(f"Users/{user}"), 404)
        refused(mine.client.put(f"Users/{user}", json=whole), 404)
        refused(mine.patch(f"Users/{user}", off), 404)
        refused(mine.client.delete(f"Users/{user}"), 404)
        refused(mine.client.get(f"Groups/{foreign}"), 404)
        refused(mine.client.put(f"Groups/{foreign}", json={"schemas": [GROUP], "displayName": "X"}), 404)
        refused(mine.patch(f"Groups/{foreign}", {"op": "remove", "path": "members"}), 404)
        refused(mine.client.delete(f"Groups/{foreign}"), 404)
        adding = {"op": "add", "path": "members", "value": [{"value": user}]}
        refused(mine.patch(f"Groups/{group}", adding), 400, "invalidValue")
    assert mine.found("Users", 'externalId eq "x1"') == []
    assert mine.client.get("Users").json()["totalResults"] == 0
    assert mine.found("Groups", 'displayName sw "G"') == []
    assert everything() == before


def test_whoever_is_brought_gets_a_place_with_the_role_that_was_chosen(house, knock):  # noqa: F811
    directory = knock(account=house.account, role="viewer")
    answer = directory.user(
        "Nel@Books.example", name={"givenName": "Nel", "familyName": "New"}, externalId="00u1", title="Cook"
    )
    assert answer.status_code == 201
    assert answer.headers["location"] == answer.json()["meta"]["location"]
    assert answer.json()["emails"] == [{"value": "nel@books.example", "primary": True}]
    assert "title" not in answer.text
    nel = person("nel@books.example", house.company.id)
    assert (nel.name, nel.staff_role, nel.password_hash) == ("Nel New", "", "")
    assert role_in(house.account, nel.id) == "viewer"
    assert role_in(house.other_account, nel.id) == ""
    refused(directory.user("nel@BOOKS.example"), 409, "uniqueness")
    with past_the_wall() as db:
        about = (col(AuditEntry.about) == nel.id, col(AuditEntry.actor) == f"directory:{directory.token_id}")
        acts = [entry.action for entry in db.exec(select(AuditEntry).where(*about))]
    assert acts == ["directory.person_added", "directory.role_given"]


def test_a_colleague_is_brought_with_a_role_and_nothing_without_one(house, knock):  # noqa: F811
    knock(role="operator").user("kim@work.example")
    knock(role="").user("lee@work.example")
    assert person("kim@work.example", house.company.id).staff_role == "operator"
    assert person("lee@work.example", house.company.id).staff_role == ""


def test_groups_give_roles_and_the_widest_counts(house, knock):  # noqa: F811
    directory = knock(account=house.account, role="viewer")
    nel = directory.user("nel@books.example").json()["id"]
    pays, owns = (directory.group(name).json()["id"] for name in ("Bookkeeping", "Chiefs"))
    with past_the_wall() as db:
        for group, role in ((pays, "member"), (owns, "owner")):
            row = db.get_one(DirectoryGroup, group)
            row.role = role
            db.add(row)
    known = person("nel@books.example", house.company.id)
    join = {"op": "Add", "path": "members", "value": [{"value": nel}]}
    assert directory.patch(f"Groups/{pays}", join).status_code == 200
    assert role_in(house.account, known.id) == "member"
    assert directory.patch(f"Groups/{owns}", join).status_code == 200
    assert role_in(house.account, known.id) == "owner"
    groups = directory.client.get(f"Users/{nel}").json()["groups"]
    assert [one["display"] for one in groups] == ["Bookkeeping", "Chiefs"]
    # As Okta leaves a group, and as Entra does.
    directory.patch(f"Groups/{owns}", {"op": "remove", "path": f'members[value eq "{nel}"]'})
    assert role_in(house.account, known.id) == "member"
    directory.patch(f"Groups/{pays}", {"op": "Remove", "path": "members", "value": [{"value": nel}]})
    assert role_in(house.account, known.id) == "viewer"
    directory.patch(f"Groups/{pays}", join)
    assert directory.client.delete(f"Groups/{pays}").status_code == 204
    assert role_in(house.account, known.id) == "viewer"


@pytest.mark.line("S-13", "S-24")
@pytest.mark.parametrize("how", ["active", "no path", "as a word", "put", "delete"])
@pytest.mark.usefixtures("both_engines")
def test_who_is_switched_off_or_removed_is_out_and_keeps_what_is_theirs(house, knock, how):  # noqa: F811
    directory = knock(role="operator")
    user = directory.user("kim@work.example").json()["id"]
    kim = person("kim@work.example", house.company.id)
    value = signed_in(kim.id)
    assert whose(value) == "operator"
    off = {
        "active": {"op": "replace", "path": "active", "value": False},
        "no path": {"op": "replace", "value": {"active": False}},
        "as a word": {"op": "Replace", "path": "active", "value": "False"},
    }
    if how == "delete":
        assert directory.client.delete(f"Users/{user}").status_code == 204
        refused(directory.client.get(f"Users/{user}"), 404)
    elif how == "put":
        whole = {"schemas": [USER], "userName": "kim@work.example", "active": False}
        assert directory.client.put(f"Users/{user}", json=whole).json()["active"] is False
    else:
        assert directory.patch(f"Users/{user}", off[how]).json()["active"] is False
    assert whose(value) == "nobody"
    assert person("kim@work.example", house.company.id).staff_role == ""
    if how != "delete":
        on = {"op": "replace", "path": "active", "value": True}
        assert directory.patch(f"Users/{user}", on).json()["active"] is True
        assert person("kim@work.example", house.company.id).staff_role == "operator"
        assert whose(value) == "nobody"


def test_a_place_in_another_account_outlives_the_one_that_a_directory_ends(house, knock):  # noqa: F811
    directory = knock(account=house.account, role="viewer")
    user = directory.user(house.stranger.email).json()["id"]
    value = signed_in(house.stranger.person_id)
    assert role_in(house.account, house.stranger.person_id) == "viewer"
    directory.client.delete(f"Users/{user}")
    assert role_in(house.account, house.stranger.person_id) == ""
    assert role_in(house.other_account, house.stranger.person_id) == "owner"
    assert whose(value) == "owner"


@pytest.mark.line("S-25")
def test_the_last_owner_stays_whatever_the_directory_says(house, knock):  # noqa: F811
    directory = knock(account=house.account, role="viewer")
    user = directory.user(house.owner.email).json()["id"]
    assert role_in(house.account, house.owner.person_id) == "owner"
    answer = directory.client.delete(f"Users/{user}")
    refused(answer, 409)
    assert "owner" in answer.json()["detail"]
    refused(directory.patch(f"Users/{user}", {"op": "replace", "path": "active", "value": False}), 409)
    group = directory.group("Readers", user).json()["id"]
    with past_the_wall() as db:
        row = db.get_one(DirectoryGroup, group)
        row.role = "viewer"
        db.add(row)
    refused(directory.user(house.owner.email, active=False), 409, "uniqueness")
    assert role_in(house.account, house.owner.person_id) == "owner"
    refused(directory.client.delete(f"Groups/{group}"), 409)
    assert role_in(house.account, house.owner.person_id) == "owner"
    assert directory.client.get(f"Users/{user}").json()["active"] is True


def test_the_last_administrator_stays_as_well(house, knock):  # noqa: F811
    assert house.staff.role == "administrator"
    directory = knock(role="operator")
    user = directory.user(house.staff.email).json()["id"]
    refused(directory.client.delete(f"Users/{user}"), 409)
    assert person(house.staff.email, house.company.id).staff_role == "administrator"


def test_who_is_here_already_is_taken_over_for_that_account_alone_and_stays_themselves(house, knock):  # noqa: F811
    directory = knock(account=house.account, role="member")
    answer = directory.user("s1", emails=[{"value": house.stranger.email}], displayName="Somebody Else")
    user = answer.json()["id"]
    moved = {"op": "replace", "path": "emails", "value": [{"value": "mine@evil.example", "primary": True}]}
    assert directory.patch(f"Users/{user}", moved).status_code == 200
    known = person(house.stranger.email, house.company.id)
    assert (known.name, known.id) == ("Stella", house.stranger.person_id)
    assert role_in(house.account, known.id) == "member"
    assert role_in(house.other_account, known.id) == "owner"
    # Nobody of another company is ever found.
    directory.user(house.outsider.email)
    assert person(house.outsider.email, house.company.id).id != house.outsider.person_id


def test_the_name_and_address_follow_only_for_whom_the_directory_made(house, knock):  # noqa: F811
    directory = knock(account=house.account, role="viewer")
    user = directory.user("nel@books.example", displayName="Nel").json()["id"]
    new = {"displayName": "Nel Married", "emails": [{"value": "nel.m@books.example", "primary": True}]}
    assert directory.patch(f"Users/{user}", {"op": "replace", "value": new}).status_code == 200
    nel = person("nel.m@books.example", house.company.id)
    assert nel.name == "Nel Married"
    taken = {"op": "replace", "path": "emails", "value": [{"value": house.viewer.email}]}
    refused(directory.patch(f"Users/{user}", taken), 409, "uniqueness")
    with past_the_wall() as db:
        db.add(Member(company_id=nel.company_id, account_id=house.other_account.id, person_id=nel.id))
    away = {"op": "replace", "path": "emails", "value": [{"value": "away@books.example"}]}
    assert directory.patch(f"Users/{user}", away).status_code == 200
    assert person("nel.m@books.example", house.company.id).id == nel.id


def test_customers_and_colleagues_are_never_made_of_one_another(house, knock):  # noqa: F811
    before = everything()
    ours, theirs = knock(role="operator"), knock(account=house.account, role="viewer")
    refused(ours.user(house.viewer.email), 409, "uniqueness")
    refused(theirs.user(house.staff.email), 409, "uniqueness")
    with past_the_wall() as db:
        assert db.exec(select(DirectoryPerson)).all() == []
        for token in db.exec(select(DirectoryToken)):
            db.delete(token)
    assert everything() == before


def test_it_is_found_as_okta_and_entra_ask(house, knock):  # noqa: F811
    directory = knock(role="operator")
    for number in range(5):
        work = {"value": f"p{number}@work.example", "type": "work", "primary": True}
        home = {"value": f"p{number}@home.example", "type": "home"}
        facts = {"externalId": f"x{number}", "displayName": f"Pat {number}"}
        directory.user(f"P{number}", emails=[work, home], **facts)
    directory.group("Crew", externalId="g1")
    found = directory.found
    assert found("Users", 'userName eq "p3"') == ["P3"]
    assert found("Users", 'externalId eq "x1"') == ["P1"]
    assert found("Users", 'externalId eq "X1"') == []
    assert found("Users", 'emails.value eq "P2@work.example"') == ["P2"]
    assert found("Users", 'emails[type eq "home" and value sw "p4"]') == ["P4"]
    assert found("Users", 'displayName eq "pat 1" or userName eq "P0"') == ["P0", "P1"]
    assert found("Users", 'userName eq "p1" and externalId eq "x2"') == []
    assert found("Users", 'userName eq "p1" and active eq true') == ["P1"]
    assert found("Users", 'userName sw "p"', startIndex="2", count="2") == ["P1", "P2"]
    assert found("Groups", 'displayName eq "crew"', excludedAttributes="members") == ["Crew"]
    assert found("Groups", 'externalId eq "g1"') == ["Crew"]
    page = directory.client.get("Users", params={"startIndex": 4, "count": 5}).json()
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (5, 2, 4)
    assert directory.client.get("Users", params={"count": 0}).json()["totalResults"] == 5
    for bad in ("userName eq", 'nothing eq "x"', "userName xx 3", '"'):
        refused(directory.client.get("Users", params={"filter": bad}), 400, "invalidFilter")
    assert directory.client.get("Users", params={"count": "many"}).status_code == 400


def test_a_change_of_what_has_changed_is_refused(house, knock):  # noqa: F811
    directory = knock(role="operator")
    made = directory.user("kim@work.example")
    user, tag = f"Users/{made.json()['id']}", made.headers["etag"]
    assert directory.client.get(user, headers={"if-none-match": tag}).status_code == 304
    rename = {"op": "replace", "path": "displayName", "value": "Kim K"}
    assert directory.patch(user, rename, headers={"if-match": tag}).status_code == 200
    refused(directory.patch(user, rename, headers={"if-match": tag}), 412)
    refused(directory.client.delete(user, headers={"if-match": tag}), 412)
    assert directory.client.get(user).json()["displayName"] == "Kim K"


@pytest.mark.line("S-31", "S-32")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"userName": NaN}',
        b'{"userName": "a", "userName": "b"}',
        b'{"userName": "\\ud800@x.example"}',
        b'{"userName": "a\\u0000@x.example"}',
        b'{"userName": "' + b"x" * 2000 + b'@x.example"}',
        b'{"userName": "nobody"}',
        b'{"userName": ["a"]}',
        b'{"userName": "a@x.example", "active": "perhaps"}',
        b'{"userName": "a@x.example", "emails": "b"}',
        b'{"a":' * 2000 + b"1" + b"}" * 2000,
        b"\xff\xfe",
    ],
    ids=range(15),
)
def test_what_no_directory_would_send_is_refused_and_changes_nothing(house, knock, body):  # noqa: F811
    client = knock(role="operator").client
    before = everything()
    answer = client.post("Users", content=body, headers={"content-type": "application/scim+json"})
    assert answer.status_code == 400, answer.text
    assert answer.json()["schemas"] == [ERROR]
    assert everything() == before


@pytest.mark.line("S-31")
def test_a_body_that_is_too_large_is_refused_as_scim_does(house, knock):  # noqa: F811
    client = knock(role="operator").client
    kind = {"content-type": "application/scim+json"}
    for size in (210 * 1024, 300 * 1024):
        refused(client.post("Users", content=b" " * size, headers=kind), 413)
    refused(client.post("Users", content=b"{}", headers={"content-type": "text/plain"}), 400, "invalidSyntax")
    refused(client.post("Bulk", json={}), 501)
    refused(client.get("Nothing"), 404)
    refused(client.put("Users", json={}), 405)


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """No session of one test is remembered in another."""
    yield
    sessions.forget_all()
