"""`check`: format, lint, contracts, types and the fast tests."""

import subprocess
import sys
from argparse import ArgumentParser, Namespace

from portal_app.commands.terminal import complain
from portal_app.settings import settings


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--all", action="store_true", help="the browser tests too")


def run(options: Namespace) -> int:
    """Run the checks of a working copy; ends like they do."""
    root = settings().root
    if not (root / "scripts" / "check.py").exists():
        complain("The checks belong to a working copy of the source, and this is not one.")
        return 1
    ring = ["all"] if options.all else []
    return subprocess.run([sys.executable, "-m", "scripts.check", *ring], cwd=root, check=False).returncode  # noqa: S603 -- our own script
