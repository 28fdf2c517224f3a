"""A person's own passkeys: made, listed, renamed, removed."""

import unicodedata
from typing import Any, NamedTuple

from sqlmodel import col

from portal_app.core.access import Access, Visitor, reads, while_enrolling
from portal_app.core.accounts import Company
from portal_app.core.clock import now
from portal_app.core.errors import NotYours, OnlyLooking, Refusal
from portal_app.core.ids import new_id
from portal_app.services.identity import ceremonies, factors, passkeys, rules, throttle, webauthn_door
from portal_app.services.identity.passkeys import WrongPasskey
from portal_app.services.identity.proofs import Ways, ways_of
from portal_app.services.identity.tables import Passkey, SignIn
from portal_app.services.identity.webauthn_door import BadAnswer, NewKey, Site
from portal_app.shapes.forms import Effect
from portal_app.shapes.passkeys import PasskeyRemoval, PasskeyRow

MOST = 20
JUST_JOINED = ceremonies.LASTS * 3
KNOWN = "This passkey is known here already. Choose another device to keep a new one on."


class Added(NamedTuple):
    """A passkey was added: the new value for the session cookie, and how many recovery codes there are."""

    value: str
    codes_left: int


@while_enrolling
def check_room(access: Access) -> str:
    """Whether this person may add a passkey now; gives the company's name, which their device will show.

    Raises ProveAgain without a fresh proof, unless they joined by invitation within the last 15 minutes and
    have none yet; Refusal beyond twenty.
    """
    if not _just_joined(access):
        access.require_fresh()
    if _how_many(access) >= MOST:
        raise Refusal(f"You have {MOST} passkeys already. Remove one you no longer use first.")
    company = access.db.get_one(Company, access.visitor.company_id)
    return company.short_name or company.name


def _how_many(access: Access) -> int:
    return len(access.all(Passkey, limit=MOST))


def _just_joined(access: Access) -> bool:
    signed = access.first(SignIn, col(SignIn.id) == access.visitor.session_key, col(SignIn.how) == "invite")
    # A session ends twelve hours after it was opened, however often its cookie was renewed.
    fresh = signed is not None and now() - (signed.ends_at - rules.ABSOLUTE) <= JUST_JOINED
    return fresh and not factors.how_many(access)


def ask(site: Site, visitor: Visitor, value: str = "") -> tuple[str, dict]:
    """Ask a browser to make a passkey for somebody: the value for its cookie, and what the device is given.

    Only for whoever passed `check_room` just now. Raises TooMany.
    """
    throttle.take(throttle.PASSKEYS_ASKED, throttle.mark("passkey of", visitor.person_id))
    begun = ceremonies.begin(ceremonies.ADD, value, visitor.person_id)
    return begun.value, webauthn_door.options_to_make(
        site,
        begun.challenge,
        person_id=visitor.person_id,
        email=visitor.email,
        name=visitor.name,
        known=passkeys.known_keys(visitor.person_id),
        seconds=int(ceremonies.LASTS.total_seconds()),
    )


def take(site: Site, visitor: Visitor, value: str, answer: Any) -> NewKey:
    """Check the answer of a device that made a passkey; the question is used up. Raises WrongPasskey."""
    if visitor.viewed_by:
        raise OnlyLooking
    try:
        said = webauthn_door.challenge_of(answer)
        if not ceremonies.take(ceremonies.ADD, value, said, visitor.person_id):
            raise WrongPasskey
        return webauthn_door.made(site, said, answer)
    except BadAnswer:
        raise WrongPasskey from None


