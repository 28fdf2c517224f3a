"""What another house says of itself in SAML metadata, and what we say of ourselves.

Metadata is read without any document type, entity or outside reference, and needs none of the SAML libraries.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import quoteattr

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from portal_app.core.clock import now
from portal_app.core.errors import Refusal
from portal_app.services.identity import oidc
from portal_app.services.identity.vouching import Away, has_text

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

_MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_MOST_KEYS = 10
_LEAST_BITS = 2048


class BadMetadata(Refusal):
    """Metadata that cannot be used; `field` is the word for why, and the sentence says what to mend."""

    def __init__(self, why: str) -> None:
        super().__init__(TROUBLES[why], why)


TROUBLES = {
    "metadata": "That is no SAML metadata of one identity provider. Paste the whole XML that it gives you.",
    "metadata_away": "Nothing to read stands there. It begins with https:// and anybody can reach it.",
    "metadata_old": "This metadata has run out. Ask your provider for newer.",
    "metadata_redirect": "It names no address to sign in at by HTTP-Redirect that begins with https://.",
    "metadata_signed": "Your provider wants requests to be signed, which we do not. Turn that off there.",
    "metadata_keys": "No certificate in it may sign today: RSA of 2048 bits or more, or an elliptic curve.",
    "metadata_taken": "Another provider here has that name already. Change or remove that one.",
}
"""What is wrong with metadata, by the word for why."""


@dataclass(frozen=True)
class Metadata:
    """What another house says of itself: its name, where people sign in, the certificates it signs with."""

    entity: str
    sign_in: str
    keys: tuple[str, ...]
    """Certificates as base64 of DER, several while it changes from one to the next."""
    address: str = ""
    """Where it was read; "" for one that was pasted."""


@dataclass(frozen=True)
class Ours:
    """What another house must be told of us: our name, where our metadata stands too, and our door."""

    entity: str
    door: str


def fetched(address: str) -> Metadata:
    """The metadata that stands at an address. Raises BadMetadata."""
    if not oidc.is_address(address):
        raise BadMetadata("metadata_away")
    try:
        found = oidc.page_at(address)
    except Away:
        raise BadMetadata("metadata_away") from None
    return read(found, address)


def read(said: bytes, address: str = "") -> Metadata:
    """What metadata says. Raises BadMetadata."""
    try:
        root = ElementTree.fromstring(said, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BadMetadata("metadata") from None
    house, entity = _one_house(root)
    if _is_over(root) or _is_over(entity) or _is_over(house):
        raise BadMetadata("metadata_old")
    if house.get("WantAuthnRequestsSigned") in ("true", "1"):
        raise BadMetadata("metadata_signed")
    name = entity.get("entityID", "")
    if not has_text(name, 500):
        raise BadMetadata("metadata")
    return Metadata(name, _sign_in(house), _keys(house), address)


def _one_house(root: Element) -> tuple[Element, Element]:
    entities = [root] if root.tag == f"{_MD}EntityDescriptor" else root.findall(f"{_MD}EntityDescriptor")
    found = [(house, entity) for entity in entities for house in entity.findall(f"{_MD}IDPSSODescriptor")]
    if len(found) != 1 or PROTOCOL not in found[0][0].get("protocolSupportEnumeration", "").split():
        raise BadMetadata("metadata")
    return found[0]


def _is_over(part: Element) -> bool:
    until = part.get("validUntil")
    if until is None:
        return False
    ends = moment(until)
    return ends is None or ends <= now()


def moment(said: str) -> datetime | None:
    """A time as SAML writes it (UTC, with a Z); None for anything else."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", said):
        return None
    try:
        return datetime.strptime(said[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _sign_in(house: Element) -> str:
    for service in house.findall(f"{_MD}SingleSignOnService"):
        address = service.get("Location", "")
        if service.get("Binding") == REDIRECT and oidc.is_address(address):
            return address
    raise BadMetadata("metadata_redirect")


def _keys(house: Element) -> tuple[str, ...]:
    said = (
        one.text or ""
        for key in house.findall(f"{_MD}KeyDescriptor")
        if key.get("use", "signing") == "signing"
        for one in key.iter(f"{_DS}X509Certificate")
    )
    found = tuple(dict.fromkeys(key for key in map(_good_key, said) if key))[:_MOST_KEYS]
    if not in_use(found):
        raise BadMetadata("metadata_keys")
    return found


def _good_key(said: str) -> str:
    """A certificate as it is kept; "" for one that is none, or too weak."""
    try:
        one = x509.load_der_x509_certificate(base64.b64decode("".join(said.split()), validate=True))
        key = one.public_key()
    except (ValueError, binascii.Error, TypeError):
        return ""
    strong = isinstance(key, ec.EllipticCurvePublicKey) or (
        isinstance(key, rsa.RSAPublicKey) and key.key_size >= _LEAST_BITS
    )
    return base64.b64encode(one.public_bytes(Encoding.DER)).decode() if strong else ""


def _certificate(key: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(base64.b64decode(key))


def ends_at(key: str) -> datetime:
    """When a certificate runs out."""
    return _certificate(key).not_valid_after_utc


def in_use(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The certificates that have not run out; one of tomorrow is kept for tomorrow."""
    return tuple(key for key in keys if ends_at(key) > now())


def write(one: Metadata) -> str:
    """Metadata as it is stored, apart from its name, which is the issuer."""
    return json.dumps({"sign_in": one.sign_in, "keys": list(one.keys), "address": one.address})


def kept(entity: str, stored: str) -> Metadata | None:
    """Metadata as it was stored; None where there is none yet."""
    if not stored:
        return None
    said: dict[str, Any] = json.loads(stored)
    return Metadata(entity, said["sign_in"], tuple(said["keys"]), said["address"])


def of_ours(ours: Ours) -> str:
    """Our own metadata, for a house to read: where answers go, and that they must be signed."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
        f"entityID={quoteattr(ours.entity)}>"
        f'<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" '
        f'protocolSupportEnumeration="{PROTOCOL}">'
        "<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>"
        "<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>"
        f'<md:AssertionConsumerService Binding="{POST}" Location={quoteattr(ours.door)} index="0" '
        'isDefault="true"/>'
        "</md:SPSSODescriptor></md:EntityDescriptor>\n"
    )
