"""The usage page: what is looked at, and what it shows."""

import reflex as rx

from portal_app.core.errors import NotYours
from portal_app.portals.energy.service import usage
from portal_app.shapes.energy import UsagePage
from portal_app.shapes.tasks import LinkRow
from portal_app.state.session import Acting


class UsageState(Acting, rx.State):
    """Why is it high: one supply, one span, one unit."""

    page: UsagePage = UsagePage()
    nowhere: bool = False
    place: str = ""
    commodity: str = ""
    span: str = "bill"
    unit: str = "energy"
    on: str = ""
    tariffs: list[LinkRow] = []
    tariffs_note: str = ""

    async def _show(self) -> None:
        self.page = await self._do(
            usage.usage_page, self.place, self.commodity, self.span, self.unit, self.on
        )
        self.place, self.commodity = self.page.premise, self.page.commodity

    @rx.event
    async def load(self):
        """Open the page on the place and day its address names."""
        asked = self.router.url.query_parameters
        self.place, self.on = str(asked.get("place", "")), str(asked.get("on", ""))
        self.span, self.unit, self.commodity = str(asked.get("span", "bill")), "energy", ""
        self.tariffs, self.tariffs_note, self.nowhere = [], "", False
        try:
            await self._show()
        except NotYours:
            self.page, self.nowhere = UsagePage(), True

    @rx.event
    async def choose_place(self, place: str):
        """Look at another place."""
        self.place, self.commodity, self.on, self.tariffs = place, "", "", []
        await self._show()

    @rx.event
    async def choose_commodity(self, commodity: str):
        """Look at electricity or gas."""
        self.commodity, self.tariffs = commodity, []
        await self._show()

    @rx.event
    async def choose_span(self, span: str):
        """Look at a day, a bill or a year."""
        self.span = span
        await self._show()

    @rx.event
    async def choose_unit(self, unit: str):
        """See energy or money."""
        self.unit = unit
        await self._show()

    @rx.event
    async def go(self, day: str):
        """Step to an earlier or a later day, bill or year."""
        self.on = day
        await self._show()

    @rx.event
    async def compare_tariffs(self):
        """Price the last twelve months on the other tariffs."""
        rows, self.tariffs_note = await self._do(usage.other_tariffs, self.place, self.commodity)
        self.tariffs = list(rows)
