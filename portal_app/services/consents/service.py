"""Keep answers, and say whether somebody said no: for whatever obeys them."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col

from portal_app.core import when
from portal_app.core.access import Access, SystemAccess
from portal_app.core.accounts import Person
from portal_app.core.clock import local, now
from portal_app.services.consents.tables import Consent
from portal_app.services.identity.tables import SignIn

USE = "use"
"""The purpose of noting which pages somebody opens; it counts unless they say no."""


@dataclass(frozen=True)
class Said:
    """An answer that counts for an account, and whose it is."""

    title: str
    yes: bool
    name: str
    day: str


def version_of(words: str) -> str:
    """The name of a wording: other words have another one, so nobody can forget to count it up."""
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def keep(
    access: Access,
    purpose: str,
    title: str,
    words: str,
    yes: bool,
    *,
    page: str,
    about: str = "",
    of_account: bool = True,
) -> Consent:
    """Keep an answer of the visitor, in the words that they saw; the answer before it stops counting.

    `of_account`: it counts for the current account, and not for this person alone.
    """
    visitor, moment = access.visitor, now()
    account_id = visitor.account_id if of_account else ""
    whose = (
        col(Consent.account_id) == account_id if account_id else col(Consent.person_id) == visitor.person_id
    )
    still = (
        col(Consent.purpose) == purpose,
        col(Consent.about) == about,
        col(Consent.withdrawn_at).is_(None),
    )
    # Somebody else of the account may have answered before; theirs ends too.
    house = SystemAccess(visitor, access.db)
    house.update(Consent, whose, *still, withdrawn_at=moment)
    session = access.first(SignIn, col(SignIn.id) == visitor.session_key)
    answer = access.add(
        Consent,
        purpose=purpose,
        version=version_of(words),
        title=title[:160],
        words=words[:1000],
        yes=yes,
        account_id=account_id,
        about=about,
        language=visitor.locale,
        page=page[:80],
        device=session.device if session else "",
        session=visitor.session_key[:16],
        on_behalf=visitor.on_behalf[:120],
        given_at=moment,
    )
    did = "privacy.agreed" if yes else "privacy.declined"
    access.note(did, f"agreement:{answer.id}", asked_for=answer.title, wording=answer.version)
    return answer


def said_no(access: Access, purpose: str, person_ids: Collection[str]) -> set[str]:
    """Who of these said no to a purpose that otherwise counts; for the house, of anybody."""
    house = SystemAccess(access.visitor, access.db, only_reads=True)
    counts = (
        col(Consent.purpose) == purpose,
        col(Consent.yes).is_(False),
        col(Consent.withdrawn_at).is_(None),
    )
    those = col(Consent.person_id).in_(list(person_ids))
    return set(access.db.execute(house.columns(Consent, Consent.person_id).where(those, *counts)).scalars())


def agreed(access: Access, purpose: str, words: str) -> bool:
    """Whether the current account stands by a yes to these very words."""
    mine = (col(Consent.account_id) == access.visitor.account_id, col(Consent.purpose) == purpose)
    still = (col(Consent.yes).is_(True), col(Consent.withdrawn_at).is_(None))
    house = SystemAccess(access.visitor, access.db, only_reads=True)
    return house.first(Consent, *mine, *still, col(Consent.version) == version_of(words)) is not None


def of_account(access: Access, account_id: str) -> list[Said]:
    """What counts for an account, newest first, for the company's own people who look at it."""
    access.require("customer.see")
    house = SystemAccess(access.visitor, access.db, only_reads=True)
    mine = (col(Consent.account_id) == account_id, col(Consent.withdrawn_at).is_(None))
    asked = house.columns(Consent, Consent.title, Consent.yes, Consent.given_at, Person.name)
    asked = asked.join(Person, col(Person.id) == col(Consent.person_id)).where(*mine)
    found = access.db.execute(asked.order_by(col(Consent.given_at).desc(), col(Consent.id)).limit(30))
    zone, locale = access.visitor.zone, access.visitor.locale
    return [
        Said(title, yes, name, when.day(local(given_at, zone).date(), locale))
        for title, yes, given_at, name in found
    ]
