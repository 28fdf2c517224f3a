"""The company's own people: who works here as what, who is invited, who is let in."""

from datetime import datetime

from sqlmodel import col, func

from portal_app.core import when
from portal_app.core.access import Access, reads, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, Refusal
from portal_app.services.identity import connections, devices, links, mailing, sessions
from portal_app.services.identity.rules import clean_email
from portal_app.services.identity.tables import Authenticator, Passkey, SignIn
from portal_app.services.people import book, rules
from portal_app.services.people.invitations import until_words_of
from portal_app.services.people.joining import OF_STAFF
from portal_app.services.tenancy.rules import initials
from portal_app.services.tenancy.tables import StaffInvitation
from portal_app.shapes.forms import Effect
from portal_app.shapes.people import PersonRow, Question, StaffPage
from portal_app.shapes.status import Badge, Notice

RUNS = "staff.run"


@reads
def staff(access: Access) -> StaffPage:
    """The company's own people: role, second step, when last here; and who is invited."""
    access.require(RUNS)
    found = access.all(
        Person, col(Person.staff_role) != "", order=(col(Person.name), col(Person.id)), limit=500
    )
    ids = [person.id for person in found]
    seen, stepped = last_seen(access, ids), _with_second_step(access, ids)
    by = connections.names_of(access, ids)
    open_ones = (col(StaffInvitation.accepted_at).is_(None), col(StaffInvitation.withdrawn_at).is_(None))
    invited = access.all(StaffInvitation, *open_ones, order=col(StaffInvitation.made_at).desc(), limit=60)
    count = len(found)
    return StaffPage(
        ready=True,
        title="Our people",
        meaning="1 person works here." if count == 1 else f"{count} people work here.",
        people=tuple(
            _row(access, person, seen.get(person.id), person.id in stepped, by.get(person.id, ""))
            for person in found
        ),
        invited=tuple(_invited(access, one) for one in invited),
        roles=book.as_choices(access.visitor.kind, book.of(access.visitor.kind).staff),
        directory=access.may("directory.run"),
    )


def last_seen(access: Access, ids: list[str]) -> dict[str, datetime]:
    """When people were last here, by person; those who never were are left out."""
    mine = (col(SignIn.company_id) == access.visitor.company_id, col(SignIn.person_id).in_(ids))
    latest = unscoped(SignIn, *mine).with_only_columns(SignIn.person_id, func.max(col(SignIn.seen_at)))
    return {person_id: at for person_id, at in access.db.execute(latest.group_by(col(SignIn.person_id)))}


def seen_words(access: Access, at: datetime | None) -> str:
    """When somebody was last here."""
    if at is None:
        return "Never signed in"
    return f"Last here {when.since(at, now(), access.visitor.zone, access.visitor.locale, amid=True)}"


def _with_second_step(access: Access, ids: list[str]) -> set[str]:
    """Who of these has set up a second step."""
    app = unscoped(
        Authenticator, col(Authenticator.person_id).in_(ids), col(Authenticator.confirmed_at).is_not(None)
    )
    key = unscoped(Passkey, col(Passkey.person_id).in_(ids))
    return {row.person_id for row in (*access.db.exec(app), *access.db.exec(key))}


def _row(access: Access, person: Person, seen: datetime | None, stepped: bool, by: str) -> PersonRow:
    you = person.id == access.visitor.person_id
    step = "second step set up" if stepped else "no second step"
    active = person.standing == "active"
    badge = Badge("You", "info") if you else Badge()
    return PersonRow(
        id=person.id,
        name=person.name,
        initials=initials(person.name),
        email=person.email,
        detail=f"{book.role_name(access.visitor.kind, person.staff_role)}, {step}",
        more=seen_words(access, seen) + (f". Signs in through {by}" if by else ""),
        badge=badge if active else Badge("Suspended", "attention"),
        can_change=not you,
        can_end=not you,
        act="Suspend" if active else "Let in again",
    )


def _invited(access: Access, one: StaffInvitation) -> PersonRow:
    over = one.ends_at <= now()
    return PersonRow(
        id=one.id,
        name=one.email,
        email=one.email,
        detail=book.role_name(access.visitor.kind, one.staff_role),
        note=f"Sent {when.since(one.made_at, now(), access.visitor.zone, access.visitor.locale, amid=True)}.",
        badge=Badge("Link is over", "attention") if over else Badge("Invited", "info"),
        can_resend=True,
        can_end=True,
    )


