"""How long a build takes from nothing, and a start when nothing has changed."""

import os
import shutil
import subprocess
import time

from bench.servers import DATA, LEFT, free_port
from scripts.environment import PYTHON, ROOT, VENV
from scripts.run import answers

_SOURCES = ("portal_app", "assets", "scripts")
_FILES = ("rxconfig.py", "requirements.txt", "requirements-dev.txt", "pyproject.toml")


def cold_build() -> float:
    """Seconds for one kind's front end on a copy of the sources where nothing was ever built."""
    copy = LEFT / "cold"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(parents=True)
    for name in _SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / "reflex.lock", copy / "reflex.lock")
    (copy / ".venv").symlink_to(VENV)
    env = {**os.environ, "PORTAL_KINDS": "energy", "PORTAL_DATA_DIR": str(DATA)}
    began = time.monotonic()
    command = [str(copy / ".venv/bin/python"), "-m", "scripts.build_front_end"]
    subprocess.run(command, cwd=copy, env=env, check=True, stdout=subprocess.DEVNULL)
    spent = time.monotonic() - began
    shutil.rmtree(copy)
    return spent


def restart() -> float:
    """Seconds from the run command to the first answer, with nothing changed since the last time."""
    port = free_port()
    env = {**os.environ, "PORT": str(port), "PORTAL_DATA_DIR": str(DATA)}
    began = time.monotonic()
    running = subprocess.Popen(
        [str(PYTHON), "-m", "scripts.run"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
    )
    try:
        while not answers(port):
            if running.poll() is not None or time.monotonic() - began > 120:
                raise SystemExit("The run command did not come up.")
            time.sleep(0.05)
        return time.monotonic() - began
    finally:
        running.terminate()
        running.wait(20)
