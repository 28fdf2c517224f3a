"""`make check`, the fast ring, and `make test`, everything; each ends non-zero when anything fails."""

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from scripts.browser import find_or_install
from scripts.build_front_end import build
from scripts.environment import BIN, LOGS, PYTHON, ROOT, quietly, say, with_node
from scripts.xmlsec import find_or_install as find_xmlsec

Running = list[tuple[str, "subprocess.Popen[bytes]", Path]]
_BROWSER_TESTS = ROOT / "tests" / "browser"
_STATIC = (
    ("format", ["ruff", "format", "--check", "."]),
    ("lint", ["ruff", "check", "."]),
    ("contracts", ["lint-imports", "--no-cache"]),
    ("types", ["pyright"]),
)
_FAST = ("-n", "2", "-q", "-m", "not browser and not slow and not postgres")
_ALL = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder", "--durations", "12")


def environment() -> dict[str, str]:
    """The environment of the checks: the wheel's node first, tools' own files inside .venv."""
    return {
        **with_node(),
        "PYRIGHT_PYTHON_CACHE_DIR": str(ROOT / ".venv" / "pyright"),
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    }


def begin_static_checks() -> Running:
    """Start format, lint, contracts and types, beside whatever comes next."""
    LOGS.mkdir(exist_ok=True)
    running = []
    for name, command in _STATIC:
        log = LOGS / f"check-{name}.log"
        with log.open("w") as sink:
            job = subprocess.Popen(
                [str(BIN / command[0]), *command[1:]],
                cwd=ROOT,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        running.append((name, job, log))
    return running


def end_static_checks(running: Running) -> list[str]:
    """Wait for them, show the output of those that failed, and give their names."""
    failed = []
    for name, job, log in running:
        if job.wait():
            failed.append(name)
            say(f"\n--- {name} ---\n{log.read_text(errors='replace')[-12_000:]}")
    good = ", ".join(name for name, _ in _STATIC if name not in failed) or "nothing"
    say(f"{good} clean, {', '.join(failed) or 'nothing'} failed")
    return failed


def beside() -> None:
    """Install what the tests run beside the portal, from npm; again only when its lock changed."""
    stamp, lock = _BROWSER_TESTS / "node_modules" / "portal-lock", _BROWSER_TESTS / "package-lock.json"
    mark = sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == mark:
        return
    quietly(
        [str(BIN / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        "beside.log",
        trouble="What the tests run beside the portal could not be installed.",
        env=environment(),
        cwd=_BROWSER_TESTS,
    )
    stamp.write_text(mark)


def pytest(words: tuple[str, ...], here: dict[str, str]) -> int:
    """Run the tests and say how it ended."""
    return subprocess.run(
        [str(PYTHON), "-m", "pytest", *words], cwd=ROOT, env=here, stdin=subprocess.DEVNULL, check=False
    ).returncode


def main(ring: str) -> int:
    """The chosen ring; 0 only when every part of it is clean."""
    here, words = environment(), _FAST
    if ring == "all":
        here["PORTAL_BROWSER"] = find_or_install()
        build()
        beside()
        words = _ALL
    find_xmlsec()
    running = begin_static_checks()
    shutil.rmtree(LOGS / "browser", ignore_errors=True)
    tests = pytest((*words, *json.loads(os.environ.get("PYTEST_WORDS", "[]"))), here)
    failed = end_static_checks(running)
    if tests:
        failed.append("tests")
    if failed:
        say(f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main("all" if "all" in sys.argv[1:] else "fast"))
