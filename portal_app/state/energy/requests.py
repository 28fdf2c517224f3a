"""Moving, one request, and readings: what a customer asks for and how it stands."""

from dataclasses import replace

import reflex as rx

from portal_app.core.errors import NotYours
from portal_app.portals.energy.service import moving, readings_sent, requests
from portal_app.shapes.energy import MovePage, ReadingPage, RequestPage
from portal_app.shapes.status import Notice
from portal_app.state.live import watch
from portal_app.state.session import Acting


class MoveState(Acting, rx.State):
    """Start, stop or move service: one question at a time, kept on the server at each step."""

    page: MovePage = MovePage()
    asking: bool = False
    sending: bool = False

    @rx.event
    async def load(self):
        """Open the form where it was left, or on what the link names."""
        self.asking = self.sending = False
        self.page = await self._do(moving.begin, str(self.router.url.query_parameters.get("kind", "")))

    @rx.event
    async def answer(self, form: dict):
        """Keep an answer and go on; the last one asks once more where something ends."""
        if self.page.question == "review":
            if self.page.asks:
                self.asking = True
                return None
            return MoveState.send
        question = self.page.question
        self.page = await self._do(moving.answer, question, dict(form))
        await self._sent(f"move:{question}")
        await self._say(Notice())
        return None

    @rx.event
    async def back(self):
        """Go to the question before."""
        self.page = await self._do(moving.back)
        await self._say(Notice())

    @rx.event
    def keep(self):
        """Leave everything as it is."""
        self.asking = False

    @rx.event
    async def send(self):
        """Send it, and follow what comes of it."""
        self.asking = False
        done = await self._do(moving.send)
        # The page it leads to says what comes next; the notice only that it is in, and its reference.
        await self._say(
            replace(done.notice, text="We write when something changes.", link_text="", link_to="")
        )
        return rx.redirect(f"/energy/account/request?id={done.request_id}")

    @rx.event
    async def drop(self):
        """Put the form away."""
        await self._say(await self._do(moving.drop))
        return rx.redirect("/energy/account")


class RequestState(Acting, rx.State):
    """One request with its stages; it moves when the operator moves it."""

    page: RequestPage = RequestPage()
    missing: bool = False
    asking: bool = False
    other: str = ""
    picking: bool = False

    async def _show(self) -> None:
        self.page = await self._do(requests.request, str(self.router.url.query_parameters.get("id", "")))

    @rx.event
    async def load(self):
        """Fill the page when it opens, and keep it true from then on."""
        visitor = await self._visitor()
        self.page = RequestPage()
        self.asking, self.picking, self.other = False, False, ""
        self.missing = False
        try:
            await self._show()
        except NotYours:
            self.missing = True
            return
        watch(self, f"requests:{visitor.account_id}", RequestState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after something changed."""
        if self.page.ready:
            await self._show()

    @rx.event
    def ask_cancel(self):
        """Ask once before anything is cancelled."""
        self.asking = True

    @rx.event
    def choose_other(self, value: str):
        """Say what becomes of the other half of a move."""
        self.other = value

    @rx.event
    def keep(self):
        """Keep the request."""
        self.asking = False

    @rx.event
    async def cancel(self):
        """Cancel it."""
        await self._say(await self._do(requests.cancel, self.page.id, self.other))
        self.asking = False
        await self._show()

    @rx.event
    def choose_day(self):
        """Show the days to choose from."""
        self.picking = not self.picking

    @rx.event
    async def reschedule(self, form: dict):
        """Take another day or another time."""
        day, slot = str(form.get(self.page.kind, "")), str(form.get("slot", ""))
        await self._say(await self._do(requests.reschedule, self.page.id, day, slot))
        self.picking = False
        await self._show()

    @rx.event
    async def answer(self, form: dict):
        """Answer what was asked."""
        await self._say(await self._do(requests.answer_info, self.page.id, str(form.get("answer", ""))))
        await self._sent(f"request:{self.page.id}")
        await self._show()

    @rx.event
    async def go_on_alone(self):
        """Let this half of a move go ahead."""
        await self._say(await self._do(requests.go_on_alone, self.page.id, True))
        await self._show()

    @rx.event
    async def stop_too(self):
        """Cancel this half of a move as well."""
        await self._say(await self._do(requests.go_on_alone, self.page.id, False))
        await self._show()


class ReadingState(Acting, rx.State):
    """Sending a reading, with a photo where wanted, and booking a visit."""

    page: ReadingPage = ReadingPage()
    typed: str = ""
    trouble: str = ""

    @rx.event
    async def load(self):
        """Open the page, on what came of a photo where one was just sent."""
        asked = self.router.url.query_parameters
        self.typed, self.trouble = str(asked.get("reading", ""))[:40], str(asked.get("trouble", ""))[:400]
        self.page = await self._do(readings_sent.page, str(asked.get("register_id", "")), self.trouble)
        if asked.get("sent"):
            await self._say(await self._do(readings_sent.sent, str(asked["sent"])))

    @rx.event
    def set_typed(self, value: str):
        """Keep what is typed."""
        self.typed = str(value)[:40]

    @rx.event
    async def choose_dial(self, register_id: str):
        """Read another dial."""
        self.page = await self._do(readings_sent.page, str(register_id))

    @rx.event
    async def send(self, form: dict):
        """Send the reading without a photo."""
        self.typed, self.trouble = str(form.get("reading", self.typed))[:40], ""
        register_id = self.page.register_id
        await self._say(await self._do(readings_sent.send_reading, register_id, self.typed))
        await self._sent("reading")
        self.typed = ""
        self.page = await self._do(readings_sent.page, register_id)

    @rx.event
    async def book(self, form: dict):
        """Book a visit of the meter reader."""
        asked = await self._do(requests.ask_reading, self.page.visit_place, str(form.get("slot", "")))
        await self._say(asked.notice)
        self.page = await self._do(readings_sent.page, self.page.register_id)
