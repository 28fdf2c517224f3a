"""Taking up an invitation: shown first, then joined by somebody new, or accepted by somebody known."""

from dataclasses import dataclass

from sqlmodel import col

from portal_app.core import trail, when
from portal_app.core.access import Access, SystemAccess, Visitor, acting_for_company, before_sign_in, unscoped
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.core.clock import local, now
from portal_app.core.errors import EnrolFirst, Refusal
from portal_app.services.identity import links, passwords, steps
from portal_app.services.identity import service as identity
from portal_app.services.identity.links import StaleLink
from portal_app.services.identity.rules import home_of, own_path
from portal_app.services.identity.tables import MailedLink
from portal_app.services.people import book, invitations, members
from portal_app.services.tenancy.rules import clean_person
from portal_app.services.tenancy.tables import Invitation, StaffInvitation
from portal_app.shapes.people import Joining

OF_STAFF = "staff:"
Asked = Invitation | StaffInvitation


class SignInFirst(Refusal):
    """The invitation is for somebody who is known here: they sign in, then accept it."""

    def __init__(self, sentence: str = "You have a sign-in here already. Sign in, then accept.") -> None:
        super().__init__(sentence)


@dataclass(frozen=True)
class Joined:
    """Somebody is in: the value for their session cookie, who they are, and where they begin."""

    value: str
    visitor: Visitor
    goes_to: str
    new: bool = False


def look(token: object, cookie_header: str) -> Joining:
    """The invitation behind a link, or the one that waits for whoever is signed in; uses nothing up."""
    visitor = identity.visitor_of(cookie_header)
    link = links.look(token, "invite") if token else None
    if link is not None:
        with _house(link.company_id, reads_only=True) as house:
            one = _open_one(house, link)
            return _shown(house, one, visitor) if one is not None else _stale(house)
    if token or visitor is None or visitor.viewed_by:
        return Joining(ready=True, state="stale")
    with _house(visitor.company_id, reads_only=True) as house:
        one = _waiting_for(house, visitor)
        return _shown(house, one, visitor) if one is not None else _stale(house)


def _house(company_id: str, *, reads_only: bool = False):
    with before_sign_in(reads_only=True) as db:
        company = db.get_one(Company, company_id)
    return acting_for_company(
        company.id, kind=company.kind, actor="invitation", zone=company.zone, reads_only=reads_only
    )


def _stale(house: Access) -> Joining:
    company = house.db.get_one(Company, house.visitor.company_id)
    return Joining(ready=True, state="stale", company=company.name, brand=company.worn, phone=company.phone)


def _open_one(house: SystemAccess, link: MailedLink) -> Asked | None:
    """The invitation of a link; None for one withdrawn, taken up, over, or that nobody may give any more."""
    about, _, row_id = link.about.partition(":")
    table = {"account": Invitation, "staff": StaffInvitation}.get(about)
    one = house.first(table, col(table.id) == row_id) if table is not None else None
    return one if one is not None and one.email == link.email and _stands(house, one) else None


def _stands(house: SystemAccess, one: Asked) -> bool:
    if one.accepted_at is not None or one.withdrawn_at is not None or one.ends_at <= now():
        return False
    if isinstance(one, StaffInvitation):
        return True
    if one.place_ends_at is not None and one.place_ends_at <= now():
        return False
    return invitations.still_covered(house, one)


def _waiting_for(house: SystemAccess, visitor: Visitor) -> Invitation | None:
    mine = (col(Invitation.email) == visitor.email, col(Invitation.accepted_at).is_(None))
    found = house.all(
        Invitation,
        *mine,
        col(Invitation.withdrawn_at).is_(None),
        order=col(Invitation.made_at).desc(),
        limit=9,
    )
    return next((one for one in found if not visitor.staff and _stands(house, one)), None)


def _known(house: Access, email: str) -> Person | None:
    of_company = (col(Person.company_id) == house.visitor.company_id, col(Person.email) == email)
    return house.db.exec(unscoped(Person, *of_company)).first()


def _state(house: Access, one: Asked, visitor: Visitor | None) -> str:
    person = _known(house, one.email)
    if visitor is not None and (person is None or visitor.person_id != person.id):
        return "other"
    if person is None:
        return "new"
    return "ready" if visitor is not None else "known"


def _shown(house: Access, one: Asked, visitor: Visitor | None) -> Joining:
    company = house.db.get_one(Company, one.company_id)
    inviter = house.db.get(Person, one.invited_by) if one.invited_by else None
    last = local(one.ends_at, company.zone)
    return Joining(
        ready=True,
        state=_state(house, one, visitor),
        id=one.id,
        company=company.name,
        brand=company.worn,
        inviter=inviter.name if inviter is not None else company.name,
        what=_what(house, one, company),
        facts=_facts(house, one),
        email=one.email,
        name=one.name,
        signed_in=visitor.name if visitor is not None else "",
        until=f"{when.day(last.date(), company.locale)}, {last:%H:%M}",
        staff=isinstance(one, StaffInvitation),
        phone=company.phone,
    )


def _what(house: Access, one: Asked, company: Company) -> str:
    if isinstance(one, StaffInvitation) and not one.invited_by:
        return f"to run the portal of {company.name} as its first administrator"
    if isinstance(one, StaffInvitation):
        return f"to work at {company.name} as {book.role_name(company.kind, one.staff_role).lower()}"
    return f"to the account {house.get(Account, one.account_id).name} at {company.name}"


