"""Pay my bill: what is owed, each bill line by line, and how bills are paid and delivered."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.surface import card, section
from portal_app.components.blocks.action_bar import action_bar
from portal_app.components.blocks.big_number import big_number
from portal_app.components.blocks.bill_lines import bill_lines
from portal_app.components.blocks.dialog import dialog
from portal_app.components.blocks.empty import not_there
from portal_app.components.blocks.fields import field, money_field, select_field
from portal_app.components.blocks.invoice_rows import invoice_rows
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.notice import notice
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.blocks.sum_table import sum_table
from portal_app.components.blocks.timeline import timeline
from portal_app.components.draw import prose, unbroken
from portal_app.components.icons import icon
from portal_app.shapes.forms import Choice, Effect
from portal_app.state.energy.billing import AutopayState, BillingState, BillState, BudgetState, PaperlessState
from portal_app.state.session import SessionState


def _problem(name: str) -> Any:
    """What is wrong with one field, when the last refusal was about it."""
    return rx.cond(SessionState.problem_field == name, SessionState.problem_text, "")


_PAYMENTS_OPEN = 4


def _older(words: str, rows: rx.Component) -> rx.Component:
    return rx.el.details(
        rx.el.summary(icon("list", "small"), words), rx.el.div(rows, class_name="older"), class_name="more"
    )


def _bills() -> rx.Component:
    """The newest bills and all that are open; the paid ones before them behind one tap."""
    every, most = BillingState.page.bills, BillingState.page.bills_open
    copies = link_button(
        "All bills as CSV", "/files/energy/bills-csv", icon="download", low=True, reload=True
    )
    return section(
        invoice_rows(every[:most]),
        rx.cond(every.length() > most, _older("Show older bills", invoice_rows(every[most:]))),
        rx.cond(every, rx.el.div(copies, class_name="beside")),
        title="Bills",
        stacked=True,
    )


def _payments() -> rx.Component:
    every = BillingState.page.payments
    return section(
        rx.el.div(link_rows(every[:_PAYMENTS_OPEN], "No payment has come in yet."), class_name="long-states"),
        rx.cond(
            every.length() > _PAYMENTS_OPEN,
            _older("Show older payments", link_rows(every[_PAYMENTS_OPEN:])),
        ),
        title="Payments",
    )


def _check() -> rx.Component:
    """Whether a bill on paper or in a mail is the company's own, behind one tap."""
    form = rx.el.form(
        rx.el.p("Each bill carries a check code beside how to pay. Type both as they stand there."),
        field(
            "Bill number",
            "number",
            kind="numeric",
            error=_problem("number"),
            autocomplete="off",
            maxLength=20,
        ),
        field("Check code", "code", autocomplete="off", maxLength=20),
        button("Check it", type="submit", wide=True),
        rx.el.div(rx.cond(BillingState.checked.title, notice(BillingState.checked)), role="status"),
        on_submit=BillingState.check,
        class_name="stack",
    )
    return rx.el.details(
        rx.el.summary(icon("list", "small"), "Check that a bill is ours"), form, class_name="more"
    )


def billing() -> rx.Component:
    """What is owed first, then every bill, newest first."""
    page = BillingState.page
    head = rx.el.section(
        rx.el.h1("What you owe"),
        big_number(page.owed),
        rx.el.p(page.owed_words, class_name="meaning"),
        class_name="headline",
    )
    ways = section(
        link_rows((page.autopay, page.paperless, page.budget)),
        _check(),
        title="How you pay and get bills",
        stacked=True,
    )
    return rx.cond(
        page.ready,
        rx.fragment(
            rx.el.div(head, _bills(), class_name="col"),
            rx.el.div(ways, _payments(), class_name="col"),
            rx.cond(
                page.pay_id,
                action_bar(
                    link_button(
                        page.pay_label, "/energy/billing/bill?id=" + page.pay_id, "primary", icon="bill"
                    ),
                    says=page.pay_words,
                ),
            ),
        ),
        rx.fragment(headline_skeleton("Loading your bills"), rows_skeleton(4)),
    )


def _transfer() -> rx.Component:
    """What to do to pay, with the recorded reference; it stays until it is put away."""
    asked = BillState.request
    return card(
        rx.el.p(
            "Transfer this amount from your bank. With the reference we know it is yours, and mark "
            "the bill paid."
        ),
        rx.el.dl(
            _fact("Amount", asked.amount),
            _fact("To", asked.payee),
            _fact("Bank", asked.bank),
            _fact("Account", asked.iban),
            _fact("Reference", asked.reference, "num"),
            _fact("By", asked.due),
            class_name="facts",
        ),
        rx.el.p("It shows here as paid one or two bank days after you send it.", class_name="small quiet"),
        button("Done", on_click=BillState.put_away),
        title="Pay by bank transfer",
    )


