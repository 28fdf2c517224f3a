"""The people of the tests: two companies of one kind, and everybody who must and must not see something.

    people = cast.make("energy")
    with acting_for(people.owner) as access: ...

`owner` and `viewer` share an account, `stranger` has another one of the same company, `outsider` is a
customer of the other company, `staff` works for the first company and `other_staff` for the second.
All of them are stored rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from portal_app.core.access import Visitor, before_sign_in
from portal_app.core.accounts import Account, Company, Member, Person
from portal_app.registry import KINDS
from portal_app.shapes.portal import Kind

JUST_NOW = datetime(2100, 1, 1, tzinfo=UTC)
"""When the cast proved who they are: always just now, wherever a test sets the clock."""


@dataclass(frozen=True)
class Cast:
    """Two companies and their people."""

    kind: str
    company: Company
    other_company: Company
    account: Account
    other_account: Account
    outside_account: Account
    owner: Visitor
    viewer: Visitor
    stranger: Visitor
    outsider: Visitor
    staff: Visitor
    other_staff: Visitor

    @property
    def customers(self) -> tuple[Visitor, ...]:
        """The four who are customers."""
        return (self.owner, self.viewer, self.stranger, self.outsider)

    @property
    def not_theirs(self) -> tuple[Visitor, Visitor]:
        """The two who must never see what is the owner's."""
        return (self.stranger, self.outsider)


def _kind(key: str) -> Kind | None:
    return next((each for each in KINDS if each.key == key), None)


def roles_of(kind: str) -> dict[str, frozenset[str]]:
    """What each role may do in that kind of portal; nothing for a kind that is not registered."""
    found = _kind(kind)
    return found.roles if found else {}


def staff_role_of(kind: str) -> str:
    """A role that the kind's own people have."""
    found = _kind(kind)
    return min(found.staff_roles) if found and found.staff_roles else "operator"


def allowed(visitor: Visitor, *permissions: str) -> Visitor:
    """The same person, with these permissions besides."""
    return replace(visitor, permissions=visitor.permissions | set(permissions))


def make(kind: str = "energy", *, zone: str = "America/Chicago", also: Iterable[str] = ()) -> Cast:
    """Store two companies of a kind with their people; owners and staff may do what is in `also` besides."""
    roles = roles_of(kind)
    staff_role = staff_role_of(kind)
    also = frozenset(also)
    with before_sign_in() as db:
        first = Company(slug=f"{kind}-one", kind=kind, name=f"First {kind.title()}", zone=zone)
        second = Company(slug=f"{kind}-two", kind=kind, name=f"Second {kind.title()}", zone=zone)
        db.add_all([first, second])
        db.flush()
        home = Account(company_id=first.id, number="1001", name="12 Elm Street")
        next_door = Account(company_id=first.id, number="1002", name="14 Elm Street")
        elsewhere = Account(company_id=second.id, number="1001", name="3 Far Road")
        db.add_all([home, next_door, elsewhere])
        db.flush()

        def person(company: Company, name: str, role: str, account: Account | None, *more: str) -> Visitor:
            email = f"{name.lower()}@{company.slug}.example"
            row = Person(company_id=company.id, email=email, name=name, staff_role="" if account else role)
            db.add(row)
            db.flush()
            if account is not None:
                db.add(Member(company_id=company.id, account_id=account.id, person_id=row.id, role=role))
            return Visitor(
                person_id=row.id,
                company_id=company.id,
                kind=kind,
                name=name,
                email=email,
                role=role,
                account_id=account.id if account else "",
                accounts=frozenset([account.id] if account else []),
                permissions=roles.get(role, frozenset()) | frozenset(more),
                staff=account is None,
                session_key=f"session-of-{row.id}",
                zone=zone,
                address="127.0.0.1",
                proved_at=JUST_NOW,
            )

        return Cast(
            kind=kind,
            company=first,
            other_company=second,
            account=home,
            other_account=next_door,
            outside_account=elsewhere,
            owner=person(first, "Olive", "owner", home, *also),
            viewer=person(first, "Vic", "viewer", home),
            stranger=person(first, "Stella", "owner", next_door, *also),
            outsider=person(second, "Otto", "owner", elsewhere, *also),
            staff=person(first, "Sally", staff_role, None, *also),
            other_staff=person(second, "Simon", staff_role, None, *also),
        )
