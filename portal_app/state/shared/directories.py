"""Directories that say who is here: made, renewed, ended, and what their groups give."""

from contextlib import suppress

import reflex as rx

from portal_app.core.errors import Refusal
from portal_app.services.scim import directories, ends
from portal_app.shapes.directories import DirectoriesPage
from portal_app.shapes.people import Question
from portal_app.state.session import Acting

TOKEN = "directory-token"  # noqa: S105 -- the name of a place on the page


class DirectoriesState(Acting, rx.State):
    """The directories of one's account, or of the company's own people."""

    page: DirectoriesPage = DirectoriesPage()
    opened: str = ""
    about: str = ""
    name: str = ""
    role: str = ""
    field: str = ""
    trouble: str = ""
    made: bool = False
    asked: Question = Question()
    lasts: str = ends.USUAL

    async def _show(self) -> None:
        self.page = await self._do(directories.page)

    def _close(self) -> None:
        self.opened = self.about = self.name = self.role = self.field = self.trouble = ""
        self.asked = Question()

    def _open_now(self) -> dict[str, str]:
        return {"open": self.opened, "about": self.about} if self.opened else {}

    def _draft(self) -> str:
        return "directory" if self.opened == "make" else f"directory-{self.opened}:{self.about}"

    async def _make(self) -> None:
        self._close()
        await self._do(directories.begin)
        roles = self.page.roles
        self.role = roles[-1].value if roles else ""
        self.opened = "make"

    async def _group(self, group_id: str) -> None:
        self._close()
        found = await self._do(directories.group, group_id)
        self.about, self.name, self.role, self.opened = found.id, found.name, found.role, "group"

    async def _renew(self, token_id: str) -> None:
        self._close()
        self.name = await self._do(directories.ask_to_renew, token_id)
        self.about, self.opened = token_id, "renew"

    async def _open_again(self) -> None:
        """Open what a fresh proof was asked for in the midst of; the page puts back what was typed."""
        opened, about = self._was_open()
        with suppress(Refusal):
            if opened == "make":
                await self._make()
            elif opened == "group":
                await self._group(about)
            elif opened == "renew":
                await self._renew(about)

    @rx.event
    async def load(self):
        """Fill the page of a business's account when it opens."""
        self._close()
        self.made = False
        self.page = await self._do(directories.of_account)
        await self._open_again()

    @rx.event
    async def load_ours(self):
        """Fill the page of the company's own people when it opens."""
        self._close()
        self.made = False
        self.page = await self._do(directories.of_staff)
        await self._open_again()

    @rx.event
    async def open_make(self):
        """Open the dialog that lets in one more directory."""
        await self._make()

    @rx.event
    async def open_group(self, group_id: str):
        """Open the dialog that says what a group gives."""
        await self._group(group_id)

    @rx.event
    async def close(self):
        """Change nothing."""
        draft = self._draft() if self.opened else ""
        self._close()
        if draft:
            await self._put_away(draft)

    @rx.event
    async def send(self, form: dict):
        """Let the directory in, make its new token, or say what the group gives; trouble stands beside it."""
        name, role, lasts = (str(form.get(part, ""))[:200] for part in ("name", "role", "lasts"))
        try:
            if self.opened == "group":
                await self._say(await self._do(directories.give_role, self.about, role))
                token = ""
            elif self.opened == "renew":
                token = await self._do(directories.renew, self.about, lasts)
            else:
                token = await self._do(directories.make, name, role, lasts)
        except Refusal as no:
            if not no.field:
                raise
            self.field, self.trouble = no.field, no.sentence
            return None
        await self._sent(self._draft())
        return await self._put(token)

    async def _put(self, token: str):
        """Show the page anew, and the token in its place on it and nowhere else."""
        self._close()
        await self._show()
        if not token:
            return None
        self.made = True
        return rx.set_value(TOKEN, token)

    @rx.event
    async def ask_to_renew(self, token_id: str):
        """Open the dialog that makes a new token for a directory."""
        await self._renew(token_id)

    @rx.event
    async def ask_to_end(self, token_id: str):
        """Say what ending a directory will do, before it is done."""
        self._close()
        self.asked = await self._do(directories.ask_to_end, token_id)
        self.about = token_id

    @rx.event
    async def confirm(self):
        """Do what was asked about."""
        about, asked = self.about, self.asked.title
        self._close()
        if not (about and asked):
            return
        await self._say(await self._do(directories.end, about))
        self.made = False
        await self._show()
