"""Row-level security on PostgreSQL: put up around every table after the revisions, and lowered for them.

What the rules say stands in `core/wall.py`. Nothing here names a table, so a new one cannot be forgotten.
"""

from sqlalchemy import Connection, text

from portal_app.all_tables import METADATA
from portal_app.core.wall import FREE, rule_of

POLICY = "portal_wall"
_APPEND_ONLY = ("audit_entry",)
_STANDING = text("""
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
        coalesce(obj_description(p.oid, 'pg_policy'), '')
    FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = :policy
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
""")
_COLUMNS = text(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
)


def walled() -> list[str]:
    """The tables that a wall stands around: all of them but those that say why not."""
    return sorted(METADATA.tables.keys() - FREE.keys())


def put_up(connection: Connection) -> list[str]:
    """Let every table of today that the database has show one company's rows only; says which it changed.

    The owner of the tables is held by it too. Nothing happens on SQLite, nor where all stands already.
    """
    if connection.dialect.name != "postgresql":
        return []
    standing = {
        name: (forced, rule) for name, forced, rule in connection.execute(_STANDING, {"policy": POLICY})
    }
    has = {(table, column) for table, column in connection.execute(_COLUMNS)}
    changed = []
    for table in walled():
        rule = rule_of(table)
        owned = "company_id" not in METADATA.tables[table].columns or (table, "company_id") in has
        if table in standing and owned and standing[table] != (True, rule):
            _wall(connection, table, rule)
            changed.append(table)
    return changed


def missing(connection: Connection) -> list[str]:
    """The tables of today that stand in the database without their wall; none on SQLite."""
    if connection.dialect.name != "postgresql":
        return []
    found = connection.execute(_STANDING, {"policy": POLICY})
    standing = {name: (forced, rule) for name, forced, rule in found}
    return [table for table in walled() if table in standing and standing[table] != (True, rule_of(table))]


def _wall(connection: Connection, table: str, rule: str) -> None:
    told = rule.replace("'", "''")
    for statement in (
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS {POLICY} ON "{table}"',
        f'CREATE POLICY {POLICY} ON "{table}" USING ({rule}) WITH CHECK ({rule})',
        f"COMMENT ON POLICY {POLICY} ON \"{table}\" IS '{told}'",
    ):
        connection.exec_driver_sql(statement)


def lower(connection: Connection) -> None:
    """Let the owner of the tables see all rows until `put_up`, so that a revision may move them.

    In the transaction of the revisions: should it fail, the wall stands as before. Other roles see no more.
    """
    if connection.dialect.name != "postgresql":
        return
    for name, forced, _ in connection.execute(_STANDING, {"policy": POLICY}).all():
        if forced:
            # Without a policy other roles see nothing; and one that looks at another table would keep it.
            connection.exec_driver_sql(f'ALTER TABLE "{name}" NO FORCE ROW LEVEL SECURITY')
            connection.exec_driver_sql(f'DROP POLICY IF EXISTS {POLICY} ON "{name}"')


def let_serve(connection: Connection, role: str) -> str:
    """Let a role read and write the rows of every table and change the shape of none; gives its name.

    Nothing happens, and it gives "", on SQLite and for the role that owns the tables.
    """
    if connection.dialect.name != "postgresql" or not role:
        return ""
    if connection.execute(text("SELECT current_user")).scalar_one() == role:
        return ""
    named = connection.dialect.identifier_preparer.quote_identifier(role)
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {named}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {named}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {named}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {named}",
        *(f"REVOKE UPDATE, DELETE ON {table} FROM {named}" for table in _APPEND_ONLY),
    ):
        connection.exec_driver_sql(statement)
    return role
