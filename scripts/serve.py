"""Serves the finished build and everything behind it on one port; also a container's entry point."""

import os
import sys
from collections.abc import Mapping

from portal_app.settings import settings
from scripts.build_front_end import ROOT, STATIC, built_with_other_settings
from scripts.environment import BIN, stop


def server_environment(port: int, base: dict[str, str] | None = None) -> dict[str, str]:
    """The environment in which the server starts without compiling anything."""
    here = {
        **(os.environ if base is None else base),
        "PORT": str(port),
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }
    here.setdefault("PORTAL_URL", f"http://localhost:{port}")
    return here


def workers_of(here: Mapping[str, str]) -> int:
    """How many processes serve. Stops with a sentence when that is no number, or more than can share."""
    wish = (here.get("PORTAL_WORKERS") or "1").strip()
    if not wish.isdecimal() or not 1 <= int(wish) <= 64:
        stop(f"PORTAL_WORKERS={wish} is not a number of processes. Give a whole number from 1 to 64.")
    if int(wish) > 1 and not here.get("REDIS_URL"):
        stop(f"PORTAL_WORKERS={wish} needs REDIS_URL, where several processes share what open pages hold.")
    return int(wish)


def server_command(host: str, port: int, here: Mapping[str, str] | None = None) -> list[str]:
    """The command that serves in that environment, or in this process's own."""
    workers = str(workers_of(os.environ if here is None else here))
    return [
        str(BIN / "granian"), "--interface", "asgi", "--factory", "--host", host, "--port", str(port),
        "--workers", workers, "--log-level", "warning", "--workers-kill-timeout", "8",
        # With several threads it may end at once when told to stop, with work in hand (granian's issue 884).
        "--runtime-mode", "st",
        "portal_app.portal_app:app",
    ]  # fmt: skip


def main() -> None:
    """Take the place of this process with the server."""
    if not (STATIC / "index.html").exists():
        stop(
            "There is no finished front end yet. Build it first: .venv/bin/python -m scripts.build_front_end"
        )
    others = built_with_other_settings()
    if others:
        stop(
            f"The front end was built with another {' and '.join(others)}. Build it again as it is set now: "
            ".venv/bin/python -m scripts.build_front_end"
        )
    port = settings().port
    os.chdir(ROOT)
    command = server_command(os.environ.get("PORTAL_HOST", "127.0.0.1"), port)
    sys.stdout.flush()
    os.execve(command[0], command, server_environment(port))


if __name__ == "__main__":
    main()
