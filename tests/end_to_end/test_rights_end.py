"""Whatever ends somebody's rights, through its own door: open pages are told and closed within a second."""

import asyncio
import http.client
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlmodel import col, select

from portal_app.core.access import acting_for_company
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.services.identity import passwords
from portal_app.services.scim import rules as scim_rules
from portal_app.services.scim.tables import DirectoryGroup, DirectoryToken
from portal_app.services.tenancy import service as tenancy
from portal_app.state.session import SessionState
from portal_app.state.shared.house_rules import HouseRulesState
from portal_app.state.shared.people import CustomerPeopleState, PeopleState, StaffPeopleState
from portal_app.state.shared.security import SecurityState
from tests.end_to_end.test_shown_out import shown_out
from tests.end_to_end.wire import HYDRATE, PASSWORD, Tab, asked, opened_on_both, sign_in
from tests.engines import past_the_wall

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(180)]

ROSA = "rosa@brightwater.example"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_number = count(1)


@dataclass
class Stage:
    """A served portal with people whom no other test knows."""

    url: str
    stack: AsyncExitStack
    company: Company
    account: Account
    people: dict[str, Person]
    token: str

    async def tab(self, who: str, path: str) -> Tab:
        """A page that somebody opened in a session of its own."""
        cookie = await asyncio.to_thread(sign_in, self.url, self.people[who].email)
        page = await self.stack.enter_async_context(Tab(self.url, cookie, path))
        await page.send(HYDRATE)
        await page.until(lambda: page.holds)
        return page

    async def directory(self, method: str, path: str, said: dict[str, Any]) -> dict[str, Any]:
        """What the directory was answered."""
        return await asyncio.to_thread(self._asked, method, path, said)

    def _asked(self, method: str, path: str, said: dict[str, Any]) -> dict[str, Any]:
        place = urlsplit(self.url)
        door = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/scim+json"}
        try:
            door.request(method, f"/scim/v2/{path}", json.dumps(said), headers)
            answer = door.getresponse()
            text = answer.read()
            assert answer.status < 300, text
            return json.loads(text or b"{}")
        finally:
            door.close()


@pytest.fixture
def known(rows: None) -> Iterator[tuple[Company, Account, dict[str, Person], str]]:
    """An account with an owner and a member, two of the company's people, and a directory of theirs."""
    number = next(_number)
    with past_the_wall() as db:
        company = db.exec(select(Company).where(col(Company.slug) == "brightwater")).one()
    with acting_for_company(company.id, kind=company.kind) as house:
        kept = passwords.keep(PASSWORD)
        account = tenancy.open_account(house, f"9500-{number:04}", f"{number} Closing Street")
        people = {
            who: tenancy.add_person(
                house, f"{who}-{number}@brightwater.example", who.title(), staff_role=role
            )
            for who, role in (
                ("owner", ""),
                ("member", ""),
                ("operator", "operator"),
                ("boss", "administrator"),
            )
        }
        for who in ("owner", "member"):
            tenancy.give_place(house, account, people[who], who)
        for person in people.values():
            house.change(person, password_hash=kept)
        people["rosa"] = house.first(Person, col(Person.email) == ROSA)
    token = f"directory-token-{number}"
    with past_the_wall() as db:
        row = DirectoryToken(
            company_id=company.id, name="Okta", key_hash=scim_rules.key_of(token), role="operator"
        )
        db.add(row)
    yield company, account, people, token
    with past_the_wall() as db:
        db.get_one(Company, company.id).second_factor = ""


def place_of(stage: Stage, who: str) -> str:
    mine = (col(Member.account_id) == stage.account.id, col(Member.person_id) == stage.people[who].id)
    with past_the_wall() as db:
        return db.exec(select(Member).where(*mine)).one().id


async def does(page: Tab, state: type, handler: str, query: str = "", **given: Any) -> None:
    """One tap on a page."""
    await page.send(f"{state.get_full_name()}.{handler}", given, query)  # pyright: ignore[reportAttributeAccessIssue]


