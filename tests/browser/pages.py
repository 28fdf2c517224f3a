"""Pages in a browser test: their sizes, when they are calm, what they complain about, what axe finds."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

PASSWORD = "open-the-portal"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Portal:
    """A served portal: where it answers, where its rows are, and what it said."""

    url: str
    data_dir: Path
    log: Path

    @property
    def database_url(self) -> str:
        """The address of the database behind it, for looking at what really was stored."""
        return f"sqlite:///{self.data_dir / 'portal.db'}"

    def said(self) -> str:
        """The end of the server's log."""
        return self.log.read_text(errors="replace")[-6000:]


class Troubles(list[str]):
    """What the pages of a test complained about; a test that provokes a complaint takes it out again."""

    def take(self, pattern: str) -> list[str]:
        """Remove and return the complaints that match; the test meant them to happen."""
        meant = [one for one in self if re.search(pattern, one)]
        self[:] = [one for one in self if one not in meant]
        return meant


def watch(page: Page, troubles: Troubles) -> None:
    page.on(
        "console", lambda said: troubles.append(f"{said.text} ({page.url})") if said.type == "error" else None
    )
    page.on("pageerror", lambda error: troubles.append(f"{error} ({page.url})"))


def calm(page: Page) -> Page:
    """Wait until the page is live, its fonts are there and nothing of it is still loading."""
    page.wait_for_selector("[data-live='1'] .frame", state="attached")
    # Selectors only: a function that is polled would be evaluated as text, which the page's policy forbids.
    page.wait_for_selector("#first, [aria-busy='true']:not(.gallery *)", state="detached")
    page.evaluate("document.fonts.ready.then(() => true)")
    return page


def axe(page: Page, *, enhanced: bool = False) -> list[str]:
    """What breaks WCAG 2.2 AA on this page, one line a finding; with `enhanced`, text below 7:1 too."""
    if not _AXE.exists():
        pytest.fail("axe-core is not installed; `make test` does it.", pytrace=False)
    # Evaluated, not added as a script: the page's own policy forbids that.
    page.evaluate(_AXE.read_text())
    rules = {"color-contrast-enhanced": {"enabled": True}} if enhanced else {}
    options = {"runOnly": {"type": "tag", "values": [*WCAG]}, "rules": rules, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options).then(result => result.violations)", options)
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '').splitlines()[-1:]} ({rule['help']})"
        for rule in found
        for node in rule["nodes"]
    ]
