"""Who knocks with a directory's token: which company or account it is for, and how often it may."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import col, or_

from portal_app.core.access import Visitor, before_sign_in, unscoped
from portal_app.core.accounts import Account, Company
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.services.identity import sessions, throttle
from portal_app.services.identity.rules import network_of
from portal_app.services.scim import rules
from portal_app.services.scim.tables import DirectoryToken
from portal_app.settings import settings


class UnknownToken(Refusal):
    """No token, or one that does not work (any more)."""

    def __init__(self) -> None:
        super().__init__("The token is missing or does not work. Make a new one in the portal.")


@dataclass(frozen=True)
class Directory:
    """A directory that showed a token that works: its token, and who it is for the transaction."""

    token_id: str
    visitor: Visitor


def opened(authorization: str, address: str) -> Directory:
    """The directory whose token an Authorization header holds. Raises UnknownToken, and TooMany."""
    token = rules.token_in(authorization)
    found = _looked_up(token, address) if token else None
    if found is None:
        # Only after the look: a right token, too long to be guessed, is not kept out by wrong ones.
        throttle.take(throttle.WRONG_SECRETS, throttle.mark("directory", network_of(address)))
        raise UnknownToken
    throttle.take(throttle.DIRECTORY, throttle.mark("directory-token", found.token_id))
    return found


def _looked_up(token: str, address: str) -> Directory | None:
    with before_sign_in(reads_only=True) as db:
        works = (
            col(DirectoryToken.key_hash) == rules.key_of(token),
            col(DirectoryToken.ended_at).is_(None),
            or_(col(DirectoryToken.ends_at).is_(None), col(DirectoryToken.ends_at) > now()),
        )
        row = db.exec(unscoped(DirectoryToken, *works)).first()
        company = db.get(Company, row.company_id) if row is not None else None
        if row is None or company is None or not _served(company):
            return None
        account = db.get(Account, row.account_id) if row.account_id else None
        if row.account_id and account is None:
            return None
        due = row.used_at is None or now() - row.used_at >= rules.USED_EVERY
        visitor = Visitor(
            person_id="",
            company_id=company.id,
            kind=company.kind,
            name=f"directory:{row.id}",
            email="",
            role="directory",
            account_id=row.account_id,
            accounts=frozenset([row.account_id] if row.account_id else []),
            staff=not row.account_id,
            zone=company.zone,
            locale=company.locale,
            address=address,
        )
    if due:
        _note_use(row.id)
    return Directory(row.id, visitor)


def _served(company: Company) -> bool:
    known = sessions.rights_in(company.kind) is not None
    return known and (settings().demo or not company.demo)


def _note_use(token_id: str) -> None:
    moment = now()
    before = or_(
        col(DirectoryToken.used_at).is_(None), col(DirectoryToken.used_at) <= moment - rules.USED_EVERY
    )
    with before_sign_in() as db:
        db.execute(
            update(DirectoryToken).where(col(DirectoryToken.id) == token_id, before).values(used_at=moment)
        )
