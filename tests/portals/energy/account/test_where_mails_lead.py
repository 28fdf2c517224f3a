"""Every mail about power and requests leads to the page where its reader sees how it stands."""

import pytest

from portal_app.core.access import acting_for_company
from portal_app.portals.energy.service import choices
from portal_app.services.notifications import service as notifications
from tests.mail_links import lead_to
from tests.portals.energy.account.conftest import act, jobs, run_jobs
from tests.portals.energy.account.test_requests import _stop
from tests.portals.energy.account.test_tidings import _outage, _tell, _work

pytestmark = pytest.mark.line("X-30")


def test_an_outage_leads_to_the_outages(house):
    act(house.cast.stranger, choices.choose, {"medical": True})
    _outage(house)
    _tell(house)
    (mail,) = [mail for mail in jobs("mail.send") if mail["subject"].startswith("Medical list")]
    lead_to(mail, "/energy/outages")
    assert all(mail["link"] == "/energy/outages" for mail in jobs("mail.send"))


def test_planned_work_leads_to_the_outages(house):
    _work(house)
    (mail,) = jobs("mail.send")[:1]
    lead_to(mail, "/energy/outages")


def test_a_step_of_a_request_leads_to_that_request(house):
    asked = _stop(house)
    run_jobs(house.cast.company.id, "energy.request.tell")
    mails = jobs("mail.send")
    assert mails
    for mail in mails:
        lead_to(mail, f"/energy/account/request?id={asked.request_id}")


def test_an_alert_and_a_piece_of_news_lead_to_their_page(house):
    with acting_for_company(house.cast.company.id, kind="energy") as access:
        for topic, page in (("high-bill", "/energy/usage"), ("billing", "/energy/billing/budget")):
            notifications.tell_everybody(
                access, house.cast.account.id, topic, "Look", "At this.", page, topic
            )
    mails = jobs("mail.send")
    assert {mail["link"] for mail in mails} == {"/energy/usage", "/energy/billing/budget"}
    for mail in mails:
        lead_to(mail, mail["link"])
