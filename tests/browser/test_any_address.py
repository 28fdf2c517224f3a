"""One build serves under any name and port; the toolchain of the browser tests itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.pages import Portal, axe


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_the_same_build_answers_under_every_name_of_the_machine(
    portal: Portal, new_page: Callable[..., Page], host: str
) -> None:
    origin = portal.url.replace("localhost", host)
    page = new_page(base_url=origin)
    with page.expect_websocket() as waiting:
        page.goto("/sign-in")
    socket = waiting.value
    assert socket.url.startswith(origin.replace("http", "ws") + "/_event")
    with socket.expect_event("framereceived"):
        pass


def test_axe_finds_what_is_wrong(new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.set_content("<html lang='en'><title>T</title><main><h1>H</h1><img src='data:,'></main></html>")
    assert any(line.startswith("image-alt") for line in axe(page))
