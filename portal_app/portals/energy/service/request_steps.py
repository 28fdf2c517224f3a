"""Taking a request for service one step on: who may, what it means for supply, and who is told."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlmodel import col

from portal_app.core.access import Access, SystemAccess
from portal_app.core.accounts import Account
from portal_app.core.clock import local, now
from portal_app.core.errors import Refusal
from portal_app.core.ids import new_id
from portal_app.portals.energy.rules import requests as rules
from portal_app.portals.energy.service import request_facts, tariff_book
from portal_app.portals.energy.tables import (
    Meter,
    Premise,
    Register,
    RequestStep,
    ServiceAgreement,
    ServiceRequest,
)
from portal_app.services.billing.company import company_of
from portal_app.services.notifications import service as notifications

_ONE_TICK = timedelta(microseconds=1)


def take_step(
    access: Access,
    request: ServiceRequest,
    event: str,
    words: str,
    *,
    version: int = 0,
    tell: bool = True,
    **changes: Any,
) -> None:
    """Move a request on, in the words its timeline keeps.

    Raises Refusal when it cannot go there, or when somebody was faster.
    """
    before, after = request.state, rules.advance(request.state, event)
    _check_pair(access, request, event)
    day, slot = changes.get("wanted_on", request.wanted_on), changes.get("slot", request.slot)
    who, what, by = request_facts.turn(access, request, event, day, slot)
    if after in request_facts.OVER:
        changes["key"] = None
    expected = version or request.version
    done = access.update(
        ServiceRequest, col(ServiceRequest.id) == request.id, col(ServiceRequest.version) == expected,
        **{"next_who": who, "next_what": what, "next_by": by, **changes},
        state=after, state_since=now(), version=expected + 1,
    )  # fmt: skip
    if not done:
        raise Refusal("Somebody else moved this request just now. Look at it again, then choose.")
    access.db.refresh(request)
    write_down(access, request, event, before, words, tell=tell)


def write_down(
    access: Access, request: ServiceRequest, event: str, before: str, words: str, *, tell: bool = True
) -> None:
    """Append a step, note it in the audit trail, renew open pages, and have the customer told."""
    steps = request_facts.steps_of(access, request)
    # Steps of one moment keep their order.
    at = max(now(), steps[-1].at + _ONE_TICK) if steps else now()
    step = access.add(
        RequestStep, account_id=request.account_id, request_id=request.id, at=at, event=event, before=before,
        after=request.state, words=words.strip()[:400], by=_signed(access), asked_by=request.asked_by,
    )  # fmt: skip
    access.note(
        "request.moved", f"request:{request.id}", account_id=request.account_id,
        event=event, before=before, after=request.state, reference=request.reference,
    )  # fmt: skip
    for topic in request_facts.topics(request):
        access.poke(topic)
    if tell:
        access.later(
            "energy.request.tell",
            {"request_id": request.id, "step_id": step.id},
            key=f"request-tell:{step.id}",
        )


def _signed(access: Access) -> str:
    """The name beside a step: whose hand it was, and for whom."""
    who = access.visitor
    return (f"{who.name} for {who.on_behalf}" if who.on_behalf else who.name)[:120]


def _check_pair(access: Access, request: ServiceRequest, event: str) -> None:
    other = request_facts.other_half(access, request)
    if other is None or other.kind not in ("start", "stop"):
        return
    asked = bool(request_facts.facts_of(request).get("alone"))
    rules.check_transfer_step(event, other.state, other_kind=other.kind, asked=asked)  # pyright: ignore[reportArgumentType]


def tell_step(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Job: put a step of a request on the account's news, and mail those who want it by mail."""
    request = access.get(ServiceRequest, payload["request_id"])
    step = access.get(RequestStep, payload["step_id"])
    company = company_of(access)
    by = ""
    if request.next_by and request.next_who:
        by = f" by {request_facts.day_words(access, local(request.next_by, company.zone).date())}"
    after = f" Next: {request.next_who} {request.next_what}{by}." if request.next_who else ""
    notifications.tell_everybody(
        access,
        request.account_id,
        "requests",
        f"{request_facts.title(request)}: {rules.WORDS[step.after].lower()}",
        f"{step.words}{after} Reference {request.reference}.",
        f"/energy/account/request?id={request.id}",
        f"request:{step.id}",
        whose=request.asked_by,
    )


