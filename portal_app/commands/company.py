"""`company create`: open the books of a new company."""

from argparse import ArgumentParser, Namespace

from portal_app.commands.terminal import complain, say
from portal_app.core.errors import Refusal
from portal_app.registry import KINDS
from portal_app.services.tenancy import service as tenancy


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    create = commands.add_parser("create", help="open the books of a new company")
    create.add_argument("slug", help="its short name, in addresses and commands")
    create.add_argument("--kind", required=True, choices=[kind.key for kind in KINDS])
    create.add_argument("--name", required=True)
    create.add_argument("--zone", default="UTC", help="such as America/Chicago")
    create.add_argument("--locale", default="en_US")
    create.add_argument("--currency", default="USD")
    create.add_argument("--host", default="", help="the host name people reach it under")
    create.add_argument("--phone", default="")


def run(options: Namespace) -> int:
    """Create the company; fails when its short name is taken or a fact is impossible."""
    try:
        tenancy.create_company(
            options.slug,
            options.kind,
            options.name,
            zone=options.zone,
            locale=options.locale,
            currency=options.currency,
            host=options.host,
            phone=options.phone,
        )
    except Refusal as refusal:
        complain(refusal.sentence)
        return 1
    say(f"{options.name} is there. Its short name is {options.slug}.")
    return 0
