"""Other houses that vouch for people: how each stands, and what it must be told, to copy."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import button, link_button
from portal_app.components.blocks.facts import facts
from portal_app.components.draw import each, when, words
from portal_app.shapes.charts import Fact
from portal_app.shapes.sign_on import HouseOffer, SignOnRow
from portal_app.shapes.status import Badge

Acts = Callable[[Any], list[rx.Component]]


def house_offers(offers: Any) -> rx.Component:
    """The houses that somebody may come in by, each as a button that leads out to it."""
    return rx.el.div(
        each(
            offers,
            lambda one: link_button(
                words("Continue with ", one.name), one.route, icon="key", wide=True, reload=True
            ),
        ),
        role="status",
        class_name="stack tight",
    )


def house_rows(rows: Any, acts: Acts) -> rx.Component:
    """Each house with how it stands, what is known of it and what is next; `acts` gives its buttons."""
    return rx.el.div(each(rows, lambda row: _house(row, acts)), class_name="stack loose")


def _house(row: Any, acts: Acts) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(row.name), rx.el.span(badge_of(row.badge), class_name="small"), class_name="apart"
        ),
        when(row.next, lambda: rx.el.p(row.next, class_name="strong")),
        facts(row.facts),
        when(row.tried, lambda: rx.el.p(row.tried, class_name="small")),
        rx.el.div(*acts(row), class_name="beside"),
        class_name="section stack",
    )


HOUSES = (
    SignOnRow(
        "1",
        "Brightwater Works",
        Badge("On", "good"),
        facts=(
            Fact("Issuer", "https://login.brightwater.example"),
            Fact("Client", "portal", "A secret is kept"),
            Fact("Email domains", "brightwater.example (proved)"),
            Fact("Who comes in", "Our own people"),
            Fact("Somebody new", "bosses: Administrator; crew: Operator"),
        ),
        tried="Tried today, 08:58: It works. ada@brightwater.example is connected and comes in at once.",
    ),
    SignOnRow(
        "2",
        "Riverside Cooperative Housing and Neighbourhood Association",
        Badge("Not ready", "attention"),
        "Next: prove that the email domain is yours.",
        (Fact("Issuer", "https://login.riverside-cooperative-housing.example/realms/everybody"),),
        tried="Tried yesterday: The provider does not answer. Check its address.",
    ),
)

SAMPLES: dict[str, Callable[[], rx.Component]] = {
    "houses": lambda: house_rows(
        HOUSES, lambda _: [button("Change", low=True), button("Turn off", low=True)]
    ),
    "offers": lambda: house_offers((HouseOffer("Brightwater Works", "/auth/sign-on/start"),)),
}
