"""Directories and their groups in rows: what each gives, when it was last here, what can be done."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.rows import row_list, row_words
from portal_app.components.draw import when
from portal_app.components.icons import icon
from portal_app.shapes.directories import DirectoryRow, GroupRow
from portal_app.shapes.status import Badge

Acts = Callable[[Any], list[rx.Component]]


def directory_rows(rows: Any, acts: Acts, empty: Any = "") -> rx.Component:
    """Each directory with what it gives and its last use; `acts` gives the buttons of a row."""

    def drawn(row: Any) -> rx.Component:
        says = rx.fragment(row.detail, rx.el.br(), row.used)
        stands = when(row.badge.text, lambda: rx.el.span(badge_of(row.badge), class_name="end small"))
        return _with_acts(
            rx.el.div(icon("key"), row_words(row.name, says), stands, class_name="row"), acts(row)
        )

    return row_list(rows, drawn, empty)


def group_rows(rows: Any, acts: Acts, empty: Any = "") -> rx.Component:
    """Each group of a directory with who is in it and what that gives."""

    def drawn(row: Any) -> rx.Component:
        says = rx.fragment(row.gives, rx.el.br(), row.detail)
        return _with_acts(rx.el.div(icon("person"), row_words(row.name, says), class_name="row"), acts(row))

    return row_list(rows, drawn, empty)


def _with_acts(row: rx.Component, buttons: list[rx.Component]) -> rx.Component:
    return rx.el.div(row, *([rx.el.div(*buttons, class_name="row-act beside")] if buttons else []))


DIRECTORIES = (
    DirectoryRow(
        "1",
        "Okta of the Riverside Cooperative Housing Association",
        "312 people. Without a group that says otherwise: viewer",
        "Last used today 13:31",
        Badge("In use", "good"),
    ),
    DirectoryRow("2", "Entra", "0 people. Without a group that says otherwise: nothing", "Not used yet"),
)
GROUPS = (
    GroupRow("1", "Bookkeeping", "4 people", "Gives: Member", "member"),
    GroupRow("2", "Everybody-at-Riverside-Cooperative-Housing", "1 person", "Gives: Nothing", "none"),
)

SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "directories": lambda: directory_rows(DIRECTORIES, lambda _: []),
    "groups": lambda: group_rows(GROUPS, lambda _: []),
    "none": lambda: directory_rows((), lambda _: [], "No directory yet."),
}
