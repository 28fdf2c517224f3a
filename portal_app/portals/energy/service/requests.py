"""Start, stop or move service, and have a meter read: what the customer asks for and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access, reads
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.ids import new_id, reference
from portal_app.portals.energy.rules import requests as rules
from portal_app.portals.energy.service import outage_facts, request_facts, request_steps, visits
from portal_app.portals.energy.tables import Premise, ServiceRequest
from portal_app.services.billing.company import company_of, hold
from portal_app.shapes.energy import RequestPage
from portal_app.shapes.forms import Choice, Effect, Help
from portal_app.shapes.status import Notice
from portal_app.shapes.tasks import LinkRow

COMMODITIES = ("electricity", "gas")
_WE_WRITE = "We write when something changes."
_CHANGEABLE = ("submitted", "needs_info", "identity_ok", "scheduled", "rescheduled")


@dataclass(frozen=True)
class NewPlace:
    """Where service begins: its address, whether power is on there now, and what is wanted."""

    street: str
    city: str = ""
    postcode: str = ""
    power_is_on: bool = False
    commodities: tuple[str, ...] = ("electricity",)


@dataclass(frozen=True)
class Asked:
    """What came of asking: the request to follow, and what is said."""

    request_id: str
    notice: Notice


def ask_stop(access: Access, premise_id: str, on: date | str, forwarding: str) -> Asked:
    """Ask to stop service at a place on a day; the same again finds the first request."""
    access.require("service.request")
    request = _stop(access, access.get(Premise, premise_id), request_facts.read_day(on, "stop"), forwarding)
    return asked(access, request)


def ask_start(access: Access, place: NewPlace, on: date | str) -> Asked:
    """Ask to start service at an address on a day; the same again finds the first request."""
    access.require("service.request")
    return asked(access, _start(access, checked(place), request_facts.read_day(on, "start")))


def ask_transfer(
    access: Access,
    premise_id: str,
    stop_on: date | str,
    place: NewPlace,
    start_on: date | str,
    forwarding: str = "",
) -> Asked:
    """Ask to move: a stop and a start that share one id and one reference, and do not part unasked.

    The final bill goes to the new address unless another is given.
    """
    access.require("service.request")
    old, place = access.get(Premise, premise_id), checked(place)
    stop_on, start_on = request_facts.read_day(stop_on, "stop"), request_facts.read_day(start_on, "start")
    move = {"pair": new_id(), "reference": reference("MOV")}
    stop = _stop(access, old, stop_on, forwarding or _line(place), **move)
    if not stop.pair:
        raise Refusal(
            f"You already asked to stop service there, reference {stop.reference}. Cancel that, then move.",
            "stop",
        )
    start = request_facts.other_half(access, stop)
    if start is None:
        start = _start(access, place, start_on, pair=stop.pair, reference=stop.reference)
    if start.pair != stop.pair:
        raise Refusal(
            f"You already asked to start service there, reference {start.reference}. Cancel that, then move.",
            "start",
        )
    words = rules.seam(stop_on, start_on).text
    return Asked(
        stop.id,
        Notice(
            f"Sent: move from {old.street} to {place.street}",
            f"{words} {request_facts.turn_words(access, stop)} {_WE_WRITE}",
            "good", stop.reference, "Follow it", f"/energy/account/request?id={stop.id}",
        ),
    )  # fmt: skip


def ask_reading(access: Access, premise_id: str, slot: str) -> Asked:
    """Book a visit of the meter reader in a free half day; a second tap finds the first booking."""
    access.require("service.request")
    place = access.get(Premise, premise_id)
    hold(access, place.account_id)
    wanted = visits.read(slot)
    known = _open(access, "meter_read", col(ServiceRequest.premise_id) == place.id)
    if known is not None:
        _same_or_refuse(access, known, wanted.day, "slot", slot=wanted.part)
        return asked(access, known)
    visits.check(access, wanted)
    request = _draft(
        access, "meter_read", "MTR", account_id=place.account_id, premise_id=place.id, address=place.street
    )
    visits.take(access, request, wanted)
    request_steps.take_step(access, request, "submit", "You booked a meter reading.", tell=False)
    request_steps.take_step(access, request, "accept_identity", "The address is known to us.", tell=False)
    day = f"{visits.slot_words(access, wanted)}"
    request_steps.take_step(access, request, "schedule", f"The visit is set: {day}.")
    return asked(access, request)


def _stop(access: Access, place: Premise, on: date, forwarding: str, **move: str) -> ServiceRequest:
    hold(access, place.account_id)
    forwarding = " ".join(str(forwarding).split())[:200]
    rules.check_stop(on, request_facts.here(access), forwarding)
    known = _open(access, "stop", col(ServiceRequest.premise_id) == place.id)
    if known is not None:
        _same_or_refuse(access, known, on, "stop")
        return known
    request = _draft(
        access, "stop", "STP", account_id=place.account_id, premise_id=place.id, address=place.street,
        wanted_on=on,
        forwarding=forwarding, key=f"stop:{place.id}", **move,
    )  # fmt: skip
    request_steps.take_step(access, request, "submit", f"You asked to stop service at {place.street}.")
    return request


def _start(access: Access, place: NewPlace, on: date, **move: str) -> ServiceRequest:
    account_id = access.visitor.account_id
    hold(access, account_id)
    rules.check_start(
        on,
        request_facts.here(access),
        meter_visit=not place.power_is_on,
        days_off=request_facts.days_off(access),
    )
    here = (col(ServiceRequest.account_id) == account_id, col(ServiceRequest.address) == place.street)
    known = _open(access, "start", *here)
    if known is not None:
        _same_or_refuse(access, known, on, "start")
        return known
    request = _draft(
        access, "start", "STA", account_id=account_id, address=place.street, wanted_on=on, **move
    )
    facts = {
        "street": place.street, "city": place.city, "postcode": place.postcode,
        "meter_visit": not place.power_is_on, "commodities": list(place.commodities),
    }  # fmt: skip
    access.change(request, facts=request_facts.with_facts(request, **facts), key=f"start:{request.id}")
    request_steps.take_step(access, request, "submit", f"You asked to start service at {place.street}.")
    return request


def _draft(access: Access, kind: str, prefix: str, **values: Any) -> ServiceRequest:
    values.setdefault("reference", reference(prefix))
    return access.add(ServiceRequest, kind=kind, asked_by=access.visitor.person_id, **values)


def _open(access: Access, kind: str, *where: Any) -> ServiceRequest | None:
    # One at a time for the whole account, also where somebody else asked whose requests one does not see.
    asked = access.whole(
        ServiceRequest,
        col(ServiceRequest.kind) == kind,
        col(ServiceRequest.state).not_in(("draft", *request_facts.OVER)),
        *where,
    )
    return access.db.exec(asked.limit(1)).first()


def _same_or_refuse(access: Access, known: ServiceRequest, on: date, field: str, *, slot: str = "") -> None:
    sees = access.visitor.sees
    if sees is not None and known.asked_by not in {*sees, ""}:
        raise Refusal(
            "Somebody else of your account asked for this already. Ask the owner of the account.", field
        )
    if known.wanted_on == on and known.slot == slot:
        return
    raise Refusal(
        f"You already asked for this, on {request_facts.day_words(access, known.wanted_on)}, reference "
        f"{known.reference}. Open that request to change its day.",
        field,
    )


def checked(place: NewPlace) -> NewPlace:
    """A new place as it can be asked for. Raises Refusal naming the field that is wrong."""
    street = " ".join(place.street.split())[:120]
    if len(street) < 4:
        raise Refusal("Type the street and the house number, such as 12 Elm Street.", "street")
    postcode = " ".join(place.postcode.split())[:16]
    if not any(letter.isalnum() for letter in postcode):
        raise Refusal("Type the postcode, so that we find the right street of that name.", "postcode")
    wanted = tuple(name for name in COMMODITIES if name in place.commodities)
    if not wanted:
        raise Refusal("Choose electricity, gas or both.", "commodities")
    return NewPlace(street, " ".join(place.city.split())[:80], postcode, bool(place.power_is_on), wanted)


def _line(place: NewPlace) -> str:
    return ", ".join(part for part in (place.street, f"{place.postcode} {place.city}".strip()) if part)


def asked(access: Access, request: ServiceRequest) -> Asked:
    """What is said once a request is in: what happens next, by when, and its reference."""
    sent = "Booked" if request.kind == "meter_read" else "Sent"
    return Asked(
        request.id,
        Notice(
            f"{sent}: {_lower(request)}",
            f"{_on(access, request)} {request_facts.turn_words(access, request)} {_WE_WRITE}",
            "good",
            request.reference,
            "Follow it",
            f"/energy/account/request?id={request.id}",
        ),
    )


def _lower(request: ServiceRequest) -> str:
    words = request_facts.title(request)
    return words[:1].lower() + words[1:]


def _on(access: Access, request: ServiceRequest) -> str:
    part = f", {request.slot}" if request.slot else ""
    return f"On {request_facts.day_words(access, request.wanted_on)}{part}."


@reads
def requests(access: Access, *, old: bool = False) -> tuple[LinkRow, ...]:
    """The account's requests, those under way first; `old` adds what was over more than a month ago."""
    access.require("usage.see")
    mine = access.all(
        ServiceRequest,
        col(ServiceRequest.state) != "draft",
        col(ServiceRequest.account_id) == access.visitor.account_id,
        order=col(ServiceRequest.state_since).desc(),
        limit=50,
    )
    shown = [request for request in mine if old or not request_facts.is_old(request)]
    return tuple(
        _row(access, request) for request in sorted(shown, key=lambda r: r.state in request_facts.OVER)
    )


