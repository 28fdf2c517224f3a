"""What stands where a page is about a place and the account has none yet."""

import reflex as rx

from portal_app.components.atoms.button import link_button
from portal_app.components.icons import icon


def no_place(title: str) -> rx.Component:
    """Why there is nothing, under the page's own title, and the way to a first place."""
    return rx.el.div(
        icon("home"),
        rx.el.h1(title),
        rx.el.p(
            "There is no address for this on your account yet. Start service at one to see it here.",
            class_name="quiet",
        ),
        rx.el.div(
            link_button("Start service", "/energy/account/move?kind=start", low=True),
            link_button("My account", "/energy/account", low=True),
            class_name="beside",
        ),
        role="status",
        class_name="empty whole",
    )
