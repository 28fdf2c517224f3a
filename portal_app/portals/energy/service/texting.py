"""Two-way text: "OUT" reports an outage, "STAT" says how it stands, from the phone we have for an account."""

import re

from sqlmodel import col

from portal_app.core.access import SystemAccess, acting_for_company
from portal_app.core.accounts import Account
from portal_app.core.errors import Refusal
from portal_app.portals.energy.rules import outages as rules
from portal_app.portals.energy.service import outage_facts, outages
from portal_app.portals.energy.tables import EnergyChoice, Premise
from portal_app.shapes.companies import CompanyFacts

HELP = "Text OUT to report an outage, STAT to hear how it stands."
_WORD = re.compile(r"^\s*(out|stat)\b\s*(\d{1,2})?\s*$", re.IGNORECASE)


def answer(company: CompanyFacts, phone: str, words: str) -> str:
    """The reply to a text from a phone: at most two short sentences."""
    asked = _WORD.match(str(words)[:160])
    with acting_for_company(company.id, kind=company.kind, zone=company.zone, actor="text") as access:
        account = _account(access, "".join(letter for letter in str(phone)[:40] if letter.isdigit()))
        if account is None:
            return f"We do not have this phone number. Report an outage on the portal. {HELP}"
        if asked is None:
            return HELP
        mine = access.all(
            Premise, col(Premise.account_id) == account.id, order=(col(Premise.place), col(Premise.label))
        )
        if not mine:
            return "No place is connected to your account yet."
        if asked[1].lower() == "stat":
            return " ".join(_standing(access, place) for place in mine[:3])
        return _report(access, mine, int(asked[2] or 0))


def _account(access: SystemAccess, digits: str) -> Account | None:
    """The one account that goes by this phone; nobody where two do."""
    if len(digits) < 6:
        return None
    # Phones are kept as people write them; the last two digits narrow the search, the rest is compared here.
    ends = f"%{digits[-2:]}"
    choices = access.all(EnergyChoice, col(EnergyChoice.phone).like(ends))
    ids = {choice.account_id for choice in choices if _same(choice.phone, digits)}
    found = {
        row.id: row for row in access.all(Account, col(Account.phone).like(ends)) if _same(row.phone, digits)
    }
    found |= {row.id: row for row in access.all(Account, col(Account.id).in_(ids))} if ids else {}
    return next(iter(found.values())) if len(found) == 1 else None


def _same(known: str, digits: str) -> bool:
    plain = "".join(letter for letter in known if letter.isdigit())
    return bool(plain) and (plain == digits or (len(plain) >= 10 and plain[-10:] == digits[-10:]))


def _report(access: SystemAccess, mine: list[Premise], number: int) -> str:
    if len(mine) > 1 and not 1 <= number <= len(mine):
        listed = ", ".join(f"OUT {place} for {premise.label}" for place, premise in enumerate(mine, start=1))
        return f"Which place is dark? Text {listed}."
    place = mine[number - 1 if len(mine) > 1 else 0]
    try:
        said = outages.report_outage(access, place.id, "all", "text")
    except Refusal as no:
        return no.sentence
    return f"{said.title}. Reference {said.reference}. Text STAT to hear how it stands."


def _standing(access: SystemAccess, place: Premise) -> str:
    clock = outage_facts.clock_words(access)
    for outage in outage_facts.recent(access):
        if not outage_facts.touches(outage, place):
            continue
        if not outage_facts.is_on(outage):
            since = f" since {clock(outage.restored_at)}" if outage.restored_at else ""
            return f"{place.street}: power is back{since}."
        back = f"most likely back by {clock(outage.etr)}" if outage.etr else "no time known yet"
        return f"{place.street}: {rules.WORDS[outage.state].lower()}, {back}."
    return f"{place.street}: we know of no outage."
