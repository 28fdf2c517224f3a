"""What is known of a request for service: its stages, whose turn it is, and what happened to it."""

import json
from collections.abc import Container
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access
from portal_app.core.clock import now, today, zone_of
from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules import requests as rules
from portal_app.portals.energy.rules.days_off import next_working_day, public_holidays
from portal_app.portals.energy.service import outage_facts
from portal_app.portals.energy.tables import RequestStep, ServiceRequest
from portal_app.services.billing.company import bank_place, company_of
from portal_app.shapes.status import Badge, Happening, Stage

OVER = ("done", "cancelled")
PARTS = {"morning": ("Morning, 8 to 12", 12), "afternoon": ("Afternoon, 12 to 17", 17)}
_PREFIX = {"start": "Start service at", "stop": "Stop service at", "meter_read": "Meter reading at"}
_END_OF_DAY = 17
_ANSWER_DAYS = 5


def topics(request: ServiceRequest) -> tuple[str, str]:
    """What is poked when a request moves: its account's open pages, and the operator's."""
    return f"requests:{request.account_id}", f"requests:{request.company_id}"


def title(request: ServiceRequest) -> str:
    """What a request is for, in the customer's words."""
    return f"{_PREFIX[request.kind]} {request.address}"


def facts_of(request: ServiceRequest) -> dict[str, Any]:
    """What was answered beside the columns."""
    return json.loads(request.facts or "{}")


def with_facts(request: ServiceRequest, **more: Any) -> str:
    """The same facts with some more, ready to store."""
    return json.dumps({**facts_of(request), **more}, sort_keys=True)


def here(access: Access) -> date:
    """Today where the company is."""
    return today(company_of(access).zone)


def days_off(access: Access) -> Container[date]:
    """The public holidays of this year and the next where the company is."""
    place, year = bank_place(company_of(access)), here(access).year
    return {**public_holidays(place, year), **public_holidays(place, year + 1)}.keys()


def next_day(access: Access, after: date | None = None) -> date:
    """The next working day after today or another day."""
    return next_working_day(after or here(access), days_off(access))


def day_words(access: Access, day: date | None) -> str:
    """A day as the person reads it: "Tue 3 Mar"."""
    return when.day(day, access.visitor.locale) if day else "no day yet"


def read_day(given: object, field: str) -> date:
    """A day from a date field. Raises Refusal for none."""
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given)[:10])
    except ValueError as trouble:
        raise Refusal("Choose a day.", field) from trouble


def closes(access: Access, day: date, hour: int = _END_OF_DAY) -> datetime:
    """The end of a working day there, or another hour of it."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone_of(company_of(access).zone))


Turn = tuple[str, str, datetime | None]


def turn(access: Access, request: ServiceRequest, event: str, day: date | None, slot: str) -> Turn:
    """Who has the next move after an event, what it is, and by when."""
    tomorrow = closes(access, next_day(access))
    on = closes(access, day, PARTS.get(slot, ("", _END_OF_DAY))[1]) if day else tomorrow
    work = {
        "start": ("our crew", "connects your power"),
        "stop": ("our crew", "takes the last reading"),
        "meter_read": ("our meter reader", "reads your meter"),
    }
    bill = closes(access, here(access) + timedelta(days=10))
    nobody: Turn = ("", "", None)
    fixed: dict[str, Turn] = {
        "submit": ("our service desk", "checks your details", tomorrow),
        "answer": ("our service desk", "checks your answer", tomorrow),
        "ask": ("you", "answer our question", closes(access, _after(access, _ANSWER_DAYS))),
        "accept_identity": ("our planners", "set the date", tomorrow),
        "reschedule": ("our planners", "confirm the new day", tomorrow),
        "schedule": (*work[request.kind], on),
        "begin": (*work[request.kind], closes(access, here(access))),
        "cancel": nobody,
        "finish": ("our billing desk", "sends the final bill", bill) if request.kind == "stop" else nobody,
    }  # fmt: skip
    return fixed[event]


def _after(access: Access, count: int) -> date:
    day = here(access)
    for _ in range(count):
        day = next_day(access, day)
    return day


def steps_of(access: Access, request: ServiceRequest) -> list[RequestStep]:
    """Every step of a request, oldest first."""
    return access.all(
        RequestStep,
        col(RequestStep.request_id) == request.id,
        order=(col(RequestStep.at), col(RequestStep.id)),
    )


def badge(request: ServiceRequest) -> Badge:
    """How a request stands, in a word."""
    tone = {"needs_info": "attention", "done": "good", "cancelled": "neutral"}.get(request.state, "info")
    return Badge(rules.WORDS[request.state], tone)  # pyright: ignore[reportArgumentType]


def short_badge(request: ServiceRequest) -> Badge:
    """The same for a list, short enough for a phone: the stage, or that it is the customer's turn."""
    if request.state in OVER:
        return badge(request)
    if request.state == "needs_info":
        return Badge("Your turn", "attention")
    return Badge(rules.STAGES[rules.STAGE_OF[request.state]], "info")


