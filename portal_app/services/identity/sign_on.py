"""Coming in by another house that vouches for people: out to it, back from it, and who that is here.

Whom it vouches for is known by what that house calls them (issuer and subject), never by an address alone:
somebody known here by the address that it vouches for signs in once the way they always do, in the same
browser, and is connected by that (`connect`). Nobody is asked for anything over the network while a
transaction is open.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from portal_app.core import trail
from portal_app.core.access import Visitor, acting_for, before_sign_in, unscoped
from portal_app.core.accounts import Company, Member, Person, account_exists
from portal_app.core.clock import now
from portal_app.core.ids import new_secret
from portal_app.services.identity import (
    links,
    oidc,
    rules,
    saml,
    saml_metadata,
    sessions,
    steps,
    telling,
    throttle,
    vouching,
)
from portal_app.services.identity.following import Followed, follow
from portal_app.services.identity.rules import WrongSignIn, clean_email, key_of, own_path
from portal_app.services.identity.saml_metadata import Metadata, Ours
from portal_app.services.identity.steps import Awaits, LetIn, Where
from portal_app.services.identity.tables import OutsideName, SignOn, SignOnTry
from portal_app.services.identity.vouching import NotVouched, Vouched
from portal_app.settings import settings

BACK = "/auth/sign-on/back"
SAML = "/auth/sign-on/saml"
STANDS = timedelta(minutes=10)
CONNECTS = timedelta(minutes=15)
_MOST_OFFERED = 3


@dataclass(frozen=True)
class Offer:
    """Another house that somebody may come in by, as the sign-in page names it."""

    id: str
    name: str


@dataclass(frozen=True)
class Wish:
    """By which house somebody wants to come in: its own id, or that of their address, or its issuer.

    `tried_by` is who of the company only tries it.
    """

    sign_on_id: str = ""
    email: str = ""
    issuer: str = ""
    company: str = ""
    tried_by: str = ""


class Out(NamedTuple):
    """The way out: the address to send the browser to, and the value for its cookie."""

    address: str
    browser: str


class Back(NamedTuple):
    """What came of it: somebody is in or on to their second step; or what is to be done first.

    `connects` names the house to somebody who must sign in once the way they always do; `tried` tells that
    it was only tried, and what came of it stands on its page.
    """

    found: LetIn | Awaits | None = None
    goes_to: str = ""
    connects: str = ""
    tried: bool = False


def cookie() -> str:
    """The name of the cookie that ties a way out and back to one browser."""
    return "__Host-portal_sign_on" if settings().secure_cookies else "portal_sign_on"


def browser_in(cookie_header: object) -> str:
    """That cookie's value in a Cookie header; empty when there is none."""
    return rules.cookie_value(cookie_header, cookie())


def back_to(company: Company) -> str:
    """The whole address at which a company's other houses bring people back; each company has its own."""
    return f"{_at_home(company)}{BACK}/{company.slug}"


def ours(company: Company) -> Ours:
    """What a company's other houses must be told of us for SAML: our name and where answers go."""
    door = f"{_at_home(company)}{SAML}/{company.slug}"
    return Ours(f"{door}/metadata", door)


def ours_at(slug: str) -> Ours | None:
    """The same for the company of that short name; None for none."""
    with before_sign_in(reads_only=True) as db:
        company = db.exec(unscoped(Company, col(Company.slug) == slug)).first()
        return ours(company) if company is not None else None


def _at_home(company: Company) -> str:
    return links.at_host(settings().public_url.rstrip("/"), company.host)


def offered(email: object, company: str = "") -> tuple[Offer, ...]:
    """The houses for the domain of an address, whether or not anybody has that address here."""
    domain = vouching.clean_domain(vouching.domain_of(clean_email(email)))
    if not domain:
        return ()
    with before_sign_in(reads_only=True) as db:
        maybe = (
            col(SignOn.working).is_(True),
            col(SignOn.domains_proved).contains(domain, autoescape=True),
            *_of_company(db, company),
        )
        found = db.exec(unscoped(SignOn, *maybe).order_by(col(SignOn.id)).limit(50))
        mine = [one for one in found if domain in vouching.parts_of(one.domains_proved)]
        return tuple(Offer(one.id, one.name) for one in mine[:_MOST_OFFERED])


def any_at(company: str = "") -> bool:
    """Whether anybody may come in by another house at all, in that company or in any."""
    with before_sign_in(reads_only=True) as db:
        ready = (col(SignOn.working).is_(True), col(SignOn.domains_proved) != "", *_of_company(db, company))
        return db.exec(unscoped(SignOn, *ready).limit(1)).first() is not None


