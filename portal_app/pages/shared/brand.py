"""The company's brand: name, colour and mark, tried before they are saved."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import button
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.fields import field
from portal_app.components.blocks.security import typed_out
from portal_app.components.blocks.skeleton import headline_skeleton
from portal_app.components.blocks.upload import upload
from portal_app.components.draw import when, words
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.shapes.status import Badge
from portal_app.state.session import SessionState
from portal_app.state.shared.brand import BrandState


def _problem(name: str, more: Any = "") -> Any:
    return rx.cond(SessionState.problem_field == name, SessionState.problem_text, more)


def _tried() -> rx.Component:
    """A part of a page in the colours that are tried: a picture in neutral words, nothing to tap."""
    return rx.el.div(
        rx.el.link(rel="stylesheet", href=words("/brand/try/", BrandState.tried, ".css")),
        rx.el.p("This is how it looks", class_name="small quiet"),
        rx.el.div(
            rx.el.p(BrandState.page.name, class_name="strong"),
            rx.el.p(rx.el.span("A link to more", class_name="link")),
            rx.el.p(badge_of(Badge("A short note", "info"))),
            rx.el.div(rx.el.span("A button", class_name="button primary")),
            class_name="stack",
            custom_attrs={"inert": True, "aria-hidden": "true"},
        ),
        class_name="brand-try card",
    )


def _offer() -> rx.Component:
    return button(
        words("Take ", BrandState.nearest), icon="check", type="button", on_click=BrandState.take_nearest
    )


def _form() -> rx.Component:
    return rx.el.form(
        field(
            "Company name",
            "name",
            value=BrandState.page.name,
            error=_problem("name"),
            autoComplete="organization",
            maxLength=120,
        ),
        field(
            "Your colour",
            "accent",
            type="color",
            value=BrandState.typed,
            on_change=BrandState.try_colour,
            hint="Buttons, links and the mark take it. The rest of the palette follows from it.",
            error=rx.cond(BrandState.says, BrandState.says, _problem("accent")),
        ),
        when(BrandState.nearest, _offer),
        when(BrandState.tried, _tried),
        button("Save the brand", "primary", type="submit", wide=True),
        on_submit=BrandState.save,
        class_name="stack",
    )


def _mark() -> rx.Component:
    state = BrandState
    shown = rx.el.img(src=state.page.mark, alt="Your mark as it is now", class_name="own-mark", height="56")
    return section(
        when(state.page.mark, shown),
        upload(
            words("/files/", SessionState.who.kind, "/mark"),
            label="Picture of your mark",
            send="Save the mark",
            hint="PNG, JPEG or WebP, at most 5 MB. It stands small and on white, on pages and mails.",
            error=state.mark_problem,
            accept="image/png,image/jpeg,image/webp",
            camera=False,
            most_bytes=5 * 1024 * 1024,
            too_large="That picture is larger than 5 MB. Send a smaller one.",
        ),
        when(
            state.page.mark,
            lambda: button("Use the plain mark again", type="button", on_click=state.drop_mark),
        ),
        title="Mark",
        stacked=True,
    )


def _address() -> rx.Component:
    """Under which addresses customers reach the portal, and what gives it a host of the company's own."""
    page = BrandState.page
    own = rx.fragment(
        rx.el.p(
            "Customers reach you at ", rx.el.b(page.host, class_name="strong"), ", with your name on it."
        ),
        typed_out(
            "dns-entry", "Its entry in your DNS stays", value=words(page.host, " CNAME ", page.points_to)
        ),
        rx.el.p("Another name, or none: ask whoever runs the server.", class_name="small quiet"),
    )
    none = rx.fragment(
        rx.el.p(
            "A host of your own, such as my.company.example, lets in your people alone and stands in your "
            "mails. It takes two steps."
        ),
        typed_out(
            "dns-entry",
            "First, add this to your DNS, with your name for the host",
            value=words("my.company.example CNAME ", page.points_to),
        ),
        typed_out(
            "host-command",
            "Then ask whoever runs the server to add it there, with TLS, and to type",
            value=page.command,
        ),
    )
    return section(
        when(page.host, own, none),
        rx.el.p("You are always reached at ", rx.el.code(page.common), " as well.", class_name="small"),
        title="Your address",
        stacked=True,
    )


def brand() -> rx.Component:
    """Name and colour on one side, the mark and the address on the other."""
    head = rx.el.section(
        rx.el.h1("Our brand"),
        rx.el.p("What customers see on every page, where they sign in, and on mails.", class_name="quiet"),
        class_name="stack tight whole",
    )
    return rx.cond(
        BrandState.page.ready,
        rx.fragment(
            head, section(_form(), title="Name and colour"), rx.el.div(_mark(), _address(), class_name="col")
        ),
        headline_skeleton("Loading the brand"),
    )


PAGES = (
    Page(
        "/brand",
        "Our brand",
        brand,
        load=BrandState.load,
        needs="company.brand",
        who="staff",
        layout="even",
        guide=Help(
            "Help with the brand",
            (
                "A colour is shown before it is saved. One on which words could not be read is not saved; "
                "the nearest that can be read is one tap away.",
                "Customers see what you save from the next page they open. Nothing else changes.",
                "An address of your own needs an entry in your DNS and one command on the server, which also "
                "keeps its certificate. Who is signed in under the old address signs in anew.",
            ),
        ),
    ),
)
