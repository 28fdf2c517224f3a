"""The database: one engine a process, and the session that a transaction lives in."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from portal_app.core.errors import Refusal
from portal_app.settings import settings

_SECONDS, _PATIENT_SECONDS = 5, 60
_patience: ContextVar[int] = ContextVar("patience", default=_SECONDS)


class Busy(Refusal):
    """The database could not be reached or was locked for too long."""

    def __init__(self) -> None:
        super().__init__("We are busy just now and nothing was changed. Try again in a moment.")


def is_busy(trouble: DBAPIError | PoolTimeout) -> bool:
    """Whether that is the database being away, full or locked, so that trying again may help."""
    if not isinstance(trouble, OperationalError):
        return isinstance(trouble, PoolTimeout)
    name = getattr(trouble.orig, "sqlite_errorname", "")
    return not name.startswith(("SQLITE_ERROR", "SQLITE_READONLY"))


def is_unmigrated(trouble: DBAPIError) -> bool:
    """Whether the database lacks a table or a column that today's tables have."""
    code = getattr(trouble.orig, "sqlstate", "")
    return code in ("42P01", "42703") or str(trouble.orig).startswith(("no such table", "no such column"))


@contextmanager
def patiently() -> Iterator[None]:
    """Wait a minute for the one writer that SQLite lets in, for commands and jobs; a page waits 5 s.

    Nobody looks at a spinner meanwhile, and what a command would have to say is only "try again".
    """
    before = _patience.set(_PATIENT_SECONDS)
    try:
        yield
    finally:
        _patience.reset(before)


@lru_cache(maxsize=4)
def engine_for(url: str) -> Engine:
    """The engine of that address, tuned for it; made once."""
    if url.startswith("sqlite"):
        return _sqlite(url)
    return create_engine(
        url,
        pool_size=settings().db_pool,
        max_overflow=4,
        pool_timeout=5,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": "-c statement_timeout=5000 -c timezone=UTC", "prepare_threshold": None},
    )


def _sqlite(url: str) -> Engine:
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        pool_size=settings().db_pool,
        max_overflow=4,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": _SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _tune(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "cache_size=-20000",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A writer must ask for the lock at once: a later upgrade fails without waiting.
        reads = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {_patience.get() * 1000}")
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def engine() -> Engine:
    """The engine of this installation."""
    return engine_for(settings().db_url)


def session(*, reads_only: bool = False) -> Session:
    """A session on the installation's database; a reading one takes no write lock."""
    bind = engine()
    if reads_only:
        bind = bind.execution_options(reads_only=True, postgresql_readonly=True)
    return Session(bind, expire_on_commit=False)


def is_postgres(db: Session) -> bool:
    """Whether this session speaks to PostgreSQL."""
    return db.get_bind().dialect.name == "postgresql"
