"""The words of the home and the bill list: on a first visit, with nothing yet, with many places."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from portal_app.core.access import Visitor
from portal_app.core.accounts import Account
from portal_app.portals.energy.seed import people, readings
from portal_app.portals.energy.seed.readings import Place
from portal_app.portals.energy.service import bills, home
from portal_app.services.billing import service as billing
from tests.portals.conftest import Town, do
from tests.portals.energy.test_usage_page import MAYA, OMAR, house


def home_of(town: Town, who: str = MAYA):
    return do(town.visitor(who), home.home)


@pytest.mark.line("X-03")
def test_on_a_first_visit_nothing_is_said_about_a_visit_before(brightwater):
    first = replace(brightwater.visitor(MAYA), last_seen=None)
    again = replace(first, last_seen=datetime(2026, 11, 16, 12, tzinfo=UTC))
    new, known = do(first, home.home), do(again, home.home)
    assert (new.news_title, new.since) == ("What is new", "")
    assert "since then" not in new.no_news
    assert known.news_title == "Since you were last here"
    assert known.since
    assert known.no_news == "Nothing has moved since then."


def _opened(town: Town, email: str, name: str, street: str = "") -> Visitor:
    """A customer of today, with a place that is not read yet where a street is given."""
    with house(town) as access:
        opened = people.open_up(access, f"9000-{name}", name, email, name, "", order=0)
        if street:
            place = people.settle(access, opened, Place("Home", street, 0.2, 0.2, "orchard"), 0)
            readings.connect(access, place, "electricity", "E-HOME", "9000 1", date(2026, 11, 16), 3)
    return town.visitor(email)


@pytest.mark.line("X-01")
def test_an_account_without_a_place_begins_with_one(brightwater):
    seen = do(_opened(brightwater, "nia@brightwater.example", "Nia"), home.home)
    assert seen.who == "Nia", "a name that is the account's as well is said once"
    assert seen.tasks[0].label == "Start service"
    assert seen.tasks[0].link_to == "/energy/account/move?kind=start"
    assert seen.tasks[-1].label == "Report an outage"
    assert "Start service" in seen.meaning


@pytest.mark.line("X-01")
def test_a_place_without_readings_begins_with_a_reading(brightwater):
    seen = do(_opened(brightwater, "eli@brightwater.example", "Eli", "8 Elm Street"), home.home)
    assert [task.label for task in seen.tasks] == [
        "Send a meter reading",
        "Go paperless",
        "Report an outage",
    ]
    assert not seen.figure.whole


def test_of_many_places_the_dearest_five_stand_open(brightwater):
    omar = brightwater.visitor(OMAR)
    with house(brightwater) as access:
        account = access.db.get_one(Account, omar.account_id)
        for number in range(3, 7):
            people.settle(access, account, Place(f"Site {number}", "1 Orchard Way", 0, 0, "orchard"), number)
    seen = home_of(brightwater, OMAR)
    assert (len(seen.premises), len(seen.more_premises)) == (5, 2)
    assert seen.more_premises_words == "Show the other 2 places"
    assert len(home_of(brightwater, MAYA).more_premises) == 0


def test_several_bills_are_paid_from_their_list(brightwater):
    owed = do(brightwater.visitor(OMAR), billing.owed)
    task = home_of(brightwater, OMAR).tasks[0]
    assert (owed.count, task.link_to) == (3, "/energy/billing")
    assert task.says == f"3 bills, first due {owed.due}"
    page = do(brightwater.visitor(OMAR), bills.billing_page)
    assert page.owed_words.startswith("3 bills. The first: due ")
    assert page.owed.said not in page.owed_words, "the amount stands above the sentence"


def test_bills_of_one_place_do_not_repeat_its_address(brightwater):
    assert not any(
        "Elm Street" in row.title for row in do(brightwater.visitor(MAYA), bills.billing_page).bills
    )
    titles = [row.title for row in do(brightwater.visitor(OMAR), bills.billing_page).bills[:3]]
    assert {title.partition(", ")[2] for title in titles} == {
        "3 Mill Road",
        "41 Valley Road",
        "7 Eastfield Lane",
    }


def test_tax_is_the_last_sum_of_the_bill_on_the_home(brightwater):
    assert [line.label.partition(",")[0] for line in home_of(brightwater).bill.lines] == [
        "Electricity",
        "Gas",
        "Tax",
    ]
