"""Moving, reading the meter and paying by itself: allowed steps, dates that hold, sentences that help."""

from datetime import date
from decimal import Decimal as D

import pytest

from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules import autopay, requests
from portal_app.portals.energy.rules.days_off import (
    holiday_name,
    next_working_day,
    public_holidays,
    working_days_before,
)
from portal_app.portals.energy.rules.requests import (
    Slot,
    check_slot,
    check_start,
    check_stop,
    read_slots,
    seam,
)
from portal_app.portals.energy.rules.self_read import LastRead, SelfRead, check_self_read

FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)
THANKSGIVING = date(2026, 11, 26)


@pytest.mark.line("U13-14")
def test_a_request_walks_from_draft_to_done():
    state = "draft"
    for event in (
        "submit",
        "ask",
        "answer",
        "accept_identity",
        "schedule",
        "reschedule",
        "schedule",
        "begin",
        "finish",
    ):
        state = requests.advance(state, event)
    assert state == "done"
    assert requests.possible("done") == ()


@pytest.mark.line("U13-14")
@pytest.mark.parametrize(
    ("state", "event"),
    [("done", "cancel"), ("in_progress", "cancel"), ("draft", "schedule"), ("cancelled", "submit")],
)
def test_a_request_refuses_other_steps_in_words(state, event):
    with pytest.raises(Refusal, match="cannot be"):
        requests.advance(state, event)
    with pytest.raises(ValueError, match="no such"):
        requests.advance(state, "fly")


def test_each_request_state_has_words_and_events_that_exist():
    assert set(requests.WORDS) == set(requests.TRANSITIONS)
    assert {event for events in requests.TRANSITIONS.values() for event in events} == set(
        requests.EVENT_WORDS
    )


@pytest.mark.line("U13-14")
def test_a_meter_visit_starts_on_the_next_working_day():
    off = public_holidays("US", 2026)
    assert requests.earliest_start(FRIDAY, meter_visit=True, days_off=off) == MONDAY
    assert requests.earliest_start(date(2026, 11, 25), meter_visit=True, days_off=off) == date(2026, 11, 27)
    assert requests.earliest_start(FRIDAY, meter_visit=False) == FRIDAY
    with pytest.raises(
        Refusal, match="earliest start is Monday 23 November 2026 because somebody has to visit"
    ):
        check_start(FRIDAY, FRIDAY, meter_visit=True)
    with pytest.raises(Refusal, match="Nobody visits meters on Thursday 26 November 2026"):
        check_start(THANKSGIVING, FRIDAY, meter_visit=True, days_off=off)
    with pytest.raises(Refusal, match="60 days ahead"):
        check_start(date(2027, 3, 1), FRIDAY, meter_visit=False)
    check_start(FRIDAY, FRIDAY, meter_visit=False)


@pytest.mark.line("U13-14")
def test_a_stop_needs_an_address_for_the_final_bill():
    with pytest.raises(Refusal, match="final bill") as refused:
        check_stop(MONDAY, FRIDAY, "  ")
    assert refused.value.field == "forwarding_address"
    with pytest.raises(Refusal, match="has passed"):
        check_stop(FRIDAY, MONDAY, "12 Elm St")
    check_stop(MONDAY, FRIDAY, "12 Elm St")


@pytest.mark.line("U13-14")
@pytest.mark.parametrize(
    ("stop", "start", "overlap", "gap", "text"),
    [
        (date(2026, 3, 3), date(2026, 3, 1), 3, 0, "You pay for both homes for 3 days."),
        (date(2026, 3, 1), date(2026, 3, 1), 1, 0, "You pay for both homes for 1 day."),
        (date(2026, 3, 1), date(2026, 3, 2), 0, 0, "Your new home starts the day after your old home stops."),
        (date(2026, 3, 1), date(2026, 3, 4), 0, 2, "2 days without power in your name at either home."),
    ],
)
def test_overlap_and_gap_of_a_move_are_stated_in_days(stop, start, overlap, gap, text):
    assert seam(stop, start) == requests.Seam(overlap, gap, text)


@pytest.mark.line("U13-14")
def test_half_a_move_does_not_finish_alone_unless_the_customer_was_asked():
    for event in ("begin", "finish"):
        with pytest.raises(Refusal, match="start at the new home was cancelled"):
            requests.check_transfer_step(event, "cancelled", other_kind="start", asked=False)
        requests.check_transfer_step(event, "cancelled", other_kind="start", asked=True)
        requests.check_transfer_step(event, "scheduled", other_kind="start", asked=False)
    requests.check_transfer_step("cancel", "cancelled", other_kind="stop", asked=False)
    assert requests.cancel_question("stop", "scheduled").endswith(
        "Should the start at the new home still go ahead?"
    )
    assert requests.cancel_question("start", "cancelled") == requests.cancel_question("meter_read") == ""


