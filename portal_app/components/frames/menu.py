"""What stands in the menu behind a person's name: places to go, accounts to switch to."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.link import anchor
from portal_app.components.atoms.rows import row_words
from portal_app.components.draw import each, either, when
from portal_app.components.icons import icon


def menu_link(text: Any, href: Any, picture: str) -> rx.Component:
    """A place to go."""
    return anchor(icon(picture, "small"), text, href=href, class_name="menu-act")


def menu_act(text: Any, on_click: Any, picture: str) -> rx.Component:
    """Something to do at once."""
    return rx.el.button(icon(picture, "small"), text, class_name="menu-act", type="button", on_click=on_click)


def account_choices(accounts: Any, on_choose: Any) -> rx.Component:
    """The accounts a person may switch to, the current one marked; the handler gets the account's id."""
    return rx.el.ul(
        each(accounts, lambda account: rx.el.li(_account(account, on_choose))), aria_label="My accounts"
    )


def _account(account: Any, on_choose: Any) -> rx.Component:
    return rx.el.button(
        row_words(account.label, account.detail),
        when(account.current, rx.el.span("shown now", class_name="small quiet")),
        class_name="menu-act",
        type="button",
        on_click=on_choose(account.id),
        custom_attrs={"aria-current": either(account.current, "true", "false")},
    )
