"""Every block draws from a Var as it does from a plain value."""

import pytest
import reflex as rx

from portal_app.components.blocks.banner import banner
from portal_app.components.blocks.big_number import big_number
from portal_app.components.blocks.bill_lines import bill_lines
from portal_app.components.blocks.checklist import checklist
from portal_app.components.blocks.gauge import gauge
from portal_app.components.blocks.invoice_rows import invoice_rows
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.news_rows import news_rows
from portal_app.components.blocks.notice import notices
from portal_app.components.blocks.progress import progress
from portal_app.components.blocks.rule import rule
from portal_app.components.blocks.status_tracker import status_tracker
from portal_app.components.blocks.sum_table import sum_table
from portal_app.components.blocks.task_buttons import task_buttons
from portal_app.components.blocks.task_card import task_card, task_cards
from portal_app.components.blocks.timeline import timeline
from portal_app.components.blocks.tips import tips
from portal_app.components.frames import FRAMES, Around
from portal_app.shapes.charts import GaugeReading, Rule
from portal_app.shapes.money import BigNumber, ExplainedLine, InvoiceLine, SumLine
from portal_app.shapes.people import Who
from portal_app.shapes.portal import NavEntry
from portal_app.shapes.status import Alert, Badge, Happening, Notice, Stage
from portal_app.shapes.tasks import CheckRow, LinkRow, NewsRow, Progress, TaskButton, TaskCard, TipRow


class LiveState(rx.State):
    """One var of every shape."""

    who: Who = Who()
    alert: Alert = Alert()
    notice: Notice = Notice()
    unread: int = 0
    figure: BigNumber = BigNumber()
    ruler: Rule = Rule()
    reading: GaugeReading = GaugeReading()
    how_far: Progress = Progress()
    card: TaskCard = TaskCard("", "", "", Badge())
    cards: list[TaskCard] = []
    tasks: list[TaskButton] = []
    news: list[NewsRow] = []
    links: list[LinkRow] = []
    tips: list[TipRow] = []
    bills: list[InvoiceLine] = []
    lines: list[ExplainedLine] = []
    sums: list[SumLine] = []
    happened: list[Happening] = []
    checks: list[CheckRow] = []
    stages: list[Stage] = []

    @rx.event
    def pay(self, invoice_id: str):
        """Take the id of a bill."""

    @rx.event
    def dismiss(self):
        """Put the notice away."""


BLOCKS = {
    "banner": lambda: banner(LiveState.alert),
    "big number": lambda: big_number(LiveState.figure),
    "bill lines": lambda: bill_lines(LiveState.lines, "Due", LiveState.figure.whole),
    "checklist": lambda: checklist(LiveState.checks),
    "gauge": lambda: gauge(LiveState.reading),
    "invoice rows": lambda: invoice_rows(LiveState.bills, on_pay=LiveState.pay),
    "link rows": lambda: link_rows(LiveState.links, "None yet."),
    "news rows": lambda: news_rows(LiveState.news, "Nothing moved."),
    "notices": lambda: notices(LiveState.notice, LiveState.dismiss),
    "progress": lambda: progress(LiveState.how_far),
    "rule": lambda: rule(LiveState.ruler),
    "status tracker": lambda: status_tracker(LiveState.stages),
    "sum table": lambda: sum_table(LiveState.sums),
    "task buttons": lambda: task_buttons(LiveState.tasks),
    "task card": lambda: task_card(LiveState.card),
    "task cards": lambda: task_cards(LiveState.cards),
    "timeline": lambda: timeline(LiveState.happened),
    "tips": lambda: tips(LiveState.tips),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_draws_from_live_values(name):
    tree = str(rx.el.div(BLOCKS[name]()).render())
    assert "live_state" in tree


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_draws_from_live_values(name):
    around = Around(
        nav=(NavEntry("Home", "/energy", "home"),),
        current="/energy",
        who=LiveState.who,
        alert=LiveState.alert,
        news_count=LiveState.unread,
        news_to="/energy/news",
        notice=LiveState.notice,
        on_dismiss=LiveState.dismiss,
    )
    tree = str(FRAMES[name](around, rx.el.h1("Home")).render())
    assert "live_state" in tree


def test_a_payable_bill_hands_its_id_to_the_handler():
    tree = str(BLOCKS["invoice rows"]().render())
    assert "live_state.pay" in tree
    assert "button primary low" in tree
