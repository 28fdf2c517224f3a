"""`keys new|rotate`: make a key for what is kept sealed, and seal everything anew under the first one."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from functools import partial

from sqlmodel import col

from portal_app.all_tables import METADATA
from portal_app.commands.terminal import complain, say
from portal_app.core import rotation, sealed_files, vault
from portal_app.core.access import acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Company
from portal_app.services.identity.mailing import SEALED
from portal_app.services.privacy.ending import SWEPT

IN_JOBS = {"sealed": SEALED, "swept": SWEPT}
"""What a waiting job carries sealed in its payload, and what it is about."""


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    commands = parser.add_subparsers(required=True, metavar="WHAT", dest="what")
    commands.add_parser("new", help="write a fresh key, to be put in front of PORTAL_KEYS")
    commands.add_parser("rotate", help="seal every private column and file anew under the first key")


def run(options: Namespace) -> int:
    """Write a key, or seal everything anew; fails when something could not be opened."""
    if options.what == "new":
        say(vault.new_key())
        return 0
    done, shut = _rotate()
    for what in sorted(done | shut):
        trouble = f", {shut[what]} cannot be opened" if shut[what] else ""
        say(f"{what}: {done[what]} sealed anew{trouble}")
    first = next(iter(vault.ring()))
    say(f"{done.total()} sealed anew under {first}.")
    if shut.total():
        complain("Keep the old keys: what cannot be opened needs the key it was sealed with.")
        return 1
    others = [name for name in vault.ring() if name != first]
    if others:
        say(f"Nothing needs {', '.join(others)} any more. Take it off PORTAL_KEYS and start the portal anew.")
    return 0


def _rotate() -> tuple[Counter[str], Counter[str]]:
    done, shut = Counter[str](), Counter[str]()
    with before_sign_in(reads_only=True) as db:
        companies = ["", *(company.id for company in db.exec(unscoped(Company).order_by(col(Company.id))))]
    for company_id in companies:
        batch = partial(acting_for_company, company_id, actor="manage keys")
        for table, column in rotation.sealed_columns(METADATA):
            for part in rotation.seal_column(batch, company_id, table, column):
                done[part.what] += part.done
                shut[part.what] += part.shut
        for part in rotation.seal_jobs(batch, company_id, IN_JOBS):
            done[part.what] += part.done
            shut[part.what] += part.shut
    for folder, sealed, closed in sealed_files.seal_anew():
        done[f"files in {folder}"] += sealed
        shut[f"files in {folder}"] += closed
    return done, shut
