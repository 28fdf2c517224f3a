"""Asking to pay, and what happens when money arrives."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from portal_app.core.access import acting_for
from portal_app.core.errors import NotAllowed, NotYours, Refusal
from portal_app.core.trail import AuditEntry
from portal_app.portals.energy.portal import KIND
from portal_app.services.billing import checkcode, door, ledger, rules, service
from portal_app.services.billing.tables import Bill, LedgerEntry, Payment, Transfer
from portal_app.services.identity.rules import narrowed
from portal_app.shapes.money import PaymentRequest
from tests.engines import past_the_wall
from tests.services.billing.conftest import OWNER, stored

pytestmark = pytest.mark.usefixtures("both_engines")
ARRIVED = date(2026, 3, 10)


def _ask(who, bill):
    with acting_for(who) as access:
        return service.request_payment(access, bill.id)


def _record(staff, reference, cents, line="L1", day=ARRIVED):
    with acting_for(staff) as access:
        return service.record_transfer(access, reference, cents, day, line)


def _owed(who):
    with acting_for(who, reads_only=True) as access:
        return service.owed(access)


@pytest.mark.line("S-52", "S-35", "X-14")
def test_two_taps_ask_for_one_payment(house, issue):
    bill = issue()
    first, second = _ask(house.owner, bill), _ask(house.owner, bill)
    assert first == second
    assert [payment.cents for payment in stored(Payment)] == [18504]
    assert len([entry for entry in stored_acts("bill.pay")]) == 1


def stored_acts(action):
    from portal_app.core.access import unscoped

    with past_the_wall() as db:
        return list(db.exec(unscoped(AuditEntry, col(AuditEntry.action) == action)))


@pytest.mark.line("S-52", "S-35")
def test_taps_at_the_same_moment_ask_for_one_payment(house, issue):
    bill = issue()
    together = threading.Barrier(4)
    found, failures = [], []

    def tap():
        try:
            together.wait(timeout=20)
            found.append(_ask(house.owner, bill))
        except Exception as trouble:  # noqa: BLE001 -- shown below
            failures.append(trouble)

    threads = [threading.Thread(target=tap) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {request.reference for request in found} == {bill.reference}
    assert len(stored(Payment)) == 1


@pytest.mark.line("S-51")
def test_a_request_says_whom_to_pay_how_much_and_what_to_quote(house, issue):
    bill = issue()
    request = _ask(house.owner, bill)
    assert request == PaymentRequest(
        key=stored(Payment)[0].id,
        label="February bill",
        cents=18504,
        amount="$185.04",
        currency="USD",
        reference=bill.reference,
        payee="First Energy",
        iban="US12 0000 4417",
        bank="First Bank",
        due="24 March 2026",
    )
    assert bill.reference.startswith("PAY-")


@pytest.mark.parametrize(
    ("who", "refusal"), [("viewer", NotAllowed), ("stranger", NotYours), ("outsider", NotYours)]
)
def test_only_the_owner_pays(house, issue, who, refusal):
    bill = issue()
    with pytest.raises(refusal) as refused:
        _ask(getattr(house, who), bill)
    assert type(refused.value) is refusal
    assert stored(Payment) == []


@pytest.mark.parametrize("use_case", ["bill", "bill_pdf"])
@pytest.mark.parametrize("who", ["stranger", "outsider"])
def test_anothers_bill_is_not_found(house, issue, who, use_case):
    bill = issue()
    with pytest.raises(NotYours), acting_for(getattr(house, who)) as access:
        getattr(service, use_case)(access, bill.id)
    with acting_for(getattr(house, who)) as access:
        assert service.bills(access) == []
        assert service.payments(access) == []
        assert service.owed(access).cents == 0


def test_a_paid_bill_asks_for_nothing_more(house, issue):
    bill = issue()
    request = _ask(house.owner, bill)
    notice = _record(house.staff, request.reference, 18504)
    assert notice.text == "February bill is paid."
    assert [each.state for each in stored(Bill)] == ["paid"]
    assert [each.state for each in stored(Payment)] == ["settled"]
    with pytest.raises(Refusal, match="already paid"):
        _ask(house.owner, bill)


@pytest.mark.line("B-X3", "S-51")
def test_a_part_payment_leaves_the_exact_remainder_under_the_same_reference(house, issue):
    bill = issue()
    reference = _ask(house.owner, bill).reference
    _record(house.staff, reference, 10000)
    rest = _ask(house.owner, bill)
    assert (rest.reference, rest.cents, rest.amount) == (reference, 8504, "$85.04")
    assert _owed(house.owner).cents == 8504
    with acting_for(house.owner) as access:
        view = service.bill(access, bill.id)
    assert view.badge.text == "$85.04 left. Due in 14 days, Tue 24 Mar"
    assert [(each.label, each.amount) for each in view.sums] == [
        ("This bill", "$185.04"),
        ("Paid or credited", "-$100.00"),
        ("Left to pay", "$85.04"),
    ]
    _record(house.staff, reference, 8504, "L2")
    assert _owed(house.owner).cents == 0
    assert [each.state for each in stored(Payment)] == ["settled"]


def test_too_much_pays_the_other_bills_oldest_first_and_the_rest_is_credit(house, issue):
    newest = issue(3000, title="March bill", due_on=date(2026, 4, 24))
    oldest = issue(1000, title="January bill", due_on=date(2026, 3, 12))
    meant = issue(2000, title="February bill")
    _record(house.staff, meant.reference, 6500)
    states = {each.id: each.state for each in stored(Bill)}
    assert [states[bill.id] for bill in (meant, oldest, newest)] == ["paid", "paid", "paid"]
    owed = _owed(house.owner)
    assert (owed.cents, owed.credit_cents, owed.said) == (0, 500, "Nothing to pay. You have $5.00 in credit.")


def test_the_same_line_of_the_bank_statement_counts_once(house, issue):
    bill = issue()
    _record(house.staff, bill.reference, 5000, "2026-03-10/17")
    again = _record(house.staff, f" {bill.reference.lower().replace('-', ' ')} ", 5000, "2026-03-10/17")
    assert again.title == "Already recorded"
    assert [transfer.cents for transfer in stored(Transfer)] == [5000]
    assert _owed(house.owner).cents == 13504
    with pytest.raises(Refusal, match="other figures"):
        _record(house.staff, bill.reference, 5001, "2026-03-10/17")


def test_a_clerk_types_the_line_as_it_stands_on_the_statement(house, issue):
    bill = issue()
    with acting_for(house.staff) as access:
        service.record_typed_transfer(access, bill.reference, "$100.50", "2026-03-09", "L1")
    assert [(each.cents, each.received_on) for each in stored(Transfer)] == [(10050, date(2026, 3, 9))]


def test_an_unknown_reference_and_another_companys_are_refused_alike(house, issue):
    bill = issue()
    for staff, reference in (
        (house.staff, "PAY-222222"),
        (house.other_staff, bill.reference),
        (house.staff, ""),
    ):
        with pytest.raises(Refusal, match="never gave out"):
            _record(staff, reference, 100)
    assert stored(Transfer) == []


@pytest.mark.line("S-51")
@pytest.mark.parametrize("cents", [0, -1, 1.5, float("nan"), True, "100", None, 10**12])
def test_only_whole_cents_above_nought_are_recorded(house, issue, cents):
    bill = issue()
    with pytest.raises(Refusal, match="above 0"):
        _record(house.staff, bill.reference, cents)


def test_a_customer_can_not_record_money(house, issue):
    bill = issue()
    with pytest.raises(Refusal):
        _record(house.owner, bill.reference, 18504)
    assert _owed(house.owner).cents == 18504


def test_money_can_not_arrive_tomorrow(house, issue):
    bill = issue()
    with pytest.raises(Refusal, match="future"):
        _record(house.staff, bill.reference, 100, day=date(2026, 3, 11))


@pytest.mark.line("B-X14")
def test_the_history_says_who_paid_for_whom_and_by_which_way(house, issue):
    first, second = issue(1000, title="January bill"), issue(2000)
    _ask(house.owner, first)
    staff = replace(house.staff, permissions=OWNER | house.staff.permissions)
    _ask(staff, second)
    _record(house.staff, first.reference, 1000, "L1")
    with acting_for(house.owner) as access:
        waiting, arrived = service.payments(access)
    assert (arrived.title, arrived.amount, arrived.badge.text) == ("January bill", "$10.00", "Received")
    assert arrived.who == "Asked for by Olive on the portal, Tue 10 Mar. Recorded by Sally."
    assert arrived.how == "Bank transfer"
    assert waiting.who == "Asked for by Sally for 12 Elm Street on the phone with us, Tue 10 Mar"
    assert waiting.badge.text == "Waiting for your transfer"


def test_staff_see_what_was_asked_for_and_has_not_arrived(house, issue):
    bill = issue()
    _ask(house.owner, bill)
    _record(house.staff, bill.reference, 504)
    with acting_for(house.staff) as access:
        (asked,) = service.asked_transfers(access)
    assert (asked.reference, asked.left, asked.badge.text) == (bill.reference, "$180.00", "Part received")
    assert asked.account == "1001, 12 Elm Street"
    with acting_for(house.other_staff) as access:
        assert service.asked_transfers(access) == []


@pytest.mark.line("S-53")
def test_a_settled_payment_never_goes_backwards(house, issue):
    bill = issue()
    _record(house.staff, bill.reference, 18504)
    with pytest.raises(Refusal, match="already settled"), acting_for(house.staff) as access:
        service.record_failure(access, bill.reference, "Account closed.")
    assert [each.state for each in stored(Payment)] == ["settled"]


def test_after_a_payment_failed_the_next_tap_asks_anew(house, issue):
    bill = issue()
    first = _ask(house.owner, bill)
    with acting_for(house.staff) as access:
        service.record_failure(access, first.reference, "Account closed.")
    second = _ask(house.owner, bill)
    assert second.reference != first.reference
    assert sorted(each.state for each in stored(Payment)) == ["asked", "failed"]
    _record(house.staff, second.reference, 18504)
    assert _owed(house.owner).cents == 0


def test_two_clerks_at_once_do_not_pay_a_bill_twice(house, issue):
    bill = issue(1000)
    together = threading.Barrier(2)
    failures = []

    def record(line):
        try:
            together.wait(timeout=20)
            _record(house.staff, bill.reference, 1000, line)
        except Exception as trouble:  # noqa: BLE001 -- shown below
            failures.append(trouble)

    _ask(house.owner, bill)
    threads = [threading.Thread(target=record, args=(line,)) for line in ("A", "B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    owed = _owed(house.owner)
    assert (owed.cents, owed.credit_cents) == (0, 1000)


def test_a_company_without_a_bank_account_says_how_to_pay(house, issue):
    from portal_app.core.access import unscoped
    from portal_app.core.accounts import Company

    bill = issue()
    with past_the_wall() as db:
        company = db.exec(unscoped(Company, col(Company.id) == house.company.id)).one()
        company.bank_account = ""
        db.add(company)
    with pytest.raises(Refusal, match="Call 555 0100"):
        _ask(house.owner, bill)


@pytest.mark.slow
@given(
    parts=st.lists(st.integers(1, 9000), min_size=1, max_size=4),
    bills=st.lists(st.integers(1, 9000), min_size=1, max_size=3),
)
def test_every_cent_that_arrives_is_on_a_bill_or_in_credit(house, issue, parts, bills):
    before = _owed(house.owner)
    issued = [issue(cents) for cents in bills]
    for place, cents in enumerate(parts):
        _record(house.staff, issued[place % len(issued)].reference, cents, f"{issued[0].id}:{place}")
    after = _owed(house.owner)
    moved = sum(bills) - sum(parts)
    assert (after.cents - after.credit_cents) - (before.cents - before.credit_cents) == moved
    assert sum(entry.cents for entry in stored(LedgerEntry)) == 0


def test_without_a_gateway_the_door_says_so_in_words():
    gateway = door.gateway()
    assert not gateway.takes_cards()
    assert gateway.why_not().startswith("Bills are paid by bank transfer.")
    with pytest.raises(Refusal, match="bank transfer"):
        gateway.open_checkout(PaymentRequest("k", "Bill", 100, "$1.00", "USD", "PAY-AAAAAA"))


def test_the_list_is_newest_first_and_says_how_each_bill_stands(house, issue):
    old = issue(1000, title="January bill", issued_on=date(2026, 2, 3), due_on=date(2026, 3, 2))
    new = issue(2000, title="February bill", issued_on=date(2026, 3, 3), due_on=date(2026, 3, 14))
    done = issue(500, title="December bill", issued_on=date(2026, 1, 3), due_on=date(2026, 1, 24))
    _record(house.staff, done.reference, 500)
    with acting_for(house.owner) as access:
        lines = service.bills(access)
    assert [line.id for line in lines] == [new.id, old.id, done.id]
    assert [(line.badge.text, line.badge.tone) for line in lines] == [
        ("Due in 4 days, Sat 14 Mar", "attention"),
        ("Overdue since Mon 2 Mar", "urgent"),
        ("Paid", "good"),
    ]
    assert [line.payable for line in lines] == [True, True, False]
    owed = _owed(house.owner)
    assert (owed.cents, owed.count, owed.bill_id) == (3000, 2, old.id)


@pytest.mark.line("B-X17")
def test_a_check_code_tells_our_bill_from_a_forged_one(house, issue):
    bill = issue()
    with acting_for(house.owner) as access:
        code = service.bill(access, bill.id).check_code
        genuine = service.check_bill(access, "1", f" {code.lower()} ")
        forged = service.check_bill(access, "1", "22222-22222")
    assert genuine.title == "This bill is genuine"
    assert "$185.04" in genuine.text
    assert "US12 0000 4417" in genuine.text
    assert (forged.tone, forged.title) == ("urgent", "This is not a bill of yours from us")
    with acting_for(house.stranger) as access:
        assert service.check_bill(access, "1", code).tone == "urgent"


@pytest.mark.line("B-X17")
def test_a_changed_bank_account_is_told_with_a_signed_notice(house, issue):
    from portal_app.core.access import unscoped
    from portal_app.core.accounts import Company

    bill = issue()
    with acting_for(house.owner) as access:
        assert service.bill(access, bill.id).bank_notice == ""
    with past_the_wall() as db:
        company = db.exec(unscoped(Company, col(Company.id) == house.company.id)).one()
        company.bank_account = "US34 9999"
        db.add(company)
    with acting_for(house.owner) as access:
        notice = service.bill(access, bill.id).bank_notice
    assert "It is now US34 9999, First Bank." in notice
    assert notice.endswith(f"{checkcode.code_of(house.company.id, 'First Bank', 'US34 9999')}.")
    assert _ask(house.owner, bill).iban == "US34 9999"


def test_rules_share_money_without_losing_a_cent():
    shares, rest = rules.allocate(700, "b", [("a", 300), ("b", 250)])
    assert (shares, rest) == ([("b", 250), ("a", 300)], 150)


def test_a_journal_that_does_not_sum_to_nought_is_not_written(house):
    with pytest.raises(ValueError, match="sum to 0"), acting_for(house.staff) as access:
        ledger.post(access, house.account.id, "x", [ledger.Side("bank", 5)])


@pytest.mark.line("B-X13", "B-X14")
def test_a_proxy_with_a_place_for_money_alone_pays_and_the_customer_reads_who_for_whom_and_how(house, issue):
    money = narrowed(KIND.roles["owner"], "money", KIND.scopes)
    proxy = replace(house.owner, name="Dan", permissions=money, on_behalf="Olive")
    bill = issue()
    _ask(proxy, bill)
    (payment,) = stored(Payment)
    assert (payment.asked_by, payment.on_behalf, payment.channel) == ("Dan", "Olive", "portal")
    with acting_for(house.viewer, reads_only=True) as access:
        (line,) = service.payments(access)
    assert line.who.startswith("Asked for by Dan for Olive on the portal")
    without = narrowed(KIND.roles["owner"], "work,documents,people", KIND.scopes)
    with pytest.raises(Refusal, match="does not allow"):
        _ask(replace(proxy, permissions=without), bill)
