"""The brand's style sheet and mark, as a browser fetches them before anybody has signed in."""

import pytest
from sqlmodel import col

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Company
from tests.endpoints.browser import TestClient


def dressed(accent: str = "#660033") -> str:
    """Give the company of the tests a colour of its own; the name of its brand."""
    with before_sign_in() as db:
        company = db.exec(unscoped(Company, col(Company.slug) == "bright")).one()
        company.accent = accent
        db.add(company)
        return company.worn


@pytest.mark.line("B-X7")
def test_a_companys_colours_are_a_style_sheet_kept_for_good_under_a_name_that_changes_with_them(
    browser: TestClient,
):
    first = dressed()
    answer = browser.get(f"/brand/{first}.css")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert "--accent-9:#660033" in answer.text
    second = dressed("#003366")
    assert second != first
    old = browser.get(f"/brand/{first}.css")
    assert "--accent-9:#003366" in old.text
    assert old.headers["cache-control"] == "no-store"
    assert browser.get(f"/brand/{second}.png").status_code == 404, "it has no mark of its own"


@pytest.mark.parametrize(
    "path",
    [
        "/brand/nobody.0123456789ab.css",
        "/brand/bright.css",
        "/brand/bright.zz.css",
        "/brand/..%2f.css",
        "/brand/try/red.css",
        "/brand/try/12345g.css",
        "/brand/try/025b4b%7D.css",
    ],
)
def test_what_names_no_brand_and_no_colour_is_not_found(browser: TestClient, path: str):
    assert browser.get(path).status_code == 404


def test_a_tried_colour_dresses_one_part_of_a_page_alone(browser: TestClient):
    sheet = browser.get("/brand/try/ffcc00.css").text
    assert "--accent-9:#ffcc00" in sheet
    assert sheet.count(".brand-try{") == 3, "light, dark by the device, dark as chosen"
    assert "[data-brand]" not in sheet
