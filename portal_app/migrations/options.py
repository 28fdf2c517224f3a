"""How tables and database are compared, for writing revisions and for checking them alike."""

from typing import Any

from portal_app.core.tables import UtcDateTime


def _same_type(_context: Any, _column: Any, in_database: Any, in_tables: Any, _type: Any) -> bool | None:
    # SQLite keeps no time zone, so a moment read back from it looks like another type.
    if isinstance(in_tables, UtcDateTime):
        return not hasattr(in_database, "timezone")
    return None


OPTIONS: dict[str, Any] = {
    "compare_type": _same_type,
    "compare_server_default": False,
    "render_as_batch": True,
}
