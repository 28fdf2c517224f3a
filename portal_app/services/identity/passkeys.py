"""Passkeys in use: in place of a password, as a second step, as a fresh proof.

Whose key answers is looked up by the key alone, in any company. A passkey that its person unlocked (always
asked for) is both steps of a sign-in. Every wrong, used, late or foreign answer reads the same.
"""

from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from portal_app.core import trail
from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Company, Person
from portal_app.core.clock import now, today
from portal_app.services.identity import ceremonies, mailing, rules, steps, throttle, webauthn_door
from portal_app.services.identity.codes import WrongProof
from portal_app.services.identity.rules import WrongSignIn
from portal_app.services.identity.steps import Awaits, LetIn, Proof, Where
from portal_app.services.identity.tables import Passkey
from portal_app.services.identity.webauthn_door import BadAnswer, KnownKey, Named, Site, Used
from portal_app.settings import settings

WRONG = "That passkey does not let you in here. Try again, or use another way to sign in."
_SECONDS = int(ceremonies.LASTS.total_seconds())


class WrongPasskey(WrongProof):
    """A passkey's answer proves nothing; the sentence is the same whatever the reason."""

    def __init__(self) -> None:
        super().__init__(WRONG, "")


def ask(
    site: Site, purpose: str, value: str = "", person_id: str = "", address: str = ""
) -> tuple[str, dict]:
    """Put a question to a browser: the value for its cookie, and what its passkeys are given.

    Where it is known whose passkey is to answer, only theirs are named. Raises TooMany for a network that
    asks without end.
    """
    network = throttle.mark("passkey from", rules.network_of(address))
    throttle.take(throttle.PASSKEYS_ASKED, network)
    known = known_keys(person_id) if person_id else ()
    begun = ceremonies.begin(purpose, value, person_id)
    return begun.value, webauthn_door.options_to_ask(site, begun.challenge, known, _SECONDS)


def known_keys(person_id: str) -> tuple[KnownKey, ...]:
    """The passkeys of one person, as a browser is told of them."""
    with before_sign_in(reads_only=True) as db:
        theirs = unscoped(Passkey, col(Passkey.person_id) == person_id).order_by(col(Passkey.made_at))
        return tuple(KnownKey(key.credential_id, key.transports) for key in db.exec(theirs))


def sign_in(site: Site, value: str, answer: Any, where: Where) -> LetIn | Awaits:
    """Let in whoever's passkey answers, in whichever company they are; it is both steps at once.

    `value` is that of the browser's cookie. Raises WrongPasskey, the same for unknown, wrong and suspended,
    and TooMany.
    """
    by_network = throttle.mark("code from", rules.network_of(where.address))
    throttle.check(throttle.WRONG_CODES, by_network)
    person_id = _whose(answer)
    if not person_id:
        throttle.count(throttle.WRONG_CODES, by_network)
        raise WrongPasskey
    proof = by_passkey(site, ceremonies.SIGN_IN, value, answer)
    steps.proved(person_id, proof, where.address)
    try:
        return steps.go_on(person_id, "passkey", where, both=True)
    except WrongSignIn:
        raise WrongPasskey from None


def _whose(answer: Any) -> str:
    """Whose passkey answers, if the answer names that very person too; "" for nobody's."""
    try:
        said = webauthn_door.named(answer)
    except BadAnswer:
        return ""
    with before_sign_in(reads_only=True) as db:
        key = _key_of(db, said)
        return key.person_id if key is not None and key.person_id == said.person_id else ""


def _key_of(db: Session, said: Named) -> Passkey | None:
    return db.exec(unscoped(Passkey, col(Passkey.credential_id) == said.credential_id)).first()


def by_passkey(site: Site, purpose: str, value: str, answer: Any) -> Proof:
    """Prove by the answer of a passkey to the question of this purpose in this browser.

    The question is used up whatever comes of it.
    """

    def proof(person_id: str) -> str:
        try:
            return _proved(site, purpose, value, answer, person_id)
        except BadAnswer:
            raise WrongPasskey from None

    return proof


def _proved(site: Site, purpose: str, value: str, answer: Any, person_id: str) -> str:
    said = webauthn_door.named(answer)
    # Signing in, the question was put before anybody was known.
    asked_of = "" if purpose == ceremonies.SIGN_IN else person_id
    if not ceremonies.take(purpose, value, said.challenge, asked_of) or said.person_id not in ("", person_id):
        raise WrongPasskey
    with before_sign_in(reads_only=True) as db:
        key = _key_of(db, said)
    if key is None or key.person_id != person_id:
        raise WrongPasskey
    used = webauthn_door.used(site, said.challenge, key.public_key, answer)
    if not _counted(key, used):
        _tell_of_a_copy(key, used)
        raise WrongPasskey
    return "passkey"


def _counted(key: Passkey, used: Used) -> bool:
    """Whether a key counted on since it was last used here, as one that nobody copied does.

    Keys that live in several places do not count: theirs stays at nought (WebAuthn level 3, 6.1.1).
    """
    newer = col(Passkey.sign_count) < used.sign_count if used.sign_count else col(Passkey.sign_count) == 0
    with before_sign_in() as db:
        done = db.execute(
            update(Passkey)
            .where(col(Passkey.id) == key.id, newer)
            .values(sign_count=used.sign_count, backed_up=used.backed_up, used_at=now())
        )
        return done.rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]


def _tell_of_a_copy(key: Passkey, used: Used) -> None:
    """Write down that a key answered with a count it was past, and mail its owner, at most once a day."""
    with before_sign_in() as db:
        person, company = db.get_one(Person, key.person_id), db.get_one(Company, key.company_id)
        facts = {"passkey": key.id, "count": used.sign_count, "counted": key.sign_count}
        trail.append(db, company.id, person.id, [trail.Note("identity.passkey_copied", key.id, facts=facts)])
        mailing.send(
            db,
            company.id,
            person.email,
            "A passkey of yours may have been copied",
            [
                f"Hello {person.name},",
                f"Somebody used a copy of your passkey “{key.name}”, or the device it is on was set back to"
                " an older state. We did not let them in.",
            ],
            link=f"{settings().public_url.rstrip('/')}/account",
            button="See my passkeys",
            after=["If you do not know why, remove this passkey and add a new one."],
            key=f"passkey-copied:{key.id}:{today(company.zone)}",
        )