def _facts(house: Access, one: Asked) -> tuple[str, ...]:
    if isinstance(one, StaffInvitation):
        words = book.of(house.visitor.kind).words.get(one.staff_role, ("", ""))[1]
        return (words,) if words else ()
    chosen = [part for part in one.sees.split(",") if part and part != "own"]
    names = [person.name for person in members.persons(house, chosen).values()]
    may = book.of(house.visitor.kind).words.get(one.role, ("", ""))[1]
    first, second = members.place_words(house, one, names)
    return tuple(part for part in (first, may if not one.scopes else "", second) if part)


def join(token: str, name: str, password: str, where: steps.Where) -> Joined:
    """Make somebody new known, give them their place and let them in; `password` may stay empty.

    The link proves their address, and counts as this sign-in. Raises StaleLink, SignInFirst for somebody
    known already, TooMany, and Refusal with its field for a name or a password that cannot be.
    """
    with links.guarded(where.address):
        link = links.look(token, "invite")
        if link is None:
            raise StaleLink
    kept = _kept_password(link, name, password)
    with _house(link.company_id) as house:
        one = _taken_up(house, token)
        if _known(house, one.email) is not None:
            raise SignInFirst
        email, name = clean_person(one.email, name)
        role = one.staff_role if isinstance(one, StaffInvitation) else ""
        values = {"password_hash": kept, "staff_role": role, "email_proved_at": now()}
        person = house.add(Person, email=email, name=name, **values)
        _accept(house, one, person, where.address, new=True)
    # By now the invitation is used up; should the session fail, they sign in as anybody does.
    value, visitor = steps.open_for(person.id, "invite", where)
    return Joined(value, visitor, _begins(visitor, one), new=True)


def _kept_password(link: MailedLink, name: str, password: str) -> str:
    email, name = clean_person(link.email, name)
    if not password:
        return ""
    with before_sign_in(reads_only=True) as db:
        company = db.get_one(Company, link.company_id)
    return passwords.prepared(password, [name, email.partition("@")[0], company.name, company.short_name])


def _taken_up(house: SystemAccess, token: str) -> Asked:
    one = _open_one(house, links.use_up(house.db, token, "invite"))
    if one is None:
        raise StaleLink
    return one


def accept(cookie_header: str, invitation_id: str, where: steps.Where) -> Joined:
    """Give somebody known and signed in the place they were invited to, and go on in that account.

    Raises SignInFirst for nobody, EnrolFirst for somebody who owes a second step, StaleLink for an invitation
    that is not theirs or does not stand.
    """
    visitor = identity.visitor_of(cookie_header)
    if visitor is None or visitor.viewed_by:
        raise SignInFirst
    if visitor.must_enrol:
        raise EnrolFirst
    with _house(visitor.company_id) as house:
        one = house.first(Invitation, col(Invitation.id) == str(invitation_id)[:26])
        person = house.db.get(Person, visitor.person_id)
        mine = one is not None and person is not None and not person.staff_role and one.email == person.email
        if one is None or person is None or not mine or not _stands(house, one):
            raise StaleLink
        links.withdraw(house.db, "invite", about=invitations.ABOUT + one.id)
        _accept(house, one, person, where.address)
    value, switched = identity.switch_account(visitor, one.account_id)
    return Joined(value, switched, _begins(switched, one))


def _accept(house: SystemAccess, one: Asked, person: Person, address: str, *, new: bool = False) -> None:
    """Take an invitation up once, and write down what it gave."""
    free = (col(type(one).id) == one.id, col(type(one).accepted_at).is_(None))
    taken = house.update(type(one), *free, accepted_at=now(), accepted_by=person.id)
    if taken != 1:
        raise StaleLink
    facts = {"invited_by": one.invited_by, "new": new}
    account_id = ""
    if isinstance(one, Invitation):
        account_id = one.account_id
        facts |= _place(house, one, person)
    else:
        facts["staff_role"] = one.staff_role
    note = trail.Note(action="people.joined", about=person.id, account_id=account_id, facts=facts)
    house.poke(f"person:{person.id}")
    house.poke(f"people:{account_id}")
    trail.append(house.db, house.visitor.company_id, person.id, [note], address)


def _place(house: SystemAccess, one: Invitation, person: Person) -> dict[str, object]:
    gift = {name: getattr(one, name) for name in ("role", "scopes", "sees", "proxy", "reason")}
    gift |= {"ends_at": one.place_ends_at, "given_by": one.invited_by}
    members.hold(house, one.account_id)
    at = (col(Member.account_id) == one.account_id, col(Member.person_id) == person.id)
    there = house.first(Member, *at)
    if there is None:
        house.add(Member, account_id=one.account_id, person_id=person.id, **gift)
    elif members.is_over(there):
        house.change(there, **gift)
    return gift


def _begins(visitor: Visitor, one: Asked) -> str:
    home = home_of(visitor.kind, visitor.staff)
    return own_path(home + one.goes_to) if isinstance(one, Invitation) and one.goes_to else home


__all__ = ["Joined", "SignInFirst", "StaleLink", "accept", "join", "look"]
