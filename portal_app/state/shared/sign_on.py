"""Setting up other houses that vouch for a company's people."""

from contextlib import suppress
from dataclasses import replace

import reflex as rx

from portal_app.core.errors import ProveAgain, Refusal
from portal_app.services.identity.saml_metadata import TROUBLES
from portal_app.services.people import sign_ons
from portal_app.shapes.forms import Choice
from portal_app.shapes.people import Question
from portal_app.shapes.sign_on import SignOnForm, SignOnPage
from portal_app.state.session import Acting

PROBLEMS = {
    **TROUBLES,
    "secret": "Paste the client secret that the provider gave you.",
    "busy": "We are busy just now and nothing was changed. Try again in a moment.",
    "host": "Try it at your own address, where your provider brings people back: sign in there and open this "
    "page. “Our brand” says which address that is.",
}
_DRAFTS = {"edit": "sign-on", "proof": "sign-on-proof"}
"""Under which name what is typed in a dialog is kept; a secret is not."""
_FIELDS = ("name", "issuer", "client_id", "domains", "role_claim", "roles", "whom", "account")


def _text(form: dict, name: str, most: int) -> str:
    value = form.get(name, "")
    return value[:most] if isinstance(value, str) else ""


def read_form(form: dict) -> SignOnForm:
    """What somebody filled in about another house."""
    said = {name: _text(form, name, 4000 if name == "roles" else 1500) for name in _FIELDS}
    return SignOnForm(**said, makes_people="makes_people" in form, follows="follows" in form)


class SignOnState(Acting, rx.State):
    """The houses that vouch for people here, the dialogs to set one up, and the question before it goes."""

    page: SignOnPage = SignOnPage()
    form: SignOnForm = SignOnForm()
    opened: str = ""
    about: str = ""
    name: str = ""
    field: str = ""
    trouble: str = ""
    domains: list[Choice] = []
    asked: Question = Question()

    def _token(self) -> str:
        return str(self.router.url.query_parameters.get("token", ""))[:100]

    async def _show(self) -> None:
        self.page = await self._do(sign_ons.page, self._token())

    def _close(self) -> None:
        self.opened = self.about = self.name = self.field = self.trouble = ""
        self.asked = Question()

    def _open(self, what: str, sign_on_id: str) -> None:
        row = next((row for row in self.page.rows if row.id == sign_on_id), None)
        self._close()
        if row is not None:
            self.opened, self.about, self.name = what, row.id, row.name

    def _open_now(self) -> dict[str, str]:
        if self.opened not in _DRAFTS:
            return {}
        new_saml = self.opened == "edit" and not self.about and self.form.protocol == "saml"
        return {"open": "saml" if new_saml else self.opened, "about": self.about}

    def _draft(self) -> str:
        return f"{_DRAFTS[self.opened]}:{self.about}" if self.opened in _DRAFTS else ""

    async def _edit(self, sign_on_id: str | None, protocol: str = "oidc") -> None:
        self._close()
        if sign_on_id is not None:
            self.form = await self._do(sign_ons.form_of, sign_on_id)
            self._open("edit", sign_on_id)
        else:
            await self._do(sign_ons.may_change)
            self.form, self.opened = SignOnForm(protocol=protocol), "edit"

    async def _proof(self, sign_on_id: str) -> None:
        found = await self._do(sign_ons.unproved, sign_on_id)
        self.domains = [Choice(domain, domain) for domain in found]
        self._open("proof", sign_on_id)

    @rx.event
    async def load(self):
        """Fill the page when it opens, and open again what a fresh proof was asked for in the midst of."""
        self._close()
        await self._show()
        opened, about = self._was_open()
        # What was typed is put back by the page.
        with suppress(Refusal):
            if opened in ("edit", "saml"):
                await self._edit(about or None, "saml" if opened == "saml" else "oidc")
            elif opened == "proof":
                await self._proof(about)
        problem = str(self.router.url.query_parameters.get("problem", ""))
        self.trouble = PROBLEMS.get(problem, "")

    @rx.event
    async def open_new(self):
        """Open the form of a new house."""
        await self._edit(None)

    @rx.event
    async def open_new_saml(self):
        """Open the form of a new house that speaks SAML."""
        await self._edit(None, "saml")

    @rx.event
    async def open_change(self, sign_on_id: str):
        """Open the form of a house that there is."""
        await self._edit(sign_on_id)

    @rx.event
    async def open_secret(self, sign_on_id: str):
        """Ask for the secret by which a house knows us."""
        await self._do(sign_ons.may_change)
        self._open("secret", sign_on_id)

    @rx.event
    async def open_metadata(self, sign_on_id: str):
        """Ask for what a house that speaks SAML says of itself."""
        await self._do(sign_ons.may_keep_metadata, sign_on_id)
        self._open("metadata", sign_on_id)

    @rx.event
    async def open_proof(self, sign_on_id: str):
        """Ask which domain to prove, and by which mailbox."""
        await self._proof(sign_on_id)

    @rx.event
    async def close(self):
        """Change nothing."""
        draft = self._draft()
        self._close()
        if draft:
            await self._put_away(draft)

    @rx.event
    async def send(self, form: dict):
        """Keep what was filled in; what is wrong is said beside its field."""
        wanted = replace(read_form(form), protocol=self.form.protocol)
        try:
            said = await self._do(sign_ons.save, self.about, wanted)
        except ProveAgain:
            raise
        except Refusal as no:
            self.form, self.field, self.trouble = wanted, no.field, no.sentence
            return
        await self._sent(self._draft())
        self._close()
        await self._say(said)
        await self._show()

    @rx.event
    async def send_proof(self, form: dict):
        """Mail the link that proves a domain."""
        domain, mailbox = _text(form, "domain", 120), _text(form, "mailbox", 20)
        try:
            said = await self._do(sign_ons.mail_proof, self.about, domain, mailbox)
        except ProveAgain:
            raise
        except Refusal as no:
            self.field, self.trouble = no.field, no.sentence
            return
        await self._sent(self._draft())
        self._close()
        await self._say(said)

    @rx.event
    async def confirm_domain(self):
        """Take a domain as proved by the link that led here."""
        await self._say(await self._do(sign_ons.confirm_domain, self._token()))
        await self._show()

    @rx.event
    async def turn(self, sign_on_id: str):
        """Turn a house on or off."""
        await self._say(await self._do(sign_ons.turn, sign_on_id))
        await self._show()

    @rx.event
    async def ask_to_remove(self, sign_on_id: str):
        """Say what removing a house will do."""
        self._close()
        self.asked = await self._do(sign_ons.ask_to_remove, sign_on_id)
        self.about = str(sign_on_id)[:64]

    @rx.event
    async def remove(self):
        """Remove the house that was asked about."""
        about = self.about
        self._close()
        if about:
            await self._say(await self._do(sign_ons.remove, about))
            await self._show()
