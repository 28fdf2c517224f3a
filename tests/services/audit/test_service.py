"""The trail as people use it."""

import csv
import io

import pytest
from sqlmodel import select

from portal_app.core.access import acting_for
from portal_app.core.errors import Refusal
from portal_app.core.trail import AuditEntry
from portal_app.services.audit import rules, service
from tests.cast import allowed
from tests.engines import past_the_wall

both = pytest.mark.usefixtures("both_engines")


@pytest.fixture
def acts(people, clock) -> None:
    """Three acts: two of the owner's account, one of the stranger's; and one in the other company."""
    for visitor, action, facts in (
        (people.owner, "bill.paid", {"cents": 500}),
        (people.stranger, "bill.paid", {"cents": 900}),
        (people.owner, "autopay.set", {"word": "=1+1"}),
        (people.outsider, "bill.paid", {}),
    ):
        clock.move(minutes=1)
        with acting_for(visitor) as access:
            access.note(action, "thing", **facts)


def found(visitor, **wanted):
    with acting_for(allowed(visitor, "audit.see"), reads_only=True) as access:
        return [(entry.action, entry.actor) for entry in service.search(access, **wanted)]


@both
def test_staff_see_their_company_and_customers_their_accounts(people, acts):
    owner, stranger = people.owner.person_id, people.stranger.person_id
    assert found(people.staff) == [("autopay.set", owner), ("bill.paid", stranger), ("bill.paid", owner)]
    assert found(people.owner) == [("autopay.set", owner), ("bill.paid", owner)]
    assert found(people.stranger) == [("bill.paid", stranger)]
    assert found(people.other_staff) == [("bill.paid", people.outsider.person_id)]


@both
def test_the_trail_is_searched_by_word_action_person_account_time_and_page(people, acts):
    owner, staff = people.owner.person_id, people.staff
    assert found(staff, words="CENTS") == [("bill.paid", people.stranger.person_id), ("bill.paid", owner)]
    assert found(staff, words="%") == []
    assert found(staff, action="autopay.") == [("autopay.set", owner)]
    assert found(staff, actor=people.stranger.person_id) == [("bill.paid", people.stranger.person_id)]
    assert len(found(staff, account_id=people.account.id)) == 2
    with past_the_wall() as db:
        second = db.exec(
            select(AuditEntry).where(AuditEntry.seq == 2, AuditEntry.company_id == people.company.id)
        ).one()
    assert len(found(staff, begin=second.at)) == 2
    assert len(found(staff, end=second.at)) == 1
    assert found(staff, before=3, limit=1) == [("bill.paid", people.stranger.person_id)]


@both
def test_somebody_without_the_permission_sees_nothing(people, acts):
    for use_case in (service.search, service.verify, service.export):
        with acting_for(people.viewer) as access, pytest.raises(Refusal):
            use_case(access)


@both
def test_the_file_holds_no_formula_and_taking_it_is_written_down(people, acts):
    with acting_for(allowed(people.staff, "audit.see")) as access:
        text = service.export(access, action="autopay")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["seq"], row["action"], row["actor"]) == ("3", "autopay.set", people.owner.person_id)
    assert found(people.staff)[0] == ("audit.exported", people.staff.person_id)
    with acting_for(allowed(people.staff, "audit.see"), reads_only=True) as access:
        assert service.verify(access) is None


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_cell_that_looks_like_a_formula_is_text(cell):
    assert rules.guarded(cell) == "'" + cell
    assert rules.guarded("plain") == "plain"
