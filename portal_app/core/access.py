"""Whose rows, and what is allowed: the one way from a use case to the database.

A use case is a plain function `f(access, ...)`. It asks `access.require("noun.verb")`, reads through
`access.rows`, `access.columns` or `access.get`, writes through `access.add` and `access.change`, and
leaves a `note`. It never sees another account's rows, since every statement here carries the filter.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, delete, false, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, col, select, text

from portal_app.core import changed, live, outbox, trail, wall
from portal_app.core.accounts import Account, Person, account_exists
from portal_app.core.clock import now
from portal_app.core.db import Busy, is_busy, is_postgres, session
from portal_app.core.errors import EnrolFirst, NotAllowed, NotYours, OnlyLooking, ProveAgain, Refusal
from portal_app.core.tables import (
    AccountRow,
    AccountSeries,
    CompanyRow,
    CompanySeries,
    PersonRow,
    Row,
    StaffRow,
)

R = TypeVar("R", bound=Row)
AnyRow = type[Row] | type[AccountSeries] | type[CompanySeries] | type[trail.AuditEntry]
K = TypeVar("K")
F = TypeVar("F", bound=Callable[..., Any])
FRESH = timedelta(minutes=5)
_THREE_IDS = 80
_OWNERS = {"company_id", "account_id", "person_id"}


@dataclass(frozen=True)
class Visitor:
    """The person behind one event, looked up from the session cookie; never from the screen."""

    person_id: str
    company_id: str
    kind: str
    name: str
    email: str
    role: str
    account_id: str = ""
    accounts: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    staff: bool = False
    session_key: str = ""
    zone: str = "UTC"
    locale: str = "en_US"
    currency: str = "USD"
    last_seen: datetime | None = None
    address: str = ""
    proved_at: datetime | None = None
    """When this person last proved who they are in this session, for what asks for a fresh proof."""
    must_enrol: bool = False
    """Whether their role asks for a second step that is not set up yet; until then nothing else is open."""
    viewed_by: str = ""
    """The person of the company who looks at the portal as this customer; then nothing may be written."""
    viewer_name: str = ""
    viewing_why: str = ""
    """Why they look, in their own words."""
    viewing_until: datetime | None = None
    """When the look ends by itself."""
    sees: frozenset[str] | None = None
    """Whose rows of the account come into view, by person; None for everybody's."""
    on_behalf: str = ""
    """For whom somebody acts who was given this place as a proxy, by name."""
    on_behalf_ids: str = ""
    """The same by id, parted by commas: persons, or the account. The trail keeps no name."""
    place_ends_at: datetime | None = None
    """When the place in the current account ends by itself."""


def reads(use_case: F) -> F:
    """Mark a use case that only reads: it takes no write lock and may not write."""
    use_case.reads_only = True  # pyright: ignore[reportFunctionMemberAccess]
    return use_case


def while_enrolling(use_case: F) -> F:
    """Mark a use case that is open to somebody who must first set up a second step."""
    use_case.while_enrolling = True  # pyright: ignore[reportFunctionMemberAccess]
    return use_case


def check_open(visitor: Visitor, use_case: Callable[..., Any]) -> None:
    """Refuse a use case that is shut to this visitor for now, whatever their rights.

    Raises EnrolFirst before a second step is set up, OnlyLooking for a change while looking as a customer.
    """
    if visitor.must_enrol and not getattr(use_case, "while_enrolling", False):
        raise EnrolFirst
    if visitor.viewed_by and not reads_only(use_case):
        raise OnlyLooking


def reads_only(use_case: Callable[..., Any]) -> bool:
    """Whether a use case is marked as one that only reads."""
    return getattr(use_case, "reads_only", False)


