"""The pages around mailed links: asking for one, and the page that one leads to."""

from dataclasses import replace
from functools import partial

import reflex as rx

from portal_app.services.identity import by_mail, own_email, way_back
from portal_app.services.identity import service as identity
from portal_app.services.identity.passwords import WEAK
from portal_app.services.tenancy import service as tenancy
from portal_app.shapes.companies import CompanyFacts
from portal_app.shapes.mailed import LinkShown, WayBackRow
from portal_app.shapes.people import Who
from portal_app.shapes.status import Notice
from portal_app.state.session import Acting, in_thread
from portal_app.state.shared.sign_in import PROBLEMS, typed_in, typed_who_in

PURPOSES = {
    "/reset/new": "reset",
    "/sign-in/link": "sign_in",
    "/email/new": "new_email",
    "/email/undo": "old_email",
    "/way-back/open": "way_back",
    "/way-back/stop": "not_me",
    "/leaving/stop": "stay",
}
"""What the link of each page is for."""

_JUNK = "Nothing there after two minutes? Look among junk, or check what you typed."
SENT = {
    "/reset": Notice("Look at your mail", f"If we know that address, a link is on its way. {_JUNK}", "info"),
    "/sign-in/mailed": Notice(
        "Look at your mail",
        f"If we know that address, a link and a code of six digits are on their way. {_JUNK}",
        "info",
    ),
    "/sign-in/find": Notice(
        "Look at your mail",
        "If we know that email or phone, a link for each of your portals is on its way, to the address we "
        f"have. {_JUNK}",
        "info",
    ),
}
"""What is said after a mail was asked for; the same whether or not anybody is known."""

_SAID = {
    "throttled": PROBLEMS["throttled"],
    "undone": Notice(
        "Your old address is back",
        "What came after it is undone, and you are signed out everywhere. Choose a new password now.",
        "good",
    ),
}
_ASKED = Notice(
    "Your request is with our people",
    "They check that it is you, then tell you at the address you gave. If they let you in, the link comes "
    "a day later, so that nobody else can get in unseen.",
    "good",
)
_FIELDS = {
    "email": "Type the email you signed in with, such as name@example.com.",
    "reach": "Type an email address where you can read our answer.",
    "says": "Say in a few words what happened and how we can check that it is you.",
}
_BUSY = Notice("We are busy just now", "Nothing has happened yet. Try again in a moment.", "attention")
_WRONG_CODE = "That code does not fit. Check the newest mail, or ask for a new code."


def _company(host: str, slug: str) -> CompanyFacts:
    offered = tenancy.portals_for(host, slug)
    return offered[0] if len(offered) == 1 else CompanyFacts()


