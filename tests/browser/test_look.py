"""Every part in a real browser: nothing scrolls sideways, targets are large enough, axe has nothing to say.

The parts are drawn with plain values and printed; no portal is needed.
"""

import importlib
from collections.abc import Callable, Iterator

import pytest
import reflex as rx
from playwright.sync_api import Browser, Page

from portal_app.components import theme
from portal_app.components.blocks.banner import OUTAGE
from portal_app.components.blocks.big_number import SO_FAR, big_number
from portal_app.components.blocks.news_rows import MOVED, news_rows
from portal_app.components.blocks.notice import PAID
from portal_app.components.blocks.rule import AUGUST, rule
from portal_app.components.blocks.task_buttons import THREE, task_buttons
from portal_app.components.first_paint import as_html
from portal_app.components.frames import FRAMES, Around, frame_for
from portal_app.shapes.people import Who
from portal_app.shapes.portal import NavEntry
from tests.browser.pages import axe
from tests.components.test_samples import PARTS

NAV = (
    NavEntry("Home", "/energy", "home"),
    NavEntry("Usage", "/energy/usage", "usage"),
    NavEntry("Billing", "/energy/bill", "bill"),
    NavEntry("Outages", "/energy/outages", "bolt"),
    NavEntry("Account", "/energy/account", "person"),
)
MAYA = Who("Maya Lund", "Maya", "ML", "maya@brightwater.example", company="Brightwater", brand="brightwater")
TOO_SMALL = """() => [...document.querySelectorAll('a, button, summary, input, select')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && (box.width < 44 || box.height < 44) && !one.closest('.skip, p');
}).map(one => one.outerHTML.slice(0, 100))"""
PAST_THE_EDGE = """() => [...document.querySelectorAll('body *')].filter(one =>
    one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.heard, .skip, svg')
).map(one => one.outerHTML.slice(0, 100)).slice(-3)"""


def drawn_home() -> rx.Component:
    return rx.fragment(
        rx.el.section(
            rx.el.h1("Your bill so far, 3 to 19 August"),
            big_number(SO_FAR),
            rule(AUGUST),
            rx.el.p(
                "That is $12.03 more than usual by now. About $9 of it is cooling, since the heat began on "
                "Saturday 15 August.",
                class_name="meaning",
            ),
            class_name="headline",
        ),
        rx.el.div(
            task_buttons(THREE), rx.el.section(rx.el.h2("Since"), news_rows(MOVED)), class_name="col right"
        ),
    )


def in_frame(name: str, *children: rx.Component, **around: object) -> rx.Component:
    stand = Around(
        nav=NAV, current="/energy", home="/energy", who=MAYA, news_count=3, news_to="/energy/news", **around
    )
    return frame_for(name)(stand, *children)


@pytest.fixture(scope="module")
def sheet(browser: Browser) -> Iterator[Page]:
    """One page to print on."""
    page = browser.new_page(reduced_motion="reduce")
    yield page
    page.close()


@pytest.fixture
def show(sheet: Page) -> Callable[..., Page]:
    """Print a drawing at a width and in a theme."""

    def printed(drawing: rx.Component, width: int = 390, shade: str = "light") -> Page:
        sheet.set_viewport_size({"width": width, "height": 844})
        sheet.set_content(
            f'<!doctype html><html lang="en" data-theme="{shade}"><head><title>Look</title>'
            f"<style>{theme.css()}</style></head><body>{as_html(drawing)}</body></html>"
        )
        return sheet

    return printed


def too_wide(page: Page, widths: tuple[tuple[int, int], ...]) -> list[str]:
    """What reaches past the right edge at each width and text size in per cent."""
    found = []
    for width, text in widths:
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate("size => { document.documentElement.style.fontSize = size + '%' }", text)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found += [f"{width} px at {text} %: {one}" for one in page.evaluate(PAST_THE_EDGE)]
    return found


def every_sample() -> rx.Component:
    parts = []
    for name in PARTS:
        states = importlib.import_module(f"portal_app.components.{name}").SAMPLES
        drawn = (
            rx.el.div(draw(), class_name="stack") for state, draw in states.items() if state != "action bar"
        )
        parts.append(rx.el.section(rx.el.h2(name), *drawn, class_name="section stack"))
    return in_frame("topbar", rx.el.h1("Every part in every state"), *parts)


@pytest.mark.line("X-09", "X-17")
def test_every_part_fits_the_narrowest_phone_and_the_largest_text(show):
    page = show(every_sample())
    assert page.evaluate(TOO_SMALL) == []
    assert too_wide(page, ((390, 100), (320, 100), (320, 200), (390, 200), (768, 200))) == []


@pytest.mark.line("X-13", "X-25")
@pytest.mark.parametrize("shade", ["light", "dark"])
def test_axe_finds_nothing_in_any_part(show, shade):
    assert axe(show(every_sample(), shade=shade), enhanced=True) == []


@pytest.mark.line("X-09", "X-17")
@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_fits_every_width(show, name):
    page = show(in_frame(name, drawn_home(), alert=OUTAGE, notice=PAID, layout="two head"))
    assert page.evaluate(TOO_SMALL) == []
    assert too_wide(page, ((1280, 100), (1280, 200), (768, 100), (360, 100), (320, 100), (320, 200))) == []


@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("name", FRAMES)
def test_axe_finds_nothing_in_a_frame(show, name, shade):
    home = in_frame(name, drawn_home(), alert=OUTAGE, notice=PAID, layout="two head")
    assert axe(show(home, 1280 if shade == "light" else 390, shade), enhanced=True) == []


@pytest.mark.line("X-01")
@pytest.mark.parametrize("name", FRAMES)
def test_the_three_tasks_stand_in_the_first_view_of_a_phone_even_in_an_outage(show, name):
    page = show(in_frame(name, drawn_home(), alert=OUTAGE, layout="two head"))
    tabs = page.locator("nav.tabs")
    free = tabs.bounding_box()["y"] if tabs.count() else 844
    boxes = [one.bounding_box() for one in page.locator(".tasks .button").all()]
    assert len(boxes) == 3
    assert all(box["y"] >= 0 and box["y"] + box["height"] <= free for box in boxes)


@pytest.mark.line("X-17")
def test_the_action_of_a_page_stays_in_the_bottom_third_above_the_tabs(show):
    button = importlib.import_module("portal_app.components.atoms.button")
    long = rx.el.div(*(rx.el.p("A line of a long bill.") for _ in range(80)))
    page = show(in_frame("topbar", rx.el.h1("July bill"), long, button.SAMPLES["action bar"]()))
    bar, tabs = page.locator(".actions").bounding_box(), page.locator("nav.tabs").bounding_box()
    assert bar["y"] > 844 * 2 / 3
    assert bar["y"] + bar["height"] <= tabs["y"] + 1


@pytest.mark.line("X-27")
def test_the_simple_view_turns_the_tasks_into_three_large_buttons(show):
    easy = Who("Maya Lund", "Maya", "ML", company="Brightwater", brand="brightwater", simple=True)
    stand = Around(nav=NAV, current="/energy", home="/energy", who=easy, layout="two head")
    page = show(frame_for("topbar")(stand, drawn_home()))
    boxes = [one.bounding_box() for one in page.locator(".tasks .button").all()]
    assert [round(box["width"]) for box in boxes] == [358, 358, 358]
    assert all(box["height"] >= 80 for box in boxes)
    assert not page.locator("nav.tabs").is_visible()
