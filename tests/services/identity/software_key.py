"""A device that keeps passkeys, in software: it makes ES256 keys and answers as a browser would hand it over.

Everything it says can be told otherwise, so that a test can lie in one place at a time.
"""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

ORIGIN = "http://localhost:3000"
PRESENT, VERIFIED, BACKED_UP, ATTESTED = 0x01, 0x04, 0x18, 0x40


def text(octets: bytes) -> str:
    """Base64url without its padding."""
    return urlsafe_b64encode(octets).decode().rstrip("=")


def octets(said: str) -> bytes:
    """And back."""
    return urlsafe_b64decode(said + "=" * (-len(said) % 4))


def _fresh() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class SoftwareKey:
    """One passkey on one device."""

    host: str = "localhost"
    counts: bool = True
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    secret: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    count: int = 0
    person_id: bytes = b""

    def _told(self, kind: str, challenge: str, origin: str, **more: Any) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, **more}).encode()

    def _said(self, flags: int, host: str, rest: bytes = b"") -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count) + rest

    def _cose(self) -> bytes:
        point = self.secret.public_key().public_numbers()
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})

    def _whole(self, response: dict[str, Any]) -> dict[str, Any]:
        name = text(self.credential_id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        }

    def make(
        self,
        asked: dict[str, Any],
        *,
        origin: str = ORIGIN,
        flags: int = PRESENT | VERIFIED | ATTESTED,
        challenge: str = "",
        host: str = "",
        kind: str = "webauthn.create",
    ) -> dict[str, Any]:
        """Answer the question to make a passkey."""
        self.person_id = octets(asked["user"]["id"])
        told = self._told(kind, challenge or asked["challenge"], origin, crossOrigin=False)
        of_key = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + self._cose()
        said = self._said(flags, host or asked["rp"]["id"], of_key)
        attested = encode_cbor({"fmt": "none", "attStmt": {}, "authData": said})
        response = {"clientDataJSON": text(told), "attestationObject": text(attested)}
        return self._whole({**response, "transports": ["internal", "hybrid"]})

    def use(
        self,
        asked: dict[str, Any],
        *,
        origin: str = ORIGIN,
        flags: int = PRESENT | VERIFIED,
        challenge: str = "",
        host: str = "",
        kind: str = "webauthn.get",
        as_person: bytes | None = None,
        signed_by: "SoftwareKey | None" = None,
    ) -> dict[str, Any]:
        """Answer the question to use it."""
        self.count += self.counts
        told = self._told(kind, challenge or asked["challenge"], origin)
        said = self._said(flags, host or asked["rpId"])
        signature = (signed_by or self).secret.sign(
            said + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256())
        )
        response = {
            "clientDataJSON": text(told),
            "authenticatorData": text(said),
            "signature": text(signature),
        }
        person = self.person_id if as_person is None else as_person
        return self._whole({**response, "userHandle": text(person)} if person else response)
