"""Taking the answer that another house makes a browser post here (SAML), before anybody is let in by it.

Such a post comes from another site, so the edge's look at Origin lets this one door through, and the
browser sends none of our cookies along (SameSite=Lax). Therefore nothing is read from cookies here and nobody
comes in: the RelayState names a way out that still stands, the answer is checked for that way out alone, what
it says of somebody is kept sealed in that row, and the browser is sent on to the page of our own at which
providers of OpenID Connect bring people back, with a code that is good once. There its own cookie is with it,
and only the browser that began that way out comes in. Whoever makes somebody else's browser post an answer of
their own reaches that page without the cookie, and a post that names no way out of ours, or one that has its
answer, is refused unread. Where it leads on is kept in that row too, never in the RelayState.
"""

from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import col

from portal_app.core.access import before_sign_in
from portal_app.core.accounts import Company
from portal_app.core.clock import now
from portal_app.core.ids import new_secret
from portal_app.services.identity import rules, saml, sign_on, throttle
from portal_app.services.identity.rules import key_of
from portal_app.services.identity.saml_metadata import Ours
from portal_app.services.identity.sign_on import Facts
from portal_app.services.identity.steps import Where
from portal_app.services.identity.tables import SignOn, SignOnTry
from portal_app.services.identity.vouching import NotVouched


class Kept(NamedTuple):
    """What goes on to the page of our own; or the kind of company whose page says why it failed on trying."""

    state: str = ""
    code: str = ""
    tried_in: str = ""


class _Waiting(NamedTuple):
    tried: SignOnTry
    facts: Facts
    ours: Ours
    kind: str


def take(slug: str, state: str, answer: str, where: Where) -> Kept:
    """Check an answer and keep what it says for the browser that asked. Raises NotVouched and TooMany."""
    throttle.take(throttle.SIGN_ONS, throttle.mark("sign-on-answer", rules.network_of(where.address)))
    waiting = _waiting(slug, state)
    tried, facts = waiting.tried, waiting.facts
    try:
        said = saml.read(facts.metadata, waiting.ours, answer, tried.nonce)
        code, vouched = new_secret(), saml.vouched(said, facts.role_claim, tuple(facts.mapping))
    except NotVouched as no:
        _change(tried, used_at=now())
        sign_on.refused(facts, no, tried.tried_by, where.address)
        if tried.tried_by:
            return Kept(tried_in=waiting.kind)
        raise
    _change(tried, answer=saml.sealed_up(vouched, code))
    return Kept(state, code)


def _waiting(slug: str, state: str) -> _Waiting:
    with before_sign_in(reads_only=True) as db:
        tried = db.get(SignOnTry, key_of(state))
        one = db.get(SignOn, tried.sign_on_id) if tried is not None else None
        company = db.get(Company, tried.company_id) if tried is not None else None
        if tried is None or one is None or company is None or one.protocol != "saml":
            raise NotVouched("stale")
        over = tried.used_at is not None or tried.ends_at <= now() or bool(tried.answer)
        if over or company.slug != slug or not state:
            raise NotVouched("stale")
        found = _Waiting(tried, sign_on.facts_of(one), sign_on.ours(company), company.kind)
        db.expunge(tried)
    return found


def _change(tried: SignOnTry, **values: object) -> None:
    """Give a way out its one answer. Raises NotVouched for one that has had it, by another post at once."""
    open_still = (col(SignOnTry.used_at).is_(None), col(SignOnTry.answer) == "")
    with before_sign_in() as db:
        given = db.execute(
            update(SignOnTry).where(col(SignOnTry.id) == tried.id, *open_still).values(**values)
        )
        if given.rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue]
            raise NotVouched("stale")
