"""Links and codes that go by mail: hard to guess, kept as hashes, each good once and for a while.

    made = links.make(db, "invite", company_id, email=email, about=invitation.id)
    mailing.send(db, company_id, email, "Join us", ["Hello,"], link=links.address("/join", made.token))
    ...
    link = links.look(token, "invite")  # for the page that shows a button; uses nothing up
    with links.guarded(address), before_sign_in() as db:  # counts wrong tries, refuses after too many
        link = links.use_up(db, token, "invite")  # in the transaction that does what it is for

Whoever opens a page with a link must not use it up by that: mail programs look at links before people do.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from sqlalchemy import update
from sqlmodel import Session, col

from portal_app.core import vault
from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.core.ids import new_secret
from portal_app.services.identity import throttle
from portal_app.services.identity.rules import key_of, network_of
from portal_app.services.identity.tables import MailedLink
from portal_app.settings import settings

LASTS = {
    "reset": timedelta(minutes=30),
    "sign_in": timedelta(minutes=15),
    "invite": timedelta(days=7),
    "new_email": timedelta(hours=1),
    "old_email": timedelta(days=7),
    "way_back": timedelta(days=1),
    "not_me": timedelta(days=7),
    "export": timedelta(days=1),
    "domain": timedelta(days=1),
    "stay": timedelta(days=14),
}
MOST_TRIES = 5

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_CODE = re.compile(r"[0-9]{6}")


class StaleLink(Refusal):
    """The link does not work; the sentence is the same for a wrong, used, expired and foreign one."""

    def __init__(
        self, sentence: str = "This link no longer works. Each works once and for a while; ask for a new one."
    ) -> None:
        super().__init__(sentence)


class WrongCode(Refusal):
    """The typed code lets nobody in; the sentence is the same whatever the reason."""

    def __init__(
        self, sentence: str = "That code does not fit. Check the newest mail, or ask for a new code."
    ) -> None:
        super().__init__(sentence, "code")


@dataclass(frozen=True)
class Made:
    """A link just made. `token` and `code` exist here and in the mail, nowhere else."""

    id: str
    token: str
    code: str = ""


def make(
    db: Session,
    purpose: str,
    company_id: str,
    *,
    person_id: str = "",
    email: str = "",
    about: str = "",
    goes_to: str = "",
    browser: str = "",
    with_code: bool = False,
    lasts: timedelta | None = None,
) -> Made:
    """Make a link for one purpose, in the caller's transaction.

    `browser` is the value of the asking browser's cookie, where the link is bound to it; `with_code` makes a
    code of six digits besides, for typing on another device.
    """
    moment = now()
    token = new_secret()
    name = key_of(token)
    code = f"{secrets.randbelow(1_000_000):06}" if with_code else ""
    link = MailedLink(
        id=name,
        company_id=company_id,
        person_id=person_id,
        purpose=purpose,
        about=about,
        email=email,
        code_hash=_code_hash(name, code) if code else "",
        browser_hash=key_of(browser) if browser else "",
        goes_to=goes_to,
        made_at=moment,
        ends_at=moment + (lasts or LASTS[purpose]),
    )
    db.add(link)
    db.flush()
    return Made(name, token, code)


def address(path: str, token: str, **more: str) -> str:
    """The whole address of a page that a mailed link leads to."""
    return f"{settings().public_url.rstrip('/')}{path}?{urlencode({'token': token, **more})}"


def at_host(link: str, host: str) -> str:
    """The same address of ours at a company's own host, where it has one."""
    ours = urlsplit(settings().public_url)
    port = f":{ours.port}" if ours.port else ""
    return (
        link.replace(f"{ours.scheme}://{ours.netloc}", f"{ours.scheme}://{host}{port}", 1) if host else link
    )


def look(token: object, purpose: str) -> MailedLink | None:
    """The link of that token while it works, None for any other; changes nothing."""
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    with before_sign_in(reads_only=True) as db:
        link = db.get(MailedLink, key_of(token))
        works = link is not None and link.purpose == purpose and _is_open(link)
        if link is None or not works:
            return None
        db.expunge(link)
        return link


