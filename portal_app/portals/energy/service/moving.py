"""Start, stop or move service, one question at a time; every answer is kept until it is sent or dropped."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access
from portal_app.core.clock import local, now
from portal_app.core.errors import NotYours, Refusal
from portal_app.portals.energy.rules import move_form
from portal_app.portals.energy.rules import requests as rules
from portal_app.portals.energy.service import places, request_facts, requests
from portal_app.portals.energy.service.requests import Asked, NewPlace
from portal_app.portals.energy.tables import Premise, ServiceRequest
from portal_app.services.billing.company import company_of, hold
from portal_app.shapes.energy import MovePage
from portal_app.shapes.forms import Choice, Effect, Help, WizardProgress
from portal_app.shapes.status import Notice
from portal_app.shapes.tasks import LinkRow

_KINDS = (
    Choice("transfer", "I am moving", "Stop at the old home, start at the new one"),
    Choice("start", "Start service at a new place", "I keep what I have"),
    Choice("stop", "Stop service", "I leave and start nowhere else with you"),
)
_POWER = (
    Choice("yes", "Yes, there is light"),
    Choice("no", "No, or I do not know", "Then somebody visits the meter, on a working day."),
)
_SUPPLY = (
    Choice("electricity", "Electricity"),
    Choice("electricity,gas", "Electricity and gas"),
    Choice("gas", "Gas only"),
)
_TITLES = {
    "kind": ("What would you like to do?", ""),
    "premise": ("Which place do you leave?", ""),
    "stop": ("What is your last day there?", "Service ends at the end of that day."),
    "address": ("What is the address of the new place?", ""),
    "power": (
        "Is there power at the new place now?",
        "Try a light switch when you look at it, or ask the landlord.",
    ),
    "supply": ("What do you need there?", ""),
    "start": ("On which day should it start?", ""),
    "forwarding": ("Where do we send the final bill?", "By post, within ten days of your last day."),
    "review": ("Is this right?", "Nothing has been sent yet."),
}
_SEND = {"stop": "Stop my service", "start": "Start my service", "transfer": "Move my service"}


def _key(access: Access) -> str:
    return f"draft:{access.visitor.account_id}:{access.visitor.person_id}"


def _draft(access: Access) -> ServiceRequest | None:
    return access.first(ServiceRequest, col(ServiceRequest.key) == _key(access))


def begin(access: Access, kind: str = "") -> MovePage:
    """Open the form where it was left, or at its first question; `kind` picks what to do from a link."""
    access.require("service.request")
    hold(access, access.visitor.account_id)
    draft = _draft(access)
    if draft is None:
        draft = access.add(
            ServiceRequest, kind="", reference="", key=_key(access), asked_by=access.visitor.person_id,
            facts=json.dumps({"question": "kind"}),
        )  # fmt: skip
    if kind in _SEND and draft.kind != kind:
        _go(access, draft, move_form.after(kind, "kind", places=_count(access)), kind=kind)
    return _page(access, draft)


def _count(access: Access) -> int:
    return len(places.premises(access))


def _go(access: Access, draft: ServiceRequest, question: str, *, kind: str = "", **facts: Any) -> None:
    # Only what the form remembers changes; nobody else looks at a draft, so it is neither noted nor told.
    access.change(
        draft, kind=kind or draft.kind, facts=request_facts.with_facts(draft, question=question, **facts),
        state_since=now(), version=draft.version + 1,
    )  # fmt: skip


def _mine(access: Access) -> ServiceRequest:
    access.require("service.request")
    draft = _draft(access)
    if draft is None:
        raise NotYours("This form was sent or put away. Begin again under Account.")
    return draft


def answer(access: Access, question: str, given: dict[str, Any]) -> MovePage:
    """Keep the answer to one question and open the next. Raises Refusal naming the field it belongs to."""
    draft = _mine(access)
    known = request_facts.facts_of(draft)
    if question != known.get("question"):
        return _page(access, draft)
    kind, kept = _read(access, draft, question, given)
    kind = kind or draft.kind
    _go(access, draft, move_form.after(kind, question, places=_count(access)), kind=kind, **kept)
    return _page(access, draft)


Given = dict[str, Any]


def _read(access: Access, draft: ServiceRequest, question: str, given: Given) -> tuple[str, Given]:
    """The kind, where that was asked, and what to keep of an answer."""
    if question == "kind":
        return _one_of(given.get("kind"), _KINDS, "kind"), {}
    reader = _READERS.get(question)
    return "", reader(access, request_facts.facts_of(draft), given) if reader else {}


def _read_premise(access: Access, _facts: Given, given: Given) -> Given:
    return {"premise": access.get(Premise, str(given.get("premise", ""))).id}


def _read_address(_access: Access, _facts: Given, given: Given) -> Given:
    street, city, postcode = (str(given.get(name, "")) for name in ("street", "city", "postcode"))
    place = requests.checked(NewPlace(street, city, postcode))
    return {"street": place.street, "city": place.city, "postcode": place.postcode}


def _read_stop(access: Access, _facts: Given, given: Given) -> Given:
    day = request_facts.read_day(given.get("stop"), "stop")
    rules.check_stop(day, request_facts.here(access), "asked next")
    return {"stop": day.isoformat()}


def _read_start(access: Access, facts: Given, given: Given) -> Given:
    day = request_facts.read_day(given.get("start"), "start")
    visit, off = facts.get("power") != "yes", request_facts.days_off(access)
    rules.check_start(day, request_facts.here(access), meter_visit=visit, days_off=off)
    return {"start": day.isoformat()}


def _read_forwarding(_access: Access, _facts: Given, given: Given) -> Given:
    line = " ".join(str(given.get("forwarding_address", "")).split())[:200]
    if not line:
        raise Refusal("Enter the address we should send your final bill to.", "forwarding_address")
    return {"forwarding": line}


_READERS: dict[str, Callable[[Access, Given, Given], Given]] = {
    "premise": _read_premise,
    "stop": _read_stop,
    "address": _read_address,
    "power": lambda _access, _facts, given: {"power": _one_of(given.get("power"), _POWER, "power")},
    "supply": lambda _access, _facts, given: {"supply": _one_of(given.get("supply"), _SUPPLY, "supply")},
    "start": _read_start,
    "forwarding": _read_forwarding,
}


def _one_of(given: object, choices: tuple[Choice, ...], field: str) -> str:
    if given not in {choice.value for choice in choices}:
        raise Refusal("Choose one of the answers.", field)
    return str(given)


def back(access: Access) -> MovePage:
    """Go to the question before; what was answered stays."""
    draft = _mine(access)
    asked = str(request_facts.facts_of(draft).get("question", "kind"))
    _go(access, draft, move_form.before(draft.kind, asked, places=_count(access)))
    return _page(access, draft)


def drop(access: Access) -> Notice:
    """Put the form away with everything in it."""
    access.require("service.request")
    access.remove(ServiceRequest, col(ServiceRequest.key) == _key(access))
    return Notice("The form is put away", "Nothing was sent, and your service goes on as it is.", "neutral")


def send(access: Access) -> Asked:
    """Send what was answered: one request, or the two halves of a move. A second tap finds the first."""
    access.require("service.request")
    hold(access, access.visitor.account_id)
    draft = _draft(access)
    if draft is None:
        return _sent_before(access)
    facts = request_facts.facts_of(draft)
    done = _ask(access, draft.kind, facts)
    access.remove(ServiceRequest, col(ServiceRequest.id) == draft.id)
    return done


def _sent_before(access: Access) -> Asked:
    newest = access.first(
        ServiceRequest,
        col(ServiceRequest.asked_by) == access.visitor.person_id,
        col(ServiceRequest.state) != "draft",
        order=(col(ServiceRequest.made_at).desc(), col(ServiceRequest.kind).desc()),
    )
    if newest is None:
        raise NotYours("This form was sent or put away. Begin again under Account.")
    return requests.asked(access, newest)


def _ask(access: Access, kind: str, facts: dict[str, Any]) -> Asked:
    if kind == "stop":
        return requests.ask_stop(
            access, _place(access, facts).id, facts.get("stop", ""), facts.get("forwarding", "")
        )
    if kind == "start":
        return requests.ask_start(access, _new(facts), facts.get("start", ""))
    if kind == "transfer":
        old = _place(access, facts).id
        return requests.ask_transfer(
            access,
            old,
            facts.get("stop", ""),
            _new(facts),
            facts.get("start", ""),
            facts.get("forwarding", ""),
        )
    raise Refusal("Choose what you would like to do.", "kind")


def _place(access: Access, facts: dict[str, Any]) -> Premise:
    return places.premise(access, str(facts.get("premise", "")))


def _new(facts: dict[str, Any]) -> NewPlace:
    return NewPlace(
        str(facts.get("street", "")), str(facts.get("city", "")), str(facts.get("postcode", "")),
        facts.get("power") == "yes", tuple(str(facts.get("supply", "electricity")).split(",")),
    )  # fmt: skip


def under_way(access: Access) -> LinkRow:
    """A form that was begun and not sent, for the account page; an empty row where there is none."""
    draft = _draft(access)
    if draft is None or not draft.kind:
        return LinkRow(title="")
    step, steps = move_form.step_of(
        draft.kind, str(request_facts.facts_of(draft).get("question", "")), places=_count(access)
    )
    return LinkRow(
        title=f"{_SEND[draft.kind]}: not sent yet",
        detail=f"You are at question {step} of {steps}. Your answers are kept.",
        link_to="/energy/account/move",
    )


def _page(access: Access, draft: ServiceRequest) -> MovePage:
    facts = request_facts.facts_of(draft)
    asked = str(facts.get("question", "kind"))
    mine = places.premises(access)
    title, hint = _TITLES[asked]
    today = request_facts.here(access)
    last = asked == "review"
    return MovePage(
        ready=True,
        id=draft.id,
        kind=draft.kind,
        question=asked,
        title=title,
        hint=_start_hint(access, facts) if asked == "start" else hint,
        progress=_progress(access, draft, asked, len(mine)),
        next_label=f"{_SEND[draft.kind]}" if last else "Next question",
        choices=_choices(asked, mine),
        value=_value(draft, facts, asked),
        street=str(facts.get("street", "")),
        city=str(facts.get("city", "")),
        postcode=str(facts.get("postcode", "")),
        day=str(facts.get(asked, "")) if asked in ("stop", "start") else "",
        earliest=_earliest(access, asked, facts),
        latest=(today + timedelta(days=rules.LATEST_DAYS)).isoformat(),
        review=_review(access, draft, facts) if last else (),
        seam=_seam(draft, facts) if last else "",
        asks=last and draft.kind in ("stop", "transfer"),
        **(_dialog(access, draft, facts) if last else {}),
        help=_help(access, asked),
    )


def _earliest(access: Access, asked: str, facts: dict[str, Any]) -> str:
    visit = asked == "start" and facts.get("power") != "yes"
    today, off = request_facts.here(access), request_facts.days_off(access)
    return rules.earliest_start(today, meter_visit=visit, days_off=off).isoformat()


def _start_hint(access: Access, facts: dict[str, Any]) -> str:
    if facts.get("power") == "yes":
        return "Today is possible, since power is on."
    first = request_facts.day_words(access, request_facts.next_day(access))
    return f"Somebody visits the meter, so the first day is {first}. Working days only."


def _progress(access: Access, draft: ServiceRequest, asked: str, count: int) -> WizardProgress:
    step, steps = move_form.step_of(draft.kind, asked, places=count)
    saved = local(draft.state_since, company_of(access).zone).strftime("%H:%M")
    # How many questions come is not known before the first answer.
    parts = tuple("done" if place < step else "" for place in range(steps if draft.kind else 4))
    words = f"Question {step} of {steps}, saved {saved}" if draft.kind else "First question"
    return WizardProgress(step, steps, saved, parts, words)


def _choices(asked: str, mine: list[Premise]) -> tuple[Choice, ...]:
    found = {"kind": _KINDS, "power": _POWER, "supply": _SUPPLY, "premise": places.as_choices(mine)}
    return found.get(asked, ())


def _value(draft: ServiceRequest, facts: dict[str, Any], asked: str) -> str:
    if asked == "kind":
        return draft.kind
    if asked == "forwarding" and not facts.get("forwarding") and facts.get("street"):
        return request_facts.address_line(facts)
    return str(facts.get(asked, ""))


def _day(access: Access, facts: dict[str, Any], name: str) -> str:
    return when.long_day(request_facts.read_day(facts.get(name, ""), name), access.visitor.locale)


def _review(access: Access, draft: ServiceRequest, facts: dict[str, Any]) -> tuple[LinkRow, ...]:
    rows = []
    if draft.kind != "start":
        rows += [
            LinkRow(title="Stop at", end=_place(access, facts).street),
            LinkRow(title="Last day", end=_day(access, facts, "stop")),
        ]
    if draft.kind != "stop":
        supply = next(
            (choice.label for choice in _SUPPLY if choice.value == facts.get("supply")), "Electricity"
        )
        visit = "No" if facts.get("power") == "yes" else "Yes, on that day"
        rows += [
            LinkRow(title="Start at", end=request_facts.address_line(facts)),
            LinkRow(title="First day", end=_day(access, facts, "start")),
            LinkRow(title="Supply", end=supply),
            LinkRow(title="Meter visit", end=visit),
        ]  # fmt: skip
    if draft.kind != "start":
        rows.append(LinkRow(title="Final bill goes to", end=str(facts.get("forwarding", ""))))
    return tuple(rows)


def _seam(draft: ServiceRequest, facts: dict[str, Any]) -> str:
    if draft.kind != "transfer":
        return ""
    stop, start = (request_facts.read_day(facts.get(name, ""), name) for name in ("stop", "start"))
    return rules.seam(stop, start).text


def _dialog(access: Access, draft: ServiceRequest, facts: dict[str, Any]) -> dict[str, Any]:
    if draft.kind not in ("stop", "transfer"):
        return {}
    street = _place(access, facts).street
    day = request_facts.day_words(access, request_facts.read_day(facts.get("stop", ""), "stop"))
    effects = [
        Effect("bolt", f"Service at {street} ends at the end of {day}."),
        Effect("bill", f"Your final bill follows, to {facts.get('forwarding', '')}."),
    ]
    if draft.kind == "transfer":
        effects.append(
            Effect("plug", f"Service at {facts.get('street', '')} starts on {_day(access, facts, 'start')}.")
        )
    else:
        effects.append(Effect("clock", "You can cancel or change the day until the work has begun."))
    return {
        "ask_title": f"Stop service at {street} on {day}?"
        if draft.kind == "stop"
        else f"Move from {street} on {day}?",
        "ask_effects": tuple(effects),
        "ask_act": f"Stop service at {street}"
        if draft.kind == "stop"
        else f"Move to {facts.get('street', '')}",
    }


def _help(access: Access, asked: str) -> Help:
    said = {
        "stop": "The last day is the last one you pay for. It can be today or any day in the next 60.",
        "start": "Where somebody visits the meter we need a working day; otherwise any day from today on.",
        "power": "If a light burns at the new place the supply is on and nobody needs to come.",
        "forwarding": "The final bill is for the days since your last one. It goes by post to this address.",
        "review": "Read it once more. You can go back and change any answer; nothing is lost.",
    }.get(asked, "Answer one question at a time. Every answer is kept, also when you close this page.")
    phone = company_of(access).phone
    return Help("Help with moving", (said, *((f"You can also call us on {phone}.",) if phone else ())))