@pytest.mark.line("U13-15")
def test_meter_appointments_are_free_half_days_on_working_days():
    off = public_holidays("US", 2026)
    taken = {Slot(MONDAY, "morning")}
    slots = read_slots(FRIDAY, days_off=off, taken=taken, count=6)
    assert [(slot.day.day, slot.part) for slot in slots] == [
        (23, "afternoon"), (24, "morning"), (24, "afternoon"),
        (25, "morning"), (25, "afternoon"), (27, "morning"),
    ]  # fmt: skip
    check_slot(slots[0], FRIDAY, days_off=off, taken=taken)
    with pytest.raises(Refusal, match="just taken"):
        check_slot(Slot(MONDAY, "morning"), FRIDAY, days_off=off, taken=taken)
    with pytest.raises(Refusal, match="Nobody visits"):
        check_slot(Slot(THANKSGIVING, "morning"), FRIDAY, days_off=off)


LAST = LastRead(44092, 5, 30, D("20.4"))


@pytest.mark.line("U13-15")
@pytest.mark.parametrize(
    ("typed", "used"), [("44704", 612), ("44,704", 612), (" 44704.8 ", 612), ("044704", 612)]
)
def test_a_believable_reading_is_taken_as_typed(typed, used):
    assert check_self_read(typed, LAST) == SelfRead(44704, used, False)


@pytest.mark.line("U13-15")
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("4470", "That is 4 digits. Last month's reading was 44,092, so this one has 5."),
        ("447040", "That is 6 digits. Last month's reading was 44,092, so this one has 5."),
        ("44o92", "Type the figure on the meter, digits only."),
        ("", "Type the figure on the meter, digits only."),
        ("43092", "That is lower than last month's reading of 44,092"),
        ("49092", "That is 5,000 kWh in 30 days; usual for you is about 612."),
    ],
)
def test_a_wrong_reading_says_what_is_wrong_and_how_to_mend_it(typed, sentence):
    with pytest.raises(Refusal) as refused:
        check_self_read(typed, LAST)
    assert refused.value.sentence.startswith(sentence)
    assert refused.value.field == "reading"


@pytest.mark.line("U13-15")
def test_a_register_that_reached_its_end_begins_again():
    near = LastRead(99800, 5, 30, D(20))
    assert check_self_read("00350", near) == SelfRead(350, 550, True)
    with pytest.raises(Refusal, match="lower than"):
        check_self_read("90350", near)


@pytest.mark.line("U13-15")
def test_a_very_high_reading_is_taken_with_a_photo_when_the_customer_is_sure():
    assert check_self_read("49092", LAST, sure=True) == SelfRead(49092, 5000, False, needs_photo=True)
    assert not check_self_read("49092", LastRead(44092, 5, 30)).needs_photo
    with pytest.raises(Refusal, match="was 00092"):
        check_self_read("700", LastRead(92, 5, 30))


@pytest.mark.line("U13-06")
def test_autopay_is_set_up_paused_changed_and_stopped():
    state = "off"
    for event in ("ask", "authorise", "pause", "resume", "change", "authorise", "stop"):
        state = autopay.advance(state, event)
    assert state == "off"
    assert autopay.advance("pending_authorisation", "decline") == "off"
    for state, event in (("off", "pause"), ("off", "authorise"), ("on", "authorise"), ("paused", "pause")):
        with pytest.raises(Refusal, match="Autopay cannot be"):
            autopay.advance(state, event)
    with pytest.raises(ValueError, match="no such"):
        autopay.advance("on", "sing")


@pytest.mark.line("V-X6", "U13-06")
def test_a_varying_amount_is_announced_ten_days_before_and_can_be_stopped_three_working_days_before():
    planned = autopay.debit(date(2026, 3, 20))
    assert planned == autopay.Debit(date(2026, 3, 20), date(2026, 3, 10), date(2026, 3, 17))
    assert planned.can_stop(date(2026, 3, 17))
    assert not planned.can_stop(date(2026, 3, 18))
    autopay.check_stop(planned, date(2026, 3, 17))
    with pytest.raises(Refusal, match="until 17 March 2026"):
        autopay.check_stop(planned, date(2026, 3, 18))
    assert [planned.may_be_taken(sent) for sent in (date(2026, 3, 10), date(2026, 3, 11), None)] == [
        True,
        False,
        False,
    ]


@pytest.mark.line("U13-06")
def test_a_bill_is_never_taken_without_its_ten_days():
    assert autopay.next_debit(date(2026, 3, 20), date(2026, 3, 1)).day == date(2026, 3, 20)
    late = autopay.next_debit(date(2026, 3, 20), date(2026, 3, 18))
    assert (late.day, late.notice_by) == (date(2026, 3, 30), date(2026, 3, 20))
    assert autopay.next_debit(date(2026, 3, 21), date(2026, 3, 1)).day == date(2026, 3, 23)


def test_working_days_skip_weekends_and_holidays():
    off = public_holidays("US", 2026)
    assert next_working_day(date(2026, 11, 25), off) == date(2026, 11, 27)
    assert working_days_before(date(2026, 11, 27), 1, off) == date(2026, 11, 25)
    assert holiday_name(THANKSGIVING, "US") == "Thanksgiving Day"
    assert (holiday_name(FRIDAY, "US"), holiday_name(THANKSGIVING, "")) == ("", "")
    assert "Cesar Chavez Day" in " ".join(public_holidays("US-CA", 2026).values())
