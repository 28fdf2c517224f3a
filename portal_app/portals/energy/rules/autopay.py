"""Autopay: set up, change, pause and stop, with the notice and the stop the law gives the customer."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules.days_off import is_working_day, next_working_day, working_days_before

TRANSITIONS: dict[str, dict[str, str]] = {
    "off": {"ask": "pending_authorisation"},
    "pending_authorisation": {"authorise": "on", "decline": "off", "stop": "off"},
    "on": {"pause": "paused", "stop": "off", "change": "pending_authorisation"},
    "paused": {"resume": "on", "stop": "off", "change": "pending_authorisation"},
}
WORDS = {
    "off": "Off",
    "pending_authorisation": "Waiting for your agreement",
    "on": "On",
    "paused": "Paused",
}
EVENT_WORDS = {
    "ask": "set up",
    "authorise": "agreed to",
    "decline": "declined",
    "pause": "paused",
    "resume": "resumed",
    "change": "changed",
    "stop": "stopped",
}
NOTICE = timedelta(days=10)
STOP_WORKING_DAYS = 3


def advance(state: str, event: str) -> str:
    """Take autopay one step on; a change of bank account asks for agreement again.

    Raises Refusal for a step not allowed, ValueError for an unknown one.
    """
    if state not in TRANSITIONS or event not in EVENT_WORDS:
        raise ValueError(f"no such autopay state or event: {state}, {event}")
    after = TRANSITIONS[state].get(event)
    if after is None:
        raise Refusal(f"Autopay cannot be {EVENT_WORDS[event]} now: it is “{WORDS[state].lower()}”.")
    return after


@dataclass(frozen=True)
class Debit:
    """One coming payment: when it is taken, by when its amount is announced, until when it can be stopped."""

    day: date
    notice_by: date
    stop_until: date

    def can_stop(self, today: date) -> bool:
        """Tell whether the customer can still stop it; the last day counts to its end."""
        return today <= self.stop_until

    def may_be_taken(self, notice_sent: date | None) -> bool:
        """Tell whether the notice went out in time for a varying amount to be taken."""
        return notice_sent is not None and notice_sent <= self.notice_by


def debit(day: date, days_off: Container[date] = ()) -> Debit:
    """Plan a payment of a varying amount on a day.

    Notice at least 10 days before; stop up to the end of the third working day before
    (12 CFR 1005.10(c), (d)).
    """
    return Debit(day, day - NOTICE, working_days_before(day, STOP_WORKING_DAYS, days_off))


def next_debit(due: date, today: date, days_off: Container[date] = ()) -> Debit:
    """Plan the payment of a bill: its due day, or the first working day that leaves 10 days' notice."""
    day = max(due, today + NOTICE)
    if not is_working_day(day, days_off):
        day = next_working_day(day, days_off)
    return debit(day, days_off)


def check_stop(planned: Debit, today: date) -> None:
    """Refuse to stop a payment that the bank already has, and say what to do instead."""
    if not planned.can_stop(today):
        raise Refusal(
            f"The payment of {planned.day:%d %B %Y} could be stopped until {planned.stop_until:%d %B %Y}. "
            "Ask your bank to return it, or call us."
        )
