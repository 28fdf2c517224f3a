"""The premises of an account, their agreements and the registers that count for them."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col

from portal_app.core.access import Access
from portal_app.core.accounts import Account
from portal_app.core.errors import NotYours
from portal_app.portals.energy.tables import Meter, Premise, Register, ServiceAgreement
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
    return access.all(
        Premise,
        col(Premise.account_id) == access.visitor.account_id,
        order=(col(Premise.place), col(Premise.label)),
    )


def premise(access: Access, premise_id: str = "") -> Premise:
    """One place by id, or the first. Raises NotYours when the account has none."""
    if premise_id:
        return access.get(Premise, premise_id)
    found = premises(access)
    if not found:
        raise NotYours("There is no address on this account yet. Ask us to connect one.")
    return found[0]


def supplies(access: Access, place: Premise) -> list[Supply]:
    """What is supplied to a place, electricity first, newest meter first where one was changed."""
    agreements = {
        row.id: row for row in access.all(ServiceAgreement, col(ServiceAgreement.premise_id) == place.id)
    }
    meters = {row.id: row for row in access.all(Meter, col(Meter.premise_id) == place.id)}
    found = []
    for register in access.all(
        Register, col(Register.premise_id) == place.id, order=col(Register.made_at).desc()
    ):
        meter = meters[register.meter_id]
        found.append(
            Supply(place, agreements[meter.agreement_id], meter, register, place.zone or access.visitor.zone)
        )
    return sorted(found, key=lambda supply: (supply.register.commodity != "electricity",))


def supply(access: Access, place: Premise, commodity: str = "electricity") -> Supply | None:
    """The supply of one commodity at a place, if there is one."""
    return next((item for item in supplies(access, place) if item.register.commodity == commodity), None)


def account(access: Access) -> Account:
    """The account one is in."""
    return access.get(Account, access.visitor.account_id)


def as_choices(found: list[Premise]) -> tuple[Choice, ...]:
    """Places to choose from; nothing to choose when there is one."""
    return tuple(Choice(place.id, place.label, place.street) for place in found) if len(found) > 1 else ()


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
