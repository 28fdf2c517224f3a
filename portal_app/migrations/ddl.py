"""Helpers that revisions call; the statements themselves live beside the tables they guard."""

from alembic import op

from portal_app.core import trail
from portal_app.services.billing import guards as billing


def guard_trail() -> None:
    """Forbid changing or removing entries of the audit trail, on this engine."""
    for statement in trail.guards(op.get_bind().dialect.name):
        op.execute(statement)


def unguard_trail() -> None:
    """Take the guards back."""
    for statement in trail.unguards(op.get_bind().dialect.name):
        op.execute(statement)


def guard_bills() -> None:
    """Forbid changing issued bills, their lines and the ledger, on this engine."""
    for statement in billing.guards(op.get_bind().dialect.name):
        op.execute(statement)


def unguard_bills() -> None:
    """Take the guards back."""
    for statement in billing.unguards(op.get_bind().dialect.name):
        op.execute(statement)
