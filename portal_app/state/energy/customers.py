"""Looking customers up: for the utility's own people, read-only."""

import reflex as rx

from portal_app.portals.energy.service import customers
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
