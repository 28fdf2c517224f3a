"""A curve over a day: half-hour load with the usual day behind it."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.blocks.plot_parts import (
    axis_row,
    call_out_words,
    heading,
    leading_line,
    nothing_to_plot,
    scale_words,
    table_behind,
)
from portal_app.components.draw import each, either, shape, svg, when, words
from portal_app.shapes.charts import AxisMark, CallOut, GridLine, LineChart, TableRow


def _key(chart: Any) -> rx.Component:
    def entry(text: Any, class_name: str) -> rx.Component:
        line = shape("path", d="M1 8h18", class_name=class_name)
        return when(text, lambda: rx.el.span(svg(line, width=20, height=16), text))

    return when(
        either(chart.key_now, chart.key_now, chart.key_before),
        lambda: rx.el.div(
            entry(chart.key_now, "curve"), entry(chart.key_before, "usual"), class_name="key plot"
        ),
    )


def _grid_line(line: Any) -> rx.Component:
    return shape(
        "line", class_name=either(line.dashed, "like", "grid"), x1="0", x2="100%", y1=line.y, y2=line.y
    )


def _plot(chart: Any) -> rx.Component:
    curve = svg(
        shape("path", d=chart.ground, class_name="ground"),
        when(chart.before, lambda: shape("path", d=chart.before, class_name="usual")),
        shape("path", d=chart.path, class_name="curve"),
        class_name="stretched",
        viewBox=words("0 0 100 ", chart.height),
        preserveAspectRatio="none",
        height=chart.height,
    )
    scale = svg(
        each(chart.grid, _grid_line),
        shape("line", class_name="base", x1="0", x2="100%", y1=chart.height, y2=chart.height),
        leading_line(chart.call_out),
        label=chart.said,
        height=chart.height,
    )
    return rx.el.div(
        rx.el.div(
            scale,
            curve,
            call_out_words(chart.call_out),
            scale_words(chart.grid, True),
            axis_row(chart.axis),
            class_name="plot-in",
        ),
        class_name="plot lane curves",
    )


def line_chart(chart: Any) -> rx.Component:
    """Draw a `LineChart`: its sentence, key, curve and the table behind."""
    return rx.el.section(
        heading(chart),
        when(
            chart.path,
            lambda: rx.fragment(
                _key(chart), _plot(chart), table_behind(chart.columns, chart.rows, chart.title)
            ),
            lambda: nothing_to_plot(chart.empty),
        ),
        class_name="section chart",
    )


def _wednesday() -> LineChart:
    loads = [40, 36, 34, 33, 35, 48, 62, 58, 46, 42, 44, 52, 60, 58, 62, 74, 88, 104, 84, 70, 66, 60, 52, 44]
    spots = [(round((place + 0.5) * 100 / 24, 2), 160 - load) for place, load in enumerate(loads)]
    line = "L".join(f"{x} {y}" for x, y in spots)
    usual = "L".join(f"{x} {y + 14}" for x, y in spots)
    return LineChart(
        title="Wed 19 August, hour by hour",
        total="17.6 kWh",
        summary="Most at 17:30, while you cooled. Least at 03:00, what is always on.",
        said="Electricity on Wednesday 19 August by the hour: least 0.4 kWh at 03:00, most 1.9 kWh at 17:30.",
        path=f"M{line}",
        ground=f"M{spots[0][0]} 160L{line}L{spots[-1][0]} 160Z",
        before=f"M{usual}",
        axis=(AxisMark(0, "00:00", "start"), AxisMark(52, "12:00"), AxisMark(77, "18:00")),
        grid=(GridLine(105, "1 kWh"),),
        call_out=CallOut(True, 72.92, "Most at 17:30:", "cooling", "left", 52, 70),
        key_now="this day",
        key_before="usual Wednesday",
        columns=("Hour", "kWh"),
        rows=tuple(TableRow((f"{place:02d}:00", f"{load / 55:.2f}")) for place, load in enumerate(loads)),
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "a day with its usual": lambda: line_chart(_wednesday()),
    "no readings that day": lambda: line_chart(
        LineChart(title="Wed 19 August, hour by hour", empty="This day's readings arrive tomorrow by 10:00.")
    ),
}
