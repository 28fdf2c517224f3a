"""The result sheet and the first look at a file."""

import csv
import gzip
import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.formats.espi import read_espi
from portal_app.portals.energy.formats.items import Problem
from portal_app.portals.energy.formats.sheet import MOST_WARNINGS, ResultSheet
from portal_app.portals.energy.formats.sniff import sniff
from tests.portals.energy.formats import feeds
from tests.portals.energy.formats.feeds import T0, hours, reading, simple


def sheet_of(stream) -> ResultSheet:
    sheet = ResultSheet()
    for item in read_espi(stream):
        sheet.take(item)
    return sheet


def sheet_of_real(name: str) -> ResultSheet:
    with feeds.real(name).open("rb") as stream:
        return sheet_of(stream)


@pytest.mark.line("V13-19")
def test_the_inland_sheet_says_8343_306():
    sheet = sheet_of_real(feeds.INLAND)
    assert (sheet.readings_read, sheet.kwh, sheet.cost, sheet.warnings) == (8_760, "8343.306", None, [])
    assert (sheet.first, sheet.last) == (1_293_868_800, 1_325_404_800)


@pytest.mark.line("V13-17")
def test_the_nine_days_sheet_shows_both_costs_and_why_they_differ():
    sheet = sheet_of_real(feeds.NINE_DAYS)
    assert (sheet.readings_read, sheet.kwh, sheet.cost, sheet.summary_cost) == (
        216,
        "199.563",
        "22.06",
        "22.08",
    )
    assert sheet.cost_note.startswith("The bill says 22.08; its readings add up to 22.06, 0.02 apart")


def test_the_gas_sheet_counts_therms_apart_from_kwh():
    sheet = sheet_of_real(feeds.GAS)
    assert (sheet.kwh, sheet.gas, sheet.cost) == ("0.000", ("3484.000", "therm"), "7207.11")


def test_gas_billed_in_kwh_is_not_added_to_electricity():
    data = feeds.feed(
        feeds.usage_point("1", "UP/2"),
        feeds.meter(),
        feeds.reading_type("<uom>72</uom>"),
        feeds.block(hours(4)),
    )
    sheet = sheet_of(io.BytesIO(data))
    assert (sheet.kwh, sheet.gas) == ("0.000", ("1.000", "kWh"))


def test_the_json_is_one_line_with_the_promised_keys():
    sheet = sheet_of(io.BytesIO(simple(hours(24) + reading("never"))))
    sheet.readings_added = 24
    text = sheet.to_json()
    assert "\n" not in text
    facts = json.loads(text)
    assert facts["readings_read"] == 25
    assert facts["readings_added"] == 24
    assert facts["readings_refused"] == 1
    assert facts["kwh"] == "6.000"
    assert facts["cost"] is None
    assert facts["spike_days"] == []
    (warning,) = facts["warnings"]
    assert set(warning) >= {"code", "sentence", "where"}
    assert warning["code"] == "not_a_number"


@pytest.mark.line("V13-18")
def test_short_and_long_days_are_listed():
    rows = (
        reading(T0, "82800", "1") + reading(T0 + 82_800, "86400", "1") + reading(T0 + 169_200, "90000", "1")
    )
    sheet = sheet_of(io.BytesIO(simple(rows)))
    assert (sheet.days_short, sheet.days_long) == ([T0], [T0 + 169_200])


def test_the_csv_has_a_row_for_each_problem_and_runs_no_formula():
    sheet = ResultSheet()
    sheet.warn(Problem("odd", "=1+1 is no reading.", "line 7", readings=2))
    rows = list(csv.reader(io.StringIO(sheet.to_csv())))
    assert rows[0][:3] == ["code", "where", "sentence"]
    assert rows[1] == ["odd", "line 7", "'=1+1 is no reading.", "2", "1", "no"]


def test_warnings_are_capped_but_what_stopped_the_reading_is_always_told():
    sheet = ResultSheet()
    for _ in range(MOST_WARNINGS + 20):
        sheet.warn(Problem("odd", "Odd.", "line 1"))
    sheet.warn(Problem("truncated", "Cut.", "line 2", fatal=True))
    assert (len(sheet.warnings), sheet.warnings_more, sheet.stopped) == (MOST_WARNINGS + 1, 20, True)
    assert json.loads(sheet.to_json())["warnings_more"] == 20
    assert "20 more problems" in sheet.to_csv()


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "x")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("head", "kind", "readable"),
    [
        (simple(hours(1)), "espi", True),
        (gzip.compress(simple(hours(1))), "espi", True),
        (b"<?xml version='1.0'?>\n<!--" + b"=" * 70_000, "espi", True),
        (b"\xef\xbb\xbf<feed xmlns='http://www.w3.org/2005/Atom'>", "espi", True),
        ("<feed/>".encode("utf-16"), "espi", True),
        (b"start,kWh\n2011-01-01T00:00Z,1\n", "csv", True),
        (b"Name,Maya\n\nTYPE,DATE,START TIME,USAGE (kWh)\n", "csv", True),
        (b"dt,tempF\n2015-11-22T00:00:00-06:00,21.01\n", "weather_csv", True),
        (b' [{"tempC": 3}]', "weather_json", True),
        (b"<html><body>Sign in</body></html>", "html", False),
        (b"<invoice/>", "xml", False),
        (zipped("feed.xml"), "zip", False),
        (zipped("xl/workbook.xml"), "spreadsheet", False),
        (b"%PDF-1.7", "pdf", False),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "spreadsheet", False),
        (b"", "empty", False),
        (b"\xff\xd8\xff\xe0 picture", "unknown", False),
        (b"dear company", "unknown", False),
    ],
)
def test_the_first_bytes_tell_what_a_file_is(head, kind, readable):
    found = sniff(head)
    assert (found.format, found.readable) == (kind, readable)
    assert bool(found.sentence) != readable


def test_a_look_leaves_the_stream_where_it_was():
    stream = io.BytesIO(b"start,kWh\n")
    assert sniff(stream).format == "csv"
    assert stream.tell() == 0


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(data):
    assert sniff(data).format
    assert sniff(b"\x1f\x8b" + data).gzipped
