"""The lines of a bill, each explaining itself in place, and their sum."""

from typing import Any

import reflex as rx

from portal_app.components.draw import each, when
from portal_app.components.icons import icon
from portal_app.shapes.money import ExplainedLine


def bill_lines(lines: Any, total_label: Any, total: Any) -> rx.Component:
    """Every line with its sum and its reason behind one tap; `total` closes them."""
    closing = rx.el.div(
        rx.el.span(total_label),
        rx.el.span(total, class_name="amount"),
        rx.el.span(),
        class_name="sum total",
    )
    return rx.el.div(each(lines, _line), closing, class_name="bill")


def _line(line: Any) -> rx.Component:
    words = rx.el.span(
        line.title, when(line.detail, lambda: rx.el.span(line.detail, class_name="small quiet"))
    )
    return rx.el.details(
        rx.el.summary(words, rx.el.span(line.amount, class_name="amount"), icon("down")),
        rx.el.p(line.why, class_name="why"),
    )


JULY = (
    ExplainedLine(
        "l1",
        "Electricity up to your baseline",
        "294 kWh at $0.30",
        "$88.20",
        "Everyone gets 9.8 kWh a day at the lower price. Your 30 days make 294 kWh, and you used all of it.",
    ),
    ExplainedLine(
        "l2",
        "Electricity above the baseline",
        "152 kWh at $0.38",
        "$57.76",
        "What you used beyond 294 kWh costs 8 cents more each. 11 fewer kWh would have saved $4.18 here.",
    ),
    ExplainedLine(
        "l3",
        "Delivery",
        "30 days at $0.49",
        "$14.70",
        "Keeps the poles, wires and meter to your home working. It is the same however much you use.",
    ),
    ExplainedLine(
        "l4",
        "Renewable surcharge",
        "446 kWh at $0.012",
        "$5.35",
        "Pays for new wind and solar plants. State law sets it; every customer pays the same per kWh.",
    ),
    ExplainedLine(
        "l5",
        "Gas",
        "12.4 therms at $1.62",
        "$20.09",
        "Mostly hot water in summer. Your meter was read on 2 August; nothing was estimated.",
    ),
    ExplainedLine(
        "l6",
        "Gas delivery",
        "30 days at $0.16",
        "$4.80",
        "Keeps the gas pipe and meter safe. It is the same however much you use.",
    ),
    ExplainedLine(
        "l7",
        "Tax",
        "7.5 % of $190.90",
        "$14.32",
        "City utility tax on everything above. We collect it and pass all of it on.",
    ),
)

SAMPLES = {
    "July": lambda: bill_lines(JULY, "Due Mon 24 August", "$205.22"),
    "nothing owed": lambda: bill_lines((), "Nothing to pay", "$0.00"),
}
