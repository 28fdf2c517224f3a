"""Since you were last here: what moved, newest first."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.link import anchor
from portal_app.components.atoms.rows import row_list, row_words
from portal_app.components.icons import icon
from portal_app.shapes.tasks import NewsRow


def news_rows(rows: Any, empty: Any = "") -> rx.Component:
    """What moved since the person was last here; `empty` is said when nothing did."""
    return row_list(rows, _row, empty)


def _row(row: Any) -> rx.Component:
    words = row_words(row.title, row.detail)
    return anchor(words, icon("next", "small"), href=row.link_to, class_name="row")


MOVED = (
    NewsRow("Outage: crew on the way", "Today 13:31, reported 12:50", "/energy/outages"),
    NewsRow("Tuesday used 20.3 kWh", "Wed 19 Aug, usual Tuesday 14.4", "/energy/usage"),
    NewsRow("Your July bill is ready", "Tue 18 Aug, both meters read, none estimated", "/energy/bill"),
)

SAMPLES = {
    "three": lambda: news_rows(MOVED),
    "long words": lambda: news_rows(
        (
            NewsRow(
                "Your request about the smart thermostat rebate at the rear building was answered",
                "Mon 17 Aug 16:04, Wilhelmina van Steenbergen-Ostrowska at Brightwater",
                "/energy/requests",
            ),
        )
    ),
    "nothing moved": lambda: news_rows((), "Nothing has moved since Mon 17 Aug."),
}
