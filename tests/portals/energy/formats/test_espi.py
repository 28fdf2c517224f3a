"""Green Button feeds as they are meant to be: totals to the last watt-hour, units, links and time."""

import gzip
import io
from collections import defaultdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal_app.portals.energy.formats.espi import read_espi
from portal_app.portals.energy.formats.items import RegisterFound, SummaryFound, TimeRules, UsagePointFound
from tests.portals.energy.formats import feeds
from tests.portals.energy.formats.feeds import (
    T0,
    block,
    codes,
    entry,
    feed,
    hours,
    meter,
    problems,
    reading,
    reading_type,
    readings,
    simple,
    tally,
    usage_point,
)


def read(data: bytes) -> list:
    return list(read_espi(io.BytesIO(data)))


def read_real(name: str) -> list:
    with feeds.real(name).open("rb") as stream:
        return list(read_espi(stream))


def local_days(items, zone: str) -> dict[str, list]:
    days = defaultdict(list)
    for one in readings(items):
        days[datetime.fromtimestamp(one.start, ZoneInfo(zone)).date().isoformat()].append(one)
    return days


@pytest.mark.line("V13-19")
def test_the_inland_home_has_8760_hours_and_8343_306_kwh():
    items = read_real(feeds.INLAND)
    assert len(readings(items)) == 8_760
    assert sum(one.amount for one in readings(items)) == 8_343_306_000
    assert {one.unit for one in readings(items)} == {"Wh"}
    assert problems(items) == []


@pytest.mark.line("V13-19", "V13-8")
def test_the_inland_home_has_one_day_of_23_and_one_of_25_hours():
    days = local_days(read_real(feeds.INLAND), "America/Los_Angeles")
    lengths = sorted(len(hours_of_day) for hours_of_day in days.values())
    assert (lengths[0], lengths[-1], len(lengths), lengths.count(24)) == (23, 25, 365, 363)
    months = defaultdict(int)
    for day, hours_of_day in days.items():
        months[day[:7]] += sum(one.amount for one in hours_of_day)
    assert round(months["2011-08"] / 1e6, 1) == 875.3
    assert round(months["2011-04"] / 1e6, 1) == 599.9


@pytest.mark.line("V13-17")
def test_the_nine_days_give_199_563_kwh_and_both_costs():
    items = read_real(feeds.NINE_DAYS)
    assert len(readings(items)) == 216
    assert sum(one.amount for one in readings(items)) == 199_563_000
    assert sum(one.cost_e5 for one in readings(items)) == 2_205_567
    (bill,) = [item for item in items if isinstance(item, SummaryFound)]
    assert (bill.cost_e5, bill.currency, bill.amount) == (2_208_000, "USD", 199_563_000)
    assert (bill.start, bill.seconds) == (1_388_552_400, 2_419_200)
    assert problems(items) == []


@pytest.mark.line("V13-17")
def test_the_day_of_highest_use_is_the_cheapest():
    days = local_days(read_real(feeds.NINE_DAYS), "America/New_York")
    facts = {
        day: (
            sum(one.amount for one in day_readings),
            round(sum(one.cost_e5 for one in day_readings) / 1_000),
        )
        for day, day_readings in days.items()
    }
    assert facts["2014-01-01"] == (21_021_000, 256)
    assert facts["2014-01-04"] == (26_208_000, 206)


def test_the_gas_file_gives_3484_therms_and_its_costs():
    items = read_real(feeds.GAS)
    assert len(readings(items)) == 35
    assert sum(one.amount for one in readings(items)) == 3_484_000
    assert sum(one.cost_e5 for one in readings(items)) == 720_711_000
    assert {(one.unit, one.currency) for one in readings(items)} == {("therm", "USD")}
    (point,) = [item for item in items if isinstance(item, UsagePointFound)]
    assert (point.commodity, point.title) == ("gas", "1 MAIN ST, ANYTOWN ME 12345")


def test_bills_that_overlap_by_the_autumn_hour_are_fitted_and_said():
    items = read_real(feeds.GAS)
    assert codes(items) == ["clock_change_overlap"]
    assert problems(items)[0].count == 3
    periods = sorted((one.start, one.start + one.seconds) for one in readings(items))
    assert all(earlier[1] <= later[0] for earlier, later in zip(periods, periods[1:], strict=False))


