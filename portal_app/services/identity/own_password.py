"""Changing one's own password: the current one first, then every other session ends."""

from portal_app.core.access import Access, Visitor, acting_for, reads
from portal_app.core.accounts import Company, Person
from portal_app.core.errors import OnlyLooking
from portal_app.services.identity import devices, passwords, proofs, steps, telling
from portal_app.services.identity.proofs import ways_of


@reads
def words_of(access: Access) -> list[str]:
    """What a stranger would try first as this person's password: their name, their e-mail, their company."""
    return names_of(
        access.db.get_one(Person, access.visitor.person_id),
        access.db.get(Company, access.visitor.company_id),
    )


def names_of(person: Person, company: Company | None) -> list[str]:
    """The names in which a password may not consist."""
    names = (company.name, company.short_name) if company is not None else ()
    return [person.name, person.email.split("@")[0], *names]


@reads
def begin(access: Access) -> tuple[bool, str]:
    """Whether this person has a password, and their e-mail; asks for a fresh proof where the change will."""
    ways = ways_of(access.db, access.visitor.person_id)
    if ways.any or not ways.password:
        access.require_fresh()
    return ways.password, access.visitor.email


def prepare(visitor: Visitor, current: object, new: object, address: str = "") -> str:
    """Check the current password and the new one; gives the new one as it is kept.

    It costs time on purpose and so has no transaction open meanwhile. Raises WrongProof for a wrong current
    one, TooMany after eight, Refusal for a weak new one.
    """
    if visitor.viewed_by:
        raise OnlyLooking
    with acting_for(visitor, reads_only=True) as access:
        words, has_one = words_of(access), ways_of(access.db, visitor.person_id).password
    if has_one:
        steps.proved(visitor.person_id, proofs.by_password(current, "current"), address)
    return passwords.prepared(new, words)


def change(access: Access, kept: str) -> str:
    """Store a prepared password and end every other session; gives the new value for this one's cookie.

    Whoever has a second step, or had no password, needs a fresh proof besides. Raises ProveAgain.
    """
    ways = ways_of(access.db, access.visitor.person_id)
    if ways.any or not ways.password:
        access.require_fresh()
    person = access.get(Person, access.visitor.person_id)
    access.change(person, password_hash=kept)
    access.note("identity.password_changed", person.id)
    devices.end_all_but_this(access)
    telling.changed(
        access,
        "Your password was changed",
        "Your password was changed. You were signed out everywhere else.",
    )
    return steps.renewed(access)
