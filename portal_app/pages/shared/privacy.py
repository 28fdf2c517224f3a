"""Your data: a copy of everything, to take along; and what was agreed to."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.rows import row_list
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.fields import switch
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.skeleton import rows_skeleton
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.shared.privacy import PrivacyState as State


def _asked(row: Any) -> rx.Component:
    """One thing that is done or not: its switch and words, since when, and new words to agree to."""
    turned = switch(
        row.title,
        f"agreed-{row.key}",
        on=row.on,
        on_change=lambda on: State.turn(row.key, on),
        detail=rx.fragment(row.words, rx.el.br(), rx.el.b(row.says)),
        disabled=row.fixed,
    )
    anew = rx.el.div(
        rx.el.p("The words have changed since then. Read them, then agree anew or switch it off."),
        button("Agree to these words", low=True, on_click=State.turn(row.key, True)),
        class_name="row-act stack",
    )
    return rx.fragment(turned, rx.cond(row.anew & ~row.fixed, anew))


def _agreed() -> rx.Component:
    page = State.agreed
    return rx.fragment(
        section(
            rx.el.p(
                "Each counts from the moment you switch it. What you agreed to for automatic payment stands "
                "under Billing.",
                class_name="quiet",
            ),
            row_list(page.rows, _asked, "Nothing is asked of you."),
            title="What you agreed to",
            stacked=True,
        ),
        section(
            link_rows(page.history, "You have not answered anything yet."), title="Every answer you gave"
        ),
    )


def privacy() -> rx.Component:
    """What a copy holds, how the last one stands, and the button that has one made."""
    page = State.page
    fetch = link_button("Download my copy", page.file_to, "primary", icon="download", wide=True, reload=True)
    make = rx.cond(
        page.state == "",
        button("Make my copy", "primary", wide=True, on_click=State.ask),
        button("Make a new copy", wide=True, on_click=State.ask),
    )
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1("Your data"),
            rx.el.p("Yours to take along, and yours to say what is done with it.", class_name="meaning"),
            class_name="whole stack",
        ),
        section(
            rx.el.p(
                "One file with your person, your accounts as your place in them shows them, bills, payments, "
                "readings, requests, mails, the trail of what you did and the photos you sent.",
            ),
            rx.el.p(page.says, role="status", class_name="quiet"),
            rx.cond(page.state == "ready", fetch),
            rx.cond(page.state != "making", make),
            title="Download everything about me",
            stacked=True,
        ),
        _agreed(),
    )
    return rx.cond(page.ready, shown, rows_skeleton(2))


PAGES = (
    Page(
        "/account/privacy",
        "Your data",
        privacy,
        load=State.load,
        under="/account",
        back_to="/account",
        back_text="Account",
        guide=Help(
            "Help with your own copy and what you agreed to",
            (
                "We ask you to confirm that it is you, make the file, and mail you when it is here. It is "
                "removed after 24 hours.",
                "Inside are tables as JSON, which other programs read, and your photos. Passwords, codes and "
                "keys are not in it.",
                "A switch counts at once. Each answer is kept with the words you saw; new words ask you anew "
                "and change nothing you said before.",
            ),
        ),
    ),
)
