"""The first drawing of a home in a real browser: alone, whole without script, and gone without a jump."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from tests.browser.pages import DESKTOP, PHONE, Portal, Troubles

MAYA = "maya@brightwater.example"
SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => list.getEntries().forEach(one => { window.shifted += one.value; }))
  .observe({type: "layout-shift", buffered: true});
"""
MAINS = "[...document.querySelectorAll('main')].filter(one => one.checkVisibility()).length"
KEPT = "caches.keys().then(names => names.filter(name => name.startsWith('home-')).length)"


def let_in(page: Page, portal: Portal, email: str = MAYA) -> Page:
    """Sign somebody in without opening a page."""
    answer = page.context.request.post(
        f"{portal.url}/auth/look-around",
        form={"email": email},
        headers={"Origin": portal.url},
        max_redirects=0,
    )
    assert answer.status == 303, answer.text()
    return page


class Held:
    """Scripts, and with `face` the typeface, that wait until the test lets them go."""

    def __init__(self, page: Page, *, face: bool = False) -> None:
        self.waiting: list[Route] = []
        self.open = False
        page.route("**/assets/*.js", self._hold)
        if face:
            page.route("**/*.woff2", self._hold)

    def _hold(self, route: Route) -> None:
        if self.open:
            route.continue_()
        else:
            self.waiting.append(route)

    def release(self) -> None:
        """Let them go."""
        self.open = True
        for route in self.waiting:
            route.continue_()


@pytest.mark.line("X-19", "X-03")
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_live_page_takes_over_without_a_jump_or_a_lost_place(new_page, portal, viewport):
    page = let_in(new_page(viewport, service_workers="block"), portal)
    page.add_init_script(SHIFTS)
    held = Held(page, face=True)
    page.goto("/energy", wait_until="commit")
    first = page.locator("#first")
    first.get_by_role("link", name="Pay my bill").focus()
    assert page.evaluate(MAINS) == 1, "one page at a time, for the eye and for a screen reader"
    assert page.get_by_role("main").count() == 1
    assert not page.locator(".whole-screen .frame").is_visible()
    page.evaluate("scrollTo(0, 120)")
    at = page.evaluate("scrollY")
    before = first.locator("h1").bounding_box()
    held.release()
    first.wait_for(state="detached")
    page.evaluate("document.fonts.ready.then(() => true)")
    assert page.evaluate(MAINS) == 1
    assert "Pay my bill" in page.evaluate("document.activeElement.textContent")
    assert page.evaluate("scrollY") == at
    assert page.locator("h1").bounding_box() == before
    assert page.evaluate("window.shifted") < 0.05


@pytest.mark.line("X-19")
def test_the_home_is_whole_without_script(new_page: Callable[..., Page], portal: Portal):
    page = let_in(new_page(PHONE, java_script_enabled=False), portal)
    page.goto("/energy")
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("heading", level=1).is_visible()
    assert page.get_by_role("link", name="Pay my bill").get_attribute("href").startswith("/energy/billing")
    page.get_by_role("button", name="Help").click()
    assert page.get_by_role("dialog").is_visible()
    page.keyboard.press("Escape")
    page.locator("summary", has_text="Maya").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.goto("/energy")
    assert "/sign-in" in page.url


def keep_headline(page: Page) -> None:
    """What leaving the page does: the worker keeps the headline as it stands."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.evaluate(
        "new Promise(done => { const c = navigator.serviceWorker; c.controller ? done() : "
        "c.addEventListener('controllerchange', () => done(), {once: true}); })"
    )
    page.evaluate("navigator.serviceWorker.controller.postMessage({keep: '/energy'})")
    until_kept(page, 1)


def until_kept(page: Page, count: int) -> None:
    """Wait until so many homes are kept."""
    page.evaluate(
        "count => new Promise((done, fail) => { let left = 100; (function look() {"
        " caches.keys().then(names => {"
        " const kept = names.filter(name => name.startsWith('home-')).length;"
        " if (kept === count) done(true); else if (left--) setTimeout(look, 50);"
        " else fail(new Error(kept + ' homes are kept')); }); })(); })",
        count,
    )


@pytest.mark.line("X-19")
def test_offline_the_last_headline_stands_there_with_its_time(
    phone: Page, portal: Portal, sign_in: Callable[..., Page], troubles: Troubles
):
    sign_in(phone, MAYA)
    title = phone.locator("h1").inner_text()
    keep_headline(phone)
    phone.context.set_offline(True)
    phone.goto("/energy", wait_until="commit")
    said = phone.locator("#last-seen")
    said.wait_for()
    assert said.inner_text().startswith("You are offline. Last seen ")
    assert phone.locator("#first h1").inner_text() == title
    phone.context.set_offline(False)
    phone.goto("/energy")
    phone.wait_for_selector("#first", state="detached")
    troubles.take("Failed to load|ERR_|WebSocket|Failed to fetch|net::|dynamically imported module")


def test_signing_out_leaves_no_headline_behind(
    phone: Page, portal: Portal, sign_in: Callable[..., Page], troubles: Troubles
):
    sign_in(phone, MAYA)
    keep_headline(phone)
    phone.locator("summary", has_text="Maya").click()
    phone.get_by_role("button", name="Sign out").click()
    phone.wait_for_url("**/sign-in**")
    until_kept(phone, 0)
    phone.goto("/energy")
    phone.wait_for_url("**/sign-in**")
    assert phone.evaluate(KEPT) == 0
    phone.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED|ERR_FAILED"):
        phone.goto("/energy")
    phone.context.set_offline(False)
    troubles.take("Failed to load|ERR_|WebSocket|Failed to fetch|net::")


def test_another_person_on_the_same_phone_never_meets_the_headline_of_the_one_before(
    phone: Page, portal: Portal, sign_in: Callable[..., Page]
):
    sign_in(phone, MAYA)
    keep_headline(phone)
    # Let in beside the worker, as if the cookie had changed under it.
    sign_in(phone, "omar@brightwater.example", "/energy")
    assert "Maya" not in phone.locator("body").inner_text()
    until_kept(phone, 1)
    mark = phone.evaluate("caches.keys().then(names => names.find(name => name.startsWith('home-')))")
    page = phone.evaluate(
        "caches.open('" + mark + "').then(home => home.match('/energy')).then(answer => answer.text())"
    )
    assert "Omar" in page
    assert "Maya" not in page


def test_only_headlines_and_public_parts_are_kept(phone: Page, portal: Portal, sign_in: Callable[..., Page]):
    sign_in(phone, MAYA)
    keep_headline(phone)
    phone.goto("/energy/billing")
    phone.wait_for_selector("[data-live='1'] h1", state="attached")
    paths = phone.evaluate(
        "caches.keys().then(all => Promise.all(all.map(name => caches.open(name).then(one => one.keys()))))"
        ".then(all => all.flat().map(one => new URL(one.url).pathname))"
    )
    assert set(paths) == {
        "/energy",
        "/portal.js",
        "/theme.js",
        "/icons.svg",
        "/icon.svg",
        "/inter-latin-wght.woff2",
    }