def check_role(access: Access, role: str) -> None:
    """Refuse a role of the company's people that there is not, or that allows more than one's own."""
    kind = access.visitor.kind
    if role not in book.of(kind).staff:
        raise Refusal("Choose what they do here.", "role")
    if not access.visitor.permissions >= (sessions.rights_in(kind) or {}).get(role, frozenset()):
        raise Refusal("You can only give what you may do yourself. Choose another role.", "role")


def invite(access: Access, email: str, role: str) -> Notice:
    """Invite somebody to work here by mail. Raises Refusal, with its field, for what cannot be."""
    access.require(RUNS)
    one_at_a_time(access)
    address = clean_email(email)
    if not address:
        raise Refusal("Type an email address such as name@company.example.", "email")
    check_role(access, role)
    if access.first(Person, col(Person.email) == address) is not None:
        raise Refusal("Somebody with that email is known here already. Use another address.", "email")
    _withdraw_all(access, col(StaffInvitation.email) == address)
    if len(_waiting(access)) >= rules.MOST_WAITING:
        raise Refusal(f"{rules.MOST_WAITING} invitations wait already. Withdraw one first.", "email")
    ends_at = now() + rules.INVITATION_LASTS
    by = access.visitor.person_id
    made = access.add(StaffInvitation, email=address, staff_role=role, invited_by=by, ends_at=ends_at)
    _post(access, made)
    access.note("people.staff_invited", f"invitation:{made.id}", account_id="", role=role)
    return Notice(f"Invited: {address}", f"The mail is on its way. {until_words_of(access, ends_at)}", "good")


def _waiting(access: Access, *where: object) -> list[StaffInvitation]:
    open_ones = (col(StaffInvitation.accepted_at).is_(None), col(StaffInvitation.withdrawn_at).is_(None))
    return access.all(StaffInvitation, *open_ones, *where)


def _withdraw_all(access: Access, *where: object) -> None:
    for one in _waiting(access, *where):
        access.change(one, withdrawn_at=now())
        links.withdraw(access.db, "invite", about=OF_STAFF + one.id)


def _post(access: Access, one: StaffInvitation) -> None:
    links.withdraw(access.db, "invite", about=OF_STAFF + one.id)
    lasts = one.ends_at - now()
    made = links.make(
        access.db, "invite", one.company_id, email=one.email, about=OF_STAFF + one.id, lasts=lasts
    )
    company = access.db.get_one(Company, one.company_id)
    role = book.role_name(access.visitor.kind, one.staff_role).lower()
    mailing.send(
        access.db,
        one.company_id,
        one.email,
        f"Join {company.name}",
        (f"{access.visitor.name} invites you to work at {company.name} as {role}.",),
        link=links.address("/join", made.token),
        button="Join now",
        after=(until_words_of(access, one.ends_at),),
    )


def _one_invited(access: Access, invitation_id: str) -> StaffInvitation:
    one = access.get(StaffInvitation, invitation_id)
    if one.accepted_at is not None or one.withdrawn_at is not None:
        raise NotYours
    return one


def resend(access: Access, invitation_id: str) -> Notice:
    """Send an invitation once more; its earlier link ends, the new one works for a week."""
    access.require(RUNS)
    one = _one_invited(access, invitation_id)
    access.change(one, ends_at=now() + rules.INVITATION_LASTS)
    _post(access, one)
    access.note("people.staff_invited_again", f"invitation:{one.id}", account_id="")
    text = f"The earlier link has ended. {until_words_of(access, one.ends_at)}"
    return Notice(f"Sent again to {one.email}", text, "good")


@reads
def ask_to_withdraw(access: Access, invitation_id: str) -> Question:
    """What withdrawing an invitation will do, before it is done."""
    access.require(RUNS)
    one = _one_invited(access, invitation_id)
    return Question(
        f"Withdraw the invitation to {one.email}?",
        (
            Effect("mail", "The link in the mail no longer works, from this moment."),
            Effect("refresh", "You can invite them again at any time."),
        ),
        f"Withdraw the invitation to {one.email}",
        "Keep it",
    )


def withdraw(access: Access, invitation_id: str) -> Notice:
    """Take an invitation back; its link no longer works."""
    access.require(RUNS)
    one = _one_invited(access, invitation_id)
    _withdraw_all(access, col(StaffInvitation.id) == one.id)
    access.note("people.staff_invitation_withdrawn", f"invitation:{one.id}", account_id="")
    return Notice(f"Withdrawn: the invitation to {one.email}", "Its link no longer works.", "good")


