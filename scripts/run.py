"""`make run`: from a bare Python 3.11 to a portal that answers on one port."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress

from portal_app.settings import settings
from scripts.build_front_end import build
from scripts.environment import LOGS, PYTHON, ROOT, quietly, say, stop
from scripts.serve import server_command, server_environment, workers_of

_PATIENCE = 60


def chosen_port() -> int:
    """The port of this run. Stops with a sentence when it is no number or somebody else's."""
    wish = os.environ.get("PORT") or "3000"
    if not wish.isdigit() or not 0 < int(wish) < 65536:
        stop(f"PORT={wish} is not a port. Choose a number from 1024 to 65535: make run PORT=3001")
    return int(wish)


def insist_on(host: str, port: int) -> None:
    """Stop with a sentence when the port is taken."""
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except PermissionError:
            stop(f"Port {port} may only be opened by the administrator. Choose another: make run PORT=3001")
        except OSError:
            stop(f"Port {port} is taken by another program. Choose another: make run PORT={port + 1}")


def prepare(here: dict[str, str]) -> None:
    """Bring the database up to date and load the demo."""
    manage = [str(PYTHON), "-m", "portal_app.manage"]
    quietly(
        [*manage, "migrate", "--demo"],
        "migrate.log",
        env=here,
        trouble="The database could not be brought up to date, or the demo not be loaded.",
    )


def answers(port: int) -> bool:
    """Whether the server is up."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/health/live", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(8)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while not answers(port):
        if server.poll() is not None or time.monotonic() > until:
            server.terminate()
            say("".join(f"    {line}\n" for line in (LOGS / "server.log").read_text().splitlines()[-40:]))
            stop("The server did not start. The whole output is in build/server.log.")
        time.sleep(0.1)


def main() -> None:
    """Install, migrate, load the demo, build, serve; each only where something changed."""
    port, host = chosen_port(), os.environ.get("PORTAL_HOST", "127.0.0.1")
    insist_on(host, port)
    settings()
    workers_of(os.environ)
    here = server_environment(port)
    began = time.monotonic()
    prepare(here)
    build()
    with (LOGS / "server.log").open("w") as log:
        server = subprocess.Popen(
            server_command(host, port),
            cwd=ROOT,
            env=here,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Its own group: Ctrl-C reaches it once, through here, and not its workers behind its back.
            start_new_session=True,
        )
    for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ending, lambda *_: _end(server))
    _wait(server, port)
    say(
        f"\nThe portal is open: http://localhost:{port}"
        f"   (ready after {time.monotonic() - began:.0f} s, Ctrl-C ends it)\n"
    )
    subprocess.run([str(PYTHON), "-m", "scripts.sign_ins"], cwd=ROOT, env=here, check=False)
    say("")
    server.wait()
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
