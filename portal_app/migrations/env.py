"""What Alembic runs for every command."""

from alembic import context
from sqlalchemy import Connection, text

from portal_app.all_tables import METADATA
from portal_app.core.db import engine_for
from portal_app.migrations import wall
from portal_app.migrations.options import OPTIONS


def _let_tables_be_rebuilt(connection: Connection, on_sqlite: bool) -> None:
    # SQLite changes a column by copying the table, which must not remove rows that refer to it; the switch
    # works outside a transaction only. PostgreSQL is given the time that a large table takes.
    if on_sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # pyright: ignore[reportOptionalMemberAccess]
    else:
        connection.execute(text("SET statement_timeout = 0"))
        connection.commit()


def _check_references(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).all()
    if broken:
        raise RuntimeError(f"rows refer to what is not there: {broken[:5]}")


def _moves() -> bool:
    """Whether a revision is about to run, up or down."""
    here = context.get_context()
    to = here.opts.get("destination_rev")
    wanted = context.script.as_revision_number(to) if to else None
    return to is not None and set(here.get_current_heads()) != set(
        (wanted,) if isinstance(wanted, str) else wanted or ()
    )


with engine_for(context.config.attributes["url"]).connect() as connection:
    on_sqlite = connection.dialect.name == "sqlite"
    _let_tables_be_rebuilt(connection, on_sqlite)
    context.configure(connection=connection, target_metadata=METADATA, **OPTIONS)
    with context.begin_transaction():
        if _moves():
            wall.lower(connection)
        context.run_migrations()
        wall.put_up(connection)
        if on_sqlite:
            _check_references(connection)
    connection.commit()
    connection.detach()
