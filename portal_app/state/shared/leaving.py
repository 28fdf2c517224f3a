"""Delete my account: what goes and stays, asking, taking it back; and the holds that the company sets."""

import reflex as rx

from portal_app.core.errors import Refusal
from portal_app.services.privacy import holds, leaving
from portal_app.shapes.leaving import EndPage, HoldsPage
from portal_app.state.session import Acting


class LeavingState(Acting, rx.State):
    """What would go and stay, how the wish stands, and the question before it is asked."""

    page: EndPage = EndPage()
    asking: bool = False

    async def _show(self) -> None:
        self.page = await self._do(leaving.page)

    @rx.event
    async def load(self):
        """Fill the page when it opens."""
        self.asking = False
        await self._show()

    @rx.event
    def open_question(self):
        """Ask once before anything is asked for."""
        self.asking = True

    @rx.event
    def close(self):
        """Ask for nothing."""
        self.asking = False

    @rx.event
    async def ask(self):
        """Ask to be deleted, after a fresh proof."""
        self.asking = False
        await self._say(await self._do(leaving.ask))
        await self._show()

    @rx.event
    async def stop(self):
        """Keep the account after all."""
        await self._say(await self._do(leaving.stop))
        await self._show()


class HoldsState(Acting, rx.State):
    """What must not be deleted for now, for the company's people."""

    page: HoldsPage = HoldsPage()
    opened: bool = False
    field: str = ""
    trouble: str = ""

    async def _show(self) -> None:
        self.page = await self._do(holds.page)

    def _close(self) -> None:
        self.opened, self.field, self.trouble = False, "", ""

    @rx.event
    async def load(self):
        """List the holds and who asked to be deleted."""
        self._close()
        await self._show()

    @rx.event
    def open_form(self):
        """Open the dialog that sets a hold."""
        self._close()
        self.opened = True

    @rx.event
    def close(self):
        """Set none."""
        self._close()

    @rx.event
    async def send(self, form: dict):
        """Set a hold; what is wrong is said beside its field."""
        try:
            said = await self._do(holds.place, form.get("whose"), form.get("reason"), form.get("ends_on"))
        except Refusal as no:
            self.field, self.trouble = no.field, no.sentence
            return
        self._close()
        await self._say(said)
        await self._show()

    @rx.event
    async def lift(self, hold_id: str):
        """End a hold."""
        await self._say(await self._do(holds.lift, hold_id))
        await self._show()
