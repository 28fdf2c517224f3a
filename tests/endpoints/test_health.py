"""What a load balancer and whoever is on call can ask."""

from datetime import timedelta

import pytest

from portal_app.core.access import before_sign_in
from portal_app.core.clock import now
from portal_app.core.db import engine_for
from portal_app.core.outbox import Job, enqueue
from portal_app.settings import settings


def test_the_process_says_that_it_lives(browser):
    assert browser.get("/health/live").json() == {"status": "live"}


@pytest.mark.line("S-90")
def test_ready_tells_the_database_the_worker_and_how_long_work_has_waited(browser, clock):
    with before_sign_in() as db:
        enqueue(db, "mail", {}, run_at=now() + timedelta(hours=1))
    assert browser.get("/health/ready").json()["outbox_waiting"] == 0
    with before_sign_in() as db:
        enqueue(db, "mail", {}, run_at=now() - timedelta(seconds=90))
        db.add(Job(kind="done", state="done", done_at=now() - timedelta(seconds=7), run_at=now()))
        db.add(Job(kind="given up", state="dead", attempt=8, run_at=now()))
    answer = browser.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": "ok",
        "worker": "elsewhere",
        "worker_last_done_seconds": 7,
        "outbox_waiting": 1,
        "outbox_oldest_seconds": 90,
        "outbox_given_up": 1,
    }
    clock.move(minutes=10)
    assert browser.get("/health/ready").json()["worker"] == "late"


@pytest.mark.line("S-86")
def test_without_its_database_the_process_says_that_it_cannot_serve(browser, tmp_path, monkeypatch):
    (tmp_path / "not-a-database").mkdir()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'not-a-database'}")
    settings.cache_clear()
    answer = browser.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "unready", "database": "away"})
    assert browser.get("/health/live").status_code == 200
    engine_for.cache_clear()
    monkeypatch.undo()
    settings.cache_clear()
