"""By which other houses somebody signs in here: a list of one's own, and ending one of them."""

from sqlmodel import col

from portal_app.core.access import Access, reads, unscoped
from portal_app.core.clock import local
from portal_app.core.errors import NotYours
from portal_app.core.when import day
from portal_app.services.identity import telling
from portal_app.services.identity.proofs import ways_of
from portal_app.services.identity.tables import OutsideName, SignOn
from portal_app.shapes.forms import Effect
from portal_app.shapes.security import FactorRow, Removal


def rows(access: Access) -> tuple[FactorRow, ...]:
    """The houses that sign this person in, the oldest connection first."""
    mine = access.all(OutsideName, order=(col(OutsideName.made_at), col(OutsideName.id)))
    names = _names(access, [one.sign_on_id for one in mine])
    return tuple(
        FactorRow(one.id, names.get(one.sign_on_id, one.issuer), _words(access, one)) for one in mine
    )


def _words(access: Access, one: OutsideName) -> str:
    zone, locale = access.visitor.zone, access.visitor.locale
    since = f"Signs you in since {day(local(one.made_at, zone).date(), locale)}"
    return f"{since}, last used {day(local(one.used_at, zone).date(), locale)}" if one.used_at else since


def _names(access: Access, ids: list[str]) -> dict[str, str]:
    """What houses of this company are called, by id."""
    if not ids:
        return {}
    of_company = (col(SignOn.company_id) == access.visitor.company_id, col(SignOn.id).in_(ids))
    return {one.id: one.name for one in access.db.exec(unscoped(SignOn, *of_company))}


def names_of(access: Access, person_ids: list[str]) -> dict[str, str]:
    """By which houses people of this company sign in, by person, for who runs the portal."""
    access.require("staff.run")
    theirs = (
        col(OutsideName.company_id) == access.visitor.company_id,
        col(OutsideName.person_id).in_(person_ids),
    )
    found = unscoped(OutsideName, *theirs).join(SignOn, col(SignOn.id) == col(OutsideName.sign_on_id))
    named: dict[str, set[str]] = {}
    for person_id, name in access.db.execute(found.with_only_columns(OutsideName.person_id, SignOn.name)):
        named.setdefault(person_id, set()).add(name)
    return {person_id: " and ".join(sorted(names)) for person_id, names in named.items()}


@reads
def removal(access: Access, connection_id: str) -> Removal:
    """What ending a connection would mean, and what remains to sign in with. Raises ProveAgain, NotYours."""
    one = access.get(OutsideName, connection_id)
    access.require_fresh()
    name = _names(access, [one.sign_on_id]).get(one.sign_on_id, one.issuer)
    return Removal(
        one.id,
        name,
        (
            Effect("key", f"{name} no longer signs you in. You stay signed in here."),
            Effect("person", _what_remains(access)),
            Effect("refresh", "Should you come by it again, you sign in once your own way first."),
            Effect("mail", "We tell you by mail."),
        ),
    )


def _what_remains(access: Access) -> str:
    ways = ways_of(access.db, access.visitor.person_id)
    left = ["your password"] if ways.password else []
    left += ["your passkey"] if ways.passkey else []
    mailed = f"a link that we mail to {access.visitor.email}"
    return f"You still sign in with {' or '.join([*left, mailed])}."


def remove(access: Access, connection_id: str) -> str:
    """End a connection: that house signs this person in no more; says its name.

    A sign-in link by mail remains in any case. Raises ProveAgain, NotYours.
    """
    one = access.get(OutsideName, connection_id)
    access.require_fresh()
    name = _names(access, [one.sign_on_id]).get(one.sign_on_id, one.issuer)
    if access.remove(OutsideName, col(OutsideName.id) == one.id) != 1:
        raise NotYours
    access.note("identity.sign_on_parted", access.visitor.person_id, sign_on=name)
    telling.changed(access, f"{name} signs you in no more", f"The connection with {name} was removed.")
    return name
