"""A bill stays as it was printed on the day it was issued, whatever bills look like from then on."""

import hashlib
import io
import json

import pypdf
import pytest
from sqlmodel import col

from portal_app.core.access import acting_for
from portal_app.jobs.threads import Worker
from portal_app.services.billing import errands, pdf, service
from portal_app.services.billing.tables import NEWEST_TEMPLATE, Bill
from tests.services.billing import papers
from tests.services.billing.conftest import stored

FINGERPRINTS = {
    1: "b5dcaccb0b2a47a9ddcf78d3a86a2c7977314afe45f71ce2762a17e824b08629",
    2: "19f21096d8aca3f5645838d2da4ddbe2cf3465538cdf3b6ac24d6cd2571f0d8b",
}
"""The SHA-256 of `papers.bill` as each version prints it: another one would make every issued bill differ."""


def _text(octets: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(octets)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()).replace("\u00a0", " ")


def _drawn(template: int, **more: object) -> bytes:
    papers.fixed_key()
    bill, lines = papers.bill(template, **more)
    return pdf.render(pdf.PAPERS[template](bill, lines), template, papers.MOMENT)


@pytest.mark.line("U13-05")
@pytest.mark.parametrize("template", sorted(pdf.PAPERS))
def test_each_version_prints_the_same_bytes_for_ever(house, template):
    assert hashlib.sha256(_drawn(template)).hexdigest() == FINGERPRINTS[template]


def test_a_bill_of_the_first_version_still_reads_as_it_did(house):
    text = _text(_drawn(1))
    for words in ("31 day at 0.49", "268.42 taxable at 0.075", "Pay $220.20 by 26 November 2026"):
        assert words in text


@pytest.mark.line("U13-05", "U13-08")
def test_the_newest_bill_speaks_the_customers_language(house):
    text = _text(_drawn(NEWEST_TEMPLATE))
    for words in (
        "307 kWh at $0.30 a kWh",
        "42.5 kW at $3.20 a kW",
        "31 days at $0.49 a day",
        "Tax 7.5 % on $268.42 $20.13",
        "Climate credit once on this bill -$24.00",
        "8.161 therms at $1.62 a therm",
        "40 % of $8.00 a bill",
        "Electricity Meter E-1, 31 days",
        "Electricity together $264.55",
        "Gas together $17.65",
        "This bill $232.20",
        "Paid with your credit -$12.00",
        "To pay $220.20",
        "3 Oct to 2 Nov 2026 31 days",
        "Reference PAY-7K2M9Q",
        "Why gas: tax is on this bill",
        "Page 1 of 2",
    ):
        assert words in text
    assert "taxable" not in text


def test_paper_and_figures_follow_the_companys_country(house):
    issuer = json.dumps({**papers.ISSUER, "locale": "de_DE"})
    drawn = _drawn(NEWEST_TEMPLATE, issuer=issuer, currency="EUR")
    assert "1.331,096 kWh at 0,012 € a kWh 15,97 €" in _text(drawn)
    sizes = {
        name: pypdf.PdfReader(io.BytesIO(octets)).pages[0].mediabox.width
        for name, octets in {"a4": drawn, "letter": _drawn(NEWEST_TEMPLATE)}.items()
    }
    assert (round(float(sizes["a4"])), round(float(sizes["letter"]))) == (595, 612)


def test_a_long_bill_repeats_its_head_and_counts_its_pages(house):
    papers.fixed_key()
    bill, lines = papers.bill(NEWEST_TEMPLATE)
    drawn = pdf.render(pdf.PAPERS[NEWEST_TEMPLATE](bill, lines * 6), NEWEST_TEMPLATE, papers.MOMENT)
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(drawn)).pages]
    assert len(pages) > 3
    assert all(f"Page {place} of {len(pages)}" in text for place, text in enumerate(pages, start=1))
    assert "How it came about" in pages[0]
    assert "How it came about" in pages[1]


def test_a_bill_that_gives_money_back_asks_for_none(house):
    text = _text(_drawn(NEWEST_TEMPLATE, total_cents=-5000))
    assert "Your credit $50.00" in text
    assert "There is nothing to pay on this bill" in text
    assert "Reference" not in text


@pytest.mark.line("U13-05")
def test_a_bill_issued_with_the_first_version_keeps_its_fingerprint_and_its_words(
    house, issue, clock, monkeypatch
):
    assert issue().template == NEWEST_TEMPLATE
    with monkeypatch.context() as before_version_2:
        before_version_2.setattr(Bill.model_fields["template"], "default", 1)
        old = issue(title="An older bill", site_name="1 Elm Street")
    assert old.template == 1
    assert Worker(errands.JOBS).run_due() == 2
    before = stored(Bill, col(Bill.id) == old.id)[0].pdf_sha256
    clock.move(days=40)
    with acting_for(house.owner, reads_only=True) as access:
        made = service.bill_pdf(access, old.id)
    assert hashlib.sha256(made).hexdigest() == before
    assert "294 kWh at 0.30" in _text(made)
    assert "$0.30 a kWh" not in _text(made)


@pytest.mark.line("U13-08")
def test_screen_and_paper_say_a_line_the_same_way(house, issue):
    bill = issue()
    with acting_for(house.owner, reads_only=True) as access:
        view = service.bill(access, bill.id)
        paper = _text(service.bill_pdf(access, bill.id))
    assert [line.detail for line in view.lines] == ["294 kWh at $0.30 a kWh", "318 kWh at $0.38 a kWh", ""]
    assert all(f"{line.title} {line.detail}".strip() in paper for line in view.lines)