def _row(access: Access, request: ServiceRequest) -> LinkRow:
    since = outage_facts.clock_words(access)(request.state_since)
    told = f"{_on(access, request)} Since {since}. {request_facts.turn_words(access, request)}".strip()
    if request.state == "cancelled":
        told = f"It was for {request_facts.day_words(access, request.wanted_on)}. Cancelled: {since}."
    return LinkRow(
        title=request_facts.title(request),
        detail=told,
        link_to=f"/energy/account/request?id={request.id}",
        badge=request_facts.short_badge(request),
        id=request.id,
    )


def _mine(access: Access, request_id: str) -> ServiceRequest:
    request = access.get(ServiceRequest, request_id)
    if request.state == "draft":
        raise NotYours
    return request


@reads
def request(access: Access, request_id: str) -> RequestPage:
    """One request: its stages, since when, whose turn, by when; what happened; what may be changed."""
    access.require("usage.see")
    found = _mine(access, request_id)
    steps, other = request_facts.steps_of(access, found), request_facts.other_half(access, found)
    may = access.may("service.request")
    return RequestPage(
        ready=True,
        id=found.id,
        kind=found.kind,
        version=found.version,
        title=request_facts.title(found),
        meaning=_meaning(access, found),
        reference=found.reference,
        standing=request_facts.badge(found),
        stages=request_facts.stages(access, found, steps),
        happened=request_facts.happened(access, steps),
        facts=_facts(access, found),
        can_cancel=may and "cancel" in rules.possible(found.state),
        can_move=may and found.state in _CHANGEABLE,
        question=_question(access, found) if may else "",
        day=found.wanted_on.isoformat() if found.wanted_on else "",
        earliest=_earliest(access, found).isoformat(),
        slot=f"{found.wanted_on.isoformat()} {found.slot}" if found.wanted_on and found.slot else "",
        slots=visits.offered(access) if found.kind == "meter_read" and found.state in _CHANGEABLE else (),
        cancel_title=f"Cancel: {_lower(found)} on {request_facts.day_words(access, found.wanted_on)}?",
        cancel_effects=_cancel_effects(access, found),
        cancel_act=f"Cancel this {'visit' if found.kind == 'meter_read' else 'request'}",
        other_question=rules.cancel_question(found.kind, other.state if other else ""),  # pyright: ignore[reportArgumentType]
        others=_OTHERS[found.kind] if other and found.kind in _OTHERS else (),
        pair_words=request_facts.pair_words("This is half of a move.", other),
        pair_to=f"/energy/account/request?id={other.id}" if other else "",
        alone_question=_alone_question(found, other) if may else "",
        help=_help(access, found),
    )  # fmt: skip


