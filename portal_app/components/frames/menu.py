"""What stands in the menu behind a person's name: places to go, accounts to switch to."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.link import anchor
from portal_app.components.icons import icon


def menu_link(text: Any, href: Any, picture: str) -> rx.Component:
    """A place to go."""
    return anchor(icon(picture, "small"), text, href=href, class_name="menu-act")
