"""Signing in by a mail: a link and a code that work once, and finding the login that somebody cannot find.

Whether anybody is behind what was typed is found out beside the request, so that its answer is the same, and
takes as long, for known and unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col

from portal_app.core import live, outbox, trail
from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.clock import now
from portal_app.core.when import moment
from portal_app.services.identity import links, mailing, rules, sessions, steps, throttle
from portal_app.services.identity.links import StaleLink, WrongCode
from portal_app.services.identity.rules import WrongSignIn, clean_email
from portal_app.services.identity.steps import Awaits, LetIn
from portal_app.services.identity.tables import MailedLink
from portal_app.settings import settings
from portal_app.shapes.mailed import LinkShown

LINK_PAGE = "/sign-in/link"
_MOST_PEOPLE = 20
_LEAST_DIGITS = 7
_OF_A_PHONE = frozenset("0123456789+-()./ ")
_MOST_ALIKE = 400


@dataclass(frozen=True)
class Asked:
    """Who asks for a mail, as far as is known: the portal's short name, the network, device and browser."""

    company: str = ""
    address: str = ""
    device: str = ""
    browser: str = ""


@dataclass(frozen=True)
class CameBy:
    """Somebody came by a mail: in, or on to their second step; and where they wanted to go."""

    found: LetIn | Awaits
    goes_to: str


def browser_cookie() -> str:
    """The name of the cookie that tells which browser asked for a link."""
    return "__Host-portal_asked" if settings().secure_cookies else "portal_asked"


def browser_in(cookie_header: object) -> str:
    """That cookie's value in a Cookie header; empty when there is none."""
    return rules.cookie_value(cookie_header, browser_cookie())


def take_turn(typed: object, address: str) -> None:
    """Count a mail that is asked for, by what was typed and by network. Raises TooMany."""
    plain = typed.strip().lower()[:300] if isinstance(typed, str) else ""
    throttle.take(throttle.MAILS_TO, throttle.mark("mail to", plain))
    throttle.take(throttle.MAILS_FROM, throttle.mark("mail from", rules.network_of(address)))


def ask_link(email: object, goes_to: str, asked: Asked) -> None:
    """Mail a sign-in link and a code to whoever has this address; says nothing about whether anybody does.

    The link leads to `goes_to`, which is kept with it and not in it. Raises TooMany.
    """
    take_turn(email, asked.address)
    sessions.beside(_mail_links, clean_email(email), "", rules.own_path(goes_to), asked)


def find_logins(typed: object, asked: Asked) -> None:
    """Mail a one-time link for each portal that knows this e-mail address or phone; says nothing about it.

    Whoever asks by phone is written to at the address we have. Raises TooMany.
    """
    take_turn(typed, asked.address)
    phone = "" if clean_email(typed) else _digits(typed)
    sessions.beside(_mail_links, clean_email(typed), phone, "", asked)


def clean_who(typed: object) -> str:
    """The e-mail address or phone that a login is looked for by; empty for what can be neither."""
    email = clean_email(typed)
    if email or not isinstance(typed, str) or not _digits(typed):
        return email
    phone = " ".join(typed.split())
    return phone if set(phone) <= _OF_A_PHONE else ""


def _digits(typed: object) -> str:
    text = typed if isinstance(typed, str) and len(typed) <= 40 else ""
    found = "".join(letter for letter in text if letter.isascii() and letter.isdigit())
    return found if len(found) >= _LEAST_DIGITS else ""


def people_with(db: Session, email: str, company: str = "") -> list[tuple[Person, Company]]:
    """Everybody with this address who may be signed in, at that company or at any."""
    if not email:
        return []
    found = unscoped(Person, col(Person.email) == email).order_by(col(Person.made_at), col(Person.id))
    return _may(db, list(db.exec(found.limit(_MOST_PEOPLE))), company)


def _may(db: Session, people: Sequence[Person], company: str) -> list[tuple[Person, Company]]:
    placed = [(person, db.get(Company, person.company_id)) for person in people]
    return [
        (person, where)
        for person, where in placed
        if where is not None and company in ("", where.slug) and sessions.let_in(person, where)
    ]


def _people_by_phone(db: Session, digits: str) -> list[tuple[Person, Company]]:
    # Phones are kept as people write them; the last two digits narrow the search, the rest is compared here.
    alike = unscoped(Account, col(Account.phone).like(f"%{digits[-2:]}"))
    ids = [row.id for row in db.exec(alike.limit(_MOST_ALIKE * 50)) if _same(row.phone, digits)]
    places = unscoped(Member, col(Member.account_id).in_(ids[:_MOST_PEOPLE])) if ids else None
    moment_now = now()
    members = [
        place.person_id
        for place in (db.exec(places) if places is not None else ())
        if place.ends_at is None or place.ends_at > moment_now
    ]
    people = unscoped(Person, col(Person.id).in_(members[:_MOST_PEOPLE])).order_by(col(Person.id))
    return _may(db, list(db.exec(people)), "") if members else []


