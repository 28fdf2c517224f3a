"""Readings leave as they came in: for their owner, and for whom the owner lets read them."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.portals.energy.formats.espi import read_espi
from portal_app.portals.energy.formats.sheet import ResultSheet
from portal_app.portals.energy.service import export, sharing
from portal_app.portals.energy.service.imports import import_file
from portal_app.portals.energy.service.share_door import shared_feed
from portal_app.portals.energy.tables import DataConsent, Premise, Register
from tests import cast
from tests.portals.energy.formats import feeds

pytestmark = pytest.mark.usefixtures("both_engines", "clock")
YEAR = {"ends_on": "2027-03-10"}


@pytest.fixture
def people(make_cast) -> cast.Cast:
    made = make_cast("energy", also=["data.export", "data.share"])
    for name in (feeds.NINE_DAYS, feeds.GAS):
        import_file(made.company.slug, made.account.number, feeds.real(name), name, by="test")
    return made


def written(down) -> bytes:
    return b"".join(down.content)


def sheet_of(data: bytes) -> ResultSheet:
    sheet = ResultSheet()
    for item in read_espi(io.BytesIO(data)):
        sheet.take(item)
    return sheet


def downloaded(person, **asked) -> bytes:
    with acting_for(person, reads_only=True) as access:
        down = export.my_data(access, **asked)
    return written(down)


def share(person, scope: str = "electricity") -> str:
    with acting_for(person) as access:
        return sharing.give(access, "Solar Planner", scope, **YEAR).value


@pytest.mark.line("B13-7")
def test_what_is_downloaded_gives_the_same_totals_when_it_is_brought_in_again(people):
    data = downloaded(people.owner)
    again = import_file(people.company.slug, "fresh", io.BytesIO(data), "mine.xml", by="test")
    assert (again.readings_added, again.kwh, again.cost) == (251, "199.563", "7229.17")
    assert (again.gas, again.summary_cost) == (("3484.000", "therm"), "22.08")
    assert again.warnings == []


@pytest.mark.line("B13-7")
@pytest.mark.parametrize("format", ["espi", "csv"])
def test_a_download_brought_into_its_own_account_adds_nothing(people, format):
    data = downloaded(people.owner, format=format)
    again = import_file(people.company.slug, people.account.number, io.BytesIO(data), "mine", by="test")
    assert (again.readings_read, again.readings_added, again.readings_repeated) == (251, 0, 251)
    with acting_for_company(people.company.id, reads_only=True) as access:
        assert len(access.all(Register)) == 2


@pytest.mark.line("B13-7")
def test_a_download_may_be_of_some_days_and_one_commodity(people):
    days = {"from": "2014-01-01", "to": "2014-01-01"}
    sheet = sheet_of(downloaded(people.owner, commodity="electricity", **days))
    assert (sheet.readings_read, sheet.gas) == (24, None)
    with acting_for(people.owner) as access:
        for wrong in ({"from": "yesterday"}, {"from": "2014-01-02", "to": "2014-01-01"}, {"since": "2014"}):
            with pytest.raises(Refusal):
                export.my_data(access, **wrong)
        with pytest.raises(Refusal, match="Green Button XML or a table"):
            export.my_data(access, format="pdf")


@pytest.mark.line("B13-7")
def test_nobody_downloads_the_readings_of_another(people):
    with acting_for_company(people.company.id, reads_only=True) as access:
        place = access.first(Premise)
    for person in people.not_theirs:
        with acting_for(person) as access, pytest.raises(NotYours):
            export.my_data(access, premise=place.id)
        assert sheet_of(downloaded(person)).readings_read == 0
    with acting_for(people.viewer) as access, pytest.raises(Refusal):
        export.my_data(access)


@pytest.mark.line("B13-7")
def test_whoever_shows_the_token_reads_what_it_was_given_for_and_no_more(people):
    data = written(shared_feed(share(people.owner)))
    sheet = sheet_of(data)
    assert (sheet.readings_read, sheet.kwh, sheet.gas) == (216, "199.563", None)
    assert (sheet.cost, sheet.summary_cost) == (None, None)
    assert b"Address not given" not in data
    everything = sheet_of(written(shared_feed(share(people.owner, "all"))))
    assert (everything.readings_read, everything.cost, everything.summary_cost) == (251, "7229.17", "22.08")
    with acting_for(people.owner) as access:
        (_, first) = sharing.my_data_page(access).consents
        assert "last read 10:00" in first.detail
        read = access.db.exec(access.rows(AuditEntry, col(AuditEntry.action) == "data.read")).all()
        assert len(read) == 2


@pytest.mark.line("B13-7")
def test_a_token_ends_on_its_day_and_at_once_when_it_is_stopped(people, clock):
    token = share(people.owner)
    clock.move(minutes=1)
    other = share(people.owner)
    with acting_for(people.owner) as access:
        newest = sharing.my_data_page(access).consents[0]
        assert sharing.revoke(access, newest.id).title == "Solar Planner can no longer read your meter data"
        sharing.revoke(access, newest.id)
    assert shared_feed(other) is None
    assert shared_feed(token) is not None
    clock.set(datetime(2027, 3, 11, 5, 59, tzinfo=UTC))
    assert shared_feed(token) is not None
    clock.set(datetime(2027, 3, 11, 6, 1, tzinfo=UTC))
    assert shared_feed(token) is None
    for guess in ("", "x" * 300, sharing.hashed(token), "a guess"):
        assert shared_feed(guess) is None
    with acting_for(people.owner) as access:
        assert [row.badge.text for row in sharing.my_data_page(access).consents] == ["Stopped", "Ended"]
        stopped = access.db.exec(access.rows(AuditEntry, col(AuditEntry.action) == "data.unshare")).all()
        assert len(stopped) == 1


@pytest.mark.line("B13-7")
def test_the_secret_is_shown_once_and_never_stored(people):
    token = share(people.owner)
    with acting_for_company(people.company.id, reads_only=True) as access:
        (consent,) = access.all(DataConsent)
    assert token not in consent.model_dump_json()
    assert consent.token_hash == sharing.hashed(token)
    assert (consent.party, str(consent.ends_on), consent.given_by) == ("Solar Planner", "2027-03-10", "Olive")


@pytest.mark.line("B13-7")
@pytest.mark.parametrize(
    ("party", "scope", "ends_on", "field"),
    [
        ("S", "all", "2027-01-01", "party"), ("Solar", "bills", "2027-01-01", "scope"),
        ("Solar", "all", "soon", "ends_on"), ("Solar", "all", "2026-03-10", "ends_on"),
        ("Solar", "all", "2029-03-10", "ends_on"),
    ],
)  # fmt: skip
def test_a_consent_that_cannot_be_is_refused_at_its_field(people, party, scope, ends_on, field):
    for use_case in (sharing.ask_to_give, sharing.give):
        with acting_for(people.owner) as access, pytest.raises(Refusal) as no:
            use_case(access, party, scope, ends_on)
        assert no.value.field == field


@pytest.mark.line("B13-7", "X-14")
def test_a_consent_is_asked_about_with_three_effects_before_it_is_given_or_stopped(people):
    with acting_for(people.owner) as access:
        asked = sharing.ask_to_give(access, "Solar Planner", "electricity", "2029-03-09")
        assert asked.title == "Let Solar Planner read your meter data until 9 Mar 2029?"
        assert len(asked.effects) == 3
        token = sharing.give(access, "Solar Planner", "electricity", "2029-03-09")
        said = sharing.given(access, token)
        assert (said.title, "shown only now" in said.text) == ("Solar Planner may read your meter data", True)
        (row,) = sharing.my_data_page(access).consents
        stop = sharing.ask_to_stop(access, row.id)
        assert (stop.title, len(stop.effects)) == ("Stop Solar Planner from reading your meter data?", 3)


def test_only_the_owner_of_an_account_shares_and_stops(people):
    share(people.owner)
    with acting_for(people.owner) as access:
        (row,) = sharing.my_data_page(access).consents
    with acting_for(people.viewer) as access, pytest.raises(Refusal):
        sharing.give(access, "Solar Planner", "all", **YEAR)
    for person in people.not_theirs:
        allowed = replace(person, permissions=person.permissions | {"data.share"})
        with acting_for(allowed) as access:
            assert sharing.my_data_page(access).consents == ()
            for use_case in (sharing.revoke, sharing.ask_to_stop):
                with pytest.raises(NotYours):
                    use_case(access, row.id)


def test_times_are_ruled_only_where_the_format_can_say_it(people):
    assert export.time_rules("America/New_York").tz_offset_s == -18_000
    assert export.time_rules("America/New_York").dst_start_rule == "360E2000"
    assert export.time_rules("Asia/Kolkata").tz_offset_s == 19_800
    assert export.time_rules("Europe/Amsterdam") is None
    assert export.time_rules("Australia/Sydney") is None
