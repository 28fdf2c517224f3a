"""Serves the finished build and everything behind it on one port; also a container's entry point."""

import os
import sys

from scripts.build_front_end import ROOT, STATIC
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


def server_command(host: str, port: int) -> list[str]:
    """The command that serves; more than one worker only where a shared state manager is named."""
    workers = os.environ.get("PORTAL_WORKERS", "1") if os.environ.get("REDIS_URL") else "1"
    return [
        str(BIN / "granian"), "--interface", "asgi", "--factory", "--host", host, "--port", str(port),
        "--workers", workers, "--log-level", "warning", "--workers-kill-timeout", "5",
        "portal_app.portal_app:app",
    ]  # fmt: skip


def main() -> None:
    """Take the place of this process with the server."""
    if not (STATIC / "index.html").exists():
        stop(
            "There is no finished front end yet. Build it first: .venv/bin/python -m scripts.build_front_end"
        )
    port = int(os.environ.get("PORT", "3000"))
    os.chdir(ROOT)
    command = server_command(os.environ.get("PORTAL_HOST", "127.0.0.1"), port)
    sys.stdout.flush()
    os.execve(command[0], command, server_environment(port))


if __name__ == "__main__":
    main()
