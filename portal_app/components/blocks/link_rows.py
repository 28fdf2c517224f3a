"""Rows that lead to a page each: meters, settings, documents; one that leads nowhere is only read."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.link import anchor
from portal_app.components.atoms.rows import row_end, row_list, row_words
from portal_app.components.draw import when
from portal_app.components.icons import icon
from portal_app.shapes.status import Badge
from portal_app.shapes.tasks import LinkRow


def link_rows(rows: Any, empty: Any = "", reload: bool | None = None) -> rx.Component:
    """Rows with what is behind them and how it stands; `reload` for rows that lead to files."""
    return row_list(rows, lambda row: _row(row, reload), empty)


def _row(row: Any, reload: bool | None) -> rx.Component:
    says = (
        when(row.icon, lambda: icon(row.icon)),
        row_words(row.title, row.detail),
        row_end(row.end, row.badge),
    )
    leads = anchor(*says, icon("next", "small"), href=row.link_to, class_name="row", reload=reload)
    return when(row.link_to, leads, rx.el.div(*says, class_name="row"))


PLACES = (
    LinkRow(
        "12 Elm Street",
        "Electricity and gas",
        "/energy/bill",
        "$205.22",
        Badge("Due Mon 24 Aug", "info"),
        "home",
    ),
    LinkRow(
        "Wilhelmina-van-Steenbergen Boulevard 1180, rear building, second courtyard",
        "Electricity",
        "/energy/bill",
        "$1,284.05",
        Badge("Overdue", "urgent"),
        "shop",
    ),
    LinkRow("Old Mill Road 4", "", "/energy/bill"),
    LinkRow("Mill Road", "Since 08:58", end="Back by 11:48"),
)

SAMPLES = {
    "premises": lambda: link_rows(PLACES),
    "none": lambda: link_rows((), "No meter is connected yet. The first appears on 1 September."),
}
