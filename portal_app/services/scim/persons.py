"""The people whom a directory manages: made or found here, seated, changed, ended."""

from collections.abc import Mapping
from typing import Any

from scim2_models import (
    Context,
    InvalidValueException,
    ListResponse,
    Meta,
    PreconditionFailedException,
    SearchRequest,
    UniquenessException,
)
from sqlmodel import col

from portal_app.core.access import DirectoryAccess, reads
from portal_app.core.accounts import Person
from portal_app.core.clock import now
from portal_app.services.identity import links
from portal_app.services.scim import filters, rules, seats
from portal_app.services.scim.resources import GroupMembership, User, patched, read
from portal_app.services.scim.tables import DirectoryGroup, DirectoryPerson, DirectorySeat
from portal_app.settings import settings

_KEPT = {"user_name", "name", "display_name", "emails"}
_COLUMNS: filters.Columns = {
    "id": lambda value: col(DirectoryPerson.id) == value,
    "username": lambda value: col(DirectoryPerson.user_name) == value.lower(),
    "externalid": lambda value: col(DirectoryPerson.external_id) == value,
}


def place(kind: str, row_id: str) -> str:
    """The address of one person or group."""
    return f"{settings().public_url.rstrip('/')}/scim/v2/{kind}/{row_id}"


def _shown(access: DirectoryAccess, rows: list[DirectoryPerson]) -> list[User]:
    ids = [row.person_id for row in rows]
    seated = access.all(DirectorySeat, col(DirectorySeat.person_id).in_(ids)) if ids else []
    wanted = {seat.group_id for seat in seated}
    groups = {each.id: each for each in access.all(DirectoryGroup, col(DirectoryGroup.id).in_(wanted))}
    by_person: dict[str, list[DirectoryGroup]] = {}
    for seat in seated:
        by_person.setdefault(seat.person_id, []).append(groups[seat.group_id])
    return [_as_user(row, by_person.get(row.person_id, [])) for row in rows]


def _as_user(row: DirectoryPerson, groups: list[DirectoryGroup]) -> User:
    user = User.model_validate_json(row.facts)
    user.id, user.external_id, user.active = row.id, row.external_id or None, row.active
    user.groups = [
        GroupMembership(value=each.id, ref=place("Groups", each.id), display=each.name)  # pyright: ignore[reportArgumentType]
        for each in sorted(groups, key=lambda each: each.name)
    ] or None
    user.meta = Meta(
        resource_type="User",
        created=row.made_at,
        last_modified=row.changed_at,
        location=place("Users", row.id),
    )
    user.meta.version = rules.version_of(user.model_dump())
    return user


@reads
def one(access: DirectoryAccess, row_id: str) -> User:
    """Somebody whom this directory manages. Raises NotYours for anybody else."""
    return _shown(access, [access.get(DirectoryPerson, row_id)])[0]


@reads
def several(access: DirectoryAccess, asked: SearchRequest[User]) -> ListResponse[User]:
    """Those whom this directory manages, by a filter and by pages."""
    total, begins, found = filters.page(
        access, DirectoryPerson, asked, _COLUMNS, lambda rows: _shown(access, rows)
    )
    return ListResponse[User](
        total_results=total, start_index=begins, items_per_page=len(found), resources=found
    )


def _address(user: User) -> str:
    pairs = [(each.value, bool(each.primary)) for each in user.emails or ()]
    address = rules.address_of(pairs, user.user_name or "")
    if not address:
        raise InvalidValueException(detail="Send an e-mail address in emails, or as the userName.")
    return address


def _name(user: User, address: str) -> str:
    name = user.name
    formatted, given, family = (
        (name.formatted, name.given_name, name.family_name) if name is not None else (None, None, None)
    )
    return rules.name_of(user.display_name or "", formatted or "", given or "", family or "", address)


def _columns(access: DirectoryAccess, user: User, own_id: str = "") -> dict[str, Any]:
    """What is stored of a person as a directory describes them. Raises for a name that is taken."""
    user_name, external_id = user.user_name or "", user.external_id or ""
    if not user_name.strip() or len(user_name) > 254 or len(external_id) > 200:
        raise InvalidValueException(detail="A userName has 1 to 254 characters, an externalId at most 200.")
    same = access.first(
        DirectoryPerson,
        col(DirectoryPerson.user_name) == user_name.lower(),
        col(DirectoryPerson.id) != own_id,
    )
    if same is not None:
        raise UniquenessException(detail="There is somebody with this userName already.")
    return {
        "user_name": user_name.lower(),
        "external_id": external_id,
        "facts": user.model_dump_json(include=_KEPT),
        "changed_at": now(),
    }


def _known(access: DirectoryAccess, address: str) -> Person | None:
    return access.first(Person, col(Person.email) == address)


