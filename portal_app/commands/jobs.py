"""`jobs`: run the jobs, until told to stop or once."""

import signal
import threading
from argparse import ArgumentParser, Namespace

from portal_app.commands.terminal import say
from portal_app.jobs import worker


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--once", action="store_true", help="run what is due now and end")


def run(options: Namespace) -> int:
    """Work in this process alone; several may run beside each other."""
    if options.once:
        worker.worker().run_due()
        say("Nothing more is due.")
        return 0
    told = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: told.set())
    worker.start()
    say("Running jobs. Stop with Ctrl-C.")
    told.wait()
    worker.stop()
    return 0
