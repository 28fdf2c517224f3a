"""Who may do what: the people of an account, the company's own people, those of a customer."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.link import link
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.empty import not_there
from portal_app.components.blocks.fields import choice, field, select_field, tick, wrong
from portal_app.components.blocks.form_dialog import form_dialog
from portal_app.components.blocks.people import people_rows, row_button
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.draw import each, when, words
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.session import SessionState
from portal_app.state.shared.people import CustomerPeopleState as Theirs
from portal_app.state.shared.people import PeopleState as Mine
from portal_app.state.shared.people import StaffPeopleState as Ours

_WAITING = "Who is invited"


def _head(page: Any, *acts: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h1(page.title),
        rx.el.p(page.meaning, class_name="meaning"),
        *acts,
        class_name="whole stack",
    )


def _of_field(state: Any, name: str) -> Any:
    return rx.cond(state.field == name, state.trouble, "")


def _elsewhere(state: Any, *names: str) -> rx.Component:
    """What is wrong with no field in particular, in the dialog itself."""
    named = state.field == names[0]
    for name in names[1:]:
        named = named | (state.field == name)
    return wrong("place", rx.cond(named, "", state.trouble))


def _to_directory(before: str, after: str) -> rx.Component:
    """The way to letting a directory say who is here."""
    return rx.el.p(link("Let your directory say who is here", before + SessionState.who.kind + after))


def _loading(what: str) -> rx.Component:
    return rx.fragment(headline_skeleton(what), rows_skeleton(3))


# The people of one's own account.


def _member_acts(row: Any) -> list[rx.Component]:
    return [
        row_button(row.can_change, "Change", row, Mine.open_change),
        row_button(row.can_end, rx.cond(row.can_change, "End", "Leave"), row, Mine.ask_to_end),
    ]


def _invited_acts(row: Any) -> list[rx.Component]:
    return [
        row_button(row.can_resend, "Send again", row, Mine.resend),
        row_button(row.can_end, "Withdraw", row, Mine.ask_to_withdraw, danger=True),
    ]


def _scope(one: Any) -> rx.Component:
    return tick(one.label, words("scope-", one.name), on=Mine.form.scopes.contains(one.name))


def _shown(one: Any) -> rx.Component:
    return tick(one.label, words("shows-", one.name), on=Mine.form.persons.contains(one.name))


def _more() -> rx.Component:
    page, form = Mine.page, Mine.form
    scopes = rx.el.fieldset(
        rx.el.legend("Only for", class_name="label"),
        rx.el.p("Tick none for all that the role allows.", class_name="small quiet"),
        each(page.scopes, _scope),
        wrong("scopes", _of_field(Mine, "scopes")),
        class_name="field",
    )
    chosen = rx.el.fieldset(
        rx.el.legend("People I choose", class_name="label"), each(page.persons, _shown), class_name="field"
    )
    begins = select_field("They begin at", "goes_to", page.places, value=form.goes_to, optional=True)
    return rx.el.details(
        rx.el.summary("More"),
        rx.el.div(
            when(page.scopes, scopes),
            choice(
                "Whose things do they see?", "sees", page.sees, value=form.sees, error=_of_field(Mine, "sees")
            ),
            when(page.persons, chosen),
            select_field("It ends", "ends", page.ends, value=form.ends, error=_of_field(Mine, "ends")),
            field(
                "Last day, or date of birth",
                "day",
                kind="date",
                value=form.day,
                optional=True,
                hint="For an 18th birthday, the day they were born; we keep only when it ends.",
                error=_of_field(Mine, "day"),
            ),
            tick("They act on somebody's behalf", "proxy", on=form.proxy),
            field(
                "Why, and for whom",
                "reason",
                value=form.reason,
                optional=True,
                hint="Such as “my mother, who does not go online”.",
                error=_of_field(Mine, "reason"),
                autocomplete="off",
                maxLength=200,
            ),
            when((Mine.opened == "invite") & page.places, begins),
            class_name="stack",
        ),
        open=Mine.more,
        class_name="more",
    )


def _place_dialog() -> rx.Component:
    page, form = Mine.page, Mine.form
    to_whom = field(
        "Email",
        "email",
        kind="email",
        autocomplete="off",
        maxLength=254,
        error=_of_field(Mine, "email"),
    )
    role = choice("What may they do?", "role", page.roles, value=form.role, error=_of_field(Mine, "role"))
    seen = ("email", "role", "scopes", "sees", "ends", "day", "reason")
    invite = form_dialog(
        Mine.opened == "invite",
        "Invite somebody",
        to_whom,
        role,
        _more(),
        _elsewhere(Mine, *seen),
        act="Send the invitation",
        on_send=Mine.send,
        on_keep=Mine.close,
        name="invite",
    )
    change = form_dialog(
        Mine.opened == "change",
        "Change what they may do",
        role,
        _more(),
        _elsewhere(Mine, *seen),
        act="Save",
        on_send=Mine.send,
        on_keep=Mine.close,
        name="change",
        says=form.email,
    )
    return rx.fragment(invite, change)


def _question(state: Any, name: str, *, danger: bool = True, opened: Any = None) -> rx.Component:
    asked = state.asked
    return dialog(
        asked.title if opened is None else opened,
        asked.title,
        asked.effects,
        act=asked.act,
        on_act=state.confirm,
        on_keep=state.close,
        keep=asked.keep,
        danger=danger,
        name=name,
    )


def people() -> rx.Component:
    """Everybody of the account as people, one dialog to invite, one question before an end."""
    page = Mine.page
    shown = rx.fragment(
        _head(
            page,
            when(page.may_invite, rx.el.div(button("Invite somebody", "primary", on_click=Mine.open_invite))),
            when(page.directory, _to_directory("/", "/account/directory")),
        ),
        section(people_rows(page.people, _member_acts), title="Who may do what"),
        section(people_rows(page.invited, _invited_acts, "Nobody is invited at the moment."), title=_WAITING),
        _place_dialog(),
        _question(Mine, "end-place"),
    )
    return rx.cond(page.ready, shown, _loading("Looking up who may do what"))


# The company's own people.


def _colleague_acts(row: Any) -> list[rx.Component]:
    return [
        row_button(row.can_change, "Change role", row, Ours.open_change),
        row_button(row.can_end, row.act, row, Ours.ask_standing),
        row_button(row.can_end, "Sign out everywhere", row, Ours.end_sessions),
    ]


def _invited_colleague_acts(row: Any) -> list[rx.Component]:
    return [
        row_button(row.can_resend, "Send again", row, Ours.resend),
        row_button(row.can_end, "Withdraw", row, Ours.ask_to_withdraw, danger=True),
    ]


def _colleague_dialog() -> rx.Component:
    page = Ours.page
    role = choice("What do they do here?", "role", page.roles, value=Ours.role, error=_of_field(Ours, "role"))
    email = field(
        "Email",
        "email",
        kind="email",
        autocomplete="off",
        maxLength=254,
        error=_of_field(Ours, "email"),
    )
    sends = {"on_send": Ours.send, "on_keep": Ours.close}
    trouble = _elsewhere(Ours, "email", "role")
    return rx.fragment(
        form_dialog(
            Ours.opened == "invite", "Invite a colleague", email, role, trouble, act="Send the invitation",
            name="invite", **sends,
        ),
        form_dialog(
            Ours.opened == "change", "Change the role", role, trouble, act="Save", name="change",
            says=Ours.name, **sends,
        ),
    )  # fmt: skip


def our_people() -> rx.Component:
    """The company's own people with role, second step and last visit."""
    page, asked = Ours.page, Ours.asked
    invite = button("Invite a colleague", "primary", on_click=Ours.open_invite)
    shown = rx.fragment(
        _head(page, rx.el.div(invite), when(page.directory, _to_directory("/staff/", "/people/directory"))),
        section(people_rows(page.people, _colleague_acts), title="Who works here"),
        section(
            people_rows(page.invited, _invited_colleague_acts, "Nobody is invited at the moment."),
            title=_WAITING,
        ),
        _colleague_dialog(),
        _question(Ours, "suspend", opened=(asked.title != "") & ~Ours.letting_in),
        _question(Ours, "let-in", opened=(asked.title != "") & Ours.letting_in, danger=False),
    )
    return rx.cond(page.ready, shown, _loading("Looking up who works here"))