def _of_company(db: Session, slug: str) -> list[Any]:
    if not slug:
        return []
    company = db.exec(unscoped(Company, col(Company.slug) == slug)).first()
    return [col(SignOn.company_id) == (company.id if company is not None else "")]


def _wished(db: Session, wish: Wish) -> SignOn | None:
    if wish.tried_by:
        return db.get(SignOn, wish.sign_on_id)
    ready = (col(SignOn.working).is_(True), col(SignOn.domains_proved) != "", *_of_company(db, wish.company))
    by = col(SignOn.issuer) == wish.issuer if wish.issuer else col(SignOn.id) == wish.sign_on_id
    found = list(db.exec(unscoped(SignOn, *ready, by).limit(2)))
    return found[0] if len(found) == 1 else None


def own_host_of(wish: Wish) -> tuple[str, str]:
    """The own host of the company whose house somebody wants to come in by, and that house; "" for none.

    A way out and back is tied to one browser at one host, so it begins where it comes back to.
    """
    wished = wish.sign_on_id[:26]
    if not wished and not wish.issuer:
        wished = next((offer.id for offer in offered(wish.email, wish.company)), "")
    with before_sign_in(reads_only=True) as db:
        one = _wished(db, Wish(wished, "", wish.issuer[:500], wish.company, wish.tried_by))
        company = db.get(Company, one.company_id) if one is not None else None
        return (company.host, one.id) if one is not None and company is not None else ("", "")


def begin(wish: Wish, where: Where) -> Out:
    """Begin the way out to another house. Raises NotVouched when there is none or it is away, and TooMany."""
    throttle.take(throttle.SIGN_ONS, throttle.mark("sign-on", rules.network_of(where.address)))
    wished = wish.sign_on_id[:26]
    if not wished and not wish.issuer:
        wished = next((offer.id for offer in offered(wish.email, wish.company)), "")
    wish = Wish(wished, clean_email(wish.email), wish.issuer[:500], wish.company, wish.tried_by)
    with before_sign_in(reads_only=True) as db:
        one = _wished(db, wish)
        company = db.get(Company, one.company_id) if one is not None else None
        if one is None or company is None:
            raise NotVouched("none")
        facts, back, us = facts_of(one), back_to(company), ours(company)
    try:
        if facts.by_saml:
            way = saml.leave(facts.metadata, us)
        else:
            way = oidc.leave(facts.house, back, wish.email, facts.role_claim)
    except NotVouched as no:
        refused(facts, no, wish.tried_by, where.address)
        raise
    browser = new_secret()
    with before_sign_in() as db:
        row = SignOnTry(
            id=key_of(way.state),
            company_id=facts.company_id,
            sign_on_id=facts.id,
            nonce=way.nonce,
            verifier=way.verifier,
            browser_hash=key_of(browser),
            goes_to=own_path(where.goes_to),
            tried_by=wish.tried_by,
            ends_at=now() + STANDS,
        )
        db.add(row)
    return Out(way.address, browser)


@dataclass(frozen=True)
class Facts:
    """A company's other house as it is set up, apart from its row; `metadata` is of one that speaks SAML."""

    id: str
    company_id: str
    name: str
    house: oidc.House
    domains: tuple[str, ...]
    role_claim: str
    mapping: dict[str, str]
    for_staff: bool
    account_id: str
    makes_people: bool
    working: bool
    follows: bool
    by_saml: bool
    metadata: Metadata | None


def facts_of(one: SignOn) -> Facts:
    """A company's other house, apart from its row."""
    return Facts(
        id=one.id,
        company_id=one.company_id,
        name=one.name,
        house=oidc.House(one.issuer, one.client_id, one.client_secret),
        domains=vouching.parts_of(one.domains_proved),
        role_claim=one.role_claim,
        mapping=vouching.read_mapping(one.role_map),
        for_staff=one.for_staff,
        account_id=one.account_id,
        makes_people=one.makes_people,
        working=one.working,
        follows=one.follows,
        by_saml=one.protocol == "saml",
        metadata=saml_metadata.kept(one.issuer, one.facts),
    )


def come_back(slug: str, answer: dict[str, str], browser: str, where: Where) -> Back:
    """Take the answer that another house sent a browser back with; each counts once, in that browser.

    Raises NotVouched for everybody who does not come in by it.
    """
    tried, facts, back = _taken(slug, answer.get("state", ""), browser)
    try:
        return _answered(tried, facts, back, answer, where)
    except NotVouched as no:
        refused(facts, no, tried.tried_by, where.address)
        if tried.tried_by:
            return Back(tried=True)
        raise


