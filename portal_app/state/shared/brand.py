"""The company's brand: what is tried and what is kept."""

import reflex as rx

from portal_app.core.errors import Refusal
from portal_app.services.tenancy import brand
from portal_app.shapes.companies import BrandPage
from portal_app.shapes.status import Notice
from portal_app.state.session import Acting, SessionState

SAVED = Notice("Your mark is saved", "Pages and mails show it from now on.", "good")


class BrandState(Acting, rx.State):
    """The brand's page: name, mark, and a colour that is shown and judged before it is saved."""

    page: BrandPage = BrandPage()
    typed: str = ""
    """The colour in its field."""
    tried: str = ""
    """The colour shown, as the address of its sheet has it: "025b4b"."""
    says: str = ""
    nearest: str = ""
    mark_problem: str = ""

    async def _try(self, colour: str) -> None:
        found = await self._outside(brand.verdict, colour)
        self.tried = brand.clean_colour(colour)[1:]
        self.says, self.nearest = found.says, found.nearest

    async def _show(self) -> None:
        self.page = await self._do(brand.page)
        self.typed = self.page.accent
        await self._try(self.typed)

    @rx.event
    async def load(self):
        """Fill the page when it opens."""
        asked = self.router.url.query_parameters
        await self._show()
        self.mark_problem = str(asked.get("trouble", ""))[:300]
        if asked.get("saved") == "mark":
            await self._say(SAVED)

    @rx.event
    async def try_colour(self, colour: str):
        """Show a colour and say whether it can be read."""
        self.typed = colour[:7]
        try:
            await self._try(self.typed)
        except Refusal as no:
            self.says, self.nearest = no.sentence, ""

    @rx.event
    async def take_nearest(self):
        """Take the nearest colour that can be read."""
        if self.nearest:
            self.typed = self.nearest
            await self._try(self.typed)

    @rx.event
    async def save(self, form: dict):
        """Keep the name and the colour."""
        name, colour = (str(form.get(field, ""))[:200] for field in ("name", "accent"))
        await self._say(await self._do(brand.save, name, colour))
        await self._show()
        return SessionState.arrive

    @rx.event
    async def drop_mark(self):
        """Go back to the plain mark."""
        await self._say(await self._do(brand.drop_mark))
        await self._show()
        return SessionState.arrive
