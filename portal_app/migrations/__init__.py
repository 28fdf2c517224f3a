"""Bring a database to the shape of the tables: `upgrade`, `new`, `check`; on SQLite and PostgreSQL alike."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from portal_app.all_tables import METADATA
from portal_app.core.db import engine_for
from portal_app.migrations import wall
from portal_app.migrations.options import OPTIONS
from portal_app.settings import settings

_HERE = Path(__file__).parent


def _config(url: str | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url or settings().owner_url
    return config


def upgrade(url: str | None = None, to: str = "head") -> None:
    """Run every revision that the database has not seen, and put up the wall around every table."""
    command.upgrade(_config(url), to)


def downgrade(url: str | None = None, to: str = "base") -> None:
    """Take revisions back, newest first."""
    command.downgrade(_config(url), to)


def new(message: str, url: str | None = None) -> Path:
    """Write a revision that takes an upgraded database to today's tables; gives its file."""
    upgrade(url)
    script = command.revision(_config(url), message=message, autogenerate=True, rev_id=_next_number())
    if script is None or isinstance(script, list):
        raise RuntimeError("one revision was asked for")
    return Path(script.path)


def check(url: str | None = None) -> list[str]:
    """What the tables have that the database lacks, or the other way round; empty when they agree."""
    with engine_for(url or settings().owner_url).connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), METADATA)
    return [repr(difference) for difference in found]


def behind(url: str | None = None) -> bool:
    """Whether the database has not seen every revision."""
    with engine_for(url or settings().owner_url).connect() as connection:
        seen = set(MigrationContext.configure(connection).get_current_heads())
    return seen != set(ScriptDirectory.from_config(_config(url)).get_heads())


def create_missing(url: str | None = None) -> None:
    """Make the tables that have no revision yet; for tests and for trying out a change."""
    with engine_for(url or settings().owner_url).begin() as connection:
        METADATA.create_all(connection)
        wall.put_up(connection)


def let_serve(url: str | None = None, role: str = "") -> str:
    """Let the role that serves read and write rows, where it is not the one that owns the tables; its name.

    The role is the one DATABASE_URL signs in as. Gives "" when the owner serves as well.
    """
    with engine_for(url or settings().owner_url).begin() as connection:
        return wall.let_serve(connection, role or make_url(settings().db_url).username or "")


def revisions() -> list[str]:
    """The names of the revisions, oldest first."""
    found = ScriptDirectory.from_config(_config(None)).walk_revisions()
    return [script.revision for script in reversed(list(found))]


def _next_number() -> str:
    return f"{len(revisions()) + 1:04d}"