def end_supply(access: Access, request: ServiceRequest) -> str:
    """Let the agreements of a stopped place end on the day, and say so."""
    stops = request.wanted_on or request_facts.here(access)
    for agreement in access.all(ServiceAgreement, col(ServiceAgreement.premise_id) == request.premise_id):
        if agreement.stops is None or agreement.stops > stops:
            access.change(agreement, stops=stops)
    day = request_facts.day_words(access, stops)
    return f"Service ended on {day}. The final bill goes to {request.forwarding}."


def begin_supply(access: Access, request: ServiceRequest, given: Mapping[str, Any]) -> str:
    """Put the new place on record, as far as it is known, with its agreements, and say so.

    `given` may name the feeder and the meter's number. What was supplied at that street before lends its
    position, feeder and weather station; a place nobody knows yet waits for them.
    """
    facts = request_facts.facts_of(request)
    street, postcode = str(facts.get("street") or request.address), str(facts.get("postcode", ""))
    before = access.first(
        Premise,
        col(Premise.street) == street,
        col(Premise.postcode) == postcode,
        order=col(Premise.made_at).desc(),
    )
    near = before or access.first(Premise, col(Premise.postcode) == postcode, order=col(Premise.made_at))
    mine = access.all(Premise, col(Premise.account_id) == request.account_id)
    # A tap on "Done" that comes twice is stopped by the version; a place known to the account is not doubled.
    place = next((known for known in mine if known.street == street and known.postcode == postcode), None)
    if place is None:
        known = (
            {name: getattr(before, name) for name in ("lat", "lon", "sqft", "type", "heat_fuel")}
            if before
            else {}
        )
        place = access.add(
            Premise, account_id=request.account_id, label="Home" if not mine else street, street=street,
            city=str(facts.get("city", "")), postcode=postcode, region=near.region if near else "",
            zone=near.zone if near else company_of(access).zone, station=near.station if near else "",
            climate_zone=near.climate_zone if near else "", place=len(mine),
            feeder=str(given.get("feeder") or "").strip()[:40] or (before.feeder if before else ""), **known,
        )  # fmt: skip
    access.change(request, premise_id=place.id)
    starts = request.wanted_on or request_facts.here(access)
    for commodity in facts.get("commodities", ["electricity"]):
        _agree(
            access,
            place,
            commodity,
            starts,
            str(given.get("meter") or "") if commodity == "electricity" else "",
        )
    return f"Service began on {request_facts.day_words(access, starts)}."


def _agree(access: Access, place: Premise, commodity: str, starts: date, meter: str) -> None:
    owner = {"account_id": place.account_id}
    segment = access.get(Account, place.account_id).segment
    codes = list(tariff_book.on_offer(access, commodity, segment))
    agreement = access.add(
        ServiceAgreement, **owner, premise_id=place.id, commodity=commodity, starts=starts,
        tariff_code=codes[0] if codes else "", cycle_day=min(starts.day, 28),
    )  # fmt: skip
    number = meter.strip()[:40]
    if not number:
        return
    known = access.add(
        Meter, **owner, premise_id=place.id, agreement_id=agreement.id, number=number, commodity=commodity
    )
    access.add(
        Register, **owner, meter_id=known.id, premise_id=place.id, ref=f"meter:{number}:{new_id()[-6:]}",
        commodity=commodity, unit="Wh" if commodity == "electricity" else "therm", zone=place.zone,
    )  # fmt: skip