@pytest.mark.line("V13-18")
def test_days_of_23_and_25_hours_keep_their_length():
    start = int(datetime(2013, 3, 9, 5, tzinfo=UTC).timestamp())
    rows = reading(start, "86400", "25662") + reading(start + 86_400, "82800", "25662")
    rows += reading(start + 169_200, "86400", "21021")
    autumn = int(datetime(2013, 11, 3, 4, tzinfo=UTC).timestamp())
    rows += reading(autumn, "90000", "25662") + reading(autumn + 90_000, "86400", "21021")
    items = read(simple(rows))
    assert [one.seconds for one in readings(items)] == [86_400, 82_800, 86_400, 90_000, 86_400]
    assert problems(items) == []


@pytest.mark.parametrize(
    ("kind", "unit", "amount"),
    [
        ("<powerOfTenMultiplier>3</powerOfTenMultiplier><uom>72</uom>", "Wh", 7_000_000),
        ("<powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>42</uom>", "m3", 7),
        ("<uom>119</uom>", "ft3", 7_000),
        ("<powerOfTenMultiplier>0</powerOfTenMultiplier><uom>132</uom>", "BTU", 7_000),
        ("<powerOfTenMultiplier>-2</powerOfTenMultiplier><uom>169</uom>", "therm", 70),
    ],
)
def test_each_unit_and_multiplier_is_exact(kind, unit, amount):
    (one,) = readings(read(simple(reading(T0, value="7"), kind)))
    assert (one.unit, one.amount) == (unit, amount)


def test_an_amount_finer_than_a_thousandth_is_rounded_and_said():
    kind = "<powerOfTenMultiplier>-6</powerOfTenMultiplier><uom>72</uom>"
    items = read(simple(reading(T0, value="1500") + reading(T0 + 3_600, value="2000"), kind))
    assert [one.amount for one in readings(items)] == [2, 2]
    assert codes(items) == ["rounded"]
    assert problems(items)[0].count == 1


@pytest.mark.parametrize(
    ("quality", "meant"),
    [("0", "actual"), ("8", "estimated"), ("9", "estimated"), ("10", "estimated"), ("12", "estimated"),
     ("14", "actual"), ("17", "actual"), ("19", "actual"), ("7", "estimated")],
)  # fmt: skip
def test_what_was_worked_out_counts_as_estimated(quality, meant):
    (one,) = readings(read(simple(reading(T0, quality=quality))))
    assert one.quality == meant


def test_an_unknown_quality_is_marked_estimated_and_said():
    items = read(simple(reading(T0, quality="99")))
    assert [one.quality for one in readings(items)] == ["estimated"]
    assert codes(items) == ["quality_unknown"]


def test_electricity_and_gas_in_one_file_go_to_their_own_registers():
    gas = "<currency>840</currency><powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>169</uom>"
    items = read(
        feed(
            usage_point("0", "UP/1", ("M",)),
            usage_point("1", "UP/2", ("G",)),
            meter("M/1", "ReadingType/1", "M"),
            meter("G/1", "ReadingType/2", "G"),
            reading_type(),
            reading_type(gas, "ReadingType/2"),
            block(hours(3), "M/1"),
            block(reading(T0, "2592000", "41000"), "G/1"),
            block(hours(2, T0 + 10_800), "M/1", 2),
        )
    )
    assert [(one.register_ref, one.unit) for one in readings(items)] == [
        ("M/1", "Wh"), ("M/1", "Wh"), ("M/1", "Wh"), ("G/1", "therm"), ("M/1", "Wh"), ("M/1", "Wh"),
    ]  # fmt: skip
    registers = {item.ref: item for item in items if isinstance(item, RegisterFound)}
    assert (registers["M/1"].commodity, registers["M/1"].usage_point_ref) == ("electricity", "UP/1")
    assert (registers["G/1"].commodity, registers["G/1"].usage_point_ref) == ("gas", "UP/2")
    assert problems(items) == []


def test_what_a_block_measures_may_be_said_after_it():
    gas = "<powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>169</uom>"
    items = read(
        feed(
            block(hours(2), "M/1"),
            block(reading(T0, "2592000", "41000"), "G/1"),
            reading_type(gas, "ReadingType/2"),
            reading_type(),
            meter("M/1", "ReadingType/1", "M"),
            meter("G/1", "ReadingType/2", "G"),
            usage_point("0", "UP/1", ("M",)),
            usage_point("1", "UP/2", ("G",)),
        )
    )
    assert [(one.unit, one.amount) for one in readings(items)] == [
        ("Wh", 250_000), ("Wh", 250_000), ("therm", 41_000),
    ]  # fmt: skip
    assert problems(items) == []


