"""Who may do what: in one's account, among the company's people, in a customer's account; and joining."""

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import reflex as rx

from portal_app.core.errors import NotYours, Refusal
from portal_app.services.identity.passwords import WEAK
from portal_app.services.people import customers, invitations, joining, members, staff
from portal_app.shapes.people import (
    CustomerPeoplePage,
    Joining,
    PeoplePage,
    PlaceForm,
    Question,
    StaffPage,
    Who,
)
from portal_app.shapes.status import Notice
from portal_app.state.live import watch
from portal_app.state.session import Acting, in_thread

JOIN_PROBLEMS = {
    **WEAK,
    "none": "Choose a password, or just go on without one.",
    "unnamed": "Type your name, with at most 120 letters.",
    "throttled": "That was tried too often. For your safety, wait 15 minutes and try again.",
    "busy": "We are busy just now and nothing was changed. Try again in a moment.",
}
LOOK_PROBLEMS = {
    "why": "Say why you look, such as a case number or what they asked. They can ask for it.",
    "person": "This person is suspended and sees nothing. Let them in again first.",
    "busy": "We are busy just now. Try again in a moment.",
}
_MORE = ("scopes", "sees", "ends", "day", "reason", "goes_to")
"""The fields that stand under "More"."""


def _text(form: dict, name: str, most: int = 60) -> str:
    value = form.get(name, "")
    return value[:most] if isinstance(value, str) else ""


def _ticked(form: dict, before: str) -> tuple[str, ...]:
    named = (name for name in form if isinstance(name, str) and name.startswith(before))
    return tuple(name.removeprefix(before)[:60] for name in named)[:100]


def read_place(form: dict) -> PlaceForm:
    """What somebody filled in for a place."""
    return PlaceForm(
        email=_text(form, "email", 300),
        role=_text(form, "role"),
        scopes=_ticked(form, "scope-"),
        sees=_text(form, "sees") or "all",
        persons=_ticked(form, "shows-"),
        ends=_text(form, "ends") or "never",
        day=_text(form, "day", 10),
        proxy="proxy" in form,
        reason=_text(form, "reason", 300),
        goes_to=_text(form, "goes_to", 200),
    )


class Asking(Acting, mixin=True):
    """A question before an act on one of a page's people, and doing it."""

    asked: Question = Question()
    about: str = ""

    async def _show(self) -> None:
        raise NotImplementedError

    def _close(self) -> None:
        raise NotImplementedError

    def _act(self) -> Callable[..., Notice]:
        """The use case that the question is about."""
        raise NotImplementedError

    @rx.event
    def close(self):
        """Change nothing."""
        self._close()

    @rx.event
    async def confirm(self):
        """Do what was asked about."""
        about, act = self.about, self._act()
        self._close()
        if not about:
            return
        await self._say(await self._do(act, about))
        await self._show()


class Inviting(Asking, mixin=True):
    """The invitations of a page of people: sent once more, or withdrawn after a question."""

    withdrawing: bool = False

    def _invitations(self) -> ModuleType:
        """The room with the use cases of these invitations."""
        raise NotImplementedError

    @rx.event
    async def ask_to_withdraw(self, invitation_id: str):
        """Say what withdrawing an invitation will do, before it is done."""
        self._close()
        self.asked = await self._do(self._invitations().ask_to_withdraw, invitation_id)
        self.about, self.withdrawing = invitation_id, True

    @rx.event
    async def resend(self, invitation_id: str):
        """Send an invitation once more."""
        await self._say(await self._do(self._invitations().resend, invitation_id))
        await self._show()


