"""What you agreed to: each with its words, one switch and since when; and for the company who said what."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from sqlmodel import col, func

from portal_app.core import when
from portal_app.core.access import Access, SystemAccess, reads
from portal_app.core.accounts import Person, numbers_of
from portal_app.core.clock import local, now
from portal_app.core.errors import NotAllowed, NotYours, Refusal
from portal_app.services.adoption.tables import UseEvent
from portal_app.services.audit.rules import guarded
from portal_app.services.consents import service as consents
from portal_app.services.consents.tables import Consent
from portal_app.services.privacy import plans
from portal_app.shapes.consents import AgreedPage, AgreedRow, Purpose
from portal_app.shapes.files import Download
from portal_app.shapes.status import Notice
from portal_app.shapes.tasks import LinkRow

PAGE = "/account/privacy"
_SHOWN = 100
_USE_TITLE = "Notes of how I use these pages"
_USE_WORDS = (
    "We note which pages you open and how long things take, to see what goes wrong for people. Only the "
    "company and nobody else sees it, as figures. Say no, and nothing more is noted, and what "
    "was noted is removed."
)


def _use_stands(access: Access) -> bool:
    me = access.visitor.person_id
    return me not in consents.said_no(access, consents.USE, [me])


def _turn_use(access: Access, on: bool, _about: str) -> Notice:
    me = access.visitor.person_id
    # Two taps wait here for each other.
    access.db.exec(access.rows(Person, col(Person.id) == me).with_for_update()).one()
    last = access.first(Consent, col(Consent.purpose) == consents.USE, col(Consent.withdrawn_at).is_(None))
    if last is not None and (last.yes, last.version) == (on, consents.version_of(_USE_WORDS)):
        return _use_said(on)
    if not on:
        SystemAccess(access.visitor, access.db).remove(UseEvent, col(UseEvent.person_id) == me)
    consents.keep(access, consents.USE, _USE_TITLE, _USE_WORDS, on, page=PAGE, of_account=False)
    return _use_said(on)


def _use_said(on: bool) -> Notice:
    if on:
        return Notice("We note how you use these pages", "It counts from now on.", "good")
    return Notice("We no longer note how you use these pages", "What was noted is removed.", "good")


HOUSE = (Purpose(consents.USE, _USE_TITLE, _USE_WORDS, _turn_use, stands=_use_stands, usual=True),)
"""What every kind of portal asks."""

_known: dict[str, tuple[Purpose, ...]] = {}


def know(kinds: Mapping[str, tuple[Purpose, ...]]) -> None:
    """Learn what each served kind asks besides; the assembly calls it once."""
    _known.clear()
    _known.update(kinds)


def purposes(kind: str) -> tuple[Purpose, ...]:
    """Everything that a kind of portal asks somebody to agree to."""
    return (*_known.get(kind, ()), *HOUSE)


@reads
def page(access: Access) -> AgreedPage:
    """What stands for this person and their account, in its words, and every answer they gave."""
    if access.visitor.staff:
        raise NotYours
    mine = access.all(Consent, order=(col(Consent.given_at).desc(), col(Consent.id).desc()), limit=_SHOWN)
    rows = [
        row
        for purpose in purposes(access.visitor.kind)
        if not purpose.sees or access.may(purpose.sees)
        for row in _rows(access, purpose, mine)
    ]
    return AgreedPage(tuple(rows), tuple(_said(access, answer) for answer in mine))


def _rows(access: Access, purpose: Purpose, mine: list[Consent]) -> list[AgreedRow]:
    if purpose.each is not None:
        return [
            _row(access, purpose, True, mine, each.about, each.title, each.words)
            for each in purpose.each(access)
        ]
    on = purpose.stands is not None and purpose.stands(access)
    return [_row(access, purpose, on, mine, "", purpose.title, purpose.words)]


def _row(
    access: Access, purpose: Purpose, on: bool, mine: list[Consent], about: str, title: str, words: str
) -> AgreedRow:
    for_this = (answer for answer in mine if (answer.purpose, answer.about) == (purpose.key, about))
    here = {"", access.visitor.account_id}
    last = next((one for one in for_this if one.account_id in here and one.withdrawn_at is None), None)
    if last is not None and last.yes != on:
        last = None
    return AgreedRow(
        key=f"{purpose.key}:{about}" if about else purpose.key,
        title=title,
        words=words,
        on=on,
        says=_since(access, last, on, purpose.usual),
        anew=on and last is not None and last.version != consents.version_of(words),
        fixed=bool(purpose.needs) and not access.may(purpose.needs),
    )


def _since(access: Access, last: Consent | None, on: bool, usual: bool) -> str:
    if last is not None:
        from_where = f" on {last.device}" if last.device else ""
        said = "You agreed" if on else "You said no"
        return f"{said} {_moment(access, last)}{from_where}."
    if on:
        return (
            "It is done unless you say no."
            if usual
            else "Somebody else of your account agreed, or it was agreed before."
        )
    return "Somebody else of your account said no." if usual else "You have not agreed to it."


def _moment(access: Access, answer: Consent) -> str:
    visitor = access.visitor
    return when.since(answer.given_at, now(), visitor.zone, visitor.locale, amid=True)


def _said(access: Access, answer: Consent) -> LinkRow:
    whom = f", for {answer.on_behalf}" if answer.on_behalf else ""
    where = f" on {answer.device}" if answer.device else ""
    day = when.long_day(local(answer.given_at, access.visitor.zone).date(), access.visitor.locale)
    title = f"{'Agreed' if answer.yes else 'Said no'}{whom}: {answer.title}"
    return LinkRow(title, f"{day}{where}. {answer.words}")


def turn(access: Access, key: object, on: object) -> Notice:
    """Agree to something, or say no to it; it counts at once. Raises Refusal, NotAllowed, NotYours.

    The same once more, in the same words, changes nothing.
    """
    if access.visitor.staff:
        raise NotYours
    name, _, about = key.partition(":") if isinstance(key, str) else ("", "", "")
    purpose = next((one for one in purposes(access.visitor.kind) if one.key == name), None)
    if purpose is None or (purpose.each is not None and (on is True or not about)):
        raise Refusal("That cannot be switched here. Load the page again and see how it stands.")
    if purpose.needs and not access.may(purpose.needs):
        raise NotAllowed
    said: Notice = purpose.turn(access, on is True, about)
    return said


@reads
def counts(access: Access) -> tuple[LinkRow, ...]:
    """How many answers stand for each purpose and wording, for the company's own people."""
    access.require("privacy.run")
    kinds = tuple(col(getattr(Consent, name)) for name in ("purpose", "version", "words", "title", "yes"))
    asked = (
        plans.house(access)
        .columns(Consent, *kinds, func.count())
        .where(col(Consent.withdrawn_at).is_(None), col(Consent.about) == "")
        .group_by(*kinds)
        .order_by(col(Consent.purpose), col(Consent.version), col(Consent.yes).desc())
    )
    return tuple(
        LinkRow(row.title, row.words, end=f"{row[5]} {'yes' if row.yes else 'no'}")
        for row in access.db.execute(asked)
    )


