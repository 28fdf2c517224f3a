"""Every bad file of the list: the same words and places in the command and on the page; good rows stay."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal_app import manage
from portal_app.core.access import acting_for
from portal_app.core.errors import Refusal
from portal_app.jobs.threads import Worker
from portal_app.portals.energy.service import data_doors, data_page
from portal_app.shapes.files import Upload
from tests import cast
from tests.portals.energy.formats import feeds
from tests.portals.energy.formats.feeds import T0, block, feed, hours, reading, simple
from tests.portals.energy.service import books

pytestmark = pytest.mark.usefixtures("both_engines", "clock")

HOUR = 3_600


@dataclass(frozen=True)
class Bad:
    """A file, what is told of it (code, words, place), and how many of its readings are kept and left out."""

    data: bytes
    told: tuple[tuple[str, str, str], ...]
    kept: int = 0
    out: int = 0
    stops: bool = False


def _cut() -> bytes:
    whole = simple(hours(50))
    return whole[: whole.index(f"<start>{T0 + 30 * HOUR}".encode()) + 9]


BOMB = '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n'
EMPTY_TYPE = feed(feeds.usage_point(), feeds.meter(), feeds.reading_type(""), block(hours(5)))
OFFSET = feed(
    feeds.usage_point(), feeds.local_time(18_000), feeds.meter(), feeds.reading_type(), block(hours(24))
)
OVERLAP = feed(
    feeds.meter(),
    feeds.reading_type(),
    block(hours(24)),
    block(hours(24, T0 + 12 * HOUR, value="999"), number=2),
)
FILES = {
    "truncated": Bad(_cut(), (("truncated", "ends in the middle, at line 38", "line 38"),), 30, stops=True),
    "entity bomb": Bad(
        feed(block(hours(2)), head=BOMB).replace(b"<title>", b"<title>&b;"),
        (("dtd_refused", "refused before any was expanded", "line 2"),),
        stops=True,
    ),
    "positive offset": Bad(
        OFFSET, (("positive_offset", "5 hours ahead of UTC (tzOffset 18000)", "line 4"),), 24
    ),
    "fractional epochs": Bad(
        simple(reading(f"{T0}.66136") + reading(f"{T0 + HOUR}.2") + hours(3, T0 + 5 * HOUR)),
        (("fractional_epoch", "2 start times had a fraction of a second", "line 8"),),
        5,
    ),
    "empty ReadingType": Bad(EMPTY_TYPE, (("empty_reading_type", "ReadingType is empty", "line 5"),), out=5),
    "overlapping blocks": Bad(
        OVERLAP,
        (("overlap", "overlap readings that came earlier in the file and say something else", "line 32"),),
        36,
        12,
    ),
    "two bad rows": Bad(
        simple(hours(3) + reading(T0 + 3 * HOUR, value="x") + reading(T0 + 4 * HOUR, value="-4")),
        (("not_a_number", "value is “x”", "line 11"), ("negative", "below zero", "line 12")),
        3,
        2,
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_the_command_says_each_problem_once_with_its_place_and_keeps_the_good_rows(
    database, capsys, tmp_path, name
):
    bad, company = FILES[name], books.open_books()
    file = tmp_path / "bad.xml"
    file.write_bytes(bad.data)
    ended = manage.main(
        ["import", "energy", str(file), "--company", books.SLUG, "--account", "4410", "--json"]
    )
    said = capsys.readouterr()
    sheet = json.loads(said.out.splitlines()[-1])
    assert [told["code"] for told in sheet["warnings"]] == [code for code, _, _ in bad.told]
    lines = said.out.splitlines()
    for told, (_, words, place) in zip(sheet["warnings"], bad.told, strict=True):
        assert words in told["sentence"]
        assert told["where"].startswith(place)
        assert sum(told["sentence"] in line and told["where"] in line for line in lines[:-1]) == 1
    assert (sheet["readings_added"], sheet["readings_refused"], sheet["stopped"]) == (
        bad.kept,
        bad.out,
        bad.stops,
    )
    assert books.stored(company)[0] == bad.kept
    assert ended == (1 if bad.stops or not bad.kept else 0)
    assert said.err == ""


@pytest.fixture
def people(make_cast) -> cast.Cast:
    return make_cast("energy", zone="America/Los_Angeles")


def sent(people: cast.Cast, folder: Path, name: str, data: bytes) -> str:
    place = folder / "arriving"
    place.write_bytes(data)
    upload = Upload(name, place, len(data), {"account": "1001"})
    data_page.DOOR.draw(upload)
    with acting_for(people.staff) as access:
        target = data_page.take_in(access, upload)
    return target.partition("run=")[2]


@pytest.mark.parametrize("name", FILES)
def test_the_operators_page_says_the_same(people, tmp_path, name):
    bad = FILES[name]
    run_id = sent(people, tmp_path, "bad.xml", bad.data)
    Worker(data_doors.JOBS).run_due()
    with acting_for(people.staff, reads_only=True) as access:
        page = data_page.page(access, run_id)
    rows = page.sheet.warnings.rows
    assert len(rows) == len(bad.told)
    for row, (_, words, place) in zip(rows, bad.told, strict=True):
        assert words in row.cells[0]
        assert row.cells[1].startswith(place)
        assert row.marked == bad.stops
    assert page.sheet.badge.text == ("Read" if bad.kept else "Could not be read")
    facts = {fact.label: fact.value for fact in page.sheet.facts}
    assert facts["Added"] == f"{bad.kept} readings"
    assert facts.get("Left out", "0 readings") == f"{bad.out} readings"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Dear customer,\nhere is your data.\n", "neither a Green Button feed (.xml), a table"),
        (b"<!DOCTYPE html><html><body>Your session ran out</body></html>", "This is a web page"),
        (b"<?xml version='1.0'?><invoice><total>3</total></invoice>", "XML but not a Green Button feed"),
        (b"", "The file is empty"),
    ],
    ids=["a letter", "a web page", "other XML", "nothing"],
)
def test_what_is_no_feed_is_named_by_the_command_and_refused_at_the_door(
    people, capsys, tmp_path, data, words
):
    with pytest.raises(Refusal) as no:
        sent(people, tmp_path, "bad.xml", data)
    assert words in no.value.sentence
    assert no.value.field == "file"
    file = tmp_path / "bad.xml"
    file.write_bytes(data)
    slug = people.company.slug
    assert manage.main(["import", "energy", str(file), "--company", slug, "--account", "77-1"]) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if words in line]
    assert line.startswith("  Stopped, the whole file: ")