_OTHERS = {
    "stop": (
        Choice("keep", "Yes, still start at the new home"),
        Choice("cancel", "No, cancel the whole move"),
    ),
    "start": (
        Choice("keep", "Yes, still stop at the old home"),
        Choice("cancel", "No, cancel the whole move"),
    ),
}


def _meaning(access: Access, found: ServiceRequest) -> str:
    if found.state == "cancelled":
        return "Nothing happens any more. Ask again whenever you like."
    if found.state == "done":
        return f"It is done. {request_facts.turn_words(access, found)}".strip()
    return f"{_on(access, found)} {request_facts.turn_words(access, found)}"


def _facts(access: Access, found: ServiceRequest) -> tuple[LinkRow, ...]:
    facts = request_facts.facts_of(found)
    rows = [LinkRow(title="Day", end=request_facts.day_words(access, found.wanted_on))]
    if found.slot:
        rows.append(LinkRow(title="Time", end=request_facts.PARTS[found.slot][0]))
    if found.forwarding:
        rows.append(LinkRow(title="Final bill goes to", end=found.forwarding))
    if found.kind == "start":
        visit = "Yes, somebody comes by" if facts.get("meter_visit") else "No"
        rows.append(LinkRow(title="Meter visit needed", end=visit))
        rows.append(LinkRow(title="Supply", end=" and ".join(facts.get("commodities", ())).capitalize()))
    asked = next((step for step in request_facts.steps_of(access, found) if step.event == "submit"), None)
    if asked is not None and asked.by:
        rows.append(LinkRow(title="Asked for by", end=f"{asked.by}, on the portal"))
    rows.append(LinkRow(title="Reference", end=found.reference))
    return tuple(rows)


