"""Requests as the utility's own people work on them."""

import reflex as rx

from portal_app.portals.energy.service import staff_requests
from portal_app.shapes.energy import StaffRequest
from portal_app.shapes.tasks import LinkRow
from portal_app.state.live import watch
from portal_app.state.session import Acting


class StaffRequestsState(Acting, rx.State):
    """The list of requests that wait, and one of them opened."""

    ready: bool = False
    rows: list[LinkRow] = []
    page: StaffRequest = StaffRequest()
    chosen: str = ""
    words: str = ""
    asking: bool = False

    async def _show(self, request_id: str = "") -> None:
        self.rows = list(await self._do(staff_requests.requests_waiting))
        wanted = request_id or str(self.router.url.query_parameters.get("id", ""))
        self.page = await self._do(staff_requests.request_for_staff, wanted) if wanted else StaffRequest()
        self.ready = True

    @rx.event
    async def load(self):
        """Fill the page when it opens, and keep it true from then on."""
        visitor = await self._visitor()
        self.chosen = self.words = ""
        self.asking = False
        await self._show()
        watch(self, f"requests:{visitor.company_id}", StaffRequestsState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after something changed; what is being typed stays."""
        await self._show(self.page.id)

    @rx.event
    def choose_event(self, event: str):
        """Say what happened."""
        self.chosen = event

    @rx.event
    def set_words(self, value: str):
        """Keep what is typed."""
        self.words = str(value)[:400]

    @rx.event
    def keep(self):
        """Cancel nothing."""
        self.asking = False

    @rx.event
    async def take(self, form: dict):
        """Take the request one step on; cancelling asks once more."""
        if self.chosen == "cancel" and not self.asking:
            self.asking = True
            return
        facts = {name: str(form.get(name, ""))[:60] for name in ("day", "feeder", "meter") if form.get(name)}
        await self._take(facts)

    @rx.event
    async def cancel(self):
        """Cancel it after the question was answered."""
        await self._take({})

    async def _take(self, facts: dict[str, str]) -> None:
        self.asking = False
        page = self.page
        said = await self._do(
            staff_requests.handle, page.id, self.chosen, self.words, version=page.version, facts=facts
        )
        self.chosen = self.words = ""
        await self._sent(f"staff-request:{page.id}")
        await self._say(said)
        await self._show(page.id)
