"""`seed`: load the demo of every kind."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import Any, cast

from portal_app.commands.terminal import complain, say
from portal_app.registry import KINDS
from portal_app.settings import settings


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("kinds", nargs="*", help="the kinds to load; all of them when none is named")
    parser.add_argument(
        "--small", action="store_true", help="a few weeks and few neighbours, for trying things out"
    )


def run(options: Namespace) -> int:
    """Load the demo companies; what is there already stays as it is."""
    if not settings().demo:
        complain("This installation has no demo: PORTAL_DEMO is 0. Nothing was loaded.")
        return 1
    unknown = set(options.kinds) - {kind.key for kind in KINDS}
    if unknown:
        complain(f"There is no kind called {', '.join(sorted(unknown))}. There are: {_named()}.")
        return 1
    for kind in KINDS:
        if not options.kinds or kind.key in options.kinds:
            cast(Callable[..., Any], kind.seed)(small=options.small)
            say(f"The demo of {kind.title} is loaded.")
    return 0


def _named() -> str:
    return ", ".join(kind.key for kind in KINDS)
