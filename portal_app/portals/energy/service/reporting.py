"""Telling the utility that it is dark, signed in or not."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, func, or_

from portal_app.core.access import Access, acting_for_company, reads
from portal_app.core.accounts import Account
from portal_app.core.errors import TooMany
from portal_app.portals.energy.rules.outages import WORDS
from portal_app.portals.energy.service import outage_facts, outages, places
from portal_app.portals.energy.tables import Premise
from portal_app.services.identity import throttle
from portal_app.services.identity.rules import network_of
from portal_app.services.tenancy import service as tenancy
from portal_app.shapes.companies import CompanyFacts
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Badge, Notice
from portal_app.shapes.tasks import LinkRow

_KEPT = "".join(chr(code) for code in range(48, 58))


@dataclass(frozen=True)
class MyPlaces:
    """The places of an account to choose from, and the one that is chosen."""

    choices: tuple[Choice, ...]
    first: str
    street: str


@dataclass(frozen=True)
class OpenOutcome:
    """What somebody reads who reported without signing in."""

    problem: str = ""
    notice: Notice = Notice()


@reads
def my_places(access: Access, premise_id: str = "") -> MyPlaces:
    """The places one may report for; the given one or the first is chosen."""
    access.require("outage.report")
    place = places.premise(access, premise_id)
    return MyPlaces(places.as_choices(places.premises(access)), place.id, place.street)


def _company(host: str, slug: str) -> CompanyFacts | None:
    return next((one for one in tenancy.portals_for(host, slug) if one.kind == "energy"), None)


def report_openly(host: str, known_by: str, address: str, slug: str = "") -> OpenOutcome:
    """Report an outage by account number or phone, for people not signed in.

    The answer never tells whether the number is known.
    """
    digits = "".join(letter for letter in known_by if letter in _KEPT)
    if not 6 <= len(digits) <= 15:
        return OpenOutcome("Type your account number or the phone number we have for you, 6 digits or more.")
    limit = throttle.OPEN_FORMS
    mark = throttle.mark("open-report", network_of(address))
    try:
        throttle.check(limit, mark)
    except TooMany as slow:
        return OpenOutcome(slow.sentence)
    throttle.count(limit, mark)
    company = _company(host, slug)
    if company is not None:
        with acting_for_company(
            company.id, kind=company.kind, zone=company.zone, actor="open report"
        ) as access:
            _report_for(access, digits)
    return OpenOutcome(
        notice=Notice(
            "Thank you, your report is in",
            "If that number belongs to an account of ours, our control room has it now. "
            "Outages we know of stand below.",
            "good",
        )
    )


def _report_for(access: Access, digits: str) -> None:
    """Report for the one account that goes by this number: its first place, or one that we know is dark."""
    found = access.all(
        Account, or_(_bare(col(Account.number)) == digits, _bare(col(Account.phone)) == digits), limit=2
    )
    if len(found) != 1:
        return
    theirs = access.all(Premise, col(Premise.account_id) == found[0].id, order=col(Premise.place))
    dark = (p for p in theirs if any(map(outage_facts.is_on, outage_facts.at_place(access, p))))
    place = next(dark, None) or next(iter(theirs), None)
    if place is not None:
        outages.report_outage(access, place.id, "all", "open")


def _bare(column: Any) -> Any:
    """A number as stored, without what people write between its digits."""
    for mark in (" ", "-", "(", ")", "+", ".", "/"):
        column = func.replace(column, mark, "")
    return column


def house(host: str, slug: str = "") -> CompanyFacts:
    """Whose house this is, for the name and the mark on a page that needs no sign-in."""
    return _company(host, slug) or CompanyFacts()


def open_news(host: str, slug: str = "") -> tuple[LinkRow, ...]:
    """Outages of that house that are on, for people not signed in: where, since when, back by when."""
    company = _company(host, slug)
    if company is None:
        return ()
    with acting_for_company(company.id, kind=company.kind, zone=company.zone, reads_only=True) as access:
        clock = outage_facts.clock_words(access)
        return tuple(
            LinkRow(
                title=outage.area or "Outage",
                detail=f"Since {clock(outage.started_at)}. "
                + (f"Back by {clock(outage.etr)}." if outage.etr else "Time not known yet."),
                badge=Badge(WORDS[outage.state], "attention"),
            )
            for outage in outage_facts.recent(access)
            if outage_facts.is_on(outage)
        )
