"""Words to whoever typed a command."""

import sys


def say(text: str) -> None:
    """One line on the standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """One line on the standard error output."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
