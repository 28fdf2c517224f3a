"""One's own data: a copy of everything, to take along."""

import reflex as rx

from portal_app.services.privacy import agreed, copies
from portal_app.shapes.consents import AgreedPage
from portal_app.shapes.privacy import CopyPage
from portal_app.state.live import watch
from portal_app.state.session import Acting


class PrivacyState(Acting, rx.State):
    """How the last copy stands, and what was agreed to."""

    page: CopyPage = CopyPage()
    agreed: AgreedPage = AgreedPage()

    async def _show(self) -> None:
        self.page = await self._do(copies.page)
        self.agreed = await self._do(agreed.page)

    @rx.event
    async def load(self):
        """Fill the page when it opens, and show the copy as soon as it is here."""
        await self._show()
        visitor = await self._visitor()
        watch(self, copies.topic(visitor.person_id), PrivacyState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after the copy was made."""
        await self._show()

    @rx.event
    async def ask(self):
        """Have a copy made, after a fresh proof."""
        await self._say(await self._do(copies.ask))
        await self._show()

    @rx.event
    async def turn(self, key: str, on: bool):
        """Agree to something, or say no to it."""
        await self._say(await self._do(agreed.turn, key, on))
        await self._show()
