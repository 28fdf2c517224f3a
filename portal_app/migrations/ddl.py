"""Helpers that revisions call; the statements themselves live beside the tables they guard."""

from alembic import op

from portal_app.core import trail


def guard_trail() -> None:
    """Forbid changing or removing entries of the audit trail, on this engine."""
    for statement in trail.guards(op.get_bind().dialect.name):
        op.execute(statement)


def unguard_trail() -> None:
    """Take the guards back."""
    for statement in trail.unguards(op.get_bind().dialect.name):
        op.execute(statement)
