"""Every module that holds tables, named one by one, so that migrations see them all."""

from portal_app.core import accounts, outbox, tables, trail
from portal_app.portals.energy import tables as energy

METADATA = tables.METADATA

__all__ = ["METADATA", "accounts", "energy", "outbox", "trail"]
