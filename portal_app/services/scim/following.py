"""Roles that follow another house's groups: at each sign-in by it, under the rules that directories have."""

from portal_app.core.access import DirectoryAccess, Visitor, acting_as_directory
from portal_app.core.accounts import Person
from portal_app.core.errors import Refusal
from portal_app.services.identity.following import Followed
from portal_app.services.identity.vouching import NotVouched
from portal_app.services.scim import seats


def follow(asked: Followed, kind: str) -> None:
    """Give somebody the role that their groups stand for now, or end their place where none does.

    The last administrator and the last owner keep theirs, which is written down. Raises NotVouched once
    somebody's place is over.
    """
    visitor = Visitor(
        person_id="",
        company_id=asked.company_id,
        kind=kind,
        name=f"{seats.SIGN_ON}:{asked.sign_on_id}",
        email="",
        role=seats.SIGN_ON,
        account_id=asked.account_id,
        accounts=frozenset([asked.account_id] if asked.account_id else []),
        staff=not asked.account_id,
        address=asked.address,
    )
    with acting_as_directory(visitor, "") as access:
        seats.hold(access)
        person = access.get(Person, asked.person_id)
        over = _is_of_it(access, person) and not _fit(access, person, asked.role)
    # Only now, so that the end of the place is kept.
    if over:
        raise NotVouched("ended")


def _is_of_it(access: DirectoryAccess, person: Person) -> bool:
    """Whether somebody's role is this house's to say: it makes no customer staff, and no staff a customer."""
    if seats.of_staff(access):
        return bool(person.staff_role) or not seats.places_elsewhere(access, person)
    return not person.staff_role


def _fit(access: DirectoryAccess, person: Person, role: str) -> bool:
    """Whether somebody has a place after it was fitted to their groups."""
    before = seats.role_now(access, person)
    try:
        if role:
            seats.give(access, person, role, "")
        else:
            seats.end(access, person)
    except Refusal as no:
        access.note("identity.sign_on_role_kept", person.id, role=before, why=no.sentence)
        return True
    return bool(role)
