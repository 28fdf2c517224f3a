"""What is wrong with a feed is said once, in a sentence, with its place; the good rows stay."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.formats.espi import read_espi
from portal_app.portals.energy.formats.items import UsagePointFound
from tests.portals.energy.formats.feeds import (
    T0,
    block,
    codes,
    entry,
    feed,
    hours,
    local_time,
    meter,
    problems,
    reading,
    reading_type,
    readings,
    simple,
    tally,
    usage_point,
)

HOUR = 3_600


def read(data: bytes) -> list:
    items = list(read_espi(io.BytesIO(data)))
    count = tally(items)
    assert count.seen == len(readings(items)) + count.repeated + count.refused
    for problem in problems(items):
        assert problem.sentence.endswith((".", "!"))
        assert "Error" not in problem.sentence
        assert problem.where
    return items


def line_of(data: bytes, text: str) -> int:
    return data.decode().split(text)[0].count("\n") + 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"hello, this is a letter\n", "not_xml"),
        (b"start,kWh\n2011-01-01T00:00Z,1.2\n", "not_xml"),
        (b"%PDF-1.7\n...", "pdf"),
        (b"\x00\x01\x02\x03" * 50, "not_xml"),
    ],
)
def test_a_file_that_is_not_xml_is_named_for_what_it_is(data, code):
    items = read(data)
    assert codes(items) == [code]
    assert problems(items)[0].fatal
    assert readings(items) == []


def test_a_zip_is_to_be_unpacked_first():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("feed.xml", simple(hours(2)))
    items = read(packed.getvalue())
    assert codes(items) == ["zip"]
    assert "Unpack it" in problems(items)[0].sentence


def test_a_cut_file_keeps_the_readings_before_the_cut():
    data = simple(hours(50))
    cut = data[: data.index(f"<start>{T0 + 30 * HOUR}".encode()) + 9]
    items = read(cut)
    assert len(readings(items)) == 30
    (problem,) = problems(items)
    assert (problem.code, problem.fatal) == ("truncated", True)
    line = cut.count(b"\n") + 1
    assert problem.where == f"line {line}"
    assert f"line {line}" in problem.sentence


def test_a_cut_gzip_keeps_the_readings_before_the_cut():
    packed = gzip.compress(
        simple("".join(reading(T0 + n * HOUR, value=str(n * 7919 % 997)) for n in range(9_000)))
    )
    items = read(packed[: len(packed) // 2])
    assert codes(items) == ["truncated"]
    assert len(readings(items)) > 1_000


BOMB = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>\n'
)


@pytest.mark.parametrize(
    "head",
    [
        BOMB,
        '<!DOCTYPE feed SYSTEM "http://127.0.0.1:9/x.dtd">\n',
        '<!DOCTYPE feed [<!ENTITY f SYSTEM "file:///etc/passwd">]>\n',
        "<!DOCTYPE feed>\n",
    ],
)
def test_an_entity_bomb_is_refused_before_it_unfolds(head):
    data = feed(usage_point(), meter(), reading_type(), block(hours(2)), head=head).replace(
        b"Home", b"&c;&f;"
    )
    items = read(data)
    assert codes(items) == ["dtd_refused"]
    assert problems(items)[0].fatal
    assert readings(items) == []


@pytest.mark.line("V13-20")
def test_the_dirty_gas_file_gives_exactly_three_warnings_and_no_crash():
    rows = "".join(
        f'<IntervalBlock xmlns="http://naesb.org/espi"><interval><duration>{seconds}</duration>'
        f"<start>1721154384.66136</start></interval>"
        f"{reading('1721154384.66136', seconds, value, cost, 0)}</IntervalBlock>"
        for seconds, value, cost in (
            (2505600, 12000, 2806000),
            (2592000, 15000, 3306000),
            (2764800, 20000, 4128000),
        )
    )
    data = feed(
        usage_point("", "User/1/UsagePoint/01", ("User/2/UsagePoint/01/MeterReading",)),
        meter("User/2/UsagePoint/01/MeterReading/01", "ReadingType/07", "User/2/UsagePoint/01/MeterReading"),
        f'<entry><content>{rows}</content><link rel="up" '
        'href="User/2/UsagePoint/01/MeterReading/01/IntervalBlock"/></entry>',
        entry('<ReadingType xmlns="http://naesb.org/espi"/>', "ReadingType/07"),
        entry("", "User/2/ElectricPowerUsageSummary/01"),
        local_time(18_000),
    )
    items = read(data)
    assert sorted(codes(items)) == ["empty_reading_type", "fractional_epoch", "positive_offset"]
    assert (tally(items).seen, tally(items).refused) == (3, 3)
    assert not any(problem.fatal for problem in problems(items))
    by_code = {problem.code: problem for problem in problems(items)}
    assert by_code["fractional_epoch"].count == 3
    assert "18000" in by_code["positive_offset"].sentence
    assert by_code["empty_reading_type"].readings == 3


@pytest.mark.line("V13-20")
def test_a_positive_offset_is_only_wrong_where_the_site_lies_west():
    plain = "<uom>72</uom><currency>978</currency>"
    berlin = feed(local_time(3_600, "ECA6", "EFE"), meter(), reading_type(plain), block(hours(2)))
    assert codes(read(berlin)) == []
    dollars = feed(local_time(18_000, "", ""), meter(), reading_type(), block(hours(2)))
    assert codes(read(dollars)) == ["positive_offset"]
    guam = feed(local_time(36_000, "", ""), meter(), reading_type(), block(hours(2)))
    assert codes(read(guam)) == []


@pytest.mark.line("V13-20")
def test_a_fraction_of_a_second_is_dropped_and_said_once():
    items = read(simple(reading(f"{T0}.66136") + reading(f"{T0 + HOUR}.2")))
    assert [one.start for one in readings(items)] == [T0, T0 + HOUR]
    assert codes(items) == ["fractional_epoch"]


def test_an_identical_repeat_is_counted_silently():
    data = feed(meter(), reading_type(), block(hours(24)), block(hours(24), number=2))
    items = read(data)
    assert (len(readings(items)), tally(items).repeated) == (24, 24)
    assert codes(items) == []


def test_a_contradicting_block_is_one_problem_and_the_first_stays():
    again = hours(24, T0 + 12 * HOUR, value="999")
    data = feed(meter(), reading_type(), block(hours(24)), block(again, number=2))
    items = read(data)
    assert len(readings(items)) == 36
    assert {one.amount for one in readings(items) if one.start < T0 + 24 * HOUR} == {250_000}
    (problem,) = problems(items)
    assert (problem.code, problem.readings, problem.fatal) == ("overlap", 12, False)
    assert "2014-01-01 17:00 UTC" in problem.sentence


def test_a_longer_reading_over_shorter_ones_is_a_contradiction():
    data = feed(meter(), reading_type(), block(hours(4)), block(reading(T0 - HOUR, "10800"), number=2))
    assert codes(read(data)) == ["overlap"]


def test_a_file_sorted_newest_first_is_no_problem():
    rows = "".join(reading(T0 - n * HOUR, value=str(n % 7)) for n in range(3_000))
    items = read(feed(meter(), reading_type(), block(rows), block(rows, number=2)))
    assert (len(readings(items)), tally(items).repeated, codes(items)) == (3_000, 3_000, [])


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (reading(T0 + HOUR, value="-5"), "negative"),
        (reading(T0 + HOUR, value="9999999999999"), "absurd_value"),
        (reading(T0 + HOUR, value="1e400000"), "not_a_number"),
        (reading(T0 + HOUR, value="9" * 2_000), "absurd_value"),
        (reading(T0 + HOUR, value="0" * 9_000), "not_a_number"),
        (reading(T0 + HOUR, value="a lot"), "not_a_number"),
        (reading(T0 + HOUR, value="NaN"), "not_a_number"),
        (reading(T0 + HOUR, value=""), "no_value"),
        (reading(T0 + HOUR, "0"), "no_length"),
        (reading(T0 + HOUR, "-3600"), "absurd_length"),
        (reading(T0 + HOUR, "99999999999"), "absurd_length"),
        (reading(T0 + HOUR, ""), "no_duration"),
        (reading((T0 + HOUR) * 1000), "absurd_time"),
        (reading("12"), "absurd_time"),
        (reading("-12"), "absurd_time"),
        (reading("yesterday"), "not_a_number"),
    ],
)
def test_one_bad_reading_is_left_out_and_the_good_ones_stay(bad, code):
    data = simple(reading(T0) + bad + reading(T0 + 2 * HOUR))
    items = read(data)
    assert [one.start for one in readings(items)] == [T0, T0 + 2 * HOUR]
    (problem,) = problems(items)
    assert (problem.code, problem.readings, problem.fatal) == (code, 1, False)
    assert problem.where == f"line {line_of(data, '<IntervalReading>') + 1}"


def test_a_cost_that_is_no_money_loses_only_the_cost():
    items = read(simple(reading(T0, cost="plenty") + reading(T0 + HOUR, cost="819")))
    assert [one.cost_e5 for one in readings(items)] == [None, 819]
    assert codes(items) == ["bad_cost"]


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        ("", "empty_reading_type", "ReadingType is empty"),
        ("<currency>840</currency>", "unit_missing", "names no unit"),
        ("<uom>38</uom>", "not_energy", "power (watts)"),
        ("<uom>80</uom>", "not_energy", "power (kilowatts)"),
        ("<uom>777</uom>", "unit_unknown", "“777”"),
        ("<uom>wh</uom>", "unit_unknown", "“wh”"),
        (
            "<uom>72</uom><accumulationBehaviour>3</accumulationBehaviour>",
            "meter_stand",
            "stand of the meter",
        ),
    ],
)
def test_a_unit_that_cannot_be_used_is_one_problem_for_all_its_readings(kind, code, words):
    items = read(simple(hours(5), kind))
    (problem,) = problems(items)
    assert (problem.code, problem.readings) == (code, 5)
    assert words in problem.sentence
    assert tally(items).refused == 5


def test_water_in_cubic_metres_is_not_taken_for_gas():
    data = feed(usage_point("2"), meter(), reading_type("<uom>42</uom>"), block(hours(3)))
    items = read(data)
    assert codes(items) == ["not_energy"]
    assert tally(items).refused == 3
    late = feed(meter(), reading_type("<uom>42</uom>"), block(hours(3)), usage_point("2"))
    assert codes(read(late)) == ["not_energy"]


def test_gas_called_electricity_is_taken_by_its_unit_and_said():
    data = feed(usage_point("0"), meter(), reading_type("<uom>169</uom>"), block(hours(1, value="1")))
    items = read(data)
    assert readings(items)[0].unit == "therm"
    assert codes(items) == ["commodity_mismatch"]


def test_a_feed_without_any_type_leaves_its_readings_out():
    items = read(feed(usage_point(), block(hours(3))))
    assert codes(items) == ["unit_missing"]
    assert tally(items).refused == 3


def test_another_namespace_is_named():
    items = read(simple(hours(3)).replace(b"http://naesb.org/espi", b"http://example.org/espi"))
    assert codes(items) == ["wrong_namespace"]
    assert "http://example.org/espi" in problems(items)[0].sentence


def test_no_namespace_at_all_is_named():
    items = read(simple(hours(3)).replace(b"http://naesb.org/espi", b""))
    assert codes(items) == ["wrong_namespace"]


def test_a_feed_without_readings_says_so():
    items = read(feed(usage_point(), meter(), reading_type()))
    assert codes(items) == ["no_readings"]
    assert [item.ref for item in items if isinstance(item, UsagePointFound)] == ["UP/1"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data.replace(b"</feed>", b"\xe4\xf6\xfc</feed>"), "wrong_encoding"),
        (lambda data: data.replace(b"</feed>", b"\x00\x00</feed>"), "nul_bytes"),
        (lambda data: data.replace(b"</feed>", b"<a></b></feed>"), "broken_xml"),
        (lambda data: data.replace(b"</feed>", b"&nbsp;</feed>"), "broken_xml"),
        (lambda data: data + b"\x00\x00\x00", "text_after_end"),
        (lambda data: data + data, "text_after_end"),
    ],
)
def test_damage_further_down_keeps_what_came_before(change, code):
    items = read(change(simple(hours(20))))
    assert len(readings(items)) == 20
    assert codes(items) == [code]


@pytest.mark.parametrize("name", ["klingon-8", "shift_jis_or_so", "rot13", "idna"])
def test_an_encoding_nobody_knows_is_said(name):
    items = read(simple(hours(2)).replace(b"UTF-8", name.encode()))
    assert codes(items) == ["wrong_encoding"]


@pytest.mark.parametrize(
    "stuffing",
    [
        b"<a>" * 300_000,
        b"<start>" * 300_000,
        b"<!-- " + b"x" * 6_000_000,
        b'<a b="' + b"x" * 6_000_000,
        b"".join(b"<t%d/>" % n for n in range(20_000)),
        b"".join(b'<a xmlns:p%d="u"/>' % n for n in range(20_000)),
        b"<entry><UsagePoint xmlns='http://naesb.org/espi'/></entry>" * 6_000,
        b"<entry>" + b"<UsagePoint xmlns='http://naesb.org/espi'/>" * 6_000,
    ],
    ids=["deep", "deep leaves", "comment", "attribute", "names", "prefixes", "usage points", "one entry"],
)
def test_what_would_pile_up_in_memory_stops_the_reading(stuffing):
    data = simple(hours(20)).replace(b"</feed>", stuffing)
    items = read(data)
    assert len(readings(items)) == 20
    assert codes(items) == ["too_complex"]
    assert problems(items)[0].fatal


def test_one_endless_text_is_passed_over():
    data = simple(reading(T0) + reading(T0 + HOUR, value="7" * 5_000_000) + reading(T0 + 2 * HOUR))
    items = read(data)
    assert len(readings(items)) == 2
    assert codes(items) == ["not_a_number"]
    assert len(problems(items)[0].sentence) < 200


def test_a_thousand_bad_rows_are_told_a_hundred_times_and_then_counted():
    items = read(simple("".join(reading(T0 + n * HOUR, value="x") for n in range(1_000))))
    assert len(problems(items)) == 101
    assert problems(items)[-1].readings == 900
    assert tally(items).refused == 1_000


def test_a_feed_that_leaps_about_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr("portal_app.portals.energy.formats.espi_feed.MOST_RUNS", 50)
    items = read(simple("".join(reading(T0 + n * 3 * HOUR) for n in range(100))))
    assert codes(items) == ["too_scattered"]
    assert len(readings(items)) == 50


SMALL = (
    simple(reading(T0, cost="819", quality="0") + hours(3, T0 + HOUR) + reading(T0 + 4 * HOUR, quality="8"))
    + b""
)


@given(
    st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.binary(max_size=4), st.integers(0, 6)), max_size=6)
)
def test_no_damage_of_bytes_makes_it_fall(changes):
    data = bytearray(SMALL)
    for at, new, gone in changes:
        data[at : at + gone] = new
    read_quietly(bytes(data))


@given(st.integers(0, len(SMALL)))
def test_no_cut_makes_it_fall(at):
    read_quietly(SMALL[:at])
    read_quietly(gzip.compress(SMALL, mtime=0)[:at])


@given(st.lists(st.sampled_from([line + b"\n" for line in SMALL.splitlines()]), max_size=40))
def test_no_order_of_lines_makes_it_fall(lines):
    read_quietly(b"<feed xmlns='http://www.w3.org/2005/Atom'>" + b"".join(lines[1:]))


def read_quietly(data: bytes) -> None:
    items = list(read_espi(io.BytesIO(data)))
    count = tally(items)
    assert count.seen == len(readings(items)) + count.repeated + count.refused
