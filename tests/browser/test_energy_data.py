"""Meter data in the browser: the operator brings files in, a customer takes hers along and shares it."""

import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from scripts.environment import PYTHON, ROOT
from tests.browser.conftest import outside_free
from tests.browser.pages import PASSWORD, Portal, axe, calm
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
    expect(row.get_by_text("8,760 added")).to_be_visible(timeout=20_000)
    sheet = page.locator("section").filter(has=page.get_by_role("heading", name="Result of Inland"))
    expect(sheet.get_by_text("8343.306 kWh")).to_be_visible()
    expect(sheet.get_by_text("8 days more than 30 % above the usual weekday")).to_be_visible()
    expect(sheet.get_by_text("+37.9 %")).to_be_visible()
    expect(page.get_by_text("Nothing was wrong with this file.")).to_be_visible()
    assert axe(page) == []
    send(page, feeds.real(feeds.NINE_DAYS), "7700-2")
    calm(page)
    expect(page.get_by_text("199.563 kWh").first).to_be_visible(timeout=20_000)
    expect(page.get_by_text("22.06 USD")).to_be_visible()
    expect(page.get_by_text("the bill says 22.08", exact=True)).to_be_visible()


def manage(portal: Portal, *words: str, said: str = "") -> None:
    """What the people who run the portal type at the server."""
    done = subprocess.run(  # noqa: S603 - our own command
        [str(PYTHON), "-m", "portal_app.manage", *words],
        cwd=ROOT,
        env={**outside_free(), "PORTAL_DATA_DIR": str(portal.data_dir)},
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.line("V13-19", "V13-17", "U13-01")
@pytest.mark.parametrize(
    ("file", "number", "total", "exact", "months"),
    [
        (feeds.INLAND, "7700-3", "8,343.3 kWh", "8343.306", {"August 2011": "875.3", "April 2011": "599.9"}),
        (feeds.NINE_DAYS, "7700-4", "199.6 kWh", "199.563", {}),
    ],
    ids=["a year", "nine days"],
)
def test_a_customer_reads_the_figure_of_a_brought_file_on_her_usage_page(
    portal: Portal,
    phone: Page,
    sign_in: Callable[..., Page],
    file: str,
    number: str,
    total: str,
    exact: str,
    months: dict[str, str],
) -> None:
    email = f"ida-{number}@brightwater.example"
    company = ("--company", "brightwater", "--account", number)
    manage(portal, "import", "energy", str(feeds.real(file)), *company)
    manage(portal, "person", "add", email, "--name", "Ida Holm", *company, said=f"{PASSWORD}\n")
    page = sign_in(phone, email, "/energy/usage?span=year")
    chart = page.locator("section.chart").filter(has=page.get_by_role("heading", name="Month by month"))
    expect(chart.get_by_text(total, exact=True)).to_be_visible()
    chart.locator("summary").click()
    rows = [row.locator("th,td").all_inner_texts() for row in chart.locator("tbody tr").all()]
    used = {name: value.replace(",", "") for name, value, *_ in rows}
    assert used.pop("Together") == exact
    assert sum(Decimal(value) for value in used.values() if value[0].isdigit()) == Decimal(exact)
    assert {month: str(round(Decimal(used[month]), 1)) for month in months} == months


def test_a_file_beyond_the_limit_is_not_sent_and_the_browser_says_why(
    desktop: Page, sign_in: Callable[..., Page], tmp_path: Path
) -> None:
    page = sign_in(desktop, ROSA, "/staff/energy/data")
    large = tmp_path / "large.xml"
    with large.open("wb") as file:
        file.truncate(3 * 1024**3 + 1)
    chosen = page.get_by_label("File", exact=True)
    send(page, large, "7700-1")
    sentence = chosen.evaluate("field => field.validationMessage")
    assert sentence.startswith("That file is larger than 3 GB, the most that can be sent here. ")
    assert "python -m portal_app.manage import energy FILE" in sentence
    assert page.url.endswith("/staff/energy/data")
    small = tmp_path / "small.xml"
    small.write_bytes(b"<feed/>")
    chosen.set_input_files(small)
    assert chosen.evaluate("field => field.validationMessage") == ""


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
    lines: list[WebSocket] = []
    page.on("websocket", lambda line: lines.append(line))
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
    assert lines == [], "the page goes on with the line it had: a file was fetched, nothing was left"
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
