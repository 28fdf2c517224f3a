"""Looking customers up, and putting a new place on the map: for the utility's own people."""

import reflex as rx

from portal_app.portals.energy.service import customers, positions
from portal_app.shapes.energy import CustomersPage
from portal_app.state.session import Acting


class CustomersState(Acting, rx.State):
    """What was searched for, what was found, who is open."""

    page: CustomersPage = CustomersPage()
    asked: str = ""

    @rx.event
    async def load(self):
        """Open the customer that the address names, beside what was searched for last."""
        opened = str(self.router.url.query_parameters.get("id", ""))
        self.page = await self._do(customers.customers, self.asked, opened)

    @rx.event
    async def look(self, form: dict):
        """Search."""
        self.asked = str(form.get("asked", ""))[:80]
        self.page = await self._do(customers.customers, self.asked)

    @rx.event
    async def put_on_map(self, form: dict):
        """Say where a place stands; what was searched for stays."""
        said = await self._do(
            positions.place_on_map, str(form.get("premise", ""))[:40], str(form.get("where", ""))[:60]
        )
        await self._say(said)
        self.page = await self._do(customers.customers, self.asked, self.page.id)
