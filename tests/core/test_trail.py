"""The audit trail: whole when nobody touched it, broken at the right place when somebody did."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, text

from portal_app.core import trail
from portal_app.core.access import acting_for
from portal_app.core.db import is_postgres
from portal_app.core.trail import FIRST_HASH, AuditEntry, AuditHead
from tests.cast import Cast
from tests.engines import past_the_wall

pytestmark = pytest.mark.usefixtures("both_engines")

COLUMNS = ", ".join(AuditEntry.model_fields)


@pytest.fixture
def chain(people: Cast) -> str:
    """Five entries of the first company; gives its id."""
    for number in range(1, 6):
        with acting_for(people.owner) as access:
            access.note("test.done", f"thing-{number}", count=number, word="naïve \ud800 \0")
    return people.company.id


def broken(company_id: str) -> int | None:
    with past_the_wall() as db:
        return trail.first_broken(db, company_id)


def by_hand(*statements: str) -> None:
    """Somebody with the keys of the database at work, past its guards."""
    with past_the_wall() as db:
        name = "postgresql" if is_postgres(db) else "sqlite"
        for statement in (*trail.unguards(name), *statements):
            db.execute(text(statement))
        db.commit()


def test_an_untouched_chain_is_whole(people, chain):
    assert broken(chain) is None
    assert broken(people.other_company.id) is None
    with past_the_wall() as db:
        first = db.exec(select(AuditEntry).order_by(col(AuditEntry.seq))).first()
    assert (first.seq, first.before_hash) == (1, FIRST_HASH)


@pytest.mark.parametrize(
    ("statement", "found_at"),
    [
        ("UPDATE audit_entry SET about = 'other' WHERE seq = 3", 3),
        ("UPDATE audit_entry SET facts = '{}' WHERE seq = 1", 1),
        ("UPDATE audit_entry SET actor = 'nobody' WHERE seq = 5", 5),
        ("UPDATE audit_entry SET hash = before_hash WHERE seq = 2", 2),
        ("DELETE FROM audit_entry WHERE seq = 3", 3),
        ("DELETE FROM audit_entry WHERE seq = 1", 1),
        ("DELETE FROM audit_entry WHERE seq = 5", 5),
        ("DELETE FROM audit_entry", 1),
        ("DELETE FROM audit_head", 1),
        (
            f"INSERT INTO audit_entry ({COLUMNS}) SELECT {COLUMNS.replace('seq', '6')}"  # noqa: S608 -- ours
            " FROM audit_entry WHERE seq = 5",
            6,
        ),
    ],
)
def test_a_changed_removed_or_added_entry_is_found(chain, statement, found_at):
    by_hand(statement)
    assert broken(chain) == found_at


def test_two_entries_that_changed_places_are_found(chain):
    by_hand(
        "UPDATE audit_entry SET seq = 99 WHERE seq = 2",
        "UPDATE audit_entry SET seq = 2 WHERE seq = 4",
        "UPDATE audit_entry SET seq = 4 WHERE seq = 99",
    )
    assert broken(chain) == 2


def test_a_head_set_back_is_found(chain):
    by_hand("UPDATE audit_head SET seq = 4")
    assert broken(chain) == 6


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET about = 'x'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_or_remove_an_entry(chain, statement):
    with past_the_wall() as db, pytest.raises(DBAPIError, match="append-only"):
        db.execute(text(statement))
    assert broken(chain) is None


def test_acts_at_the_same_moment_make_one_whole_chain(people):
    def act(number: int) -> None:
        for turn in range(5):
            with acting_for(people.owner if number % 2 else people.stranger) as access:
                access.note("test.done", f"{number}-{turn}")

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(act, range(6)))
    assert broken(people.company.id) is None
    with past_the_wall() as db:
        assert db.get_one(AuditHead, people.company.id).seq == 30
        assert len({entry.about for entry in db.exec(select(AuditEntry))}) == 30
