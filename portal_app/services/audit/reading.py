"""The trail in words: found by words, person, account and days, checked, taken along as a file."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlmodel import col, or_

from portal_app.core import when
from portal_app.core.access import Access, SystemAccess, reads
from portal_app.core.accounts import Person, accounts_named, numbers_of
from portal_app.core.clock import now, zone_of
from portal_app.core.errors import Refusal
from portal_app.core.trail import AuditEntry
from portal_app.services.audit import facts, service, words
from portal_app.services.identity.tables import Passkey
from portal_app.shapes.audit import TrailAsked, TrailPage
from portal_app.shapes.files import Download
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Happening, Notice

_MOST_PEOPLE = 200
_ID = re.compile(r"\b[0-9a-z]{26}\b")


def _day(said: str, field: str) -> date | None:
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError as trouble:
        raise Refusal("Give the day as year, month and day, such as 2026-03-31.", field) from trouble


def _wanted(access: Access, asked: TrailAsked) -> dict[str, Any]:
    zone = zone_of(access.visitor.zone)
    first, last = _day(asked.first_day, "first_day"), _day(asked.last_day, "last_day")
    if first and last and last < first:
        raise Refusal("The last day lies before the first one. Change one of them.", "last_day")
    wanted: dict[str, Any] = {"words": asked.words.strip(), "action": asked.action}
    if asked.person.strip():
        wanted["actor"] = _people(access, asked.person.strip())
    if asked.account.strip():
        wanted["account_id"] = accounts_named(access.db, access.visitor.company_id, asked.account.strip())
    if first:
        wanted["begin"] = datetime.combine(first, time(), zone).astimezone(UTC)
    if last and last < date.max:
        wanted["end"] = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    return wanted


def _people(access: Access, said: str) -> list[str]:
    """Whose acts are meant: everybody of that name or address, or the house itself by its own name."""
    alike = or_(
        *(column.icontains(said, autoescape=True) for column in (col(Person.name), col(Person.email)))
    )
    found = access.db.execute(access.columns(Person, col(Person.id)).where(alike).limit(_MOST_PEOPLE))
    return [*found.scalars(), said]


@reads
def page(access: Access, asked: TrailAsked, before: int = 0) -> TrailPage:
    """Fifty entries of the trail in words, newest first, going on before that number."""
    access.require("audit.see")
    wanted = _wanted(access, asked)
    found = service.search(access, **wanted, before=before or None, limit=service.PAGE + 1)
    more, shown = len(found) > service.PAGE, found[: service.PAGE]
    return TrailPage(
        ready=True,
        found=_counted(len(shown), more, before),
        rows=_in_words(access, shown),
        older=shown[-1].seq if more else 0,
        actions=tuple(Choice(begins, called) for begins, called in words.GROUPS.items()),
        file_to=f"/files/{access.visitor.kind}/audit?{urlencode(asdict(asked))}",
    )


def _counted(count: int, more: bool, before: int) -> str:
    if not count:
        return "Nothing older." if before else "Nothing in the trail fits. Try fewer words or more days."
    if more:
        return f"The {'next' if before else 'newest'} {count} that fit"
    return "1 act" if count == 1 else f"{count} acts"


def _in_words(access: Access, entries: list[AuditEntry]) -> tuple[Happening, ...]:
    named = {entry.actor for entry in entries} | {entry.about for entry in entries}
    named |= {found for entry in entries for found in _ID.findall(f"{entry.facts} {entry.on_behalf}")}
    people = access.columns(Person, col(Person.id), col(Person.name)).where(col(Person.id).in_(named))
    names: dict[str, str] = {row.id: row.name for row in access.db.execute(people)}
    if any(entry.action.startswith("identity.passkey_") for entry in entries):
        house = SystemAccess(access.visitor, access.db, only_reads=True)
        keys = house.columns(Passkey, col(Passkey.id), col(Passkey.name)).where(col(Passkey.id).in_(named))
        names |= {row.id: row.name for row in access.db.execute(keys)}
    accounts = {entry.account_id for entry in entries if entry.account_id}
    accounts |= {found for entry in entries for found in _ID.findall(entry.on_behalf)}
    numbers = numbers_of(access.db, access.visitor.company_id, accounts)
    visitor = access.visitor
    reader = facts.Reader(visitor.currency, visitor.locale, visitor.zone, names)
    return tuple(_line(entry, reader, numbers) for entry in entries)


def _for_whom(entry: AuditEntry, names: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    """For whom a proxy acted, by the names of today; older entries hold the name itself."""
    ids = _ID.findall(entry.on_behalf)
    whom = [names.get(one) or (f"account {numbers[one]}" if one in numbers else "") for one in ids]
    return " and ".join(one or "somebody who was here" for one in whom) if ids else entry.on_behalf


def _line(entry: AuditEntry, reader: facts.Reader, numbers: Mapping[str, str]) -> Happening:
    names, account = reader.names, numbers.get(entry.account_id, "")
    who = names.get(entry.actor) or _house(entry.actor)
    if entry.on_behalf:
        who += f", for {_for_whom(entry, names, numbers)},"
    did = words.said(entry.action)
    about = "" if entry.about == entry.actor else names.get(entry.about) or _thing(entry.about, did)
    parts = [
        about and f"About {about}",
        account and f"account {account}",
        *_facts(entry, reader),
        entry.address and f"from {entry.address}",
    ]
    more = ", ".join(part for part in parts if part)
    told = f"{who} {did}."
    return Happening(
        when.since(entry.at, now(), reader.zone, reader.locale),
        told,
        f"{more[:1].upper()}{more[1:]}." if more else "",
        str(entry.seq),
    )


def _thing(about: str, did: str) -> str:
    """What it was about, in words; a bare id says nothing to anybody, and what was said is not said again."""
    thing = "" if _ID.fullmatch(about) else words.thing(about)
    return "" if re.search(rf"\b{re.escape(thing)}\b", did) else thing


_HOUSE = {"system": "The portal", "": "Somebody", "somebody": "Somebody", "demo": "The demo's set-up"}


def _house(actor: str) -> str:
    """Who acted where it was no person of the company."""
    if _ID.fullmatch(actor):
        return "Somebody who was here"
    if actor.startswith("directory:"):
        return "A directory"
    if actor.startswith("sign_on:"):
        return "A company sign-in"
    if actor.startswith("job:"):
        return "The portal"
    return _HOUSE.get(actor) or f"{actor[:1].upper()}{actor[1:]}"


def _facts(entry: AuditEntry, reader: facts.Reader) -> list[str]:
    try:
        kept = json.loads(entry.facts)
    except ValueError:
        return []
    return (
        [facts.said(entry.action, *fact, reader) for fact in kept.items()] if isinstance(kept, dict) else []
    )


@reads
def check(access: Access) -> Notice:
    """Follow every link of the company's trail now, and say whether it is whole."""
    broken = service.verify(access)
    visitor = access.visitor
    moment = when.since(now(), now(), visitor.zone, visitor.locale)
    if broken is None:
        return Notice("The trail is whole", f"Every entry was checked: {moment}.", "good")
    return Notice(
        f"The trail is broken at number {broken}",
        f"Somebody changed or removed an entry past the portal. Keep the database as it is and find out who "
        f"had access to it. Checked: {moment}.",
        "urgent",
    )


def trail_file(
    access: Access,
    words: str = "",
    action: str = "",
    person: str = "",
    account: str = "",
    first_day: str = "",
    last_day: str = "",
) -> Download:
    """What is found, as a CSV that no spreadsheet takes formulas from; oldest first, 100,000 at most."""
    access.require("audit.see")
    asked = TrailAsked(words, action, person, account, first_day, last_day)
    text = service.export(access, **_wanted(access, asked))
    day = now().astimezone(zone_of(access.visitor.zone)).date()
    return Download(
        f"trail-{day.isoformat()}.csv", "text/csv; charset=utf-8", text.encode("utf-8", "replace")
    )


DOWNLOADS = {"audit": trail_file}
