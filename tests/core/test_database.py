"""The fixtures themselves: a test gets a real, empty database of its own."""

import threading

import pytest
from sqlmodel import func, select

from portal_app.core.access import acting_for, before_sign_in
from portal_app.core.accounts import Company, Member
from portal_app.core.db import engine, patiently, session
from tests.cast import Cast
from tests.engines import past_the_wall

pytestmark = pytest.mark.usefixtures("both_engines")


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_starts_with_an_empty_database(time):
    with past_the_wall() as db:
        assert db.exec(select(func.count()).select_from(Company)).one() == 0
        db.add(Company(slug="one", kind="energy", name="One"))
        db.commit()


def test_the_database_is_the_engine_the_test_asked_for(database):
    with past_the_wall() as db:
        assert db.get_bind().dialect.name == database.split("+")[0].split(":")[0]


def test_the_cast_is_stored(people: Cast):
    with acting_for(people.owner) as access:
        assert {row.role for row in access.all(Member)} == {"owner", "viewer"}


def _patience(database: str) -> int:
    with session(reads_only=True) as db:
        return int(db.connection().exec_driver_sql("PRAGMA busy_timeout").scalar_one())


@pytest.mark.slow
def test_a_command_waits_for_a_writer_that_a_page_would_not_wait_for(database):
    if not database.startswith("sqlite"):
        pytest.skip("PostgreSQL lets several write at once: there is no one writer to wait for")
    with engine().connect() as other:
        other.exec_driver_sql("CREATE TABLE IF NOT EXISTS held (one INTEGER)")
        other.commit()
        other.exec_driver_sql("INSERT INTO held VALUES (1)")
        threading.Timer(6, other.commit).start()
        with patiently(), before_sign_in() as db:
            db.add(Company(slug="late", kind="energy", name="Late"))
    assert _patience(database) == 5_000
    with past_the_wall() as db:
        assert db.exec(select(Company.slug)).all() == ["late"]
