"""The questions put to passkeys: each for one browser and one purpose, answered once within five minutes."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import col

from portal_app.core.access import before_sign_in
from portal_app.core.clock import now
from portal_app.core.ids import new_secret
from portal_app.services.identity import rules
from portal_app.services.identity.tables import Ceremony
from portal_app.settings import settings

LASTS = timedelta(minutes=5)
SIGN_IN, SECOND, PROVE, ADD = "sign_in", "second", "prove", "add"


@dataclass(frozen=True)
class Begun:
    """A question on its way: the value for this browser's cookie, and the challenge in base64url."""

    value: str
    challenge: str


def cookie_of(purpose: str) -> str:
    """The name of the cookie that binds the questions of one purpose to a browser."""
    name = f"portal_key_{purpose}"
    return f"__Host-{name}" if settings().secure_cookies else name


def in_header(header: object, purpose: str) -> str:
    """The value of that cookie in a Cookie header; empty when there is none."""
    return rules.cookie_value(header, cookie_of(purpose))


def _name(value: str, challenge: str) -> str:
    return rules.key_of(f"{value}.{challenge}")


def begin(purpose: str, value: str = "", person_id: str = "") -> Begun:
    """Put a question to a browser, and to one person where it is known whose key is to answer.

    `value` is what the browser has in its cookie already: two of its windows may ask side by side, since each
    question is known by the cookie and its own challenge together.
    """
    begun = Begun(value or new_secret(), secrets.token_urlsafe(32))
    with before_sign_in() as db:
        db.add(
            Ceremony(
                id=_name(begun.value, begun.challenge),
                purpose=purpose,
                challenge=begun.challenge,
                person_id=person_id,
                ends_at=now() + LASTS,
            )
        )
    return begun


def take(purpose: str, value: str, challenge: str, person_id: str = "") -> bool:
    """Use a question up, whatever its answer is worth; False unless it stands for this browser and person."""
    this = (
        col(Ceremony.id) == _name(value, challenge),
        col(Ceremony.purpose) == purpose,
        col(Ceremony.person_id) == person_id,
        col(Ceremony.ends_at) > now(),
    )
    with before_sign_in() as db:
        done = db.execute(delete(Ceremony).where(*this))
        return bool(value) and done.rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]
