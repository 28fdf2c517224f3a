"""Everything about one person as one file: asked for with a fresh proof, made by a job, kept for a day."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col

from portal_app.core import own_rows, sealed_files, when
from portal_app.core.access import Access, SystemAccess, Visitor, reads
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import local, now
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.ids import reference
from portal_app.services.identity import mailing
from portal_app.services.identity.sessions import places_of
from portal_app.services.privacy.own_data import HOUSE
from portal_app.services.privacy.tables import Copy
from portal_app.settings import settings
from portal_app.shapes.files import Download
from portal_app.shapes.portal import OwnTable
from portal_app.shapes.privacy import CopyPage
from portal_app.shapes.status import Notice

FOLDER = "copies"
KEPT = timedelta(hours=24)
_READ_ME = """Everything we hold about {name}, as of {day}.

Each file with the ending .json holds one table: a list of rows. Moments are in UTC, amounts of money in the
smallest unit of their currency. Rows of an account are those that your place in it shows. What lies in the
folder "files" are photos that were sent with readings.

Not in here: passwords, codes and keys, which we keep only as seals that cannot be turned back.
"""


def topic(person_id: str) -> str:
    """What open pages of that person hear when their copy is ready."""
    return f"copy:{person_id}"


def _last(access: Access) -> Copy | None:
    return access.first(Copy, order=(col(Copy.made_at).desc(), col(Copy.id).desc()))


@reads
def page(access: Access) -> CopyPage:
    """How the last copy stands, and where it is fetched."""
    if access.visitor.staff:
        raise NotYours
    copy, visitor = _last(access), access.visitor
    if copy is None:
        return CopyPage(ready=True)
    if copy.state == "asked":
        says = "Your copy is being made. We mail you when it is here; you may leave this page."
        return CopyPage(ready=True, state="making", says=says)
    if copy.state != "ready" or copy.ends_at is None or copy.ends_at <= now():
        return CopyPage(ready=True, state="gone", says="Your last copy was removed after 24 hours.")
    until = when.moment(copy.ends_at, now(), visitor.zone, visitor.locale)
    return CopyPage(
        ready=True,
        state="ready",
        says=f"Your copy is here until {until}: {max(1, copy.octets // 1000):,} KB.",
        file_to=f"/files/{visitor.kind}/own-copy?copy_id={copy.id}",
    )


def ask(access: Access) -> Notice:
    """Have a copy made. Raises ProveAgain without a fresh proof. A second tap asks for nothing more."""
    visitor = access.visitor
    if visitor.staff:
        raise NotYours
    access.require_fresh()
    copy = _last(access)
    if copy is None or copy.state != "asked":
        person, company = access.get(Person, visitor.person_id), access.db.get(Company, visitor.company_id)
        assert company is not None  # noqa: S101 -- the visitor's own
        copy = access.add(Copy, reference=reference("COPY"))
        places = [
            [account_id, sorted(place.rights), None if place.sees is None else sorted(place.sees)]
            for account_id, place in places_of(access.db, person, company).items()
        ]
        access.later("privacy.make_copy", {"copy": copy.id, "places": places}, key=f"copy:{copy.id}")
        access.note("privacy.copy_asked", copy.reference, account_id="")
    return Notice(
        "Your copy is being made",
        "We mail you when it is here. It stays for 24 hours.",
        "good",
        copy.reference,
    )


@dataclass(frozen=True)
class Packed:
    """A copy that was gathered, and not kept yet: which one it is, and its file."""

    copy_id: str
    file: bytes


def gather(
    access: SystemAccess, payload: dict[str, Any], of_kinds: Mapping[str, Mapping[str, OwnTable]]
) -> Packed | None:
    """Read and pack what a job asks for; None when that copy is made already, or nobody waits for it."""
    copy = _asked(access, payload)
    company = access.db.get(Company, access.visitor.company_id)
    person = access.first(Person, col(Person.id) == copy.person_id) if copy else None
    if copy is None or company is None or person is None:
        return None
    tables = {**HOUSE, **of_kinds.get(company.kind, {})}
    return Packed(copy.id, _packed(access, person, company, payload["places"], tables))


def _asked(access: SystemAccess, payload: dict[str, Any]) -> Copy | None:
    return access.first(Copy, col(Copy.id) == str(payload.get("copy", "")), col(Copy.state) == "asked")


def seal(packed: Packed) -> tuple[str, int]:
    """Keep a copy sealed on the disk; gives its name there and its size in octets."""
    return sealed_files.keep(FOLDER, packed.file, ".zip"), len(packed.file)


def hand_over(access: SystemAccess, payload: dict[str, Any], kept: tuple[str, int]) -> None:
    """Let a copy that was kept be fetched, and tell its person by mail."""
    copy = _asked(access, payload)
    company = access.db.get(Company, access.visitor.company_id)
    person = access.first(Person, col(Person.id) == copy.person_id) if copy else None
    (name, octets), moment = kept, now()
    if copy is None or company is None or person is None:
        sealed_files.drop(FOLDER, name)
        return
    access.change(copy, state="ready", file_name=name, octets=octets, ready_at=moment, ends_at=moment + KEPT)
    access.later("privacy.drop_copy", {"copy": copy.id}, key=f"drop:{copy.id}", run_at=moment + KEPT)
    access.note("privacy.copy_made", copy.reference, account_id="", octets=octets)
    mailing.send(
        access.db,
        company.id,
        person.email,
        "Your copy of everything we hold about you is here",
        (
            f"Hello {person.name},",
            "You asked for a copy of everything we hold about you. Sign in to fetch it.",
            "It stays for 24 hours.",
        ),
        link=f"{settings().public_url.rstrip('/')}/{company.kind}/account/privacy",
        button="Fetch my copy",
        after=("If you did not ask for it, change your password and tell us.",),
        key=f"copy-ready:{copy.id}",
    )
    access.poke(topic(person.id))


def drop(access: SystemAccess, payload: dict[str, Any]) -> None:
    """Remove a copy whose day is over."""
    copy = access.first(Copy, col(Copy.id) == str(payload.get("copy", "")), col(Copy.state) == "ready")
    if copy is not None:
        sealed_files.drop(FOLDER, copy.file_name)
        access.change(copy, state="gone", file_name="")


def own_copy(access: Access, copy_id: str = "") -> Download:
    """The copy of whoever asks, until its day is over. Raises NotYours for anybody else's."""
    copy = access.get(Copy, copy_id)
    if copy.state != "ready" or copy.ends_at is None or copy.ends_at <= now():
        raise Refusal("That copy was removed after 24 hours. Ask for a new one on your privacy page.")
    day = local(copy.ready_at or now(), access.visitor.zone).date()
    return Download(
        f"my-data-{day.isoformat()}.zip", "application/zip", sealed_files.load(FOLDER, copy.file_name)
    )


