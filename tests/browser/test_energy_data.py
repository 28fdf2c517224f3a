"""Meter data in the browser: the operator brings files in, a customer takes hers along and shares it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Portal, axe, calm
from tests.portals.energy.formats import feeds

ROSA, MAYA = "rosa@brightwater.example", "maya@brightwater.example"


def send(page: Page, file: Path | dict, account: str) -> None:
    page.get_by_label("Account number").fill(account)
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Bring it in").click()


@pytest.mark.line("U13-01", "V13-17", "V13-19", "V13-8")
def test_rosa_brings_a_year_in_and_sees_its_totals_without_a_reload(
    desktop: Page, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(desktop, ROSA, "/staff/energy/data")
    send(page, feeds.real(feeds.INLAND), "7700-1")
    calm(page)
    row = page.get_by_role("listitem").filter(has_text="For account 7700-1")
    expect(row.get_by_text("8,760 added")).to_be_visible()
    sheet = page.locator("section").filter(has=page.get_by_role("heading", name="Result of Inland"))
    expect(sheet.get_by_text("8343.306 kWh")).to_be_visible()
    expect(sheet.get_by_text("8 days more than 30 % above the usual weekday")).to_be_visible()
    expect(sheet.get_by_text("+37.9 %")).to_be_visible()
    expect(page.get_by_text("Nothing was wrong with this file.")).to_be_visible()
    assert axe(page) == []
    send(page, feeds.real(feeds.NINE_DAYS), "7700-2")
    calm(page)
    expect(page.get_by_text("199.563 kWh").first).to_be_visible()
    expect(page.get_by_text("22.06 USD")).to_be_visible()
    expect(page.get_by_text("the bill says 22.08", exact=True)).to_be_visible()


def test_a_file_that_cannot_be_read_is_refused_beside_its_field(
    desktop: Page, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(desktop, ROSA, "/staff/energy/data")
    send(page, {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}, "7700-1")
    calm(page)
    expect(page.get_by_text("bill.pdf: This is a PDF.")).to_be_visible()
    expect(page.get_by_label("File", exact=True)).to_have_attribute("aria-invalid", "true")


def read_with(page: Page, address: str, token: str) -> tuple[int, int]:
    """What somebody without a cookie gets: the status, and how many bytes."""
    context = page.context.browser.new_context()
    try:
        answer = context.request.get(address, headers={"authorization": f"Bearer {token}"})
        return answer.status, len(answer.body())
    finally:
        context.close()


@pytest.mark.line("B13-7", "X-14")
def test_maya_takes_her_data_along_lets_a_planner_read_and_stops_them(
    portal: Portal, phone: Page, sign_in: Callable[..., Page]
) -> None:
    page = sign_in(phone, MAYA, "/energy/account/data")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Everything, as a table").click()
    table = Path(coming.value.path()).read_text("utf-8-sig").splitlines()
    assert table[0] == "start,seconds,amount,unit,cost,currency,quality"
    assert len(table) > 17_000
    assert axe(page) == []
    page.get_by_label("Who may read it?").fill("Solar Planner")
    page.get_by_role("button", name="Go on: see what it means").click()
    asked = page.get_by_role("dialog")
    expect(asked.get_by_role("heading")).to_contain_text("Let Solar Planner read your meter data until")
    expect(asked.get_by_role("listitem")).to_have_count(3)
    assert axe(page) == []
    asked.get_by_role("button", name="Let Solar Planner read it").click()
    expect(page.get_by_text("Solar Planner may read your meter data")).to_be_visible()
    token = page.get_by_label("Secret").input_value()
    address = f"{portal.url}/files/share/energy"
    status, size = read_with(page, address, token)
    assert (status, size > 1_000_000) == (200, True)
    assert read_with(page, address, token + "x") == (401, 0)
    page.get_by_role("button", name="Stop Solar Planner").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop Solar Planner").click()
    expect(page.get_by_text("Solar Planner can no longer read your meter data")).to_be_visible()
    expect(page.get_by_text("Stopped", exact=True)).to_be_visible()
    assert read_with(page, address, token) == (401, 0)
