"""The database's own lock on what must never change: issued bills, their lines, the ledger.

The guards come with tables that are made from the models; a migration runs `guards(dialect)`.
"""

from typing import Any

from sqlalchemy import DDL, event

_FIXED = (
    "company_id",
    "account_id",
    "number",
    "reference",
    "title",
    "site_id",
    "period_from",
    "period_to",
    "issued_on",
    "due_on",
    "currency",
    "total_cents",
    "opening_cents",
    "tax_rule",
    "template",
)
EMPTIED = "{}"
"""All that an issued bill's `issuer` may become: nobody, once its years are over."""


def _sqlite_guard(name: str, when: str, table: str, condition: str, words: str) -> str:
    test = f"WHEN {condition} " if condition else ""
    return f"CREATE TRIGGER {name} BEFORE {when} ON {table} {test}BEGIN SELECT RAISE(ABORT, '{words}'); END"


def _on_sqlite() -> dict[str, tuple[str, ...]]:
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in _FIXED)
    changed += f" OR (NEW.issuer IS NOT OLD.issuer AND NEW.issuer <> '{EMPTIED}')"
    back = "NEW.state = 'draft'"
    issued = "(SELECT state FROM bill WHERE id = {row}.bill_id) <> 'draft'"
    bill_words, line_words, ledger_words = (
        "an issued bill stays",
        "a line of an issued bill stays",
        "the ledger stays",
    )
    return {
        "bill": (
            _sqlite_guard(
                "bill_keep_update",
                "UPDATE",
                "bill",
                f"OLD.state <> 'draft' AND ({back} OR {changed})",
                bill_words,
            ),
            _sqlite_guard("bill_keep_delete", "DELETE", "bill", "OLD.state <> 'draft'", bill_words),
        ),
        "bill_line": tuple(
            _sqlite_guard(
                f"bill_line_keep_{when.lower()}", when, "bill_line", issued.format(row=row), line_words
            )
            for when, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD"))
        ),
        "ledger_entry": tuple(
            _sqlite_guard(f"ledger_entry_keep_{when.lower()}", when, "ledger_entry", "", ledger_words)
            for when in ("UPDATE", "DELETE")
        ),
    }


def _postgres_guard(table: str, when: str, body: str) -> tuple[str, str]:
    return (
        f"CREATE OR REPLACE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $keep$ "
        f"BEGIN {body} IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $keep$",
        f"CREATE TRIGGER {table}_keep BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_keep()",
    )


def _on_postgres() -> dict[str, tuple[str, ...]]:
    new = ", ".join(f"NEW.{name}" for name in _FIXED)
    old = ", ".join(f"OLD.{name}" for name in _FIXED)
    bill = (
        "IF OLD.state <> 'draft' THEN "
        "IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'an issued bill stays'; END IF; "
        f"IF NEW.state = 'draft' OR ROW({new}) IS DISTINCT FROM ROW({old}) "
        f"OR (NEW.issuer IS DISTINCT FROM OLD.issuer AND NEW.issuer <> '{EMPTIED}') "
        "THEN RAISE EXCEPTION 'an issued bill stays'; END IF; END IF;"
    )
    line = (
        "IF TG_OP <> 'INSERT' AND (SELECT state FROM bill WHERE id = OLD.bill_id) <> 'draft' "
        "THEN RAISE EXCEPTION 'a line of an issued bill stays'; END IF; "
        "IF TG_OP <> 'DELETE' AND (SELECT state FROM bill WHERE id = NEW.bill_id) <> 'draft' "
        "THEN RAISE EXCEPTION 'a line of an issued bill stays'; END IF;"
    )
    return {
        "bill": _postgres_guard("bill", "UPDATE OR DELETE", bill),
        "bill_line": _postgres_guard("bill_line", "INSERT OR UPDATE OR DELETE", line),
        "ledger_entry": _postgres_guard(
            "ledger_entry", "UPDATE OR DELETE", "RAISE EXCEPTION 'the ledger stays';"
        ),
    }


def _of(dialect: str) -> dict[str, tuple[str, ...]]:
    return _on_postgres() if dialect == "postgresql" else _on_sqlite()


def unguards(dialect: str) -> tuple[str, ...]:
    """The SQL that takes the guards back on that engine, for a migration's way down."""
    names = [statement.split()[2] for statement in guards(dialect) if statement.startswith("CREATE TRIGGER")]
    if dialect != "postgresql":
        return tuple(f"DROP TRIGGER {name}" for name in names)
    tables = [name.removesuffix("_keep") for name in names]
    drops = [f"DROP TRIGGER {table}_keep ON {table}" for table in tables]
    return tuple(drops + [f"DROP FUNCTION {table}_keep()" for table in tables])


def guards(dialect: str) -> tuple[str, ...]:
    """The SQL that sets the guards on that engine ("sqlite", "postgresql"), for a migration to run once."""
    return tuple(statement for table in _of(dialect).values() for statement in table)


def keep(*tables: Any) -> None:
    """Set the guards on these tables whenever they are made from the models."""
    for table in tables:
        for dialect in ("sqlite", "postgresql"):
            for statement in _of(dialect)[table.__tablename__]:
                event.listen(table.__table__, "after_create", DDL(statement).execute_if(dialect=dialect))
