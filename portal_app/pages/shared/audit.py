"""Who did what, for the company's own people: searched, checked, taken along."""

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.link import link
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.fields import field, select_field
from portal_app.components.blocks.notice import notice
from portal_app.components.blocks.skeleton import rows_skeleton
from portal_app.components.blocks.timeline import timeline
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.shared.audit import TrailState as State


def _wrong(name: str) -> rx.Var:
    return rx.cond(State.field == name, State.trouble, "")


def _ask() -> rx.Component:
    asked = State.asked
    return rx.el.form(
        field("Words", "words", value=asked.words, optional=True, autocomplete="off", maxLength=80),
        select_field(
            "What", "action", State.page.actions, value=asked.action, first="Everything", optional=True
        ),
        field(
            "Who",
            "person",
            value=asked.person,
            optional=True,
            hint="A name or an e-mail, or a part of it.",
            autocomplete="off",
            maxLength=80,
        ),
        field(
            "Account number", "account", value=asked.account, optional=True, autocomplete="off", maxLength=40
        ),
        field(
            "First day",
            "first_day",
            kind="date",
            value=asked.first_day,
            optional=True,
            error=_wrong("first_day"),
        ),
        field(
            "Last day", "last_day", kind="date", value=asked.last_day, optional=True, error=_wrong("last_day")
        ),
        button("Search", "primary", icon="search", type="submit", wide=True),
        on_submit=State.look,
        class_name="stack",
        custom_attrs={"role": "search", "aria-label": "Search the trail"},
    )


def _found() -> rx.Component:
    page = State.page
    return rx.el.div(
        rx.el.p(page.found, class_name="small quiet", role="status"),
        rx.cond(State.rows, timeline(State.rows, dated=True)),
        rx.cond(page.older > 0, button("Show older", wide=True, on_click=State.older)),
        link("Download as CSV", page.file_to, reload=True, before="csv", after=""),
        class_name="stack",
    )


def audit() -> rx.Component:
    """What to look for, whether the trail is whole, and what was done, newest first."""
    checked = State.checked
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1("Who did what"),
            rx.el.p("Every act is written down and nothing of it can be changed.", class_name="meaning"),
            class_name="whole stack",
        ),
        rx.el.div(
            section(_ask(), title="Look for"),
            section(
                rx.el.p("Each entry carries a seal over the one before it.", class_name="quiet"),
                rx.el.div(rx.cond(checked.title, notice(checked)), role="status"),
                button("Check the whole trail", wide=True, on_click=State.check),
                title="Is it whole?",
                stacked=True,
            ),
            class_name="col",
        ),
        rx.el.div(section(_found(), title="Found"), class_name="col"),
    )
    return rx.cond(State.page.ready, shown, rows_skeleton(3))


PAGES = (
    Page(
        "/audit",
        "Who did what",
        audit,
        load=State.load,
        needs="audit.see",
        layout="even",
        who="staff",
        guide=Help(
            "Help with the trail",
            (
                "Search by words, by who did it, by account and by days. The number at the end of a line is "
                "that of the entry.",
                "“Check the whole trail” follows every entry and says whether one was changed or removed. "
                "The CSV holds what was found, oldest first; taking it along is written down too.",
            ),
        ),
    ),
)