def _question(access: Access, found: ServiceRequest) -> str:
    if found.state != "needs_info":
        return ""
    asked = [step for step in request_facts.steps_of(access, found) if step.event == "ask"]
    return asked[-1].words if asked else ""


def _earliest(access: Access, found: ServiceRequest) -> date:
    visit = found.kind == "meter_read" or bool(request_facts.facts_of(found).get("meter_visit"))
    return rules.earliest_start(
        request_facts.here(access), meter_visit=visit, days_off=request_facts.days_off(access)
    )


def _cancel_effects(access: Access, found: ServiceRequest) -> tuple[Effect, ...]:
    day = request_facts.day_words(access, found.wanted_on)
    said = {
        "stop": (
            Effect("bolt", f"Power at {found.address} stays on after {day}, and you go on paying for it."),
            Effect("bill", "No final bill is made."),
        ),
        "start": (
            Effect("bolt", f"Power at {found.address} does not start in your name on {day}."),
            Effect("bill", "You pay nothing for that address."),
        ),
        "meter_read": (Effect("meter", f"Nobody comes to read the meter at {found.address} on {day}."),),
    }
    return (
        *said[found.kind],
        Effect("clock", "You can ask again at any time; the first free day may be later."),
    )


def _alone_question(found: ServiceRequest, other: ServiceRequest | None) -> str:
    asked = "alone" in request_facts.facts_of(found)
    if other is None or other.state != "cancelled" or asked or found.state in request_facts.OVER:
        return ""
    return f"The other half of your move was cancelled. Should we still {_lower(found)}?"


def _help(access: Access, found: ServiceRequest) -> Help:
    phone = company_of(access).phone
    now_words = {
        "needs_info": "We wait for your answer. Type it on this page; the work goes on from there.",
        "cancelled": "This was cancelled and nothing happens any more. You can ask again under Account.",
        "done": "This is done. If something is not as it should be, call us and say the reference.",
        "in_progress": "Somebody is at work on it now, so it can no longer be cancelled here.",
    }.get(
        found.state,
        "The open stage says who does the next step and by when. You can change the day or cancel here.",
    )
    call = (f"You can also call us on {phone}.",) if phone else ()
    return Help("Help with this request", (now_words, *call), reference=found.reference)


