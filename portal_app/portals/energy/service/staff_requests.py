"""Requests for service as the utility's own people work on them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules import requests as rules
from portal_app.portals.energy.service import outage_facts, request_facts, request_steps, visits
from portal_app.portals.energy.tables import Premise, ServiceRequest
from portal_app.shapes.energy import StaffRequest
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Badge, Notice, Stage
from portal_app.shapes.tasks import LinkRow

OURS = ("submitted", "identity_ok", "rescheduled", "scheduled", "in_progress")
_EVENTS = {
    "accept_identity": "Details are right",
    "ask": "Ask the customer something",
    "answer": "They answered by phone",
    "schedule": "Set the date",
    "begin": "Work has begun",
    "reschedule": "Another day is needed",
    "finish": "It is done",
    "cancel": "Cancel it",
}
_WORDS = {
    "accept_identity": "Your details are right.",
    "answer": "You answered by phone.",
    "begin": "The work has begun.",
    "reschedule": "Another day is needed.",
    "cancel": "We cancelled it.",
}


@reads
def requests_waiting(access: Access) -> tuple[LinkRow, ...]:
    """Requests that wait for the company, the oldest promise first, then those that wait for the customer."""
    access.require("request.handle")
    found = access.all(
        ServiceRequest,
        col(ServiceRequest.state).in_((*OURS, "needs_info")),
        order=col(ServiceRequest.next_by),
        limit=200,
    )
    names = _names(access, found)
    return tuple(_row(access, one, names) for one in sorted(found, key=lambda r: r.state == "needs_info"))


def _names(access: Access, found: list[ServiceRequest]) -> dict[str, Account]:
    return {
        row.id: row for row in access.all(Account, col(Account.id).in_({one.account_id for one in found}))
    }


def _row(access: Access, found: ServiceRequest, names: dict[str, Account]) -> LinkRow:
    clock = outage_facts.clock_words(access)
    late = found.next_by is not None and found.next_by < now()
    theirs = found.state == "needs_info"
    badge = (
        Badge("Overdue", "urgent")
        if late
        else Badge("Their turn" if theirs else "Our turn", "info" if theirs else "attention")
    )
    by = f" by {clock(found.next_by)}" if found.next_by else ""
    turn = f"Next: {_who(found)} {request_facts.their(found.next_what)}"
    stands = f"{request_facts.their(rules.WORDS[found.state])} since {clock(found.state_since)}"
    return LinkRow(
        title=request_facts.title(found),
        detail=f"{names[found.account_id].name}. {stands}. {turn}{by}. "
        f"Reference {found.reference}.",
        link_to=f"/staff/energy/requests?id={found.id}",
        badge=badge,
        id=found.id,
    )  # fmt: skip


def _who(found: ServiceRequest) -> str:
    return _named(found.next_who)


def _named(who: str) -> str:
    return "the customer" if who == "you" else who


def _as_we_see_it(stage: Stage) -> Stage:
    """A stage as our own people read it, where it speaks to the customer."""
    their = request_facts.their
    return replace(
        stage,
        detail=their(stage.detail),
        next_who=_named(stage.next_who),
        next_what=their(stage.next_what),
    )


def _standing(found: ServiceRequest) -> Badge:
    badge = request_facts.badge(found)
    return replace(badge, text=request_facts.their(badge.text))


@reads
def request_for_staff(access: Access, request_id: str) -> StaffRequest:
    """One request: whose it is, where it stands, and every event that may happen now."""
    access.require("request.handle")
    found = access.get(ServiceRequest, request_id)
    account = access.get(Account, found.account_id)
    steps, other = request_facts.steps_of(access, found), request_facts.other_half(access, found)
    facts = request_facts.facts_of(found)
    told = [
        LinkRow(title="Customer", detail=f"Account {account.number}", end=account.name),
        LinkRow(title="Phone", end=account.phone or "None known"),
        LinkRow(
            title="Wanted on",
            end=request_facts.day_words(access, found.wanted_on) + (f", {found.slot}" if found.slot else ""),
        ),
    ]
    if found.forwarding:
        told.append(LinkRow(title="Final bill goes to", end=found.forwarding))
    if found.kind == "start":
        told += [
            LinkRow(
                title="Address",
                end=request_facts.address_line(facts),
            ),
            LinkRow(title="Meter visit", end="Needed" if facts.get("meter_visit") else "Not needed"),
            LinkRow(title="Supply", end=" and ".join(facts.get("commodities", ())).capitalize()),
        ]
    return StaffRequest(
        ready=True,
        id=found.id,
        version=found.version,
        kind=found.kind,
        title=request_facts.title(found),
        reference=found.reference,
        standing=_standing(found),
        stages=tuple(
            _as_we_see_it(each)
            for each in request_facts.stages(access, found, steps)
        ),
        facts=tuple(told),
        happened=request_facts.from_outside(request_facts.happened(access, steps)),
        events=tuple(Choice(each, _EVENTS[each]) for each in rules.possible(found.state) if each in _EVENTS),
        day=found.wanted_on.isoformat() if found.wanted_on else "",
        earliest=request_facts.here(access).isoformat(),
        slot=found.slot,
        pair_words=request_facts.pair_words("Half of a move.", other),
        pair_to=f"/staff/energy/requests?id={other.id}" if other else "",
        alone_words=_alone_words(facts, other),
        needs_connection=found.kind == "start" and "finish" in rules.possible(found.state),
        feeders=_feeders(access) if found.kind == "start" else (),
    )  # fmt: skip


def _alone_words(facts: Mapping[str, Any], other: ServiceRequest | None) -> str:
    if other is None or other.state != "cancelled":
        return ""
    if facts.get("alone"):
        return "The other half was cancelled; the customer said that this half goes ahead."
    return "The other half was cancelled. The customer is asked on their page whether this half goes ahead."


def _feeders(access: Access) -> tuple[Choice, ...]:
    statement = access.columns(Premise, Premise.feeder).distinct().order_by(col(Premise.feeder))
    return tuple(
        Choice(name, outage_facts.feeder_words(name)) for (name,) in access.db.execute(statement) if name
    )


def handle(
    access: Access,
    request_id: str,
    event: str,
    words: str = "",
    *,
    version: int,
    facts: Mapping[str, Any] | None = None,
) -> Notice:
    """Take a request one step on. Raises Refusal when somebody was faster or something is missing.

    `facts` may hold `day` (ISO, for a date that is set), and for a start `feeder` and `meter`.
    """
    access.require("request.handle")
    found = access.get(ServiceRequest, request_id)
    if event not in _EVENTS:
        raise Refusal("Choose what happened.", "event")
    given, said = dict(facts or {}), " ".join(str(words).split())[:400]
    rules.advance(found.state, event)
    _check_words(event, said)
    changes: dict[str, Any] = {}
    if event == "schedule":
        changes, said = _scheduled(access, found, given, said)
    if event == "finish":
        # What becomes of supply stands or falls with the step: both are one transaction.
        said = _ended(access, found, given, said)
    words = said or _WORDS.get(event, "It is done.")
    request_steps.take_step(access, found, event, words, version=version, **changes)
    return Notice(
        f"{request_facts.title(found)}: {rules.WORDS[found.state].lower()}",
        "The customer sees it now and gets word.",
        "good",
        found.reference,
    )


def _check_words(event: str, said: str) -> None:
    if event == "ask" and not said:
        raise Refusal("Type what you need to know: the customer reads it as it stands.", "words")
    if event == "cancel" and not said:
        raise Refusal("Say why, in a few words: the customer reads it as it stands.", "words")


def _scheduled(
    access: Access, found: ServiceRequest, given: Mapping[str, Any], said: str
) -> tuple[dict[str, Any], str]:
    day = request_facts.read_day(given.get("day") or found.wanted_on or "", "day")
    today = request_facts.here(access)
    visit = found.kind == "meter_read" or bool(request_facts.facts_of(found).get("meter_visit"))
    if found.kind == "stop":
        rules.check_stop(day, today, found.forwarding)
    else:
        rules.check_start(day, today, meter_visit=visit, days_off=request_facts.days_off(access))
    if found.kind == "meter_read" and day != found.wanted_on:
        visits.take(access, found, visits.read(f"{day.isoformat()} {found.slot or 'morning'}"))
    return {"wanted_on": day}, said or f"The date is set: {request_facts.day_words(access, day)}."


def _ended(access: Access, found: ServiceRequest, given: Mapping[str, Any], said: str) -> str:
    done = ""
    if found.kind == "stop":
        done = request_steps.end_supply(access, found)
    elif found.kind == "start":
        done = request_steps.begin_supply(access, found, given)
    return f"{said} {done}".strip()
