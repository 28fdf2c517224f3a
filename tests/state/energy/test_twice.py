"""The same act twice, in two tabs at once and once more a moment later: it is done once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlmodel import text

from portal_app.core.errors import Refusal
from portal_app.portals.energy import seed
from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from portal_app.state.energy.billing import AutopayState, BillState, PaperlessState
from portal_app.state.energy.choices import ChoicesState
from portal_app.state.energy.my_data import MyDataState
from portal_app.state.energy.outages import ReportState
from portal_app.state.energy.requests import MoveState, ReadingState
from tests.engines import past_the_wall
from tests.state.test_session import Tab

Act = Callable[[Any], Awaitable[Any]]
ASKED_FOR = ("autopay", "dataconsent", "delivery", "energychoice", "outagereport", "payment",
             "servicerequest", "selfread")  # fmt: skip


def _count() -> dict[str, int]:
    with past_the_wall() as db:
        return {table: db.execute(text(f"select count(*) from {table}")).scalar_one() for table in ASKED_FOR}  # noqa: S608 -- our own names


def _open_bill() -> str:
    with past_the_wall() as db:
        of_maya = "select id from account where number = '4410-0927'"
        statement = f"select id from bill where account_id = ({of_maya}) order by issued_on desc limit 1"  # noqa: S608
        return db.execute(text(statement)).scalar_one()


@pytest.fixture
def tabs(database):
    """Two pages of Maya's, in one browser."""
    seed.load(small=True)
    identity.use_roles({kind.key: kind.roles for kind in KINDS}, {kind.key: kind.scopes for kind in KINDS})
    value, _ = identity.sign_in("maya@brightwater.example", "open-the-portal")
    place = f"http://x.example/energy/page?id={_open_bill()}"
    yield [Tab(f"portal_session={value}", place) for _ in range(2)]
    identity.use_roles({})


async def _typed_bank(state: Any) -> None:
    await state.load()
    state.bank, state.last_four = "First Bank", "4471"
    await state.offer_words()


async def _named_party(state: Any) -> None:
    await state.load()
    await state.ask_to_give(
        {"party": "Solar planner", "scope": "electricity", "ends_on": state.page.usual_end}
    )


async def _book(state: Any) -> None:
    free = next(slot for slot in state.page.visits if not slot.disabled)
    await state.book({"slot": free.value})


CASES: dict[str, tuple[type, Act, Act]] = {
    "reports an outage": (ReportState, lambda state: state.load(), lambda state: state.report()),
    "pays a bill": (BillState, lambda state: state.load(), lambda state: state.pay()),
    "agrees to autopay": (AutopayState, _typed_bank, lambda state: state.agree()),
    "goes paperless": (PaperlessState, lambda state: state.load(), lambda state: state.choose(True)),
    "chooses": (ChoicesState, lambda state: state.load(), lambda state: state.choose_temperature("C")),
    "lets somebody read": (MyDataState, _named_party, lambda state: state.confirm()),
    "books a visit": (ReadingState, lambda state: state.load(), _book),
    "opens the move form": (MoveState, lambda state: state.load(), lambda state: state.load()),
}


@pytest.mark.line("S-35")
@pytest.mark.parametrize("act", CASES)
def test_two_tabs_and_a_repeat_do_it_once(tabs, act):
    state, prepare, do = CASES[act]

    async def tried(tab: Tab) -> bool:
        try:
            await do(tab.part(state))
        except Refusal:
            return False
        return True

    async def story() -> tuple[dict[str, int], list[bool], dict[str, int]]:
        for tab in tabs:
            await prepare(tab.part(state))
        before = _count()
        went = list(await asyncio.gather(*(tried(tab) for tab in tabs)))
        for tab in tabs:
            await tried(tab)
        return before, went, _count()

    before, went, after = asyncio.run(story())
    assert any(went), "it could not be done at all"
    assert {table: after[table] - before[table] for table in after if after[table] - before[table] > 1} == {}