def turn_words(access: Access, request: ServiceRequest) -> str:
    """The next move in one sentence: who, what, by when."""
    if not request.next_who:
        return ""
    by = f" by {outage_facts.clock_words(access)(request.next_by)}" if request.next_by else ""
    return f"Next: {request.next_who} {request.next_what}{by}."


def stages(access: Access, request: ServiceRequest, steps: list[RequestStep]) -> tuple[Stage, ...]:
    """The tracker: passed stages with their times, the open one with the next move, the later ones."""
    clock = outage_facts.clock_words(access)
    entered = {rules.STAGE_OF[step.after]: step.at for step in steps if step.after in rules.STAGE_OF}
    if request.state == "cancelled":
        reached = [
            Stage(rules.STAGES[place], "past", clock(at), number=place + 1)
            for place, at in sorted(entered.items())
        ]
        return (*reached, Stage("Cancelled", "past", clock(request.state_since), number=len(reached) + 1))
    at_stage = rules.STAGE_OF.get(request.state, 0)
    return tuple(
        _stage(access, request, place, at_stage, entered.get(place, request.state_since))
        for place in range(len(rules.STAGES))
    )


def _stage(access: Access, request: ServiceRequest, place: int, at_stage: int, entered: datetime) -> Stage:
    clock, label = outage_facts.clock_words(access), rules.STAGES[place]
    if place < at_stage or request.state == "done":
        return Stage(label, "past", clock(entered), number=place + 1)
    if place > at_stage:
        on = place >= 3 and request.wanted_on
        likely = f"On {day_words(access, request.wanted_on)}" if on else "Not known yet"
        return Stage(label, "later", likely, number=place + 1)
    by = f" by {clock(request.next_by)}" if request.next_by else ""
    what, stands = request.next_what[:1].upper() + request.next_what[1:], rules.WORDS[request.state]
    return Stage(
        label, "open", f"Since {clock(request.state_since)}", "" if stands.startswith(label) else stands,
        next_who=request.next_who, next_what=f"{what}{by}.", number=place + 1,
    )  # fmt: skip


def happened(access: Access, steps: list[RequestStep]) -> tuple[Happening, ...]:
    """What has happened to a request, newest first."""
    clock = outage_facts.clock_words(access)
    return tuple(
        Happening(clock(step.at), step.words, f"By {step.by}." if step.by else "") for step in reversed(steps)
    )


def their(words: str) -> str:
    """A next step as our own people read it: "checks the customer’s details" for "checks your details"."""
    theirs = words.replace("your ", "the customer’s ").replace("from you", "from the customer")
    return theirs.replace("answer our", "answers our", 1) if theirs.startswith("answer our") else theirs


def address_line(facts: dict[str, Any]) -> str:
    """The address of a new place as one writes it: "7 Oak Lane, 95616 Davis"."""
    town = f"{facts.get('postcode', '')} {facts.get('city', '')}".strip()
    return ", ".join(part for part in (str(facts.get("street", "")), town) if part)


def from_outside(told: tuple[Happening, ...]) -> tuple[Happening, ...]:
    """What has happened, as our own people read it: "You asked" is what the customer asked."""
    return tuple(
        replace(each, text=f"The customer {each.text[4:]}") if each.text.startswith("You ") else each
        for each in told
    )


def other_half(access: Access, request: ServiceRequest) -> ServiceRequest | None:
    """The other half of a move."""
    if not request.pair:
        return None
    return access.first(
        ServiceRequest, col(ServiceRequest.pair) == request.pair, col(ServiceRequest.id) != request.id
    )


def pair_words(begins: str, other: ServiceRequest | None) -> str:
    """How the other half of a move stands, in words; nothing where there is none."""
    return f"{begins} {title(other)}: {rules.WORDS[other.state].lower()}." if other else ""


def is_old(request: ServiceRequest) -> bool:
    """Whether a request was over more than a month ago."""
    return request.state in OVER and request.state_since < now() - timedelta(days=31)
