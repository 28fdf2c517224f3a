"""One contract for both engines of the queue."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from portal_app import migrations
from portal_app.core import clock, outbox, queue
from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.errands import Errand, Repeating
from portal_app.core.errors import Refusal
from portal_app.core.outbox import Job
from portal_app.jobs import procrastination, run
from portal_app.jobs.procrastination import ProcrastinateWorker
from portal_app.jobs.threads import Worker
from portal_app.settings import settings
from tests.cast import Cast
from tests.engines import past_the_wall

ENGINES = [
    pytest.param("sqlite", "own", id="own-on-sqlite"),
    pytest.param("postgres", "own", id="own-on-postgres", marks=pytest.mark.postgres),
    pytest.param("postgres", "procrastinate", id="procrastinate", marks=pytest.mark.postgres),
]
pytestmark = pytest.mark.parametrize(("database", "engine"), ENGINES, indirect=True)


@pytest.fixture
def engine(request: pytest.FixtureRequest, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    """The worker class of that engine, with its tables in place."""
    monkeypatch.setenv("PORTAL_JOBS", request.param)
    settings.cache_clear()
    if request.param == "procrastinate":
        assert procrastination.prepare()
        migrations.let_serve()
        yield ProcrastinateWorker
    else:
        yield Worker
    monkeypatch.delenv("PORTAL_JOBS")
    settings.cache_clear()


def jobs(db: Session | None = None) -> list[Job]:
    with past_the_wall() as db:
        return list(db.exec(select(Job).order_by(Job.run_at, Job.id)))


def ask(people: Cast, kind: str = "write", **options: Any) -> bool:
    with acting_for(people.owner) as access:
        return access.later(kind, {"word": kind}, **options)


def test_a_rolled_back_request_leaves_no_job(engine, people):
    with pytest.raises(Refusal), acting_for(people.owner) as access:  # noqa: PT012 -- one act
        assert access.later("write", {})
        raise Refusal("no")
    assert jobs() == []


def test_a_job_runs_once_in_the_company_that_asked(engine, people):
    seen = []
    ask(people)
    worker = engine({"write": lambda access, payload: seen.append((access.visitor.company_id, payload))})
    worker.run_due()
    worker.run_due()
    assert seen == [(people.company.id, {"word": "write"})]
    assert [(job.state, job.attempt) for job in jobs()] == [("done", 1)]


def test_the_same_key_is_asked_for_once_even_after_it_is_done(engine, people):
    assert ask(people, key="bill-7")
    assert not ask(people, key="bill-7")
    engine({"write": lambda _access, _payload: None}).run_due()
    assert not ask(people, key="bill-7")
    assert len(jobs()) == 1


def test_what_a_failing_job_wrote_is_not_kept_and_others_go_on(engine, people):
    def breaks(access, _payload):
        access.note("half.done")
        access.later("never", {})
        raise ValueError("the printer is out of paper")

    done = []
    ask(people, "break")
    ask(people, "write")
    engine({"break": breaks, "write": lambda _access, payload: done.append(payload)}).run_due()
    assert done == [{"word": "write"}]
    by_kind = {job.kind: job for job in jobs()}
    assert by_kind.keys() == {"break", "write"}
    broken = by_kind["break"]
    assert (broken.state, broken.attempt) == ("waiting", 1)
    assert broken.run_at > clock.now() + timedelta(seconds=2)
    assert "out of paper" in broken.trouble


def test_a_job_that_keeps_failing_is_dead_in_the_end_and_can_be_revived(engine, people):
    def breaks(_access, _payload):
        raise ValueError("never")

    ask(people, "break")
    outcomes = []
    with clock.at(clock.now(), everywhere=True):
        for _ in range(8):
            job_id = jobs()[0].id
            leased = run.take(job_id)
            assert leased is not None
            outcomes.append(run.run(leased, {"break": breaks}))
    assert outcomes == ["waiting"] * 7 + ["dead"]
    (dead,) = [job.id for job in jobs()]
    with acting_for_company(people.company.id) as access:
        assert [job.kind for job in queue.dead(access.db, people.company.id)] == ["break"]
        assert not queue.try_again(access.db, people.other_company.id, dead)
        assert queue.try_again(access.db, people.company.id, dead)
    done = []
    engine({"break": lambda _access, payload: done.append(payload)}).run_due()
    assert done == [{"word": "break"}]


def test_a_job_nobody_knows_is_dead_at_once(engine, people):
    ask(people, "unheard-of")
    engine({}).run_due()
    assert [(job.state, job.trouble) for job in jobs()] == [("dead", "nobody knows how to do unheard-of")]


def test_a_stale_worker_keeps_nothing(engine, people):
    ask(people)
    first = run.take(jobs()[0].id)
    with clock.at(clock.now() + timedelta(minutes=5), everywhere=True):
        second = run.take(jobs()[0].id)
        assert (first.attempt, second.attempt) == (1, 2)
        assert run.take(jobs()[0].id) is None

        def asks_for_more(access, _payload):
            access.later("more", {})

        assert run.run(first, {"write": asks_for_more}) == "stale"
        assert [job.kind for job in jobs()] == ["write"]
        assert run.run(second, {"write": asks_for_more}) == "done"
        assert sorted(job.kind for job in jobs()) == ["more", "write"]


def test_an_errand_speaks_to_the_outside_with_no_transaction_open(engine, people):
    heard = []

    def go(what):
        with acting_for(people.stranger) as access:  # another writer is not held up
            access.note("meanwhile")
        heard.append(what)
        return "thanks"

    def settle(access, payload, answer):
        access.note("settled", answer=answer)

    ask(people)
    engine({"write": Errand(lambda _access, payload: payload["word"], go, settle)}).run_due()
    assert heard == ["write"]
    assert jobs()[0].state == "done"


def test_a_repeating_job_is_asked_for_once_a_slot_by_however_many_workers(engine, people):
    seen = []
    handlers = {"nightly": lambda access, payload: seen.append((access.visitor.company_id, payload["slot"]))}
    entries = [Repeating("nightly", "0 3 * * *", "nightly")]
    now = datetime.now(UTC)
    for day in (0, 1):
        with clock.at(now + timedelta(days=day), everywhere=True):
            for _ in range(2):
                engine(handlers, entries).run_due()
    assert len(seen) == len(set(seen)) == 4
    assert {company for company, _ in seen} == {people.company.id, people.other_company.id}


_VICTIM = """
import threading
from portal_app.jobs.{module} import {name}
from tests.engines import past_the_wall

