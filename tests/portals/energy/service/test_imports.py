"""Files come in whole batches or not at all, once, and with a sheet that says what came of them."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import col, func

from portal_app.core.access import acting_for_company
from portal_app.core.errors import Refusal
from portal_app.core.trail import AuditEntry
from portal_app.portals.energy.service import imports, storing
from portal_app.portals.energy.tables import (
    DayWeather,
    ImportRun,
    Interval,
    Meter,
    Premise,
    Register,
    ServiceAgreement,
)
from portal_app.services.tenancy import service as tenancy
from tests.portals.energy.formats import feeds
from tests.portals.energy.service import books
from tests.portals.energy.service.books import bring, open_books, stored

pytestmark = pytest.mark.usefixtures("both_engines", "clock")

EIGHT = [
    ("2011-06-18", "32.5"), ("2011-06-19", "34.4"), ("2011-08-27", "35.5"), ("2011-08-28", "37.9"),
    ("2011-08-29", "33.2"), ("2011-08-30", "37.4"), ("2011-08-31", "30.6"), ("2011-12-23", "30.3"),
]  # fmt: skip


def own_feed(*blocks: str) -> bytes:
    meter = feeds.entry(
        '<MeterReading xmlns="http://naesb.org/espi"/>', "M/1", ("M/1/IntervalBlock", "ReadingType/1")
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{feeds.reading_type()}{meter}{"".join(blocks)}</feed>'.encode()


@pytest.mark.line("V13-19", "V13-8", "U13-01", "U13-03")
def test_a_year_of_hours_comes_in_with_its_totals_and_its_eight_odd_days(database):
    company = open_books()
    sheet = bring(feeds.INLAND)
    assert (sheet.readings_read, sheet.readings_added, sheet.kwh) == (8760, 8760, "8343.306")
    assert [(day["day"], day["percent"]) for day in sheet.spike_days] == EIGHT
    assert sheet.warnings == []
    assert stored(company)[:2] == (8760, 8_343_306_000)
    by_day = books.days(company)
    assert len(by_day) == 365
    assert sum(by_day.values()) == 8_343_306_000
    months = {n: sum(use for day, use in by_day.items() if day[5:7] == n) for n in ("08", "04")}
    assert {n: f"{use / 1e6:.1f}" for n, use in months.items()} == {"08": "875.3", "04": "599.9"}


@pytest.mark.line("V13-19", "U13-01")
def test_the_same_file_twice_adds_nothing_and_says_the_same(database):
    company = open_books()
    first, again = bring(feeds.INLAND), bring(feeds.INLAND)
    assert (again.readings_added, again.readings_repeated) == (0, 8760)
    assert (again.kwh, again.spike_days, again.warnings) == (first.kwh, first.spike_days, [])
    assert stored(company)[0] == 8760
    assert sum(books.days(company).values()) == 8_343_306_000
    assert len(books.registers(company)) == 1


@pytest.mark.line("V13-17")
def test_the_dearest_day_is_not_the_one_with_most_use(database):
    company = open_books("America/New_York")
    sheet = bring(feeds.NINE_DAYS)
    assert (sheet.readings_read, sheet.kwh, sheet.cost, sheet.summary_cost) == (
        216,
        "199.563",
        "22.06",
        "22.08",
    )
    assert "0.02 apart" in sheet.cost_note
    assert stored(company) == (216, 199_563_000, 2_205_567)
    assert (books.days(company)["2014-01-01"], books.days(company)["2014-01-04"]) == (21_021_000, 26_208_000)


def test_gas_by_the_month_stays_whole_months(database):
    company = open_books()
    sheet = bring(feeds.GAS)
    assert (sheet.readings_added, sheet.gas, sheet.cost) == (35, ("3484.000", "therm"), "7207.11")
    assert (books.registers(company)[0].unit, books.registers(company)[0].commodity) == ("therm", "gas")
    assert books.days(company) == {}
    assert bring(feeds.GAS).readings_added == 0


def test_a_new_account_is_opened_with_all_that_supply_needs(database):
    company = open_books()
    assert bring(feeds.INLAND, "77-1").account_is_new
    with acting_for_company(company, reads_only=True) as access:
        account = tenancy.account_numbered(access, "77-1")
        place, agreement, meter, register = (
            access.first(table, col(table.account_id) == account.id)
            for table in (Premise, ServiceAgreement, Meter, Register)
        )
    assert (place.label, place.street, place.zone) == ("Home", "Address not given yet", "America/Los_Angeles")
    assert (str(agreement.starts), agreement.premise_id, meter.agreement_id) == (
        "2011-01-01",
        place.id,
        agreement.id,
    )
    assert (register.unit, register.seconds, register.meter_id) == ("Wh", 3600, meter.id)


def test_two_accounts_may_bring_the_same_file(database):
    company = open_books()
    assert [bring(feeds.NINE_DAYS, number).readings_added for number in ("1", "2", "1")] == [216, 216, 0]
    assert books.accounts(company) == ["1", "2"]


@pytest.mark.line("U13-01")
def test_readings_that_contradict_stored_ones_are_refused_in_one_sentence_a_block(database):
    company = open_books()
    bring(own_feed(feeds.block(feeds.hours(6))))
    later = own_feed(
        feeds.block(feeds.hours(4, value="999"), number=1)
        + feeds.block(feeds.hours(1, feeds.T0 + 4 * 3600), number=2)
        + feeds.block(feeds.reading(feeds.T0 + 6 * 3600 - 900, "3600", "5"), number=3)
        + feeds.block(feeds.hours(2, feeds.T0 + 7 * 3600), number=4)
    )
    sheet = bring(later)
    assert (sheet.readings_added, sheet.readings_repeated, sheet.readings_refused) == (2, 1, 5)
    assert [(told.code, told.readings) for told in sheet.warnings] == [
        ("overlap_stored", 4),
        ("overlap_stored", 1),
    ]
    assert sheet.warnings[0].sentence == (
        "4 readings of 2014-01-01 05:00 UTC to 2014-01-01 08:00 UTC (Wh) say something else than what is"
        " stored for that time, down to line 7; the stored ones were kept."
    )
    assert sheet.warnings[0].where == "line 4"
    assert sheet.kwh == "0.750"
    assert stored(company)[:2] == (8, 8 * 250_000)


def test_readings_of_the_future_are_left_out_and_estimates_are_marked(database):
    company = open_books()
    soon = int(datetime(2026, 3, 10, 14, tzinfo=UTC).timestamp())
    rows = feeds.reading(soon - 3600, quality=8) + feeds.hours(5, soon)
    sheet = bring(own_feed(feeds.block(rows)))
    assert (sheet.readings_read, sheet.readings_added, sheet.readings_refused, sheet.estimated) == (
        6,
        2,
        4,
        1,
    )
    (told,) = sheet.warnings
    assert told.sentence.startswith(
        "4 readings of 2026-03-10 15:00 UTC to 2026-03-10 18:00 UTC (Wh) lie in the future"
    )
    with acting_for_company(company, reads_only=True) as access:
        qualities = access.db.execute(access.columns(Interval, Interval.quality).order_by(Interval.start))
        assert [quality for (quality,) in qualities] == ["estimated", "actual"]


def test_a_run_that_breaks_off_keeps_whole_batches_and_may_be_repeated(database, monkeypatch):
    company = open_books()
    monkeypatch.setattr(storing, "BATCH", 1_000)

    class Pulled(Exception):
        pass

    def pull_the_plug(done: int, size: int) -> None:
        if done > size // 2:
            raise Pulled

    with pytest.raises(Pulled):
        bring(feeds.INLAND, on_progress=pull_the_plug)
    half = stored(company)[0]
    assert 0 < half < 8760
    assert half % 1_000 == 0
    assert sum(books.days(company).values()) == stored(company)[1]
    sheet = bring(feeds.INLAND)
    assert (sheet.readings_added, sheet.readings_repeated) == (8760 - half, half)
    assert stored(company)[:2] == (8760, 8_343_306_000)
    assert [(day["day"], day["percent"]) for day in sheet.spike_days] == EIGHT
    with acting_for_company(company, reads_only=True) as access:
        assert sorted(run.state for run in access.all(ImportRun)) == ["broken", "done"]


def test_a_truncated_file_keeps_its_good_readings_and_says_where_it_ends(database):
    company = open_books()
    whole = feeds.real(feeds.INLAND).read_bytes()
    sheet = bring(whole[: len(whole) // 2])
    assert sheet.stopped
    assert sheet.readings_added == stored(company)[0] > 3_000
    assert sheet.warnings[-1].code == "truncated"
    assert bring(whole).readings_added == 8760 - sheet.readings_added


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 ...", "pdf"), (b"PK\x03\x04rest", "zip"), (b"", "empty"), (b"hello there", "unknown"),
        (b'<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed>&b;</feed>', "dtd_refused"),
    ],
)  # fmt: skip
def test_what_no_reader_takes_opens_no_account_and_leaves_one_sentence(database, data, code):
    company = open_books()
    sheet = bring(data)
    assert [(told.code, told.fatal) for told in sheet.warnings] == [(code, True)]
    assert books.accounts(company) == []
    with acting_for_company(company, reads_only=True) as access:
        (run,) = access.all(ImportRun)
        assert run.state == "refused"


@pytest.mark.line("V13-20")
def test_a_feed_with_its_offset_turned_round_keeps_its_readings_where_they_are(database):
    company = open_books()
    sheet = bring(own_feed(feeds.block(feeds.hours(3) + feeds.reading("x")), feeds.local_time(18_000)))
    assert sorted(told.code for told in sheet.warnings) == ["not_a_number", "positive_offset"]
    assert (sheet.readings_read, sheet.readings_added, sheet.readings_refused) == (4, 3, 1)
    with acting_for_company(company, reads_only=True) as access:
        starts = access.db.execute(access.columns(Interval, Interval.start).order_by(Interval.start)).all()
    assert [start for (start,) in starts] == [feeds.T0 + at * 3600 for at in range(3)]


def test_a_table_of_intervals_goes_to_the_one_meter_the_account_has(database):
    company = open_books()
    bring(feeds.INLAND)
    table = b"start,kWh,quality\n2012-01-01T00:00-08:00,1.5,actual\n2012-01-01T01:00-08:00,2.25,estimated\n"
    sheet = bring(table, name="more.csv")
    assert (sheet.format, sheet.readings_added, sheet.kwh) == ("csv", 2, "3.750")
    assert len(books.registers(company)) == 1
    assert books.days(company)["2012-01-01"] == 3_750_000
    assert bring(table, name="more.csv").readings_added == 0


def test_costs_in_another_currency_are_not_mixed_in(database):
    company = open_books()
    bring(b"start,seconds,kWh,cost,currency\n2012-01-01T00:00Z,3600,1,0.30,USD\n", name="a.csv")
    sheet = bring(b"start,seconds,kWh,cost,currency\n2012-01-01T01:00Z,3600,1,0.30,EUR\n", name="b.csv")
    assert [told.code for told in sheet.warnings] == ["other_currency"]
    assert stored(company) == (2, 2_000_000, 30_000)


def test_each_import_leaves_a_run_a_note_and_a_poke(database):
    from portal_app.core import live

    company = open_books()
    heard: list[str] = []
    deaf = live.listen(heard.append)
    try:
        sheet = bring(feeds.NINE_DAYS)
    finally:
        deaf()
    assert imports.topic(company) in heard
    with acting_for_company(company, reads_only=True) as access:
        (run,) = access.all(ImportRun)
        assert (run.id, run.state, run.done, run.by) == (sheet.run, "done", run.size, "test")
        assert run.sheet == sheet.to_json()
        assert len(run.sha256) == 64
        notes = access.db.exec(access.rows(AuditEntry, col(AuditEntry.action) == "reading.import")).all()
        assert [note.about for note in notes] == [f"run:{run.id}"]


def test_nobody_brings_anything_into_a_company_that_is_not_there(database):
    open_books()
    with pytest.raises(Refusal, match="no company called nobody"):
        imports.import_file("nobody", "1", feeds.real(feeds.NINE_DAYS), "x.xml", by="test")
    with pytest.raises(Refusal, match="at most 40"):
        bring(feeds.NINE_DAYS, "9" * 41)


@pytest.mark.line("V13-10")
def test_a_stations_hours_give_the_degree_days_of_the_sample(database):
    company = open_books("Etc/GMT+6")
    sheet = bring("weather/il-tempF.csv.gz")
    assert (sheet.station, sheet.readings_read, sheet.readings_added) == ("il-tempF", 19_417, 19_417)
    with acting_for_company(company, reads_only=True) as access:
        sums = access.columns(
            DayWeather, func.sum(DayWeather.hdd), func.sum(DayWeather.cdd), func.min(DayWeather.hours)
        )
        year = sums.where(DayWeather.day >= date(2015, 12, 1), DayWeather.day <= date(2016, 11, 30))
        hdd, cdd, hours = access.db.execute(year).one()
    assert (hdd / 100, cdd / 100) == (pytest.approx(3348.8, abs=0.3), pytest.approx(1695.7, abs=0.3))
    assert hours == 24
    again = bring("weather/il-tempF.csv.gz")
    assert (again.readings_added, again.readings_repeated) == (0, 19_417)


def test_weather_goes_to_the_station_of_the_accounts_place_in_fahrenheit(database):
    company = open_books("Etc/GMT+6")
    bring(feeds.NINE_DAYS)
    rows = "".join(f"2015-12-01T{hour:02}:00-06:00,{10 if hour else -40}\n" for hour in range(24))
    table = f"time,tempC\n{rows}".encode()
    assert bring(table, name="valley.csv").station == "valley"
    assert (
        bring(b"time,tempC\n2015-12-02T00:00-06:00,3\n2015-12-02T01:00-06:00,4\n", name="next.csv").station
        == "valley"
    )
    clash = bring(table.replace(b"T05:00-06:00,10", b"T05:00-06:00,11"), name="again.csv")
    assert [(told.code, told.readings) for told in clash.warnings] == [("overlap_stored", 1)]
    with acting_for_company(company, reads_only=True) as access:
        (day,) = access.db.exec(access.rows(DayWeather)).all()
    assert (str(day.day), day.high, day.low, day.hours) == ("2015-12-01", 5000, -4000, 24)
    assert (day.hdd, day.cdd) == (round((23 * 1000 + 10_000) / 24), 0)
