"""One's own passkeys: the list, renaming, removing; making and using them goes over HTTP."""

import reflex as rx

from portal_app.services.identity import own_passkeys
from portal_app.services.identity import service as identity
from portal_app.shapes.passkeys import PasskeyRemoval, PasskeyRow
from portal_app.shapes.status import Notice
from portal_app.state.session import Acting

DONE = Notice("Your passkey was added", "Next time one touch signs you in. We sent you a mail.", "good")


class PasskeysState(Acting, rx.State):
    """The passkeys of one person, and what is asked before one goes."""

    ready: bool = False
    rows: list[PasskeyRow] = []
    renaming: str = ""
    removing: PasskeyRemoval = PasskeyRemoval()
    next_place: str = ""

    async def _show(self) -> None:
        self.renaming, self.removing = "", PasskeyRemoval()
        self.rows = await self._do(own_passkeys.rows)
        self.ready = True

    @rx.event
    async def load(self):
        """Fill the list when a page with it opens."""
        await self._show()
        asked = self.router.url.query_parameters
        visitor = await self._visitor()
        home = identity.home_of(visitor.kind, visitor.staff)
        self.next_place = identity.own_path(asked.get("next", "")) or home
        if asked.get("done") == "passkey":
            await self._say(DONE)

    @rx.event
    def ask_rename(self, passkey_id: str):
        """Open the field for another name."""
        self.renaming = passkey_id[:26]

    @rx.event
    async def rename(self, form: dict):
        """Keep the name that was typed."""
        await self._do(own_passkeys.rename, self.renaming, str(form.get("passkey-name", "")))
        await self._show()

    @rx.event
    async def ask_remove(self, passkey_id: str):
        """Say what removing a passkey would mean; whoever needs a fresh proof first goes there."""
        self.removing = await self._do(own_passkeys.removal, passkey_id)

    @rx.event
    def keep(self):
        """Leave everything as it is."""
        self.renaming, self.removing = "", PasskeyRemoval()

    @rx.event
    async def remove(self):
        """Remove the passkey that was asked about."""
        name = await self._do(own_passkeys.remove, self.removing.id)
        await self._show()
        await self._say(
            Notice(f"{name} no longer signs you in", "Delete the passkey on that device as well.", "good")
        )
