"""Home: one shape, the same that travels with the first HTML."""

import reflex as rx

from portal_app.portals.energy.service import home, outage_facts
from portal_app.shapes.energy import EnergyHome
from portal_app.state.live import watch
from portal_app.state.session import Acting


class HomeState(Acting, rx.State):
    """The energy home of one person."""

    home: EnergyHome = EnergyHome()

    @rx.event
    async def load(self):
        """Fill the home when it opens, and keep it true from then on."""
        visitor = await self._visitor()
        self.home = await self._do(home.home)
        watch(self, outage_facts.topic(visitor.company_id), HomeState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after something changed."""
        self.home = await self._do(home.home)
