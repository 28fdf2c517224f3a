"""Which directories may say who is here: made, renewed and ended by who may, their groups given roles."""

from sqlmodel import col, func

from portal_app.core import when
from portal_app.core.access import Access, DirectoryAccess, as_directory, reads
from portal_app.core.accounts import Account
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.core.ids import new_secret
from portal_app.services.people import book, members, staff
from portal_app.services.people.rules import check_given
from portal_app.services.scim import ends, groups, rules, seats
from portal_app.services.scim.filters import counted
from portal_app.services.scim.tables import DirectoryGroup, DirectoryPerson, DirectorySeat, DirectoryToken
from portal_app.settings import settings
from portal_app.shapes.directories import DirectoriesPage, DirectoryRow, GroupRow
from portal_app.shapes.forms import Choice, Effect
from portal_app.shapes.people import Question
from portal_app.shapes.status import Notice

NO_ROLE = "none"
"""How a form says that nobody gets a role without a group, or that a group gives none."""


def _check(access: Access) -> None:
    """Refuse whoever may not run a directory here."""
    access.require("directory.run" if access.visitor.staff else "directory.own")


def _check_here(access: Access) -> None:
    """The same for what changes something, which needs a business and a fresh proof."""
    _check(access)
    if not _fits(access):
        raise Refusal("A directory is for the account of a business. Invite people one by one instead.")
    access.require_fresh()


def _fits(access: Access) -> bool:
    if access.visitor.staff:
        return True
    return access.get(Account, access.visitor.account_id).segment != "home"


def _check_role(access: Access, role: str) -> str:
    """A role as it is stored. Raises Refusal for none of the list, or one wider than one's own."""
    if role == NO_ROLE:
        return ""
    if access.visitor.staff:
        staff.check_role(access, role)
        return role
    kind = access.visitor.kind
    if role not in book.of(kind).customers:
        raise Refusal("Choose what they may do.", "role")
    check_given(members.own(access), book.holding(kind, role, "", "", ""))
    return role


def _open_ones(house: DirectoryAccess) -> list[DirectoryToken]:
    return house.all(
        DirectoryToken,
        col(DirectoryToken.ended_at).is_(None),
        order=(col(DirectoryToken.made_at), col(DirectoryToken.id)),
    )


@reads
def of_staff(access: Access) -> DirectoriesPage:
    """The directories that may say who works here, when each was last used, and what its groups give."""
    access.require("directory.run")
    return page(access)


@reads
def of_account(access: Access) -> DirectoriesPage:
    """The same for the account of a business."""
    access.require("directory.own")
    return page(access)


@reads
def page(access: Access) -> DirectoriesPage:
    """The directories of whoever asks, on whichever of the two sides they are."""
    _check(access)
    if not _fits(access):
        return DirectoriesPage(
            ready=True, meaning="A directory is for the account of a business. Yours is that of a home."
        )
    tokens = _open_ones(as_directory(access))
    kind = access.visitor.kind
    roles = book.of(kind).staff if access.visitor.staff else book.of(kind).customers
    return DirectoriesPage(
        ready=True,
        meaning="No directory says who is here yet."
        if not tokens
        else "A directory here no longer works: its token has ended."
        if any(ends.is_over(token) for token in tokens)
        else "Your directory says who is here. What it changes counts at once.",
        address=f"{settings().public_url.rstrip('/')}/scim/v2",
        may=len(tokens) < rules.MOST_TOKENS,
        directories=tuple(_row(access, token) for token in tokens),
        groups=tuple(row for token in tokens for row in _groups(access, token, len(tokens) > 1)),
        lasts=ends.CHOICES,
        roles=(
            *book.as_choices(kind, roles),
            Choice(NO_ROLE, "Nothing", "Unless another group gives something"),
        ),
    )


def _row(access: Access, token: DirectoryToken) -> DirectoryRow:
    house = as_directory(access, token.id)
    count = counted(house, DirectoryPerson)
    role = book.role_name(access.visitor.kind, token.role).lower() if token.role else "nothing"
    who = "1 person" if count == 1 else f"{count} people"
    visitor = access.visitor
    used = "Not used yet"
    if token.used_at is not None:
        used = f"Last used {when.since(token.used_at, now(), visitor.zone, visitor.locale)}"
    return DirectoryRow(
        id=token.id,
        name=token.name,
        detail=f"{who}. Without a group that says otherwise: {role}",
        used=f"{used}. {ends.words(token, visitor.zone, visitor.locale)}",
        badge=ends.badge(token),
    )


def _groups(access: Access, token: DirectoryToken, several: bool) -> list[GroupRow]:
    house = as_directory(access, token.id)
    found = house.all(DirectoryGroup, order=(col(DirectoryGroup.name), col(DirectoryGroup.id)), limit=500)
    members_of = house.columns(DirectorySeat, DirectorySeat.group_id, func.count())
    counts = dict(house.db.execute(members_of.group_by(col(DirectorySeat.group_id))).all())
    return [_group(access, row, counts.get(row.id, 0), token.name if several else "") for row in found]


