"""A business lets its directory say who is in its account: in a browser, the directory at the other end."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Page, expect

from tests.browser.conftest import served
from tests.browser.hand import OMAR, ROSA
from tests.browser.pages import Portal, axe, calm

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal of its own, since people come and go here."""
    with served(tmp_path_factory.mktemp("directories") / "data", "directories") as one:
        yield one


def sent(page: Page, portal: Portal, token: str, kind: str, **facts: Any) -> APIResponse:
    """What the directory is answered when it sends somebody or a group."""
    return page.context.request.post(
        f"{portal.url}/scim/v2/{kind}", data=facts, headers={"authorization": f"Bearer {token}"}
    )


@pytest.mark.line("S-24", "S-25")
def test_a_directory_is_let_in_its_group_given_a_role_and_its_token_renewed(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, OMAR, "/energy/account/people")
    phone.get_by_role("link", name="Let your directory say who is here").click()
    phone.wait_for_url(re.compile("/account/directory$"))
    phone.get_by_role("button", name="Let a directory in").click()
    phone.get_by_label("What is it called?").fill("Okta")
    phone.get_by_role("button", name="Make the token").click()
    place = phone.get_by_label("Token", exact=True)
    expect(place).to_have_value(re.compile(r"[\w-]{43}"))
    token = place.input_value()
    assert axe(phone) == []

    nel = sent(phone, portal, token, "Users", schemas=[USER], userName="nel@books.example", displayName="Nel")
    assert nel.status == 201
    crew = [{"value": nel.json()["id"]}]
    assert (
        sent(phone, portal, token, "Groups", schemas=[GROUP], displayName="Crew", members=crew).status == 201
    )
    phone.reload()
    calm(phone)
    expect(place).to_be_hidden()
    expect(phone.get_by_text("1 person. Without a group")).to_be_visible()
    phone.get_by_role("button", name="Change Crew").click()
    phone.get_by_role("radio", name=re.compile("^Member")).check(force=True)
    assert axe(phone) == []
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_role("status").filter(has_text="Crew now gives member")).to_be_visible()
    expect(phone.get_by_text("Gives: Member")).to_be_visible()
    phone.goto("/energy/account/people")
    calm(phone)
    expect(phone.get_by_text("nel@books.example")).to_be_visible()

    phone.goto("/energy/account/directory")
    calm(phone)
    phone.get_by_role("button", name="New token Okta").click()
    phone.get_by_role("button", name="Make a new token").click()
    expect(place).to_have_value(re.compile(r"[\w-]{43}"))
    assert sent(phone, portal, token, "Users", schemas=[USER], userName="x@books.example").status == 401
    phone.get_by_role("button", name="End Okta").click()
    phone.get_by_role("dialog").get_by_role("button", name="End Okta").click()
    expect(phone.get_by_role("status").filter(has_text="Ended: Okta")).to_be_visible()
    expect(phone.get_by_text("None yet.")).to_be_visible()


def test_an_administrator_finds_the_directory_of_their_own_people(
    phone: Page, sign_in: Callable[..., Page]
) -> None:
    sign_in(phone, ROSA, "/staff/energy/people")
    phone.get_by_role("link", name="Let your directory say who is here").click()
    phone.wait_for_url(re.compile("/staff/energy/people/directory$"))
    expect(phone.get_by_text("No directory says who is here yet.")).to_be_visible()
    phone.get_by_role("button", name="Let a directory in").click()
    expect(phone.get_by_role("radio", name=re.compile("^Administrator"))).to_have_count(1)
    assert axe(phone) == []