def reschedule(access: Access, request_id: str, day: date | str = "", slot: str = "") -> Notice:
    """Choose another day, or another half day for a visit; the work keeps its place in the queue."""
    access.require("service.request")
    found = _mine(access, request_id)
    if found.state not in _CHANGEABLE:
        rules.advance(found.state, "reschedule")
    if found.kind == "meter_read":
        _move_visit(access, found, slot)
    else:
        _move_day(access, found, request_facts.read_day(day, found.kind))
    return Notice(
        f"New day for: {_lower(found)}",
        f"{_on(access, found)} {request_facts.turn_words(access, found)}",
        "good",
        found.reference,
    )


def _move_visit(access: Access, found: ServiceRequest, slot: str) -> None:
    wanted = visits.read(slot)
    if (found.wanted_on, found.slot) == (wanted.day, wanted.part):
        return
    visits.check(access, wanted)
    visits.take(access, found, wanted)
    words = f"You moved the visit to {visits.slot_words(access, wanted)}."
    request_steps.take_step(access, found, "reschedule", words, tell=False)
    request_steps.take_step(
        access, found, "schedule", f"The visit is set: {visits.slot_words(access, wanted)}."
    )


def _move_day(access: Access, found: ServiceRequest, day: date) -> None:
    today = request_facts.here(access)
    if day == found.wanted_on:
        return
    if found.kind == "stop":
        rules.check_stop(day, today, found.forwarding)
    else:
        visit = bool(request_facts.facts_of(found).get("meter_visit"))
        rules.check_start(day, today, meter_visit=visit, days_off=request_facts.days_off(access))
    words = f"You moved it to {request_facts.day_words(access, day)}."
    if found.state == "scheduled":
        request_steps.take_step(access, found, "reschedule", words, wanted_on=day)
        return
    access.change(found, wanted_on=day, version=found.version + 1)
    request_steps.write_down(access, found, "change_day", found.state, words)


def cancel(access: Access, request_id: str, other: str = "") -> Notice:
    """Cancel a request. Of a move, `other` says what becomes of the other half: "keep" or "cancel"."""
    access.require("service.request")
    found = _mine(access, request_id)
    half = request_facts.other_half(access, found)
    question = rules.cancel_question(found.kind, half.state if half else "")  # pyright: ignore[reportArgumentType]
    if question and other not in ("keep", "cancel"):
        raise Refusal(question, "other")
    request_steps.take_step(access, found, "cancel", "You cancelled it.")
    effect = _cancel_effects(access, found)[0].text
    if question and half is not None and other == "cancel":
        request_steps.take_step(access, half, "cancel", "You cancelled the whole move.")
        effect += f" {_cancel_effects(access, half)[0].text}"
    elif question and half is not None:
        access.change(half, facts=request_facts.with_facts(half, alone=True))
        effect += f" We still {_lower(half)}."
    return Notice(f"Cancelled: {_lower(found)}", effect, "good", found.reference)


def go_on_alone(access: Access, request_id: str, yes: bool) -> Notice:
    """Say whether half of a move still goes ahead after its other half was cancelled."""
    access.require("service.request")
    found = _mine(access, request_id)
    if not _alone_question(found, request_facts.other_half(access, found)):
        raise Refusal("There is nothing left to decide here. Look at the request again.")
    if not yes:
        return cancel(access, request_id)
    access.change(found, facts=request_facts.with_facts(found, alone=True), version=found.version + 1)
    request_steps.write_down(access, found, "alone", found.state, "You said that this half goes ahead alone.")
    return Notice(
        f"It goes ahead: {_lower(found)}", request_facts.turn_words(access, found), "good", found.reference
    )


def answer_info(access: Access, request_id: str, words: str) -> Notice:
    """Answer what the service desk asked; the request goes back to them."""
    access.require("service.request")
    found = _mine(access, request_id)
    words = " ".join(str(words).split())[:400]
    if not words:
        raise Refusal("Type your answer.", "answer")
    request_steps.take_step(access, found, "answer", words)
    return Notice("Your answer is in", request_facts.turn_words(access, found), "good", found.reference)


def summed(rows: Sequence[LinkRow]) -> str:
    """How many requests are under way, in words."""
    on = sum(row.badge.text not in (rules.WORDS["done"], rules.WORDS["cancelled"]) for row in rows)
    return {0: "Nothing is under way.", 1: "1 request is under way."}.get(on, f"{on} requests are under way.")
