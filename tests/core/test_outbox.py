"""What waits for the commit, and what people hear when the database or the messenger is away."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import select, text

from portal_app.core import live
from portal_app.core.access import acting_for, before_sign_in
from portal_app.core.clock import now
from portal_app.core.db import Busy
from portal_app.core.outbox import Job, enqueue
from portal_app.settings import settings
from tests.engines import past_the_wall


@pytest.fixture
def heard():
    """The topics that this process hears of."""
    topics: list[str] = []
    stop = live.listen(topics.append)
    yield topics
    stop()


@pytest.mark.usefixtures("both_engines")
def test_of_many_who_ask_for_the_same_at_once_one_is_heard(people):
    def ask(_number: int) -> bool:
        with acting_for(people.owner) as access:
            return access.later("mail.send", {}, key="bill-7")

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(ask, range(8))) == 1
    with past_the_wall() as db:
        assert len(db.exec(select(Job)).all()) == 1


@pytest.mark.usefixtures("both_engines")
def test_a_job_keeps_its_payload_and_its_time(database, clock):
    later = now() + timedelta(hours=3)
    with before_sign_in() as db:
        assert enqueue(db, "mail.send", {"to": "naïve ☂", "n": [1, None]}, run_at=later)
    with past_the_wall() as db:
        job = db.exec(select(Job)).one()
    assert (job.run_at, job.made_at, job.state) == (later, now(), "waiting")
    assert job.payload == '{"to": "na\\u00efve \\u2602", "n": [1, null]}'


def test_one_poke_a_topic_however_often_it_changed(people, heard):
    with acting_for(people.owner) as access:
        for topic in ("bills", "outages", "bills"):
            access.poke(topic)
    assert heard == ["bills", "outages"]


def test_a_listener_that_fails_silences_nobody(people, heard):
    def fails(_topic: str) -> None:
        raise ValueError("a page went away")

    stop = live.listen(fails)
    also: list[str] = []
    stop_too = live.listen(also.append)
    live.hear("bills")
    stop()
    stop_too()
    stop_too()
    live.hear("outages")
    assert (heard, also) == (["bills", "outages"], ["bills"])


def test_with_the_messenger_away_this_process_still_hears(heard, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    settings.cache_clear()
    live.tell(["bills"])
    monkeypatch.delenv("REDIS_URL")
    settings.cache_clear()
    assert heard == ["bills"]


@pytest.mark.parametrize("away", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/portal.db"])
def test_a_database_that_is_away_is_said_in_words(people, away, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", away)
    settings.cache_clear()
    with pytest.raises(Busy) as refusal, acting_for(people.owner) as access:
        access.all(Job)  # pyright: ignore[reportArgumentType]
    assert "nothing was changed" in refusal.value.sentence


@pytest.mark.usefixtures("both_engines")
def test_our_own_mistake_is_not_called_a_busy_database(people):
    with pytest.raises(DBAPIError), acting_for(people.owner) as access:
        access.db.execute(text("SELECT nothing FROM nowhere"))
