"""Appointments with a meter reader: which half days are still free, and taking one of them."""

import json
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, func

from portal_app.core.access import Access, acting_for_company
from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules.requests import Slot, check_slot, read_slots
from portal_app.portals.energy.service import request_facts
from portal_app.portals.energy.tables import ServiceRequest
from portal_app.services.billing.company import company_of
from portal_app.shapes.forms import Choice

USUAL_PLACES = 6
_PARTS = ("morning", "afternoon")


@dataclass(frozen=True)
class Visit:
    """One half day that is asked for, as the form gives it: "2026-03-12 morning"."""

    slot: Slot

    @property
    def value(self) -> str:
        """The same as one word for a form."""
        return f"{self.slot.day.isoformat()} {self.slot.part}"


def read(given: object) -> Slot:
    """A half day as a form gives it. Raises Refusal for anything else."""
    day, _, part = str(given).partition(" ")
    if part not in _PARTS:
        raise Refusal("Choose one of the free times.", "slot")
    return Slot(request_facts.read_day(day, "slot"), part)  # pyright: ignore[reportArgumentType]


def places_a_slot(access: Access) -> int:
    """How many visits the company makes in one half day: its setting "visits_a_half_day"."""
    settings = json.loads(company_of(access).settings or "{}")
    return max(1, int(settings.get("visits_a_half_day", USUAL_PLACES)))


def taken(access: Access) -> set[Slot]:
    """The half days that are full; the company's knowledge, so it is counted in the company's name."""
    most = places_a_slot(access)
    who = access.visitor
    with acting_for_company(who.company_id, kind=who.kind, zone=who.zone, reads_only=True) as house:
        statement = (
            house.columns(ServiceRequest, ServiceRequest.wanted_on, ServiceRequest.slot, func.count())
            .where(col(ServiceRequest.key).like("visit:%"))
            .group_by(col(ServiceRequest.wanted_on), col(ServiceRequest.slot))
        )
        return {
            Slot(day, part)
            for day, part, count in house.db.execute(statement)
            if part in _PARTS and count >= most
        }


def offered(access: Access, count: int = 8) -> tuple[Choice, ...]:
    """The next half days that are free, to choose from."""
    found = read_slots(
        request_facts.here(access), days_off=request_facts.days_off(access), taken=taken(access), count=count
    )
    return tuple(Choice(Visit(slot).value, slot_words(access, slot)) for slot in found)


def slot_words(access: Access, slot: Slot) -> str:
    """A half day in words: "Thu 12 Mar, morning"."""
    return f"{request_facts.day_words(access, slot.day)}, {slot.part}"


def check(access: Access, slot: Slot) -> None:
    """Refuse a half day on a day off, too soon or too late."""
    check_slot(slot, request_facts.here(access), days_off=request_facts.days_off(access))


def take(access: Access, request: ServiceRequest, slot: Slot) -> None:
    """Take one of the places of a half day for a request. Raises Refusal when the last one is gone.

    Each place has a name that only one request of the company can bear, so two customers never get the same.
    """
    for place in range(places_a_slot(access)):
        key = f"visit:{request.company_id}:{slot.day.isoformat()}:{slot.part[0]}:{place}"
        try:
            with access.db.begin_nested():
                access.change(request, key=key, wanted_on=slot.day, slot=slot.part)
            return
        except IntegrityError:
            access.db.refresh(request)
    day = request_facts.day_words(access, slot.day)
    raise Refusal(f"The {slot.part} of {day} was just taken. Choose another time.", "slot")