def _person(access: DirectoryAccess, user: User) -> tuple[Person, bool]:
    """Whoever has that address at this company, or somebody new; and whether they are new.

    Raises UniquenessException for somebody who is on the other side: a customer for the directory of the
    company's own people, one of those for a customer's.
    """
    address = _address(user)
    person = _known(access, address)
    if person is None:
        return access.add(Person, email=address, name=_name(user, address)), True
    mine = col(DirectoryPerson.person_id) == person.id
    if access.first(DirectoryPerson, mine) is not None:
        raise UniquenessException(detail="Somebody with this e-mail address is managed already.")
    elsewhere = seats.places_elsewhere(access, person) if seats.of_staff(access) else bool(person.staff_role)
    if elsewhere:
        raise UniquenessException(
            detail="This e-mail address is in use here for something else. Use another."
        )
    return person, False


def create(access: DirectoryAccess, said: Mapping[str, Any]) -> User:
    """Make somebody known, or take over who is here by that address, and seat them."""
    wanted = read(User, said, Context.RESOURCE_CREATION_REQUEST)
    seats.hold(access)
    columns = _columns(access, wanted)
    person, new = _person(access, wanted)
    active = wanted.active is not False
    row = access.add(DirectoryPerson, person_id=person.id, active=active, made_here=new, **columns)
    access.note("directory.person_added", person.id, new=new, active=active)
    if active:
        seats.fit(access, person, found=not new)
    else:
        seats.end(access, person)
    return _shown(access, [row])[0]


def replace(access: DirectoryAccess, row_id: str, said: Mapping[str, Any], match: str = "") -> User:
    """Describe somebody anew, as a whole; whether they are active stays as it was where nothing says so."""
    row, before = _held(access, row_id, match)
    whole = {"active": row.active, **said}
    wanted = read(User, whole, Context.RESOURCE_REPLACEMENT_REQUEST)
    wanted.replace(before)
    return _kept(access, row, before, wanted)


def change(access: DirectoryAccess, row_id: str, said: Mapping[str, Any], match: str = "") -> User:
    """Change parts of how somebody is described."""
    row, before = _held(access, row_id, match)
    return _kept(access, row, before, patched(before, said))


def _held(access: DirectoryAccess, row_id: str, match: str) -> tuple[DirectoryPerson, User]:
    seats.hold(access)
    row = access.get(DirectoryPerson, row_id)
    user = _shown(access, [row])[0]
    check_version(match, user)
    return row, user


def check_version(match: str, shown: Any) -> None:
    """Refuse a change of what has changed since it was read. Raises PreconditionFailedException."""
    if match and not rules.same_version(match, shown.meta.version):
        raise PreconditionFailedException(detail="It has changed since you read it. Read it again.")


def _kept(access: DirectoryAccess, row: DirectoryPerson, before: User, wanted: User) -> User:
    columns = _columns(access, wanted, row.id)
    active = wanted.active is not False
    person = access.get(Person, row.person_id)
    _follow(access, row, person, before, wanted)
    was = row.active
    access.change(row, active=active, **columns)
    parts = sorted(name for name in _KEPT if getattr(before, name) != getattr(wanted, name))
    access.note("directory.person_changed", person.id, active=active, parts=parts)
    if active and not was:
        seats.fit(access, person)
    elif was and not active:
        seats.end(access, person)
    return _shown(access, [row])[0]


def _follow(
    access: DirectoryAccess, row: DirectoryPerson, person: Person, before: User, wanted: User
) -> None:
    """Let the name and sign-in address follow the directory, for whom it made and who is nowhere else.

    Anybody else's stay theirs: no directory moves the sign-in of somebody whom it found here.
    """
    address = _address(wanted)
    other = bool(person.staff_role) and not seats.of_staff(access)
    if not row.made_here or other or seats.places_elsewhere(access, person):
        return
    values: dict[str, Any] = {}
    if _name(wanted, address) != _name(before, _address(before)):
        values["name"] = _name(wanted, address)
    if address not in (_address(before), person.email):
        if _known(access, address) is not None:
            raise UniquenessException(detail="Somebody with this e-mail address is here already.")
        values |= {"email": address, "email_proved_at": None}
        for purpose in ("reset", "sign_in"):
            links.withdraw(access.db, purpose, person_id=person.id)
        access.note("directory.email_changed", person.id)
    if values:
        access.change(person, **values)
        access.poke(f"person:{person.id}")


def remove(access: DirectoryAccess, row_id: str, match: str = "") -> None:
    """End somebody's seat and manage them no more; the person and what is theirs stays."""
    row, _ = _held(access, row_id, match)
    person = access.get(Person, row.person_id)
    seats.end(access, person)
    access.remove(DirectorySeat, col(DirectorySeat.person_id) == person.id)
    access.remove(DirectoryPerson, col(DirectoryPerson.id) == row.id)
    access.note("directory.person_removed", person.id)
