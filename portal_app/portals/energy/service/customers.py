"""Customers as the utility's own people look them up: every look is noted."""

import re

from sqlmodel import col, or_

from portal_app.core.access import Access, reads
from portal_app.core.accounts import Account
from portal_app.portals.energy.rules import requests as rules
from portal_app.portals.energy.service import outage_facts, request_facts
from portal_app.portals.energy.tables import EnergyChoice, Meter, Premise, ServiceRequest
from portal_app.services.consents import service as consents
from portal_app.shapes.energy import CustomersPage
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Badge
from portal_app.shapes.tasks import LinkRow

_MOST = 30
_LOOKED_THROUGH = 300


@reads
def customers(access: Access, asked: str = "", account_id: str = "") -> CustomersPage:
    """Customers by name, number, phone or street, those of the medical list marked; one of them opened."""
    access.require("customer.see")
    asked = " ".join(str(asked).split())[:80]
    found = _found(access, asked) if len(asked) >= 2 else []
    rows = _rows(access, found)
    words = _found_words(asked, len(found))
    if not account_id:
        return CustomersPage(ready=True, found_words=words, rows=rows)
    return _opened(access, account_id, words, rows)


def _found(access: Access, asked: str) -> list[Account]:
    like = "%" + "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in asked) + "%"
    streets = (
        access.columns(Premise, Premise.account_id)
        .where(col(Premise.street).ilike(like, escape="\\"))
        .limit(200)
    )
    by_street = {row[0] for row in access.db.execute(streets)}
    found = access.all(
        Account,
        or_(
            col(Account.name).ilike(like, escape="\\"),
            col(Account.number).ilike(like, escape="\\"),
            col(Account.phone).ilike(like, escape="\\"),
            col(Account.id).in_(by_street),
        ),
        order=col(Account.name),
        limit=_LOOKED_THROUGH,
    )
    return sorted(found, key=lambda account: (_as_counted(account.name), account.number))


def _as_counted(name: str) -> list[str | int]:
    """How people sort a name with numbers in it: Household 2 before Household 10."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def _found_words(asked: str, count: int) -> str:
    if len(asked) < 2:
        return "Type two letters or more of a name, a number or a street."
    if count == 0:
        return f"No customer has “{asked}” in name, number, phone or street. Try a part of it."
    if count > _MOST:
        return f"More than {_MOST} customers. Type more of the name."
    return "1 customer" if count == 1 else f"{count} customers"


def _rows(access: Access, found: list[Account]) -> tuple[LinkRow, ...]:
    ids = [account.id for account in found[:_MOST]]
    if not ids:
        return ()
    streets: dict[str, list[str]] = {}
    for place in access.all(Premise, col(Premise.account_id).in_(ids), order=col(Premise.place)):
        streets.setdefault(place.account_id, []).append(place.street)
    medical = _medical(access, ids)
    return tuple(
        LinkRow(
            title=account.name,
            detail=", ".join([f"Account {account.number}", *streets.get(account.id, [])]),
            link_to=f"/staff/energy/customers?id={account.id}",
            badge=Badge("Medical list", "urgent") if account.id in medical else Badge(),
            id=account.id,
        )
        for account in found[:_MOST]
    )


def _medical(access: Access, ids: list[str]) -> dict[str, EnergyChoice]:
    found = access.all(
        EnergyChoice, col(EnergyChoice.account_id).in_(ids), col(EnergyChoice.medical).is_(True)
    )
    return {choice.account_id: choice for choice in found}


def _opened(access: Access, account_id: str, words: str, rows: tuple[LinkRow, ...]) -> CustomersPage:
    account = access.get(Account, account_id)
    medical = _medical(access, [account.id]).get(account.id)
    places = access.all(Premise, col(Premise.account_id) == account.id, order=col(Premise.place))
    facts = [
        LinkRow(title="Account", end=account.number),
        LinkRow(title="Phone", end=account.phone or "None known"),
        LinkRow(title="Kind", end="Business" if account.segment == "business" else "Home"),
    ]
    if medical is not None:
        facts.append(
            LinkRow(title="Medical list", detail=medical.medical_says, end=medical.phone or "Listed")
        )
    facts += [
        LinkRow(title=said.title, detail=f"{'Agreed' if said.yes else 'Said no'}, {said.name}", end=said.day)
        for said in consents.of_account(access, account.id)
    ]
    return CustomersPage(
        ready=True,
        found_words=words,
        rows=rows,
        id=account.id,
        title=account.name,
        standing=Badge("Medical list", "urgent") if medical else Badge(account.standing.capitalize(), "good"),
        facts=tuple(facts),
        premises=tuple(_place(access, place) for place in places),
        unplaced=tuple(
            Choice(place.id, place.street) for place in places if not outage_facts.placed(place)
        ),
        requests=_requests(access, account),
        people=_people(account) if access.may("customer.look_as") else (),
    )  # fmt: skip


def _people(account: Account) -> tuple[LinkRow, ...]:
    row = LinkRow(
        title="Their people",
        detail="Who may do what, sign-ins, and see what they see",
        link_to=f"/staff/energy/customers/people?id={account.id}",
        icon="person",
    )
    return (row,)


def _place(access: Access, place: Premise) -> LinkRow:
    meters = access.all(Meter, col(Meter.premise_id) == place.id)
    numbers = ", ".join(f"{meter.commodity} {meter.number}" for meter in meters) or "no meter yet"
    out = next(
        (o for o in outage_facts.recent(access) if outage_facts.is_on(o) and outage_facts.touches(o, place)),
        None,
    )
    return LinkRow(
        title=place.street,
        detail=f"Meters: {numbers}",
        end=f"Feeder {outage_facts.feeder_words(place.feeder)}" if place.feeder else "Feeder not known",
        badge=Badge("Power is out", "urgent") if out else Badge(),
        link_to=f"/staff/energy/outages?id={out.id}" if out else "",
        id=place.id,
    )


def _requests(access: Access, account: Account) -> tuple[LinkRow, ...]:
    found = access.all(
        ServiceRequest,
        col(ServiceRequest.account_id) == account.id,
        col(ServiceRequest.state).not_in(("draft", *request_facts.OVER)),
        order=col(ServiceRequest.state_since),
    )
    return tuple(
        LinkRow(
            title=request_facts.title(one),
            detail=f"{request_facts.their(rules.WORDS[one.state])} since "
            f"{outage_facts.clock_words(access)(one.state_since)}. "
            f"Reference {one.reference}.",
            link_to=f"/staff/energy/requests?id={one.id}",
            id=one.id,
        )
        for one in found
    )