def _recorded() -> rx.Component:
    """The same for who hears the page: the card is what everybody else reads."""
    asked = BillState.request
    said = rx.fragment("Transfer ", asked.amount, " from your bank. Reference ", asked.reference, ".")
    return rx.el.div(rx.cond(asked.reference, said), role="status", class_name="heard")


def _fact(label: str, value: Any, dress: str = "") -> rx.Component:
    return rx.el.div(
        rx.el.dt(label, class_name="small quiet"), rx.el.dd(rx.el.b(unbroken(value), class_name=dress))
    )


def bill() -> rx.Component:
    """One bill: tap a line and it explains itself; then why it is not the same as last time."""
    page = BillState.page
    head = rx.el.section(
        rx.el.div(rx.el.span(page.period), badge_of(page.badge), class_name="status-line"),
        rx.el.h1(page.title),
        big_number(page.figure),
        class_name="headline whole",
    )
    lines = section(
        bill_lines(page.lines, page.total_label, page.total),
        rx.el.p("Tap a line and it explains itself here.", class_name="small quiet no-print"),
        rx.el.div(
            rx.cond(page.pdf, link_button("Save as PDF", page.pdf, icon="pdf", low=True, reload=True)),
            link_button("Save as CSV", page.csv, icon="download", low=True, reload=True),
            class_name="beside",
        ),
        title="Line by line",
        end=rx.cond(page.number, "Bill number " + page.number, ""),
        stacked=True,
    )
    why = section(
        rx.cond(page.why, sum_table(page.why), rx.el.p(page.why_words, class_name="quiet")),
        title=page.why_title,
    )
    return rx.cond(
        page.ready,
        rx.fragment(
            head,
            _recorded(),
            rx.cond(page.bank_notice.title, rx.el.div(notice(page.bank_notice), class_name="whole")),
            rx.cond(BillState.request.reference, rx.el.div(_transfer(), class_name="whole to-do")),
            rx.el.div(lines, class_name="col"),
            rx.el.div(rx.cond(page.why_title, why), class_name="col"),
            rx.cond(
                page.payable & (BillState.request.reference == ""),
                action_bar(
                    button(page.pay_label, "primary", icon="bill", on_click=BillState.pay),
                    says=page.pay_words,
                ),
            ),
        ),
        rx.cond(
            BillState.missing,
            not_there("bill", "See all my bills", "/energy/billing"),
            rx.fragment(headline_skeleton("Loading your bill"), rows_skeleton(5)),
        ),
    )


_DAYS = (
    Choice("due", "On the day the bill is due"),
    *(Choice(str(n), f"On day {n} of the month") for n in (1, 5, 10, 15, 20, 25)),
)


def _autopay_form() -> rx.Component:
    state = AutopayState
    return rx.el.div(
        field(
            "Your bank",
            "bank",
            value=state.bank,
            on_change=state.set_bank,
            error=_problem("bank"),
            autocomplete="organization",
        ),
        field(
            "Last four digits of your account",
            "last_four",
            kind="numeric",
            value=state.last_four,
            on_change=state.set_last_four,
            hint="So that you know it again. We never ask for the whole number here.",
            error=_problem("last_four"),
        ),
        select_field(
            "When",
            "day_rule",
            _DAYS,
            value=state.day_rule,
            on_change=state.set_day_rule,
            error=_problem("day_rule"),
        ),
        money_field(
            "Never more than",
            "limit",
            value=state.limit,
            on_change=state.set_limit,
            optional=True,
            hint="A bill above this waits for you instead.",
            error=_problem("limit"),
        ),
        action_bar(button("Read what I agree to", "primary", on_click=state.offer_words)),
        class_name="stack",
        custom_attrs={"data-draft": "autopay"},
    )


def _agreement() -> rx.Component:
    state = AutopayState
    return card(
        rx.el.p(state.offer.text),
        rx.el.div(
            button("I agree, turn autopay on", "primary", on_click=state.agree),
            button("Change something", on_click=state.back),
            class_name="stack",
        ),
        title="What you agree to",
    )