class MailedState(Acting, rx.State):
    """A page that asks for a mail, or one that a mail leads to; the forms are native and go over HTTP."""

    who: Who = Who()
    phone_line: str = ""
    said: Notice = Notice()
    sent: bool = False
    email: str = ""
    next_place: str = ""
    company_slug: str = ""
    token: str = ""
    works: bool = False
    looked: bool = False
    link: LinkShown = LinkShown()
    code_problem: str = ""
    password_problem: str = ""
    email_problem: str = ""
    reach_problem: str = ""
    says_problem: str = ""

    def _begin(self) -> dict[str, str]:
        asked = self.router.url.query_parameters
        problem = str(asked.get("problem", ""))[:20]
        self.code_problem = _WRONG_CODE if problem == "code" else ""
        self.password_problem = WEAK.get(problem, "")
        self.next_place = identity.own_path(asked.get("next", ""))
        self.email_problem, self.reach_problem, self.says_problem = (
            _FIELDS[name] if problem == name else "" for name in _FIELDS
        )
        self.said = _BUSY if problem == "busy" else _SAID.get(problem, Notice())
        return {name: str(value)[:500] for name, value in asked.items()}

    def _wear(self, company: CompanyFacts) -> None:
        self.who = Who(company=company.name, brand=company.brand)
        self.phone_line = company.phone

    @rx.event
    async def load_asking(self):
        """Fill a page that asks for a mail."""
        asked = self._begin()
        slug = asked.get("company", "")[:60]
        company = await in_thread(partial(_company, self.router.headers.host, slug))
        self._wear(company)
        self.company_slug = slug if slug and slug == company.slug else ""
        place = self.router.url.path.rstrip("/")
        typed = typed_who_in if place == "/sign-in/find" else typed_in
        self.email = typed(self.router.headers.cookie)
        self.sent = asked.get("sent", "") == "1" or bool(self.code_problem)
        told = SENT.get(place, Notice())
        if self.sent and not self.said.title and not self.code_problem:
            self.said = told

    @rx.event
    async def load_lost(self):
        """Fill the page of somebody who lost everything; a reference tells that they have asked."""
        asked = self._begin()
        slug = asked.get("company", "")[:60]
        self._wear(await in_thread(partial(_company, self.router.headers.host, slug)))
        self.company_slug = slug
        self.email = typed_in(self.router.headers.cookie)
        number = asked.get("sent", "")[:12]
        self.sent = number.startswith("WB-") and number.replace("-", "").isalnum()
        if self.sent:
            self.said = replace(_ASKED, reference=number)

    @rx.event
    async def load_link(self):
        """Fill the page that a mailed link leads to; looking at it uses nothing up."""
        asked = self._begin()
        purpose = PURPOSES.get(self.router.url.path.rstrip("/"), "")
        token = asked.get("token", "")
        found = await in_thread(partial(by_mail.shown, token, purpose, self.router.headers.cookie))
        self.works = found is not None
        self.token = token if found is not None else ""
        self.link = found or LinkShown()
        self.who = Who(company=self.link.company, brand=self.link.brand)
        self.phone_line = self.link.phone
        self.sent = asked.get("sent", "") == "1"
        self.looked = True


class OwnEmailState(Acting, rx.State):
    """Changing the address one signs in with."""

    email: str = ""
    typed: str = ""
    ready: bool = False

    @rx.event
    async def load(self):
        """Show the address, once it is proved who asks."""
        self.email = await self._do(own_email.begin)
        self.typed, self.ready = "", True

    @rx.event
    def set_typed(self, value: str):
        """Keep what is typed."""
        self.typed = str(value)[:254]

    @rx.event
    async def ask(self):
        """Have a link mailed to the new address."""
        email = await self._do(own_email.ask, self.typed)
        await self._sent("own-email")
        self.typed = ""
        said = "Press its button within an hour. Until then you sign in as before."
        await self._say(Notice(f"Look at the mail to {email}", said, "good"))


class WayBackState(Acting, rx.State):
    """Who lost everything and asks to be let in again, for the company's people."""

    rows: list[WayBackRow] = []
    ready: bool = False
    open_id: str = ""
    why: str = ""

    def _open_now(self) -> dict[str, str]:
        return {"open": self.open_id} if self.open_id else {}

    @rx.event
    async def load(self):
        """List who asks; the one that a fresh proof was asked for in the midst of is open again."""
        self.rows = await self._do(way_back.asked_for)
        opened, _ = self._was_open()
        self.open_id = opened if any(row.id == opened and row.waits for row in self.rows) else ""
        self.why, self.ready = "", True

    @rx.event
    def look(self, row_id: str):
        """Open one request to decide about it, or shut it."""
        self.open_id = "" if self.open_id == row_id else str(row_id)[:26]
        self.why = ""

    @rx.event
    def set_why(self, value: str):
        """Keep what is typed."""
        self.why = str(value)[:400]

    @rx.event
    async def approve(self):
        """Let somebody in again, a day from now."""
        await self._do(way_back.approve, self.open_id, self.why)
        await self._decided(
            "They can come back in a day", "The account's own address was told and can stop it."
        )

    @rx.event
    async def refuse(self):
        """Let nobody in."""
        await self._do(way_back.refuse, self.open_id, self.why)
        await self._decided("The request is refused", "Both addresses were told. Nothing has changed.")

    async def _decided(self, title: str, text: str) -> None:
        await self._sent(f"way-back:{self.open_id}")
        self.rows = await self._do(way_back.asked_for)
        self.open_id, self.why = "", ""
        await self._say(Notice(title, text, "good"))