def _same(known: str, digits: str) -> bool:
    plain = "".join(letter for letter in known if letter.isdigit())
    return bool(plain) and (plain == digits or (len(plain) >= 10 and plain[-10:] == digits[-10:]))


def _mail_links(email: str, phone: str, goes_to: str, asked: Asked) -> None:
    with before_sign_in(reads_only=True) as db:
        people = people_with(db, email, asked.company) if email else []
        people = people or (_people_by_phone(db, phone) if phone else [])
        facts = [(person.id, company.id) for person, company in people]
    if not facts:
        return
    with before_sign_in() as db:
        for person_id, company_id in facts:
            _mail_link(db, db.get_one(Person, person_id), db.get_one(Company, company_id), goes_to, asked)
    live.tell([outbox.TOPIC])


def _mail_link(db: Session, person: Person, company: Company, goes_to: str, asked: Asked) -> None:
    made = links.make(
        db,
        "sign_in",
        company.id,
        person_id=person.id,
        email=person.email,
        goes_to=goes_to,
        browser=asked.browser,
        with_code=True,
    )
    until = moment(now() + links.LASTS["sign_in"], now(), company.zone, person.locale or company.locale)
    by = f", from {asked.device}" if asked.device else ""
    mailing.send(
        db,
        company.id,
        person.email,
        f"Sign in to {company.name}",
        [
            f"Hello {person.name},",
            f"Somebody asked to sign in as {person.email}{by}. "
            f"The button and the code work once, until {until}.",
        ],
        link=links.address(LINK_PAGE, made.token),
        button="Sign in",
        code=made.code,
        after=["If that was not you, do nothing. Nobody gets in without this mail; give the code to nobody."],
    )
    note(db, person, "identity.link_mailed", asked.address, purpose="sign_in")


def note(db: Session, person: Person, action: str, address: str, **facts: str) -> None:
    """Write an act about somebody who is not signed in to the audit trail, in this very transaction."""
    entry = trail.Note(action=action, about=person.id, facts=facts)
    trail.append(db, person.company_id, person.id, [entry], address)


def shown(token: object, purpose: str, cookie_header: object = "") -> LinkShown | None:
    """What the page of a link shows while it works; None for any other link. Uses nothing up."""
    link = links.look(token, purpose)
    if link is None:
        return None
    with before_sign_in(reads_only=True) as db:
        company = db.get(Company, link.company_id)
    if company is None:
        return None
    elsewhere = links.is_bound_elsewhere(link, browser_in(cookie_header))
    return LinkShown(company.name, company.worn, link.email, link.about, company.phone, elsewhere)


def sign_in_by_link(token: object, address: str = "", device: str = "") -> CameBy:
    """Let somebody in by the link in their mail, once. Raises StaleLink, TooMany."""
    with links.guarded(address):
        with before_sign_in() as db:
            link = links.use_up(db, token, "sign_in")
            _came(db, link)
            person_id, goes_to = link.person_id, link.goes_to
        try:
            return _go_on(person_id, goes_to, address, device)
        except WrongSignIn:
            raise StaleLink from None


def sign_in_by_code(email: object, code: object, address: str = "", device: str = "") -> CameBy:
    """Let somebody in by their address and the code in their mail, on whichever device they read it.

    Raises WrongCode, the same for a wrong, used and expired one, TooMany after eight.
    """
    plain = clean_email(email)
    by_account = throttle.mark("mailed code", plain)
    throttle.take(throttle.WRONG_CODES, by_account)
    with links.guarded(address):
        link = links.use_up_code(code, "sign_in", plain)
        with before_sign_in() as db:
            _came(db, link)
        throttle.forget(throttle.WRONG_CODES, by_account)
        try:
            return _go_on(link.person_id, link.goes_to, address, device)
        except WrongSignIn:
            raise WrongCode from None


def _came(db: Session, link: MailedLink) -> None:
    """What a link that was used proves: the mailbox is theirs. The other links of this sign-in are over."""
    links.withdraw(db, "sign_in", person_id=link.person_id)
    person = db.get(Person, link.person_id)
    if person is not None and person.email == link.email:
        person.email_proved_at = now()
        db.add(person)


def _go_on(person_id: str, goes_to: str, address: str, device: str) -> CameBy:
    where = steps.Where(address, device, goes_to)
    return CameBy(steps.go_on(person_id, "mail", where), goes_to)