def hangs(access, payload):
    access.note("begun")
    print("begun", flush=True)
    threading.Event().wait()

{name}({{"write": hangs}}).run_due()
"""


def test_a_job_in_flight_at_kill_9_runs_again(engine, people):
    ask(people)
    script = _VICTIM.format(module=engine.__module__.rsplit(".", 1)[1], name=engine.__name__)
    with subprocess.Popen(  # noqa: S603 -- our own script
        [sys.executable, "-c", script], stdout=subprocess.PIPE, env=os.environ.copy()
    ) as victim:
        assert victim.stdout.readline() == b"begun\n"
        os.kill(victim.pid, signal.SIGKILL)
    seen = []
    handlers = {"write": lambda _access, payload: seen.append(payload)}
    engine(handlers).run_due()
    assert seen == [], "the lease still runs"
    with clock.at(clock.now() + timedelta(minutes=5), everywhere=True):
        engine(handlers).run_due()
    assert seen == [{"word": "write"}]
    assert [(job.state, job.attempt) for job in jobs()] == [("done", 2)]


def test_a_commit_wakes_a_worker_at_once(engine, people):
    import threading

    came = threading.Event()
    options = {} if engine is ProcrastinateWorker else {"look_every": 60.0}
    worker = engine({"write": lambda _access, _payload: came.set()}, **options)
    worker.start()
    try:
        ask(people)
        assert came.wait(10)
    finally:
        worker.stop()


def test_pokes_about_jobs_come_after_the_commit_only(engine, people):
    from portal_app.core import live

    heard = []
    stop = live.listen(heard.append)
    try:
        with pytest.raises(Refusal), acting_for(people.owner) as access:  # noqa: PT012 -- one act
            access.later("write", {})
            access.poke("bills")
            raise Refusal("no")
        assert heard == []
        ask(people)
        assert heard == [outbox.TOPIC]
    finally:
        stop()
