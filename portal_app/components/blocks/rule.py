"""The rule: one ruler from nought, filled to now, a notch for usual, a hatched span for likely."""

from typing import Any

import reflex as rx

from portal_app.components.draw import each, either, live, percent, shape, styled, svg, when, words
from portal_app.shapes.charts import Rule


def _tick(at: Any, length: int) -> rx.Component:
    return shape("line", x1=percent(at), x2=percent(at), y1=0, y2=length)


def _word(class_name: Any, left: Any, text: Any, value: Any = "") -> rx.Component:
    strong = when(value, lambda: rx.fragment(" ", rx.el.b(value)))
    return rx.el.span(text, strong, class_name=class_name, custom_attrs=styled(left=left))


def _kept(value: Any, least: float, most: float) -> Any:
    return either(value < least, least, either(value > most, most, value))


def _long(value: Any) -> Any:
    """Whether the likely span leaves no room beside it on a phone: amounts in the thousands."""
    return value.length() > 13 if live(value) else len(value) > 13


def rule(ruler: Any) -> rx.Component:
    """The figure on its scale; nothing while `ruler.shown` is false.

    Marks stand where they belong, words beside them give way at the edges.
    """
    return when(ruler.shown, lambda: _ruler(ruler))


def _ruler(ruler: Any) -> rx.Component:
    side = either(
        ruler.usual_at > 66, "over-it to-left", either(ruler.usual_at < 34, "over-it to-right", "over-it")
    )
    fill = rx.el.i(class_name="fill", custom_attrs=styled(width=percent(ruler.fill)))
    likely = rx.el.i(
        class_name="likely",
        custom_attrs=styled(left=percent(ruler.likely_from), width=percent(ruler.likely_width)),
    )
    return rx.el.div(
        when(
            ruler.usual_at >= 0, lambda: _word(side, percent(ruler.usual_at), ruler.usual, ruler.usual_value)
        ),
        rx.el.div(fill, when(ruler.likely_from >= 0, likely), class_name="track"),
        when(
            ruler.usual_at >= 0,
            lambda: rx.el.i(class_name="notch", custom_attrs=styled(left=percent(ruler.usual_at))),
        ),
        svg(
            each(ruler.ticks, lambda at: _tick(at, 4)),
            each(ruler.majors, lambda at: _tick(at, 7)),
            class_name="ticks",
        ),
        when(ruler.zero, lambda: _word("under-it to-right zero", "0", ruler.zero)),
        when(ruler.middle, lambda: _word("under-it mid", percent(_kept(ruler.fill, 18, 51)), ruler.middle)),
        when(ruler.likely, lambda: _word("under-it to-left", "100%", ruler.likely, ruler.likely_value)),
        class_name=either(_long(ruler.likely_value), "rule long", "rule"),
        role="img",
        aria_label=words(ruler.said),
    )


AUGUST = Rule(
    shown=True,
    fill=50.57,
    usual_at=80.4,
    usual="your usual",
    usual_value="$193",
    likely_from=83.75,
    likely_width=5.83,
    likely="likely",
    likely_value="$201 to $215",
    middle="day 17 of 30",
    zero="$0",
    ticks=tuple(round(step * 100 / 12, 2) for step in range(13)),
    majors=(0.0, 25.0, 50.0, 75.0, 100.0),
    said="121.37 dollars so far. Usual for the whole bill: 193. Likely this time: 201 to 215.",
)

SAMPLES = {
    "bill so far": lambda: rule(AUGUST),
    "amounts in the thousands": lambda: rule(
        Rule(
            shown=True,
            fill=61,
            usual_at=88,
            usual="your usual",
            usual_value="$1,586",
            likely_from=86,
            likely_width=4,
            likely="likely",
            likely_value="$1,537 to $1,613",
            middle="day 21 of 30",
            zero="$0",
            ticks=(0.0, 20.0, 40.0, 60.0, 80.0, 100.0),
            said="1,099.88 dollars so far. Usual: 1,586. Likely this time: 1,537 to 1,613.",
        )
    ),
    "nearly full": lambda: rule(
        Rule(
            shown=True,
            fill=96,
            usual_at=22,
            usual="your usual",
            usual_value="$41",
            middle="day 30 of 30",
            zero="$0",
            ticks=(0.0, 20.0, 40.0, 60.0, 80.0, 100.0),
            said="180 dollars so far. Usual: 41.",
        )
    ),
    "first days, nothing to compare with": lambda: rule(
        Rule(shown=True, fill=4, middle="day 1 of 30", ticks=(0.0, 50.0, 100.0), said="3.10 dollars so far.")
    ),
    "not shown": lambda: rx.el.div(rule(Rule())),
}