@dataclass
class Access:
    """What one visitor may see and do within one transaction."""

    visitor: Visitor
    db: Session
    notes: list[trail.Note] = field(default_factory=list)
    pokes: list[str] = field(default_factory=list)
    only_reads: bool = False
    _known: dict[object, Any] = field(default_factory=dict)

    def once(self, key: object, ask: Callable[[], K]) -> K:
        """What `ask` gives: asked once in a reading transaction, every time in a writing one."""
        if not self.only_reads:
            return ask()
        if key not in self._known:
            self._known[key] = ask()
        return self._known[key]

    def may(self, permission: str) -> bool:
        """Whether the visitor may do that; for showing or hiding, never in place of `require`."""
        return permission in self.visitor.permissions

    def require(self, permission: str) -> None:
        """Refuse somebody whose role does not allow it."""
        if permission not in self.visitor.permissions:
            raise NotAllowed

    def require_fresh(self) -> None:
        """Refuse what needs a proof of the last five minutes. Raises ProveAgain."""
        proved = self.visitor.proved_at
        if proved is None or now() - proved > FRESH:
            raise ProveAgain

    def _whose(self, table: AnyRow, *, narrowed: bool = True) -> list[ColumnElement[bool]]:
        company = getattr(table, "company_id", None)
        if company is None:
            raise TypeError(f"{table.__name__} is not a row of a company")
        mine: list[ColumnElement[bool]] = [col(company) == self.visitor.company_id]
        if issubclass(table, AccountRow | AccountSeries):
            mine.append(col(table.account_id).in_(self.visitor.accounts))
            mine += self._shown(table) if narrowed else []
        elif issubclass(table, PersonRow):
            mine.append(col(table.person_id) == self.visitor.person_id)
        elif table is Account:
            mine.append(col(Account.id).in_(self.visitor.accounts))
        elif table is Person:
            mine.append(col(Person.id) == self.visitor.person_id)
        elif table is trail.AuditEntry:
            mine.append(col(trail.AuditEntry.account_id).in_(self.visitor.accounts))
        elif issubclass(table, StaffRow) or not issubclass(table, CompanyRow | CompanySeries):
            mine.append(false())
        return mine

    def _shown(self, table: AnyRow) -> list[ColumnElement[bool]]:
        by = getattr(table, "shown_by", "")
        if not by or self.visitor.sees is None:
            return []
        # What names nobody is the account's own.
        return [col(getattr(table, by)).in_({*self.visitor.sees, ""})]

    def rows(self, table: AnyRow, *where: Any) -> Any:
        """A statement over the rows that are this visitor's; narrow and order it, then `access.db.exec`."""
        return select(table).where(*self._whose(table), *where)

    def whole(self, table: AnyRow, *where: Any) -> Any:
        """The same as `rows`, whoever's of the account they are: to keep a rule of it, not to show."""
        return select(table).where(*self._whose(table, narrowed=False), *where)

    def columns(self, table: AnyRow, *columns: Any) -> Select[Any]:
        """A statement over columns or sums of this visitor's rows of `table`; a single column comes bare."""
        return select(*columns).select_from(table).where(*self._whose(table))

    def all(self, table: type[R], *where: Any, order: Any = None, limit: int | None = None) -> list[R]:
        """This visitor's rows that match, as a list."""
        statement = self.rows(table, *where)
        if order is not None:
            statement = statement.order_by(*order) if isinstance(order, tuple) else statement.order_by(order)
        return list(self.db.exec(statement.limit(limit)))

    def first(self, table: type[R], *where: Any, order: Any = None) -> R | None:
        """The first of this visitor's rows that match, or None."""
        found = self.all(table, *where, order=order, limit=1)
        return found[0] if found else None

    def get(self, table: type[R], row_id: object) -> R:
        """One row by its id. Raises NotYours for another's id and for an unknown one alike."""
        if not isinstance(row_id, str) or not 0 < len(row_id) <= 64 or not row_id.isascii() or "\0" in row_id:
            raise NotYours
        found = self.db.exec(self.rows(table, col(table.id) == row_id)).first()
        if found is None:
            raise NotYours
        return found

    def mine(self, table: type[R], *where: Any) -> Any:
        """A statement over the rows of an account table that are this very person's."""
        return self.rows(table, col(table.person_id) == self.visitor.person_id, *where)  # pyright: ignore[reportAttributeAccessIssue]

    def _owner(self, table: AnyRow) -> dict[str, Any]:
        owner = {"company_id": self.visitor.company_id}
        if issubclass(table, AccountRow | AccountSeries):
            owner["account_id"] = self.visitor.account_id
            owner |= self._by(table)
        if issubclass(table, PersonRow):
            owner["person_id"] = self.visitor.person_id
        return owner

    def _by(self, table: AnyRow) -> dict[str, Any]:
        """Whose a new row is, where that decides who sees it: the customer's who adds it."""
        by = getattr(table, "shown_by", "")
        return {by: self.visitor.person_id} if by else {}

    def _owned(self, table: AnyRow, values: dict[str, Any]) -> dict[str, Any]:
        values = {**self._owner(table), **values}
        self._check_owner(table, values)
        return values

    def _check_owner(self, table: AnyRow, values: dict[str, Any]) -> None:
        if values.get("company_id", self.visitor.company_id) != self.visitor.company_id:
            raise NotYours
        if issubclass(table, AccountRow | AccountSeries) and not self._owns_account(
            values.get("account_id", self.visitor.account_id)
        ):
            raise NotYours
        if issubclass(table, PersonRow) and not self._owns_person(
            values.get("person_id", self.visitor.person_id)
        ):
            raise NotYours

    def _owns_account(self, account_id: str) -> bool:
        return account_id in self.visitor.accounts

    def _owns_person(self, person_id: str) -> bool:
        return person_id == self.visitor.person_id

    def _writes(self, table: AnyRow, *, new: bool = False) -> None:
        if self.only_reads:
            raise TypeError("a use case that only reads may not write")
        if not self._may_write(table, new):
            raise Refusal("Only the company's own people can change this. Ask them to do it for you.")

    def _may_write(self, table: AnyRow, new: bool) -> bool:
        if issubclass(table, AccountRow | AccountSeries | PersonRow):
            return True
        return table in (Account, Person) and not new

    def add(self, table: type[R], **values: Any) -> R:
        """Store a new row under this visitor's company, current account and person."""
        self._writes(table, new=True)
        unknown = values.keys() - table.model_fields.keys()
        if unknown:
            raise TypeError(f"{table.__name__} has no {', '.join(sorted(unknown))}")
        row = table(**self._owned(table, values))
        self.db.add(row)
        self.db.flush()
        return row

    def add_many(self, table: AnyRow, rows: Sequence[dict[str, Any]], *, skip_known: bool = False) -> int:
        """Store many rows at once and say how many were new; with `skip_known` known keys are passed over."""
        self._writes(table, new=True)
        if not rows:
            return 0
        values = self._filled(table, rows)
        if not skip_known:
            self.db.execute(insert(table), values)
            return len(values)
        dialect = postgresql if is_postgres(self.db) else sqlite
        self.db.flush()
        statement = dialect.insert(table.__table__).on_conflict_do_nothing()  # pyright: ignore[reportAttributeAccessIssue]
        statement = statement.execution_options(preserve_rowcount=True)
        return self.db.connection().execute(statement, values).rowcount

    def _filled(self, table: AnyRow, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows with their owner and their defaults; an owner that many of them share is checked once."""
        fields = table.model_fields.items()
        made = {name: info.default_factory for name, info in fields if info.default_factory is not None}
        plain = {
            name: info.default for name, info in fields if name not in made and not info.is_required()
        } | self._owner(table)
        checked, filled = set[tuple[Any, ...]](), list[dict[str, Any]]()
        for row in rows:
            values = {**plain, **row}
            whose = tuple(values.get(name) for name in _OWNERS)
            if whose not in checked:
                self._check_owner(table, values)
                checked.add(whose)
            for name, make in made.items():
                if name not in values:
                    values[name] = make()  # pyright: ignore[reportCallIssue]
            filled.append(values)
        return filled

    def change(self, row: R, **values: Any) -> R:
        """Change columns of a row that came from this access. Raises NotYours when it would change hands."""
        self._writes(type(row))
        self._check_owner(type(row), {**row.model_dump(include=_OWNERS), **values})
        for name, value in values.items():
            setattr(row, name, value)
        self.db.add(row)
        self.db.flush()
        return row

    def update(self, table: AnyRow, *where: Any, **values: Any) -> int:
        """Change matching rows in one statement and say how many; the way to guard a transition."""
        self._writes(table)
        if values.keys() & {"company_id", "account_id"}:
            raise TypeError("rows do not change hands by an update")
        done = self.db.execute(update(table).where(*self._whose(table), *where).values(**values))
        return done.rowcount  # pyright: ignore[reportAttributeAccessIssue]

    def remove(self, table: AnyRow, *where: Any) -> int:
        """Remove matching rows and say how many."""
        self._writes(table, new=True)
        done = self.db.execute(delete(table).where(*self._whose(table), *where))
        return done.rowcount  # pyright: ignore[reportAttributeAccessIssue]

    def note(self, action: str, about: str = "", *, account_id: str | None = None, **facts: Any) -> None:
        """Write an act to the audit trail, in this very transaction."""
        account = self.visitor.account_id if account_id is None else account_id
        on_behalf = (self.visitor.on_behalf_ids or self.visitor.on_behalf)[:_THREE_IDS]
        self.notes.append(trail.Note(action, about, account, on_behalf, facts))

    def later(
        self, kind: str, payload: dict[str, Any], *, key: str | None = None, run_at: datetime | None = None
    ) -> bool:
        """Ask for a job that runs after the commit; False when one with that key was asked for before."""
        if self.only_reads:
            raise TypeError("a use case that only reads may not ask for a job")
        company_id = self.visitor.company_id
        asked = outbox.enqueue(self.db, kind, payload, company_id=company_id, key=key, run_at=run_at)
        if asked:
            self.poke(outbox.TOPIC)
        return asked

    def poke(self, topic: str) -> None:
        """Tell open pages, after the commit, that something about this topic changed."""
        self.pokes.append(topic)


@dataclass
class StaffAccess(Access):
    """A company's own people: every account of their company, each read written down."""

    _accounts_seen: set[str] = field(default_factory=set)

    def _whose(self, table: AnyRow, *, narrowed: bool = True) -> list[ColumnElement[bool]]:  # noqa: ARG002 -- staff see all
        mine: list[ColumnElement[bool]] = [col(table.company_id) == self.visitor.company_id]  # pyright: ignore[reportAttributeAccessIssue]
        if issubclass(table, PersonRow):
            mine.append(col(table.person_id) == self.visitor.person_id)
        elif issubclass(table, AccountRow | AccountSeries) or table is Account:
            self._note_read(table.__name__)
        return mine

    def _by(self, table: AnyRow) -> dict[str, Any]:  # noqa: ARG002 -- what the company adds is the account's own
        return {}

    def _note_read(self, about: str, account_id: str = "") -> None:
        seen = trail.Note(action="staff.read", about=about, account_id=account_id)
        if seen not in self.notes:
            self.notes.append(seen)

    def get(self, table: type[R], row_id: object) -> R:
        """One row by its id, the look at it written down under the account it belongs to."""
        found = super().get(table, row_id)
        if isinstance(found, Account | AccountRow):
            account_id = found.id if isinstance(found, Account) else found.account_id
            self._note_read(f"{table.__name__}:{found.id}", account_id)
        return found

    def _owns_account(self, account_id: str) -> bool:
        if account_id not in self._accounts_seen:
            if not account_exists(self.db, self.visitor.company_id, account_id):
                return False
            self._accounts_seen.add(account_id)
        return True

    def _may_write(self, table: AnyRow, new: bool) -> bool:  # noqa: ARG002 -- all tables are a company's own
        return True


@dataclass
class SystemAccess(StaffAccess):
    """The house itself at work for one company: jobs, imports, the seed. Allowed everything there."""

    def may(self, permission: str) -> bool:  # noqa: ARG002 -- the house asks nobody
        """The house may."""
        return True

    def require(self, permission: str) -> None:
        """The house is never refused."""

    def require_fresh(self) -> None:
        """The house proves nothing."""

    def _whose(self, table: AnyRow, *, narrowed: bool = True) -> list[ColumnElement[bool]]:  # noqa: ARG002 -- the house sees all
        return [col(table.company_id) == self.visitor.company_id]  # pyright: ignore[reportAttributeAccessIssue]

    def _note_read(self, about: str, account_id: str = "") -> None:
        """The house reads all day; only what it does is written down."""

    def _owns_person(self, person_id: str) -> bool:
        found = select(Person.id).where(
            col(Person.id) == person_id, col(Person.company_id) == self.visitor.company_id
        )
        return self.db.exec(found).first() is not None


@dataclass
class DirectoryAccess(SystemAccess):
    """A directory at work: the company's people, of its accounts the directory's own or none.

    Of a table whose rows belong to a directory (`token_id`) it shows those of this very one.
    """

    token_id: str = ""

    def _whose(self, table: AnyRow, *, narrowed: bool = True) -> list[ColumnElement[bool]]:
        mine = super()._whose(table, narrowed=narrowed)
        if issubclass(table, AccountRow | AccountSeries):
            mine.append(col(table.account_id).in_(self.visitor.accounts))
        elif table is Account:
            mine.append(col(Account.id).in_(self.visitor.accounts))
        elif issubclass(table, StaffRow):
            mine += [col(getattr(table, name)) == value for name, value in self._own(table).items()]
        return mine

    def _own(self, table: AnyRow) -> dict[str, str]:
        """What makes a row of the company this directory's."""
        own = {"token_id": self.token_id, "account_id": self.visitor.account_id}
        return {name: value for name, value in own.items() if name in table.model_fields}

    def _owner(self, table: AnyRow) -> dict[str, Any]:
        owner = super()._owner(table)
        return owner | self._own(table) if issubclass(table, StaffRow) else owner

    def _owns_account(self, account_id: str) -> bool:
        return account_id in self.visitor.accounts


def as_directory(access: Access, token_id: str = "") -> DirectoryAccess:
    """The house at work on a directory within a use case: of the company, or of the visitor's account.

    It asks for no permission, so the use case asks first; what it notes and pokes goes with the use case.
    """
    account_id = "" if access.visitor.staff else access.visitor.account_id
    visitor = replace(
        access.visitor, account_id=account_id, accounts=frozenset([account_id] if account_id else [])
    )
    return DirectoryAccess(
        visitor, access.db, access.notes, access.pokes, access.only_reads, token_id=token_id
    )


@contextmanager
def acting_for(visitor: Visitor, *, reads_only: bool = False) -> Iterator[Access]:
    """One transaction in a visitor's name: commit with its notes, or nothing at all.

    Raises Busy when the database is locked or away, TypeError for a visitor of no company.
    """
    if not visitor.company_id:
        raise TypeError("nobody acts for no company")
    kind = StaffAccess if visitor.staff else Access
    with _transaction(kind, visitor, reads_only) as access:
        yield access


@contextmanager
def acting_for_company(
    company_id: str,
    *,
    kind: str = "",
    actor: str = "system",
    reads_only: bool = False,
    zone: str = "UTC",
) -> Iterator[SystemAccess]:
    """One transaction of the house itself, for one company; for "" what concerns none, such as old jobs."""
    visitor = Visitor(
        person_id="",
        company_id=company_id,
        kind=kind,
        name=actor,
        email="",
        role="system",
        staff=True,
        zone=zone,
    )
    with _transaction(SystemAccess, visitor, reads_only) as access:
        yield access


@contextmanager
def acting_as_directory(
    directory: Visitor, token_id: str, *, reads_only: bool = False
) -> Iterator[DirectoryAccess]:
    """One transaction of a directory that showed its token; `directory` names its company and account."""
    with _transaction(DirectoryAccess, directory, reads_only) as access:
        access.token_id = token_id
        yield access


A = TypeVar("A", bound=Access)


@contextmanager
def _transaction(kind: type[A], visitor: Visitor, only_reads: bool) -> Iterator[A]:
    own = kind is SystemAccess
    with _session_of(visitor.company_id, only_reads, door=not visitor.company_id, patient=own) as db:
        access = kind(visitor=visitor, db=db, only_reads=only_reads)
        yield access
        if not only_reads:
            _write_down(access, db)
    if access.notes and only_reads:
        with _session_of(visitor.company_id, False) as db:
            _write_down(access, db)
    live.tell(access.pokes)


def _write_down(access: Access, db: Session) -> None:
    who = access.visitor
    if access.notes:
        actor = who.viewed_by or who.person_id or who.name
        trail.append(db, who.company_id, actor, access.notes, who.address)


@contextmanager
def _session_of(
    company_id: str, reads_only: bool, *, door: bool = False, patient: bool = False
) -> Iterator[Session]:
    db = session(reads_only=reads_only)
    if not reads_only:
        changed.watch(db)
    try:
        if is_postgres(db):
            wall.stand_in(db, company_id, door=door)
            if patient:
                # A person waits five seconds for a statement at the most; an import or a job may take longer.
                db.execute(text("SET LOCAL statement_timeout = '10min'"))
        yield db
        db.commit()
    except (DBAPIError, PoolTimeout) as trouble:
        db.rollback()
        if is_busy(trouble):
            raise Busy from trouble
        raise
    except BaseException:
        db.rollback()
        raise
    finally:
        db.close()


@contextmanager
def before_sign_in(*, reads_only: bool = False) -> Iterator[Session]:
    """A session for what is asked before anybody is known: which company, which person, which session.

    Only identity and tenancy use it, with `unscoped`. On PostgreSQL it shows the tables that `core/wall.py`
    lists, and nothing of any other.
    """
    with _session_of("", reads_only, door=True) as db:
        yield db


def unscoped(table: Any, *where: Any) -> Any:
    """A statement over a table of any company, for use inside `before_sign_in` only."""
    return select(table).where(*where)
