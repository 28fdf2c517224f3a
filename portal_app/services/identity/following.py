"""Roles that follow the groups of another house: what whoever gives roles is asked, at each sign-in."""

from collections.abc import Callable
from dataclasses import dataclass

from portal_app.core.access import before_sign_in
from portal_app.core.accounts import Company
from portal_app.services.identity import sessions
from portal_app.services.identity.vouching import NotVouched


@dataclass(frozen=True)
class Followed:
    """Somebody whose role is to follow their groups: the role that these stand for now, "" for none.

    Of one account's people with `account_id`, else of the company's own.
    """

    company_id: str
    sign_on_id: str
    account_id: str
    person_id: str
    role: str
    address: str = ""


_followers: list[Callable[[Followed, str], None]] = []


def use_following(follow: Callable[[Followed, str], None]) -> None:
    """Tell what gives people the role of their groups in a kind; the assembly calls it once at start-up."""
    _followers[:] = [follow]


def follow(asked: Followed) -> None:
    """Let somebody's role follow their groups. Raises NotVouched for one whose place is over by that."""
    with before_sign_in(reads_only=True) as db:
        kind = db.get_one(Company, asked.company_id).kind
    if asked.role and asked.role not in (sessions.rights_in(kind) or {}):
        raise NotVouched("role", f"There is no role {asked.role!r} here any more.")
    for one in _followers:
        one(asked, kind)
