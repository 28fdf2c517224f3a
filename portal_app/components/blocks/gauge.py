"""The gauge: 270 degrees like a speedometer, the value in the middle, a notch for today."""

import math
from typing import Any

import reflex as rx

from portal_app.components.draw import either, live, shape, svg, when, words
from portal_app.shapes.charts import GaugeReading

# View box 260 by 228, centre 130,130; the arc runs from 135 degrees clockwise through 270.
_CENTRE = 130.0
_ARC = "M62.12 197.88A96 96 0 1 1 197.88 197.88"
_TICKS = "M53.1 206.9A108.75 108.75 0 1 1 206.9 206.9"


def _point(share: float, radius: float) -> tuple[float, float]:
    angle = math.radians(135 + 270 * share)
    return round(_CENTRE + radius * math.cos(angle), 2), round(_CENTRE + radius * math.sin(angle), 2)


def _major(share: float) -> rx.Component:
    (x1, y1), (x2, y2) = _point(share, 107), _point(share, 113)
    return shape("line", class_name="tick major", x1=x1, y1=y1, x2=x2, y2=y2)


def _mark(share: float, text: Any) -> rx.Component:
    side = "" if share == 0.5 else "start" if share > 0.5 else "end"
    x, y = _point(share, 118.5)
    return shape("text", text, class_name=side, x=x, y=round(y + 4.5, 2))


def _marks(marks: Any) -> list[rx.Component]:
    if not live(marks):
        marks = tuple(marks) or ("", "", "", "", "")
    return [_mark(place / 4, marks[place]) for place in range(5)]


def _scaled(share: Any) -> Any:
    """How much of the arc's 100 parts is filled, as a dash; live shares are cut by the browser."""
    if live(share):
        return words(share * 100, " 200")
    return f"{round(100 * min(1.0, max(0.0, share)), 2):g} 200"


def _today(today: Any) -> rx.Component:
    """The notch, turned to its place; its word is turned back so that it stays level."""
    turn = words("rotate(", today * 270 + 135, " 130 130)")
    back = words("translate(116 0) rotate(", 0 - (today * 270 + 135), ")")
    side = either(today > 0.56, "when start", either(today < 0.44, "when end", "when"))
    word = shape("text", "today", class_name=side, y=either(today > 0.5, 4, -2))
    placed = shape("g", word, transform=back)
    return shape(
        "g",
        shape("line", class_name="today", x1=210, x2=239, y1=130, y2=130),
        shape("g", placed, transform="translate(130 130)"),
        transform=turn,
    )


def gauge(reading: Any) -> rx.Component:
    """A value of a whole; the colour of the arc follows `reading.tone`, the words say it as well."""
    ticks = (
        words("1.8 ", either(reading.ticks > 0, 1000 / reading.ticks - 1.8, 1000))
        if live(reading)
        else _dashes(reading.ticks)
    )
    picture = svg(
        shape("path", class_name="track", d=_ARC),
        shape(
            "path",
            class_name=words("fill ", reading.tone),
            d=_ARC,
            pathLength=100,
            strokeDasharray=_scaled(reading.share),
        ),
        shape("path", class_name="tick", d=_TICKS, pathLength=1000, strokeDasharray=ticks),
        *(_major(place / 4) for place in range(5)),
        *_marks(reading.marks),
        when(reading.today >= 0, lambda: _today(reading.today)),
        shape("text", reading.value, class_name="v", x=130, y=142),
        shape("text", reading.of, class_name="of", x=130, y=166),
        shape("text", reading.under, x=130, y=either(reading.until, 203, 212)),
        shape("text", reading.until, x=130, y=221),
        label=reading.said,
        viewBox="0 0 260 228",
    )
    return rx.el.div(picture, class_name="gauge")


def _dashes(ticks: int) -> str:
    return f"1.8 {1000 / ticks - 1.8:g}" if ticks > 0 else "0 1000"


MONTH = GaugeReading(
    value="14.2",
    of="of 20 GB",
    under="9 days to reset",
    until="on 1 December",
    share=0.71,
    today=0.71,
    ticks=20,
    marks=("0", "5", "10", "15", "20"),
    said="14.2 of 20 gigabytes used, 71 percent. 5.8 left. Resets in 9 days, on 1 December.",
)

SAMPLES = {
    "on pace": lambda: gauge(MONTH),
    "nearly gone": lambda: gauge(
        GaugeReading(
            "4.6",
            "of 5 GB",
            "9 days to reset",
            0.92,
            0.71,
            "attention",
            5,
            ("0", "", "2.5", "", "5"),
            "4.6 of 5",
        )
    ),
    "over": lambda: gauge(
        GaugeReading(
            "412",
            "of 400 kWh",
            "2 days to go",
            1.03,
            0.94,
            "urgent",
            20,
            ("0", "100", "200", "300", "400"),
            "over",
        )
    ),
    "early in the month": lambda: gauge(
        GaugeReading(
            "31",
            "of 400 kWh",
            "27 days to go",
            0.0775,
            0.1,
            "",
            20,
            ("0", "100", "200", "300", "400"),
            "31 of 400",
        )
    ),
    "nothing yet": lambda: gauge(
        GaugeReading("0", "of 400 kWh", "starts 1 September", said="Nothing used yet.")
    ),
}