def _is_open(link: MailedLink) -> bool:
    return link.used_at is None and now() < link.ends_at


def use_up(db: Session, token: object, purpose: str) -> MailedLink:
    """Use a link up, in the transaction that does what it is for; of two at once one gets it.

    Raises StaleLink for a wrong, used, expired or foreign one.
    """
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise StaleLink
    return _take(db, key_of(token), purpose)


def _take(db: Session, name: str, purpose: str) -> MailedLink:
    moment = now()
    fresh = (
        col(MailedLink.id) == name,
        col(MailedLink.purpose) == purpose,
        col(MailedLink.used_at).is_(None),
        col(MailedLink.ends_at) > moment,
    )
    taken = db.execute(update(MailedLink).where(*fresh).values(used_at=moment))
    if taken.rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue]
        raise StaleLink
    link = db.get_one(MailedLink, name)
    db.refresh(link)
    return link


def use_up_code(code: object, purpose: str, email: str) -> MailedLink:
    """Use up the newest links of an e-mail address by the code that came with one of them.

    A link takes five wrong codes and is dead then. Opens its own transaction, since a wrong try must be
    counted whatever happens after it. Raises WrongCode.
    """
    typed = code.replace(" ", "").replace("-", "") if isinstance(code, str) and len(code) <= 20 else ""
    if not _CODE.fullmatch(typed) or not email:
        raise WrongCode
    with before_sign_in() as db:
        moment = now()
        tried = (
            col(MailedLink.email) == email,
            col(MailedLink.purpose) == purpose,
            col(MailedLink.code_hash) != "",
            col(MailedLink.used_at).is_(None),
            col(MailedLink.ends_at) > moment,
        )
        db.execute(update(MailedLink).where(*tried).values(tries=col(MailedLink.tries) + 1))
        mine = (*tried, col(MailedLink.tries) <= MOST_TRIES)
        found = list(db.exec(unscoped(MailedLink, *mine).order_by(col(MailedLink.made_at).desc()).limit(10)))
        fits = [link for link in found if hmac.compare_digest(link.code_hash, _code_hash(link.id, typed))]
        try:
            link = _take(db, fits[0].id, purpose) if fits else None
        except StaleLink:
            link = None
        if link is not None:
            db.expunge(link)
    if link is None:
        raise WrongCode
    return link


def _code_hash(name: str, code: str) -> str:
    """A bare hash would give away so few digits, so it is made with a key of the ring."""
    return hmac.new(_code_key(), f"{name} {code}".encode(), hashlib.sha256).hexdigest()


def _code_key() -> bytes:
    return hashlib.sha256(b"mailed codes" + next(iter(vault.ring().values()))).digest()


def withdraw(
    db: Session, purpose: str, *, person_id: str = "", about: str = "", since: datetime | None = None
) -> int:
    """End the open links of a person or about one thing, made from `since` on; says how many."""
    if not (person_id or about):
        raise TypeError("say whose links, or about what")
    whose = [col(MailedLink.purpose) == purpose, col(MailedLink.used_at).is_(None)]
    whose += [col(MailedLink.person_id) == person_id] if person_id else []
    whose += [col(MailedLink.about) == about] if about else []
    whose += [col(MailedLink.made_at) >= since] if since else []
    done = db.execute(update(MailedLink).where(*whose).values(used_at=now()))
    return done.rowcount  # pyright: ignore[reportAttributeAccessIssue]


def is_bound_elsewhere(link: MailedLink, browser: str) -> bool:
    """Whether another browser asked for this link than the one that shows this cookie."""
    return bool(link.browser_hash) and (
        not browser or not hmac.compare_digest(link.browser_hash, key_of(browser))
    )


@contextmanager
def guarded(address: str) -> Iterator[None]:
    """Count every wrong link or code tried from a network. Raises TooMany after eight in fifteen minutes."""
    network = throttle.mark("mailed", network_of(address))
    throttle.check(throttle.WRONG_TRIES, network)
    try:
        yield
    except (StaleLink, WrongCode):
        throttle.count(throttle.WRONG_TRIES, network)
        raise
