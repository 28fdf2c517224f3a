"""Requests for service: start, stop, move and meter visits, from draft to done."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules.days_off import is_working_day, next_working_day

Kind = Literal["start", "stop", "transfer", "meter_read"]

TRANSITIONS: dict[str, dict[str, str]] = {
    "draft": {"submit": "submitted", "cancel": "cancelled"},
    "submitted": {"accept_identity": "identity_ok", "ask": "needs_info", "cancel": "cancelled"},
    "needs_info": {"answer": "submitted", "cancel": "cancelled"},
    "identity_ok": {"schedule": "scheduled", "ask": "needs_info", "cancel": "cancelled"},
    "scheduled": {"begin": "in_progress", "reschedule": "rescheduled", "cancel": "cancelled"},
    "rescheduled": {"schedule": "scheduled", "cancel": "cancelled"},
    "in_progress": {"finish": "done"},
    "done": {},
    "cancelled": {},
}
WORDS = {
    "draft": "Not sent yet",
    "submitted": "Sent, we are checking it",
    "needs_info": "We need something from you",
    "identity_ok": "Checked, a date is being set",
    "scheduled": "Date set",
    "rescheduled": "A new date is being set",
    "in_progress": "Under way",
    "done": "Done",
    "cancelled": "Cancelled",
}
EVENT_WORDS = {
    "submit": "sent",
    "accept_identity": "accepted",
    "ask": "sent back with a question",
    "answer": "answered",
    "schedule": "given a date",
    "begin": "begun",
    "reschedule": "moved to another date",
    "finish": "finished",
    "cancel": "cancelled",
}
STAGES = ("Sent", "Checked", "Date set", "Under way", "Done")
STAGE_OF = {
    "submitted": 0,
    "needs_info": 0,
    "identity_ok": 1,
    "rescheduled": 1,
    "scheduled": 2,
    "in_progress": 3,
    "done": 4,
}
LATEST_DAYS = 60


def advance(state: str, event: str) -> str:
    """Take a request one step on. Raises Refusal for a step not allowed, ValueError for an unknown one."""
    if state not in TRANSITIONS or event not in EVENT_WORDS:
        raise ValueError(f"no such request state or event: {state}, {event}")
    after = TRANSITIONS[state].get(event)
    if after is None:
        raise Refusal(f"This request cannot be {EVENT_WORDS[event]} now: it stands at “{WORDS[state]}”.")
    return after


def possible(state: str) -> tuple[str, ...]:
    """List the events allowed in a state."""
    return tuple(TRANSITIONS[state])


def earliest_start(today: date, *, meter_visit: bool, days_off: Container[date] = ()) -> date:
    """Give the first day service can start: today, or the next working day where a meter visit is needed."""
    return next_working_day(today, days_off) if meter_visit else today


def check_start(day: date, today: date, *, meter_visit: bool, days_off: Container[date] = ()) -> None:
    """Refuse a start date that is too early, too late, or a day off where somebody must come."""
    first = earliest_start(today, meter_visit=meter_visit, days_off=days_off)
    if day < first:
        why = " because somebody has to visit the meter" if meter_visit and day >= today else ""
        raise Refusal(f"The earliest start is {_day(first)}{why}. Choose that day or a later one.", "start")
    if meter_visit and not is_working_day(day, days_off):
        after = next_working_day(day, days_off)
        raise Refusal(f"Nobody visits meters on {_day(day)}. The next working day is {_day(after)}.", "start")
    _check_latest(day, today, "start")


def check_stop(day: date, today: date, forwarding_address: str) -> None:
    """Refuse a stop in the past, too far ahead, or without an address for the final bill."""
    if day < today:
        raise Refusal(f"{_day(day)} has passed. Choose {_day(today)} or a later day.", "stop")
    _check_latest(day, today, "stop")
    if not forwarding_address.strip():
        raise Refusal("Enter the address we should send your final bill to.", "forwarding_address")


def _check_latest(day: date, today: date, field: str) -> None:
    latest = today + timedelta(days=LATEST_DAYS)
    if day > latest:
        raise Refusal(
            f"We plan up to {LATEST_DAYS} days ahead. Choose {_day(latest)} or an earlier day.", field
        )


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"


@dataclass(frozen=True)
class Seam:
    """How a move's two dates meet: days paid at both homes, or days without power at either."""

    overlap: int
    gap: int
    text: str


def seam(stop: date, start: date) -> Seam:
    """State overlap or gap between the last day at the old home and the first at the new one."""
    days = (stop - start).days + 1
    if days > 0:
        return Seam(days, 0, f"You pay for both homes for {_days(days)}.")
    if days < 0:
        return Seam(0, -days, f"{_days(-days).capitalize()} without power in your name at either home.")
    return Seam(0, 0, "Your new home starts the day after your old home stops.")


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"


def check_transfer_step(
    event: str, other_state: str, *, other_kind: Literal["start", "stop"], asked: bool
) -> None:
    """Hold the two halves of a move together: neither finishes when the other was cancelled without asking.

    `asked` is true once the customer has said that this half should go on alone.
    """
    if event in ("begin", "finish") and other_state == "cancelled" and not asked:
        half = {"start": "start at the new home", "stop": "stop at the old home"}[other_kind]
        raise Refusal(f"The {half} was cancelled. Ask the customer whether this half should still go ahead.")


def cancel_question(kind: Kind, other_state: str = "") -> str:
    """Ask, before cancelling one half of a move, what should become of the other."""
    if kind in ("start", "stop") and other_state not in ("", "cancelled", "done"):
        other = "start at the new home" if kind == "stop" else "stop at the old home"
        return f"This is half of a move. Should the {other} still go ahead?"
    return ""


@dataclass(frozen=True)
class Slot:
    """A half day in which somebody reads the meter."""

    day: date
    part: Literal["morning", "afternoon"]


def read_slots(
    today: date, *, days_off: Container[date] = (), taken: Container[Slot] = (), count: int = 10
) -> list[Slot]:
    """Offer the next free half days for a meter reading, from the next working day on."""
    found: list[Slot] = []
    day = today
    latest = today + timedelta(days=LATEST_DAYS)
    while len(found) < count and day < latest:
        day = next_working_day(day, days_off)
        both = (Slot(day, "morning"), Slot(day, "afternoon"))
        found += [slot for slot in both if slot not in taken]
    return found[:count]


def check_slot(
    slot: Slot, today: date, *, days_off: Container[date] = (), taken: Container[Slot] = ()
) -> None:
    """Refuse an appointment on a day off, too soon, too late or already given away."""
    check_start(slot.day, today, meter_visit=True, days_off=days_off)
    if slot in taken:
        raise Refusal(f"The {slot.part} of {_day(slot.day)} was just taken. Choose another time.", "slot")
