"""`migrate`: bring the database to today's tables, write a revision, or say what differs."""

from argparse import ArgumentParser, Namespace

from portal_app import migrations
from portal_app.commands import seed
from portal_app.commands.terminal import say
from portal_app.jobs import procrastination
from portal_app.settings import settings


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "--new", metavar="MESSAGE", help="write a revision that takes the database to today's tables"
    )
    parser.add_argument("--check", action="store_true", help="say what differs; fails when anything does")
    parser.add_argument("--demo", action="store_true", help="load the demo as well, where there is one")


def run(options: Namespace) -> int:
    """Upgrade; with --new write a revision, with --check only compare."""
    if options.check:
        return _check()
    if options.new:
        say(f"Wrote {migrations.new(options.new)}. Read it before you commit it.")
        return 0
    migrations.upgrade()
    if not migrations.revisions():
        migrations.create_missing()
    if settings().job_engine == "procrastinate":
        procrastination.prepare()
    _let_serve()
    say("The database is up to date.")
    if options.demo and settings().demo:
        return seed.run(Namespace(kinds=[], small=False))
    return 0


def _let_serve() -> None:
    role = migrations.let_serve()
    if role:
        say(f"The role {role} may read and write rows; it owns no table.")


def _check() -> int:
    found = migrations.check()
    for difference in found:
        say(difference)
    say(f"{len(found)} differences between tables and database." if found else "Tables and database agree.")
    return 1 if found else 0
