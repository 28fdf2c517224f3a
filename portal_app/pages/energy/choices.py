"""Alerts and choices: when to warn, who needs power for their health, what to be told, how bills arrive."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.button import button
from portal_app.components.atoms.surface import section
from portal_app.components.blocks.choose import choose
from portal_app.components.blocks.fields import choice, field, switch
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.pages.page import Page
from portal_app.shapes.forms import Help
from portal_app.state.energy.choices import ChoicesState
from portal_app.state.session import SessionState


def _wrong(name: str) -> Any:
    return rx.cond(SessionState.problem_field == name, SessionState.problem_text, "")


def _alert() -> rx.Component:
    state, page = ChoicesState, ChoicesState.page
    amount = rx.match(
        state.alert_kind,
        ("money", field("Amount for one bill", "alert_at", kind="decimal", value=state.alert_at,
                        on_change=state.set_alert_at, before=page.alert_sign, error=_wrong("alert_at"))),
        ("use", field("Use in one bill period", "alert_at", kind="numeric", value=state.alert_at,
                      on_change=state.set_alert_at, after="kWh", error=_wrong("alert_at"))),
        rx.fragment(),
    )  # fmt: skip
    return section(
        choice(
            "Warn me",
            "alert_kind",
            page.alert_kinds,
            value=state.alert_kind,
            on_change=state.choose_alert,
            error=_wrong("alert_kind"),
            hint="At most once a bill, between 8 and 21, while there is time to act.",
        ),
        amount,
        button("Save my alert", "primary", wide=True, on_click=state.save_alert),
        title="High-bill alert",
        stacked=True,
    )


def _health() -> rx.Component:
    state, page = ChoicesState, ChoicesState.page
    return section(
        rx.el.p(page.medical_words, class_name="quiet meaning"),
        rx.el.div(
            field(
                "Phone to reach you on",
                "phone",
                kind="tel",
                value=state.phone,
                on_change=state.set_phone,
                error=_wrong("phone"),
                optional=True,
            ),
            field(
                "What we should know",
                "medical_says",
                value=state.medical_says,
                on_change=state.set_medical_says,
                hint="Such as: oxygen at night. Only our control room sees it.",
                optional=True,
                maxLength=200,
            ),
            class_name="stack",
            custom_attrs={"data-draft": "health"},
        ),
        button("Save phone and note", wide=True, on_click=state.save_phone),
        switch("On the medical list", "medical", on=page.medical, on_change=state.set_medical),
        title="Medical list",
        stacked=True,
    )


def _topic(row: Any) -> rx.Component:
    return switch(
        row.title,
        f"topic-{row.id}",
        on=row.end == "mail",
        on_change=lambda on: ChoicesState.set_channel(row.id, on),
        detail=row.detail,
    )


def _told() -> rx.Component:
    state, page = ChoicesState, ChoicesState.page
    return section(
        rx.el.p(
            "Mail goes to ",
            rx.el.b(page.email),
            ". Everything also stands under All news.",
            class_name="quiet",
        ),
        rx.el.div(
            rx.foreach(page.topics, _topic),
            switch(
                "Planned work at my places",
                "planned",
                on=page.planned_notice,
                on_change=state.set_planned,
                detail="By mail with a calendar entry",
            ),
            class_name="rows ruled",
        ),
        title="What comes by mail",
        stacked=True,
    )


def _bills() -> rx.Component:
    state, page = ChoicesState, ChoicesState.page
    return section(
        switch(
            "Paperless bills",
            "paperless",
            on=page.paperless,
            on_change=state.set_paperless,
            detail=page.paperless_words,
        ),
        title="How bills arrive",
    )


def _units() -> rx.Component:
    page = ChoicesState.page
    return section(
        choose(
            "Temperatures in",
            "temperature",
            page.temperatures,
            value=page.temperature,
            on_change=ChoicesState.choose_temperature,
        ),
        title="Temperatures",
    )


def choices() -> rx.Component:
    """What the account wants, each kept at once or with its own button."""
    page = ChoicesState.page
    shown = rx.fragment(
        rx.el.div(
            rx.el.h1("Alerts and choices"),
            rx.cond(
                page.may_change,
                rx.fragment(),
                rx.el.p(
                    "Only the owner of the account can change these. You see them as they are.",
                    class_name="meaning",
                ),
            ),
            class_name="whole stack",
        ),
        rx.el.div(_alert(), _health(), class_name="col"),
        rx.el.div(_told(), _bills(), _units(), class_name="col"),
    )
    return rx.cond(
        page.ready, shown, rx.fragment(headline_skeleton("Loading your choices"), rows_skeleton(5))
    )


PAGES_CHOICES = (
    Page(
        "/account/choices",
        "Alerts and choices",
        choices,
        load=ChoicesState.load,
        needs="usage.see",
        layout="even",
        under="/account",
        back_to="/account",
        back_text="Account",
        guide=Help(
            "Help with alerts and choices",
            (
                "A high-bill alert looks at where your bill is heading each morning. It writes once a bill, "
                "and only while five days or more are left to act.",
                "The medical list does not keep power on. Have a plan for hours without it, and call us.",
                "Switches count at once. Amounts and phone numbers count when you save them.",
            ),
        ),
    ),
)
