"""Company sign-in: the other houses whose sign-in lets people in here, set up by administrators."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.empty import empty
from portal_app.components.blocks.fields import choice, field, select_field, text_area, tick, wrong
from portal_app.components.blocks.form_dialog import form_dialog
from portal_app.components.blocks.people import row_button
from portal_app.components.blocks.security import typed_out
from portal_app.components.blocks.sign_on import house_rows
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.draw import when, words
from portal_app.pages.page import Page
from portal_app.shapes.forms import Choice, Help
from portal_app.shapes.sign_on import MAILBOXES
from portal_app.state.shared.sign_on import SignOnState as State

_WHOM = (
    Choice("staff", "Our own people"),
    Choice("account", "People of one customer account"),
)


def _of(name: str) -> Any:
    return rx.cond(State.field == name, State.trouble, "")


def _kept(name: str, value: Any) -> rx.Component:
    return rx.el.input(type="hidden", name=name, value=value, read_only=True)


def _try(row: Any) -> rx.Component:
    return rx.el.form(
        _kept("house", row.id),
        button(rx.fragment("Try it", rx.el.span(" ", row.name, class_name="heard")), low=True, type="submit"),
        method="post",
        action="/auth/sign-on/try",
        on_submit=None,
    )


def _acts(row: Any) -> list[rx.Component]:
    return [
        row_button(row.unproved, "Prove a domain", row, State.open_proof),
        _try(row),
        row_button(row.can_turn, row.turn, row, State.turn),
        row_button(True, "Change", row, State.open_change),
        row_button(~row.by_saml, "Client secret", row, State.open_secret),
        row_button(row.by_saml, "Metadata", row, State.open_metadata),
        row_button(True, "Remove", row, State.ask_to_remove, danger=True),
    ]


def _edit() -> rx.Component:
    form = State.form
    asked = {"autocomplete": "off", "spellCheck": "false", "autoCapitalize": "none"}
    saml = form.protocol == "saml"

    def issuer() -> rx.Component:
        return rx.fragment(
            field(
                "Issuer", "issuer", kind="url", value=form.issuer, error=_of("issuer"), maxLength=500,
                hint="As your OpenID provider gives it, such as https://login.company.example.", **asked,
            ),
            field(
                "Client ID", "client_id", value=form.client_id, error=_of("client_id"), maxLength=300, **asked
            ),
        )  # fmt: skip

    return form_dialog(
        State.opened == "edit",
        rx.cond(saml, "A company sign-in by SAML", "A company sign-in"),
        field(
            "Name on the button", "name", value=form.name, error=_of("name"), autocomplete="off",
            maxLength=60, hint="People read “Continue with” and this name.",
        ),
        when(~saml, issuer),
        field(
            "Email domains", "domains", value=form.domains, error=_of("domains"), maxLength=1200,
            hint="The part after the @. Several are parted by commas. Each is proved by a mail.", **asked,
        ),
        choice("Who comes in by it?", "whom", _WHOM, value=form.whom, error=_of("whom")),
        field(
            "Account number", "account", value=form.account, error=_of("account"), maxLength=40,
            optional=True, hint="Only for people of one customer account.", autocomplete="off",
        ),
        tick("Let people in who are not known here yet", "makes_people", on=form.makes_people),
        tick("Roles follow the groups at every sign-in", "follows", on=form.follows),
        text_area(
            "Which group is what here?", "roles", value=form.roles, error=_of("roles"), max_length=4000,
            hint=words(
                "One a line, such as portal-bosses = administrator. The first that fits decides; * stands "
                "for everybody. For our own people: ",
                State.page.roles,
            ),
        ),
        field(
            rx.cond(saml, "Attribute with the groups", "Claim with the groups"), "role_claim",
            value=form.role_claim, error=_of("role_claim"), maxLength=80, **asked,
        ),
        wrong("place", rx.cond(State.field == "", State.trouble, "")),
        act="Save",
        on_send=State.send,
        on_keep=State.close,
        name="house",
        draft=words("sign-on:", State.about),
        says=rx.cond(saml, "Its metadata says who it is: keep that next.", ""),
    )  # fmt: skip


def _metadata() -> rx.Component:
    return form_dialog(
        State.opened == "metadata",
        words("Metadata of ", State.name),
        _kept("house", State.about),
        field(
            "Where it stands",
            "address",
            kind="url",
            optional=True,
            hint="Such as https://login.company.example/metadata.",
            autocomplete="off",
            maxLength=500,
        ),
        text_area(
            "Or the metadata itself", "metadata", optional=True, hint="The whole XML.", max_length=150_000
        ),
        act="Keep the metadata",
        on_keep=State.close,
        name="metadata",
        says="Your provider gives it once it knows of us. Keep it anew when its certificate changes.",
        native={"method": "post", "action": "/auth/sign-on/metadata"},
    )


def _secret() -> rx.Component:
    return form_dialog(
        State.opened == "secret",
        words("Client secret of ", State.name),
        _kept("house", State.about),
        field(
            "Client secret",
            "secret",
            kind="password",
            hint="It is kept sealed and never shown again.",
            autocomplete="off",
            maxLength=500,
        ),
        act="Keep the secret",
        on_keep=State.close,
        name="secret",
        says="Your provider gives it with the client ID. Try the sign-in again afterwards.",
        native={"method": "post", "action": "/auth/sign-on/secret"},
    )


def _proof() -> rx.Component:
    return form_dialog(
        State.opened == "proof",
        "Prove that a domain is yours",
        select_field("Domain", "domain", State.domains, error=_of("domain")),
        select_field("Mailbox", "mailbox", MAILBOXES, error=_of("mailbox")),
        wrong("place", rx.cond(State.field == "", State.trouble, "")),
        act="Send the mail",
        on_send=State.send_proof,
        on_keep=State.close,
        name="proof",
        draft=words("sign-on-proof:", State.about),
        says="We mail a link there. Whoever reads that mailbox passes it on to you; open it signed in here.",
    )


def _confirms() -> rx.Component:
    domain = State.page.confirms
    return section(
        rx.el.p(words("The link you opened was mailed to ", domain, "."), class_name="meaning"),
        rx.el.div(button(words("Take ", domain, " as ours"), "primary", on_click=State.confirm_domain)),
        title="Prove a domain",
        stacked=True,
    )


def _without_saml() -> rx.Component:
    return rx.el.p(
        "SAML is not installed on this server. Whoever runs it adds it with pip install -r "
        "requirements-saml.txt and starts it again.",
        class_name="quiet",
    )


def _for_saml() -> rx.Component:
    page = State.page
    return rx.fragment(
        typed_out(
            "saml-name",
            "SAML entity ID",
            "A SAML provider asks for it; it is the address of our metadata too.",
            value=page.saml_name,
        ),
        typed_out(
            "saml-door",
            "SAML answer address",
            "Your provider may call it ACS, reply or single sign-on address.",
            value=page.saml_door,
        ),
    )


def sign_on() -> rx.Component:
    """The other houses, how each stands, and what they must be told of us."""
    page, asked = State.page, State.asked
    nobody = empty(
        "No provider yet",
        "With one, people sign in with the account they have at their company, and need no password here.",
        "lock",
    )
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1("Company sign-in"),
            rx.el.p(page.meaning, class_name="meaning"),
            wrong("page", rx.cond(State.opened == "", State.trouble, "")),
            rx.el.div(
                button("Add by OpenID Connect", "primary", icon="plus", on_click=State.open_new),
                when(page.saml, lambda: button("Add by SAML", icon="plus", on_click=State.open_new_saml)),
                class_name="beside",
            ),
            when(~page.saml, _without_saml),
            class_name="whole stack",
        ),
        when(page.confirms, _confirms),
        rx.el.div(when(page.rows, house_rows(page.rows, _acts), nobody), class_name="stack loose"),
        section(
            typed_out(
                "back-to",
                "Redirect address",
                "An OpenID provider asks for it. It is the same for all of yours.",
                value=page.back_to,
            ),
            when(page.saml, _for_saml),
            title="What your provider needs",
            stacked=True,
        ),
        _edit(),
        _secret(),
        _metadata(),
        _proof(),
        dialog(
            asked.title,
            asked.title,
            asked.effects,
            act=asked.act,
            on_act=State.remove,
            on_keep=State.close,
            keep=asked.keep,
            name="remove-house",
        ),
    )
    return rx.cond(page.ready, shown, rx.fragment(headline_skeleton("Loading"), rows_skeleton(3)))


PAGES = (
    Page(
        "/sign-on",
        "Company sign-in",
        sign_on,
        load=State.load,
        needs="sign_on.run",
        who="staff",
        guide=Help(
            "Help with company sign-in",
            (
                "At your OpenID provider, add an application for a web server with the redirect address on "
                "this page. It gives you an issuer, a client ID and a secret. At a SAML provider, add one "
                "with the entity ID and the answer address; it gives you metadata.",
                "Add the provider here, keep its secret or metadata, prove the email domain by a mail, then "
                "try it. What came of it is said beside it. Once it works, turn it on.",
                "Somebody who is known here already signs in once the usual way and is connected then.",
                "Roles follow the groups at every sign-in, as customers of Okta and Entra expect: a new "
                "group is a new role at the next sign-in, and undoes what was changed here by hand. Who is "
                "in none of these groups loses their place; the last administrator keeps theirs.",
                "Without that tick a role is given at the first sign-in alone, and stays as changed under "
                "Our people. Take the tick away where a directory (SCIM) gives the roles.",
            ),
        ),
        back_to="/account",
        back_text="Sign-in and devices",
    ),
)
