"""Readings off the dial: believable or mended, photos that carry nothing else; visits in free half days."""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import col

from portal_app.core.errors import NotYours, Refusal
from portal_app.portals.energy.rules.usage import day_bounds
from portal_app.portals.energy.service import photos, readings_sent, requests, visits
from portal_app.portals.energy.tables import Interval, SelfRead, ServiceRequest
from portal_app.settings import settings
from portal_app.shapes.files import Upload
from tests.portals.energy.account.conftest import ZONE, act, stored

pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("U13-15")]


def _photo(folder: Path, name="meter.jpg", size=(60, 40), kind="JPEG", **more) -> Upload:
    path = folder / name
    Image.new("RGB", size, (200, 30, 30)).save(path, kind, **more)
    return Upload(name, path, path.stat().st_size)


def _drawn(sent: Upload) -> Upload:
    """A photo as its door hands it on, drawn anew."""
    return replace(sent, drawn=photos.draw(sent))


def _exif():
    exif = Image.Exif()
    exif[0x010F] = "A camera maker"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (41.0, 52.0, 41.0)
    return exif


def _send(house, typed, register=None):
    return act(house.owner, readings_sent.send_reading, (register or house.gas).id, typed)


@pytest.mark.line("X-15")
def test_two_taps_send_one_reading_with_one_reference(house):
    first, second = _send(house, "04,410"), _send(house, "04410")
    (row,) = stored(SelfRead)
    assert (row.dial, row.read_on, row.reference) == (4410, date(2026, 3, 10), first.reference)
    assert first.reference == second.reference


def test_another_figure_on_the_same_day_mends_the_first(house):
    _send(house, "04410")
    _send(house, "04419")
    assert [row.dial for row in stored(SelfRead)] == [4419]


@pytest.mark.line("X-16")
def test_a_figure_of_the_wrong_width_or_below_the_last_says_how_to_mend_it(house, clock):
    with pytest.raises(Refusal, match="the dial of this meter has 5. Include the zeros") as no:
        _send(house, "4410")
    assert no.value.field == "reading"
    _send(house, "04410")
    clock.move(days=30)
    with pytest.raises(Refusal, match="meters only count up"):
        _send(house, "04400")
    assert len(stored(SelfRead)) == 1


def test_a_dial_that_no_smart_meter_reads_counts_between_its_two_readings(house, clock):
    _send(house, "04410")
    assert stored(Interval, order=col(Interval.start)) == []
    clock.move(days=30)
    said = _send(house, "04452")
    (counted,) = stored(Interval, order=col(Interval.start))
    assert (counted.amount, counted.quality) == (42_000, "customer")
    begin, end = day_bounds(date(2026, 3, 10), ZONE)[0], day_bounds(date(2026, 4, 9), ZONE)[0]
    assert (counted.start, counted.start + counted.seconds) == (begin, end)
    assert "42 therms since Tue 10 Mar" in said.text


def test_a_mended_reading_counts_again_and_never_twice(house, clock):
    _send(house, "04410")
    clock.move(days=30)
    _send(house, "04452")
    _send(house, "04450")
    assert [row.amount for row in stored(Interval, order=col(Interval.start))] == [40_000]


def test_a_smart_meters_readings_are_never_touched(house, clock):
    from portal_app.core.access import acting_for_company

    owner = {"account_id": house.cast.account.id, "register_id": house.electricity.id}
    with acting_for_company(house.cast.company.id) as access:
        access.add_many(Interval, [{**owner, "start": 1_770_000_000, "seconds": 3600, "amount": 900_000}])
    _send(house, "04410", house.electricity)
    clock.move(days=30)
    _send(house, "04900", house.electricity)
    assert [row.quality for row in stored(Interval, order=col(Interval.start))] == ["actual"]
    assert len(stored(SelfRead)) == 2


def test_a_very_high_figure_asks_for_a_photo_and_passes_with_one(house, clock, tmp_path):
    for figure in ("04410", "04452"):
        _send(house, figure)
        clock.move(days=30)
    with pytest.raises(Refusal, match="add a photo of the meter"):
        _send(house, "09452")
    door = readings_sent.DOOR
    target = act(house.owner, door.take, _drawn(_photo(tmp_path)), register_id=house.gas.id, reading="09452")
    newest = stored(SelfRead, order=col(SelfRead.read_on))[-1]
    assert newest.dial == 9452
    assert newest.reference in target
    assert act(house.owner, readings_sent.sent, newest.reference).reference == newest.reference


@pytest.mark.line("S-44")
def test_a_photo_is_kept_without_position_or_device_under_a_name_nobody_guesses(house, tmp_path):
    sent = _photo(tmp_path, exif=_exif())
    act(house.owner, readings_sent.DOOR.take, _drawn(sent), register_id=house.gas.id, reading="04410")
    (row,) = stored(SelfRead)
    kept = settings().data_dir / "photos" / row.photo
    assert kept.is_file()
    assert kept.stat().st_mode & 0o077 == 0
    assert "meter" not in row.photo
    assert len(row.photo) > 30
    assert b"JFIF" not in kept.read_bytes()
    with Image.open(io.BytesIO(photos.load(row.photo))) as image:
        assert not image.getexif()
        assert image.format == "JPEG"
    assert b"camera maker" not in photos.load(row.photo)
    down = act(house.owner, readings_sent.reading_photo, row.id)
    assert (down.type, down.name) == ("image/jpeg", "meter-2026-03-10.jpg")
    assert Image.open(io.BytesIO(down.content)).size == (60, 40)


