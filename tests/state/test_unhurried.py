"""Nothing waits on the event loop, and what takes too long says so instead of keeping everybody waiting."""

import asyncio
import threading
import time
from asyncio import events

import pytest
import structlog
from sqlalchemy import event
from sqlmodel import text

from portal_app.core.access import Access, acting_for, acting_for_company, reads
from portal_app.core.db import Busy, engine
from portal_app.portals.energy import seed
from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from portal_app.state import session as acting
from portal_app.state.energy.account import AccountState, NewsState
from portal_app.state.energy.billing import AutopayState, BillingState, BudgetState, PaperlessState
from portal_app.state.energy.choices import ChoicesState
from portal_app.state.energy.home import HomeState
from portal_app.state.energy.my_data import MyDataState
from portal_app.state.energy.outages import OutageBandState, OutagesState, ReportState
from portal_app.state.energy.requests import MoveState, ReadingState
from portal_app.state.energy.usage import UsageState
from portal_app.state.session import SessionState
from tests import cast
from tests.state.test_session import Tab

LOADS = (
    HomeState, OutageBandState, AccountState, NewsState, BillingState, AutopayState, PaperlessState,
    BudgetState, ChoicesState, MyDataState, OutagesState, ReportState, MoveState, ReadingState, UsageState,
)  # fmt: skip
PASSWORD = "open-the-portal"


@pytest.fixture
def tab(database):
    """Maya's page over the demo."""
    seed.load(small=True)
    identity.use_roles({kind.key: kind.roles for kind in KINDS}, {kind.key: kind.scopes for kind in KINDS})
    value, _ = identity.sign_in("maya@brightwater.example", PASSWORD)
    yield Tab(f"portal_session={value}", "http://x.example/energy")
    identity.use_roles({})


@pytest.fixture
def busiest(monkeypatch):
    """The longest that one turn of the loop kept its thread computing, in seconds of that thread alone."""
    longest = {"seconds": 0.0}
    run = events.Handle._run

    def measured(handle):
        began = time.thread_time()
        run(handle)
        longest["seconds"] = max(longest["seconds"], time.thread_time() - began)

    monkeypatch.setattr(events.Handle, "_run", measured)
    return longest


@pytest.mark.line("S-33")
def test_no_handler_keeps_the_loop_or_asks_the_database_on_it(tab, busiest):
    asked_on_loop: list[str] = []
    asked_beside: list[str] = []
    here = threading.current_thread()

    def watch(_connection, _cursor, statement, *_more):
        (asked_on_loop if threading.current_thread() is here else asked_beside).append(statement)

    async def story() -> None:
        await tab.part(SessionState).arrive()
        for state in LOADS:
            await tab.part(state).load()
        reading, autopay = tab.part(ReadingState), tab.part(AutopayState)
        await tab.part(ReportState).report()
        await tab.part(ChoicesState).choose_temperature("C")
        autopay.bank, autopay.last_four = "First Bank", "4471"
        await autopay.offer_words()
        await autopay.agree()
        await tab.part(PaperlessState).choose(True)
        assert reading.page is not None

    event.listen(engine(), "before_cursor_execute", watch)
    try:
        asyncio.run(story())
    finally:
        event.remove(engine(), "before_cursor_execute", watch)
    assert tab.part(HomeState).home.ready
    assert len(asked_beside) > 100
    assert not asked_on_loop
    assert 0 < busiest["seconds"] < 0.05


def _quick(access: Access) -> str:
    return access.visitor.name


def _slow(access: Access) -> str:
    time.sleep(0.02)
    return access.visitor.name


@pytest.mark.line("S-33")
def test_what_waited_too_long_for_its_turn_is_not_begun_and_says_so(tab, monkeypatch):
    monkeypatch.setattr(acting, "PATIENCE_SECONDS", -1.0)
    with pytest.raises(Busy) as busy:
        asyncio.run(tab.part(HomeState)._do(_quick))
    assert busy.value.sentence == "We are busy just now and nothing was changed. Try again in a moment."


@pytest.mark.line("S-33")
def test_a_use_case_beyond_its_budget_is_written_down_by_its_name(tab, monkeypatch):
    monkeypatch.setattr(acting, "BUDGET_SECONDS", 0.01)
    with structlog.testing.capture_logs() as logged:
        assert asyncio.run(tab.part(HomeState)._do(_slow)) == "Maya Lund"
    assert [(entry["event"], entry["use_case"]) for entry in logged] == [("event.slow", "_slow")]


@reads
def _takes_long(access: Access) -> None:
    access.db.execute(text("select pg_sleep(20)"))


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.line("S-33")
@pytest.mark.parametrize("database", ["postgres"], indirect=True)
@pytest.mark.usefixtures("database")
def test_a_statement_of_a_person_ends_after_five_seconds_and_a_job_may_take_longer():
    people = cast.make("energy")
    began = time.monotonic()
    with pytest.raises(Busy), acting_for(people.owner, reads_only=True) as access:
        _takes_long(access)
    assert time.monotonic() - began < 15
    with acting_for_company(people.company.id) as access:
        allowed = access.db.execute(text("show statement_timeout")).scalar_one()
    assert allowed == "10min"
