"""The sign-in page before anybody is known."""

import asyncio

import pytest
import reflex as rx
from reflex.istate.data import HeaderData, URLData

from portal_app.registry import KINDS
from portal_app.services.identity import service as identity
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings
from portal_app.state.shared.sign_in import PROBLEMS, SignInState, typed_in
from tests.services.identity.conftest import PASSWORD, door  # noqa: F401 -- a demo company whose people sign in


def opened(query: str = "", cookie: str = "", host: str = "localhost:3000") -> tuple[SignInState, object]:
    """The page as somebody opens it, and where it sends them."""
    root = rx.State(_reflex_internal_init=True)
    root.rx_router_headers = HeaderData.from_router_data({"headers": {"cookie": cookie, "host": host}})
    root.rx_router_url = URLData.from_router_data(
        {"headers": {"origin": f"http://{host}"}, "asPath": f"/sign-in{query}", "pathname": "/sign-in"}
    )
    state = root.substates[SignInState.get_full_name().split(".")[1]]
    return state, asyncio.run(state.load())


def test_the_page_wears_the_companys_name_and_offers_the_demos_people(door):  # noqa: F811
    page, leads = opened()
    assert leads is None
    assert page.who.company == "Bright Power"
    assert page.welcome == KINDS[0].welcome
    assert [(each.first_name, each.initials) for each in page.people] == [("Rae", "RR"), ("Ann", "AA")]
    assert (page.open_to, page.open_label) == ("/energy/report", "Report an outage, no sign-in")
    assert page.said.title == ""


@pytest.mark.line("S-08")
def test_outside_a_demo_no_trace_of_it_is_on_the_page(door, monkeypatch):  # noqa: F811
    tenancy.create_company("real", "energy", "Real Power")
    monkeypatch.setenv("PORTAL_DEMO", "0")
    settings.cache_clear()
    page, _ = opened()
    assert page.people == []
    assert page.who.company == "Real Power"
    monkeypatch.delenv("PORTAL_DEMO")
    settings.cache_clear()


@pytest.mark.parametrize("problem", list(PROBLEMS))
def test_a_problem_is_told_with_how_to_mend_it_and_the_email_is_kept(door, problem):  # noqa: F811
    page, _ = opened(
        f"?problem={problem}&next=%2Fenergy%2Fbilling", cookie="portal_typed=ann%40bright.example"
    )
    assert page.said == PROBLEMS[problem]
    assert page.said.text
    assert page.email == "ann@bright.example"
    assert page.next_place == "/energy/billing"


@pytest.mark.line("S-31", "S-40")
def test_what_the_address_bar_says_is_not_believed(door):  # noqa: F811
    page, _ = opened("?problem=<script>&next=//evil.example&company=nobody")
    assert (page.said.title, page.next_place, page.company_slug) == ("", "", "")
    assert typed_in("portal_typed=%3Cscript%3E") == ""
    assert typed_in("\0=;;=") == ""


def test_a_company_named_in_the_address_is_kept_in_the_form(door):  # noqa: F811
    tenancy.create_company("dim", "energy", "Dim Power")
    page, _ = opened("?company=dim")
    assert (page.who.company, page.company_slug) == ("Dim Power", "dim")
    assert page.open_to == "/energy/report?company=dim"
    assert page.people == [], "the demo's people are of another company"


@pytest.mark.line("S-40")
def test_somebody_signed_in_already_goes_straight_on_and_only_within_the_house(door):  # noqa: F811
    value, _ = identity.sign_in("ann@bright.example", PASSWORD)
    for query, reached in (
        ("", "/energy"),
        ("?next=/energy/usage", "/energy/usage"),
        ("?next=//evil.example", "/energy"),
    ):
        _, leads = opened(query, cookie=f"portal_session={value}")
        assert f'"{reached}"' in str(leads)
