"""Tables of intervals as companies export them, and what is wrong with some."""

import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.formats.csv_intervals import read_csv_intervals
from portal_app.portals.energy.formats.items import RegisterFound
from tests.portals.energy.formats.feeds import codes, problems, readings, real, tally

HOURS = (
    "start,kWh\n2011-01-01T00:00-08:00,1.002\n2011-01-01T01:00-08:00,0.867\n2011-01-01T02:00-08:00,0.787\n"
)


def read(text: str | bytes, **options) -> list:
    data = text.encode() if isinstance(text, str) else text
    items = list(read_csv_intervals(io.BytesIO(data), **options))
    count = tally(items)
    assert count.seen == len(readings(items)) + count.repeated + count.refused
    return items


def amounts(text: str | bytes, **options) -> list[int]:
    return [one.amount for one in readings(read(text, **options))]


def test_hours_in_kwh_are_read_exactly():
    items = read(HOURS)
    assert [(one.start, one.seconds, one.amount) for one in readings(items)] == [
        (1_293_868_800, 3_600, 1_002_000), (1_293_872_400, 3_600, 867_000), (1_293_876_000, 3_600, 787_000),
    ]  # fmt: skip
    assert problems(items) == []
    assert [one.line for one in readings(items)] == [2, 3, 4]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + HOURS,
        HOURS.replace(",", ";").replace(".", ","),
        HOURS.replace(",", "\t"),
        HOURS.replace("\n", "\r\n"),
        HOURS.replace("\n", "\r"),
        HOURS.replace("start,kWh", '"Start time","Usage (kWh)"'),
        HOURS.replace("start,kWh", "Timestamp,usage_kwh"),
        "Name,Maya\nAddress,1 Main St\n\n" + HOURS,
        HOURS + "\n\n,\n",
        HOURS.replace("0.867", '"0.867"'),
    ],
    ids=["mark", "comma", "tab", "crlf", "cr", "quoted", "underscores", "preamble", "blank", "quotes"],
)
def test_the_same_table_in_another_dress_reads_the_same(text):
    assert amounts(text) == [1_002_000, 867_000, 787_000]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252", "utf-16-le"])
def test_other_encodings_are_understood(encoding):
    text = HOURS.replace("start,kWh", "start,kWh,Straße")
    assert amounts(text.encode(encoding)) == [1_002_000, 867_000, 787_000]


def test_a_gzipped_table_reads_like_the_plain_one():
    assert amounts(gzip.compress(HOURS.encode())) == [1_002_000, 867_000, 787_000]


@pytest.mark.parametrize(
    ("head", "cell", "unit", "amount"),
    [
        ("start,Wh", "250", "Wh", 250_000),
        ("start,MWh", "0.25", "Wh", 250_000_000),
        ("start,therms", "3.7", "therm", 3_700),
        ("start,Usage (ccf)", "1.5", "ft3", 150_000),
        ("start,Verbrauch [m³]", "2", "m3", 2_000),
    ],
)
def test_each_unit_by_its_heading(head, cell, unit, amount):
    (one,) = readings(read(f"{head},end\n2014-01-01T00:00Z,{cell},2014-01-01T01:00Z\n"))
    assert (one.unit, one.amount) == (unit, amount)


def test_a_unit_column_sorts_rows_into_registers():
    items = read(
        "start,end,amount,unit\n2014-01-01T00:00Z,2014-01-01T01:00Z,1,kWh\n"
        "2014-01-01T00:00Z,2014-01-01T01:00Z,2,therm\n2014-01-01T01:00Z,2014-01-01T02:00Z,3,furlong\n"
    )
    assert [item.unit for item in items if isinstance(item, RegisterFound)] == ["Wh", "therm"]
    assert codes(items) == ["unit_unknown"]
    assert problems(items)[0].where == "row 4"


def test_without_any_unit_kwh_is_taken_and_said():
    items = read("start,value\n2014-01-01T00:00Z,1\n2014-01-01T01:00Z,2\n")
    assert [one.amount for one in readings(items)] == [1_000_000, 2_000_000]
    assert codes(items) == ["unit_assumed"]
    assert codes(read("start,value\n2014-01-01T00:00Z,1\n2014-01-01T01:00Z,2\n", unit="Wh")) == []


def test_quality_cost_and_currency_come_along():
    items = read(
        "start,seconds,kWh,quality,cost,currency\n2014-01-01T00:00Z,900,1,Estimated,0.35,usd\n"
        "2014-01-01T00:15Z,900,1,customer,$1.05,\n2014-01-01T00:30Z,900,1,guessed,plenty,USD\n"
    )
    facts = [(one.seconds, one.quality, one.cost_e5, one.currency) for one in readings(items)]
    assert facts == [
        (900, "estimated", 35_000, "USD"), (900, "customer", 105_000, None), (900, "estimated", None, "USD"),
    ]  # fmt: skip
    assert codes(items) == ["quality_unknown", "bad_cost"]


def test_times_without_offset_are_refused_with_how_to_mend_it():
    items = read(HOURS.replace("-08:00", "") + "1/31/2011 4:00 PM,1\n")
    (problem,) = problems(items)
    assert (problem.code, problem.readings, problem.count) == ("no_offset", 4, 4)
    assert "2011-01-01T00:00-08:00" in problem.sentence
    assert readings(items) == []


def test_the_hour_that_comes_twice_in_autumn_is_two_readings():
    items = read(
        "start,kWh\n2013-11-03T00:00-04:00,1\n2013-11-03T01:00-04:00,2\n2013-11-03T01:00-05:00,3\n"
        "2013-11-03T02:00-05:00,4\n"
    )
    assert [one.seconds for one in readings(items)] == [3_600] * 4
    assert len({one.start for one in readings(items)}) == 4
    assert problems(items) == []


