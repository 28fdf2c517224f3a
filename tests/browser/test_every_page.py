"""Every page of every kind on a phone, light and dark: axe is silent, nothing scrolls sideways."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from portal_app.pages.catalogue import address, everywhere
from tests.browser.hand import MAYA, OMAR, ROSA
from tests.browser.pages import PASSWORD, PHONE, Portal, Troubles, axe, calm, watch

NOBODY = ""
WHO = {"customer": MAYA, "staff": ROSA, "anyone": NOBODY}
ACTS = "a, button, summary, input, select, textarea"
TOO_SMALL = """acts => [...document.querySelectorAll(acts)].filter(one => {
    const label = one.matches('[type=radio], [type=checkbox]') && one.labels && one.labels[0];
    const box = (label || one).getBoundingClientRect();
    const shown = one.checkVisibility({visibilityProperty: true}) && !one.closest('.skip, p, .heard');
    return shown && box.width > 1 && (box.width < 43.5 || box.height < 43.5);
}).map(one => one.outerHTML.slice(0, 120) + JSON.stringify(one.getBoundingClientRect()))"""
SIDEWAYS = """() => document.documentElement.scrollWidth <= innerWidth + 1 ? [] :
    [...document.querySelectorAll('body *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1
        && !one.closest('.heard, .skip, svg')).map(one => one.outerHTML.slice(0, 120)).slice(-3)
        .concat('scrolls sideways: ' + document.documentElement.scrollWidth)"""


@dataclass(frozen=True)
class Screen:
    """A page to look at: its address and whose it is."""

    path: str
    who: str

    def __str__(self) -> str:
        return f"{self.who.partition('@')[0] or 'anyone'}:{self.path}"


def screens() -> list[Screen]:
    every = [Screen(address(kind, page), WHO[page.who]) for kind, page in everywhere()]
    return [*every, Screen("/energy", OMAR), Screen("/sign-in", NOBODY), Screen("/gallery", NOBODY)]


@pytest.fixture(scope="module")
def signed_in(browser: Browser, portal: Portal) -> Iterator[Callable[[str, str], BrowserContext]]:
    """One context a person and theme, signed in once for all pages."""
    opened: dict[tuple[str, str], BrowserContext] = {}

    def of(who: str, shade: str) -> BrowserContext:
        if (who, shade) not in opened:
            context = browser.new_context(
                base_url=portal.url,
                viewport=PHONE,
                has_touch=True,
                reduced_motion="reduce",
                color_scheme=shade,
                locale="en-US",
            )
            context.set_default_timeout(20_000)
            if who:
                form = {"email": who, "password": PASSWORD}
                answer = context.request.post(
                    "/auth/sign-in", form=form, headers={"Origin": portal.url}, max_redirects=0
                )
                assert answer.status == 303
            opened[who, shade] = context
        return opened[who, shade]

    yield of
    for context in opened.values():
        context.close()


@pytest.fixture
def look(
    signed_in: Callable[[str, str], BrowserContext], troubles: Troubles
) -> Iterator[Callable[[Screen, str], Page]]:
    """Open a screen; it must not complain in the console."""
    pages: list[Page] = []

    def at(screen: Screen, shade: str) -> Page:
        page = signed_in(screen.who, shade).new_page()
        pages.append(page)
        watch(page, troubles)
        page.goto(_filled(screen.path, page))
        return calm(page)

    yield at
    for page in pages:
        page.close()
    assert troubles == []


def _filled(path: str, page: Page) -> str:
    """One bill needs the name of a bill: the newest one of this person."""
    if not path.endswith("/billing/bill"):
        return path
    page.goto(path.removesuffix("/bill"))
    calm(page)
    return page.locator("main a[href*='/billing/bill?id=']").first.get_attribute("href") or path


@pytest.mark.line("X-13", "X-25")
@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("screen", screens(), ids=str)
def test_axe_finds_nothing_on_any_page(
    look: Callable[[Screen, str], Page], screen: Screen, shade: str
) -> None:
    page = look(screen, shade)
    # All of it in view: what a bar at the bottom covers for now is not a target that is too small.
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**PHONE, "height": max(PHONE["height"], tall) + 400})
    assert axe(page, enhanced=True) == []


@pytest.mark.line("X-09", "X-17", "X-11")
@pytest.mark.parametrize("screen", screens(), ids=str)
def test_a_page_fits_a_narrow_phone_and_doubled_text(
    look: Callable[[Screen, str], Page], screen: Screen
) -> None:
    page = look(screen, "light")
    assert page.locator("h1:visible, h1.heard").count() == 1
    assert page.title().strip() not in ("", "Reflex App")
    assert page.evaluate(TOO_SMALL, ACTS) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate(SIDEWAYS) == []
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(SIDEWAYS) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(SIDEWAYS) == []
