"""See why it is high: the days on one axis with last year and similar homes, and the odd day taken apart."""

import reflex as rx

from portal_app.components.atoms.badge import badge_of
from portal_app.components.atoms.button import button, link_button
from portal_app.components.atoms.link import act
from portal_app.components.atoms.surface import card, section
from portal_app.components.blocks.bar_chart import bar_chart
from portal_app.components.blocks.choose import choose
from portal_app.components.blocks.compare_bars import compare_bars
from portal_app.components.blocks.fields import select_field
from portal_app.components.blocks.link_rows import link_rows
from portal_app.components.blocks.rule import rule
from portal_app.components.blocks.skeleton import headline_skeleton, rows_skeleton
from portal_app.components.blocks.sum_table import sum_table
from portal_app.components.blocks.tips import tips
from portal_app.components.draw import unbroken
from portal_app.components.icons import icon
from portal_app.pages.energy.no_place import no_place
from portal_app.shapes.forms import Choice
from portal_app.state.energy.usage import UsageState

_SPANS = (Choice("day", "Day"), Choice("bill", "Bill"), Choice("year", "Year"))
_FEW = 4
_UNITS = (Choice("energy", "Energy"), Choice("money", "Money"))


def _place() -> rx.Component:
    """Which place the page is about: a few stand side by side, many in a list to pick from."""
    page, pick = UsageState.page, UsageState.choose_place
    few = choose("Place", "place", page.premises, value=page.premise, on_change=pick)
    many = select_field("Place", "place", page.premises, value=page.premise, on_change=pick)
    return rx.cond(page.premises.length() > _FEW, rx.el.div(many, class_name="whole-line"), few)


def _choices() -> rx.Component:
    state, page = UsageState, UsageState.page
    return rx.el.div(
        rx.cond(page.premises, _place()),
        rx.cond(
            page.commodities,
            choose(
                "Supply", "supply", page.commodities, value=page.commodity, on_change=state.choose_commodity
            ),
        ),
        choose("Span", "span", _SPANS, value=page.span, on_change=state.choose_span),
        rx.cond(
            page.span == "bill", choose("Unit", "unit", _UNITS, value=page.unit, on_change=state.choose_unit)
        ),
        class_name="beside",
    )


def _steps() -> rx.Component:
    page = UsageState.page
    return rx.el.div(
        rx.cond(page.earlier, act("Earlier", UsageState.go(page.earlier), before="back")),
        rx.cond(page.later, act("Later", UsageState.go(page.later), after="next")),
        class_name="beside",
    )


def _chart() -> rx.Component:
    page = UsageState.page
    return rx.el.div(
        section(
            bar_chart(page.chart),
            rx.cond(page.money_note, rx.el.p(page.money_note, class_name="small quiet")),
            _steps(),
        ),
        rx.cond(page.odd.shown, _odd()),
        section(
            link_rows(page.odd_days, "No day of the last twelve months stood out."),
            title="Days that stood out",
            end=page.odd_days_words,
        ),
        rx.el.p(page.weather_note, class_name="small quiet"),
        class_name="col",
    )


def _odd() -> rx.Component:
    odd = UsageState.page.odd
    return card(
        sum_table(odd.lines, "What made that day"),
        rx.el.p(odd.basis, class_name="small quiet"),
        title=odd.title,
        end=rx.el.b(odd.total, class_name="num"),
    )


def _beside() -> rx.Component:
    page = UsageState.page
    several = page.compare.length() > 1
    return rx.el.div(
        rx.cond(
            several | (page.compare_note != ""),
            section(
                rx.cond(several, compare_bars(page.compare)),
                rx.cond(page.compare_badge.text, rx.el.div(badge_of(page.compare_badge))),
                rx.cond(page.compare_note, rx.el.p(page.compare_note, class_name="small quiet")),
                title=page.compare_title,
                stacked=True,
            ),
        ),
        section(
            rx.el.div(
                rule(page.forecast), rx.el.p(page.forecast_words, class_name="quiet"), class_name="stack"
            ),
            title="Where this bill is heading",
        ),
        rx.cond(page.tips, section(tips(page.tips), title=page.tips_title)),
        _tariffs(),
        class_name="col",
    )


def _tariffs() -> rx.Component:
    state = UsageState
    return section(
        rx.cond(
            state.tariffs_note,
            rx.fragment(link_rows(state.tariffs), rx.el.p(state.tariffs_note, class_name="small quiet")),
            rx.fragment(
                rx.el.p(
                    "Your own last twelve months, priced on every tariff you may choose.", class_name="quiet"
                ),
                button("Compare tariffs", icon="usage", on_click=state.compare_tariffs),
            ),
        ),
        title="Would another tariff be cheaper?",
        stacked=True,
    )


def usage() -> rx.Component:
    """One subject: why this bill is what it is."""
    page = UsageState.page
    head = rx.el.section(
        rx.el.h1(page.title),
        rx.el.p(unbroken(page.meaning), class_name="meaning"),
        _choices(),
        class_name="whole section stack",
    )
    nothing = rx.el.div(
        rx.cond(page.premises, _place()),
        rx.el.div(
            icon("usage"),
            rx.el.h1(page.title),
            rx.el.p(page.meaning, class_name="quiet"),
            link_button("Send a meter reading", "/energy/account/reading", low=True),
            role="status",
            class_name="empty",
        ),
        class_name="whole stack even",
    )
    return rx.cond(
        page.ready,
        rx.cond(page.chart.title, rx.fragment(head, _chart(), _beside()), nothing),
        rx.cond(
            UsageState.nowhere,
            no_place("Your use"),
            rx.fragment(headline_skeleton("Loading your use"), rows_skeleton(4)),
        ),
    )
