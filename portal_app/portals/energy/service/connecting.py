"""Where the readings of a file belong: the account, its place, and the register of each series."""

import hashlib
from datetime import date

from sqlmodel import col

from portal_app.core.access import Access
from portal_app.core.accounts import Account
from portal_app.portals.energy.formats.items import GAS_UNITS, RegisterFound
from portal_app.portals.energy.service import tariff_book
from portal_app.portals.energy.tables import Meter, Premise, Register, ServiceAgreement
from portal_app.services.tenancy import service as tenancy

NO_STREET = "Address not given yet"
SENT_BACK = "sent back"
OWN = "meter:"
"""How the name of a register begins that the company connected itself, without a file."""

_NAMELESS = "csv/"
_LONGEST_REF = 300


def account_for(access: Access, number: str) -> tuple[Account, bool]:
    """The account of that number, opened where it is new; and whether it is.

    Raises Refusal for an impossible number.
    """
    known = tenancy.account_numbered(access, number)
    if known is not None:
        return known, False
    return tenancy.open_account(access, number, f"Account {number.strip()}"), True


def place_for(access: Access, account: Account, zone: str) -> tuple[Premise, int]:
    """The account's first place, made where there is none, and how many places it has."""
    known = access.all(Premise, col(Premise.account_id) == account.id, order=col(Premise.place))
    if known:
        return known[0], len(known)
    made = access.add(Premise, account_id=account.id, label="Home", street=NO_STREET, zone=zone)
    return made, 1


def ref_of(account: Account, ref: str) -> str:
    """What a register is called after the file's name for it: two accounts may bring the same file."""
    key = f"{account.id}|{ref}"
    if len(key) <= _LONGEST_REF:
        return key
    return f"{account.id}|{hashlib.sha256(ref.encode()).hexdigest()}"


def commodity_of(found: RegisterFound) -> str:
    """What a series counts; energy that a home sends back is a thing of its own."""
    if found.flow == "received":
        return SENT_BACK
    if found.commodity != "unknown":
        return found.commodity
    return "gas" if found.unit in GAS_UNITS else "electricity"


def known_register(
    access: Access, account: Account, found: RegisterFound, taken: set[str]
) -> Register | None:
    """The register a series belongs to, if the account has it.

    By the file's own name for it; by the meter its title names (our own export does that); or as the only
    register of its sort, where either the series has no name or the company connected that register itself.
    `taken` holds the ids that another series of the same file has.
    """
    mine = access.all(Register, col(Register.account_id) == account.id)
    free = [register for register in mine if register.id not in taken]
    named = ref_of(account, found.ref)
    for register in free:
        if register.ref == named:
            return register
    commodity = commodity_of(found)
    alike = [one for one in free if (one.commodity, one.unit) == (commodity, found.unit)]
    numbers = {meter.id: meter.number for meter in access.all(Meter, col(Meter.account_id) == account.id)}
    titled = [one for one in alike if found.title == title_of(numbers.get(one.meter_id, ""))]
    if len(titled) == 1:
        return titled[0]
    if len(alike) == 1 and (found.ref.startswith(_NAMELESS) or alike[0].ref.startswith(OWN)):
        return alike[0]
    return None


def title_of(number: str) -> str:
    """What our export calls the readings of a meter."""
    return f"Meter {number}"


def connect(
    access: Access,
    account: Account,
    place: Premise,
    found: RegisterFound,
    starts: date,
    seconds: int,
    currency: str,
) -> Register:
    """Connect a place to what a series counts: agreement, meter and register."""
    commodity = commodity_of(found)
    codes = tuple(tariff_book.on_offer(access, commodity, account.segment))
    agreement = access.add(
        ServiceAgreement,
        account_id=account.id,
        premise_id=place.id,
        commodity=commodity,
        tariff_code=codes[0] if len(codes) == 1 else "",
        starts=starts,
    )
    count = len(access.all(Meter, col(Meter.account_id) == account.id))
    meter = access.add(
        Meter,
        account_id=account.id,
        premise_id=place.id,
        agreement_id=agreement.id,
        number=f"{account.number[:34]}-{count + 1}",
        commodity=commodity,
    )
    return access.add(
        Register,
        account_id=account.id,
        meter_id=meter.id,
        premise_id=place.id,
        ref=ref_of(account, found.ref),
        commodity=commodity,
        unit=found.unit,
        seconds=found.interval_seconds or seconds,
        currency=found.currency or currency,
        zone=place.zone,
    )


def since(access: Access, register: Register, first: date) -> None:
    """Let the agreement of a register begin no later than its first reading."""
    meter = access.get(Meter, register.meter_id)
    agreement = access.get(ServiceAgreement, meter.agreement_id)
    if agreement.starts > first:
        access.change(agreement, starts=first)