_HOUSE_ONLY = {"id", "made_at", "company_id", "person_id", "session"}
_COLUMNS = tuple(name for name in Consent.model_fields if name not in _HOUSE_ONLY)


def agreed_file(access: Access) -> Download:
    """Every answer with who gave it, in which words, as a CSV that no spreadsheet takes formulas from."""
    access.require("privacy.run")
    found = plans.house(access).all(Consent, order=(col(Consent.given_at), col(Consent.id)), limit=100_000)
    people = {row.id: row for row in access.all(Person)}
    numbers = numbers_of(access.db, access.visitor.company_id, {one.account_id for one in found})
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(("name", "email", "account", *(name for name in _COLUMNS if name != "account_id")))
    for answer in found:
        sheet.writerow([guarded(cell) for cell in _cells(answer, people, numbers)])
    access.note("privacy.agreed_exported", account_id="", answers=len(found))
    day = local(now(), access.visitor.zone).date()
    return Download(f"agreed-{day.isoformat()}.csv", "text/csv; charset=utf-8", out.getvalue().encode())


def _cells(answer: Consent, people: Mapping[str, Person], numbers: Mapping[str, str]) -> list[str]:
    person = people.get(answer.person_id)
    said: dict[str, Any] = answer.model_dump(include=set(_COLUMNS))
    said["yes"] = "yes" if answer.yes else "no"
    kept = [str(said[name] or "") for name in _COLUMNS if name != "account_id"]
    return [
        person.name if person else "",
        person.email if person else "",
        numbers.get(answer.account_id, ""),
        *kept,
    ]


DOWNLOADS = {"agreed": agreed_file}
