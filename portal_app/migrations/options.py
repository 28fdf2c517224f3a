"""How tables and database are compared, for writing revisions and for checking them alike."""

from typing import Any

from alembic.autogenerate import renderers
from alembic.operations import ops

from portal_app.core.tables import UtcDateTime
from portal_app.core.vault import Sealed


class GuardTrail(ops.MigrateOperation):
    """The guards of the audit trail, put on or taken off by a revision."""

    def __init__(self, *, on: bool) -> None:
        self.on = on


@renderers.dispatch_for(GuardTrail)
def _render_guard(_context: Any, operation: GuardTrail) -> str:
    return "ddl.guard_trail()" if operation.on else "ddl.unguard_trail()"


def _with_guards(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Let the revision that makes the audit trail guard it too, which no comparison of tables would see."""
    script = directives[0]
    made = [each for each in script.upgrade_ops.ops if isinstance(each, ops.CreateTableOp)]
    if any(each.table_name == "audit_entry" for each in made):
        script.upgrade_ops.ops.append(GuardTrail(on=True))
        script.downgrade_ops.ops.insert(0, GuardTrail(on=False))


def _same_type(_context: Any, _column: Any, in_database: Any, in_tables: Any, _type: Any) -> bool | None:
    # SQLite keeps no time zone, so a moment read back from it looks like another type.
    if isinstance(in_tables, UtcDateTime):
        return not hasattr(in_database, "timezone")
    return None


def _render(kind: str, item: Any, _context: Any) -> str | bool:
    if kind == "type" and isinstance(item, UtcDateTime):
        return "portal_app.core.tables.UtcDateTime()"
    if kind == "type" and isinstance(item, Sealed):
        return "sa.Text()"
    return False


def _ours(name: str | None, kind: str, _parents: Any) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


OPTIONS: dict[str, Any] = {
    "compare_type": _same_type,
    "compare_server_default": False,
    "include_name": _ours,
    "process_revision_directives": _with_guards,
    "render_as_batch": True,
    "render_item": _render,
}
