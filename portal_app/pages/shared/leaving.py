"""Delete my account, the page of the mail that takes it back, and the holds that the company sets."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.rows import row_list
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.empty import empty
from portal_app.components.blocks.fields import field
from portal_app.components.blocks.form_dialog import form_dialog
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.draw import when, words
from portal_app.pages.page import OpenPage, Page
from portal_app.pages.shared import mailed
from portal_app.shapes.forms import Help
from portal_app.state.shared.leaving import HoldsState, LeavingState
from portal_app.state.shared.mailed import MailedState


def _stands() -> rx.Component:
    page = LeavingState.page
    return section(
        rx.el.p(page.says, role="status"),
        button("Keep my account", "primary", wide=True, on_click=LeavingState.stop),
        title=page.title,
        stacked=True,
    )


def _lists() -> rx.Component:
    page = LeavingState.page
    take = link_button("Download this as a text", page.file_to, icon="download", wide=True, reload=True)
    return rx.fragment(
        when(page.accounts, lambda: section(link_rows(page.accounts), title="Your accounts")),
        section(link_rows(page.goes), title="What is erased"),
        section(link_rows(page.stays), title="What stays, why, and until when"),
        # Whoever asked at the foot of the page sees there what came of it.
        when(page.title, lambda: rx.el.p(page.title, ". ", page.says)),
        when(page.file_to, take),
    )


def delete() -> rx.Component:
    """What goes, what stays and why, then the button; while it waits, the one tap that keeps the account."""
    state, page = LeavingState, LeavingState.page
    ask = button("Delete my account", "danger", wide=True, on_click=state.open_question)
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1("Delete my account"),
            rx.el.p(
                "Nothing happens for 14 days, and until then one tap keeps everything as it is.",
                class_name="meaning",
            ),
            class_name="whole stack",
        ),
        rx.cond(page.state != "", _stands()),
        _lists(),
        rx.cond(page.state == "", ask),
        dialog(
            state.asking,
            page.question,
            page.effects,
            act="Delete my account",
            on_act=state.ask,
            on_keep=state.close,
            keep="Keep my account",
            name="leaving",
        ),
    )
    return rx.cond(page.ready, shown, rows_skeleton(4))


def stop() -> rx.Component:
    """Keep an account that was to be deleted: one button."""
    done = empty(
        "Your account stays",
        "Nothing is deleted. Everything is as it was.",
        "check",
        "Go on",
        "/",
        alone=True,
    )
    asks = mailed.linked(
        rx.el.div(
            mailed.head(
                "Keep my account",
                words(
                    "The account of ", MailedState.link.email, " at ", MailedState.link.company,
                    " is to be deleted. Press the button, and it stays.",
                ),
            ),
            mailed.form(
                "/auth/leaving/stop",
                mailed.hidden("token", MailedState.token),
                button("Keep my account", "primary", wide=True, type="submit"),
            ),
            class_name="stack loose",
        ),
        empty(
            "This link no longer works",
            "Each works once, until the day it speaks of. Sign in to see how it stands.",
            "lock",
            "Sign in",
            "/sign-in",
            alone=True,
        ),
    )  # fmt: skip
    return when(MailedState.sent, mailed.screen(done), asks)


def _hold(row: Any) -> rx.Component:
    told = rx.el.span(
        rx.el.span(row.whose, class_name="strong"),
        rx.el.span(row.reason, class_name="small"),
        rx.el.span(words(row.until, ", set by ", row.set_by), class_name="small quiet"),
        class_name="grow",
    )
    lift = button("Lift", low=True, on_click=HoldsState.lift(row.id), aria_label=words("Lift: ", row.whose))
    return rx.el.div(rx.el.div(told, class_name="row"), rx.el.div(lift, class_name="row-act beside"))


def _problem(name: str) -> Any:
    return rx.cond(HoldsState.field == name, HoldsState.trouble, "")


def holds() -> rx.Component:
    """What must not be deleted for now, and who asked to be deleted."""
    state, page = HoldsState, HoldsState.page
    dialog_of = form_dialog(
        state.opened,
        "Set a hold",
        field("Account number, or a customer's email", "whose", error=_problem("whose"), maxLength=254),
        field(
            "Why must it be kept?",
            "reason",
            hint="A sentence that the person may read, such as: a dispute about the March bill runs.",
            error=_problem("reason"),
            maxLength=300,
        ),
        field("Last day, if there is one", "ends_on", kind="date", error=_problem("ends_on")),
        act="Set the hold",
        on_send=state.send,
        on_keep=state.close,
        name="hold",
        says="On an account it keeps that account's rows; on a person everything of theirs.",
    )
    shown = rx.fragment(
        rx.el.section(
            rx.el.h1("Deletions and holds"),
            rx.el.p(
                "What must not be deleted, who asked to be, and who agreed to what.", class_name="meaning"
            ),
            rx.el.div(button("Set a hold", "primary", on_click=state.open_form)),
            class_name="whole stack",
        ),
        section(row_list(page.holds, _hold, "Nothing is held."), title="Holds"),
        section(link_rows(page.wishes, "Nobody asked to be deleted."), title="Who asked to be deleted"),
        section(
            link_rows(page.agreed, "Nobody has answered anything yet."),
            link_button("Download who said what", page.agreed_to, icon="csv", wide=True, reload=True),
            title="What customers agreed to",
            stacked=True,
        ),
        dialog_of,
    )
    return rx.cond(page.ready, shown, rx.fragment(headline_skeleton("Looking up holds"), rows_skeleton(3)))


PAGES = (
    Page(
        "/account/delete",
        "Delete my account",
        delete,
        load=LeavingState.load,
        under="/account",
        back_to="/account",
        back_text="Your account",
        guide=Help(
            "Help with deleting your account",
            (
                "We ask you to confirm that it is you, mail you the day, and remind you three days before. "
                "One tap here or in the mail takes it back.",
                "A law or an open bill may ask us to keep some rows. Each stands here with its reason.",
            ),
            "Take a copy of your data along first",
            "/account/privacy",
        ),
    ),
    Page(
        "/holds",
        "Deletions and holds",
        holds,
        load=HoldsState.load,
        needs="privacy.run",
        who="staff",
        guide=Help(
            "Help with holds",
            (
                "A hold keeps rows that a law, a court or a dispute asks for. The person reads its reason.",
                "Once it is lifted or over, what waited is deleted in the coming night.",
            ),
        ),
    ),
)

OPEN = (OpenPage("/leaving/stop", "Keep my account", stop, MailedState.load_link),)
