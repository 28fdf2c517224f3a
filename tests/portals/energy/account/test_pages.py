"""Every page of the account draws, helps for where one is, and asks the right things of a phone."""

import pytest

from portal_app.pages.energy import account, choices, customers, news, requests, staff_requests
from portal_app.portals.energy.service import account_doors
from tests.components.drawn import named, props

PAGES = (
    *account.PAGES_ACCOUNT,
    *news.PAGES_NEWS,
    *requests.PAGES_REQUESTS,
    *choices.PAGES_CHOICES,
    *staff_requests.PAGES_STAFF_REQUESTS,
    *customers.PAGES_CUSTOMERS,
)
_BY_ROUTE = {page.route: page for page in PAGES}


def _all(drawn):
    """Every element, those behind each answer of a choice among them."""
    if isinstance(drawn, dict):
        if "props" in drawn:
            yield drawn
        for inside in drawn.values():
            yield from _all(inside)
    elif isinstance(drawn, list | tuple):
        for inside in drawn:
            yield from _all(inside)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.route)
def test_every_page_draws_and_has_help_of_its_own(page):
    assert page.view().render()
    assert page.guide.title or page.guide_var is not None


@pytest.mark.line("X-18")
def test_fields_are_native_with_the_right_keyboard():
    found = {
        props(node)["name"].strip('"'): props(node)
        for route in ("/account/move", "/account/reading", "/account/choices")
        for node in _all(_BY_ROUTE[route].view().render())
        if "name" in props(node)
    }
    assert found["stop"]["type"] == found["start"]["type"] == '"date"'
    assert found["reading"]["inputMode"] == '"numeric"'
    assert found["photo"]["type"] == '"file"'
    assert found["photo"]["capture"] == '"environment"'
    assert found["phone"]["type"] == '"tel"'
    assert found["postcode"]["autoComplete"] == '"postal-code"'


@pytest.mark.line("X-16")
def test_each_field_of_the_move_shows_its_own_trouble():
    drawn = str(_BY_ROUTE["/account/move"].view().render())
    for name in (
        "kind",
        "premise",
        "stop",
        "street",
        "postcode",
        "power",
        "supply",
        "start",
        "forwarding_address",
    ):
        assert f"{name}-error" in drawn, name


def test_a_photo_goes_by_a_plain_form_to_a_door_of_the_server():
    (form,) = [
        node for node in named(_BY_ROUTE["/account/reading"].view(), "form") if "encType" in props(node)
    ]
    assert props(form)["method"] == '"post"'
    assert "/files/energy/reading-photo?register_id=" in props(form)["action"]
    assert "onSubmit" not in props(form)


@pytest.mark.line("X-13")
def test_what_cancels_is_a_danger_button_and_what_sends_is_primary():
    buttons = [
        (props(node)["className"], str(node.get("children", "")))
        for page in PAGES
        for node in _all(page.view().render())
        if node.get("name") == '"button"' and "className" in props(node)
    ]
    worn = {text: look for look, text in buttons}
    sends = [look for text, look in worn.items() if "Send my" in text or "Save my alert" in text]
    cancels = [look for text, look in worn.items() if "cancel it too" in text or "Cancel this" in text]
    assert sends
    assert all("primary" in look for look in sends)
    assert cancels
    assert all("danger" in look for look in cancels)


def test_doors_jobs_and_what_comes_round_fit_together():
    assert set(account_doors.CRONS) <= set(account_doors.JOBS)
    assert set(account_doors.UPLOADS) <= set(account_doors.DOWNLOADS)
