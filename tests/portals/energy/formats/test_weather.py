"""Temperatures from tables and JSON."""

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.portals.energy.formats.items import Problem, Tally, Temperature
from portal_app.portals.energy.formats.weather import read_weather
from tests.portals.energy.formats.feeds import codes, problems, real

TABLE = (
    "dt,tempF\n2015-11-22T00:00:00-06:00,21.01\n2015-11-22T01:00:00-06:00,20.35\n2015-11-22T02:00-06:00,-1\n"
)
FACTS = [
    (1_448_172_000, 3_600, 2_101, "F"),
    (1_448_175_600, 3_600, 2_035, "F"),
    (1_448_179_200, 3_600, -100, "F"),
]


def read(data: str | bytes) -> list:
    data = data.encode() if isinstance(data, str) else data
    items = list(read_weather(io.BytesIO(data)))
    assert isinstance(items[-1], Tally)
    assert items[-1].seen == len(facts(items)) + items[-1].repeated + items[-1].refused
    return items


def facts(items) -> list[tuple]:
    return [(i.start, i.seconds, i.hundredths, i.unit) for i in items if isinstance(i, Temperature)]


@pytest.mark.parametrize(
    "data",
    [
        TABLE,
        gzip.compress(TABLE.encode()),
        "\ufeff" + TABLE,
        TABLE.replace(",", ";").replace(".", ","),
        TABLE.replace("dt,tempF", "time,Temperature (°F)"),
        TABLE.replace("dt,tempF", "time,temperature_2m (°F)"),
        json.dumps([{"start": r.split(",")[0], "tempF": float(r.split(",")[1])} for r in TABLE.split()[1:]]),
        json.dumps({"unit": "F", "readings": [
            {"time": r.split(",")[0], "temperature": r.split(",")[1]} for r in TABLE.split()[1:]]}),
        json.dumps({
            "utc_offset_seconds": -21600, "hourly_units": {"temperature_2m": "°F"},
            "hourly": {"time": ["2015-11-22T00:00", "2015-11-22T01:00", "2015-11-22T02:00"],
                       "temperature_2m": [21.01, 20.35, -1]}}),
    ],
    ids=["table", "gzip", "mark", "semicolons", "brackets", "service table", "list", "unit", "service"],
)  # fmt: skip
def test_the_same_hours_in_any_dress_read_the_same(data):
    items = read(data)
    assert facts(items) == FACTS
    assert problems(items) == []


def test_celsius_stays_celsius():
    assert facts(read("start,tempC\n2016-01-01T00:00Z,-3.5\n2016-01-02T00:00Z,4\n")) == [
        (1_451_606_400, 86_400, -350, "C"), (1_451_692_800, 86_400, 400, "C"),
    ]  # fmt: skip


@pytest.mark.line("V13-10")
def test_the_sample_station_has_19417_hours_with_their_mean():
    with real("weather/il-tempF.csv.gz").open("rb") as stream:
        items = list(read_weather(stream))
    found = [item for item in items if isinstance(item, Temperature)]
    assert len(found) == 19_417
    assert {(one.seconds, one.unit) for one in found} == {(3_600, "F")}
    assert problems(items) == []
    year = [one for one in found if 1_448_949_600 <= one.start < 1_480_572_000]
    warm = sum(max(0, one.hundredths - 6_500) for one in year) / 2_400
    cold = sum(max(0, 6_000 - one.hundredths) for one in year) / 2_400
    assert (round(cold, 1), round(warm, 1)) == (3_348.8, 1_695.7)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2016-01-01T02:00Z,warm", "not_a_number"),
        ("2016-01-01T02:00Z,900", "absurd_value"),
        ("2016-01-01T02:00,30", "no_offset"),
        ("noon,30", "not_a_time"),
        ("2016-01-01T02:00Z,nan", "no_value"),
        ("2016-01-01T01:00Z,31", "overlap"),
    ],
)
def test_a_bad_row_is_left_out_with_its_reason(row, code):
    items = read(f"dt,tempF\n2016-01-01T00:00Z,30\n2016-01-01T01:00Z,30\n{row}\n2016-01-01T03:00Z,30\n")
    (problem,) = problems(items)
    assert (problem.code, problem.where, problem.fatal) == (code, "row 4", False)
    assert len(facts(items)) == 3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("", "empty"),
        ("start,temp\n2016-01-01T00:00Z,30\n", "unit_missing"),
        ('[{"start": "2016-01-01T00:00Z", "temp": 30}]', "unit_missing"),
        ("start,kWh\n2016-01-01T00:00Z,30\n", "no_header"),
        ("hello", "no_header"),
        ('{"a": 1}', "no_header"),
        ('[{"start": "2016', "broken_json"),
        ("[" * 100_000, "broken_json"),
        (b'["\xff\xfe"]', "broken_json"),
        ("[" + " " * 9_000_000 + "]", "too_large"),
        ("%PDF-1.4", "pdf"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_in_one_sentence(data, code):
    items = read(data)
    assert codes(items) == [code]
    assert problems(items)[0].fatal


def test_a_cut_gzip_keeps_its_rows():
    rows = "".join(f"{1_388_552_400 + n * 3600},{n * 7919 % 97}.{n % 100:02}\n" for n in range(20_000))
    packed = gzip.compress(("dt,tempF\n" + rows).encode())
    items = read(packed[: len(packed) // 2])
    assert codes(items) == ["truncated"]
    assert len(facts(items)) > 1_000


def test_an_empty_list_says_that_nothing_is_in_it():
    assert codes(read("[]")) == ["no_readings"]


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fall(data):
    for head in (b"", b"[", b'{"hourly": ', TABLE.encode()):
        assert all(isinstance(item, Temperature | Problem | Tally) for item in read(head + data))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["2016-01-01T00:00Z", "F"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["hourly", "hourly_units", "time", "temperature_2m", "unit", "readings", "tempF"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_json_makes_it_fall(document):
    read(json.dumps(document))
