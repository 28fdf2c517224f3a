"""The pages that ask for a mail, as somebody comes back to them."""

import asyncio

import pytest
import reflex as rx
from reflex.istate.data import HeaderData, URLData

from portal_app.state.shared.mailed import MailedState
from portal_app.state.shared.sign_in import PROBLEMS
from tests.services.identity.conftest import door  # noqa: F401 -- a demo company whose people sign in

PHONE = "portal_typed=530%20555%200142"


def opened(path: str, query: str = "", cookie: str = "") -> MailedState:
    """The page as somebody opens it."""
    root = rx.State(_reflex_internal_init=True)
    root.rx_router_headers = HeaderData.from_router_data(
        {"headers": {"cookie": cookie, "host": "localhost:3000"}}
    )
    root.rx_router_url = URLData.from_router_data(
        {"headers": {"origin": "http://localhost:3000"}, "asPath": f"{path}{query}", "pathname": path}
    )
    state = root.substates[MailedState.get_full_name().split(".")[1]]
    asyncio.run(state.load_lost() if path == "/sign-in/lost" else state.load_asking())
    return state


@pytest.mark.parametrize("path", ["/reset", "/sign-in/mailed", "/sign-in/find", "/sign-in/lost"])
def test_what_was_tried_too_often_is_said_on_the_form_itself(door, path):  # noqa: F811
    page = opened(path, "?problem=throttled", "portal_typed=ann%40bright.example")
    assert page.said == PROBLEMS["throttled"]
    assert page.email == "ann@bright.example"


def test_the_phone_that_a_login_was_looked_for_by_stands_in_that_form_alone(door):  # noqa: F811
    assert opened("/sign-in/find", "?sent=1", PHONE).email == "530 555 0142"
    assert opened("/reset", "", PHONE).email == ""