async def said(page: Tab, begins: str = "") -> None:
    """Wait until the page tells that it is done."""

    def told() -> bool:
        title = (page.value(SessionState, "notice") or {}).get("title") or ""
        return bool(title) and title.startswith(begins)

    await page.until(told)


async def confirmed(page: Tab, state: type, begins: str = "", query: str = "") -> None:
    await page.until(lambda: (page.value(state, "asked") or {}).get("title"))
    await does(page, state, "confirm", query)
    await said(page, begins)


# What may happen, each through its own door; gives why the pages close.


async def signs_out_elsewhere(stage: Stage) -> str:
    other = await stage.tab("member", "/energy/account/security")
    await does(other, SecurityState, "end_others")
    await said(other, "Signed out of")
    return "ended"


async def changes_the_password(stage: Stage) -> str:
    cookie = await asyncio.to_thread(sign_in, stage.url, stage.people["member"].email)
    form = {"current": PASSWORD, "new": "nine purple herons at dusk"}
    status, headers, _ = await asyncio.to_thread(asked, stage.url, "/auth/password", form, cookie)
    assert (status, "done=password" in headers["location"]) == (303, True), headers["location"]
    return "ended"


async def signed_out_by_the_company(stage: Stage) -> str:
    rosa, query = await stage.tab("rosa", "/staff/energy/customers/people"), f"?id={stage.account.id}"
    await does(rosa, CustomerPeopleState, "end_sessions", query, person_id=stage.people["member"].id)
    await said(rosa, "Member is signed out everywhere")
    return "ended"


async def suspended_by_the_company(stage: Stage) -> str:
    rosa, query = await stage.tab("rosa", "/staff/energy/customers/people"), f"?id={stage.account.id}"
    await does(rosa, CustomerPeopleState, "ask_standing", query, person_id=stage.people["member"].id)
    await confirmed(rosa, CustomerPeopleState, "Suspended", query)
    return "ended"


async def gets_another_role(stage: Stage) -> str:
    owner = await stage.tab("owner", "/energy/account/people")
    await does(owner, PeopleState, "open_change", place_id=place_of(stage, "member"))
    await owner.until(lambda: owner.value(PeopleState, "opened") == "change")
    await does(owner, PeopleState, "send", form={"role": "viewer", "sees": "all", "ends": "never"})
    await said(owner)
    return "changed"


async def is_taken_out_of_the_account(stage: Stage) -> str:
    owner = await stage.tab("owner", "/energy/account/people")
    await does(owner, PeopleState, "ask_to_end", place_id=place_of(stage, "member"))
    await confirmed(owner, PeopleState)
    return "changed"


async def a_colleague_gets_another_role(stage: Stage) -> str:
    rosa = await stage.tab("rosa", "/staff/energy/people")
    await does(rosa, StaffPeopleState, "open_change", person_id=stage.people["operator"].id)
    await rosa.until(lambda: rosa.value(StaffPeopleState, "opened") == "change")
    await does(rosa, StaffPeopleState, "send", form={"role": "administrator"})
    await said(rosa)
    return "changed"


async def a_colleague_is_suspended(stage: Stage) -> str:
    rosa = await stage.tab("rosa", "/staff/energy/people")
    await does(rosa, StaffPeopleState, "ask_standing", person_id=stage.people["operator"].id)
    await confirmed(rosa, StaffPeopleState, "Suspended")
    return "ended"


async def who_looks_as_a_customer_is_suspended(stage: Stage) -> str:
    rosa = await stage.tab("rosa", "/staff/energy/people")
    await does(rosa, StaffPeopleState, "ask_standing", person_id=stage.people["boss"].id)
    await confirmed(rosa, StaffPeopleState, "Suspended")
    return "ended"


