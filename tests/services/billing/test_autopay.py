"""Autopay is agreed to in words, announced ten days ahead, and can be stopped three business days before."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import col

from portal_app.core.access import acting_for, acting_for_company
from portal_app.core.errors import ProveAgain, Refusal
from portal_app.core.outbox import Job
from portal_app.services.billing import errands, rules, service
from portal_app.services.billing.service import Wish
from portal_app.services.billing.tables import Autopay, AutopayNotice, Bill, Payment
from tests.services.billing.conftest import stored

pytestmark = pytest.mark.usefixtures("both_engines")
WISH = Wish(bank="First Bank", last_four="4417")


def _on(house, wish=WISH):
    with acting_for(house.owner) as access:
        offer = service.autopay_set_up(access, wish)
    with acting_for(house.owner) as access:
        return service.autopay_authorise(access, offer.agreed)


def _nightly(house, kind):
    with acting_for_company(house.company.id) as access:
        errands.JOBS[kind](access, {})


def _view(house):
    with acting_for(house.owner, reads_only=True) as access:
        return service.autopay(access)


def _do(house, use_case, *arguments):
    with acting_for(house.owner) as access:
        return use_case(access, *arguments)


@pytest.mark.line("V-X6")
def test_a_debit_on_20_march_is_announced_by_the_10th_and_stopped_until_the_17th():
    debit_on = date(2026, 3, 20)
    assert rules.notice_by(debit_on) == date(2026, 3, 10)
    assert rules.stop_until(debit_on, "US") == date(2026, 3, 17)


@pytest.mark.line("V-X6")
def test_the_daily_job_keeps_these_dates(house, issue, clock):
    _on(house)
    bill = issue(due_on=date(2026, 3, 20))
    _nightly(house, "billing.announce_debits")
    (notice,) = stored(AutopayNotice)
    assert (notice.bill_id, notice.cents) == (bill.id, 18504)
    assert (notice.sent_on, notice.debit_on, notice.stop_until) == (
        date(2026, 3, 10),
        date(2026, 3, 20),
        date(2026, 3, 17),
    )
    view = _view(house)
    assert view.next_debit == "$185.04 on Fri 20 Mar"
    assert view.stop_until == "until the end of Tue 17 Mar"
    assert view.can_stop_next


def test_a_notice_that_comes_late_moves_the_debit_instead(house, issue):
    _on(house)
    issue(due_on=date(2026, 3, 12))
    _nightly(house, "billing.announce_debits")
    assert stored(AutopayNotice)[0].debit_on == date(2026, 3, 20)


def test_a_bill_is_announced_and_collected_once(house, issue, clock):
    _on(house)
    bill = issue(due_on=date(2026, 3, 20))
    for _ in range(2):
        _nightly(house, "billing.announce_debits")
        _nightly(house, "billing.collect_debits")
    assert stored(Payment) == []
    clock.set(datetime(2026, 3, 20, 15, tzinfo=UTC))
    for _ in range(2):
        _nightly(house, "billing.collect_debits")
    (payment,) = stored(Payment)
    assert (payment.method, payment.state, payment.cents, payment.channel) == (
        "bank_debit",
        "pending",
        18504,
        "autopay",
    )
    with pytest.raises(Refusal, match="collected by autopay"):
        _do(house, service.request_payment, bill.id)
    with acting_for(house.staff) as access:
        service.record_transfer(access, payment.reference, 18504, date(2026, 3, 20), "L1")
    assert [each.state for each in stored(Bill)] == ["paid"]


def test_nothing_is_collected_for_a_bill_that_was_paid_meanwhile(house, issue, clock):
    _on(house)
    bill = issue(due_on=date(2026, 3, 20))
    _nightly(house, "billing.announce_debits")
    with acting_for(house.staff) as access:
        service.record_transfer(access, bill.reference, 18504, date(2026, 3, 10), "L1")
    clock.set(datetime(2026, 3, 20, 15, tzinfo=UTC))
    _nightly(house, "billing.collect_debits")
    assert [notice.state for notice in stored(AutopayNotice)] == ["not_needed"]
    assert [payment.method for payment in stored(Payment)] == ["bank_transfer"]


@pytest.mark.line("V-X6", "U13-06")
@pytest.mark.parametrize("use_case", [service.autopay_stop, service.autopay_pause, service.stop_next_debit])
@pytest.mark.parametrize(
    ("moment", "state"),
    [
        (datetime(2026, 3, 18, 4, 59, tzinfo=UTC), "stopped"),
        (datetime(2026, 3, 18, 5, 1, tzinfo=UTC), "sent"),
    ],
)
def test_a_debit_is_stopped_until_the_end_of_the_third_business_day_before(
    house, issue, clock, use_case, moment, state
):
    _on(house)
    issue(due_on=date(2026, 3, 20))
    _nightly(house, "billing.announce_debits")
    clock.set(moment)
    notice = _do(house, use_case)
    assert [each.state for each in stored(AutopayNotice)] == [state]
    said = "is stopped" if state == "stopped" else "still happens: it could be stopped until Tue 17 Mar"
    assert said in notice.text
    clock.set(datetime(2026, 3, 20, 15, tzinfo=UTC))
    _nightly(house, "billing.collect_debits")
    assert len(stored(Payment)) == (state == "sent")


@pytest.mark.line("U13-06")
def test_autopay_is_on_only_after_the_words_shown_were_agreed_to(house, issue):
    offer = _do(house, service.autopay_set_up, WISH)
    assert "at least 10 days before" in offer.text
    assert "up to 3 business days before" in offer.text
    assert _view(house).state == "pending_authorisation"
    issue(due_on=date(2026, 3, 20))
    _nightly(house, "billing.announce_debits")
    assert stored(AutopayNotice) == []
    with pytest.raises(Refusal, match="words have changed"):
        _do(house, service.autopay_authorise, "something else")
    notice = _do(house, service.autopay_authorise, offer.agreed)
    (order,) = stored(Autopay)
    assert (order.state, order.authorisation, order.authorised_by) == ("on", offer.text, "Olive")
    assert order.authorised_at == datetime(2026, 3, 10, 15, tzinfo=UTC)
    assert notice.reference == order.mandate
    mails = [job.payload for job in stored(Job, col(Job.kind) == "mail.send")]
    assert len(mails) == 1
    assert "I can stop a payment up to 3 business days" in mails[0]


@pytest.mark.line("U13-06")
def test_a_change_needs_the_new_words(house):
    _on(house)
    wish = Wish("Second Bank", "9981", day_rule="15", limit_cents=20000)
    with pytest.raises(Refusal, match="words have changed"):
        _do(house, service.autopay_change, wish, _view(house).agreed)
    typed = Wish("Second Bank", "9981", day_rule="15", limit_cents=" $200.00 ")
    offer = _do(house, service.autopay_offer, typed)
    assert offer == _do(house, service.autopay_offer, wish)
    _do(house, service.autopay_change, typed, offer.agreed)
    view = _view(house)
    assert (view.state, view.day, view.limit) == ("on", "15", "$200.00")
    assert view.method == "Second Bank, account ending in 9981"
    assert view.text == offer.text


def test_a_bill_above_the_limit_is_not_debited(house, issue, clock):
    _on(house, Wish("First Bank", "4417", limit_cents=18503))
    issue(due_on=date(2026, 3, 20))
    _nightly(house, "billing.announce_debits")
    clock.set(datetime(2026, 3, 20, 15, tzinfo=UTC))
    _nightly(house, "billing.collect_debits")
    assert [notice.state for notice in stored(AutopayNotice)] == ["over_limit"]
    assert stored(Payment) == []


@pytest.mark.line("U13-06")
def test_autopay_goes_through_its_states_and_no_others(house):
    moves = {
        "resume": service.autopay_resume,
        "pause": service.autopay_pause,
        "stop": service.autopay_stop,
    }
    for event in moves:
        with pytest.raises(Refusal, match="Autopay is off"):
            _do(house, moves[event])
    _on(house)
    with pytest.raises(Refusal, match="Autopay is on"):
        _do(house, moves["resume"])
    _do(house, moves["pause"])
    assert _view(house).badge.text == "Paused"
    _do(house, moves["resume"])
    _do(house, moves["stop"])
    assert _view(house).words == "You pay each bill yourself."
    with pytest.raises(Refusal, match="Autopay is off"):
        _do(house, service.autopay_authorise, stored_agreed(house))
    _on(house)
    assert len(stored(Autopay)) == 1


def stored_agreed(house):
    import hashlib

    return hashlib.sha256(stored(Autopay)[0].authorisation.encode()).hexdigest()


@pytest.mark.parametrize(
    "wish",
    [
        Wish("", "4417"),
        Wish("First Bank", "44"),
        Wish("First Bank", "44a7"),
        Wish("First\nBank", "4417"),
        Wish("First Bank", "4417", day_rule="29"),
        Wish("First Bank", "4417", limit_cents=-5),
    ],
)
def test_what_can_not_be_meant_is_refused_beside_its_field(house, wish):
    with pytest.raises(Refusal) as refused:
        _do(house, service.autopay_offer, wish)
    assert refused.value.field


@pytest.mark.parametrize("use_case", ["autopay_pause", "autopay_stop", "autopay_resume", "stop_next_debit"])
def test_a_viewer_can_not_change_autopay(house, use_case):
    _on(house)
    with pytest.raises(Refusal, match="does not allow"), acting_for(house.viewer) as access:
        getattr(service, use_case)(access)
    assert _view(house).state == "on"


def test_each_account_has_its_own_autopay(house, issue):
    _on(house)
    with acting_for(house.stranger) as access:
        assert service.autopay(access).state == "off"
    issue(account_id=house.other_account.id, due_on=date(2026, 3, 20))
    _nightly(house, "billing.announce_debits")
    assert stored(AutopayNotice) == []


@pytest.mark.parametrize(
    ("due_on", "rule", "expected"),
    [
        (date(2026, 3, 24), "due", date(2026, 3, 24)),
        (date(2026, 3, 24), "20", date(2026, 3, 20)),
        (date(2026, 3, 24), "28", date(2026, 3, 11)),
        (date(2026, 3, 22), "due", date(2026, 3, 23)),
        (date(2026, 7, 3), "due", date(2026, 7, 6)),
    ],
)
def test_the_day_of_a_debit_follows_the_rule_and_the_calendar(due_on, rule, expected):
    assert rules.debit_day(due_on, rule, date(2026, 3, 1), "US") == expected


@pytest.mark.line("S-05")
@pytest.mark.parametrize(
    ("use_case", "given"),
    [
        (service.autopay_offer, (WISH,)),
        (service.autopay_set_up, (WISH,)),
        (service.autopay_authorise, ("agreed",)),
        (service.autopay_change, (WISH, "agreed")),
    ],
)
def test_money_leaves_from_another_account_only_after_a_fresh_proof(house, use_case, given):
    long_ago = replace(house.owner, proved_at=None)
    with pytest.raises(ProveAgain), acting_for(long_ago) as access:
        use_case(access, *given)
    assert stored(Autopay) == []
