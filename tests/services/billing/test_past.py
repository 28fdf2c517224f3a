"""Bills past their years: name and address go by night, number and figures stay, and the rest is kept."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select, text

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.errors import Refusal
from portal_app.core.trail import AuditEntry
from portal_app.jobs.handlers import handlers, repeating
from portal_app.services.billing import checkcode, past, pdf, service
from portal_app.services.billing.tables import Bill, LedgerEntry, Payment
from portal_app.services.privacy.tables import Hold
from tests.engines import past_the_wall
from tests.services.billing.conftest import stored

pytestmark = [pytest.mark.usefixtures("both_engines"), pytest.mark.line("S-76")]


def paid(house, issue) -> Bill:
    bill = issue()
    with acting_for(replace(house.owner, on_behalf="Grandfather")) as access:
        asked = service.request_payment(access, bill.id)
    with acting_for(house.staff) as access:
        service.record_transfer(access, bill.reference, asked.cents, date(2026, 3, 10), "L1")
    with acting_for_company(house.company.id) as access:
        pdf.file_pdf(access, bill.id, "f" * 64)
    (row,) = stored(Bill, col(Bill.id) == bill.id)
    assert row.state == "paid"
    return row


def night(house) -> None:
    with acting_for_company(house.company.id) as access:
        handlers()["privacy.unname_old_bills"](access, {})


def whole() -> str:
    with past_the_wall() as db:
        return str([db.execute(text(f"SELECT * FROM {name}")).all() for name in ("bill", "payment")])  # noqa: S608 -- ours


def test_after_seven_years_name_and_address_go_and_number_and_figures_stay(house, issue, clock):
    before = paid(house, issue)
    books = [row.model_dump() for row in stored(LedgerEntry)]
    clock.move(days=365 * 7 + 2)
    night(house)
    assert stored(Bill)[0].model_dump() == before.model_dump(), "the year in which it was issued counts whole"
    clock.move(days=300)
    night(house)
    (after,) = stored(Bill)
    gone = {"issuer", "site_name"}
    assert after.model_dump(exclude=gone) == before.model_dump(exclude=gone)
    assert (after.issuer, after.site_name) == ("{}", "")
    assert house.account.name in before.issuer
    for word in (house.account.name, "Olive", "Grandfather"):
        assert word not in whole()
    assert stored(Payment)[0].asked_by == "A deleted person"
    assert [row.model_dump() for row in stored(LedgerEntry)] == books
    with past_the_wall() as db:
        (entry,) = db.exec(select(AuditEntry).where(col(AuditEntry.action) == "bill.unnamed"))
    assert json.loads(entry.facts) == {"bills": 1}
    night(house)
    assert len(stored(Bill)) == 1


def test_its_page_opens_its_paper_does_not_and_the_next_number_follows(house, issue, clock):
    bill = paid(house, issue)
    code = checkcode.check_code(bill)
    clock.move(days=3000)
    night(house)
    with acting_for(house.owner, reads_only=True) as access:
        seen = service.bill(access, bill.id)
        assert (seen.number, seen.past, seen.check_code) == (str(bill.number), True, "")
        assert seen.total == "$185.04"
        assert "no longer its paper" in seen.note
        assert "too old" in service.check_bill(access, str(bill.number), code).title
        assert len(service.bills(access)) == 1
        with pytest.raises(Refusal, match="no longer its paper"):
            service.bill_pdf(access, bill.id)
    assert issue(1000, due_on=date(2034, 7, 1)).number == bill.number + 1


def test_what_is_open_held_or_asked_to_stay_longer_stays(house, issue, clock):
    paid(house, issue)
    issue(1000, account_id=house.other_account.id)
    with past_the_wall() as db:
        db.add(
            Hold(company_id=house.company.id, person_id=house.owner.person_id, reason="A court asks for it")
        )
    clock.move(days=3000)
    night(house)
    assert all(bill.issuer != "{}" for bill in stored(Bill))
    with past_the_wall() as db:
        db.execute(text("UPDATE hold SET lifted_at = made_at"))
        db.execute(text("UPDATE company SET settings = '{\"bill_years\": 10}'"))
    night(house)
    assert all(bill.issuer != "{}" for bill in stored(Bill))
    clock.move(days=1000)
    night(house)
    assert [bill.issuer == "{}" for bill in stored(Bill)] == [True, False], "an open one is not settled"


def test_another_companys_bills_wait_for_their_own_night(house, issue, clock):
    issue(0 - 500, account_id=house.outside_account.id, company_id=house.other_company.id)
    clock.move(days=3000)
    night(house)
    assert all(bill.issuer != "{}" for bill in stored(Bill))


@pytest.mark.parametrize(
    ("asked", "years"), [("{}", 7), ('{"bill_years": 10}', 10), ('{"bill_years": 1}', 7),
                         ('{"bill_years": 999}', 30), ('{"bill_years": "soon"}', 7)]
)  # fmt: skip
def test_the_years_are_the_companys_and_never_fewer_than_seven(house, asked, years):
    assert past.years_of(house.company.model_copy(update={"settings": asked})) == years


@pytest.mark.parametrize(
    "change", ["template = 1", "title = 'x'", 'issuer = \'{"name": "x"}\'', "total_cents = 1", "number = 9"]
)
def test_the_database_lets_an_issued_bill_lose_its_name_and_change_nothing_else(house, issue, change):
    issue()
    with pytest.raises(DBAPIError, match="an issued bill stays"), past_the_wall() as db:
        db.execute(text(f"UPDATE bill SET {change}"))  # noqa: S608 -- ours
    with past_the_wall() as db:
        db.execute(text("UPDATE bill SET issuer = '{}'"))
    with pytest.raises(DBAPIError, match="an issued bill stays"), past_the_wall() as db:
        db.execute(text('UPDATE bill SET issuer = \'{"name": "back"}\''))


def test_it_comes_round_every_night(house):
    assert "privacy.unname_old_bills" in {entry.kind for entry in repeating()}
