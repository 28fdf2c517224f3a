"""`company create`, `link`, `host`, `bills`: open one, let somebody in, name its host, keep bills so long."""

from argparse import ArgumentParser, Namespace

from portal_app.commands.terminal import complain, say
from portal_app.core.access import acting_for_company
from portal_app.registry import KINDS, kind_named
from portal_app.services.billing import past
from portal_app.services.people import first_run
from portal_app.services.tenancy import service as tenancy
from portal_app.services.tenancy.rules import slug_of
from portal_app.shapes.companies import CompanyFacts
from portal_app.shapes.portal import Kind


def arguments(parser: ArgumentParser) -> None:
    """What the commands take."""
    commands = parser.add_subparsers(required=True, metavar="WHAT")
    create = commands.add_parser("create", help="open the books of a new company")
    create.add_argument("called", metavar="NAME", help="its name; its short name where --name is given")
    create.add_argument("--kind", required=True, help=", ".join(kind.key for kind in KINDS))
    create.add_argument("--slug", default="", help="its short name, in addresses and commands")
    create.add_argument("--name", default="", help="its name, where the short name stands first")
    create.add_argument("--zone", default="UTC", help="such as America/Chicago")
    create.add_argument("--locale", default="en_US")
    create.add_argument("--currency", default="USD")
    create.add_argument("--host", default="", help="the host name people reach it under")
    create.add_argument("--phone", default="")
    create.add_argument("--admin", default="", metavar="EMAIL", help="its first administrator, given a link")
    create.set_defaults(act=_create)
    link = commands.add_parser(
        "link", help="a new link for the first administrator; the one before works no more"
    )
    link.add_argument("slug", help="the company's short name")
    link.add_argument("--admin", default="", metavar="EMAIL", help="whom it is for; as before, if left out")
    link.set_defaults(act=_link)
    bills = commands.add_parser("bills", help="for how many years the law of its country keeps its bills")
    bills.add_argument("slug", help="the company's short name")
    bills.add_argument("--years", required=True, type=int, help="after the year of a bill: 7 to 30")
    bills.set_defaults(act=_bills)
    host = commands.add_parser("host", help="the host name a company's portal answers on besides")
    host.add_argument("slug", help="the company's short name")
    host.add_argument("host", nargs="?", default="", help="such as my.acme.example; none, if left out")
    host.set_defaults(act=_host)


def run(options: Namespace) -> int:
    """Create a company, or make a link; raises Refusal with what is wrong and changes nothing then."""
    return options.act(options)


def _create(options: Namespace) -> int:
    kind = kind_named(options.kind)
    if kind is None:
        known = ", ".join(kind.key for kind in KINDS)
        complain(f"There is no kind of portal called {options.kind}. There are: {known}.")
        return 1
    admin = first_run.check_email(options.admin) if options.admin else ""
    name = options.name or options.called
    slug = options.slug or (options.called if options.name else slug_of(options.called))
    tenancy.create_company(
        slug,
        kind.key,
        name,
        zone=options.zone,
        locale=options.locale,
        currency=options.currency,
        host=options.host,
        phone=options.phone,
    )
    say(f"{name} is there. Its short name is {slug}.")
    company = tenancy.company_named(slug)
    if admin and company is not None:
        _tell(company, kind, admin)
    elif not options.name:
        say(f"Nobody can sign in yet. Next: company link {slug} --admin EMAIL")
    return 0


def _link(options: Namespace) -> int:
    company = tenancy.company_named(options.slug)
    kind = kind_named(company.kind) if company is not None else None
    if company is None or kind is None:
        complain(f"There is no company called {options.slug}.")
        return 1
    _tell(company, kind, options.admin)
    return 0


def _bills(options: Namespace) -> int:
    company = tenancy.company_named(options.slug)
    if company is None:
        complain(f"There is no company called {options.slug}.")
        return 1
    with acting_for_company(company.id) as access:
        past.keep_for(access, options.years)
    say(f"Bills of {company.name} lose name and address {options.years} years after the year they are of.")
    return 0


def _host(options: Namespace) -> int:
    company = tenancy.company_named(options.slug)
    if company is None:
        complain(f"There is no company called {options.slug}.")
        return 1
    host = tenancy.set_host(options.slug, options.host)
    if host:
        say(f"{company.name} is at {host} as well. Its name must point at this server, and TLS must know it.")
    else:
        say(f"{company.name} has no host of its own any more; it is under /c/{company.slug}.")
    return 0


def _tell(company: CompanyFacts, kind: Kind, email: str) -> None:
    role = max(
        (role for role in kind.staff_roles if "staff.run" in kind.roles[role]),
        key=lambda role: len(kind.roles[role]),
    )
    link = first_run.make_link(company, role, email)
    say("Its first administrator comes in here, once, within 72 hours:")
    say(link)
    say(f"Lost? A new one, and this one ends: company link {company.slug}")
