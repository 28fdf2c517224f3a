"""A portal served as in an installation: the real command, its own database, its own log."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.environment import PYTHON, ROOT
from scripts.run import answers
from scripts.serve import server_command, server_environment

_NAMES = (
    "DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "REDIS_URL",
    "SMTP_URL",
    "PORTAL_KINDS",
    "PORTAL_ORIGINS",
    "PORTAL_URL",
    "PORTAL_DEMO",
)


SOON = 10
"""How many seconds a portal may take to stop."""


@dataclass(frozen=True)
class Served:
    """A running portal."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


def plain(**more: str) -> dict[str, str]:
    """The environment of an installation that sets only these."""
    here = {name: value for name, value in os.environ.items() if name not in _NAMES}
    return {**here, "PORTAL_RUN_JOBS": "1", **more}


def manage(here: dict[str, str], *words: str, typed: str = "", code: int = 0) -> str:
    """What `manage` said; fails the test when it did not end with that code."""
    command = [str(PYTHON), "-m", "portal_app.manage", *words]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=ROOT, env=here, input=f"{typed}\n", capture_output=True, text=True, check=False
    )
    if done.returncode != code:
        pytest.fail(f"manage {' '.join(words)} failed:\n{done.stdout}\n{done.stderr[-3000:]}", pytrace=False)
    return done.stdout + done.stderr


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@contextmanager
def served(here: dict[str, str], log: Path) -> Iterator[Served]:
    """The portal in that environment, without the built pages, until the block ends."""
    port = free_port()
    environment = server_environment(port, here)
    # The doors and the socket are spoken to directly: no front end need be built for that.
    environment.pop("__REFLEX_MOUNT_FRONTEND_COMPILED_APP")
    with log.open("w") as sink:
        process = subprocess.Popen(  # noqa: S603 - our own command
            server_command("127.0.0.1", port, environment),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(process, port, log)
        yield Served(f"http://localhost:{port}", process, log)
    finally:
        end(process)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while not answers(port):
        if process.poll() is not None or time.monotonic() > until:
            pytest.fail(f"The portal did not start:\n{log.read_text()[-4000:]}", pytrace=False)
        time.sleep(0.1)


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop the whole group, gently first."""
    for blow in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, blow)
            process.wait(15)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def told_to_stop(process: subprocess.Popen[bytes]) -> tuple[int, float]:
    """How it ended, and after how many seconds; only the first process is told, as systemd does."""
    began = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    return process.wait(30), time.monotonic() - began
