"""What a person on a slow phone waits for: data painted, the live page ready, a tap answered."""

import time
from contextlib import suppress
from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page

from bench.link import ROUND_TRIP, Link

PHONE = {"width": 390, "height": 844}
SLOWER = 4

# In every frame: is the figure there, with a box of its own? Then a message, which runs after its paint.
_WATCH = """(() => {
  const seen = window.__seen = {};
  const whole = "%s";
  const later = what => { const c = new MessageChannel();
    c.port1.onmessage = () => { if (!seen[what]) seen[what] = performance.now(); }; c.port2.postMessage(0); };
  const figure = () => [...document.querySelectorAll(".big")].some(one => one.textContent.includes(whole)
    && one.checkVisibility({opacityProperty: true, visibilityProperty: true})
    && one.getBoundingClientRect().height > 8);
  const ready = () => figure() && !document.getElementById("first")
    && (document.querySelector('[data-ready="1"]') || !document.querySelector("[data-ready]"));
  const look = () => {
    if (!seen.visible && figure()) later("visible");
    if (!seen.ready && ready()) later("ready");
    if (!seen.ready) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""
_TOLD = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const page = performance.getEntriesByType("navigation")[0];
  return {...window.__seen, origin: performance.timeOrigin, paint: paint ? paint.startTime : 0,
          page: page ? page.responseEnd : 0};
}"""
_TAP = """() => new Promise(done => {
  const box = document.querySelector('input[role="switch"]');
  const was = !!document.querySelector(".frame-in.easy");
  addEventListener("click", () => { const began = performance.now();
    const look = () => { if (!!document.querySelector(".frame-in.easy") !== was) {
        const c = new MessageChannel(); c.port1.onmessage = () => done(performance.now() - began);
        c.port2.postMessage(0); } else requestAnimationFrame(look); };
    requestAnimationFrame(look); }, {capture: true, once: true});
  box.click();
})"""


@dataclass(frozen=True)
class Load:
    """One cold load: milliseconds since navigation began, and bytes on the wire."""

    visible: float
    ready: float
    bytes_of_the_page: int
    bytes_until_visible: int
    bytes_in_all: int
    connections: int


def opened(browser: Browser, cookie: tuple[str, str]) -> BrowserContext:
    """A phone that has never been here, its session cookie apart."""
    context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-US", service_workers="block")
    name, value = cookie
    context.add_cookies([{"name": name, "value": value, "url": "http://localhost"}])
    return context


def _slowed(page: Page, times: int) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})


def _quiet(page: Page, link: Link) -> None:
    """Wait until a second has passed without a byte."""
    until = time.time() + 20
    while time.time() < until and time.time() - link.last_byte() < 1.0:
        page.wait_for_timeout(100)


def cold(browser: Browser, cookie: tuple[str, str], link: Link, path: str, whole: str) -> Load:
    """Load a page with an empty cache over the slow link on a slow CPU."""
    context = opened(browser, cookie)
    page = context.new_page()
    page.add_init_script(_WATCH % whole)
    _slowed(page, SLOWER)
    began, before = time.time(), link.connections
    page.goto(f"http://localhost:{link.port}{path}", wait_until="commit", timeout=60_000)
    told = {}
    for _ in range(600):
        with suppress(Exception):
            told = page.evaluate(_TOLD)
        if told.get("ready"):
            break
        page.wait_for_timeout(50)
    _quiet(page, link)
    context.close()
    if not told.get("ready"):
        raise SystemExit(f"{path} on {link.port} never showed {whole}: {told}")
    visible = max(told["visible"], told["paint"])
    moment = (told["origin"] + visible) / 1000
    return Load(
        visible,
        max(told["ready"], visible),
        link.bytes_between(began, told["origin"] / 1000 + told["page"] / 1000 + 0.003),
        link.bytes_between(began, moment),
        link.bytes_between(began, time.time()),
        link.connections - before,
    )


def taps(browser: Browser, cookie: tuple[str, str], link: Link, times: int) -> list[float]:
    """Tap the switch of the simple view, a real handler that writes; the answer in round trips."""
    context = opened(browser, cookie)
    page = context.new_page()
    page.goto(f"http://localhost:{link.port}/energy", timeout=60_000)
    page.wait_for_selector("#first", state="detached", timeout=60_000)
    _quiet(page, link)
    took = []
    for _ in range(times + 1):
        took.append(page.evaluate(_TAP) / 1000 / ROUND_TRIP)
        page.wait_for_timeout(700)
    context.close()
    return took[1:]