def _group(access: Access, row: DirectoryGroup, count: int, directory: str) -> GroupRow:
    who = "1 person" if count == 1 else f"{count} people"
    gives = book.role_name(access.visitor.kind, row.role) if row.role else "Nothing"
    return GroupRow(
        id=f"{row.token_id}.{row.id}",
        name=row.name,
        detail=f"{who}, from {directory}" if directory else who,
        gives=f"Gives: {gives}",
        role=row.role or NO_ROLE,
    )


@reads
def begin(access: Access) -> None:
    """Ask for a fresh proof before a form is filled in."""
    _check_here(access)


def make(access: Access, name: str, role: str, lasts: str = ends.USUAL) -> str:
    """Let one more directory say who is here: its token, which is shown once and kept as a hash.

    `lasts` is one of `ends.CHOICES`.
    """
    _check_here(access)
    name = " ".join(str(name).split())
    if not name or len(name) > 80:
        raise Refusal("Say what the directory is called, with at most 80 letters.", "name")
    role, ends_at = _check_role(access, role), ends.end_of(lasts)
    house = as_directory(access)
    seats.hold(house)
    if len(_open_ones(house)) >= rules.MOST_TOKENS:
        raise Refusal(f"There are {rules.MOST_TOKENS} directories already. End one first.", "name")
    token = new_secret()
    made = house.add(
        DirectoryToken,
        name=name,
        key_hash=rules.key_of(token),
        role=role,
        made_by=access.visitor.person_id,
        ends_at=ends_at,
    )
    access.note("directory.made", made.id, role=role, days=lasts)
    return token


def _one(access: Access, token_id: str) -> tuple[DirectoryAccess, DirectoryToken]:
    house = as_directory(access, str(token_id)[:26])
    token = house.get(DirectoryToken, token_id)
    if token.ended_at is not None:
        raise Refusal("This directory was ended. Make a new one.")
    return house, token


@reads
def ask_to_renew(access: Access, token_id: str) -> str:
    """The name of a directory that is to have a new token, before anything is chosen. Raises ProveAgain."""
    _check_here(access)
    _, token = _one(access, token_id)
    return token.name


def renew(access: Access, token_id: str, lasts: str = ends.USUAL) -> str:
    """Give a directory a new token for as long as was chosen; the old one is dead at once."""
    _check_here(access)
    house, token = _one(access, token_id)
    values = {"ends_at": ends.end_of(lasts), "used_at": None, "made_by": access.visitor.person_id}
    secret = new_secret()
    house.change(token, key_hash=rules.key_of(secret), **values)
    access.note("directory.renewed", token.id, days=lasts)
    return secret


@reads
def ask_to_end(access: Access, token_id: str) -> Question:
    """What ending a directory will do, before it is done."""
    _check_here(access)
    _, token = _one(access, token_id)
    return Question(
        f"End {token.name}?",
        (
            Effect("lock", "Its token no longer works, from this moment."),
            Effect("person", "Everybody whom it brought keeps what they may do. You change that yourself."),
            Effect("list", "Its groups are forgotten here."),
        ),
        f"End {token.name}",
        "Keep it",
    )


def end(access: Access, token_id: str) -> Notice:
    """End a directory: its token is dead, and what it said of people and groups is forgotten."""
    _check_here(access)
    house, token = _one(access, token_id)
    seats.hold(house)
    house.change(token, ended_at=now())
    for table in (DirectorySeat, DirectoryPerson, DirectoryGroup):
        house.remove(table)
    access.note("directory.ended", token.id)
    return Notice(f"Ended: {token.name}", "Its token no longer works.", "good")


def _mine(access: Access, name: str) -> tuple[DirectoryAccess, DirectoryGroup]:
    token_id, _, group_id = str(name)[:60].partition(".")
    house, _ = _one(access, token_id)
    return house, house.get(DirectoryGroup, group_id)


@reads
def group(access: Access, name: str) -> GroupRow:
    """A group as the form that gives it a role begins."""
    _check_here(access)
    house, row = _mine(access, name)
    return _group(access, row, len(groups.people_in(house, row.id)), "")


def give_role(access: Access, name: str, role: str) -> Notice:
    """Say which role a group gives; it counts at once for everybody in it.

    Raises Refusal for the last owner's or administrator's.
    """
    _check_here(access)
    house, row = _mine(access, name)
    role = _check_role(access, role)
    if row.role:
        _check_role(access, row.role)
    seats.hold(house)
    before = row.role
    house.change(row, role=role, changed_at=now())
    access.note("directory.role_mapped", row.id, name=row.name, before=before, role=role)
    if before != role:
        groups.fit_all(house, groups.people_in(house, row.id))
    gives = book.role_name(access.visitor.kind, role).lower() if role else "nothing"
    return Notice(f"{row.name} now gives {gives}", "It counts from their next tap.", "good")
