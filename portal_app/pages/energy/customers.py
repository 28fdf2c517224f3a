"""Customers for the utility's own people: search, look, put a new place on the map."""

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import button
from portal_app.components.atoms.rows import row_end, row_words
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.fields import field, select_field
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.search import search
from portal_app.components.blocks.skeleton import rows_skeleton
from portal_app.pages.energy.requests import facts_list
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.energy.customers import CustomersState as State
from portal_app.state.session import SessionState


def _place(row: rx.Var) -> rx.Component:
    told = row_words(row.title, row.detail)
    end = row_end(row.end, row.badge)
    inside = rx.cond(
        row.link_to,
        rx.el.a(told, end, href=row.link_to, class_name="row"),
        rx.el.div(told, end, class_name="row"),
    )
    return rx.el.li(inside)


def _unplaced() -> rx.Component:
    wrong = rx.cond(SessionState.problem_field == "where", SessionState.problem_text, "")
    form = rx.el.form(
        select_field("Place", "premise", State.page.unplaced),
        field(
            "Latitude and longitude",
            "where",
            hint="As a map gives them, such as 38.5445, -121.7331.",
            error=wrong,
            autocomplete="off",
            maxLength=60,
        ),
        button("Put it on the map", type="submit", wide=True),
        on_submit=State.put_on_map,
        class_name="stack",
    )
    return section(
        rx.el.p("Maps leave a place out until somebody says where it stands.", class_name="quiet"),
        form,
        title="Not on the map yet",
        stacked=True,
    )


def _opened() -> rx.Component:
    page = State.page
    places = rx.el.ul(rx.foreach(page.premises, _place), class_name="rows ruled")
    return rx.el.div(
        rx.el.section(
            rx.el.div(badge_of(page.standing), class_name="status-line"),
            rx.el.h2(page.title, class_name="question"),
            class_name="stack tight",
        ),
        section(facts_list(page.facts), title="Who they are"),
        section(link_rows(page.people), title="Who signs in"),
        section(
            rx.cond(page.premises, places, rx.el.p("No place is connected yet.", class_name="quiet")),
            title="Their places and feeders",
        ),
        rx.cond(page.unplaced, _unplaced()),
        class_name="col",
    )


def customers() -> rx.Component:
    """Search by name, number, phone or street; open one to see places, feeders and requests."""
    page = State.page
    shown = rx.fragment(
        rx.el.div(
            rx.el.h1("Customers"),
            search(
                "Find a customer",
                "asked",
                value=State.asked,
                on_search=State.look,
                hint="Name, account number, phone or street",
                found=page.found_words,
            ),
            class_name="whole stack loose",
        ),
        rx.cond(page.id, _opened()),
        rx.el.div(
            rx.cond(
                page.id,
                section(link_rows(page.requests, "No request is open."), title="Their open requests"),
            ),
            rx.cond(page.rows, section(link_rows(page.rows), title="Found")),
            class_name="col",
        ),
    )
    return rx.cond(page.ready, shown, rows_skeleton(3))


PAGES_CUSTOMERS = (
    Page(
        "/customers",
        "Customers",
        customers,
        load=State.load,
        needs="customer.see",
        layout="even",
        who="staff",
        guide=Help(
            "Help with customers",
            (
                "Type part of a name, an account number, a phone or a street. The medical list is marked.",
                "Every look at a customer is written down. Nothing can be changed here but where a new "
                "place stands: until somebody says it, maps leave the place out.",
            ),
        ),
    ),
)
