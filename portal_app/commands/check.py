"""`check`: format, lint, contracts, types, fast tests; with --deploy, whether this is fit for customers."""

import subprocess
import sys
from argparse import ArgumentParser, Namespace

from portal_app.commands import unsafe
from portal_app.commands.terminal import complain, say
from portal_app.settings import settings


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--all", action="store_true", help="the browser tests too")
    parser.add_argument(
        "--deploy", action="store_true", help="say what is unsafe as it is set now; fails when anything is"
    )


def run(options: Namespace) -> int:
    """Run the checks of a working copy and end like they do; or with --deploy look at the settings."""
    if options.deploy:
        return _deploy()
    root = settings().root
    if not (root / "scripts" / "check.py").exists():
        complain("The checks belong to a working copy of the source, and this is not one.")
        return 1
    ring = ["all"] if options.all else []
    return subprocess.run([sys.executable, "-m", "scripts.check", *ring], cwd=root, check=False).returncode  # noqa: S603 -- our own script


def _deploy() -> int:
    findings = unsafe.found(settings())
    for finding in findings:
        say(f"{'UNSAFE' if finding.unsafe else 'mind'}  {finding.setting}: {finding.says}")
    count = sum(finding.unsafe for finding in findings)
    say(f"{count} unsafe: not fit for customers." if count else "Nothing unsafe was found.")
    return 1 if count else 0
