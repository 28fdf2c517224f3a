"""Electricity and gas: what an energy utility's portal adds to the house."""

from portal_app.portals.energy.portal import KIND

__all__ = ["KIND"]
