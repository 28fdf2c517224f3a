"""When a directory's token ends by itself: what may be chosen, how it is said, and who is told before."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col

from portal_app.core.access import SystemAccess
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import local, now
from portal_app.core.errands import Handler, Repeating
from portal_app.core.errors import Refusal
from portal_app.core.when import dated
from portal_app.services.identity import mailing
from portal_app.services.scim.tables import DirectoryToken
from portal_app.settings import settings
from portal_app.shapes.forms import Choice
from portal_app.shapes.status import Badge

CHOICES = (
    Choice("90", "90 days", "Where your rules ask for short ones"),
    Choice("365", "1 year", "The usual"),
    Choice("0", "No end", "Until somebody ends or renews it"),
)
USUAL = "365"
TOLD_BEFORE = timedelta(days=14)


def end_of(lasts: str) -> datetime | None:
    """When a token that is made now ends; None for never. Raises Refusal for what is not to choose."""
    if lasts not in {choice.value for choice in CHOICES}:
        raise Refusal("Choose how long the token works.", "lasts")
    return now() + timedelta(days=int(lasts)) if int(lasts) else None


def is_over(token: DirectoryToken) -> bool:
    """Whether a token has ended by itself."""
    return token.ends_at is not None and token.ends_at <= now()


def words(token: DirectoryToken, zone: str, locale: str) -> str:
    """When a token ends, as a line says it."""
    if token.ends_at is None:
        return "No end"
    day = dated(local(token.ends_at, zone).date(), locale)
    return f"Ended on {day}: make a new token" if is_over(token) else f"Works until {day}"


def badge(token: DirectoryToken) -> Badge:
    """How a token stands: over, about to end, in use, or new."""
    if is_over(token):
        return Badge("Ended", "urgent")
    if token.ends_at is not None and token.ends_at - now() <= TOLD_BEFORE:
        left = (token.ends_at - now()).days
        return Badge(f"Ends in {left} days" if left > 1 else "Ends very soon", "attention")
    return Badge("In use", "good") if token.used_at is not None else Badge("New", "info")


def tell(access: SystemAccess, _payload: dict[str, Any]) -> dict[str, int]:
    """Mail whoever made a token that it ends within two weeks, once each; says how many were told."""
    soon = (col(DirectoryToken.ends_at) > now(), col(DirectoryToken.ends_at) <= now() + TOLD_BEFORE)
    tokens = access.all(DirectoryToken, col(DirectoryToken.ended_at).is_(None), *soon, limit=500)
    return {"told": sum(_told(access, token) for token in tokens)}


def _told(access: SystemAccess, token: DirectoryToken) -> bool:
    maker = access.first(Person, col(Person.id) == token.made_by, col(Person.standing) == "active")
    if maker is None or token.ends_at is None:
        return False
    company = access.db.get_one(Company, token.company_id)
    day = dated(local(token.ends_at, company.zone).date(), maker.locale or company.locale)
    base = f"/{company.kind}/account" if token.account_id else f"/staff/{company.kind}/people"
    return mailing.send(
        access.db,
        company.id,
        maker.email,
        f"The token of {token.name} ends on {day}",
        [
            f"Hello {maker.name},",
            f"You let the directory “{token.name}” say who is here. Its token works until {day}; after that "
            "it changes nothing here any more. Everybody keeps what they may do.",
            "Make a new token before that and type it into the directory.",
        ],
        link=f"{settings().public_url.rstrip('/')}{base}/directory",
        button="Make a new token",
        key=f"directory-ends:{token.id}:{token.ends_at.date().isoformat()}",
    )


JOBS: dict[str, Handler] = {"directory.tell_ends": tell}
REPEATING = (Repeating("tell-of-ending-tokens", "43 6 * * *", "directory.tell_ends"),)
