"""Bills are numbered without a gap, add up to the cent, and never change once issued."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.outbox import Job
from portal_app.services.billing import guards, ledger, rules, service
from portal_app.services.billing.rules import LineDraft
from portal_app.services.billing.tables import Bill, BillLine, LedgerEntry
from tests.engines import past_the_wall
from tests.services.billing.conftest import ENERGY, line, stored

pytestmark = pytest.mark.usefixtures("both_engines")


def _numbers(company_id: str) -> list[int | None]:
    return sorted(bill.number or 0 for bill in stored(Bill, col(Bill.company_id) == company_id))


def _issue_and_fail(house):
    period = service.Period(date(2026, 2, 3), date(2026, 3, 2))
    with acting_for_company(house.company.id) as access:
        bill = service.issue_bill(
            access, house.account.id, [line(100)], period, total_cents=100, due_on=date(2026, 3, 24)
        )
        assert bill.number == 1
        raise ZeroDivisionError


@pytest.mark.line("I13-1", "U13-05")
def test_a_bill_is_the_sum_of_its_lines(house, issue):
    bill = issue()
    lines = stored(BillLine, col(BillLine.bill_id) == bill.id)
    assert bill.total_cents == 18504
    assert sum(each.amount_cents for each in lines) == bill.total_cents
    assert [each.place for each in sorted(lines, key=lambda each: each.place)] == [1, 2, 3]


@pytest.mark.line("I13-1")
def test_lines_that_do_not_add_up_are_refused_and_nothing_is_stored(house, issue):
    with pytest.raises(Refusal, match="add up to 18504 cents, but the bill says 18503"):
        issue(total_cents=18503)
    assert stored(Bill) == []
    assert stored(BillLine) == []


@pytest.mark.line("U13-08")
def test_no_line_goes_out_without_an_explanation(house):
    with pytest.raises(Refusal, match="has no explanation"):
        rules.check_lines([LineDraft("x", "Rider 7", 100, "  ")], 100)


def test_numbers_run_without_a_gap_per_company_even_after_a_bill_that_failed(house, issue):
    issue(100)
    with pytest.raises(Refusal):
        issue(total_cents=1)
    issue(200)
    other = issue(300, company_id=house.other_company.id, account_id=house.outside_account.id)
    assert _numbers(house.company.id) == [1, 2]
    assert other.number == 1


def test_a_bill_that_is_rolled_back_late_gives_its_number_back(house, issue):
    with pytest.raises(ZeroDivisionError):
        _issue_and_fail(house)
    assert issue(100).number == 1


def test_numbers_run_without_a_gap_when_many_are_issued_at_once(house, issue):
    failures: list[Exception] = []

    def work(account_id: str) -> None:
        try:
            for _ in range(3):
                issue(100, account_id=account_id)
        except Exception as trouble:  # noqa: BLE001 -- shown below
            failures.append(trouble)

    threads = [
        threading.Thread(target=work, args=(account.id,))
        for account in (house.account, house.other_account, house.account, house.other_account)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert _numbers(house.company.id) == list(range(1, 13))


def test_the_same_key_gives_the_same_bill_again(house, issue):
    assert issue(100, key="maya:feb").id == issue(100, key="maya:feb").id
    assert len(stored(Bill)) == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE bill SET total_cents = 1",
        "UPDATE bill SET number = 77",
        "UPDATE bill SET due_on = '2026-12-24'",
        "UPDATE bill SET state = 'draft'",
        "DELETE FROM bill",
        "UPDATE bill_line SET amount_cents = 1",
        "UPDATE bill_line SET why = 'else'",
        "DELETE FROM bill_line",
        "UPDATE ledger_entry SET cents = 5",
        "DELETE FROM ledger_entry",
    ],
)
@pytest.mark.line("S-54")
def test_the_database_itself_keeps_an_issued_bill_as_it_is(house, issue, change):
    issue()
    with pytest.raises(DBAPIError), past_the_wall() as db:
        db.execute(text(change))
    assert stored(Bill)[0].total_cents == 18504


def test_the_guards_can_be_taken_back_and_set_again_by_a_migration(house, issue):
    with past_the_wall() as db:
        engine = db.get_bind().dialect.name
        for statement in (*guards.unguards(engine), *guards.guards(engine)):
            db.execute(text(statement))
    issue()
    with pytest.raises(DBAPIError), past_the_wall() as db:
        db.execute(text("DELETE FROM bill_line"))


def test_no_line_can_be_added_to_an_issued_bill(house, issue):
    bill = issue()
    with pytest.raises(DBAPIError), acting_for_company(house.company.id) as access:
        access.add(
            BillLine,
            account_id=house.account.id,
            bill_id=bill.id,
            place=9,
            code="x",
            title="x",
            amount_cents=1,
            why="x",
        )


@pytest.mark.line("S-51")
@pytest.mark.parametrize("table", ["payment", "transfer"])
def test_the_database_refuses_amounts_that_are_not_above_nought(house, issue, table):
    bill = issue()
    with acting_for(house.owner) as access:
        service.request_payment(access, bill.id)
    with acting_for(house.staff) as access:
        service.record_transfer(access, bill.reference, 100, date(2026, 3, 10), "L1")
    with pytest.raises(DBAPIError), past_the_wall() as db:
        db.execute(text(f"UPDATE {table} SET cents = 0"))  # noqa: S608 -- two fixed names


def test_only_the_house_issues(house):
    with pytest.raises(Refusal), acting_for(house.owner) as access:
        service.issue_bill(
            access,
            house.account.id,
            ENERGY,
            service.Period(date(2026, 2, 3), date(2026, 3, 2)),
            total_cents=18504,
            due_on=date(2026, 3, 24),
        )


def test_no_bill_goes_to_an_account_of_another_company(house, issue):
    with pytest.raises(NotYours):
        issue(100, account_id=house.outside_account.id)


def test_credit_pays_the_next_bill_at_once(house, issue):
    first = issue(-5000, title="Refund")
    second = issue(3000)
    third = issue(3000)
    assert [bill.state for bill in (first, second, third)] == ["paid", "paid", "part_paid"]
    with acting_for(house.owner) as access:
        assert service.owed(access).cents == 1000
        assert ledger.credit_of(access, house.owner.accounts) == 0
    assert third.opening_cents == -2000


def test_a_refund_pays_the_oldest_open_bill_first(house, issue):
    newest = issue(3000, due_on=date(2026, 4, 24))
    oldest = issue(2000, due_on=date(2026, 3, 12))
    issue(-2500, title="Refund")
    states = {bill.id: bill.state for bill in stored(Bill)}
    assert (states[oldest.id], states[newest.id]) == ("paid", "part_paid")
    with acting_for(house.owner) as access:
        owed = service.owed(access)
    assert (owed.cents, owed.credit_cents) == (2500, 0)


@pytest.mark.slow
@given(amounts=st.lists(st.integers(-50_000, 200_000), min_size=1, max_size=5))
def test_the_ledger_sums_to_nought_and_the_balance_to_what_was_billed(house, issue, amounts):
    with past_the_wall() as db:
        before = db.execute(
            text("SELECT coalesce(sum(cents), 0) FROM ledger_entry WHERE ledger <> 'revenue'")
        ).scalar_one()
    for cents in amounts:
        issue(cents)
    entries = stored(LedgerEntry)
    sums: dict[str, int] = {}
    for entry in entries:
        sums[entry.journal] = sums.get(entry.journal, 0) + entry.cents
    assert set(sums.values()) <= {0}
    after = sum(entry.cents for entry in entries if entry.ledger != "revenue")
    assert after - int(before) == sum(amounts)
    for bill in stored(Bill):
        left = sum(
            entry.cents for entry in entries if entry.bill_id == bill.id and entry.ledger == "receivable"
        )
        assert 0 <= left <= max(bill.total_cents, 0)
        assert (left == 0) == (bill.state == "paid")


def test_a_withdrawn_bill_keeps_its_number_and_owes_nothing(house, issue):
    bill = issue(key="feb")
    with acting_for(replace(house.staff)) as access:
        notice = service.void_bill(access, bill.id, "The meter was read wrong.")
    assert "withdrawn" in notice.title
    with acting_for(house.owner) as access:
        assert service.owed(access).cents == 0
        assert service.bill(access, bill.id).badge.text == "Withdrawn"
        with pytest.raises(Refusal, match="withdrawn"):
            service.request_payment(access, bill.id)
    assert issue(key="feb").number == 2


def test_a_bill_that_was_paid_in_part_can_not_be_withdrawn(house, issue):
    bill = issue()
    with acting_for(house.staff) as access:
        service.record_transfer(access, bill.reference, 100, date(2026, 3, 10), "L1")
    with pytest.raises(Refusal, match="paid in part"), acting_for(house.staff) as access:
        service.void_bill(access, bill.id, "A mistake.")


def test_issuing_asks_for_the_fingerprint_of_the_pdf(house, issue):
    bill = issue()
    jobs = [job for job in stored(Job) if job.kind == "billing.file_pdf"]
    assert [bill.id in job.payload for job in jobs] == [True]
