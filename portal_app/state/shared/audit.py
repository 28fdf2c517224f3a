"""The trail of who did what, as the company's own people look through it."""

import reflex as rx

from portal_app.core.errors import Refusal
from portal_app.services.audit import reading
from portal_app.shapes.audit import TrailAsked, TrailPage
from portal_app.shapes.status import Happening, Notice
from portal_app.state.session import Acting


class TrailState(Acting, rx.State):
    """What is looked for, what was found so far, and whether the trail is whole."""

    page: TrailPage = TrailPage()
    asked: TrailAsked = TrailAsked()
    rows: list[Happening] = []
    checked: Notice = Notice()
    field: str = ""
    trouble: str = ""

    async def _show(self, before: int = 0) -> None:
        self.field = self.trouble = ""
        self.page = await self._do(reading.page, self.asked, before)
        self.rows = [*(self.rows if before else []), *self.page.rows]

    @rx.event
    async def load(self):
        """Open the trail, newest first."""
        self.asked, self.checked = TrailAsked(), Notice()
        await self._show()

    @rx.event
    async def look(self, form: dict):
        """Search; what is wrong is said beside its field."""
        said = {
            name: form.get(name, "")
            for name in ("words", "action", "person", "account", "first_day", "last_day")
        }
        self.asked = TrailAsked(
            **{name: value[:80] if isinstance(value, str) else "" for name, value in said.items()}
        )
        try:
            await self._show()
        except Refusal as no:
            if not no.field:
                raise
            self.field, self.trouble = no.field, no.sentence

    @rx.event
    async def older(self):
        """Show the next fifty below."""
        if self.page.older:
            await self._show(self.page.older)

    @rx.event
    async def check(self):
        """Follow every link of the trail."""
        self.checked = await self._do(reading.check)