@while_enrolling
def add(access: Access, key: NewKey, device: str) -> Added:
    """Keep a passkey whose making was checked; from now on it counts as a second step as well.

    The proof it took stands in the question it answers. Raises Refusal beyond twenty, and for a key that is
    known already, whoever's it is.
    """
    factors.hold(access)
    if _how_many(access) >= MOST:
        raise Refusal(f"You have {MOST} passkeys already. Remove one you no longer use first.")
    name = _name_for(access, key, device)
    row = {
        "id": new_id(),
        "credential_id": key.credential_id,
        "public_key": key.public_key,
        "sign_count": key.sign_count,
        "transports": key.transports[:120],
        "backed_up": key.backed_up,
        "name": name,
    }
    if not access.add_many(Passkey, [row], skip_known=True):
        raise Refusal(KNOWN)
    access.note("identity.passkey_added", access.visitor.person_id, passkey=row["id"])
    value = factors.added(access, f"The passkey “{name}” was added to your sign-in.")
    return Added(value, factors.codes_left(access))


def _name_for(access: Access, key: NewKey, device: str) -> str:
    """What a new passkey is called: by the device, with a number where that is taken."""
    where = device[:60] or "a device"
    name = f"Another device, by {where}" if key.elsewhere else where[:1].upper() + where[1:]
    taken = {row.name for row in access.all(Passkey)}
    return next(one for one in (name, *(f"{name} {n}" for n in range(2, MOST + 2))) if one not in taken)


@reads
@while_enrolling
def rows(access: Access) -> list[PasskeyRow]:
    """The passkeys of this person, oldest first."""
    mine = access.all(Passkey, order=(col(Passkey.made_at), col(Passkey.id)))
    return [PasskeyRow(key.id, key.name, factors.row_words(access, key.made_at, key.used_at)) for key in mine]


def rename(access: Access, passkey_id: str, typed: str) -> None:
    """Call a passkey something else. Raises Refusal for a name that cannot be, NotYours for a foreign key."""
    key = access.get(Passkey, passkey_id)
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if not 0 < len(name) <= 60 or not name.isprintable():
        raise Refusal("Give it a name of 1 to 60 letters, such as “My phone”.", "passkey-name")
    if access.first(Passkey, col(Passkey.name) == name, col(Passkey.id) != key.id) is not None:
        raise Refusal("Another passkey of yours has that name. Choose a different one.", "passkey-name")
    access.note("identity.passkey_renamed", access.visitor.person_id, passkey=key.id)
    access.change(key, name=name)


def removal(access: Access, passkey_id: str) -> PasskeyRemoval:
    """What removing a passkey would mean: what it no longer does, and what remains to sign in with.

    Raises ProveAgain without a fresh proof, Refusal for the only second step where one is required.
    """
    key = access.get(Passkey, passkey_id)
    factors.check_may_go(access)
    ways = ways_of(access.db, access.visitor.person_id)
    effects = [
        Effect("key", f"{key.name} no longer signs you in. Delete the passkey on the device as well."),
        Effect("person", _what_remains(_how_many(access) - 1, ways)),
    ]
    if ways.recovery_left and factors.how_many(access) == 1:
        effects.append(Effect("list", "Your recovery codes go with it, since it is your only second step."))
    return PasskeyRemoval(key.id, key.name, (*effects, Effect("mail", "We tell you by mail.")))


def _what_remains(others: int, ways: Ways) -> str:
    left = ["another passkey" if others == 1 else f"{others} other passkeys"] if others else []
    if ways.password and (ways.app or not others):
        left.append("your password" + (" and a code of your app" if ways.app else " alone"))
    if not left:
        return "It is your last way in: after that only a link sent to your e-mail signs you in."
    return f"You can still sign in with {' or '.join(left)}."


def remove(access: Access, passkey_id: str) -> str:
    """Let a passkey count no longer; says its name. Raises what `removal` raises."""
    key = access.get(Passkey, passkey_id)
    factors.hold(access)
    factors.check_may_go(access)
    key_id, name = key.id, key.name
    if not access.remove(Passkey, col(Passkey.id) == key.id):
        raise NotYours
    access.note("identity.passkey_removed", access.visitor.person_id, passkey=key_id)
    factors.removed(access, f"The passkey “{name}” no longer signs you in.")
    return name
