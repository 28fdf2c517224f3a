"""The trail holds fingerprints of what an act was about: as it was found, and as it was left."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect
from sqlmodel import Session, col, select

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.accounts import Account, Person
from portal_app.core.changed import fingerprint
from portal_app.core.clock import now
from portal_app.core.trail import AuditEntry, first_broken
from portal_app.services.identity.tables import Authenticator
from tests.engines import past_the_wall

pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("S-63")]


def print_of(db: Session, table: type, name: str, *without: str) -> str:
    """The fingerprint of a row as the database holds it now; "" for none."""
    row = db.get(table, name, populate_existing=True)
    if row is None:
        return ""
    columns = [column.name for column in inspect(table).columns if column.name not in without]
    return fingerprint({column: getattr(row, column) for column in columns})


def kept(action: str) -> tuple[str, str]:
    with past_the_wall() as db:
        entry = db.exec(select(AuditEntry).where(col(AuditEntry.action) == action)).one()
        assert first_broken(db, entry.company_id) is None
        return entry.object_before, entry.object_after


def stands(table: type, name: str, *without: str) -> str:
    with past_the_wall() as db:
        return print_of(db, table, name, *without)


def test_a_row_that_is_changed_twice_is_kept_as_it_was_found_and_as_it_was_left(people):
    before = stands(Account, people.account.id)
    with acting_for_company(people.company.id) as access:
        account = access.get(Account, people.account.id)
        access.change(account, name="Halfway")
        access.change(account, name="In the end")
        access.note("test.renamed", f"account:{account.id}")
    after = stands(Account, people.account.id)
    assert kept("test.renamed") == (before, after)
    assert before != after


def test_a_guarded_step_in_one_statement_is_kept_as_well(people):
    before = stands(Person, people.owner.person_id)
    with acting_for_company(people.company.id) as access:
        assert access.update(Person, col(Person.id) == people.owner.person_id, name="Another") == 1
        access.note("test.stepped", people.owner.person_id)
    assert kept("test.stepped") == (before, stands(Person, people.owner.person_id))
    assert before != stands(Person, people.owner.person_id)


def test_what_is_new_was_nothing_before_and_what_is_gone_is_nothing_after(people):
    with acting_for_company(people.company.id) as access:
        made = access.add(Account, number="T-1", name="New")
        access.note("test.opened", f"account:{made.id}")
    after = stands(Account, made.id)
    assert kept("test.opened") == ("", after)
    assert after
    with acting_for_company(people.company.id) as access:
        access.remove(Account, col(Account.id) == made.id)
        access.note("test.removed", f"account:{made.id}")
    assert kept("test.removed") == (after, "")


def test_what_was_only_looked_at_has_neither(people):
    with acting_for_company(people.company.id) as access:
        access.note("test.seen", f"account:{access.get(Account, people.account.id).id}")
    assert kept("test.seen") == ("", "")


def test_a_sealed_column_is_no_part_of_it(people):
    with acting_for(people.owner) as access:
        one = access.add(Authenticator, secret="JBSWY3DPEHPK3PXP", confirmed_at=now())
        access.note("test.app", f"totp:{one.id}")
    assert kept("test.app") == ("", stands(Authenticator, one.id, "secret"))


def test_a_fingerprint_tells_apart_what_differs_and_not_where_a_moment_was_read():
    at = now()
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
    assert fingerprint({"at": at}) == fingerprint({"at": at.astimezone()})
    assert fingerprint({"at": at}) != fingerprint({"at": at + timedelta(microseconds=1)})