# The people of one customer.


def _customer_acts(row: Any) -> list[rx.Component]:
    return [
        row_button(row.can_change, "See what they see", row, Theirs.open_look, icon_name="eye"),
        row_button(row.can_end, row.act, row, Theirs.ask_standing),
        row_button(row.can_resend, "Sign out everywhere", row, Theirs.end_sessions),
    ]


def _look_dialog() -> rx.Component:
    def kept(name: str, value: Any) -> rx.Component:
        return rx.el.input(type="hidden", name=name, value=value, read_only=True)

    return form_dialog(
        Theirs.looking_as != "",
        Theirs.look_title,
        kept("person_id", Theirs.looking_as),
        kept("account_id", Theirs.page.account_id),
        field(
            "Why do you look?",
            "why",
            hint="A case number, or what they asked. It is written down and they can ask for it.",
            error=Theirs.trouble,
            autocomplete="off",
            maxLength=200,
        ),
        act="Begin to look",
        on_keep=Theirs.close,
        name="look",
        says="You only look, for 30 minutes at most. Nothing can be changed, and every page is written down.",
        native={"method": "post", "action": "/auth/look-as"},
    )


def their_people() -> rx.Component:
    """Who may do what in one customer's account; and the way to see what one of them sees."""
    page, asked = Theirs.page, Theirs.asked
    shown = rx.fragment(
        _head(page),
        section(people_rows(page.people, _customer_acts, "Nobody has a place yet."), title="Who may do what"),
        section(
            people_rows(
                page.invited,
                lambda row: [row_button(row.can_resend, "Send again", row, Theirs.resend)],
                "Nobody is invited at the moment.",
            ),
            title=_WAITING,
        ),
        _look_dialog(),
        _question(Theirs, "suspend", opened=(asked.title != "") & ~Theirs.letting_in),
        _question(Theirs, "let-in", opened=(asked.title != "") & Theirs.letting_in, danger=False),
    )
    back = "/staff/" + SessionState.who.kind + "/customers"
    return rx.cond(
        page.ready,
        shown,
        rx.cond(
            Theirs.missing,
            not_there("customer", "See all customers", back),
            _loading("Looking up the people of this customer"),
        ),
    )


