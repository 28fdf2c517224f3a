"""A table of rows that becomes stacked rows on phones, with its order in words and a CSV."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.link import link
from portal_app.components.draw import each, each_numbered, either, live, pick, when
from portal_app.components.icons import icon
from portal_app.shapes.charts import Column, DataTable, TableRow


def _heading(column: Any, on_sort: Any) -> rx.Component:
    if on_sort is None:
        return rx.el.th(column.label, scope="col")
    arrow = pick(
        column.sorted,
        {"ascending": icon("go-up", "small"), "descending": icon("go-down", "small")},
        rx.fragment(),
    )
    return rx.el.th(
        rx.el.button(column.label, arrow, type="button", class_name="sorter", on_click=on_sort(column.key)),
        scope="col",
        custom_attrs={"aria-sort": either(column.sorted, column.sorted, "none")},
    )


def _row(row: Any, labels: Any) -> rx.Component:
    def cell(text: Any, place: Any) -> rx.Component:
        return rx.el.td(text, custom_attrs={"data-label": labels[place + 1]})

    def name() -> rx.Component:
        return rx.el.a(row.cells[0], href=row.link_to)

    return rx.el.tr(
        rx.el.th(
            when(row.link_to, name, lambda: rx.el.span(row.cells[0])),
            when(row.note, lambda: rx.el.span(row.note, class_name="note")),
            scope="row",
        ),
        each_numbered(row.cells[1:], cell),
        class_name=either(row.marked, "whole", ""),
    )


def _labels(columns: Any) -> Any:
    if live(columns):
        return columns.map(lambda column: column.label)
    return [column.label for column in columns]


def table(data: Any, *, on_sort: Any = None, more: rx.Component | None = None) -> rx.Component:
    """Draw a `DataTable`. `on_sort` gets a column's key; on phones each row names its own cells."""
    labels = _labels(data.columns)
    if live(data.rows) and not live(labels):
        labels = rx.Var.create(labels)

    def drawn() -> rx.Component:
        return rx.el.div(
            rx.el.table(
                rx.el.caption(data.caption),
                rx.el.thead(rx.el.tr(each(data.columns, lambda column: _heading(column, on_sort)))),
                rx.el.tbody(each(data.rows, lambda row: _row(row, labels))),
                class_name="plain stacking",
            ),
            class_name="table-box",
        )

    return rx.el.div(
        when(
            data.rows,
            drawn,
            lambda: rx.el.div(
                icon("list"),
                rx.el.h3(data.caption),
                rx.el.p(data.empty, class_name="quiet"),
                class_name="empty",
            ),
        ),
        when(
            either(data.sorted_words, data.sorted_words, data.csv_to),
            lambda: rx.el.div(
                rx.el.p(data.sorted_words, class_name="small quiet", custom_attrs={"aria-live": "polite"}),
                when(
                    data.csv_to,
                    lambda: link("Download as CSV", data.csv_to, reload=True, before="csv", after=""),
                ),
                class_name="apart",
            ),
        ),
        more or rx.fragment(),
        class_name="stack",
    )


def _readings(**more: Any) -> DataTable:
    return DataTable(
        caption="Your meter readings",
        columns=(
            Column("day", "Read on", "descending"),
            Column("reading", "Reading"),
            Column("kind", "Kind"),
        ),
        rows=(
            TableRow(("Sun 2 Aug", "44,092", "Read by us"), link_to="/gallery"),
            TableRow(("Fri 3 Jul", "43,646", "Estimated"), note="The gate was locked"),
            TableRow(("Wed 3 Jun", "43,251", "Sent by you, with a photo")),
        ),
        sorted_words="Newest first",
        csv_to="/gallery.csv",
        **more,
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "readings": lambda: table(_readings()),
    "to be sorted": lambda: table(_readings(), on_sort=lambda _key: rx.noop()),
    "nothing in it": lambda: table(
        DataTable(caption="Your meter readings", empty="Your first reading is on Wed 2 September.")
    ),
}
