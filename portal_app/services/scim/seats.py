"""The seats that a directory gives and ends: a role among the company's people, or a place in one account."""

from collections.abc import Sequence

from sqlmodel import col

from portal_app.core.access import DirectoryAccess, unscoped
from portal_app.core.accounts import Member, Person
from portal_app.core.clock import now
from portal_app.services.identity import sessions
from portal_app.services.identity.tables import SignIn
from portal_app.services.people import book, members, staff
from portal_app.services.people.rules import Standing
from portal_app.services.scim import rules
from portal_app.services.scim.tables import DirectoryGroup, DirectorySeat, DirectoryToken

SIGN_ON = "sign_on"
"""The role of a company sign-on at work, whose groups give seats as a directory's do."""


def _act(access: DirectoryAccess, what: str) -> str:
    """What is written down: whose word it was, and what came of it."""
    return f"identity.sign_on_{what}" if access.visitor.role == SIGN_ON else f"directory.{what}"


def of_staff(access: DirectoryAccess) -> bool:
    """Whether this directory is that of the company's own people."""
    return not access.visitor.account_id


def roles_known(access: DirectoryAccess) -> Sequence[str]:
    """The roles that this directory can give."""
    roles = book.of(access.visitor.kind)
    return roles.staff if of_staff(access) else roles.customers


def hold(access: DirectoryAccess) -> None:
    """Let one change of these people wait for the other, so that two at once leave somebody in charge."""
    if of_staff(access):
        staff.one_at_a_time(access)
    else:
        members.hold(access, access.visitor.account_id)


def _by_groups(access: DirectoryAccess, person_id: str) -> str:
    """The widest role that somebody's groups give; empty when none does."""
    seats = access.all(DirectorySeat, col(DirectorySeat.person_id) == person_id)
    ids = [seat.group_id for seat in seats]
    groups = access.all(DirectoryGroup, col(DirectoryGroup.id).in_(ids), col(DirectoryGroup.role) != "")
    rights = sessions.rights_in(access.visitor.kind) or {}
    return rules.widest((group.role for group in groups), rights, roles_known(access))


def place_of(access: DirectoryAccess, person: Person) -> Member | None:
    """Somebody's place in the directory's account, ended ones too."""
    here = col(Member.account_id) == access.visitor.account_id
    return access.first(Member, here, col(Member.person_id) == person.id)


def places_elsewhere(access: DirectoryAccess, person: Person) -> bool:
    """Whether somebody has a place in an account that is not this directory's; nothing else of it is told."""
    theirs = (
        col(Member.company_id) == access.visitor.company_id,
        col(Member.person_id) == person.id,
        col(Member.account_id) != access.visitor.account_id,
    )
    return access.db.exec(unscoped(Member, *theirs).limit(1)).first() is not None


def fit(access: DirectoryAccess, person: Person, *, found: bool = False) -> None:
    """Give somebody active the role that is theirs: by their groups, else the one chosen for the directory.

    Somebody `found` here with a role keeps it until a group says otherwise. Raises Refusal for the last
    owner or administrator.
    """
    role = _by_groups(access, person.id)
    if not role and found and role_now(access, person):
        return
    token = access.get(DirectoryToken, access.token_id)
    role = role or (token.role if token.role in roles_known(access) else "")
    if not role:
        end(access, person)
    else:
        give(access, person, role, token.made_by)


def give(access: DirectoryAccess, person: Person, role: str, by: str) -> None:
    """Give somebody a role here. Raises Refusal for the last owner or administrator."""
    if of_staff(access):
        _fit_staff(access, person, role)
    else:
        _fit_place(access, person, role, by)


def role_now(access: DirectoryAccess, person: Person) -> str:
    """The role that somebody has here; empty for none."""
    if of_staff(access):
        return person.staff_role
    place = place_of(access, person)
    return place.role if place is not None and not members.is_over(place) else ""


def _fit_staff(access: DirectoryAccess, person: Person, role: str) -> None:
    if person.staff_role == role:
        return
    rights = sessions.rights_in(access.visitor.kind) or {}
    if staff.RUNS not in rights.get(role, frozenset()):
        _check_one_runs(access, person)
    before = person.staff_role
    access.change(person, staff_role=role)
    access.poke(f"person:{person.id}")
    access.note(_act(access, "role_given"), person.id, account_id="", before=before, role=role)


def _check_one_runs(access: DirectoryAccess, person: Person) -> None:
    rights = sessions.rights_in(access.visitor.kind) or {}
    if person.standing == "active" and staff.RUNS in rights.get(person.staff_role, frozenset()):
        staff.check_one_runs(access, person)


def _fit_place(access: DirectoryAccess, person: Person, role: str, by: str) -> None:
    place = place_of(access, person)
    before = role_now(access, person)
    if before == role:
        return
    if place is None:
        access.add(Member, person_id=person.id, role=role, given_by=by)
    elif members.is_over(place):
        fresh = {"scopes": "", "sees": "", "proxy": False, "ends_at": None, "reason": ""}
        access.change(place, role=role, given_by=by, **fresh)
    else:
        # What the owner narrowed stays narrowed: a directory says the role and nothing more.
        after = Standing(role, place.scopes, place.sees, place.proxy, place.ends_at)
        members.check_owner_left(access, place, after)
        access.change(place, role=role)
    access.poke(f"person:{person.id}")
    access.poke(f"people:{access.visitor.account_id}")
    access.note(_act(access, "role_given"), person.id, before=before, role=role)


def end(access: DirectoryAccess, person: Person) -> None:
    """End somebody's seat, and their sessions where they have no other; what is their own stays.

    Raises Refusal for the last owner or administrator.
    """
    before = role_now(access, person)
    if of_staff(access):
        if not before:
            return
        _check_one_runs(access, person)
        access.change(person, staff_role="")
    else:
        place = place_of(access, person)
        if place is None:
            return
        if before:
            members.check_owner_left(access, place, None)
        access.remove(Member, col(Member.id) == place.id)
        access.poke(f"people:{access.visitor.account_id}")
    access.note(_act(access, "seat_ended"), person.id, role=before)
    access.poke(f"person:{person.id}")
    if of_staff(access) or not places_elsewhere(access, person):
        _end_sessions(access, person)


def _end_sessions(access: DirectoryAccess, person: Person) -> None:
    alive = (col(SignIn.person_id) == person.id, col(SignIn.ended_at).is_(None))
    keys = [signed.id for signed in access.all(SignIn, *alive)]
    access.update(SignIn, *alive, ended_at=now())
    for key in keys:
        access.poke(f"session:{key}")
