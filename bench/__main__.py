"""`python -m bench`: the energy home against its baselines, taken in turns, printed as ratios.

Options: --rounds N (cold loads of each page, 5), --only T1,T6 (some measures), --data DIR (the demo's rows,
else made here), --without-stock (no stock Reflex page), --json FILE (every figure as well).
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.servers import DATA

os.environ["PORTAL_DATA_DIR"] = str(DATA)
os.environ["PORTAL_RUN_JOBS"] = "0"

from playwright.sync_api import Browser, sync_playwright

from bench import builds, imports, pages, servers, sockets
from bench.link import Link, links
from portal_app import registry
from portal_app.first_paint import gather
from portal_app.services.adoption.perform import perform
from portal_app.services.identity import service as identity
from portal_app.settings import settings
from portal_app.state.energy.home import HomeState
from portal_app.state.session import SessionState
from scripts import browser as browsers
from scripts.build_front_end import fresh

WHO = "maya@brightwater.example"


class Report:
    """What was found, printed line by line as it comes."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {"load_at_start": os.getloadavg()[0]}

    def note(self, name: str, values: list[float], unit: str = "ms") -> float:
        """Print the median and range of one measure, and give the median."""
        middle = statistics.median(values)
        print(
            f"  {name:<42}{middle:>10.1f} {unit:<11}({min(values):.1f} to {max(values):.1f}, n={len(values)})"
        )
        self.figures[name] = {"median": middle, "unit": unit, "values": [round(one, 3) for one in values]}
        return middle

    def against(self, line: str, what: str, ratio: float, promise: float, *, at_least: bool = False) -> None:
        """Print one promise with what was found."""
        kept = ratio >= promise if at_least else ratio <= promise
        sign = "at least" if at_least else "at most"
        print(
            f"{line:<4} {what:<54}{ratio:>9.2f}   promised {sign} {promise:g}   "
            f"{'kept' if kept else 'MISSED'}"
        )
        self.figures[f"{line} {what}"] = {"found": round(ratio, 3), "promise": promise, "kept": kept}


def cookie() -> tuple[str, str]:
    """A session of the demo's person, made in the same database file."""
    value, _ = identity.sign_in_as_demo(WHO, "127.0.0.1", "bench")
    return settings().session_cookie, value


def figure() -> str:
    """The whole units of the figure that every page must show."""
    _, visitor = identity.sign_in_as_demo(WHO, "127.0.0.1", "bench")
    kind = registry.kind_named("energy")
    return perform(visitor, gather, kind.home)["home"].figure.whole


def loads(report: Report, browser: Browser, made: dict[str, Link], rounds: int) -> None:
    """T1, T3 and T5."""
    who, whole = cookie(), figure()
    sides = {
        "portal": (made["portal"], "/energy"),
        "server-rendered": (made["served"], "/energy"),
        "floor": (made["served"], "/floor"),
        **({"stock Reflex": (made["stock"], "/")} if "stock" in made else {}),
    }
    found: dict[str, list[pages.Load]] = {name: [] for name in sides}
    for turn in range(rounds + 1):
        for name, (link, path) in sides.items():
            load = pages.cold(browser, who, link, path, whole)
            if turn:  # the first round warms the servers
                found[name].append(load)
    for name, taken in found.items():
        report.note(f"{name}: data visible", [one.visible for one in taken])
        report.note(f"{name}: live tree ready", [one.ready for one in taken])
        report.note(f"{name}: KiB of the page itself", [one.bytes_of_the_page / 1024 for one in taken], "KiB")
        report.note(f"{name}: KiB until visible", [one.bytes_until_visible / 1024 for one in taken], "KiB")
        report.note(f"{name}: KiB in all", [one.bytes_in_all / 1024 for one in taken], "KiB")

    def middle(name: str, part: Callable[[pages.Load], float]) -> float:
        return statistics.median(part(one) for one in found[name])

    seen = {name: middle(name, lambda one: one.visible) for name in found}
    report.against("T1", "data visible / server-rendered", seen["portal"] / seen["server-rendered"], 1.1)
    if "stock" in made:
        report.against("T1", "data visible / stock Reflex", seen["portal"] / seen["stock Reflex"], 0.25)
        ready = middle("portal", lambda one: one.ready) / middle("stock Reflex", lambda one: one.ready)
        report.against("T3", "live tree ready / stock Reflex", ready, 0.65)
    page = middle("portal", lambda one: one.bytes_of_the_page) / 1024
    report.against("T5", "KiB that the data needs: the page with its head lines", page, 8)
    report.against("T5", "KiB in all", middle("portal", lambda one: one.bytes_in_all) / 1024, 170)


