"""Bills in a list, newest first: the period, the amount, how it stands."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.link import anchor
from portal_app.components.atoms.rows import row_end, row_list, row_words
from portal_app.components.blocks.empty import empty
from portal_app.components.draw import when, words
from portal_app.components.icons import icon
from portal_app.shapes.money import InvoiceLine
from portal_app.shapes.status import Badge


def invoice_row(line: Any, on_pay: Any = None) -> rx.Component:
    """One bill. With `on_pay` a payable bill carries its own button; the handler gets the bill's id."""
    leads = anchor(
        row_words(line.title, line.period),
        row_end(line.amount, line.badge),
        icon("next", "small"),
        href=line.link_to,
        class_name="row",
    )
    if on_pay is None:
        return leads
    pay = button(words("Pay ", line.amount), "primary", low=True, on_click=on_pay(line.id))
    return rx.fragment(leads, when(line.payable, rx.el.div(pay, class_name="row-act")))


def invoice_rows(lines: Any, on_pay: Any = None, first_bill: str = "") -> rx.Component:
    """All bills; before the first one says when it comes."""
    rows = rx.el.div(row_list(lines, lambda line: invoice_row(line, on_pay)), class_name="long-states")
    nothing = empty(
        "No bill yet", first_bill or "Your first bill appears here on the day we send it.", "bill"
    )
    return when(lines, rows, nothing)


BILLS = (
    InvoiceLine(
        "b7", "July 2026", "4 Jul to 2 Aug", "$205.22", Badge("Due Mon 24 Aug", "info"), "/energy/bill", True
    ),
    InvoiceLine("b6", "June 2026", "4 Jun to 3 Jul", "$178.40", Badge("Paid 23 Jul", "good"), "/energy/bill"),
    InvoiceLine(
        "b5", "May 2026", "5 May to 3 Jun", "$151.96", Badge("Payment failed", "urgent"), "/energy/bill", True
    ),
)

SAMPLES = {
    "three": lambda: invoice_rows(BILLS),
    "long words": lambda: invoice_rows(
        (
            InvoiceLine(
                "b8",
                "Corrected bill for February 2026, Wilhelmina-van-Steenbergen Boulevard 1180",
                "1 Feb to 28 Feb, replaces the bill of 3 March",
                "$128,406.60",
                Badge("Waiting for your bank, by Mon 24 Aug", "attention"),
                "/energy/bill",
            ),
        )
    ),
    "none yet": lambda: invoice_rows((), first_bill="Your first bill comes around 5 October."),
}
