"""The operator's board and the outages they run."""

from datetime import datetime

import reflex as rx

from portal_app.core.clock import zone_of
from portal_app.core.errors import Refusal
from portal_app.portals.energy.service import board, operator, outage_facts
from portal_app.shapes.energy import OperatorOutage, OperatorPage
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Notice
from portal_app.state.live import watch
from portal_app.state.session import Acting


def _moment(typed: str, zone: str, field: str) -> datetime | None:
    """What a datetime field holds, on the company's wall clock. Raises Refusal for anything else."""
    if not typed.strip():
        return None
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError as trouble:
        raise Refusal("Give the day and the time, such as 22 November, 15:40.", field) from trouble
    return moment if moment.tzinfo else moment.replace(tzinfo=zone_of(zone))


class BoardState(Acting, rx.State):
    """What is out and who waits, renewed as it changes."""

    page: OperatorPage = OperatorPage()

    @rx.event
    async def load(self):
        """Fill the board, and keep it true from then on."""
        visitor = await self._visitor()
        self.page = await self._do(board.home)
        watch(self, outage_facts.topic(visitor.company_id), BoardState.refresh)
        watch(self, f"requests:{visitor.company_id}", BoardState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after something changed."""
        self.page = await self._do(board.home)


class RunOutageState(Acting, rx.State):
    """Posting an outage and taking it along, step by step."""

    board: OperatorPage = OperatorPage()
    outage: OperatorOutage = OperatorOutage()
    feeders: list[Choice] = []
    event: str = ""
    asking: bool = False

    async def _open(self, outage_id: str) -> None:
        self.outage = await self._do(board.outage, outage_id) if outage_id else OperatorOutage()
        self.event, self.asking = "", False

    @rx.event
    async def load(self):
        """Open the outage that the address names, or the list of all that are on."""
        visitor = await self._visitor()
        self.board = await self._do(board.board)
        self.feeders = list(await self._do(board.feeders))
        await self._open(str(self.router.url.query_parameters.get("id", "")))
        watch(self, outage_facts.topic(visitor.company_id), RunOutageState.refresh)

    @rx.event
    async def refresh(self):
        """Look again after something changed."""
        self.board = await self._do(board.board)
        if self.outage.id:
            self.outage = await self._do(board.outage, self.outage.id)

    @rx.event
    def choose_event(self, event: str):
        """Choose what happened."""
        self.event = str(event)[:30]

    @rx.event
    async def post(self, form: dict):
        """Put an outage on record; everybody touched sees it at once."""
        visitor = await self._visitor()
        found = await self._do(
            operator.post_outage,
            feeder=str(form.get("feeder", "")),
            area=str(form.get("area", "")),
            cause=str(form.get("cause", "")),
            polygon=str(form.get("polygon", "")),
            etr=_moment(str(form.get("etr", "")), visitor.zone, "etr"),
            storm=form.get("storm") in (True, "on", "true"),
            words=str(form.get("words", "")),
        )
        await self._sent("outage-post")
        await self._open(found)
        await self._say(Notice(f"Posted: {self.outage.title}", "Everybody touched sees it now.", "good"))
        return rx.redirect(f"/staff/{visitor.kind}/outages?id={found}")

    @rx.event
    async def move(self, form: dict):
        """Take the outage one step on."""
        visitor = await self._visitor()
        facts = {
            "crew": form.get("crew", ""),
            "next_who": form.get("next_who", ""),
            "next_what": form.get("next_what", ""),
            "next_by": _moment(str(form.get("next_by", "")), visitor.zone, "next_by"),
            "into": form.get("into", ""),
        }
        said = await self._do(
            operator.move_outage,
            self.outage.id,
            self.event,
            version=self.outage.version,
            words=str(form.get("words", "")),
            facts=facts,
        )
        await self._sent(f"outage-move:{self.outage.id}")
        await self._open(self.outage.id)
        await self._say(said)

    @rx.event
    async def estimate(self, form: dict):
        """Move the time power comes back, with why."""
        visitor = await self._visitor()
        etr = _moment(str(form.get("etr", "")), visitor.zone, "etr")
        because, version = str(form.get("because", "")), self.outage.version
        said = await self._do(operator.change_estimate, self.outage.id, etr, because, version=version)
        await self._sent(f"outage-time:{self.outage.id}")
        await self._open(self.outage.id)
        await self._say(said)

    @rx.event
    async def announce(self, form: dict):
        """Announce planned work on a feeder."""
        visitor = await self._visitor()
        begins = _moment(str(form.get("starts_at", "")), visitor.zone, "starts_at")
        ends = _moment(str(form.get("ends_at", "")), visitor.zone, "ends_at")
        if begins is None or ends is None:
            raise Refusal(
                "Planned work needs a beginning and an end.", "starts_at" if begins is None else "ends_at"
            )
        said = await self._do(
            operator.announce_work,
            feeder=str(form.get("feeder", "")),
            starts_at=begins,
            ends_at=ends,
            why=str(form.get("why", "")),
        )
        await self._sent("outage-work")
        await self._say(said)
