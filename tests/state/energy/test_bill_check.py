"""Whether a bill that came by mail or on paper is the company's own is said on the page of bills."""

import asyncio

import pytest
from sqlmodel import col

from portal_app.core.access import unscoped
from portal_app.core.accounts import Company
from portal_app.services.billing import checkcode
from portal_app.services.billing.tables import Bill
from portal_app.state.energy.billing import BillingState, BillState
from tests.engines import past_the_wall
from tests.state.energy.test_twice import tabs  # noqa: F401 -- two pages of Maya's


def _of_maya(bill_id: str) -> Bill:
    with past_the_wall() as db:
        return db.exec(unscoped(Bill, col(Bill.id) == bill_id)).one()


@pytest.mark.line("B-X17")
def test_the_code_on_a_bill_is_checked_where_the_bill_says_so_and_a_changed_bank_is_told(tabs):  # noqa: F811
    async def _act() -> None:
        shown = tabs[0].part(BillState)
        await shown.load()
        assert shown.page.bank_notice.title == ""
        row = _of_maya(shown.page.id)
        page = tabs[1].part(BillingState)
        await page.load()
        await page.check({"number": str(row.number), "code": checkcode.check_code(row).lower()})
        assert (page.checked.title, page.checked.tone) == ("This bill is genuine", "good")
        await page.check({"number": str(row.number), "code": "AAAAA-AAAAA"})
        assert (page.checked.title, page.checked.tone) == ("This is not a bill of yours from us", "urgent")
        with past_the_wall() as db:
            company = db.exec(unscoped(Company, col(Company.id) == row.company_id)).one()
            company.bank_account = "US34 9999"
            db.add(company)
        await shown.load()
        assert shown.page.payable == bool(shown.page.bank_notice.title)
        assert "It is now US34 9999" in shown.page.bank_notice.text

    asyncio.run(_act())