@pytest.mark.line("S-45")
def test_only_the_account_and_its_utility_see_a_photo(house, tmp_path):
    act(
        house.owner,
        readings_sent.DOOR.take,
        _drawn(_photo(tmp_path)),
        register_id=house.gas.id,
        reading="04410",
    )
    (row,) = stored(SelfRead)
    assert act(house.staff, readings_sent.reading_photo, row.id).content
    for who in (*house.cast.not_theirs, house.cast.other_staff):
        with pytest.raises(NotYours):
            act(who, readings_sent.reading_photo, row.id)


@pytest.mark.line("S-43")
def test_the_door_refuses_before_a_body_is_read(house):
    for who in house.cast.not_theirs:
        with pytest.raises(NotYours):
            act(who, readings_sent.DOOR.check, register_id=house.gas.id)
    with pytest.raises(Refusal, match="does not allow"):
        act(house.cast.viewer, readings_sent.DOOR.check, register_id=house.gas.id)


@pytest.mark.line("S-44")
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7 not a picture at all", "not a photo we can read"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 and then nothing", "cannot be opened"),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "not a photo we can read",
        ),
    ],
)
def test_what_is_no_photo_is_refused_and_leaves_nothing(house, tmp_path, content, says):
    path = tmp_path / "tmp1a2b"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=says):
        act(
            house.owner, readings_sent.DOOR.take, _drawn(Upload("odd.jpg", path, len(content))),
            register_id=house.gas.id, reading="04410",
        )  # fmt: skip
    assert stored(SelfRead) == []
    folder = settings().data_dir / "photos"
    assert not folder.exists() or not list(folder.iterdir())


@pytest.mark.line("S-44")
@pytest.mark.parametrize(
    ("kind", "more"), [("JPEG", {}), ("JPEG", {"exif": _exif()}), ("PNG", {}), ("WEBP", {})]
)
def test_a_photo_is_told_by_its_content_and_not_by_its_name(tmp_path, kind, more):
    arrived = _photo(tmp_path, "tmp1a2b", kind=kind, **more)
    assert photos.load(photos.keep(_drawn(arrived))).startswith(b"\xff\xd8")


@pytest.mark.line("S-44")
def test_a_photo_that_was_not_drawn_anew_is_never_kept(house, tmp_path):
    with pytest.raises(Refusal, match="cannot be opened"):
        act(house.owner, readings_sent.DOOR.take, _photo(tmp_path), register_id=house.gas.id, reading="04410")
    assert stored(SelfRead) == []
    assert not (settings().data_dir / "photos").exists()


@pytest.mark.line("S-44")
def test_more_than_forty_million_pixels_or_ten_megabytes_are_refused(tmp_path):
    large = _photo(tmp_path, "large.png", size=(7000, 6000), kind="PNG")
    with pytest.raises(Refusal, match="40 million pixels"):
        photos.draw(large)
    with pytest.raises(Refusal, match="larger than 10 MB"):
        photos.draw(replace(large, size=photos.MOST_BYTES + 1))


def test_the_page_shows_what_was_sent_and_the_trouble_in_its_help(house, tmp_path):
    act(
        house.owner,
        readings_sent.DOOR.take,
        _drawn(_photo(tmp_path)),
        register_id=house.gas.id,
        reading="04410",
    )
    page = act(house.owner, readings_sent.page, house.gas.id, "That photo cannot be opened.")
    assert page.sent[0].title == "04410 therms"
    assert page.sent[0].link_to.startswith("/files/energy/reading-photo?read_id=")
    assert any("cannot be opened" in line for line in page.help.paragraphs)
    assert len(page.dials) == 2


def test_a_visit_is_booked_once_and_set_at_once(house):
    first = act(house.owner, requests.ask_reading, house.home.id, "2026-03-12 morning")
    second = act(house.owner, requests.ask_reading, house.home.id, "2026-03-12 morning")
    (row,) = stored(ServiceRequest)
    assert first.request_id == second.request_id == row.id
    assert (row.state, row.wanted_on, row.slot) == ("scheduled", date(2026, 3, 12), "morning")
    page = act(house.owner, requests.request, row.id)
    assert page.stages[2].next_what == "Reads your meter by Thu 12 Mar, 12:00."


def test_the_last_place_of_a_half_day_goes_to_one_customer_and_is_no_longer_offered(house, monkeypatch):
    monkeypatch.setattr(visits, "USUAL_PLACES", 1)
    act(house.owner, requests.ask_reading, house.home.id, "2026-03-12 morning")
    with pytest.raises(Refusal, match="was just taken") as no:
        act(house.cast.stranger, requests.ask_reading, house.next_door.id, "2026-03-12 morning")
    assert no.value.field == "slot"
    offered = [choice.value for choice in act(house.cast.stranger, visits.offered)]
    assert offered[:3] == ["2026-03-11 morning", "2026-03-11 afternoon", "2026-03-12 afternoon"]
    assert len(stored(ServiceRequest)) == 1


def test_a_moved_or_cancelled_visit_frees_its_place(house, monkeypatch):
    monkeypatch.setattr(visits, "USUAL_PLACES", 1)
    booked = act(house.owner, requests.ask_reading, house.home.id, "2026-03-12 morning")
    act(house.owner, requests.reschedule, booked.request_id, "", "2026-03-13 afternoon")
    act(house.cast.stranger, requests.ask_reading, house.next_door.id, "2026-03-12 morning")
    act(house.owner, requests.cancel, booked.request_id)
    offered = [choice.value for choice in act(house.owner, visits.offered)]
    assert "2026-03-13 afternoon" in offered
    assert "2026-03-12 morning" not in offered


@pytest.mark.parametrize(
    "slot", ["2026-03-14 morning", "2026-03-10 morning", "2026-03-12 midnight", "", "x y"]
)
def test_a_half_day_that_cannot_be_is_refused(house, slot):
    with pytest.raises(Refusal):
        act(house.owner, requests.ask_reading, house.home.id, slot)
    assert stored(ServiceRequest) == []