def _taken(slug: str, state: str, browser: str) -> tuple[SignOnTry, Facts, str]:
    """Use a way out up: it stands for ten minutes, for one answer, in the browser that began it."""
    with before_sign_in() as db:
        stands = (
            col(SignOnTry.id) == key_of(state),
            col(SignOnTry.browser_hash) == key_of(browser),
            col(SignOnTry.used_at).is_(None),
            col(SignOnTry.ends_at) > now(),
        )
        used = db.execute(update(SignOnTry).where(*stands).values(used_at=now()))
        tried = db.get(SignOnTry, key_of(state))
        one = db.get(SignOn, tried.sign_on_id) if tried is not None else None
        company = db.get(Company, tried.company_id) if tried is not None else None
        once = used.rowcount == 1 and bool(state and browser)  # pyright: ignore[reportAttributeAccessIssue]
        if tried is None or one is None or company is None or not once or company.slug != slug:
            raise NotVouched("stale")
        facts, back = facts_of(one), back_to(company)
        db.flush()
        db.expunge(tried)
        # What was said of somebody is read once and does not wait for the night to be cleared away.
        db.execute(update(SignOnTry).where(col(SignOnTry.id) == tried.id).values(answer=""))
    return tried, facts, back


def _answered(tried: SignOnTry, facts: Facts, back: str, answer: dict[str, str], where: Where) -> Back:
    if not facts.working and not tried.tried_by:
        raise NotVouched("none")
    if facts.by_saml:
        vouched = saml.taken_out(tried.answer, answer.get("code", ""))
    else:
        vouched = _vouched(tried, facts, back, answer)
    email = vouching.email_of(vouched, facts.domains)
    if tried.tried_by:
        _say_who(facts, vouched, email)
        return Back(tried=True)
    person_id = _person(tried, facts, vouched, email, where.address)
    if not person_id:
        return Back(goes_to=tried.goes_to, connects=facts.name)
    if facts.follows:
        role = vouching.role_now(vouched, facts.role_claim, facts.mapping)
        account_id = "" if facts.for_staff else facts.account_id
        follow(Followed(facts.company_id, facts.id, account_id, person_id, role, where.address))
    try:
        way = Where(where.address, where.device, tried.goes_to)
        return Back(steps.go_on(person_id, "sign_on", way), tried.goes_to)
    except WrongSignIn:
        raise NotVouched("shut") from None


def _vouched(tried: SignOnTry, facts: Facts, back: str, answer: dict[str, str]) -> Vouched:
    """Whom a house that speaks OpenID Connect vouches for, by the code that it gave the browser."""
    oidc.check_who_answers(facts.house, answer.get("iss", "")[:500])
    code = answer.get("code", "")
    if "error" in answer or not vouching.has_text(code, 4000):
        raise NotVouched("refused", f"The provider let nobody in: {_plain(answer.get('error', ''))}.")
    needs = ("email", "email_verified", "name", facts.role_claim.partition(".")[0])
    return oidc.take(facts.house, back, code, tried.nonce, tried.verifier, needs)


def _plain(said: str) -> str:
    return "".join(sign for sign in said[:60] if sign.isalnum() or sign in "_-. ") or "it did not say why"


def _named(db: Session, facts: Facts, subject: str) -> OutsideName | None:
    by = (
        col(OutsideName.company_id) == facts.company_id,
        col(OutsideName.issuer) == facts.house.issuer,
        col(OutsideName.subject) == subject,
        # By OpenID Connect the address of an issuer proves it. The name in SAML metadata is anybody's to
        # claim, so one house never speaks for the people of another that bears its name.
        *([col(OutsideName.sign_on_id) == facts.id] if facts.by_saml else []),
    )
    return db.exec(unscoped(OutsideName, *by)).first()


def _known(db: Session, company_id: str, email: str) -> Person | None:
    by = (col(Person.company_id) == company_id, col(Person.email) == email)
    return db.exec(unscoped(Person, *by)).first()


def _person(tried: SignOnTry, facts: Facts, vouched: Vouched, email: str, address: str) -> str:
    """Who that is here; "" for somebody who must show first that they are the one with that address."""
    try:
        with before_sign_in() as db:
            named = _named(db, facts, vouched.subject)
            if named is not None:
                named.used_at = now()
                db.add(named)
                return named.person_id
            if _known(db, facts.company_id, email) is not None:
                waits = {"subject": vouched.subject, "email": email, "ends_at": now() + CONNECTS}
                db.execute(update(SignOnTry).where(col(SignOnTry.id) == tried.id).values(**waits))
                return ""
            return _made(db, facts, vouched, email, address)
    except IntegrityError:
        # The same person came in twice at once; the other one made them known.
        raise NotVouched("stale") from None