def _autopay_acts() -> rx.Component:
    state, view = AutopayState, AutopayState.view
    return rx.el.div(
        rx.cond(view.can_stop_next, button("Stop the next debit", on_click=state.stop_next)),
        rx.cond(view.state == "on", button("Pause autopay", on_click=state.pause)),
        rx.cond(view.state == "paused", button("Resume autopay", "primary", on_click=state.resume)),
        button("Stop autopay", "danger", on_click=state.ask_stop(True)),
        class_name="beside",
    )


def autopay() -> rx.Component:
    """Autopay: how it stands, what one agrees to, and three ways out."""
    state, view = AutopayState, AutopayState.view
    running = (view.state == "on") | (view.state == "paused")
    effects = (
        Effect("bill", "Bills are no longer debited. You pay each one yourself, by its due day."),
        Effect("clock", "A debit within three business days can no longer be called back by us."),
        Effect("person", "You can set it up again at any time."),
    )
    return rx.fragment(
        rx.el.section(
            rx.el.div(badge_of(view.badge), class_name="status-line"),
            rx.el.h1("Autopay"),
            rx.el.p(view.words, class_name="meaning"),
            rx.cond(view.next_debit, rx.el.p(view.next_debit, class_name="meaning")),
            rx.cond(view.stop_until, rx.el.p(view.stop_until, class_name="small quiet")),
            class_name="stack",
        ),
        rx.cond(running, _autopay_acts()),
        rx.cond(
            state.offer.text,
            _agreement(),
            section(_autopay_form(), title=rx.cond(running, "Change autopay", "Set up autopay")),
        ),
        dialog(
            state.stopping,
            "Stop autopay?",
            effects,
            act="Stop autopay",
            on_act=state.stop,
            on_keep=state.ask_stop(False),
            keep="Keep autopay",
        ),
    )


def paperless() -> rx.Component:
    """Paper or paperless, with a confirmation by mail."""
    state, view = PaperlessState, PaperlessState.view
    return rx.fragment(
        rx.el.section(
            rx.el.h1("Paper or paperless"), rx.el.p(view.words, class_name="meaning"), class_name="stack"
        ),
        rx.el.div(
            field(
                "Where we write when a bill is ready",
                "email",
                kind="email",
                value=state.email,
                on_change=state.set_email,
                error=_problem("email"),
                autocomplete="email",
            ),
            custom_attrs={"data-draft": "paperless"},
        ),
        rx.cond(
            view.paperless,
            rx.el.div(
                button("Keep this address", "primary", on_click=state.choose(True)),
                button("Send bills on paper again", on_click=state.choose(False)),
                class_name="beside",
            ),
            action_bar(button("Go paperless", "primary", on_click=state.choose(True))),
        ),
    )


def budget() -> rx.Component:
    """The same amount every month: the computed amount first, one tap to join."""
    state, offer = BudgetState, BudgetState.offer
    effects = (
        Effect("bill", "From the next bill on you pay what you use, month by month."),
        Effect("clock", "What was put off so far comes on one settle-up bill, or back to you as credit."),
        Effect("person", "You can join again when twelve months of bills are there."),
    )
    return rx.fragment(
        rx.el.section(
            rx.el.h1("The same amount every month"),
            rx.cond(offer.amount, rx.el.p(rx.el.span(offer.amount, class_name="big"), class_name="figure")),
            rx.cond(offer.open, rx.fragment(), rx.el.p(offer.words, class_name="meaning")),
            rx.cond(offer.basis, rx.el.p(prose(offer.basis), class_name="quiet")),
            rx.cond(offer.looks, rx.el.p(offer.looks, class_name="quiet")),
            rx.cond(offer.settles, rx.el.p(offer.settles, class_name="quiet")),
            class_name="stack",
        ),
        rx.cond(offer.sums, section(sum_table(offer.sums), title="Used and asked for")),
        rx.cond(offer.changes, section(timeline(offer.changes, dated=True), title="How the amount changed")),
        rx.cond(
            offer.on,
            button("Leave the plan", "danger", on_click=state.ask_leave(True)),
            rx.cond(
                offer.open,
                action_bar(button("Pay " + offer.amount + " every month", "primary", on_click=state.enrol)),
            ),
        ),
        dialog(
            state.leaving,
            "Leave the budget plan?",
            effects,
            act="Leave the plan",
            on_act=state.leave,
            on_keep=state.ask_leave(False),
            keep="Stay on the plan",
        ),
    )