@pytest.mark.parametrize("late", [False, True])
def test_links_may_stand_below_the_content_of_their_entry(late):
    content = f'<IntervalBlock xmlns="http://naesb.org/espi">{hours(2)}</IntervalBlock>'
    low = f'<entry><content>{content}</content><link rel="up" href="G/1/IntervalBlock"/></entry>'
    kind = "<powerOfTenMultiplier>-3</powerOfTenMultiplier><uom>42</uom>"
    entries = [
        meter("M/1", "ReadingType/1", "M"),
        meter("G/1", "ReadingType/2", "G"),
        reading_type(),
        reading_type(kind, "ReadingType/2"),
    ]
    items = read(feed(low, *entries) if late else feed(*entries, low))
    assert len(readings(items)) == 2
    assert {one.register_ref for one in readings(items)} == {"G/1"}


def test_without_links_the_only_reading_type_is_meant():
    bare = entry(f'<IntervalBlock xmlns="http://naesb.org/espi">{hours(2)}</IntervalBlock>')
    assert len(readings(read(feed(bare, reading_type())))) == 2


def test_readings_without_their_own_times_follow_each_other():
    rows = reading(T0) + "<IntervalReading><value>9</value></IntervalReading>" * 2
    kind = "<uom>72</uom><intervalLength>900</intervalLength>"
    items = read(simple(rows, kind))
    assert [(one.start - T0, one.seconds) for one in readings(items)] == [
        (0, 3_600),
        (3_600, 900),
        (4_500, 900),
    ]


def test_solar_sent_back_is_a_register_of_its_own_direction():
    kind = "<uom>72</uom><flowDirection>19</flowDirection>"
    (register,) = [i for i in read(simple(reading(T0), kind)) if isinstance(i, RegisterFound)]
    assert register.flow == "received"


def test_a_net_register_may_go_below_zero():
    items = read(simple(reading(T0, value="-40"), "<uom>72</uom><flowDirection>4</flowDirection>"))
    assert [one.amount for one in readings(items)] == [-40_000]


def test_the_file_says_its_clock_but_no_reading_moves():
    items = read(simple(reading(T0)))
    (rules,) = [item for item in items if isinstance(item, TimeRules)]
    assert (rules.tz_offset_s, rules.dst_offset_s, rules.dst_start_rule) == (-18_000, 3_600, "360E2000")
    assert readings(items)[0].start == T0


def test_a_gzipped_feed_reads_like_the_plain_one():
    data = simple(hours(300))
    assert readings(read(gzip.compress(data))) == readings(read(data))
    late = feed(block(hours(300)), meter(), reading_type(), usage_point())
    assert len(readings(read(gzip.compress(late)))) == 300


def test_a_pipe_that_cannot_seek_reads_like_a_file():
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self.rest = data

        def readable(self) -> bool:
            return True

        def readinto(self, room) -> int:
            piece, self.rest = self.rest[: len(room)], self.rest[len(room) :]
            room[: len(piece)] = piece
            return len(piece)

    late = feed(block(hours(300)), meter(), reading_type(), usage_point())
    assert len(readings(list(read_espi(Pipe(late))))) == 300


def test_progress_tells_the_bytes_done_up_to_the_end():
    data = simple(hours(2_000))
    told: list[int] = []
    items = list(read_espi(io.BytesIO(data), on_progress=told.append))
    assert told == sorted(told)
    assert told[-1] == len(data) == tally(items).bytes_read


def test_utf_16_and_single_byte_encodings_are_understood():
    text = simple(hours(2)).decode()
    for name in ("utf-16", "iso-8859-1", "windows-1252"):
        data = text.replace("UTF-8", name).replace("Home", "Käthe").encode(name)
        items = read(data)
        assert len(readings(items)) == 2
        assert [i.title for i in items if isinstance(i, UsagePointFound)] == ["Käthe"]


def test_the_line_of_each_reading_is_kept():
    data = simple(hours(3))
    lines = data.decode().splitlines()
    for one in readings(read(data)):
        assert f"<start>{one.start}</start>" in lines[one.line - 1]
