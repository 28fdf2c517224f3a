"""The screens about meter data: what they hold after a tap, and that they can be drawn."""

import asyncio
from collections.abc import Callable

import pytest
import reflex as rx
from reflex.istate.data import HeaderData, URLData

from portal_app.core.errors import Refusal
from portal_app.pages.energy.data import data
from portal_app.pages.energy.my_data import my_data
from portal_app.portals.energy.service import imports
from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from portal_app.settings import settings
from portal_app.state.energy.data import DataState
from portal_app.state.energy.my_data import MyDataState
from portal_app.state.session import SessionState
from tests.portals.energy.formats import feeds
from tests.services.identity.conftest import PASSWORD, door  # noqa: F401 -- a small company whose people sign in

ANN, RAE = "ann@bright.example", "rae@bright.example"
Opens = Callable[..., rx.State]


@pytest.fixture
def opens(door: str) -> Opens:  # noqa: F811
    """Sign somebody in and open a screen of theirs."""
    identity.use_roles({kind.key: kind.roles for kind in KINDS})

    def opened(screen: type[rx.State], email: str, query: str = "") -> rx.State:
        value, _ = identity.sign_in(email, PASSWORD)
        root = rx.State(_reflex_internal_init=True)
        root.rx_router_headers = HeaderData.from_router_data(
            {"headers": {"cookie": f"{settings().session_cookie}={value}", "host": "localhost:3000"}}
        )
        root.rx_router_url = URLData.from_router_data(
            {"headers": {"origin": "http://localhost:3000"}, "asPath": f"/x{query}", "pathname": "/x"}
        )
        state = root.get_substate(screen.get_full_name().split("."))
        asyncio.run(state.load())
        return state

    return opened


def said(state: rx.State) -> str:
    session = state._get_root_state().get_substate(SessionState.get_full_name().split("."))
    return session.notice.title


def test_the_data_page_puts_trouble_beside_its_field_and_shows_the_chosen_sheet(opens):
    sheet = imports.import_file("bright", "1", feeds.real(feeds.NINE_DAYS), "nine.xml", by="test")
    page = opens(DataState, RAE, f"?run={sheet.run}")
    assert (page.page.sheet.title, page.account_problem, page.file_problem) == ("Result of nine.xml", "", "")
    page = opens(DataState, RAE, "?trouble=Which+account%3F&field=account")
    assert (page.account_problem, page.file_problem) == ("Which account?", "")
    page = opens(DataState, RAE, "?trouble=This+is+a+PDF.&field=file")
    assert (page.account_problem, page.file_problem) == ("", "This is a PDF.")
    imports.import_file("bright", "1", feeds.real(feeds.GAS), "gas.xml", by="test")
    asyncio.run(page.refresh())
    assert {row.title for row in page.page.runs} == {"nine.xml", "gas.xml"}
    with pytest.raises(Refusal):
        opens(DataState, ANN)


@pytest.mark.line("B13-7", "X-14")
def test_a_consent_is_asked_about_given_shown_once_and_stopped(opens):
    screen = opens(MyDataState, ANN)
    assert screen.ends_on == screen.page.usual_end
    asyncio.run(screen.ask_to_give({"party": "S", "scope": "all", "ends_on": screen.ends_on}))
    assert screen.party_problem.startswith("Say who may read it")
    assert screen.asked.title == ""
    asyncio.run(screen.confirm())
    assert screen.page.consents == ()
    asyncio.run(screen.ask_to_give({"party": "Solar Planner", "scope": "all", "ends_on": screen.ends_on}))
    assert (screen.party_problem, len(screen.asked.effects)) == ("", 3)
    screen.keep()
    asyncio.run(screen.confirm())
    assert screen.page.consents == ()
    asyncio.run(screen.ask_to_give({"party": "Solar Planner", "scope": "all", "ends_on": screen.ends_on}))
    asyncio.run(screen.confirm())
    assert said(screen) == "Solar Planner may read your meter data"
    assert len(screen.token.value) > 40
    (row,) = screen.page.consents
    asyncio.run(screen.load())
    assert screen.token.value == ""
    asyncio.run(screen.ask_to_stop(row.id))
    assert screen.asked.act == "Stop Solar Planner"
    asyncio.run(screen.confirm())
    assert said(screen) == "Solar Planner can no longer read your meter data"
    assert [row.badge.text for row in screen.page.consents] == ["Stopped"]


@pytest.mark.parametrize("page", [data, my_data])
def test_the_page_can_be_drawn(page):
    assert page().render()
