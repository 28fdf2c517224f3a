"""`audit verify`: whether anybody changed the audit trail by hand."""

from argparse import ArgumentParser, Namespace

from sqlmodel import col

from portal_app.commands.terminal import complain, say
from portal_app.core import trail
from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Company


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    verify = commands.add_parser("verify", help="follow every link of the trail")
    verify.add_argument("--company", help="the short name of one company; all of them when none is named")


def run(options: Namespace) -> int:
    """Follow every chain; fails and names the first broken link where there is one."""
    with before_sign_in(reads_only=True) as db:
        named = [col(Company.slug) == options.company] if options.company else []
        companies = list(db.exec(unscoped(Company, *named).order_by(col(Company.slug))))
        broken = {company.slug: trail.first_broken(db, company.id) for company in companies}
    if options.company and not companies:
        complain(f"There is no company called {options.company}.")
        return 1
    for slug, entry in broken.items():
        say(f"{slug}: whole" if entry is None else f"{slug}: broken at entry {entry}")
    return 1 if any(entry is not None for entry in broken.values()) else 0
