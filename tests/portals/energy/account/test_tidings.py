"""Outages and planned work reach the people they touch, once a change; texts are answered."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col
from starlette.applications import Starlette

from portal_app.core.access import acting_for_company
from portal_app.core.accounts import Company
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.outbox import Job
from portal_app.endpoints import texting as text_door
from portal_app.portals.energy.rules.calendar_file import Work, calendar_file
from portal_app.portals.energy.service import choices, operator, outages, texting, tidings
from portal_app.portals.energy.tables import Outage, OutageReport, PlannedWork
from portal_app.services.identity import throttle
from portal_app.services.notifications import post
from portal_app.services.notifications.tables import News
from portal_app.services.tenancy import service as tenancy
from portal_app.settings import settings
from tests.endpoints.browser import TestClient
from tests.portals.energy.account.conftest import act, jobs, run_jobs, stored

pytestmark = pytest.mark.usefixtures("both_engines")


def _outage(house):
    etr = now() + timedelta(hours=3)
    return act(
        house.staff, operator.post_outage, feeder="mill-road", area="Elm Street", cause="Tree", etr=etr
    )


def _tell(house):
    run_jobs(house.cast.company.id, "energy.outage.tell")


@pytest.mark.line("X-10")
def test_everybody_touched_reads_of_an_outage_once_a_change(house):
    outage_id = _outage(house)
    _tell(house)
    _tell(house)
    told = stored(News)
    accounts = {house.cast.account.id, house.cast.other_account.id}
    assert ({row.account_id for row in told}, len(told)) == (accounts, 2)
    assert {row.detail.split(".")[0] for row in told} == {"Most likely back by 13:00"}
    act(house.staff, operator.change_estimate, outage_id, now() + timedelta(hours=5), "the pole is broken")
    _tell(house)
    assert len(stored(News)) == 4


@pytest.mark.line("B13-10")
def test_watchers_are_mailed_and_the_medical_list_gets_the_number_to_call(house):
    act(house.owner, outages.watch, house.home.id, True)
    act(house.cast.stranger, choices.choose, {"medical": True})
    _outage(house)
    _tell(house)
    mails = {mail["to"]: mail for mail in jobs("mail.send")}
    assert set(mails) == {house.owner.email, house.cast.stranger.email}
    assert mails[house.owner.email]["subject"].startswith("Power is out at 12 Elm Street")
    medical = mails[house.cast.stranger.email]
    assert medical["subject"].startswith("Medical list:")
    assert "call us now: 555-0100" in medical["text"]


def test_power_that_is_back_is_told_as_such(house):
    outage_id = _outage(house)
    for event in ("assess", "assign", "depart", "arrive", "restore"):
        (row,) = stored(Outage)
        act(house.staff, operator.move_outage, outage_id, event, version=row.version)
    _tell(house)
    assert {row.title for row in stored(News)} == {
        "Power is back at 12 Elm Street",
        "Power is back at 14 Elm Street",
    }


def _work(house):
    begins = datetime(2026, 3, 20, 14, 0, tzinfo=UTC)
    act(
        house.staff, operator.announce_work, feeder="mill-road", starts_at=begins,
        ends_at=begins + timedelta(hours=3),
        why="a new transformer, for Mill Road",
    )  # fmt: skip
    run_jobs(house.cast.company.id, "energy.work.tell")
    (work,) = stored(PlannedWork)
    return work


@pytest.mark.line("B13-10")
def test_planned_work_is_mailed_with_a_calendar_entry_and_told_the_medical_list_again_a_day_before(house):
    act(house.cast.stranger, choices.choose, {"medical": True, "planned_notice": False})
    work = _work(house)
    mails = {mail["to"]: mail for mail in jobs("mail.send")}
    assert "BEGIN:VCALENDAR" in mails[house.owner.email]["calendar"]
    assert mails[house.cast.stranger.email]["subject"].startswith("Medical list: Planned work")
    again = stored(Job, col(Job.kind) == "energy.work.tell", order=col(Job.run_at))[-1]
    assert again.run_at == work.starts_at - timedelta(hours=24)
    run_jobs(house.cast.company.id, "energy.work.tell")
    told = stored(News, col(News.account_id) == house.cast.other_account.id)
    assert len(told) == 2
    assert len(stored(News, col(News.account_id) == house.cast.account.id)) == 1


@pytest.mark.line("U13-16")
def test_who_wants_no_word_of_planned_work_gets_none(house):
    act(house.owner, choices.choose, {"planned_notice": False})
    _work(house)
    assert stored(News, col(News.account_id) == house.cast.account.id) == []


def test_planned_work_comes_down_as_a_calendar_file_with_its_number_and_version(house):
    work = _work(house)
    found = act(house.owner, tidings.planned_work, work.id)
    lines = found.content.decode().split("\r\n")
    assert found.type.startswith("text/calendar")
    assert f"UID:{work.reference}@{house.cast.company.slug}.portal" in lines
    assert {"METHOD:PUBLISH", "SEQUENCE:0", "DTSTART:20260320T140000Z", "DTEND:20260320T170000Z"} <= set(
        lines
    )
    assert any(r"A new transformer\, for Mill Road" in line for line in lines)
    with pytest.raises(NotYours):
        act(house.cast.outsider, tidings.planned_work, work.id)


def test_long_lines_of_a_calendar_are_folded_at_75_octets_and_come_together_again():
    begins = datetime(2026, 3, 20, 14, 0, tzinfo=UTC)
    title = "Arbeiten an der Leitung – " * 9
    text = calendar_file(Work("x@y", 2, begins, begins, title, "a;b\nc\\d", called_off=True), begins)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    joined = text.replace("\r\n ", "")
    assert f"SUMMARY:{title}\r\n" in joined
    assert "DESCRIPTION:a\\;b\\nc\\\\d\r\n" in joined
    assert "STATUS:CANCELLED" in joined


def test_a_calendar_travels_as_an_attachment():
    payload = {
        "to": "a@b.example",
        "subject": "Work",
        "text": "Hello",
        "calendar": "BEGIN:VCALENDAR\r\n",
        "job": "j",
    }
    house = Company(slug="b", kind="energy", name="Bright Power")
    message = post.message_of(post.letter(house, payload))
    (attached,) = message.iter_attachments()
    assert (attached.get_content_type(), attached.get_param("method")) == ("text/calendar", "PUBLISH")
    plain = post.message_of(post.letter(house, {**payload, "calendar": ""}))
    assert list(plain.iter_attachments()) == []


def _text(house, words, phone="555-1001"):
    company = tenancy.company_named(house.cast.company.slug)
    return texting.answer(company, phone, words)


@pytest.mark.line("B13-10")
def test_out_reports_once_and_stat_says_how_it_stands(house):
    first, second = _text(house, "OUT"), _text(house, " out ")
    (report,) = stored(OutageReport)
    assert (report.premise_id, report.channel) == (house.home.id, "text")
    assert report.reference in first
    assert report.reference in second
    assert _text(house, "stat").startswith("12 Elm Street: reported, ")
    assert _text(house, "Stat", "555-1002").startswith("14 Elm Street: reported")


@pytest.mark.line("B13-10")
def test_a_phone_we_do_not_know_or_that_two_accounts_share_reports_nothing(house):
    assert _text(house, "OUT", "555-9999").startswith("We do not have this phone number")
    act(house.cast.stranger, choices.choose, {"phone": "555 1001"})
    assert _text(house, "OUT").startswith("We do not have this phone number")
    assert stored(OutageReport) == []
    assert _text(house, "hello", "555-1002") == texting.HELP


@pytest.mark.line("B13-10")
def test_somebody_with_several_places_says_which(house):
    with acting_for_company(house.cast.company.id) as access:
        access.change(
            access.get(type(house.next_door), house.next_door.id),
            account_id=house.cast.account.id,
            label="Shop",
        )
    assert _text(house, "OUT") == "Which place is dark? Text OUT 1 for Home, OUT 2 for Shop."
    assert "14 Elm Street" in _text(house, "OUT 2")


@pytest.mark.line("S-03")
def test_the_door_for_texts_is_shut_without_its_secret(house, monkeypatch):
    throttle.start_anew()
    client = TestClient(Starlette(routes=text_door.routes({"energy": texting.answer})))
    form = {"company": house.cast.company.slug, "from": "555-1001", "text": "STAT"}
    assert client.post(text_door.ADDRESS, data=form).status_code == 404
    monkeypatch.setenv("PORTAL_SMS_SECRET", "a long shared secret")
    settings.cache_clear()
    assert client.post(text_door.ADDRESS, data=form, headers={"x-portal-secret": "wrong"}).status_code == 404
    let_in = {"x-portal-secret": "a long shared secret"}
    answered = client.post(text_door.ADDRESS, data=form, headers=let_in)
    assert (answered.status_code, answered.text) == (200, "12 Elm Street: we know of no outage.")
    assert (
        client.post(text_door.ADDRESS, data={**form, "company": "nobody"}, headers=let_in).status_code == 404
    )
    assert client.post(text_door.ADDRESS, json=form, headers=let_in).status_code == 400
    guesses = [{"x-portal-secret": f"guess {number}"} for number in range(8)]
    codes = [client.post(text_door.ADDRESS, data=form, headers=guess).status_code for guess in guesses]
    assert codes == [404] * 7 + [429]
    monkeypatch.delenv("PORTAL_SMS_SECRET")
    settings.cache_clear()


def test_a_work_that_cannot_be_announced_is_refused(house):
    with pytest.raises(Refusal, match="Nobody is connected"):
        act(
            house.staff, operator.announce_work, feeder="nowhere", starts_at=now() + timedelta(days=1),
            ends_at=now() + timedelta(days=2), why="work",
        )  # fmt: skip
