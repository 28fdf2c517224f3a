"""Bringing files in: the form's trouble, the files on their way, one result sheet."""

import reflex as rx

from portal_app.portals.energy.service import data_page, imports
from portal_app.shapes.energy_data import DataPage
from portal_app.state.live import watch
from portal_app.state.session import Acting


class DataState(Acting, rx.State):
    """The operator's page of meter and weather data."""

    page: DataPage = DataPage()
    run_id: str = ""
    account_problem: str = ""
    file_problem: str = ""

    @rx.event
    async def load(self):
        """Fill the page when it opens, and keep it true from then on."""
        visitor = await self._visitor()
        asked = self.router.url.query_parameters
        self.run_id = str(asked.get("run", ""))[:26]
        trouble = str(asked.get("trouble", ""))[:300]
        of_account = asked.get("field", "") in ("account", "number")
        self.account_problem = trouble if of_account else ""
        self.file_problem = "" if of_account else trouble
        self.page = await self._do(data_page.page, self.run_id)
        watch(self, imports.topic(visitor.company_id), DataState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after an import moved."""
        self.page = await self._do(data_page.page, self.run_id)
