"""A person's hand on a task: counts the taps, keeps the time, and writes both down."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from scripts.environment import ROOT

TIMES = ROOT / "build" / "browser" / "times"
MAYA, OMAR, ROSA = "maya@brightwater.example", "omar@brightwater.example", "rosa@brightwater.example"
OTHER = "other@brightwater-two.example"


class Hand:
    """One hand on a phone; each tap counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, what: Locator) -> None:
        """Tap it once."""
        what.click()
        self.taps += 1


@contextmanager
def task(page: Page, name: str, *, taps: int, seconds: float) -> Iterator[Hand]:
    """Do a task; it must not need more taps or seconds, and how many it took is written down."""
    hand, began = Hand(page), time.monotonic()
    yield hand
    took = round(time.monotonic() - began, 2)
    TIMES.mkdir(parents=True, exist_ok=True)
    facts = {"task": name, "taps": hand.taps, "seconds": took, "most_taps": taps, "most_seconds": seconds}
    Path(TIMES / f"{name.replace(' ', '-')}.json").write_text(json.dumps(facts, indent=1))
    assert hand.taps <= taps, f"{name} took {hand.taps} taps"
    assert took <= seconds, f"{name} took {took} s"


def in_first_view(page: Page, *shown: Locator) -> None:
    """Each of these stands whole in the first view of the phone, above the bar of tabs, without scrolling."""
    assert page.evaluate("scrollY") == 0
    bar = page.locator("nav.tabs").bounding_box()
    free = bar["y"] if bar else page.viewport_size["height"]
    for one in shown:
        expect(one).to_be_visible()
        box = one.bounding_box()
        assert box is not None
        assert box["y"] >= 0, one
        assert box["y"] + box["height"] <= free + 1, f"{one} ends at {box['y'] + box['height']} of {free}"
