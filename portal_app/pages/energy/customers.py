"""Customers for the utility's own people: search, look, change nothing."""

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.search import search
from portal_app.components.blocks.skeleton import rows_skeleton
from portal_app.pages.energy.requests import facts_list
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.energy.customers import CustomersState as State


def _place(row: rx.Var) -> rx.Component:
    told = rx.el.span(
        rx.el.span(row.title, class_name="strong"),
        rx.el.span(row.detail, class_name="small quiet"),
        class_name="grow",
    )
    end = rx.el.span(row.end, rx.cond(row.badge.text, badge_of(row.badge)), class_name="end small")
    inside = rx.cond(
        row.link_to,
        rx.el.a(told, end, href=row.link_to, class_name="row"),
        rx.el.div(told, end, class_name="row"),
    )
    return rx.el.li(inside)


def _opened() -> rx.Component:
    page = State.page
    places = rx.el.ul(rx.foreach(page.premises, _place), class_name="rows ruled")
    return rx.fragment(
        rx.el.section(
            rx.el.div(badge_of(page.standing), class_name="status-line"),
            rx.el.h2(page.title),
            class_name="stack tight",
        ),
        section(facts_list(page.facts), title="Who they are"),
        section(
            rx.cond(page.premises, places, rx.el.p("No place is connected yet.", class_name="quiet")),
            title="Their places and feeders",
        ),
        section(link_rows(page.requests, "No request is open."), title="Their open requests"),
    )


def customers() -> rx.Component:
    """Search by name, number, phone or street; open one to see places, feeders and requests."""
    page = State.page
    shown = rx.fragment(
        rx.el.h1("Customers"),
        search(
            "Find a customer",
            "asked",
            value=State.asked,
            on_search=State.look,
            hint="Name, account number, phone or street",
            found=page.found_words,
        ),
        rx.cond(page.rows, section(link_rows(page.rows), title="Found")),
        rx.cond(page.id, _opened()),
    )
    return rx.cond(page.ready, shown, rows_skeleton(3))


PAGES_CUSTOMERS = (
    Page(
        "/customers",
        "Customers",
        customers,
        load=State.load,
        needs="customer.see",
        who="staff",
        guide=Help(
            "Help with customers",
            (
                "Type part of a name, an account number, a phone or a street. The medical list is marked.",
                "Every look at a customer is written down. Nothing can be changed here.",
            ),
        ),
    ),
)
