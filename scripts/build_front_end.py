"""The front end: compiled once, and again only when something that the compile reads has changed."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from scripts.environment import BIN, LOGS, ROOT, quietly, say, with_node

STATIC = ROOT / ".web" / "build" / "client"
_STAMP = ROOT / ".web" / "build" / "portal-build.json"
_READ = ("portal_app", "assets", "scripts/any_address.py", "rxconfig.py", "requirements.txt")
_LOCK = ("reflex.lock",)
_BESIDE = {"__pycache__", "migrations"}


def _files(names: tuple[str, ...]) -> Iterator[Path]:
    for name in names:
        path = ROOT / name
        inside = path.rglob("*") if path.is_dir() else iter([path])
        yield from sorted(
            one for one in inside if one.is_file() and not _BESIDE.intersection(one.relative_to(ROOT).parts)
        )


def _mark(names: tuple[str, ...]) -> str:
    whole = hashlib.sha256()
    for path in _files(names):
        whole.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def _settings() -> dict[str, str]:
    """The settings that the compile reads, each written one way: as unset where it says what unset means."""
    kinds = sorted({part.strip() for part in os.environ.get("PORTAL_KINDS", "").split(",") if part.strip()})
    demo = os.environ.get("PORTAL_DEMO", "").strip().lower() not in ("0", "false", "no", "off")
    return {"PORTAL_KINDS": ",".join(kinds), "PORTAL_DEMO": "" if demo else "0"}


def built_with_other_settings() -> list[str]:
    """The names of the settings that the finished build was made with other values of."""
    try:
        made = json.loads(_STAMP.read_text())
    except (OSError, ValueError):
        return []
    return [name for name, value in _settings().items() if made.get(name, "") != value]


def _sources() -> dict[str, str]:
    return {
        "sources": _mark(_READ),
        "python": sys.version.split()[0],
        "reflex": version("reflex"),
        **_settings(),
    }


def fingerprint() -> dict[str, str]:
    """A mark over everything that the compile reads: sources, assets, pinned libraries, chosen kinds."""
    return {**_sources(), "packages": _mark(_LOCK)}


def fresh() -> bool:
    """Whether the finished build is one of exactly these sources."""
    try:
        return json.loads(_STAMP.read_text()) == fingerprint()
    except (OSError, ValueError):
        return False


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    LOGS.mkdir(exist_ok=True)
    with (LOGS / "front-end.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def npm_environment() -> dict[str, str]:
    """The environment in which Reflex finds npm and asks the registry that npm itself would ask."""
    here = {**with_node(), "REFLEX_USE_NPM": "1"}
    if "NPM_CONFIG_REGISTRY" not in here:
        # Named outright, so that Reflex does not go and time mirrors of it.
        asked = subprocess.run(
            [str(BIN / "npm"), "config", "get", "registry"],
            env=here,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        here["NPM_CONFIG_REGISTRY"] = asked.stdout.strip()
    return here


def build() -> bool:
    """Build the front end unless it is fresh, and say whether there was anything to do."""
    with _one_at_a_time():
        if fresh():
            return False
        say("Building the front end; the first time this takes about a minute ...")
        began, sources = time.monotonic(), _sources()
        _STAMP.unlink(missing_ok=True)
        quietly(
            [str(BIN / "reflex"), "export", "--frontend-only", "--no-zip"],
            "front-end.log",
            trouble="The front end could not be built.",
            env=npm_environment(),
        )
        _STAMP.write_text(json.dumps({**sources, "packages": _mark(_LOCK)}, indent=1))
        say(f"Built in {time.monotonic() - began:.0f} s.")
        return True


if __name__ == "__main__":
    build()
