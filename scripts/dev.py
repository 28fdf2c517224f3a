"""`make dev`: the hot-reloading loop, on the same one port as the finished portal."""

import os
import sys

from scripts.build_front_end import npm_environment
from scripts.environment import BIN, ROOT
from scripts.run import chosen_port, insist_on, prepare


def main() -> None:
    """Bring the database up to date, then watch the sources and serve what they compile to."""
    port, host = chosen_port(), os.environ.get("PORTAL_HOST", "127.0.0.1")
    insist_on(host, port)
    # Pages are drawn ahead here too, as in the finished portal.
    usual = {"PORTAL_URL": f"http://localhost:{port}", "REFLEX_SSR": "true"}
    here = {**usual, **npm_environment(), "PORT": str(port)}
    prepare(here)
    os.chdir(ROOT)
    sys.stdout.flush()
    # The preview mode keeps pages, sign-in routes and socket on one port, as in the finished portal.
    ports = ["--frontend-port", str(port), "--backend-port", str(port), "--backend-host", host]
    command = [str(BIN / "reflex"), "run", "--env", "preview", *ports]
    os.execve(command[0], command, here)


if __name__ == "__main__":
    main()
