"""What is written out comes back the same."""

import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.formats.csv_intervals import read_csv_intervals
from portal_app.portals.energy.formats.espi import read_espi
from portal_app.portals.energy.formats.espi_export import ExportPart, write_csv, write_espi
from portal_app.portals.energy.formats.items import (
    Reading,
    RegisterFound,
    SummaryFound,
    TimeRules,
    UsagePointFound,
)
from tests.portals.energy.formats import feeds
from tests.portals.energy.formats.feeds import T0, problems, readings

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def back(data: bytes) -> list:
    return list(read_espi(io.BytesIO(data)))


def facts(items) -> list[tuple]:
    return [(r.start, r.seconds, r.amount, r.unit, r.cost_e5, r.currency, r.quality) for r in readings(items)]


def parts(items) -> list[ExportPart]:
    points = {item.ref: item for item in items if isinstance(item, UsagePointFound)}
    bills = tuple(item for item in items if isinstance(item, SummaryFound))
    return [
        ExportPart(
            points[register.usage_point_ref],
            register,
            [one for one in readings(items) if one.register_ref == register.ref],
            tuple(bill for bill in bills if bill.usage_point_ref == register.usage_point_ref),
        )
        for register in items
        if isinstance(register, RegisterFound)
    ]


@pytest.mark.line("B13-7")
@pytest.mark.parametrize("name", [feeds.INLAND, feeds.NINE_DAYS, feeds.GAS])
def test_download_my_data_comes_back_with_the_same_readings_costs_and_bills(name):
    with feeds.real(name).open("rb") as stream:
        items = list(read_espi(stream))
    again = back(b"".join(write_espi(parts(items), made_at=NOW)))
    assert facts(again) == facts(items)
    assert problems(again) == []
    bills = [[(i.start, i.seconds, i.cost_e5, i.amount, i.unit) for i in some if isinstance(i, SummaryFound)]
             for some in (items, again)]  # fmt: skip
    assert bills[0] == bills[1]


@pytest.mark.line("B13-7")
def test_electricity_and_gas_with_every_quality_come_back_from_one_file():
    home = UsagePointFound("UP/1", "electricity", "Home <1> & \x0b “garden”")
    stove = UsagePointFound("UP/2", "gas", "Stove")
    power = RegisterFound("M/1", "UP/1", "electricity", "Wh", "USD", "net", 3_600, "Power")
    gas = RegisterFound("G/1", "UP/2", "gas", "m3", "EUR")
    some = [
        Reading("M/1", T0, 3_600, 250_001, "Wh", 819, "USD", "actual", 0),
        Reading("M/1", T0 + 3_600, 3_600, -7, "Wh", None, "USD", "estimated", 0),
        Reading("M/1", T0 + 7_200, 900, 0, "Wh", -5, "USD", "customer", 0),
        Reading("M/1", T0 + 8_100, 900, 0, "Wh", None, "USD", "missing", 0),
    ]
    more = [Reading("G/1", T0, 2_592_000, 41_500, "m3", 5_543_000, "EUR", "actual", 0)]
    rules = TimeRules(-18_000, 3_600, "360E2000", "B40E2000")
    written = write_espi(
        [ExportPart(home, power, some), ExportPart(stove, gas, more)], made_at=NOW, time_rules=rules
    )
    again = back(b"".join(written))
    assert facts(again) == facts(some[:3] + more)
    assert problems(again) == []
    assert [i.commodity for i in again if isinstance(i, UsagePointFound)] == ["electricity", "gas"]
    assert [(i.flow, i.interval_seconds) for i in again if isinstance(i, RegisterFound)] == [
        ("net", 3_600), ("delivered", 0),
    ]  # fmt: skip
    (kept,) = [i for i in again if isinstance(i, TimeRules)]
    assert (kept.tz_offset_s, kept.dst_start_rule) == (-18_000, "360E2000")


@pytest.mark.line("B13-7")
def test_an_export_is_written_piece_by_piece():
    def endless():
        start = T0
        while True:
            yield Reading("M/1", start, 3_600, 1_000, "Wh", None, None, "actual", 0)
            start += 3_600

    part = ExportPart(
        UsagePointFound("U", "electricity", ""), RegisterFound("M/1", "U", "electricity", "Wh"), endless()
    )
    pieces = write_espi([part], made_at=NOW)
    assert max(len(next(pieces)) for _ in range(30)) < 300_000


@pytest.mark.line("B13-7")
def test_a_table_comes_back_with_the_same_readings_in_local_time():
    with feeds.real(feeds.INLAND).open("rb") as stream:
        items = list(read_espi(stream))
    data = b"".join(write_csv(readings(items), zone=ZoneInfo("America/Los_Angeles")))
    assert b"2011-03-13T03:00:00-07:00" in data
    again = list(read_csv_intervals(io.BytesIO(data)))
    assert facts(again) == facts(items)
    assert problems(again) == []


def test_text_that_a_spreadsheet_would_run_is_made_harmless():
    one = Reading("M/1", T0, 3_600, 1_000, "Wh", 1, "=cmd|' /C calc'!A0", "actual", 0)
    assert b"'=cmd" in b"".join(write_csv([one]))


READING = st.builds(
    Reading,
    st.just("M/1"),
    st.just(0),
    st.sampled_from([900, 3_600, 86_400]),
    st.integers(0, 10**9),
    st.just("Wh"),
    st.none() | st.integers(-(10**9), 10**9),
    st.just("USD"),
    st.sampled_from(["actual", "estimated", "customer"]),
    st.just(0),
)


@given(st.lists(READING, min_size=1, max_size=20))
def test_any_readings_survive_both_ways(some):
    start, placed = T0, []
    for one in some:
        placed.append(one._replace(start=start))
        start += one.seconds
    part = ExportPart(
        UsagePointFound("U", "electricity", ""), RegisterFound("M/1", "U", "electricity", "Wh", "USD"), placed
    )
    assert facts(back(b"".join(write_espi([part], made_at=NOW)))) == facts(placed)
    assert facts(read_csv_intervals(io.BytesIO(b"".join(write_csv(placed))))) == facts(placed)