DOWNLOADS = {"own-copy": own_copy}


def _as(access: SystemAccess, person: Person, company: Company, place: list[Any] | None) -> Access:
    """Reading as that person, in one account of theirs or in none: with the filter of their own pages."""
    account_id, rights, sees = place or ["", [], None]
    return Access(
        Visitor(
            person_id=person.id,
            company_id=company.id,
            kind=company.kind,
            name=person.name,
            email=person.email,
            role="",
            account_id=account_id,
            accounts=frozenset([account_id] if account_id else []),
            permissions=frozenset(rights),
            sees=None if sees is None else frozenset(sees),
        ),
        access.db,
        only_reads=True,
    )


def _packed(
    access: SystemAccess,
    person: Person,
    company: Company,
    places: list[list[Any]],
    tables: Mapping[str, OwnTable],
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        day = now().date().isoformat()
        archive.writestr("READ ME.txt", _READ_ME.format(name=person.name, day=day))
        for table, own in sorted(tables.items()):
            of_account = own_rows.by_account(table)
            readers = [_as(access, person, company, place) for place in (places if of_account else [None])]
            readers = [reader for reader in readers if not own.needs or reader.may(own.needs)]
            # What a table of the company holds of somebody is read by the house, by who it is about.
            about = _about(table, own, person)
            files = list[str]()
            with archive.open(f"{table}.json", "w", force_zip64=True) as sheet:
                _write_rows(sheet, [access] if about else readers, table, own, files, about)
            for name in files:
                try:
                    archive.writestr(f"files/{name}", sealed_files.load(own.file[1], name))
                except NotYours:
                    continue  # it was removed
    return out.getvalue()


def _about(table: str, own: OwnTable, person: Person) -> list[Any]:
    column, holds = own.by
    whose = {"id": person.id, "email": person.email}
    return [col(getattr(own_rows.tables()[table], column)) == whose[holds]] if holds else []


def _write_rows(
    sheet: Any, readers: Sequence[Access], table: str, own: OwnTable, files: list[str], about: Sequence[Any]
) -> None:
    before = b"["
    for reader in readers:
        for row in own_rows.read(reader, table, own.columns.split(), *about):
            sheet.write(before + b"\n" + json.dumps(row, default=str).encode())
            before = b","
            if own.file[0] and row[own.file[0]]:
                files.append(row[own.file[0]])
    sheet.write(b"[]" if before == b"[" else b"\n]")
