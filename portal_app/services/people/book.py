"""Which roles each kind of portal has, for customers and for the company's own people, in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal_app.services.identity import sessions
from portal_app.services.identity.rules import narrowed, seen_persons
from portal_app.services.people.rules import Holding
from portal_app.shapes.forms import Choice


@dataclass(frozen=True)
class Roles:
    """The roles of one kind: the widest customer's role first, which is the owner's."""

    customers: tuple[str, ...] = ("owner", "member", "viewer")
    staff: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What each role is called and what it may do: {"member": ("Member", "Pays and reports")}."""
    places: tuple[tuple[str, str], ...] = ()
    """Where an invited customer may begin: (label, route)."""

    @property
    def owner(self) -> str:
        """The role that owns an account."""
        return self.customers[0]


_known: dict[str, Roles] = {}


def know(kinds: Mapping[str, Roles]) -> None:
    """Learn the roles of every served kind; the assembly calls it once."""
    _known.clear()
    _known.update(kinds)


def of(kind: str) -> Roles:
    """The roles of a kind."""
    return _known.get(kind, Roles())


def role_name(kind: str, role: str) -> str:
    """What a role is called."""
    return of(kind).words.get(role, (role.capitalize(), ""))[0]


def as_choices(kind: str, roles: tuple[str, ...]) -> tuple[Choice, ...]:
    """Roles to choose from, each with what it may do."""
    words = of(kind).words
    return tuple(Choice(role, role_name(kind, role), words.get(role, ("", ""))[1]) for role in roles)


def scopes_of(kind: str) -> tuple[str, ...]:
    """What places of this kind can be narrowed to."""
    return tuple(sessions.scopes_in(kind))


def holding(kind: str, role: str, scopes: str, sees: str, person_id: str, ends_at: object = None) -> Holding:
    """What a place of a kind comes to."""
    rights = (sessions.rights_in(kind) or {}).get(role, frozenset())
    kept = narrowed(rights, scopes, sessions.scopes_in(kind))
    return Holding(kept, seen_persons(sees, person_id), ends_at)  # pyright: ignore[reportArgumentType]
