"""Companies, accounts, people and their places, and which portal somebody who comes to the door wants."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, or_

from portal_app.core import trail
from portal_app.core.access import Access, before_sign_in, reads, unscoped
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, Refusal
from portal_app.core.when import hour as clock_of
from portal_app.services.tenancy import rules
from portal_app.settings import settings
from portal_app.shapes.companies import CompanyFacts
from portal_app.shapes.people import AccountChoice, DemoPerson, Who


def create_company(
    slug: str,
    kind: str,
    name: str,
    *,
    zone: str = "UTC",
    locale: str = "en_US",
    currency: str = "USD",
    short_name: str = "",
    brand: str = "",
    host: str = "",
    phone: str = "",
    bank_name: str = "",
    bank_account: str = "",
    demo: bool = False,
    launched_at: datetime | None = None,
) -> Company:
    """Open the books of a new company.

    Raises Refusal when its short name or its host is taken, or a fact impossible.
    """
    rules.check_company(slug, name, zone, locale, currency)
    host = rules.host_name(host)
    rules.check_host(host)
    with before_sign_in() as db:
        if db.exec(unscoped(Company, col(Company.slug) == slug)).first() is not None:
            raise Refusal(f"There is a company called {slug!r} already.", "slug")
        _check_host_is_free(db, host, slug)
        company = Company(
            slug=slug,
            kind=kind,
            name=name.strip(),
            short_name=short_name or name.strip(),
            brand=brand,
            host=host,
            zone=zone,
            locale=locale,
            currency=currency,
            phone=phone,
            bank_name=bank_name,
            bank_account=bank_account,
            demo=demo,
            launched_at=launched_at or now(),
        )
        db.add(company)
        return company


def _check_host_is_free(db: Session, host: str, slug: str) -> None:
    others = unscoped(Company, col(Company.host) == host, col(Company.slug) != slug)
    if host and db.exec(others).first() is not None:
        raise Refusal(f"Another company is at {host} already. Give this one a host of its own.", "host")


def set_host(slug: str, host: str) -> str:
    """Give a company a host of its own, or take it away with ""; gives it as it is kept.

    For whoever runs the server, who alone can let a name point here. Raises Refusal for a name that can be
    none or is another company's, NotYours for a company that there is not.
    """
    host = rules.host_name(host)
    rules.check_host(host)
    with before_sign_in() as db:
        company = db.exec(unscoped(Company, col(Company.slug) == slug)).first()
        if company is None:
            raise NotYours
        _check_host_is_free(db, host, slug)
        note = trail.Note("tenancy.host_set", facts={"host": host, "before": company.host})
        company.host = host
        db.add(company)
        trail.append(db, company.id, "system", [note])
    return host


def open_account(
    access: Access, number: str, name: str, *, segment: str = "home", phone: str = ""
) -> Account:
    """Open a customer account. Raises Refusal when the number is taken."""
    access.require("accounts.open")
    rules.check_account(number, name)
    if account_numbered(access, number) is not None:
        raise Refusal(f"There is an account {number} already.", "number")
    account = access.add(Account, number=number.strip(), name=name.strip(), segment=segment, phone=phone)
    access.note("tenancy.account_opened", account.id, account_id=account.id, number=account.number)
    return account


def account_numbered(access: Access, number: str) -> Account | None:
    """The account of that number, if the visitor may see it."""
    return access.first(Account, col(Account.number) == number.strip())


def add_person(
    access: Access,
    email: str,
    name: str,
    *,
    staff_role: str = "",
    locale: str = "",
    demo_says: str = "",
    demo_order: int = 0,
) -> Person:
    """Make somebody known to the company; they can sign in once they have a password.

    Raises Refusal when the e-mail is taken or is none.
    """
    access.require("people.add")
    email, name = rules.clean_person(email, name)
    mine = col(Person.company_id) == access.visitor.company_id
    if access.db.exec(unscoped(Person, mine, col(Person.email) == email)).first() is not None:
        raise Refusal(f"Somebody with the email {email} is there already.", "email")
    person = access.add(
        Person,
        email=email,
        name=name,
        staff_role=staff_role,
        locale=locale,
        demo_says=demo_says,
        demo_order=demo_order,
    )
    access.note("tenancy.person_added", person.id, account_id="", staff_role=staff_role)
    return person


def give_place(access: Access, account: Account, person: Person, role: str = "owner") -> Member:
    """Give somebody a place in an account, or another role in it; counts from their next tap."""
    access.require("people.add")
    if access.visitor.company_id != account.company_id or account.company_id != person.company_id:
        raise NotYours
    access.poke(f"person:{person.id}")
    access.note("tenancy.place_given", person.id, account_id=account.id, role=role)
    place = access.first(Member, col(Member.account_id) == account.id, col(Member.person_id) == person.id)
    if place is not None:
        return access.change(place, role=role)
    return access.add(Member, account_id=account.id, person_id=person.id, role=role)


def take_place(access: Access, account: Account, person: Person) -> None:
    """End somebody's place in an account; counts from their next tap."""
    access.require("people.add")
    if not access.remove(Member, col(Member.account_id) == account.id, col(Member.person_id) == person.id):
        raise NotYours
    access.poke(f"person:{person.id}")
    access.note("tenancy.place_ended", person.id, account_id=account.id)


def set_standing(access: Access, person_id: str, standing: str) -> None:
    """Suspend somebody or let them in again; an open page of theirs is refused from its next tap."""
    access.require("people.standing")
    if standing not in rules.STANDINGS:
        raise Refusal("A person is either active or suspended.", "standing")
    person = access.get(Person, person_id)
    access.change(person, standing=standing)
    access.poke(f"person:{person.id}")
    access.note("tenancy.standing_set", person.id, account_id="", standing=standing)


