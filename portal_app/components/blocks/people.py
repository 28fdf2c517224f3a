"""People in rows: who they are, what they may do and until when, and what can be done about it."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import button
from portal_app.components.atoms.rows import row_list
from portal_app.components.atoms.surface import face, heard
from portal_app.components.draw import when
from portal_app.components.icons import icon
from portal_app.shapes.people import PersonRow
from portal_app.shapes.status import Badge

Acts = Callable[[Any], list[rx.Component]]


def people_rows(rows: Any, acts: Acts, empty: Any = "") -> rx.Component:
    """Each person with what they may do; `acts` gives the buttons of a row."""
    return row_list(rows, lambda row: _person(row, acts), empty)


def _person(row: Any, acts: Acts) -> rx.Component:
    small = "small quiet"
    told = rx.el.span(
        rx.el.span(row.name, class_name="strong"),
        when(row.email & (row.email != row.name) if isinstance(row.email, rx.Var) else row.email != row.name,
             lambda: rx.el.span(row.email, class_name=small)),
        when(row.detail, lambda: rx.el.span(row.detail, class_name="small")),
        when(row.more, lambda: rx.el.span(row.more, class_name=small)),
        when(row.note, lambda: rx.el.span(row.note, class_name=small)),
        class_name="grow",
    )  # fmt: skip
    stands = when(row.badge.text, lambda: rx.el.span(badge_of(row.badge), class_name="end small"))
    picture = when(row.initials, lambda: face(row.initials), icon("mail"))
    buttons = acts(row)
    below = [rx.el.div(*buttons, class_name="row-act beside")] if buttons else []
    return rx.el.div(rx.el.div(picture, told, stands, class_name="row"), *below)


def row_button(
    shown: Any, words: Any, row: Any, on_click: Any, *, danger: bool = False, icon_name: str = ""
) -> rx.Component:
    """One act of a row, drawn where it is `shown`; whose row it is, is heard."""

    def drawn() -> rx.Component:
        name = rx.fragment(words, heard(" ", row.name))
        intent = "danger" if danger else "secondary"
        return button(name, intent, low=True, icon=icon_name, on_click=on_click(row.id))

    return when(shown, drawn)


def _sample_acts(row: PersonRow) -> list[rx.Component]:
    return [
        when(row.can_change, lambda: button("Change", low=True)),
        when(row.can_end, lambda: button("End", low=True)),
    ]


PEOPLE = (
    PersonRow(
        "1",
        "Maya Lindqvist",
        "ML",
        "maya@brightwater.example",
        "Owner",
        badge=Badge("You", "info"),
        can_end=True,
    ),
    PersonRow(
        "2",
        "Wilhelmina van Steenbergen-Ostrowska",
        "WS",
        "wilhelmina.van.steenbergen.ostrowska@riverside-cooperative-housing.example",
        "Member: bills and payments only. Sees what is their own and of Maya Lindqvist",
        "Acts on behalf of Maya Lindqvist: travels until summer. Ends Tue 30 Jun 2026",
        can_change=True,
        can_end=True,
    ),
)
WAITING = (
    PersonRow(
        "3", "ben@books.example", email="ben@books.example", detail="Viewer", note="Sent today 13:31.",
        badge=Badge("Invited", "info"), can_end=True,
    ),
)  # fmt: skip

SAMPLES = {
    "people": lambda: people_rows(PEOPLE, _sample_acts),
    "invited": lambda: people_rows(WAITING, _sample_acts),
    "none": lambda: people_rows((), _sample_acts, "Nobody is invited."),
}
