"""Meter and weather data: send a file, watch it come in, read its result sheet."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.link import anchor
from portal_app.components.atoms.rows import row_end, row_list, row_words
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.facts import facts
from portal_app.components.blocks.fields import field
from portal_app.components.blocks.progress import progress
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.blocks.table import table
from portal_app.components.blocks.upload import upload
from portal_app.components.icons import icon
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.energy.data import DataState

ACCEPT = ".xml,.csv,.json,.gz,.txt"


def _form() -> rx.Component:
    return upload(
        "/files/energy/readings",
        label="File",
        send="Bring it in",
        hint="Green Button XML, a table of intervals (.csv), or weather (.csv, .json); up to 3 GB.",
        error=DataState.file_problem,
        accept=ACCEPT,
        camera=False,
        most_bytes=DataState.page.most_bytes,
        too_large=DataState.page.too_large,
        above=rx.fragment(
            field(
                "Account number",
                "account",
                hint="A number that is new opens a new account.",
                error=DataState.account_problem,
                autocomplete="off",
                maxLength=40,
            ),
            field(
                "Weather station",
                "station",
                hint="For weather only; left empty it is the station of the account’s address.",
                optional=True,
                autocomplete="off",
                maxLength=40,
            ),
        ),
    )


def _run(run: Any) -> rx.Component:
    words, end = row_words(run.title, run.detail), row_end(run.end, run.badge)
    under_way = rx.el.div(
        rx.el.div(words, end, class_name="row"),
        rx.el.div(progress(run.progress), class_name="row-act"),
    )
    over = anchor(words, end, icon("next", "small"), href=run.link_to, class_name="row", reload=True)
    return rx.cond(run.moving, under_way, over)


def _sheet() -> rx.Component:
    sheet = DataState.page.sheet
    return section(
        facts(sheet.facts),
        rx.cond(sheet.cost_note, rx.el.p(sheet.cost_note, class_name="meaning")),
        rx.cond(
            sheet.spikes_title,
            rx.fragment(rx.el.h3(sheet.spikes_title), row_list(sheet.spikes, _spike)),
        ),
        table(sheet.warnings),
        title=sheet.title,
        end=badge_of(sheet.badge),
        stacked=True,
    )


def _spike(day: Any) -> rx.Component:
    return rx.el.div(row_words(day.title, day.detail), row_end(day.end, day.badge), class_name="row")


def data() -> rx.Component:
    """The form first, then what is on its way, then the chosen sheet."""
    page = DataState.page
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1(page.title),
            rx.el.p(page.meaning, class_name="meaning", custom_attrs={"aria-live": "polite"}),
            _form(),
            class_name="section stack",
        ),
        section(
            row_list(
                page.runs, _run, "No file was brought in yet. The first one appears here while it is read."
            ),
            title="Files brought in",
        ),
        rx.cond(page.sheet.shown, rx.el.div(_sheet(), class_name="whole")),
    )
    return rx.cond(page.ready, shown, rx.fragment(headline_skeleton("Looking for files"), rows_skeleton(4)))


PAGES_DATA = (
    Page(
        "/data",
        "Meter and weather data",
        data,
        load=DataState.load,
        needs="reading.import",
        layout="even",
        who="staff",
        guide=Help(
            "Help with bringing data in",
            (
                "Send a Green Button file or a table of intervals for one account; twice adds nothing.",
                "A reading that contradicts one we have is left out and named on the result.",
                "Temperatures in °F or °C go to a weather station, and its degree days are counted again.",
            ),
        ),
    ),
)
