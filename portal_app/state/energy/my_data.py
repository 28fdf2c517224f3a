"""My data: files to take along, and who else may read."""

import reflex as rx

from portal_app.core.errors import Refusal
from portal_app.portals.energy.service import sharing
from portal_app.shapes.energy_data import Asked, MyDataPage, Token
from portal_app.state.session import Acting


class MyDataState(Acting, rx.State):
    """One's own meter data, and the consents given for it."""

    page: MyDataPage = MyDataPage()
    party: str = ""
    scope: str = "electricity"
    ends_on: str = ""
    party_problem: str = ""
    scope_problem: str = ""
    end_problem: str = ""
    asked: Asked = Asked()
    stopping: str = ""
    token: Token = Token()

    async def _show(self) -> None:
        self.page = await self._do(sharing.my_data_page)

    def _told(self, problem: Refusal | None = None) -> None:
        field, sentence = (problem.field, problem.sentence) if problem else ("", "")
        self.party_problem = sentence if field == "party" else ""
        self.scope_problem = sentence if field == "scope" else ""
        self.end_problem = sentence if field == "ends_on" else ""

    @rx.event
    async def load(self):
        """Fill the page when it opens."""
        self.asked, self.stopping, self.token = Asked(), "", Token()
        self._told()
        await self._show()
        self.ends_on = self.ends_on or self.page.usual_end

    @rx.event
    def set_party(self, value: str):
        """Keep who may read."""
        self.party = str(value)[:120]

    @rx.event
    def choose_scope(self, value: str):
        """Keep what they may read."""
        self.scope = str(value)[:20]

    @rx.event
    def set_end(self, value: str):
        """Keep the last day they may read."""
        self.ends_on = str(value)[:10]

    @rx.event
    async def ask_to_give(self, form: dict):
        """Say what letting them read will do, before it is done."""
        self.party = str(form.get("party", self.party))[:120]
        self.scope = str(form.get("scope", self.scope))[:20]
        self.ends_on = str(form.get("ends_on", self.ends_on))[:10]
        self.stopping = ""
        try:
            self.asked = await self._do(sharing.ask_to_give, self.party, self.scope, self.ends_on)
        except Refusal as no:
            self._told(no)
            if not no.field:
                raise
        else:
            self._told()

    @rx.event
    async def ask_to_stop(self, consent_id: str):
        """Say what stopping a consent will do, before it is done."""
        self.asked = await self._do(sharing.ask_to_stop, consent_id)
        self.stopping = consent_id

    @rx.event
    def keep(self):
        """Change nothing."""
        self.asked, self.stopping = Asked(), ""

    @rx.event
    async def confirm(self):
        """Do what was asked about: let them read, or stop them."""
        if not self.asked.title:
            return
        stopping, self.asked, self.stopping = self.stopping, Asked(), ""
        if stopping:
            await self._say(await self._do(sharing.revoke, stopping))
        else:
            self.token = await self._do(sharing.give, self.party, self.scope, self.ends_on)
            await self._sent("consent")
            await self._say(await self._do(sharing.given, self.token))
            self.party = ""
        await self._show()
