"""The rules for signing in that a company sets for everybody."""

import reflex as rx

from portal_app.core.access import Access
from portal_app.core.errors import ProveAgain, Refusal
from portal_app.services.drafts import service as drafts
from portal_app.services.identity import house_rules
from portal_app.shapes.people import Question
from portal_app.shapes.security import RulesForm, RulesPage
from portal_app.shapes.status import Notice
from portal_app.state.session import Acting

DRAFT = "sign-in-rules"


def _change(access: Access, who: str, minutes: str) -> Notice:
    # With the rules themselves: whoever is asked for a second step now can do nothing more before it.
    drafts.discard(access, DRAFT)
    return house_rules.save(access, who, minutes)


class HouseRulesState(Acting, rx.State):
    """The rules as they stand, what was chosen, and the question before they change."""

    page: RulesPage = RulesPage()
    asked: Question = Question()
    field: str = ""
    trouble: str = ""
    _chosen: RulesForm = RulesForm()

    async def _show(self) -> None:
        self.page = await self._do(house_rules.page)

    def _calm(self) -> None:
        self.asked, self.field, self.trouble = Question(), "", ""

    @rx.event
    async def load(self):
        """Fill the page when it opens."""
        self._calm()
        await self._show()

    @rx.event
    async def ask(self, form: dict):
        """Say what the chosen rules will do; what is wrong is said beside its field."""
        self._calm()
        who, minutes = (str(form.get(name, ""))[:20] for name in ("who", "minutes"))
        # Where the kind of portal leaves no choice, the form has none.
        self._chosen = RulesForm(who or self.page.form.who, minutes)
        try:
            self.asked = await self._do(house_rules.weigh, self._chosen.who, self._chosen.minutes)
        except ProveAgain:
            raise
        except Refusal as no:
            self.field, self.trouble = no.field, no.sentence

    @rx.event
    async def keep(self):
        """Change nothing."""
        self._calm()
        await self._put_away(DRAFT)

    @rx.event
    async def change(self):
        """Let the rules that were asked about hold."""
        asked = bool(self.asked.title)
        self._calm()
        if asked:
            await self._say(await self._do(_change, self._chosen.who, self._chosen.minutes))
            await self._show()
