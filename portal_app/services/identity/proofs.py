"""What somebody can prove a second step with, and the proofs by code and by password."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import Session, col, func

from portal_app.core.access import before_sign_in, unscoped
from portal_app.core.accounts import Person
from portal_app.core.clock import epoch, now
from portal_app.services.identity import codes, passwords
from portal_app.services.identity.codes import WrongProof
from portal_app.services.identity.tables import Authenticator, Passkey, RecoveryCode

WRONG_PASSWORD = "That is not your password. Capital and small letters count."  # noqa: S105 -- a sentence


@dataclass(frozen=True)
class Ways:
    """The second steps of one person."""

    app: bool = False
    passkey: bool = False
    recovery_left: int = 0
    password: bool = False

    @property
    def any(self) -> bool:
        """Whether there is a second step at all; recovery codes alone are none."""
        return self.app or self.passkey

    @property
    def takes_code(self) -> bool:
        """Whether a code can be typed for the second step: of the app, or one kept for when it is lost."""
        return self.app or (self.passkey and self.recovery_left > 0)


def ways_of(db: Session, person_id: str) -> Ways:
    """What one person can prove themselves with."""
    person = db.get(Person, person_id)

    def has(table: type, *where: object) -> int:
        mine = unscoped(table, col(table.person_id) == person_id, *where)  # pyright: ignore[reportAttributeAccessIssue]
        return db.exec(mine.with_only_columns(func.count())).one()

    return Ways(
        app=has(Authenticator, col(Authenticator.confirmed_at).is_not(None)) > 0,
        passkey=has(Passkey) > 0,
        recovery_left=has(RecoveryCode, col(RecoveryCode.used_at).is_(None)),
        password=bool(person is not None and person.password_hash),
    )


def has_second_step(db: Session, person_id: str) -> bool:
    """Whether one person has a second step, and nothing else of what they have."""
    confirmed = unscoped(
        Authenticator,
        col(Authenticator.person_id) == person_id,
        col(Authenticator.confirmed_at).is_not(None),
    )
    keys = unscoped(Passkey, col(Passkey.person_id) == person_id)
    return any(db.exec(rows.limit(1)).first() is not None for rows in (confirmed, keys))


def ways_for(person_id: str) -> Ways:
    """What one person can prove themselves with, asked beside a use case."""
    with before_sign_in(reads_only=True) as db:
        return ways_of(db, person_id)


def by_password(typed: object, field: str = "password") -> Callable[[str], str]:
    """Prove by the person's password; `field` is the form's field that it was typed in."""

    def proof(person_id: str) -> str:
        with before_sign_in(reads_only=True) as db:
            person = db.get(Person, person_id)
        with passwords.turn():
            kept = person.password_hash if person is not None else ""
            if not passwords.fits(kept, typed if isinstance(typed, str) else ""):
                raise WrongProof(WRONG_PASSWORD, field)
        return "password"

    return proof


def by_code(typed: object) -> Callable[[str], str]:
    """Prove by the code that an authenticator app shows, or by a recovery code; either counts once."""

    def proof(person_id: str) -> str:
        code = codes.bare(typed)
        if codes.is_app_code(code):
            return _by_app(person_id, code)
        if codes.is_recovery_code(code):
            return _by_recovery(person_id, code)
        raise WrongProof

    return proof


def _by_app(person_id: str, code: str) -> str:
    with before_sign_in() as db:
        mine = unscoped(
            Authenticator,
            col(Authenticator.person_id) == person_id,
            col(Authenticator.confirmed_at).is_not(None),
        )
        if not any(use_up(db, app, code) for app in db.exec(mine)):
            raise WrongProof
    return "code"


def use_up(db: Session, app: Authenticator, code: str) -> bool:
    """Whether a code is one this app shows and nobody used before; it is used up by asking."""
    counter = codes.counter_of(app.secret, code, epoch(), app.last_counter)
    if counter is None:
        return False
    newer = (col(Authenticator.id) == app.id, col(Authenticator.last_counter) < counter)
    done = db.execute(update(Authenticator).where(*newer).values(last_counter=counter, used_at=now()))
    return done.rowcount == 1  # pyright: ignore[reportAttributeAccessIssue]


def _by_recovery(person_id: str, code: str) -> str:
    kept = recovery_hash(person_id, code)
    with before_sign_in() as db:
        unused = (
            col(RecoveryCode.person_id) == person_id,
            col(RecoveryCode.code_hash) == kept,
            col(RecoveryCode.used_at).is_(None),
        )
        done = db.execute(update(RecoveryCode).where(*unused).values(used_at=now()))
        if done.rowcount != 1:  # pyright: ignore[reportAttributeAccessIssue]
            raise WrongProof
    return "recovery"


def recovery_hash(person_id: str, code: str) -> str:
    """How a recovery code is kept: argon2id, its salt the person's own (ASVS 5.0, 6.5.2)."""
    with passwords.turn():
        return passwords.derived(codes.bare(code), f"recovery:{person_id}")
