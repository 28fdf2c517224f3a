"""The home as Reflex's documentation would lead to it: Radix components, recharts, data on load.

Also holds `Bare`: a handler that changes one int, which a real handler is measured against.
"""

import asyncio
from typing import Any

import reflex as rx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from portal_app import all_tables  # noqa: F401 -- every table is known before the first query
from portal_app.first_paint import gather
from portal_app.registry import KINDS, kind_named
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import service as identity

identity.use_roles({kind.key: kind.roles for kind in KINDS})


class Bare(rx.State):
    """One int."""

    count: int = 0

    @rx.event
    def more(self):
        """Change it."""
        self.count += 1


def _found(cookie: str) -> Any:
    visitor = identity.visitor_of(cookie)
    if visitor is None:
        raise PermissionError
    return perform(visitor, gather, kind_named(visitor.kind).home)


class Home(rx.State):
    """The home's data, fetched when the page loads."""

    title: str = ""
    figure: str = ""
    meaning: str = ""
    share: int = 0
    tasks: list[dict[str, str]] = []
    news: list[dict[str, str]] = []
    bill: str = ""
    lines: list[list[str]] = []
    days: list[dict[str, str | float]] = []

    @rx.event
    async def load(self):
        """Fetch it."""
        found = await asyncio.to_thread(_found, self.router.headers.cookie)
        seen = found["home"]
        self.title, self.meaning = seen.title, seen.meaning
        self.figure = f"{seen.figure.before}{seen.figure.whole}{seen.figure.cents}"
        self.share = round(seen.rule.fill)
        self.tasks = [{"label": each.label, "to": each.link_to} for each in seen.tasks]
        self.news = [{"title": each.title, "detail": each.detail} for each in seen.news]
        self.bill = f"{seen.bill.title} {seen.bill.figure.said}"
        self.lines = [[each.label, each.amount] for each in seen.bill.lines]
        self.days = [{"day": bar.label, "use": bar.height} for bar in seen.days.bars]


def _task(task: rx.Var) -> rx.Component:
    return rx.link(rx.button(task["label"], width="100%"), href=task["to"])


def _line(line: rx.Var) -> rx.Component:
    return rx.table.row(rx.table.row_header_cell(line[0]), rx.table.cell(line[1]))


def index() -> rx.Component:
    """The page."""
    return rx.container(
        rx.vstack(
            rx.heading(Home.title, size="6"),
            rx.text(Home.figure, size="9", weight="bold", class_name="big"),
            rx.progress(value=Home.share),
            rx.text(Home.meaning),
            rx.foreach(Home.tasks, _task),
            rx.card(rx.foreach(Home.news, lambda row: rx.text(row["title"], " ", row["detail"]))),
            rx.card(
                rx.heading(Home.bill, size="4"), rx.table.root(rx.table.body(rx.foreach(Home.lines, _line)))
            ),
            rx.recharts.bar_chart(
                rx.recharts.bar(data_key="use"),
                rx.recharts.x_axis(data_key="day"),
                data=Home.days,
                width="100%",
                height=200,
            ),
        ),
    )


def _with_health(inner: Any) -> Any:
    doors = Starlette(routes=[Route("/health/live", lambda _: PlainTextResponse("ok"))])
    doors.mount("/", inner)
    return doors


app = rx.App(api_transformer=[_with_health])
app.add_page(index, route="/", on_load=Home.load)
app.add_page(lambda: rx.text(Bare.count), route="/bare")
