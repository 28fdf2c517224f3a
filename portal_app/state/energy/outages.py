"""Outages: the band on every page, the outage page that renews itself, reporting one."""

import reflex as rx

from portal_app.core.errors import NotYours, SignedOut
from portal_app.portals.energy.service import outage_facts, outages, reporting
from portal_app.shapes.energy import OutagePage
from portal_app.shapes.forms import Choice
from portal_app.shapes.people import Who
from portal_app.shapes.status import Alert, Notice
from portal_app.shapes.tasks import LinkRow
from portal_app.state.live import watch
from portal_app.state.session import Acting, SessionState


class OutageBandState(Acting, rx.State):
    """The alert at the top of every energy page; it moves when the operator moves it."""

    alert: Alert = Alert()

    @rx.event
    async def load(self):
        """Show the band when a page opens, and keep it true from then on."""
        visitor = await self._visitor()
        self.alert = await self._do(outages.band)
        watch(self, outage_facts.topic(visitor.company_id), OutageBandState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after something changed."""
        self.alert = await self._do(outages.band)


class OutagesState(Acting, rx.State):
    """The outage page: one place's stages, the map, what is planned."""

    page: OutagePage = OutagePage()
    nowhere: bool = False
    premise_id: str = ""
    zoom: int = 0

    async def _show(self) -> None:
        self.page = await self._do(outages.page, self.premise_id, self.zoom)
        self.premise_id = self.page.premise_id

    @rx.event
    async def load(self):
        """Fill the page when it opens, and keep it true from then on."""
        visitor = await self._visitor()
        self.nowhere = False
        try:
            await self._show()
        except NotYours:
            self.page, self.premise_id, self.nowhere = OutagePage(), "", True
            return
        watch(self, outage_facts.topic(visitor.company_id), OutagesState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after something changed."""
        await self._show()

    @rx.event
    async def choose_place(self, premise_id: str):
        """Show another of the account's places."""
        self.premise_id = premise_id
        await self._show()

    @rx.event
    async def closer(self):
        """Show the map closer."""
        self.zoom = min(self.zoom + 1, 6)
        await self._show()

    @rx.event
    async def wider(self):
        """Show more of the map."""
        self.zoom = max(self.zoom - 1, 0)
        await self._show()

    @rx.event
    async def watch_place(self, on: bool):
        """Get mail about this place's outages, or no more."""
        await self._say(await self._do(outages.watch, self.premise_id, bool(on)))
        await self._show()


class ReportState(Acting, rx.State):
    """Reporting an outage: one place, one tap."""

    premises: list[Choice] = []
    premise_id: str = ""
    street: str = ""
    nowhere: bool = False
    extent: str = "all"
    extents: list[Choice] = [Choice(value, label) for value, label in outages.EXTENTS.items()]
    done: Notice = Notice()

    @rx.event
    async def load(self):
        """Know the person's places, the first one chosen."""
        self.done = Notice()
        self.extent = "all"
        self.nowhere = False
        try:
            found = await self._do(reporting.my_places)
        except NotYours:
            self.nowhere = True
            return
        self.premises = list(found.choices)
        self.premise_id, self.street = found.first, found.street

    @rx.event
    async def choose_place(self, premise_id: str):
        """Choose which place is dark."""
        found = await self._do(reporting.my_places, premise_id)
        self.premise_id, self.street = found.first, found.street

    @rx.event
    def choose_extent(self, extent: str):
        """Say whether all of it is dark."""
        self.extent = extent

    @rx.event
    async def report(self):
        """Report it; the answer has the reference and what comes next."""
        self.done = await self._do(outages.report_outage, self.premise_id, self.extent)


class OpenReportState(Acting, rx.State):
    """Reporting an outage without signing in, by account number or phone."""

    known_by: str = ""
    problem: str = ""
    done: Notice = Notice()
    signed_in: str = ""
    news: list[LinkRow] = []

    @rx.event
    async def load(self):
        """Show what is known of outages to people who are not signed in."""
        self.done, self.problem = Notice(), ""
        self.signed_in = await self._known_already()
        session = await self.get_state(SessionState)
        if not session.who.name:
            facts = await self._outside(reporting.house, *self._house())
            session.who = Who(company=facts.name, brand=facts.brand)
        self.news = list(await self._outside(reporting.open_news, *self._house()))

    def _house(self) -> tuple[str, str]:
        """Where the page is, and the company that its address names."""
        return self.router.headers.host, str(self.router.url.query_parameters.get("company", ""))[:60]

    async def _known_already(self) -> str:
        """Whether somebody signed in looks at this page: "customer", "staff", or "" for nobody."""
        try:
            return "staff" if (await self._visitor()).staff else "customer"
        except SignedOut:
            return ""

    @rx.event
    def set_known_by(self, value: str):
        """Keep what is typed."""
        self.known_by = str(value)[:60]

    @rx.event
    async def report(self, form: dict):
        """Report it; the answer is the same whether or not the number is known."""
        self.known_by = str(form.get("known_by", self.known_by))[:60]
        host, slug = self._house()
        address = self.router.session.client_ip
        outcome = await self._outside(reporting.report_openly, host, self.known_by, address, slug)
        self.problem, self.done = outcome.problem, outcome.notice
