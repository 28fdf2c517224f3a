"""Where the matrix is played: the small demo, everybody who must be refused, and a watch over every row."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from portal_app.core.accounts import Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.ids import new_secret
from portal_app.core.tables import METADATA
from portal_app.registry import KINDS
from portal_app.services.identity import rules
from portal_app.services.identity.tables import SignIn
from tests.engines import past_the_wall
from tests.matrix.entry import Of

LOGS = frozenset({"audit_entry", "audit_head", "use_event", "task_run", "sign_in"})
"""What may be written although somebody was refused: that they were, and that their session was used."""
NOWHERE = "01JZZZZZZZZZZZZZZZZZZZZZZZ"
_OF_A_COMPANY = frozenset({"job", "bill_counter", "mail"})
VICTIM, STRANGER, OUTSIDER, STAFF = (
    "maya@brightwater.example",
    "omar@brightwater.example",
    "other@brightwater-two.example",
    "rosa@brightwater.example",
)


@dataclass(frozen=True)
class Caller:
    """Somebody who calls: the cookie they bring, and what is theirs to change."""

    name: str
    cookie: str = ""
    company: str = ""
    accounts: frozenset[str] = frozenset()
    person: str = ""
    role: str = ""
    staff: bool = False

    @property
    def header(self) -> str:
        """The Cookie header."""
        return f"portal_session={self.cookie}" if self.cookie else ""

    def owns(self, table: str, row: dict[str, Any]) -> bool:
        """Whether a changed row is one that this caller may change by what is theirs."""
        if row.get("company_id") != self.company:
            return False
        if self.staff or table in _OF_A_COMPANY:
            return True
        return row.get("account_id", "") in self.accounts or row.get("person_id", "") == self.person


@dataclass
class World:
    """Everybody, and a watch over every row of every table."""

    file: Path
    victim: Person
    account: str
    nobodies: list[Caller] = field(default_factory=list)
    foreigners: list[Caller] = field(default_factory=list)
    by_role: dict[str, Caller] = field(default_factory=dict)
    _watch: sqlite3.Connection = field(init=False)
    _known: dict[Of, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._watch = sqlite3.connect(self.file, isolation_level=None)
        self._watch.row_factory = sqlite3.Row

    def close(self) -> None:
        """Stop watching."""
        self._watch.close()

    def lower_than(self, right: str) -> list[Caller]:
        """Everybody of the victim's account and company whose role lacks that right."""
        (kind,) = [kind for kind in KINDS if kind.key == "energy"]
        return [who for role, who in self.by_role.items() if right not in kind.roles[role]]

    def resolved(self, given: Any) -> Any:
        """What was written into the table, with the victim's rows in their places."""
        if isinstance(given, Of):
            if given not in self._known:
                self._known[given] = self._first(given)
            return self._known[given]
        if isinstance(given, dict):
            return {name: self.resolved(value) for name, value in given.items()}
        return [self.resolved(one) for one in given] if isinstance(given, list) else given

    def _first(self, asked: Of) -> Any:
        columns = METADATA.tables[asked.table].columns.keys()
        own, value = "1", ""
        if "account_id" in columns and asked.table not in ("mail",):
            own, value = "account_id = ?", self.account
        elif "person_id" in columns:
            own, value = "person_id = ?", self.victim.id
        elif "company_id" in columns:
            own, value = "company_id = ?", self.victim.company_id
        question = f'SELECT "{asked.column}" FROM "{asked.table}" WHERE {own} LIMIT 1'  # noqa: S608 -- our names
        found = self._watch.execute(question, (value,) if value else ()).fetchone()
        # Where the demo has none, an id as one would look: it must be refused all the same.
        return found[0] if found else NOWHERE

    def secrets(self) -> list[str]:
        """Words that stand in the victim's rows alone: whoever is somebody else must not see them."""
        (number,) = self._watch.execute("SELECT number FROM account WHERE id = ?", (self.account,)).fetchone()
        bills = self._watch.execute("SELECT id, reference FROM bill WHERE account_id = ?", (self.account,))
        return [
            number,
            self.account,
            self.victim.email,
            self.victim.id,
            *(word for row in bills for word in row),
        ]

    def begin(self) -> None:
        """From here on SQLite itself writes down each row that comes, goes or changes, as it happens."""
        self._watch.execute("CREATE TABLE matrix_change (tab, company_id, account_id, person_id)")
        for name, table in METADATA.tables.items():
            for act, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
                whose = ", ".join(
                    f'{row}."{column}"' if column in table.columns else "''" for column in _whose(name)
                )
                note = f"INSERT INTO matrix_change VALUES ('{name}', {whose})"  # noqa: S608 -- our names
                trigger = f'CREATE TRIGGER "matrix_{act}_{name}" AFTER {act} ON "{name}" BEGIN {note}; END'
                self._watch.execute(trigger)

    def changed(self) -> list[tuple[str, dict[str, Any]]]:
        """Whose rows of which tables came, went or changed since the last look, logs left out."""
        found = [dict(row) for row in self._watch.execute("SELECT DISTINCT * FROM matrix_change")]
        if found:
            self._watch.execute("DELETE FROM matrix_change")
        return [(row["tab"], row) for row in found if row["tab"] not in LOGS]

    def digest(self) -> str:
        """The SHA-256 over every row of every table, logs left out."""
        whole = hashlib.sha256()
        for name in sorted(METADATA.tables.keys() - LOGS):
            order = ", ".join(f'"{key.name}"' for key in METADATA.tables[name].primary_key)
            for row in self._watch.execute(f'SELECT * FROM "{name}" ORDER BY {order}'):  # noqa: S608 -- our names
                whole.update(repr((name, tuple(row))).encode())
        return whole.hexdigest()


