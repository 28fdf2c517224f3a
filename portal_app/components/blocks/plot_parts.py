"""What all plots share: key, words of the scale and axis, the call-out, and the table behind."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.draw import each, either, percent, shape, styled, svg, when, words
from portal_app.components.icons import icon
from portal_app.shapes.charts import CallOut, TableRow


def heading(chart: Any) -> rx.Component:
    """What a chart is of, its total, and its sentence; each only where there is one."""
    return rx.fragment(
        when(
            chart.title,
            lambda: rx.el.div(
                rx.el.h2(chart.title),
                when(chart.total, lambda: rx.el.b(chart.total, class_name="strong num")),
                class_name="apart",
            ),
        ),
        when(chart.summary, lambda: rx.el.p(chart.summary, class_name="meaning plot-summary")),
    )


def key(now: Any, before: Any, level: Any = "") -> rx.Component:
    """What a bar, a notch and a dashed line mean; each part only where it is drawn."""

    def entry(text: Any, mark: rx.Component) -> rx.Component:
        return when(text, lambda: rx.el.span(svg(mark, width=20, height=16), text))

    return when(
        either(now, now, either(before, before, level)),
        lambda: rx.el.div(
            entry(now, shape("rect", x="5", y="2", width="8", height="14", rx="2", fill="var(--accent-8)")),
            entry(before, shape("path", d="M2 8h16", stroke="var(--ink)", strokeWidth="2")),
            entry(
                level,
                shape("path", d="M1 8h18", stroke="var(--ink-2)", strokeWidth="1.5", strokeDasharray="2 5"),
            ),
            class_name="key",
        ),
    )


def axis_row(marks: Any) -> rx.Component:
    """The words under a plot."""
    return rx.el.div(
        each(
            marks,
            lambda mark: rx.el.span(
                mark.text, class_name=words("axis ", mark.anchor), custom_attrs=styled(left=percent(mark.at))
            ),
        ),
        class_name="axis-row",
        custom_attrs={"aria-hidden": "true"},
    )


def scale_words(grid: Any, lane: Any) -> rx.Component:
    """The words at the right end of the lines; beside the bars when those reach that far."""

    def one(line: Any) -> rx.Component:
        return rx.el.span(
            line.text,
            class_name=either(line.dashed, "axis level", "axis line-word"),
            custom_attrs=styled(top=words(line.y, "px")),
        )

    return rx.el.div(
        each(grid, one),
        class_name=either(lane, "scale beside-bars", "scale"),
        custom_attrs={"aria-hidden": "true"},
    )


def leading_line(call: Any) -> rx.Component:
    """The line that leads from the words to the odd bar."""
    return when(
        call.shown,
        lambda: shape("line", class_name="lead", x1=percent(call.x), x2=percent(call.x), y1="2", y2=call.y),
    )


def call_out_words(call: Any) -> rx.Component:
    """The words that the plot says of its odd bar, on the side where there is room."""

    def said(class_name: str, **place: Any) -> rx.Component:
        return rx.el.p(
            rx.el.b(call.strong),
            " ",
            call.text,
            class_name=class_name,
            custom_attrs={**styled(maxWidth=percent(call.room), **place), "aria-hidden": "true"},
        )

    return when(
        call.shown,
        lambda: when(
            call.side == "left",
            lambda: said("says before-line", right=percent(100 - call.x)),
            lambda: said("says after-line", left=percent(call.x)),
        ),
    )


def table_behind(columns: Any, rows: Any, title: Any) -> rx.Component:
    """The figures behind a plot, opened by "Show as table"."""

    def head(name: Any) -> rx.Component:
        return rx.el.th(name, scope="col")

    def line(row: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(
                row.cells[0],
                when(row.note, lambda: rx.el.span(row.note, class_name="note")),
                scope="row",
            ),
            each(row.cells[1:], rx.el.td),
            class_name=either(row.marked, "whole", ""),
        )

    return when(
        rows,
        lambda: rx.el.details(
            rx.el.summary(icon("table", "small"), "Show as table"),
            rx.el.table(
                rx.el.caption(title, class_name="heard"),
                rx.el.thead(rx.el.tr(each(columns, head))),
                rx.el.tbody(each(rows, line)),
                class_name="plain",
            ),
            class_name="more",
        ),
    )


def nothing_to_plot(sentence: Any) -> rx.Component:
    """Why there is no plot yet, and what comes next."""
    return rx.el.div(
        icon("usage"),
        rx.el.p(either(sentence, sentence, "There are no readings for these days."), class_name="quiet"),
        class_name="empty",
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "key": lambda: key("this year", "same day last year", "similar homes 16.5"),
    "words of an odd bar": lambda: rx.el.div(
        call_out_words(CallOut(True, 40.0, "33 % above your usual Sunday:", "94 F", "right", 40.0, 58.0)),
        class_name="plot sample-plot",
    ),
    "table behind": lambda: table_behind(
        ("Day", "kWh"), (TableRow(("Mon 3 Aug", "13.1")), TableRow(("1 day", "13.1"), marked=True)), "Days"
    ),
    "nothing yet": lambda: nothing_to_plot("Your first reading comes on Tue 3 March."),
}
