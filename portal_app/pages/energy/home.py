"""Home: the bill so far, three tasks, what moved, the latest bill, the days, what is worth doing."""

from typing import Any

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import link_button
from portal_app.components.atoms.link import link
from portal_app.components.atoms.surface import card, section
from portal_app.components.blocks.bar_chart import bar_chart
from portal_app.components.blocks.big_number import big_number
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.news_rows import news_rows
from portal_app.components.blocks.rule import rule
from portal_app.components.blocks.skeleton import card_skeleton, headline_skeleton, rows_skeleton
from portal_app.components.blocks.sum_table import sum_table
from portal_app.components.blocks.task_buttons import task_buttons
from portal_app.components.blocks.tips import tips
from portal_app.components.draw import when
from portal_app.components.icons import icon
from portal_app.shapes.energy import EnergyHome
from portal_app.state.energy.home import HomeState


def _figure(seen: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.span(seen.who),
            when(seen.standing.text, lambda: badge_of(seen.standing)),
            class_name="status-line",
        ),
        rx.el.h1(seen.title),
        when(seen.figure.whole, lambda: big_number(seen.figure)),
        rule(seen.rule),
        rx.el.p(seen.meaning, class_name="meaning"),
        class_name="headline",
    )


def _bill(seen: Any) -> rx.Component:
    bill = seen.bill
    return card(
        big_number(bill.figure, second=True),
        sum_table(bill.lines),
        rx.el.div(
            link_button("Explain each line", bill.link_to, low=True),
            link_button("Save as PDF", bill.pdf, icon="pdf", low=True, reload=True),
            class_name="beside",
        ),
        title=bill.title,
        end=badge_of(bill.badge),
    )


def _beside(seen: Any) -> rx.Component:
    return rx.el.div(
        task_buttons(seen.tasks),
        section(
            news_rows(seen.news, seen.no_news),
            title=seen.news_title,
            end=seen.since,
        ),
        when(seen.bill.shown, lambda: _bill(seen)),
        class_name="col right",
    )


def _days(seen: Any) -> rx.Component:
    return section(bar_chart(seen.days), link("See why it is high", "/energy/usage"))


def _places(seen: Any) -> rx.Component:
    others = rx.el.details(
        rx.el.summary(icon("list", "small"), seen.more_premises_words),
        link_rows(seen.more_premises),
        class_name="more",
    )
    return section(
        link_rows(seen.premises),
        when(seen.more_premises, others),
        title="Your places",
        end="next to your usual by now",
    )


def headline(seen: Any) -> rx.Component:
    """The whole home over its shape: live on the page, and with plain values in the first HTML."""
    return rx.fragment(
        _figure(seen),
        _beside(seen),
        when(seen.premises, lambda: _places(seen)),
        when(seen.days.title, lambda: _days(seen)),
        when(seen.tips, lambda: section(tips(seen.tips), title=seen.tips_title)),
    )


def headline_first(seen: EnergyHome) -> rx.Component:
    """What travels with the page: figure, sentence, tasks, news and the bill; charts follow live."""
    return rx.fragment(_figure(seen), _beside(seen))


def _waiting() -> rx.Component:
    return rx.fragment(
        headline_skeleton("Loading your bill so far"),
        rx.el.div(rows_skeleton(3), card_skeleton(), class_name="col right"),
    )


def home() -> rx.Component:
    """The person's own state the moment they come in."""
    seen = HomeState.home
    marker = {"data-ready": rx.cond(seen.ready, "1", "0")}
    return rx.fragment(
        rx.el.span(hidden=True, custom_attrs=marker),
        rx.cond(seen.ready, headline(seen), _waiting()),
    )
