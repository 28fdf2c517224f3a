"""Every mail about money leads to the page where its reader does something about it."""

import json
from datetime import date

import pytest
from sqlmodel import col

from portal_app.core.outbox import Job
from portal_app.services.billing import service
from portal_app.services.billing.service import Wish
from tests.mail_links import lead_to
from tests.services.billing.conftest import stored
from tests.services.billing.test_autopay import _do, _nightly, _on

pytestmark = pytest.mark.line("X-30")


def mails(subject: str) -> list[dict]:
    """The mails asked for whose subject holds these words."""
    payloads = [json.loads(job.payload) for job in stored(Job, col(Job.kind) == "mail.send")]
    return [payload for payload in payloads if subject in payload["subject"]]


def test_a_bill_that_is_ready_leads_to_that_bill(house, issue):
    _do(house, service.choose_paperless, True, "olive@home.example")
    bill = issue(12345)
    (mail,) = mails("is ready")
    lead_to(mail, f"/energy/billing/bill?id={bill.id}")


def test_the_choice_of_paper_leads_to_itself(house):
    _do(house, service.choose_paperless, True, "olive@home.example")
    (mail,) = mails("paperless")
    lead_to(mail, "/energy/billing/paperless")


def test_an_announced_debit_leads_to_where_it_is_stopped(house, issue):
    _on(house)
    (mail,) = mails("Autopay")
    lead_to(mail, "/energy/billing/autopay")
    issue(due_on=date(2026, 3, 20))
    _nightly(house, "billing.announce_debits")
    (mail,) = mails("Autopay takes")
    lead_to(mail, "/energy/billing/autopay")


def test_a_bill_above_the_limit_leads_to_paying_it(house, issue):
    _on(house, Wish("First Bank", "4417", limit_cents=18503))
    bill = issue(due_on=date(2026, 3, 20))
    _nightly(house, "billing.announce_debits")
    (mail,) = mails("above your autopay limit")
    lead_to(mail, f"/energy/billing/bill?id={bill.id}")