def _whose(table: str) -> tuple[str, str, str]:
    """The columns that name the company, the account and the person of a row."""
    company = "id" if table == "company" else "company_id"
    return company, "id" if table == "account" else "account_id", "id" if table == "person" else "person_id"


def _session(db: Session, person: Person, account: str = "", *, ended: bool = False) -> str:
    value, moment = new_secret(), now()
    row = SignIn(
        id=rules.key_of(value),
        company_id=person.company_id,
        person_id=person.id,
        account_id=account,
        seen_at=moment,
        ends_at=moment + timedelta(hours=12),
        ended_at=moment if ended else None,
        proved_at=moment,
    )
    db.add(row)
    return value


def _person(db: Session, company_id: str, name: str, **values: Any) -> Person:
    person = Person(company_id=company_id, email=f"{name}@matrix.example", name=name.title(), **values)
    db.add(person)
    db.flush()
    return person


def _staff_of(person: Person, cookie: str, name: str) -> Caller:
    return Caller(name, cookie, person.company_id, frozenset(), person.id, person.staff_role, True)


def _customer(db: Session, name: str, person: Person, cookie: str, role: str = "owner") -> Caller:
    places = frozenset(db.exec(select(Member.account_id).where(col(Member.person_id) == person.id)))
    return Caller(name, cookie, person.company_id, places, person.id, role)


def peopled(file: Path) -> World:
    """Everybody of the matrix, stored beside the small demo that the file holds."""
    (kind,) = [kind for kind in KINDS if kind.key == "energy"]
    with past_the_wall() as db:
        by_mail = {person.email: person for person in db.exec(select(Person))}
        victim = by_mail[VICTIM]
        account = db.exec(select(Member.account_id).where(col(Member.person_id) == victim.id)).one()
        world = World(file, victim, account)
        dead = _session(db, victim, account, ended=True)
        put_out = _person(db, victim.company_id, "put-out", standing="suspended")
        db.add(Member(company_id=victim.company_id, account_id=account, person_id=put_out.id, role="owner"))
        dismissed = _person(db, victim.company_id, "gone", staff_role="administrator", standing="suspended")
        world.nobodies += [
            Caller("nobody"),
            Caller("signed out", dead),
            Caller("a guessed cookie", new_secret()),
            Caller("suspended", _session(db, put_out, account)),
            Caller("suspended staff", _session(db, dismissed)),
        ]
        other = db.exec(select(Company).where(col(Company.id) != victim.company_id)).one()
        boss = _person(db, other.id, "boss", staff_role="administrator")
        for name, mail in (("another account", STRANGER), ("another company", OUTSIDER)):
            world.foreigners.append(_customer(db, name, by_mail[mail], _session(db, by_mail[mail])))
        world.foreigners.append(_staff_of(boss, _session(db, boss), "another company's staff"))
        for role in kind.roles:
            if role in kind.staff_roles:
                person = _person(db, victim.company_id, f"as-{role}", staff_role=role)
                world.by_role[role] = _staff_of(person, _session(db, person), f"as {role}")
                continue
            person = _person(db, victim.company_id, f"as-{role}")
            db.add(Member(company_id=victim.company_id, account_id=account, person_id=person.id, role=role))
            db.flush()
            cookie = _session(db, person, account)
            world.by_role[role] = _customer(db, f"as {role}", person, cookie, role)
    return world


@contextmanager
def world_of(file: Path) -> Iterator[World]:
    """The world in that file, watched until the end."""
    world = peopled(file)
    world.begin()
    try:
        yield world
    finally:
        world.close()
