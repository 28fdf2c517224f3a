"""`person add`: let somebody of a company sign in."""

import sys
from argparse import ArgumentParser, Namespace
from getpass import getpass

from portal_app.commands.terminal import complain, say
from portal_app.core.access import acting_for_company
from portal_app.core.errors import Refusal
from portal_app.registry import kind_named
from portal_app.services.identity import passwords
from portal_app.services.identity import service as identity
from portal_app.services.tenancy import service as tenancy
from portal_app.shapes.portal import Kind


def arguments(parser: ArgumentParser) -> None:
    """What the command takes."""
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    add = commands.add_parser(
        "add", help="let somebody sign in; the password is asked for, or read from a pipe"
    )
    add.add_argument("email")
    add.add_argument("--company", required=True, help="the short name of the company")
    add.add_argument("--name", required=True)
    add.add_argument(
        "--staff", default="", metavar="ROLE", help="one of the company's own people, such as operator"
    )
    add.add_argument(
        "--account", default="", metavar="NUMBER", help="a customer's account; opened where it is new"
    )
    add.add_argument("--role", default="owner", help="what a customer may do there: owner, member or viewer")


def run(options: Namespace) -> int:
    """Make the person known and give them their password; all of it or nothing."""
    company = tenancy.company_named(options.company)
    kind = kind_named(company.kind) if company else None
    if company is None or kind is None:
        complain(f"There is no company called {options.company}.")
        return 1
    trouble = _trouble(options, kind)
    if trouble:
        complain(trouble)
        return 1
    names = (options.name, options.email.split("@")[0], company.name, company.short_name)
    kept = passwords.prepared(_password(options.email), names)
    with acting_for_company(
        company.id, kind=company.kind, zone=company.zone, actor="manage person"
    ) as access:
        person = tenancy.add_person(access, options.email, options.name, staff_role=options.staff)
        if options.account:
            account = tenancy.account_numbered(access, options.account)
            account = account or tenancy.open_account(access, options.account, options.name)
            tenancy.give_place(access, account, person, options.role)
        identity.set_password(access, person.id, kept)
    say(f"{options.name} can sign in as {person.email}.")
    return 0


def _trouble(options: Namespace, kind: Kind) -> str:
    if bool(options.staff) == bool(options.account):
        return (
            "Say either --account NUMBER for a customer, or --staff ROLE for one of the company's own people."
        )
    if options.staff and options.staff not in kind.staff_roles:
        return f"There is no staff role {options.staff}. There are: {', '.join(sorted(kind.staff_roles))}."
    roles = kind.roles.keys() - kind.staff_roles
    if options.account and options.role not in roles:
        return f"There is no role {options.role} in an account. There are: {', '.join(sorted(roles))}."
    return ""


def _password(email: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass(f"A password for {email}: ")
    if getpass("The same again: ") != first:
        raise Refusal("Those were two different passwords. Nothing was changed.")
    return first
