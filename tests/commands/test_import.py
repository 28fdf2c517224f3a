"""Bringing files in, as an operator types it."""

import json

import pytest

from portal_app import manage
from tests.portals.energy.formats import feeds
from tests.portals.energy.service.books import SLUG, open_books

pytestmark = pytest.mark.usefixtures("both_engines")


def typed(*words: str) -> int:
    return manage.main(["import", "energy", *words, "--company", SLUG, "--account", "4410-0927"])


@pytest.mark.line("V13-17", "V13-19", "V13-8")
def test_the_last_line_is_the_sheet_and_the_second_run_adds_nothing(database, capsys):
    open_books()
    inland, nine = str(feeds.real(feeds.INLAND)), str(feeds.real(feeds.NINE_DAYS))
    sheets = []
    for _ in range(2):
        assert typed(inland, "--json") == 0
        sheets.append(json.loads(capsys.readouterr().out.splitlines()[-1]))
    assert [sheet["readings_added"] for sheet in sheets] == [8760, 0]
    for sheet in sheets:
        assert (sheet["readings_read"], sheet["kwh"], sheet["warnings"]) == (8760, "8343.306", [])
        assert len(sheet["spike_days"]) == 8
        assert sheet["spike_days"][0] == {"day": "2011-06-18", "percent": "32.5"}
    assert typed(nine, inland, "--json") == 0
    both = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (both["readings_read"], both["readings_added"], both["kwh"], both["cost"]) == (
        8976,
        216,
        "8542.869",
        "22.06",
    )
    assert [one["cost"] for one in both["files"]] == ["22.06", None]


def test_the_sheet_is_readable_without_json(database, capsys):
    open_books()
    assert typed(str(feeds.real(feeds.NINE_DAYS))) == 0
    said = capsys.readouterr()
    assert "account 4410-0927 (new)" in said.out
    assert "216 readings read, 216 added" in said.out
    assert "199.563 kWh" in said.out
    assert "The bill says 22.08" in said.out
    assert said.err == ""


def test_one_bad_file_is_named_and_the_others_come_in(database, capsys, tmp_path):
    open_books()
    bad = tmp_path / "bill.pdf"
    bad.write_bytes(b"%PDF-1.4")
    assert typed(str(bad), str(tmp_path / "nothing.xml"), str(feeds.real(feeds.NINE_DAYS)), "--json") == 1
    said = capsys.readouterr()
    assert "nothing.xml cannot be opened: No such file or directory." in said.err
    sheet = json.loads(said.out.splitlines()[-1])
    assert (sheet["readings_added"], [told["code"] for told in sheet["warnings"]]) == (216, ["pdf"])


def test_an_unknown_company_is_said_and_ends_with_two(database, capsys):
    assert typed(str(feeds.real(feeds.NINE_DAYS))) == 2
    assert capsys.readouterr().err == f"There is no company called {SLUG}.\n"
