"""What an operator types: `python -m portal_app.manage COMMAND`."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from portal_app import all_tables  # noqa: F401 -- jobs look through every table, whoever's it is
from portal_app.commands import audit, check, company, import_, jobs, keys, migrate, person, seed
from portal_app.commands.terminal import complain
from portal_app.core import log
from portal_app.core.db import is_unmigrated, patiently
from portal_app.core.errors import Refusal

COMMANDS = (migrate, seed, import_, jobs, check, audit, company, person, keys)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; gives 0 when it went well."""
    parser = ArgumentParser(prog="python -m portal_app.manage", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        about = (command.__doc__ or "").partition(": ")[2]
        mine = commands.add_parser(
            command.__name__.rpartition(".")[2].rstrip("_"), help=about, description=about
        )
        command.arguments(mine)
        mine.set_defaults(run=command.run)
    options = parser.parse_args(words)
    log.configure()
    try:
        with patiently():
            return options.run(options)
    except Refusal as refusal:
        complain(refusal.sentence)
    except DBAPIError as trouble:
        if not is_unmigrated(trouble):
            raise
        complain("The database lacks a table or a column. Run: python -m portal_app.manage migrate")
    return 1


if __name__ == "__main__":
    sys.exit(main())
