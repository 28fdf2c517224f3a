"""A file sent in the browser waits, is read by a job, and its sheet is on the operator's page."""

from pathlib import Path

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.errors import NotYours, Refusal
from portal_app.jobs.threads import Worker
from portal_app.portals.energy import permissions
from portal_app.portals.energy.service import data_doors, data_page
from portal_app.portals.energy.tables import ImportRun, Interval
from portal_app.services.tenancy import service as tenancy
from portal_app.shapes.files import Upload
from tests import cast
from tests.portals.energy.formats import feeds

pytestmark = pytest.mark.usefixtures("both_engines", "clock")


@pytest.fixture
def people(make_cast) -> cast.Cast:
    made = make_cast("energy", zone="America/Los_Angeles")
    assert "reading.import" in made.staff.permissions
    return made


def arrived(folder: Path, data: bytes, name: str = "inland.xml", **fields: str) -> Upload:
    place = folder / "arriving"
    place.write_bytes(data)
    upload = Upload(name, place, len(data), fields)
    data_page.DOOR.draw(upload)
    return upload


def sent(people: cast.Cast, folder: Path, data: bytes, **fields: str) -> str:
    with acting_for(people.staff) as access:
        target = data_page.take_in(access, arrived(folder, data, **fields))
    return target.partition("run=")[2]


def seen(people: cast.Cast, run_id: str = ""):
    with acting_for(people.staff, reads_only=True) as access:
        return data_page.page(access, run_id)


@pytest.mark.line("U13-01", "V13-19", "V13-8")
def test_a_sent_file_is_read_by_a_job_and_its_sheet_is_on_the_page(people, tmp_path):
    data = feeds.real(feeds.INLAND).read_bytes()
    run_id = sent(people, tmp_path, data, account="1001")
    waits = seen(people, run_id)
    assert (waits.runs[0].badge.text, waits.runs[0].moving, waits.sheet.shown) == ("Waiting", True, False)
    assert waits.runs[0].progress.words == "0 bytes of 1.8 MB read"
    assert Worker(data_doors.JOBS).run_due() == 1
    page = seen(people, run_id)
    assert (page.runs[0].badge.text, page.runs[0].end) == ("Read", "8,760 added")
    facts = {fact.label: fact.value for fact in page.sheet.facts}
    assert (facts["Electricity"], facts["Added"], facts["Account"]) == (
        "8343.306 kWh",
        "8,760 readings",
        "1001",
    )
    assert page.sheet.spikes_title.startswith("8 days")
    assert (page.sheet.spikes[0].title, page.sheet.spikes[0].end) == ("2011-06-18", "+32.5 %")
    assert list(data_page.waiting_place("x").parent.iterdir()) == []
    with acting_for_company(people.company.id, reads_only=True) as access:
        assert access.all(ImportRun)[0].by == "Sally"
        owners = access.db.execute(access.columns(Interval, Interval.account_id).distinct()).all()
        assert owners == [(people.account.id,)]


@pytest.mark.line("V13-17")
def test_the_sheet_shows_the_bills_figure_beside_the_rounding(people, tmp_path):
    run_id = sent(people, tmp_path, feeds.real(feeds.NINE_DAYS).read_bytes(), account="new-1")
    Worker(data_doors.JOBS).run_due()
    sheet = seen(people, run_id).sheet
    (costs,) = [fact for fact in sheet.facts if fact.label == "Costs"]
    assert (costs.value, costs.detail) == ("22.06 USD", "the bill says 22.08")
    assert "0.02 apart" in sheet.cost_note


def test_what_cannot_be_read_is_refused_at_the_door_with_a_reason(people, tmp_path):
    with acting_for(people.staff) as access:
        for data, account, sentence, field in (
            (b"%PDF-1.4", "1001", "Figures in a PDF", "file"),
            (b"Dear customer,", "1001", "neither a Green Button feed", "file"),
            (b"<!DOCTYPE html><html><body>Sign in", "1001", "This is a web page", "file"),
            (b"", "1001", "The file is empty", "file"),
            (b"<feed/>", "", "which account", "account"),
            (b"<feed/>", "9" * 41, "at most 40", "number"),
        ):
            with pytest.raises(Refusal, match=sentence) as no:
                data_page.take_in(access, arrived(tmp_path, data, account=account))
            assert no.value.field == field
    assert seen(people).runs == ()


def test_only_the_companys_own_people_bring_data_in_and_see_it(people, tmp_path):
    run_id = sent(people, tmp_path, feeds.real(feeds.NINE_DAYS).read_bytes(), account="1001")
    for person in people.customers:
        with acting_for(person) as access:
            for use_case in (data_page.may_bring, data_page.page, data_page.sheet_csv):
                with pytest.raises(Refusal):
                    use_case(access)
    with acting_for(people.other_staff) as access:
        assert data_page.page(access).runs == ()
        for look in (data_page.page, data_page.sheet_csv):
            with pytest.raises(NotYours):
                look(access, run_id)
    assert permissions.PERMISSIONS["reading.import"]


def test_a_sheets_problems_come_down_as_a_harmless_table(people, tmp_path):
    table = b"start,kWh\n2014-01-01T00:00Z,=1+1\n2014-01-01T01:00Z,2\n2014-01-01T02:00Z,2\n"
    run_id = sent(people, tmp_path, table, account="1001")
    with acting_for(people.staff) as access, pytest.raises(NotYours):
        data_page.sheet_csv(access, run_id)
    Worker(data_doors.JOBS).run_due()
    with acting_for(people.staff) as access:
        down = data_page.sheet_csv(access, run_id)
    lines = down.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("code,where,sentence")
    assert lines[1].startswith("not_a_number,row 2,")
    (row,) = seen(people, run_id).sheet.warnings.rows
    assert row.cells[1:] == ("row 2", "1")


def test_a_file_that_went_missing_is_said_and_the_job_ends(people, tmp_path):
    run_id = sent(people, tmp_path, feeds.real(feeds.NINE_DAYS).read_bytes(), account="1001")
    for place in data_page.waiting_place("x").parent.iterdir():
        place.unlink()
    Worker(data_doors.JOBS).run_due()
    assert "Broke off" in seen(people, run_id).runs[0].badge.text


@pytest.mark.line("S-45", "S-70")
def test_a_file_waits_sealed_for_its_import(people, tmp_path):
    data = feeds.real(feeds.NINE_DAYS).read_bytes()
    sent(people, tmp_path, data, account="1001")
    (waiting,) = data_page.waiting_place("x").parent.iterdir()
    assert b"IntervalReading" in data
    assert b"IntervalReading" not in waiting.read_bytes()
    assert list(tmp_path.glob("arriving*")) == []


def test_a_job_that_is_run_again_changes_nothing(people, tmp_path):
    run_id = sent(people, tmp_path, feeds.real(feeds.NINE_DAYS).read_bytes(), account="1001")
    Worker(data_doors.JOBS).run_due()
    with acting_for_company(people.company.id) as access:
        access.later(data_page.JOB, {"run": run_id, "account": "1001"})
    Worker(data_doors.JOBS).run_due()
    with acting_for_company(people.company.id, reads_only=True) as access:
        assert [run.state for run in access.all(ImportRun)] == ["done"]
        assert tenancy.account_numbered(access, "1001") is not None
        assert len(access.all(ImportRun, col(ImportRun.stored) == "")) == 1
