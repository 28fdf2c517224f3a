"""A copy of everything about somebody: all of theirs, nothing of anybody else, no secret, for a day."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import create_engine
from sqlmodel import col, select, text

from portal_app import all_tables
from portal_app.core import own_rows, sealed_files
from portal_app.core.access import acting_for, acting_for_company, before_sign_in
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, OnlyLooking, ProveAgain, Refusal
from portal_app.core.outbox import Job
from portal_app.jobs import run
from portal_app.jobs.handlers import handlers
from portal_app.portals.energy.leaving import ENDS
from portal_app.portals.energy.own_data import NOT_TAKEN as ENERGY_NOT_TAKEN
from portal_app.portals.energy.own_data import OWN_DATA
from portal_app.registry import KINDS
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import service as identity
from portal_app.services.privacy import copies, fates
from portal_app.services.privacy.own_data import HOUSE, NOT_TAKEN
from portal_app.services.privacy.tables import Copy
from portal_app.services.scim.tables import DirectoryGroup, DirectoryPerson, DirectorySeat, DirectoryToken
from portal_app.settings import settings
from tests.engines import past_the_wall

pytestmark = pytest.mark.line("S-73")
TABLES = {**HOUSE, **OWN_DATA}
SECRETS = ("hash", "secret", "token", "password", "code", "nonce", "verifier", "credential", "public_key")


@pytest.fixture(autouse=True)
def _roles_known():
    identity.use_roles({kind.key: kind.roles for kind in KINDS}, {kind.key: kind.scopes for kind in KINDS})
    yield
    identity.use_roles({})


def do(visitor, use_case, *given, **named):
    with acting_for(visitor) as access:
        return use_case(access, *given, **named)


def work() -> None:
    while job := run.take():
        assert run.run(job, handlers()) == "done"


def stored() -> list[Copy]:
    with past_the_wall() as db:
        return list(db.exec(select(Copy).order_by(col(Copy.made_at))))


def fetched(visitor) -> dict[str, bytes]:
    with zipfile.ZipFile(
        io.BytesIO(do(visitor, copies.own_copy, copy_id=stored()[-1].id).content)
    ) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _value(column, marker: str):
    kind = getattr(column.type, "impl_instance", column.type).python_type
    if kind is str:
        return marker[: getattr(column.type, "length", None) or 60]
    made = {
        int: sum(marker.encode()),
        bool: False,
        float: 1.0,
        Decimal: Decimal(1),
        date: date(2026, 3, 1),
        datetime: now(),
    }
    return made[kind]


def fill(visitor, marker: str) -> None:
    """One row of every table for this person, their mark in each column that holds text."""
    # A connection of its own, on which SQLite asks for no other rows and checks no figures.
    engine = create_engine(settings().db_url)
    with engine.begin() as db:
        db.execute(text("PRAGMA ignore_check_constraints = ON"))
        for name in sorted(TABLES.keys() - {"account", "person", "member"}):
            table = own_rows.tables()[name].__table__
            row = {column.name: _value(column, f"{marker} {name}"[:26]) for column in table.columns}
            owner = {"company_id": visitor.company_id, "account_id": visitor.account_id}
            owner["person_id"] = owner["asked_by"] = visitor.person_id
            column, holds = TABLES[name].by
            owner |= {column: visitor.person_id if holds == "id" else visitor.email} if holds else {}
            db.execute(table.insert().values(row | {k: v for k, v in owner.items() if k in row}))
    engine.dispose()


def test_everything_of_theirs_is_in_it_and_nothing_of_another_person_or_company(people):
    for visitor, marker in ((people.owner, "MINE"), (people.stranger, "NEXT"), (people.outsider, "FAR")):
        fill(visitor, marker)
    do(people.owner, copies.ask)
    work()
    held = fetched(people.owner)
    for name in TABLES.keys() - {"account", "person", "member", "own_copy"}:
        rows = json.loads(held[f"{name}.json"])
        assert len(rows) == 1 or name == "audit_entry", name
        assert set(rows[0]) == set(TABLES[name].columns.split())
    assert json.loads(held["person.json"])[0]["email"] == people.owner.email
    assert [row["number"] for row in json.loads(held["account.json"])] == ["1001"]
    whole = b"".join(held.values())
    assert whole.count(b"MINE") > 20
    for theirs in (b"NEXT", b"FAR", people.stranger.person_id.encode(), people.outsider.email.encode()):
        assert theirs not in whole


def test_no_column_that_is_taken_along_is_a_secret_and_each_one_exists():
    assert all_tables.METADATA.tables.keys() >= TABLES.keys()
    for name, own in TABLES.items():
        columns = set(own.columns.split())
        assert columns <= set(all_tables.METADATA.tables[name].columns.keys()), name
        assert not [one for one in columns for word in SECRETS if word in one and one not in _HARMLESS], name


def test_every_table_with_rows_of_a_person_is_taken_along_or_says_why_not():
    of_somebody = {**fates.HOUSE, **ENDS.fates}.keys()
    left_out = {**NOT_TAKEN, **ENERGY_NOT_TAKEN}
    assert of_somebody == TABLES.keys() | left_out.keys()
    assert not TABLES.keys() & left_out.keys()
    assert all(left_out.values())


@pytest.mark.usefixtures("both_engines")
def test_what_a_directory_says_of_somebody_goes_along_and_of_nobody_else(people):
    with acting_for_company(people.company.id) as access:
        token = access.add(DirectoryToken, name="Head office", key_hash="x")
        group = access.add(DirectoryGroup, token_id=token.id, name="Money")
        for who in (people.owner, people.stranger):
            known = {"token_id": token.id, "person_id": who.person_id}
            access.add(DirectoryPerson, user_name=who.email, facts=json.dumps({"title": who.name}), **known)
            access.add(DirectorySeat, group_id=group.id, **known)
    do(people.owner, copies.ask)
    work()
    held = fetched(people.owner)
    [told] = json.loads(held["directory_person.json"])
    assert (told["user_name"], told["facts"]) == (people.owner.email, '{"title": "Olive"}')
    assert [seat["group_id"] for seat in json.loads(held["directory_seat.json"])] == [group.id]
    assert [row["action"] for row in json.loads(held["audit_entry.json"])] == ["privacy.copy_asked"]
    assert people.stranger.email.encode() not in b"".join(held.values())


_HARMLESS = {"postcode", "tariff_code", "code"}
"""Codes that are no secret: of a place, of a tariff, of a line of a bill."""


@pytest.mark.usefixtures("both_engines")
def test_it_is_made_by_a_job_kept_sealed_and_told_by_a_mail_that_holds_nothing_of_it(people):
    said = do(people.owner, copies.ask)
    assert do(people.owner, copies.page).state == "making"
    work()
    [copy] = stored()
    assert (copy.state, said.reference) == ("ready", copy.reference)
    kept = (settings().data_dir / "copies" / copy.file_name).read_bytes()
    assert b"PK\x03\x04" not in kept
    assert people.owner.email.encode() not in kept
    page = do(people.owner, copies.page)
    assert page.state == "ready"
    assert page.file_to == f"/files/energy/own-copy?copy_id={copy.id}"
    with past_the_wall() as db:
        [mail] = db.exec(select(Job).where(col(Job.kind) == "mail.send"))
    payload = json.loads(mail.payload)
    assert payload["to"] == people.owner.email
    assert copy.file_name not in mail.payload


@pytest.mark.usefixtures("both_engines")
def test_without_a_fresh_proof_nothing_is_asked_for(people):
    stale = replace(people.owner, proved_at=now() - timedelta(minutes=6))
    with pytest.raises(ProveAgain):
        do(stale, copies.ask)
    assert stored() == []


@pytest.mark.usefixtures("both_engines")
def test_two_taps_ask_for_one_copy(people):
    first, second = do(people.owner, copies.ask), do(people.owner, copies.ask)
    assert first.reference == second.reference
    assert len(stored()) == 1


@pytest.mark.usefixtures("both_engines")
def test_nobody_else_fetches_it_and_staff_who_look_as_them_neither(people):
    do(people.owner, copies.ask)
    work()
    [copy] = stored()
    for who in (people.viewer, people.stranger, people.outsider, people.staff):
        with pytest.raises(NotYours):
            do(who, copies.own_copy, copy_id=copy.id)
    with pytest.raises(OnlyLooking):
        perform(replace(people.owner, viewed_by=people.staff.person_id), copies.own_copy, copy_id=copy.id)


@pytest.mark.usefixtures("both_engines")
def test_after_a_day_it_is_refused_and_gone_from_the_disk(people, clock):
    do(people.owner, copies.ask)
    work()
    [copy] = stored()
    clock.move(hours=24, minutes=1)
    with pytest.raises(Refusal, match="removed after 24 hours"):
        do(people.owner, copies.own_copy, copy_id=copy.id)
    work()
    assert stored()[0].state == "gone"
    assert list((settings().data_dir / "copies").iterdir()) == []
    assert do(people.owner, copies.page).state == "gone"


@pytest.mark.usefixtures("both_engines")
def test_a_place_that_shows_no_bills_gives_none(people):
    with past_the_wall() as db:
        mine = {"who": people.owner.person_id}
        db.execute(text("UPDATE member SET scopes = 'documents' WHERE person_id = :who"), mine)
    do(people.owner, copies.ask)
    with past_the_wall() as db:
        [job] = db.exec(select(Job).where(col(Job.kind) == "privacy.make_copy"))
    [[account_id, rights, sees]] = json.loads(job.payload)["places"]
    assert (account_id, sees) == (people.account.id, None)
    assert "bill.see" not in rights
    assert "usage.see" in rights


@pytest.mark.usefixtures("both_engines")
def test_a_copy_is_packed_and_kept_while_somebody_else_writes(people):
    do(people.owner, copies.ask)
    with past_the_wall() as db:
        [job] = db.exec(select(Job).where(col(Job.kind) == "privacy.make_copy"))
    made = handlers()["privacy.make_copy"]
    with before_sign_in() as db:
        db.execute(text("UPDATE company SET name = name"))
        with acting_for_company(people.owner.company_id, reads_only=True) as access:
            packed = made.prepare(access, json.loads(job.payload))
        kept = made.go(packed)
    assert kept[1] == len(packed.file)
    with acting_for_company(people.owner.company_id) as access:
        made.settle(access, json.loads(job.payload), kept)
        made.settle(access, json.loads(job.payload), made.go(packed))
    assert do(people.owner, copies.page).state == "ready"
    assert len(list((settings().data_dir / "copies").iterdir())) == 1, "a copy made twice is kept once"


def test_photos_go_along(people):
    fill(people.owner, "MINE")
    name = sealed_files.keep("photos", b"the meter", ".jpg")
    with past_the_wall() as db:
        db.execute(text("UPDATE selfread SET photo = :name"), {"name": name})
    do(people.owner, copies.ask)
    work()
    assert fetched(people.owner)[f"files/{name}"] == b"the meter"
