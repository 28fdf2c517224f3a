"""The check code on a bill: who has the paper can see on the portal that the company wrote it."""

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from portal_app.services.billing.tables import Bill
from portal_app.settings import settings

_ALPHABET = "23456789ACDEFGHJKLMNPQRTUVWXYZ"
_LETTERS = 10


@lru_cache(maxsize=4)
def _key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    if not path.exists():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(fresh, path)  # two processes may start at once; the first link wins for both
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()


def code_of(*facts: object) -> str:
    """The ten-letter code over the facts of a bill, in two groups: "K7QM2-X9ARW" (HMAC-SHA-256, 49 bits)."""
    text = "\x1f".join(str(fact) for fact in facts)
    number = int.from_bytes(
        hmac.digest(_key(settings().data_dir / "bill-check.key"), text.encode(), hashlib.sha256)
    )
    letters = ""
    for _ in range(_LETTERS):
        number, rest = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[rest]
    return f"{letters[:5]}-{letters[5:]}"


def check_code(bill: Bill) -> str:
    """The code over a bill's figures and the bank details printed on it."""
    return code_of(
        bill.company_id,
        bill.number,
        bill.issued_on,
        bill.due_on,
        bill.currency,
        bill.total_cents,
        bill.reference,
        bill.issuer,
    )


def same_code(typed: object, code: str) -> bool:
    """Whether somebody typed that code, whatever the case and spaces."""
    text = typed.upper()[:40] if isinstance(typed, str) else ""
    plain = "".join(letter for letter in text if letter in _ALPHABET)
    return hmac.compare_digest(plain.encode(), code.replace("-", "").encode())
