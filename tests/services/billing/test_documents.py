"""A bill on paper and in a spreadsheet says what the rows say."""

import csv
import io
import time

import pypdf
import pytest

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.accounts import Company
from portal_app.core.errors import NotYours, Refusal
from portal_app.jobs.threads import Worker
from portal_app.services.billing import errands, pdf, service
from portal_app.services.billing.csv import guarded
from portal_app.services.billing.rules import LineDraft
from portal_app.services.billing.service import Period
from portal_app.services.billing.tables import Bill, BillLine
from tests.services.billing.conftest import ENERGY, stored


def _pdf(who, bill):
    with acting_for(who, reads_only=True) as access:
        return service.bill_pdf(access, bill.id)


def _text(octets):
    pages = pypdf.PdfReader(io.BytesIO(octets)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def _rows(who, ids=None):
    with acting_for(who, reads_only=True) as access:
        return list(csv.DictReader(io.StringIO(service.bill_csv(access, ids))))


@pytest.mark.line("U13-05", "U13-08")
def test_every_line_with_its_figure_and_explanation_is_in_the_pdf(house, issue):
    text = _text(_pdf(house.owner, issue(site_name="12 Elm Street")))
    for line in ENERGY:
        assert line.title in text
        assert line.why in text
    for figure in (
        "$88.20",
        "$120.84",
        "-$24.00",
        "$185.04",
        "294 kWh at $0.30 a kWh",
        "318 kWh at $0.38 a kWh",
    ):
        assert figure in text
    for fact in (
        "Bill number 1",
        "3 Feb to 2 Mar 2026",
        "24 March 2026",
        "12 Elm Street",
        "Account 1001",
        "Page 1 of 1",
    ):
        assert fact in text


@pytest.mark.line("U13-05", "B-X17")
def test_the_pdf_says_how_to_pay_and_carries_the_check_code_of_the_portal(house, issue):
    bill = issue()
    text = _text(_pdf(house.owner, bill))
    with acting_for(house.owner) as access:
        view = service.bill(access, bill.id)
    assert f"Check code {view.check_code}" in text
    for fact in (
        "Pay to First Energy",
        "Bank First Bank",
        "Account US12 0000 4417",
        f"Reference {bill.reference}",
    ):
        assert fact in text


def test_a_bill_wears_the_colour_that_the_company_chose_when_it_was_issued(house, issue):
    with acting_for_company(house.company.id) as access:
        company = access.db.get_one(Company, house.company.id)
        company.accent = "#7a1f3d"
        access.db.add(company)
    bill = issue()
    with acting_for_company(house.company.id) as access:
        assert pdf.to_file(access, bill.id).says["colour"] == "#7a1f3d"
        access.db.get_one(Company, house.company.id).accent = "#025b4b"
        access.db.flush()
        assert pdf.to_file(access, bill.id).says["colour"] == "#7a1f3d", "an issued bill stays as it was"


def test_the_pdf_asks_for_what_credit_has_not_paid(house, issue):
    issue(-500, title="Refund")
    text = _text(_pdf(house.owner, issue()))
    assert "To pay $180.04" in text
    assert "Paid with your credit -$5.00" in text


def test_a_bill_that_credit_covers_asks_for_nothing(house, issue):
    issue(-5000, title="Refund")
    text = _text(_pdf(house.owner, issue(3000)))
    assert "There is nothing to pay on this bill" in text
    assert "You had a credit of $50.00. $30.00 of it went to this bill." in text


def test_the_pdf_is_marked_as_archivable(house, issue):
    octets = _pdf(house.owner, issue())
    metadata = pypdf.PdfReader(io.BytesIO(octets)).xmp_metadata
    assert metadata is not None
    raw = octets.decode("latin-1")
    assert "<pdfaid:part>2</pdfaid:part>" in raw
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in raw


def test_the_same_bill_is_the_same_bytes_whoever_asks_and_whenever(house, issue, clock):
    bill = issue()
    first = _pdf(house.owner, bill)
    assert Worker(errands.JOBS).run_due() == 1
    clock.move(days=40)
    with acting_for(house.staff) as access:
        service.record_transfer(access, bill.reference, 18504, clock.move(days=1).date(), "L1")
    assert _pdf(house.viewer, bill) == first
    import hashlib

    assert stored(Bill)[0].pdf_sha256 == hashlib.sha256(first).hexdigest()


@pytest.mark.line("S-36")
def test_typed_markup_is_only_text_on_paper(house):
    why = 'Rate #7 *bold* $x$ @ref <a> [b] \\ #read("/etc/passwd")'
    with acting_for_company(house.company.id) as access:
        from datetime import date

        bill = service.issue_bill(
            access,
            house.account.id,
            [LineDraft("x", "#panic() *Rider*", 100, why)],
            Period(date(2026, 2, 3), date(2026, 3, 2)),
            total_cents=100,
            due_on=date(2026, 3, 24),
        )
    text = _text(_pdf(house.owner, bill))
    assert "#panic() *Rider*" in text
    assert 'Rate #7 *bold* $x$ @ref <a> [b] \\ #read("/etc/passwd")' in text


def test_a_warm_bill_is_drawn_in_less_than_fifty_milliseconds(house, issue):
    bill = issue()
    _pdf(house.owner, bill)
    data = pdf.PAPERS[2](stored(Bill)[0], stored(BillLine))
    took = []
    for place in range(5):
        data["heading"] = f"Bill {place}"
        start = time.process_time()
        pdf.render(data, 2, stored(Bill)[0].made_at)
        took.append(time.process_time() - start)
    assert min(took) < 0.05


def test_the_csv_has_a_row_for_each_line_and_adds_up(house, issue):
    first, second = issue(), issue(2500, title="March bill")
    rows = _rows(house.owner)
    assert [row["line"] for row in rows] == ["Generation", *(line.title for line in ENERGY)]
    assert [row["amount"] for row in rows] == ["25.00", "88.20", "120.84", "-24.00"]
    assert {row["bill_total"] for row in rows if row["bill"] == "1"} == {"185.04"}
    assert [row["bill"] for row in _rows(house.owner, [first.id])] == ["1", "1", "1"]
    assert [row["bill"] for row in _rows(house.owner, [second.id])] == ["2"]


@pytest.mark.line("S-36")
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_text_becomes_a_formula(house, issue, text):
    assert guarded(text) == f"'{text}"
    issue(100, title=f"{text}cmd")
    assert all(row["title"].startswith("'") for row in _rows(house.owner))


@pytest.mark.line("U13-05")
def test_the_files_bear_the_bills_number_and_day(house, issue):
    bill = issue()
    with acting_for(house.owner, reads_only=True) as access:
        paper = service.bill_file(access, bill.id)
        sheet = service.bills_file(access, f"{bill.id},")
        every = service.bills_file(access)
    assert (paper.name, paper.type) == ("bill-1-2026-03-10.pdf", "application/pdf")
    assert paper.content[:5] == b"%PDF-"
    assert (sheet.name, sheet.content) == ("bills-2026-03-10.csv", every.content)


@pytest.mark.parametrize("who", ["stranger", "outsider"])
def test_nobody_saves_anothers_bill(house, issue, who):
    bill = issue()
    with pytest.raises(NotYours):
        _pdf(getattr(house, who), bill)
    with pytest.raises(NotYours):
        _rows(getattr(house, who), [bill.id])
    assert _rows(getattr(house, who)) == []


def test_a_role_without_sight_of_bills_saves_none(house, issue):
    from dataclasses import replace

    bill = issue()
    blind = replace(house.viewer, permissions=frozenset())
    with pytest.raises(Refusal):
        _pdf(blind, bill)
    with pytest.raises(Refusal):
        _rows(blind)
