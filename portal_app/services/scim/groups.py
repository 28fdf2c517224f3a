"""The groups of a directory: who is in them, and with that the role which being in one gives."""

from collections.abc import Collection, Mapping
from typing import Any

from scim2_models import (
    Context,
    InvalidValueException,
    ListResponse,
    Meta,
    SearchRequest,
)
from sqlmodel import col

from portal_app.core.access import DirectoryAccess, reads
from portal_app.core.accounts import Person
from portal_app.core.clock import now
from portal_app.services.scim import filters, rules, seats
from portal_app.services.scim.persons import check_version, place
from portal_app.services.scim.resources import Group, GroupMember, patched, read
from portal_app.services.scim.tables import DirectoryGroup, DirectoryPerson, DirectorySeat

_COLUMNS: filters.Columns = {
    "id": lambda value: col(DirectoryGroup.id) == value,
    "externalid": lambda value: col(DirectoryGroup.external_id) == value,
}


def _shown(access: DirectoryAccess, rows: list[DirectoryGroup]) -> list[Group]:
    seated = access.all(
        DirectorySeat,
        col(DirectorySeat.group_id).in_([row.id for row in rows]),
        order=(col(DirectorySeat.made_at), col(DirectorySeat.id)),
    )
    wanted = {seat.person_id for seat in seated}
    people = {
        each.person_id: each
        for each in access.all(DirectoryPerson, col(DirectoryPerson.person_id).in_(wanted))
    }
    by_group: dict[str, list[DirectoryPerson]] = {}
    for seat in seated:
        by_group.setdefault(seat.group_id, []).append(people[seat.person_id])
    return [_as_group(row, by_group.get(row.id, [])) for row in rows]


def _as_group(row: DirectoryGroup, people: list[DirectoryPerson]) -> Group:
    group = Group(
        id=row.id,
        external_id=row.external_id or None,
        display_name=row.name,
        members=[
            GroupMember(value=each.id, ref=place("Users", each.id), type="User")  # pyright: ignore[reportArgumentType]
            for each in people
        ]
        or None,
        meta=Meta(
            resource_type="Group",
            created=row.made_at,
            last_modified=row.changed_at,
            location=place("Groups", row.id),
        ),
    )
    if group.meta is not None:
        group.meta.version = rules.version_of(group.model_dump())
    return group


@reads
def one(access: DirectoryAccess, row_id: str) -> Group:
    """A group of this directory. Raises NotYours for any other."""
    return _shown(access, [access.get(DirectoryGroup, row_id)])[0]


@reads
def several(access: DirectoryAccess, asked: SearchRequest[Group]) -> ListResponse[Group]:
    """The groups of this directory, by a filter and by pages."""
    total, begins, found = filters.page(
        access, DirectoryGroup, asked, _COLUMNS, lambda rows: _shown(access, rows)
    )
    return ListResponse[Group](
        total_results=total, start_index=begins, items_per_page=len(found), resources=found
    )


def _columns(group: Group) -> dict[str, Any]:
    name, external_id = " ".join((group.display_name or "").split()), group.external_id or ""
    if not name or len(name) > 120 or len(external_id) > 200:
        raise InvalidValueException(
            detail="A displayName has 1 to 120 characters, an externalId at most 200."
        )
    return {"name": name, "external_id": external_id, "changed_at": now()}


def _members(access: DirectoryAccess, group: Group) -> set[str]:
    """The persons of a group as it is described. Raises InvalidValueException for one who is not managed."""
    ids = {each.value or "" for each in group.members or ()}
    people = access.all(DirectoryPerson, col(DirectoryPerson.id).in_(ids)) if ids else []
    if len(people) != len(ids):
        raise InvalidValueException(detail="A member is nobody whom this directory manages.")
    return {each.person_id for each in people}


def create(access: DirectoryAccess, said: Mapping[str, Any]) -> Group:
    """Keep a group; it gives no role until somebody here says which."""
    wanted = read(Group, said, Context.RESOURCE_CREATION_REQUEST)
    seats.hold(access)
    if filters.counted(access, DirectoryGroup) >= rules.MOST_GROUPS:
        raise InvalidValueException(detail=f"A directory keeps {rules.MOST_GROUPS} groups at most here.")
    row = access.add(DirectoryGroup, **_columns(wanted))
    access.note("directory.group_added", row.id, name=row.name)
    _seat(access, row, _members(access, wanted))
    return _shown(access, [row])[0]


def replace(access: DirectoryAccess, row_id: str, said: Mapping[str, Any], match: str = "") -> Group:
    """Describe a group anew, as a whole."""
    row, before = _held(access, row_id, match)
    wanted = read(Group, said, Context.RESOURCE_REPLACEMENT_REQUEST)
    return _kept(access, row, before, wanted)


def change(access: DirectoryAccess, row_id: str, said: Mapping[str, Any], match: str = "") -> Group:
    """Change parts of a group, most often who is in it."""
    row, before = _held(access, row_id, match)
    return _kept(access, row, before, patched(before, said))


def _held(access: DirectoryAccess, row_id: str, match: str) -> tuple[DirectoryGroup, Group]:
    seats.hold(access)
    row = access.get(DirectoryGroup, row_id)
    group = _shown(access, [row])[0]
    check_version(match, group)
    return row, group


def _kept(access: DirectoryAccess, row: DirectoryGroup, before: Group, wanted: Group) -> Group:
    columns = _columns(wanted)
    if columns["name"] != before.display_name:
        access.note("directory.group_changed", row.id, before=row.name, name=columns["name"])
    access.change(row, **columns)
    _seat(access, row, _members(access, wanted))
    return _shown(access, [row])[0]


def _seat(access: DirectoryAccess, row: DirectoryGroup, wanted: Collection[str]) -> None:
    """Put these persons in a group and nobody else, with what that gives or takes."""
    mine = col(DirectorySeat.group_id) == row.id
    held = {seat.person_id for seat in access.all(DirectorySeat, mine)}
    gone, new = held.difference(wanted), set(wanted).difference(held)
    if gone:
        access.remove(DirectorySeat, mine, col(DirectorySeat.person_id).in_(gone))
    for person_id in sorted(new):
        access.add(DirectorySeat, group_id=row.id, person_id=person_id)
    if gone or new:
        access.note("directory.group_members", row.id, added=len(new), removed=len(gone))
    if row.role:
        fit_all(access, gone | new)


def fit_all(access: DirectoryAccess, person_ids: Collection[str]) -> None:
    """Give each of these who is active the role that is theirs now."""
    mine = (col(DirectoryPerson.person_id).in_(person_ids), col(DirectoryPerson.active).is_(True))
    for row in access.all(DirectoryPerson, *mine, order=col(DirectoryPerson.id)):
        seats.fit(access, access.get(Person, row.person_id))


def people_in(access: DirectoryAccess, group_id: str) -> list[str]:
    """The persons in a group."""
    return [seat.person_id for seat in access.all(DirectorySeat, col(DirectorySeat.group_id) == group_id)]


def remove(access: DirectoryAccess, row_id: str, match: str = "") -> None:
    """Forget a group, and with it the role it gave."""
    row, _ = _held(access, row_id, match)
    _seat(access, row, ())
    access.remove(DirectoryGroup, col(DirectoryGroup.id) == row.id)
    access.note("directory.group_removed", row.id, name=row.name)