class PeopleState(Inviting, rx.State):
    """The people of the current account, the dialog to invite or change, and the question before an end."""

    page: PeoplePage = PeoplePage()
    form: PlaceForm = PlaceForm()
    opened: str = ""
    changing: str = ""
    field: str = ""
    trouble: str = ""
    more: bool = False

    async def _show(self) -> None:
        self.page = await self._do(members.people)

    def _close(self) -> None:
        self.opened = self.changing = self.field = self.trouble = self.about = ""
        self.more = self.withdrawing = False
        self.asked = Question()

    def _invitations(self) -> ModuleType:
        return invitations

    def _act(self) -> Callable[..., Notice]:
        return invitations.withdraw if self.withdrawing else members.end

    @rx.event
    async def load(self):
        """Fill the page when it opens, and keep it true from then on."""
        self._close()
        await self._show()
        visitor = await self._visitor()
        watch(self, f"people:{visitor.account_id}", PeopleState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after somebody joined."""
        await self._show()

    @rx.event
    def open_invite(self):
        """Open the dialog to invite somebody."""
        self._close()
        roles = self.page.roles
        self.form = PlaceForm(role=roles[min(1, len(roles) - 1)].value if roles else "")
        self.opened = "invite"

    @rx.event
    async def open_change(self, place_id: str):
        """Open the dialog to change somebody's place."""
        self._close()
        self.form = await self._do(members.form_of, place_id)
        form = self.form
        self.more = bool(form.scopes or form.sees != "all" or form.ends != "never" or form.proxy)
        self.changing, self.opened = place_id, "change"

    @rx.event
    async def send(self, form: dict):
        """Send the invitation, or make the change; what is wrong is said beside its field."""
        wanted = read_place(form)
        try:
            if self.opened == "change":
                said = await self._do(members.change, self.changing, wanted)
            else:
                said = await self._do(invitations.invite, wanted)
        except Refusal as no:
            self.field, self.trouble = no.field, no.sentence
            self.more = self.more or no.field in _MORE
            return
        self._close()
        await self._say(said)
        await self._show()

    @rx.event
    async def ask_to_end(self, place_id: str):
        """Say what ending a place will do, before it is done."""
        self._close()
        self.asked = await self._do(members.ask_to_end, place_id)
        self.about = place_id


class StaffPeopleState(Inviting, rx.State):
    """The company's own people, the dialog to invite or change one, and the question before an act."""

    page: StaffPage = StaffPage()
    opened: str = ""
    changing: str = ""
    name: str = ""
    role: str = ""
    field: str = ""
    trouble: str = ""
    letting_in: bool = False

    async def _show(self) -> None:
        self.page = await self._do(staff.staff)

    def _close(self) -> None:
        self.opened = self.changing = self.name = self.role = self.field = self.trouble = self.about = ""
        self.withdrawing = self.letting_in = False
        self.asked = Question()

    def _invitations(self) -> ModuleType:
        return staff

    def _act(self) -> Callable[..., Notice]:
        return staff.withdraw if self.withdrawing else staff.toggle_standing

    @rx.event
    async def load(self):
        """Fill the page when it opens."""
        self._close()
        await self._show()

    @rx.event
    def open_invite(self):
        """Open the dialog to invite a colleague."""
        self._close()
        self.role = self.page.roles[0].value if self.page.roles else ""
        self.opened = "invite"

    @rx.event
    async def open_change(self, person_id: str):
        """Open the dialog to change a colleague's role."""
        self._close()
        self.name, self.role = await self._do(staff.role_of, person_id)
        self.changing, self.opened = person_id, "change"

    @rx.event
    async def send(self, form: dict):
        """Send the invitation, or change the role; what is wrong is said beside its field."""
        role, email = _text(form, "role"), _text(form, "email", 300)
        try:
            if self.opened == "change":
                said = await self._do(staff.change_role, self.changing, role)
            else:
                said = await self._do(staff.invite, email, role)
        except Refusal as no:
            self.field, self.trouble = no.field, no.sentence
            return
        self._close()
        await self._say(said)
        await self._show()

    @rx.event
    async def ask_standing(self, person_id: str):
        """Say what suspending a colleague will do, or letting them in again."""
        self._close()
        self.asked = await self._do(staff.ask_standing, person_id)
        self.about, self.letting_in = person_id, len(self.asked.effects) == 1

    @rx.event
    async def end_sessions(self, person_id: str):
        """Sign a colleague out everywhere."""
        await self._say(await self._do(staff.end_sessions, person_id))
        await self._show()


class CustomerPeopleState(Asking, rx.State):
    """The people of one customer's account, for the company's own."""

    page: CustomerPeoplePage = CustomerPeoplePage()
    missing: bool = False
    looking_as: str = ""
    look_title: str = ""
    trouble: str = ""
    letting_in: bool = False

    async def _show(self) -> None:
        account_id = str(self.router.url.query_parameters.get("id", ""))[:64]
        self.page = await self._do(customers.of_account, account_id)

    def _close(self) -> None:
        self.looking_as = self.look_title = self.trouble = self.about = ""
        self.letting_in = False
        self.asked = Question()

    def _act(self) -> Callable[..., Notice]:
        return customers.toggle_standing

    def _look(self, person_id: str) -> None:
        person = next((row for row in self.page.people if row.id == person_id), None)
        if person is not None:
            self.looking_as, self.look_title = person.id, f"See what {person.name} sees"

    @rx.event
    async def load(self):
        """Fill the page when it opens; a look that was refused opens its dialog again."""
        self._close()
        try:
            await self._show()
        except NotYours:
            self.page, self.missing = CustomerPeoplePage(), True
            return
        self.missing = False
        asked = self.router.url.query_parameters
        self.trouble = LOOK_PROBLEMS.get(str(asked.get("problem", "")), "")
        if self.trouble:
            self._look(str(asked.get("person", ""))[:64])

    @rx.event
    def open_look(self, person_id: str):
        """Ask why, before looking as a customer."""
        self._close()
        self._look(str(person_id)[:64])

    @rx.event
    async def ask_standing(self, person_id: str):
        """Say what suspending somebody will do, or letting them in again."""
        self._close()
        self.asked = await self._do(customers.ask_standing, person_id)
        self.about, self.letting_in = person_id, len(self.asked.effects) == 1

    @rx.event
    async def end_sessions(self, person_id: str):
        """Sign somebody out everywhere."""
        await self._say(await self._do(customers.end_sessions, person_id))
        await self._show()

    @rx.event
    async def resend(self, invitation_id: str):
        """Send a customer's invitation once more."""
        await self._say(await self._do(customers.resend, invitation_id))
        await self._show()


class JoinState(Acting, rx.State):
    """The page behind an invitation's link; its forms go to the door over HTTP."""

    page: Joining = Joining()
    who: Who = Who()
    token: str = ""
    name: str = ""
    wrong_name: str = ""
    wrong_password: str = ""
    trouble: str = ""

    @rx.event
    async def load(self):
        """Show who invites to what, and what to do about it."""
        asked = self.router.url.query_parameters
        token = str(asked.get("token", ""))[:100]
        stale = asked.get("problem") == "stale"
        found: Any = Joining(ready=True, state="stale")
        if not stale:
            found = await in_thread(partial(joining.look, token, self.router.headers.cookie))
        self.page = found
        self.who = Who(company=found.company, brand=found.brand)
        self.token = token if found.state == "new" else ""
        self.name = str(asked.get("name", found.name))[:120]
        problem = str(asked.get("problem", ""))
        said = JOIN_PROBLEMS.get(problem, "")
        self.wrong_name = said if problem == "unnamed" else ""
        self.wrong_password = said if problem in WEAK or problem == "none" else ""
        self.trouble = said if problem in ("throttled", "busy") else ""