async def _brought(stage: Stage) -> str:
    """The operator as the directory knows them."""
    user = {"schemas": [USER], "userName": stage.people["operator"].email, "active": True}
    return (await stage.directory("POST", "Users", user))["id"]


async def a_directory_switches_somebody_off(stage: Stage) -> str:
    off = {"op": "replace", "path": "active", "value": False}
    await stage.directory(
        "PATCH", f"Users/{await _brought(stage)}", {"schemas": [PATCH], "Operations": [off]}
    )
    return "ended"


async def a_directory_gives_another_role(stage: Stage) -> str:
    user = await _brought(stage)
    group = (await stage.directory("POST", "Groups", {"schemas": [GROUP], "displayName": "Chiefs"}))["id"]
    with past_the_wall() as db:
        db.get_one(DirectoryGroup, group).role = "administrator"
    join = {"op": "add", "path": "members", "value": [{"value": user}]}
    await stage.directory("PATCH", f"Groups/{group}", {"schemas": [PATCH], "Operations": [join]})
    return "changed"


async def everybody_is_asked_for_a_second_step(stage: Stage) -> str:
    boss = await stage.tab("boss", "/staff/energy/sign-in-rules")
    await does(boss, HouseRulesState, "ask", form={"who": "everybody", "minutes": "30"})
    await boss.until(lambda: (boss.value(HouseRulesState, "asked") or {}).get("title"))
    await does(boss, HouseRulesState, "change")
    await boss.until(lambda: boss.value(SessionState, "over") == "step")
    return "step"


async def as_oneself(stage: Stage, who: str) -> str:
    return await asyncio.to_thread(sign_in, stage.url, stage.people[who].email)


async def as_a_customer(stage: Stage, who: str) -> str:
    """The cookie of somebody of the company who looks as the member."""
    form = {"person_id": stage.people["member"].id, "account_id": stage.account.id, "why": "Case 4410"}
    cookie = await as_oneself(stage, who)
    status, headers, _ = await asyncio.to_thread(asked, stage.url, "/auth/look-as", form, cookie)
    assert status == 303, headers.items()
    (given,) = [one for one in headers.get_all("set-cookie", []) if one.startswith("portal_session=")]
    return given.partition(";")[0]


Act = Callable[[Stage], Awaitable[str]]


@pytest.mark.line("S-13", "S-15", "S-24")
@pytest.mark.parametrize(
    ("who", "path", "comes", "act"),
    [
        ("member", "/energy", as_oneself, signs_out_elsewhere),
        ("member", "/energy", as_oneself, changes_the_password),
        ("member", "/energy", as_oneself, signed_out_by_the_company),
        ("member", "/energy", as_oneself, suspended_by_the_company),
        ("member", "/energy", as_oneself, gets_another_role),
        ("member", "/energy", as_oneself, is_taken_out_of_the_account),
        ("member", "/energy", as_oneself, everybody_is_asked_for_a_second_step),
        ("operator", "/staff/energy", as_oneself, a_colleague_gets_another_role),
        ("operator", "/staff/energy", as_oneself, a_colleague_is_suspended),
        ("operator", "/staff/energy", as_oneself, a_directory_switches_somebody_off),
        ("operator", "/staff/energy", as_oneself, a_directory_gives_another_role),
        ("boss", "/energy", as_a_customer, who_looks_as_a_customer_is_suspended),
    ],
)
def test_whatever_ends_rights_closes_open_pages_at_both_processes_within_a_second(
    installation, portal, known, who: str, path: str, comes: Callable[..., Awaitable[str]], act: Act
):
    async def story() -> None:
        async with AsyncExitStack() as stack:
            stage = Stage(portal.url, stack, *known)
            cookie = await comes(stage, who)
            pages = await opened_on_both(stack, installation.shared, portal.url, cookie, path)
            why = await act(stage)
            done = time.monotonic()
            await asyncio.gather(*(shown_out(page, why, done) for page in pages))

    asyncio.run(story())
