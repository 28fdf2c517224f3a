"""The codes of a second step, pure: what an authenticator app shows, and recovery codes."""

import re
import secrets
import unicodedata
from urllib.parse import quote

from pyotp import random_base32
from pyotp.totp import TOTP

from portal_app.core.errors import Refusal

STEP_SECONDS = 30
DRIFT = 1
"""How many steps a phone's clock may be off, before and after."""
HOW_MANY = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 10
_APP_CODE = re.compile(r"[0-9]{6}")
_RECOVERY_CODE = re.compile(f"[{_LETTERS}]{{{_LENGTH}}}")

WRONG = "That code does not fit. Codes change every 30 seconds: type the one that is shown now."
OVER = "That took too long or was tried too often. Sign in again; what you wanted to do is kept."


class WrongProof(Refusal):
    """What was given proves nothing; the sentence is the same for wrong, used and foreign."""

    def __init__(self, sentence: str = WRONG, field: str = "code") -> None:
        super().__init__(sentence, field)


class StepOver(Refusal):
    """The first step of this sign-in counts no longer."""

    def __init__(self) -> None:
        super().__init__(OVER)


def bare(typed: object) -> str:
    """A code as it is compared: what people put between its parts left out, small letters."""
    if not isinstance(typed, str) or len(typed) > 60:
        return ""
    plain = unicodedata.normalize("NFKC", typed).lower()
    return "".join(letter for letter in plain if letter not in " -.\t\u2013\u2011")


def is_app_code(code: str) -> bool:
    """Whether a bare code can be one that an authenticator app shows."""
    return _APP_CODE.fullmatch(code) is not None


def is_recovery_code(code: str) -> bool:
    """Whether a bare code can be a recovery code."""
    return _RECOVERY_CODE.fullmatch(code) is not None


def new_secret() -> str:
    """A secret for an authenticator app: 160 random bits in base 32 (RFC 4226, section 4)."""
    return random_base32(32)


def counter_of(secret: str, code: str, epoch: int, after: int = 0) -> int | None:
    """The time step whose code this is (RFC 6238), one step early or late; None when it fits none.

    Steps up to `after` are used up: a code counts once.
    """
    here = epoch // STEP_SECONDS
    clockwork = TOTP(secret, interval=STEP_SECONDS)
    steps = [here, *(here + sign * off for off in range(1, DRIFT + 1) for sign in (-1, 1))]
    # Every step is compared, so that the time taken tells nothing.
    fitting = [step for step in steps if secrets.compare_digest(clockwork.generate_otp(max(step, 0)), code)]
    return next((step for step in fitting if step > after), None)


def address_for_app(secret: str, email: str, company: str) -> str:
    """What the QR code says to an authenticator app (the otpauth form that they all read)."""
    issuer = company.replace(":", " ")
    name = quote(f"{issuer}:{email}", safe="@:")
    return f"otpauth://totp/{name}?secret={secret}&issuer={quote(issuer)}"


def in_groups(secret: str) -> str:
    """A secret in groups of four, as somebody types it over."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    """Ten fresh recovery codes of two groups of five, without letters that look alike."""
    codes = ("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(HOW_MANY))
    return [f"{code[:5]}-{code[5:]}" for code in codes]