def test_a_missing_hour_stays_a_gap():
    text = "start,kWh\n" + "".join(f"2014-01-01T{hour:02}:00Z,1\n" for hour in (0, 1, 2, 5, 6))
    assert [one.seconds for one in readings(read(text))] == [3_600] * 5


def test_days_around_a_clock_change_have_23_and_25_hours():
    text = "start,kWh\n" + "".join(
        f"{day},1\n"
        for day in ("2013-03-09T00:00-05:00", "2013-03-10T00:00-05:00", "2013-03-11T00:00-04:00",
                    "2013-03-12T00:00-04:00")
    )  # fmt: skip
    assert [one.seconds for one in readings(read(text))] == [86_400, 82_800, 86_400, 86_400]


def test_a_table_sorted_newest_first_reads_the_same():
    head, *rows = HOURS.splitlines()
    items = read("\n".join([head, *reversed(rows)]))
    assert [(one.start, one.seconds) for one in readings(items)] == [
        (1_293_876_000, 3_600), (1_293_872_400, 3_600), (1_293_868_800, 3_600),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "code", "words"),
    [
        ("2014-01-01T02:00Z,lots", "not_a_number", "“lots” is not a number"),
        ("2014-01-01T02:00Z,-4", "negative", "below zero"),
        ("2014-01-01T02:00Z,99999999999", "absurd_value", "more than any meter"),
        ("2014-13-01T02:00Z,1", "not_a_time", "“2014-13-01T02:00Z” is not a time"),
        ("new year,1", "not_a_time", "“new year”"),
        ("1014-01-01T02:00Z,1", "absurd_time", "before 1990"),
        ("2014-01-01T02:00Z", "short_row", "Only 1 cell"),
        ("2014-01-01T01:00Z,5", "overlap", "overlaps an earlier row"),
        ("2014-01-01T02:00Z," + "1" * 70_000, "line_too_long", "64 KB"),
        ("2014-01-01T02:00Z,1\x00\x00", "not_a_number", "“1??”"),
    ],
)
def test_each_bad_row_says_its_reason_and_number(row, code, words):
    items = read(f"start,kWh\n2014-01-01T00:00Z,1\n2014-01-01T01:00Z,1\n{row}\n2014-01-01T03:00Z,1\n")
    (problem,) = problems(items)
    assert (problem.code, problem.where, problem.fatal) == (code, "row 4", False)
    assert words in problem.sentence
    assert len(readings(items)) == 3


def test_a_row_said_twice_is_counted_silently():
    items = read("start,seconds,kWh\n" + "2014-01-01T00:00Z,3600,1\n" * 3)
    assert (len(readings(items)), tally(items).repeated, codes(items)) == (1, 2, [])


def test_an_open_quote_harms_only_its_own_row():
    items = read('start,kWh\n2014-01-01T00:00Z,"1\n2014-01-01T01:00Z,2\n2014-01-01T02:00Z,3\n')
    assert [one.amount for one in readings(items)][-2:] == [2_000_000, 3_000_000]


@pytest.mark.parametrize("text", ["", "hello\n", "a,b,c\n1,2,3\n", "start,colour\n2014-01-01T00:00Z,red\n"])
def test_a_table_without_the_columns_says_which_are_needed(text):
    items = read(text)
    (problem,) = problems(items)
    assert (problem.code, problem.fatal) == ("no_header", True)
    assert "`start`" in problem.sentence
    assert "`kWh`" in problem.sentence


def test_a_header_alone_says_that_no_rows_follow():
    assert codes(read("start,kWh\n")) == ["no_readings"]


def test_a_single_row_without_an_end_cannot_be_placed():
    assert codes(read("start,kWh\n2014-01-01T00:00Z,1\n")) == ["no_length"]


def test_a_cut_gzip_keeps_its_rows():
    text = "start,kWh\n" + "".join(f"{1_388_552_400 + n * 3600},{n * 7919 % 997}\n" for n in range(20_000))
    packed = gzip.compress(text.encode())
    items = read(packed[: len(packed) // 2])
    assert "truncated" in codes(items)
    assert len(readings(items)) > 1_000


def test_the_sample_meter_has_its_days_and_closing_row():
    with real("weather/il-electricity-cdd-hdd-daily.csv.gz").open("rb") as stream:
        items = list(read_csv_intervals(stream, unit="kWh"))
    assert len(readings(items)) == 809
    assert sum(one.amount for one in readings(items)) == 21_925_830_000
    assert problems(items) == []


@pytest.mark.line("V13-11")
def test_the_sample_meter_has_its_bills_with_their_lengths():
    with real("weather/il-electricity-cdd-hdd-billing_monthly.csv.gz").open("rb") as stream:
        items = list(read_csv_intervals(stream, unit="kWh"))
    some = [one for one in readings(items) if 1_450_677_600 <= one.start < 1_482_127_200]
    assert round(sum(one.amount for one in some[:12]) / 1e6) == 10_294
    assert problems(items) == []


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fall(data):
    read(data)
    read(HOURS.encode() + data)


@given(
    st.lists(
        st.sampled_from([*HOURS.replace("\n", ",").split(","), ",", "\n", '"', ";", "\x00"]), max_size=60
    )
)
def test_no_shuffling_of_cells_makes_it_fall(pieces):
    read("".join(pieces))
    read("start,kWh\n" + "".join(pieces))