def _colleague(access: Access, person_id: str) -> Person:
    person = access.get(Person, person_id)
    if not person.staff_role:
        raise NotYours
    if person.id == access.visitor.person_id:
        raise Refusal("You cannot do that to yourself. Ask another administrator.")
    return person


def one_at_a_time(access: Access) -> None:
    """Let one change of the company's people wait for the other: two at once must leave an administrator."""
    company = unscoped(Company, col(Company.id) == access.visitor.company_id)
    access.db.exec(company.with_for_update(key_share=True)).one()


def check_one_runs(access: Access, without: Person) -> None:
    """Refuse what would leave nobody who may say who works here."""
    rights = sessions.rights_in(access.visitor.kind) or {}
    roles = [role for role in book.of(access.visitor.kind).staff if RUNS in rights.get(role, frozenset())]
    active = (col(Person.staff_role).in_(roles), col(Person.standing) == "active")
    if access.first(Person, *active, col(Person.id) != without.id) is None:
        raise Refusal("Somebody must be able to say who works here. Make another person administrator first.")


@reads
def role_of(access: Access, person_id: str) -> tuple[str, str]:
    """A colleague's name and role, for the form to change it."""
    access.require(RUNS)
    person = _colleague(access, person_id)
    return person.name, person.staff_role


def change_role(access: Access, person_id: str, role: str) -> Notice:
    """Change a colleague's role from their next tap; never one's own, never the last administrator's."""
    access.require(RUNS)
    one_at_a_time(access)
    person = _colleague(access, person_id)
    check_role(access, role)
    check_role(access, person.staff_role)
    if RUNS not in (sessions.rights_in(access.visitor.kind) or {}).get(role, frozenset()):
        check_one_runs(access, person)
    before = person.staff_role
    access.change(person, staff_role=role)
    access.poke(f"person:{person.id}")
    access.note("people.staff_role_changed", person.id, account_id="", before=before, role=role)
    name = book.role_name(access.visitor.kind, role).lower()
    return Notice(f"{person.name} is now {name}", "It counts from their next tap.", "good")


@reads
def ask_standing(access: Access, person_id: str) -> Question:
    """What suspending a colleague will do, before it is done."""
    access.require("people.standing")
    person = _colleague(access, person_id)
    return question_of_standing(person)


def question_of_standing(person: Person) -> Question:
    """The question before somebody is suspended or let in again."""
    if person.standing != "active":
        return Question(
            f"Let {person.name} in again?",
            (Effect("key", f"{person.name} can sign in as before, with everything they may do."),),
            f"Let {person.name} in again",
            "Not now",
        )
    return Question(
        f"Suspend {person.name}?",
        (
            Effect("out", f"{person.name} is signed out everywhere, from their next tap."),
            Effect("lock", "They cannot sign in until somebody lets them in again."),
            Effect("list", "What they did stays as it is."),
        ),
        f"Suspend {person.name}",
        "Not now",
    )


def toggle_standing(access: Access, person_id: str) -> Notice:
    """Suspend a colleague, or let one in again who is suspended."""
    access.require("people.standing")
    one_at_a_time(access)
    person = _colleague(access, person_id)
    if person.standing == "active":
        check_one_runs(access, person)
    return set_standing(access, person)


def set_standing(access: Access, person: Person) -> Notice:
    """Turn somebody's standing round; their open pages are refused from the next tap."""
    standing = "suspended" if person.standing == "active" else "active"
    access.change(person, standing=standing)
    access.poke(f"person:{person.id}")
    access.note("tenancy.standing_set", person.id, account_id="", standing=standing)
    if standing == "active":
        return Notice(f"{person.name} can sign in again", "Everything is as it was before.", "good")
    return Notice(f"Suspended: {person.name}", "They are signed out from their next tap.", "good")


def end_sessions(access: Access, person_id: str) -> Notice:
    """Sign a colleague out everywhere."""
    access.require("people.sign_out")
    person = _colleague(access, person_id)
    return sign_out(access, person)


def sign_out(access: Access, person: Person) -> Notice:
    """End every session of somebody, in this transaction, and mail them that it was done."""
    devices.end_all_of(access, person.id)
    return Notice(f"{person.name} is signed out everywhere", "They can sign in again at any time.", "good")