PAGES = (
    Page(
        "/account/people",
        "People",
        people,
        load=Mine.load,
        needs="people.places",
        under="/account",
        back_to="/account",
        back_text="Account",
        guide=Help(
            "Help with people",
            (
                "Invite somebody with their email and a role. The link in the mail works once, for a week.",
                "Under “More” you can narrow a place to bills, documents, requests or people, choose whose "
                "things it shows, and when it ends by itself.",
                "A change counts from the person's next tap. An account always keeps an owner.",
            ),
        ),
    ),
    Page(
        "/people",
        "Our people",
        our_people,
        load=Ours.load,
        needs="staff.run",
        who="staff",
        guide=Help(
            "Help with our people",
            (
                "Invite a colleague with their email and role. The link in the mail works once, for a week.",
                "Whoever is suspended is signed out from their next tap, until somebody lets them in again.",
                "You cannot change your own role, and somebody always stays administrator.",
            ),
        ),
    ),
    Page(
        "/customers/people",
        "People of a customer",
        their_people,
        load=Theirs.load,
        needs="customer.look_as",
        who="staff",
        under="/customers",
        back_to="/customers",
        back_text="Customers",
        guide=Help(
            "Help with the people of a customer",
            (
                "“See what they see” shows you the portal as that person has it, for 30 minutes at most. "
                "Say why; every page you open is written down with it.",
                "Signing somebody out ends all their sessions. Suspending them keeps them out until you let "
                "them in again.",
            ),
        ),
    ),
)