def _given_role(db: Session, facts: Facts, vouched: Vouched) -> str:
    """What somebody new would be here. Raises NotVouched for one who is not to be made known."""
    if not facts.makes_people:
        raise NotVouched("unknown")
    role = vouching.role_of(vouching.values_of(vouched, facts.role_claim), facts.mapping)
    company = db.get_one(Company, facts.company_id)
    if role not in (sessions.rights_in(company.kind) or {}):
        raise NotVouched("role", f"There is no role {role!r} here any more.")
    if not facts.for_staff and not account_exists(db, facts.company_id, facts.account_id):
        raise NotVouched("role", "The account that people are to join is not there any more.")
    return role


def _made(db: Session, facts: Facts, vouched: Vouched, email: str, address: str) -> str:
    """Make somebody new known, with the role that their house's word for them stands for."""
    role = _given_role(db, facts, vouched)
    person = Person(
        company_id=facts.company_id,
        email=email,
        name=vouching.name_of(vouched, email),
        staff_role=role if facts.for_staff else "",
        email_proved_at=now(),
    )
    db.add(person)
    db.flush()
    account_id = "" if facts.for_staff else facts.account_id
    if account_id:
        db.add(Member(company_id=facts.company_id, account_id=account_id, person_id=person.id, role=role))
    db.add(
        OutsideName(
            company_id=facts.company_id,
            person_id=person.id,
            sign_on_id=facts.id,
            issuer=facts.house.issuer,
            subject=vouched.subject,
            used_at=now(),
        )
    )
    said = {"sign_on": facts.name, "role": role, "new": True}
    note = trail.Note("identity.sign_on_joined", person.id, account_id=account_id, facts=said)
    trail.append(db, facts.company_id, person.id, [note], address)
    return person.id


def refused(facts: Facts, no: NotVouched, tried_by: str, address: str) -> None:
    """Write down that somebody did not come in, and for who only tries it what to mend."""
    with before_sign_in() as db:
        if tried_by:
            _keep(db, facts, False, no.detail)
        said = {"sign_on": facts.name, "why": no.why}
        note = trail.Note("identity.sign_on_refused", f"sign_on:{facts.id}", facts=said)
        trail.append(db, facts.company_id, tried_by or "somebody", [note], address)


def _keep(db: Session, facts: Facts, well: bool, says: str) -> None:
    told = {"tried_at": now(), "tried_well": well, "tried_says": says[:300]}
    db.execute(update(SignOn).where(col(SignOn.id) == facts.id).values(**told))


def _say_who(facts: Facts, vouched: Vouched, email: str) -> None:
    """Keep what would come of it for somebody who was only tried; raises NotVouched as for anybody."""
    with before_sign_in() as db:
        if _named(db, facts, vouched.subject) is not None:
            says = f"It works. {email} is connected and comes in at once."
        elif _known(db, facts.company_id, email) is not None:
            says = f"It works. {email} is known here and signs in once the usual way; then it is connected."
        else:
            says = f"It works. {email} would be made known here as {_given_role(db, facts, vouched)}."
        _keep(db, facts, True, says)


def connect(visitor: Visitor, browser: str) -> bool:
    """Connect whoever has just signed in with what another house calls them, if it vouched in this browser.

    Only for the very address that it vouched for, within fifteen minutes, once. Says whether it did.
    """
    if not browser or visitor.viewed_by:
        return False
    with before_sign_in(reads_only=True) as db:
        waits = (
            col(SignOnTry.browser_hash) == key_of(browser),
            col(SignOnTry.company_id) == visitor.company_id,
            col(SignOnTry.email) == visitor.email,
            col(SignOnTry.subject) != "",
            col(SignOnTry.ends_at) > now(),
        )
        tried = db.exec(unscoped(SignOnTry, *waits)).first()
        one = db.get(SignOn, tried.sign_on_id) if tried is not None else None
    return _connected(visitor, tried, one) if tried is not None and one is not None else False


def _connected(visitor: Visitor, tried: SignOnTry, one: SignOn) -> bool:
    try:
        with acting_for(visitor) as access:
            mine = (col(SignOnTry.id) == tried.id, col(SignOnTry.subject) != "")
            taken = access.db.execute(update(SignOnTry).where(*mine).values(subject="", email=""))
            if taken.rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue]
                return False
            access.add(
                OutsideName, sign_on_id=one.id, issuer=one.issuer, subject=tried.subject, used_at=now()
            )
            access.note("identity.sign_on_connected", visitor.person_id, sign_on=one.name)
            told = f"From now on you also sign in with {one.name}."
            telling.changed(access, f"{one.name} signs you in now", told)
            return True
    except IntegrityError:
        return False
