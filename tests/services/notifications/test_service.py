"""What people are told: once, to the right people, on the portal and by mail."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from sqlmodel import select

from portal_app.core import live, queue
from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.outbox import Job
from portal_app.jobs import run
from portal_app.jobs.threads import Worker
from portal_app.services.notifications import rules, service
from portal_app.services.notifications.tables import Mail
from portal_app.settings import settings
from tests.cast import allowed
from tests.engines import past_the_wall


class PostBox:
    """Takes mail like a server does, and refuses it when told."""

    def __init__(self) -> None:
        self.mails: list = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server, _session, envelope) -> str:
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=default))
        return self.answer


@pytest.fixture
def post_box(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostBox]:
    """A real mail server on loopback that SMTP_URL names."""
    box = PostBox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{port}")
    settings.cache_clear()
    yield box
    server.stop()
    monkeypatch.delenv("SMTP_URL")
    settings.cache_clear()


def work() -> None:
    Worker(service.JOBS).run_due()


def tell(access, key="bill-7", account_id=None):
    account_id = account_id or access.visitor.account_id
    return service.tell(
        access, account_id, "Your bill is ready", "$121.37, due 3 April", "/energy/billing", key
    )


@pytest.mark.line("X-10")
@pytest.mark.usefixtures("both_engines")
def test_what_moved_since_the_last_visit_is_listed_once_newest_first(people, clock):
    last_visit = clock.move(days=1)
    with acting_for_company(people.company.id) as access:
        assert tell(access, "old", people.account.id)
    clock.move(hours=1)
    owner = replace(people.owner, last_seen=last_visit + timedelta(minutes=30))
    with acting_for_company(people.company.id) as access:
        assert tell(access, "a", people.account.id)
        clock.move(minutes=1)
        assert service.tell(access, people.account.id, "Power is back", "", "/energy/outages", "b")
        assert not tell(access, "a", people.account.id)
    with acting_for(owner, reads_only=True) as access:
        assert [row.title for row in service.since(access)] == ["Power is back", "Your bill is ready"]
        assert service.unseen(access) == 2
    with acting_for(people.viewer, reads_only=True) as access:
        assert service.unseen(access) == 3
    for other in people.not_theirs:
        with acting_for(other, reads_only=True) as access:
            assert service.since(access) == []
            assert service.unseen(access) == 0


def test_news_pokes_the_accounts_open_pages(people):
    heard = []
    stop = live.listen(heard.append)
    try:
        with acting_for(people.owner) as access:
            tell(access)
            tell(access)
    finally:
        stop()
    assert heard == [f"news:{people.account.id}"]


def test_nobody_puts_news_on_another_account(people):
    with acting_for(people.owner) as access, pytest.raises(NotYours):
        tell(access, account_id=people.other_account.id)


@pytest.mark.usefixtures("both_engines")
def test_news_is_mailed_to_the_people_who_want_it(people, post_box, clock):
    clock.set(datetime(2026, 3, 10, 16, 0, tzinfo=UTC))
    with acting_for(people.viewer) as access:
        service.choose(access, "bills", "portal")
    for _ in range(2):
        with acting_for_company(people.company.id) as access:
            service.tell_everybody(
                access,
                people.account.id,
                "bills",
                "Your bill is ready",
                "$121.37",
                "/energy/billing",
                "bill-7",
            )
    work()
    work()
    (mail,) = post_box.mails
    assert (mail["To"], mail["Subject"]) == (people.owner.email, "Your bill is ready")
    text = mail.get_body(("plain",)).get_content()
    assert "Hello Olive" in text
    assert "$121.37" in text
    assert f"{settings().public_url}/energy/billing" in text
    with acting_for(allowed(people.staff, "mail.see"), reads_only=True) as access:
        assert [(row.recipient, row.state) for row in service.mails(access)] == [(people.owner.email, "sent")]


def test_at_night_the_mail_waits_for_the_morning(people, post_box, clock):
    clock.set(datetime(2026, 3, 11, 4, 0, tzinfo=UTC))  # 23:00 the day before in Chicago
    with acting_for_company(people.company.id) as access:
        service.tell_everybody(access, people.account.id, "bills", "Ready", "", "", "bill-7")
    work()
    assert post_box.mails == []
    clock.set(datetime(2026, 3, 11, 13, 0, tzinfo=UTC))  # 08:00
    work()
    assert len(post_box.mails) == 2


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-11T04:00", "2026-03-11T13:00"),  # 23:00 before -> 8:00
        ("2026-03-11T12:59", "2026-03-11T13:00"),
        ("2026-03-11T13:00", "2026-03-11T13:00"),
        ("2026-03-11T20:00", "2026-03-11T20:00"),
        ("2026-03-08T05:00", "2026-03-08T13:00"),  # the night that is an hour short
        ("2026-11-01T04:00", "2026-11-01T14:00"),  # the night that is an hour long
    ],
)
def test_quiet_hours_are_those_of_the_wall_clock(at, until):
    begin, end = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (at, until))
    assert rules.may_tell_at(begin, "America/Chicago", 1260, 480) == end


def test_quiet_hours_by_day_and_none_at_all():
    noon = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
    assert rules.may_tell_at(noon, "UTC", 660, 780) == noon + timedelta(hours=1)
    assert rules.may_tell_at(noon, "UTC", 0, 0) == noon


@pytest.mark.usefixtures("both_engines")
def test_without_a_mail_server_the_mail_is_kept_and_shown(people):
    with acting_for(people.owner) as access:
        assert service.mail(access, "a@b.example", "Hello", "there", "m1")
        assert not service.mail(access, "a@b.example", "Hello", "there", "m1")
    work()
    with acting_for(allowed(people.staff, "mail.see"), reads_only=True) as access:
        (mail,) = service.mails(access)
    assert (mail.subject, mail.text, mail.state) == ("Hello", "there", "not sent: no mail server set")
    with acting_for(people.owner) as access, pytest.raises(Refusal):
        service.mails(access)


@pytest.mark.usefixtures("both_engines")
def test_a_mail_the_server_refuses_is_tried_again_and_in_the_end_shown(people, post_box, clock):
    post_box.answer = "451 try later"
    with acting_for(people.owner) as access:
        service.mail(access, "a@b.example", "Hello", "there", "m1")
    work()
    with past_the_wall() as db:
        job = db.exec(select(Job)).one()
    assert (job.state, job.attempt) == ("waiting", 1)
    for _ in range(7):
        clock.move(hours=2)
        work()
    with acting_for(allowed(people.staff, "mail.see"), reads_only=True) as access:
        assert [(row.subject, row.state) for row in service.mails(access)] == [
            ("Hello", "not sent: refused by the mail server")
        ]
    post_box.answer = "250 OK"
    with acting_for_company(people.company.id) as access:
        assert queue.try_again(access.db, people.company.id, job.id)
    work()
    assert [mail["Subject"] for mail in post_box.mails] == ["Hello"]


def test_all_attempts_of_a_mail_bear_one_number_and_two_mails_bear_two(people, post_box):
    with acting_for(people.owner) as access:
        service.mail(access, "a@b.example", "Hello", "there", "m1")
        service.mail(access, "a@b.example", "Hello", "there", "m2")
    work()
    first, second = (mail["Message-ID"] for mail in post_box.mails)
    assert first != second
    with past_the_wall() as db:
        assert {row.message_id for row in db.exec(select(Mail))} == {first, second}
        for job in db.exec(select(Job)):  # a worker that died between the mark in our books and its own
            job.state = "waiting"
        db.commit()
    work()
    assert len(post_box.mails) == 2


def test_a_subject_cannot_smuggle_a_header(people, post_box):
    with acting_for(people.owner) as access:
        service.mail(access, "a@b.example", "Hello\r\nBcc: all@b.example", "there", "m1")
    work()
    (mail,) = post_box.mails
    assert mail["Subject"] == "Hello Bcc: all@b.example"
    assert mail["Bcc"] is None


def test_a_recipient_that_is_no_address_ends_among_the_dead_not_in_a_header(people, post_box):
    with acting_for(people.owner) as access:
        service.mail(access, "a@b.example\r\nBcc: all@b.example", "Hello", "there", "m1")
    leased = run.take()
    assert run.run(replace(leased, last=True), service.JOBS) == "dead"
    assert post_box.mails == []


def test_wishes_are_ones_own_and_possible(people):
    with acting_for(people.owner) as access:
        service.choose(access, "outages", "none", 0, 0)
        service.choose(access, "outages", "mail", 1320, 420)
        for wrong in (("fax", 0, 0), ("mail", -1, 0), ("mail", 0, 1440)):
            with pytest.raises(Refusal):
                service.choose(access, "outages", *wrong)
    with acting_for(people.owner, reads_only=True) as access:
        (wish,) = service.preferences(access)
    assert (wish.channel, wish.quiet_from, wish.quiet_to) == ("mail", 1320, 420)
    with acting_for(people.viewer, reads_only=True) as access:
        assert service.preferences(access) == []