@reads
def who(access: Access) -> Who:
    """The person signed in, for the header and the account page."""
    visitor = access.visitor
    person = access.get(Person, visitor.person_id)
    company = access.db.get(Company, visitor.company_id)
    account = access.get(Account, visitor.account_id) if visitor.account_id else None
    return Who(
        name=person.name,
        first_name=person.name.split()[0],
        initials=rules.initials(person.name),
        email=person.email,
        account=account.number if account else "",
        account_label=account.name if account else "",
        company=company.name if company else "",
        brand=company.worn if company else "",
        kind=visitor.kind,
        role=visitor.role,
        staff=visitor.staff,
        simple=person.simple,
        looker=visitor.viewer_name,
        looks_until=clock_of(visitor.viewing_until, visitor.zone) if visitor.viewing_until else "",
        runs_people=access.may("staff.run"),
        sets_brand=access.may("company.brand") and visitor.staff,
        sees_trail=access.may("audit.see") and visitor.staff,
        sets_holds=access.may("privacy.run") and visitor.staff,
        gives_places=access.may("people.places") and not visitor.staff,
    )


@reads
def accounts_to_switch(access: Access) -> list[AccountChoice]:
    """The person's own accounts, when there is more than one to choose between."""
    visitor = access.visitor
    if visitor.viewed_by:
        return []
    mine = (col(Member.person_id) == visitor.person_id, col(Member.company_id) == visitor.company_id)
    on = or_(col(Member.ends_at).is_(None), col(Member.ends_at) > now())
    places = [place.account_id for place in access.db.exec(unscoped(Member, *mine, on))]
    if len(places) < 2:
        return []
    accounts = unscoped(Account, col(Account.id).in_(places), col(Account.company_id) == visitor.company_id)
    return [
        AccountChoice(
            id=account.id,
            label=account.name,
            detail=f"Account {account.number}",
            current=account.id == visitor.account_id,
        )
        for account in access.db.exec(accounts.order_by(col(Account.number)))
    ]


def choose_simple(access: Access, on: bool) -> None:
    """Keep for this person whether their home is the simple one."""
    person = access.get(Person, access.visitor.person_id)
    access.change(person, simple=bool(on))
    access.note("tenancy.simple_chosen", person.id, on=bool(on))


def company_named(slug: str) -> CompanyFacts | None:
    """The company of that short name, if it is served here."""
    return _first_company(col(Company.slug) == slug)


def company_at(host: str) -> CompanyFacts | None:
    """The company whose own host name this is, if it is served here."""
    name = rules.host_name(host)
    return _first_company(col(Company.host) == name) if name else None


def hosts() -> dict[str, str]:
    """The host names that companies served here have of their own, each with the company's short name."""
    with before_sign_in(reads_only=True) as db:
        found = list(db.exec(unscoped(Company, col(Company.host) != "")))
        served = {facts.slug for facts in _facts(found)}
        return {company.host: company.slug for company in found if company.slug in served}


def company_of_kind(kind: str) -> CompanyFacts | None:
    """The first company of a kind: whose brand a page of that kind wears before anybody has signed in."""
    return _first_company(col(Company.kind) == kind)


def portals_for(host: str, slug: str = "") -> list[CompanyFacts]:
    """Whose sign-in a page is: the host's own company, the one that is named, or the first of each kind.

    At a company's own host no other is named; where the installation itself lives any may be.
    """
    own, named = company_at(host), company_named(slug) if slug else None
    if named is not None and (
        own is None or rules.host_name(host) == urlsplit(settings().public_url).hostname
    ):
        return [named]
    if own is not None:
        return [own]
    first: dict[str, CompanyFacts] = {}
    for company in _companies():
        first.setdefault(company.kind, company)
    return list(first.values())


def people_to_look_around_as(kind: str = "") -> list[DemoPerson]:
    """Everybody a visitor of the demo may be for a while; nobody outside a demo."""
    if not settings().demo:
        return []
    companies = {each.id: each for each in _companies() if each.demo and kind in ("", each.kind)}
    with before_sign_in(reads_only=True) as db:
        listed = unscoped(
            Person,
            col(Person.company_id).in_(list(companies)),
            col(Person.demo_says) != "",
            col(Person.standing) == "active",
        )
        people = list(
            db.exec(listed.order_by(col(Person.company_id), col(Person.demo_order), col(Person.id)))
        )
    return [
        DemoPerson(
            email=person.email,
            name=person.name,
            says=person.demo_says,
            company=companies[person.company_id].name,
            first_name=person.name.split()[0],
            initials=rules.initials(person.name),
        )
        for person in people
    ]


def _first_company(*where: object) -> CompanyFacts | None:
    return next(iter(_companies(*where)), None)


def _companies(*where: object) -> list[CompanyFacts]:
    with before_sign_in(reads_only=True) as db:
        return _facts(db.exec(unscoped(Company, *where).order_by(col(Company.id))))


def _facts(companies: Iterable[Company]) -> list[CompanyFacts]:
    served, demo = settings().kinds, settings().demo
    return [
        CompanyFacts(
            id=company.id,
            slug=company.slug,
            kind=company.kind,
            name=company.name,
            short_name=company.short_name or company.name,
            brand=company.worn,
            phone=company.phone,
            route=f"/{company.kind}",
            demo=company.demo,
            zone=company.zone,
            locale=company.locale,
        )
        for company in companies
        if (not served or company.kind in served) and (demo or not company.demo)
    ]
