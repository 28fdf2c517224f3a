"""Bars over days, months or hours: the odd one named in words, last year as a notch, the table behind."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.blocks.plot_parts import (
    axis_row,
    call_out_words,
    heading,
    key,
    leading_line,
    nothing_to_plot,
    scale_words,
    table_behind,
)
from portal_app.components.draw import each, either, percent, shape, svg, when, words
from portal_app.shapes.charts import AxisMark, Bar, BarChart, CallOut, GridLine, TableRow


def _bar(bar: Any) -> rx.Component:
    return shape(
        "g",
        shape(
            "rect",
            shape("title", words(bar.label, ": ", bar.value)),
            class_name=words("bar ", bar.kind),
            x=percent(bar.x),
            y=bar.y,
            width=percent(bar.width),
            height=bar.height,
            rx="2",
        ),
        when(
            bar.notch_y >= 0,
            lambda: shape(
                "line",
                class_name="before",
                x1=percent(bar.notch_from),
                x2=percent(bar.notch_to),
                y1=bar.notch_y,
                y2=bar.notch_y,
            ),
        ),
    )


def _grid_line(line: Any) -> rx.Component:
    return shape(
        "line", class_name=either(line.dashed, "like", "grid"), x1="0", x2="100%", y1=line.y, y2=line.y
    )


def _plot(chart: Any) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            svg(
                each(chart.grid, _grid_line),
                each(chart.bars, _bar),
                shape("line", class_name="base", x1="0", x2="100%", y1=chart.base_y, y2=chart.base_y),
                leading_line(chart.call_out),
                label=chart.said,
                height=chart.height,
            ),
            call_out_words(chart.call_out),
            scale_words(chart.grid, chart.lane),
            axis_row(chart.axis),
            class_name="plot-in",
        ),
        class_name=either(chart.lane, "plot lane", "plot"),
    )


def bar_chart(chart: Any) -> rx.Component:
    """Draw a `BarChart`: its sentence, key, bars, further odd days in words, and the table behind."""
    return rx.el.section(
        heading(chart),
        when(
            chart.bars,
            lambda: rx.fragment(
                key(chart.key_now, chart.key_before, either(chart.lane, chart.key_level, "")),
                _plot(chart),
                when(
                    chart.also,
                    lambda: rx.el.ul(
                        each(chart.also, lambda line: rx.el.li(line)), class_name="plot-also small"
                    ),
                ),
                table_behind(chart.columns, chart.rows, chart.title),
            ),
            lambda: nothing_to_plot(chart.empty),
        ),
        class_name="section chart",
    )


_AUGUST = (
    97.0,
    105.2,
    100.7,
    103.7,
    110.4,
    120.0,
    117.0,
    101.5,
    106.7,
    104.4,
    111.1,
    121.5,
    128.1,
    132.6,
    127.4,
)
_NOTCHES = (103.7, 100.0, 102.2, 100.7, 95.6, 84.4, 87.4, 101.5, 98.5, 99.3, 94.8, 88.1, 79.3, 81.5, 91.9)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def _sample_bars() -> tuple[Bar, ...]:
    heights = (*_AUGUST, 150.4, 130.4, 45.2)
    notches = (*_NOTCHES, 80.0, 80.7, -1.0)
    kinds = {15: "odd", 17: "now"}
    return tuple(
        Bar(
            x=round(0.63 + place * 3.333, 2),
            width=2.07,
            y=round(200 - height, 1),
            height=height,
            kind=kinds.get(place, ""),
            notch_y=notches[place],
            label=f"{_DAYS[place % 7]} {place + 3} Aug",
            value=f"{height / 7.409:.1f} kWh",
            notch_from=round(0.07 + place * 3.333, 2),
            notch_to=round(3.27 + place * 3.333, 2),
        )
        for place, height in enumerate(heights)
    )


def _august() -> BarChart:
    bars = _sample_bars()
    return BarChart(
        title="Electricity, day by day",
        total="265.7 kWh",
        summary="You used 265.7 kWh in 17 days, 7.5 % more than the same days last year.",
        said="Daily electricity use, 3 to 19 August, with the same days last year and similar homes. "
        "Tue 18 Aug: 41 % above your usual Tuesday.",
        height=200,
        bars=bars,
        axis=(
            AxisMark(0, "3 Aug", "start"),
            AxisMark(51.7, "Tue 18"),
            AxisMark(60.3, "today", "start"),
            AxisMark(100, "1 Sep", "end"),
        ),
        grid=(GridLine(77.8, "similar homes 16.5", dashed=True), GridLine(140.7, "8 kWh")),
        call_out=CallOut(True, 51.67, "41 % above your usual Tuesday:", "96 F, cooling", "left", 46.6, 50.0),
        key_now="this year",
        key_before="same day last year",
        columns=("Day", "kWh"),
        rows=(
            *(
                TableRow((bar.label, bar.value[:-4]), note="41 % above usual" if bar.kind == "odd" else "")
                for bar in bars[:17]
            ),
            TableRow(("17 days", "265.7"), marked=True),
        ),
        base_y=200.0,
        also=("Sun 16 Aug: 33 % above your usual Sunday, 94 F, cooling.",),
    )


def _full_year() -> BarChart:
    heights = (138, 120, 96, 80, 72, 90, 128, 134, 100, 78, 92, 126)
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return BarChart(
        title="Month by month",
        summary="August was your highest month, April your lowest.",
        said="Electricity by month, January to December. Highest August, lowest May.",
        height=160,
        bars=tuple(
            Bar(
                x=round(1.58 + place * 8.333, 2),
                width=5.17,
                y=160.0 - height,
                height=float(height),
                label=months[place],
                value=f"{height * 6} kWh",
            )
            for place, height in enumerate(heights)
        ),
        axis=tuple(
            AxisMark(round(4.17 + place * 8.333, 2), name)
            for place, name in enumerate(months)
            if place % 2 == 0
        ),
        grid=(GridLine(85, "similar homes 480", dashed=True), GridLine(110, "300"), GridLine(27, "800")),
        columns=("Month", "kWh"),
        rows=tuple(TableRow((name, str(heights[place] * 6))) for place, name in enumerate(months)),
        lane=True,
        key_now="this year",
        key_level="similar homes 480",
    )


SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "with an odd day": lambda: bar_chart(_august()),
    "a full year": lambda: bar_chart(_full_year()),
    "no readings yet": lambda: bar_chart(
        BarChart(
            title="Electricity, day by day",
            empty="Your meter's first reading comes on Tue 3 March. The days show here from then on.",
        )
    ),
}