def taps(report: Report, browser: Browser, link: Link, rounds: int) -> None:
    """T6."""
    trips = report.note(
        "tap to visible answer", pages.taps(browser, cookie(), link, rounds * 2), "round trips"
    )
    report.against("T6", "round trips from tap to answer", trips, 1.3)


def events(report: Report, portal: servers.Server, bare: servers.Server, rounds: int) -> None:
    """T8."""
    who = "=".join(cookie())
    session = SessionState.get_full_name()
    real = sockets.Event(f"{session}.simple_view", ({"on": True}, {"on": False}), session.rpartition(".")[2])
    load = sockets.Event(f"{HomeState.get_full_name()}.load", ({},), "home_state")
    one = sockets.Event("reflex___state____state.stock___stock____bare.more", ({},), "bare")
    sides = [(portal, who, real, 50), (bare, who, one, 200), (portal, who, load, 15)]
    mine, theirs, heavy = sockets.cpu_per_event(sides, rounds)
    cost = report.note("simple view (read, write, audit)", mine, "ms CPU")
    floor = report.note("bare handler, one int", theirs, "ms CPU")
    report.note("home, read again whole", heavy, "ms CPU")
    report.against("T8", "CPU of a real handler / a bare one", cost / floor, 3)


def buildings(report: Report) -> None:
    """T12."""
    report.against("T12", "seconds, one kind built from nothing", builds.cold_build(), 90)
    report.against("T12", "seconds, start with nothing changed", builds.restart(), 15)


def readings(report: Report, rounds: int) -> None:
    """T13."""
    path = imports.feed()
    mine, bare = [], []
    for _ in range(rounds):
        mine.append(imports.reader(path))
        bare.append(imports.parser(path))
    fast = report.note("reader", mine, "rows/s")
    alone = report.note("expat alone", bare, "rows/s")
    report.against("T13", "rows a second, of the parser alone", fast / alone, 0.3, at_least=True)


def _asked() -> argparse.Namespace:
    given = argparse.ArgumentParser(prog="python -m bench")
    given.add_argument("--rounds", type=int, default=5)
    given.add_argument("--only", default="T1,T6,T8,T12,T13")
    given.add_argument("--data", default="")
    given.add_argument("--without-stock", action="store_true")
    given.add_argument("--json", default="")
    return given.parse_args()


def _in_the_browser(report: Report, asked: argparse.Namespace, wanted: set[str]) -> None:
    with ExitStack() as stack:
        ports = {name: (servers.free_port(), servers.free_port()) for name in ("portal", "served")}
        if not asked.without_stock:
            servers.build_stock()
            ports["stock"] = (servers.STOCK_LINK, servers.free_port())
        running = {
            "portal": stack.enter_context(servers.portal(ports["portal"][1], ports["portal"][0])),
            "served": stack.enter_context(servers.baseline(ports["served"][1], ports["served"][0])),
        }
        if "stock" in ports:
            running["stock"] = stack.enter_context(servers.stock(ports["stock"][1]))
        if "T8" in wanted and "stock" in running:
            events(report, running["portal"], running["stock"], asked.rounds)
        if wanted & {"T1", "T6"}:
            made = stack.enter_context(links(ports))
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(
                executable_path=browsers.find_or_install(), args=list(browsers.FLAGS)
            )
            if "T1" in wanted:
                loads(report, browser, made, asked.rounds)
            if "T6" in wanted:
                taps(report, browser, made["portal"], asked.rounds)
            browser.close()


def main() -> None:
    """Measure what was asked for."""
    asked = _asked()
    wanted = set(asked.only.split(","))
    if not fresh():
        print("The front end is not that of these sources; run `make build` first for figures that count.")
    servers.demo_rows(asked.data)
    # Nobody is let in to a kind that this process does not serve.
    identity.use_roles({kind.key: kind.roles for kind in registry.KINDS})
    report = Report()
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if "T13" in wanted:
        readings(report, asked.rounds)
    if wanted & {"T1", "T6", "T8"}:
        _in_the_browser(report, asked, wanted)
    if "T12" in wanted:
        buildings(report)
    report.figures["load_at_end"] = os.getloadavg()[0]
    if asked.json:
        Path(asked.json).write_text(json.dumps(report.figures, indent=1))


if __name__ == "__main__":
    main()
