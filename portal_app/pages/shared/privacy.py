"""Your data: a copy of everything, to take along."""

import reflex as rx

from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.skeleton import rows_skeleton
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.shared.privacy import PrivacyState as State


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
            rx.el.p("What we hold about you is yours to take along.", class_name="meaning"),
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
            "Help with a copy of your data",
            (
                "We ask you to confirm that it is you, make the file, and mail you when it is here. It is "
                "removed after 24 hours.",
                "Inside are tables as JSON, which other programs read, and your photos. Passwords, codes and "
                "keys are not in it.",
            ),
        ),
    ),
)
