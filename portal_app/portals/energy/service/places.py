"""The premises of an account, their agreements and the registers that count for them."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import col, func

from portal_app.core.access import Access
from portal_app.core.accounts import Account
from portal_app.core.errors import NotYours
from portal_app.portals.energy.tables import (
    DayUse,
    EnergyChoice,
    Meter,
    Premise,
    Register,
    ServiceAgreement,
)
from portal_app.shapes.forms import Choice


@dataclass(frozen=True)
class Supply:
    """One commodity at one premise: its agreement and the register that counts it."""

    premise: Premise
    agreement: ServiceAgreement
    meter: Meter
    register: Register
    zone: str


def of_a_customer(access: Access) -> None:
    """Let nobody in who stands in no account. Raises NotYours for the company's own people."""
    if not access.visitor.account_id:
        raise NotYours


def premises(access: Access) -> list[Premise]:
    """The places of the account one is in, in the order the owner knows them."""
    return access.once(
        "premises",
        lambda: access.all(
            Premise,
            col(Premise.account_id) == access.visitor.account_id,
            order=(col(Premise.place), col(Premise.label)),
        ),
    )


def premise(access: Access, premise_id: str = "") -> Premise:
    """One place by id, or the first. Raises NotYours when the account has none."""
    if premise_id:
        return access.get(Premise, premise_id)
    found = premises(access)
    if not found:
        raise NotYours("There is no address on this account yet. Ask us to connect one.")
    return found[0]


def every_supply(access: Access, place: Premise) -> list[Supply]:
    """Every register of a place: electricity first, of each commodity the newest readings first."""
    return access.once(("supplies", place.id), lambda: _every_supply(access, place))


def _every_supply(access: Access, place: Premise) -> list[Supply]:
    agreements = {
        row.id: row for row in access.all(ServiceAgreement, col(ServiceAgreement.premise_id) == place.id)
    }
    meters = {row.id: row for row in access.all(Meter, col(Meter.premise_id) == place.id)}
    registers = access.all(Register, col(Register.premise_id) == place.id, order=col(Register.made_at).desc())
    newest = _newest(access, [register.id for register in registers]) if len(registers) > 1 else {}
    found = [
        Supply(
            place,
            agreements[meters[register.meter_id].agreement_id],
            meters[register.meter_id],
            register,
            place.zone or access.visitor.zone,
        )
        for register in registers
    ]
    found.sort(key=lambda each: newest.get(each.register.id, date.min), reverse=True)
    return sorted(found, key=lambda each: each.register.commodity != "electricity")


def _newest(access: Access, register_ids: list[str]) -> dict[str, date]:
    statement = (
        access.columns(DayUse, DayUse.register_id, func.max(DayUse.day))
        .where(col(DayUse.register_id).in_(register_ids))
        .group_by(col(DayUse.register_id))
    )
    return {register_id: day for register_id, day in access.db.execute(statement)}


def supplies(access: Access, place: Premise) -> list[Supply]:
    """What is supplied to a place now: one register a commodity, the one with the newest readings."""
    first: dict[str, Supply] = {}
    for each in every_supply(access, place):
        first.setdefault(each.register.commodity, each)
    return list(first.values())


def supply(access: Access, place: Premise, chosen: str = "electricity") -> Supply | None:
    """One supply at a place, by its commodity or by the register's id."""
    return next((each for each in every_supply(access, place) if chosen in _names(each)), None)


def _names(each: Supply) -> tuple[str, str]:
    return each.register.commodity, each.register.id


def account(access: Access) -> Account:
    """The account one is in."""
    return access.get(Account, access.visitor.account_id)


def choice_of(access: Access) -> EnergyChoice | None:
    """What the account chose for its energy pages, if it ever chose."""
    mine = col(EnergyChoice.account_id) == access.visitor.account_id
    return access.once("choice", lambda: access.first(EnergyChoice, mine))


def scale_of(access: Access) -> Literal["F", "C"]:
    """The scale the account reads temperatures in."""
    found = choice_of(access)
    return "C" if found is not None and found.temperature == "C" else "F"


def as_choices(found: list[Premise]) -> tuple[Choice, ...]:
    """Places to choose from; nothing to choose when there is one."""
    return (
        tuple(
            Choice(place.id, place.label, place.street if place.street != place.label else "")
            for place in found
        )
        if len(found) > 1
        else ()
    )


def bill_period(agreement: ServiceAgreement, day: date) -> tuple[date, date]:
    """The bill period a day falls in: first day, and the first day of the next one.

    A cycle day past a month's end means its last day, and comes back the month after.
    """
    start = _cycle_start(day.year, day.month, agreement.cycle_day)
    if day < start:
        year, month = (day.year - 1, 12) if day.month == 1 else (day.year, day.month - 1)
        start = _cycle_start(year, month, agreement.cycle_day)
    year, month = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
    return start, _cycle_start(year, month, agreement.cycle_day)


def _cycle_start(year: int, month: int, cycle_day: int) -> date:
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(cycle_day, (after - date(year, month, 1)).days))
