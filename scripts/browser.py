"""A browser for the tests: one on PATH, else the distribution's package, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.environment import PYTHON, apt_install, quietly, say, stop

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
# Without the last four, a start asks hosts of the browser's maker for updates.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _of_playwright() -> str:
    code = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as started: print(started.chromium.executable_path)"
    )
    asked = subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, check=False)
    path = asked.stdout.strip()
    return path if path and Path(path).exists() else ""


def find() -> str:
    """The path of a browser that is here already, or an empty text."""
    named = os.environ.get("PORTAL_BROWSER", "")
    if named and Path(named).exists():
        return named
    return next((path for name in _NAMES if (path := shutil.which(name))), "") or _of_playwright()


def find_or_install() -> str:
    """The path of a browser, installed where there was none. Stops with a sentence when none can be had."""
    if found := find():
        return found
    if apt_install("chromium", said="Installing Chromium with apt-get ...") and (found := find()):
        return found
    say("Installing Playwright's Chromium ...")
    quietly(
        [str(PYTHON), "-m", "playwright", "install", "chromium"],
        "browser.log",
        trouble="No browser could be had. Install Chromium, or name one: PORTAL_BROWSER=/path/to/chrome.",
    )
    found = find()
    if not found:
        stop("Playwright installed a browser that cannot be found. Name one: PORTAL_BROWSER=/path/to/chrome.")
    return found


if __name__ == "__main__":
    sys.stdout.write(find_or_install() + "\n")
