"""Alerts and choices, the medical list, and the daily look for high bills."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for_company
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.outbox import Job
from portal_app.portals.energy.rules.tariffs import Tariff, Tier
from portal_app.portals.energy.service import account, choices, customers, high_bill, tariff_book
from portal_app.portals.energy.tables import DayUse, EnergyChoice, HighBillAlert, ServiceAgreement
from portal_app.services.notifications.tables import News
from portal_app.services.tenancy import service as tenancy
from tests.portals.energy.account.conftest import act, jobs, run_jobs, stored

pytestmark = pytest.mark.usefixtures("both_engines")


def _choose(house, **wishes):
    return act(house.owner, choices.choose, wishes)


@pytest.mark.line("U13-16")
def test_choices_are_kept_and_read_back_as_they_were_typed(house):
    _choose(
        house,
        alert_kind="money",
        alert_at="$1,150.50",
        temperature="C",
        planned_notice=False,
        phone="555-0142",
    )
    (row,) = stored(EnergyChoice)
    assert (row.alert_kind, row.alert_at, row.temperature) == ("money", 115_050, "C")
    page = act(house.owner, choices.choices)
    assert (page.alert_at, page.alert_words, page.phone) == ("1150.50", "Above $1,150.50", "555-0142")
    assert not page.planned_notice
    _choose(house, alert_kind="use", alert_at="600")
    assert act(house.owner, choices.choices).alert_words == "Above 600 kWh"
    _choose(house, alert_kind="off")
    assert act(house.owner, choices.choices).alert_words == "Off"


@pytest.mark.line("U13-16")
def test_one_choice_leaves_the_others_as_they_were(house):
    _choose(house, temperature="C")
    page = act(house.owner, choices.choices)
    assert (page.temperature, page.alert_kind, page.planned_notice) == ("C", "usual", True)


@pytest.mark.line("U13-16", "X-16")
@pytest.mark.parametrize(
    ("wishes", "field"),
    [
        ({"alert_kind": "money", "alert_at": "a lot"}, "alert_at"),
        ({"alert_kind": "money", "alert_at": "-5"}, "alert_at"),
        ({"alert_kind": "use", "alert_at": "NaN"}, "alert_at"),
        ({"alert_kind": "sometimes"}, "alert_kind"),
        ({"temperature": "K"}, "temperature"),
        ({"phone": "call me"}, "phone"),
    ],
)
def test_what_cannot_be_chosen_names_its_field(house, wishes, field):
    with pytest.raises(Refusal) as no:
        _choose(house, **wishes)
    assert no.value.field == field
    assert stored(EnergyChoice) == []


@pytest.mark.line("U13-16")
def test_only_owners_choose_and_only_for_their_own_account(house):
    with pytest.raises(Refusal, match="does not allow"):
        act(house.cast.viewer, choices.choose, {"temperature": "C"})
    act(house.cast.stranger, choices.choose, {"temperature": "C"})
    assert act(house.owner, choices.choices).temperature == "F"


@pytest.mark.line("U13-16")
def test_mail_on_a_topic_can_be_turned_off_and_on(house):
    act(house.owner, choices.choose_channel, "requests", "portal")
    ends = {row.id: row.end for row in act(house.owner, choices.choices).topics}
    assert ends == {"requests": "portal", "high-bill": "mail"}
    with pytest.raises(Refusal):
        act(house.owner, choices.choose_channel, "everything", "mail")


@pytest.mark.line("B13-10")
def test_joining_the_medical_list_says_what_it_does_and_staff_see_it(house):
    said = _choose(house, medical=True, medical_says="Oxygen at night")
    assert (said.title, "555-0100" in said.text) == ("You are on our medical list", True)
    page = act(house.staff, customers.customers, "elm")
    marked = {row.detail.split(",")[0]: row.badge.text for row in page.rows}
    assert marked == {"Account 1001": "Medical list", "Account 1002": ""}
    opened = act(house.staff, customers.customers, "elm", house.cast.account.id)
    assert (opened.standing.text, opened.premises[0].end) == ("Medical list", "Feeder Mill Road")
    assert "Oxygen at night" in [row.detail for row in opened.facts]


def test_customers_stand_in_the_order_in_which_people_count(house):
    with acting_for_company(house.cast.company.id) as access:
        for number in ("10", "2", "1"):
            tenancy.open_account(access, f"20{number}", f"Household {number}")
    rows = act(house.staff, customers.customers, "household").rows
    assert [row.title for row in rows] == ["Household 1", "Household 2", "Household 10"]


def test_customers_are_found_by_name_number_phone_and_street_within_one_company_only(house):
    for asked in ("12 elm", "1001", "555-1001"):
        rows = act(house.staff, customers.customers, asked).rows
        assert [row.id for row in rows] == [house.cast.account.id], asked
    assert act(house.staff, customers.customers, "3 Far Road").rows == ()
    assert act(house.staff, customers.customers, "%").rows == ()
    assert act(house.staff, customers.customers, "%%").found_words.startswith("No customer has")
    with pytest.raises(NotYours):
        act(house.staff, customers.customers, "", house.cast.outside_account.id)
    with pytest.raises(Refusal, match="does not allow"):
        act(house.owner, customers.customers, "elm")


def test_the_account_page_shows_places_tasks_and_nothing_of_others(house):
    page = act(house.owner, account.account)
    assert (page.number, [row.title for row in page.premises]) == ("1001", ["12 Elm Street"])
    assert [row.link_to for row in page.tasks] == ["/energy/account/move", "/energy/account/reading"]
    assert act(house.cast.viewer, account.account).tasks == ()


# 60 days at 20 kWh, then a hot bill period from 3 March on.
def _used(house, per_day, *, known=58, hot=8):
    days = [date(2026, 1, 4) + timedelta(days=n) for n in range(known + hot)]
    owner = {"account_id": house.cast.account.id, "register_id": house.electricity.id}
    rows = [
        {**owner, "day": day, "amount": (per_day if n >= known else 20) * 1_000_000, "seconds": 86_400}
        for n, day in enumerate(days)
    ]
    tariff = Tariff(
        code="E-T",
        version="1",
        name="Test",
        effective_from=date(2025, 1, 1),
        tiers=(Tier(rate=Decimal("0.30")),),
    )
    with acting_for_company(house.cast.company.id) as access:
        tariff_book.keep(access, tariff)
        access.add_many(DayUse, rows)
        (agreed,) = access.all(ServiceAgreement, col(ServiceAgreement.id).in_(
            [row.id for row in access.all(ServiceAgreement, col(ServiceAgreement.premise_id) == house.home.id)
             if row.commodity == "electricity"]))  # fmt: skip
        access.change(agreed, tariff_code="E-T")


def _look(house):
    run_jobs(house.cast.company.id, "energy.high_bill", high_bill.CHECK)


@pytest.mark.line("B13-2")
def test_a_bill_above_the_own_line_is_told_once_a_bill_period(house, clock):
    clock.set(datetime(2026, 3, 12, 17, 20, tzinfo=UTC))
    _used(house, 40)
    _choose(house, alert_kind="money", alert_at="250")
    with acting_for_company(house.cast.company.id) as access:
        high_bill.ask_everybody(access, {"slot": "2026-03-12T17:20"})
    run_jobs(house.cast.company.id, high_bill.CHECK)
    run_jobs(house.cast.company.id, high_bill.CHECK)
    (alert,) = stored(HighBillAlert)
    assert (alert.premise_id, alert.period_from) == (house.home.id, date(2026, 3, 3))
    assert 30_000 < alert.likely_cents < 45_000
    (told,) = stored(News)
    assert told.title == "High bill ahead at 12 Elm Street"
    assert "above your line of $250.00" in told.detail
    assert {mail["to"] for mail in jobs("mail.send")} == {house.owner.email, house.cast.viewer.email}


@pytest.mark.line("B13-2")
def test_a_line_in_kwh_counts_use_and_not_money(house, clock):
    clock.set(datetime(2026, 3, 12, 17, 20, tzinfo=UTC))
    _used(house, 40)
    _choose(house, alert_kind="use", alert_at="900")
    with acting_for_company(house.cast.company.id) as access:
        (warned,) = high_bill.decide(access, {"account_id": house.cast.account.id})
    assert warned.decision.send
    assert "above your line of 900 kWh" in warned.decision.text


@pytest.mark.line("B13-2")
@pytest.mark.parametrize("wishes", [{"alert_kind": "off"}, {"alert_kind": "money", "alert_at": "900"}])
def test_no_alert_where_it_is_off_or_below_the_line(house, clock, wishes):
    clock.set(datetime(2026, 3, 12, 17, 20, tzinfo=UTC))
    _used(house, 40)
    _choose(house, **wishes)
    with acting_for_company(house.cast.company.id) as access:
        assert high_bill.decide(access, {"account_id": house.cast.account.id}) is None


@pytest.mark.line("B13-2")
def test_at_night_the_alert_waits_for_the_morning(house, clock):
    clock.set(datetime(2026, 3, 12, 4, 0, tzinfo=UTC))
    _used(house, 40)
    _choose(house, alert_kind="money", alert_at="250")
    with acting_for_company(house.cast.company.id) as access:
        access.later(high_bill.CHECK, {"account_id": house.cast.account.id}, key="now")
    run_jobs(house.cast.company.id, high_bill.CHECK)
    assert stored(HighBillAlert) == []
    again = stored(Job, col(Job.kind) == high_bill.CHECK, order=col(Job.run_at))[-1]
    assert again.run_at == datetime(2026, 3, 12, 13, 0, tzinfo=UTC)


@pytest.mark.line("B13-2")
def test_every_account_with_a_place_is_looked_at_once_a_day(house):
    with acting_for_company(house.cast.company.id) as access:
        high_bill.ask_everybody(access, {"slot": "2026-03-12T17:20"})
        high_bill.ask_everybody(access, {"slot": "2026-03-12T17:20"})
    asked = {job["account_id"] for job in jobs(high_bill.CHECK)}
    assert asked == {house.cast.account.id, house.cast.other_account.id}
    assert len(jobs(high_bill.CHECK)) == 2
