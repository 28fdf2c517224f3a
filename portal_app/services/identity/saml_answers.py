"""Whether a SAML answer holds, and what it says: in three passes, each over the very same bytes.

First the shape: what an honest answer never has (a document type, comments, a second assertion, a signature
of anything but the whole assertion, SHA-1, encryption) is refused before anything is believed. Then
python3-saml in its strict mode: schema, status, times, signature by a certificate of that house. Last what
that library leaves open where an answer says nothing of it: destination, request, audience, recipient and
times must be there and be exactly ours. One assertion comes in once, since it must name a request that takes
one answer.

Needs the libraries of requirements-saml.txt; `saml` loads it where they are.
"""

import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] -- it is made of C and has no types
from onelogin.saml2 import response as saml2
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from portal_app.core.clock import epoch, now
from portal_app.services.identity import saml_metadata
from portal_app.services.identity.saml import Said
from portal_app.services.identity.saml_metadata import Metadata, Ours
from portal_app.services.identity.vouching import NotVouched, has_text

MOST = 180 * 1024
"""How long an answer may be, as base64."""

_A = "{urn:oasis:names:tc:SAML:2.0:assertion}"
_P = f"{{{saml_metadata.PROTOCOL}}}"
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
_BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_ENTITY = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
_TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_SIGNED_BY = {f"{_MORE}{kind}-sha{size}" for kind in ("rsa", "ecdsa") for size in (256, 384, 512)}
_DIGESTS = {
    "http://www.w3.org/2001/04/xmlenc#sha256",
    f"{_MORE}sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
}
_ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
_CANONICAL = {
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
}
_CONDITIONS = {f"{_A}AudienceRestriction", f"{_A}OneTimeUse", f"{_A}ProxyRestriction"}
_NAMES = {"ID", "{http://www.w3.org/XML/1998/namespace}id"}
"""What gives a part a name by which a signature finds it."""
_SKEW = timedelta(seconds=60)
_HEAD = re.compile(
    r"<\?xml version=['\"]1\.0['\"]( encoding=['\"](?i:utf-8)['\"])?( standalone=['\"]\w+['\"])? ?\?>"
)


class _ByOurClock(saml2.OneLogin_Saml2_Utils):
    """What the library asks for the time."""

    now = staticmethod(epoch)


saml2.OneLogin_Saml2_Utils = _ByOurClock


def _wrong(why: str) -> NotVouched:
    return NotVouched("wrong", f"The answer does not hold: {why}.")


def read(house: Metadata, ours: Ours, posted: str, request: str) -> Said:
    """What an answer says to the request of that name. Raises NotVouched for one that does not hold."""
    root = _parsed(_decoded(posted))
    _check_status(root)
    assertion = _only_assertion(root)
    _check_signatures(root, assertion)
    _check_by_library(house, ours, posted, request)
    _check_answer(root, house, ours, request)
    _check_assertion(assertion, house, ours)
    subject = _one(assertion, "Subject")
    _check_confirmed(subject, ours, request)
    name = _name_in(subject, ours)
    return Said(name.text, name.get("Format", ""), _attributes_in(assertion))


def _decoded(posted: str) -> str:
    if len(posted) > MOST:
        raise _wrong("it is too long")
    try:
        text = base64.b64decode("".join(posted.split()), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        raise _wrong("it cannot be read") from None
    head = _HEAD.match(text)
    body = text[head.end() :] if head else text
    # A document type, an entity, a comment, a CDATA section or an instruction all begin with one of these.
    if "<!" in body or "<?" in body:
        raise _wrong("it holds more than elements and text")
    return body


def _parsed(body: str) -> Any:
    careful: Any = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body.encode(), careful)
    except (etree.XMLSyntaxError, ValueError):
        raise _wrong("it is no XML") from None
    if root.tag != f"{_P}Response":
        raise _wrong("it is no answer")
    return root


def _check_status(root: Any) -> None:
    """Tell a house that let somebody not in from an answer that is wrong."""
    codes = [one.get("Value", "") for one in root.findall(f"{_P}Status/{_P}StatusCode")]
    if len(codes) != 1:
        raise _wrong("it has no status")
    if codes[0] != _SUCCESS:
        within = [one.get("Value", "") for one in root.iterfind(f"{_P}Status/{_P}StatusCode/{_P}StatusCode")]
        said = (within or codes)[0].rpartition(":")[2]
        plain = "".join(sign for sign in said[:60] if sign.isalnum())
        raise NotVouched("refused", f"The provider let nobody in: {plain or 'it did not say why'}.")


def _only_assertion(root: Any) -> Any:
    if list(root.iter(*(f"{_A}Encrypted{what}" for what in ("Assertion", "ID", "Attribute")))):
        raise _wrong("it is encrypted; turn encryption off at the provider, the way here is by TLS")
    found = list(root.iter(f"{_A}Assertion"))
    if len(found) != 1 or found[0].getparent() is not root:
        raise _wrong("it holds not just one assertion")
    names = [value for part in root.iter() for key, value in part.attrib.items() if key in _NAMES]
    if len(set(names)) != len(names):
        raise _wrong("two parts of it have one name")
    return found[0]


def _check_signatures(root: Any, assertion: Any) -> None:
    """Whoever signed the answer must have signed the whole assertion, by itself."""
    found = list(root.iter(f"{_DS}Signature"))
    holders = [one.getparent() for one in found]
    if not any(one is assertion for one in holders):
        raise _wrong("its assertion is not signed")
    if len(found) > 2 or any(one is not assertion and one is not root for one in holders):
        raise _wrong("something else in it is signed")
    for one, holder in zip(found, holders, strict=True):
        _check_signature(one, holder)


def _check_signature(signature: Any, holder: Any) -> None:
    (info, references) = (signature.findall(f"{_DS}SignedInfo"), list(signature.iter(f"{_DS}Reference")))
    if len(info) != 1 or len(references) != 1 or references[0].getparent() is not info[0]:
        raise _wrong("its signature is of more than one thing")
    (reference,) = references
    if not holder.get("ID") or reference.get("URI") != f"#{holder.get('ID')}":
        raise _wrong("its signature is of something else")
    if list(signature.iter(f"{_DS}Object", f"{_DS}Manifest")):
        raise _wrong("its signature holds something")
    ways = [
        (_algorithms(info[0], "CanonicalizationMethod"), _CANONICAL),
        (_algorithms(info[0], "SignatureMethod"), _SIGNED_BY),
        (_algorithms(reference, "DigestMethod"), _DIGESTS),
    ]
    if any(len(said) != 1 or said[0] not in good for said, good in ways):
        raise _wrong("it is signed in a way that is too weak or unknown here; choose SHA-256 there")
    if not set(_algorithms(reference, "Transforms/{0}Transform")) <= {_ENVELOPED, *_CANONICAL}:
        raise _wrong("its signature changes what it signs")


def _algorithms(part: Any, path: str) -> list[str]:
    return [one.get("Algorithm", "") for one in part.findall(f"{_DS}{path.format(_DS)}")]


def _check_by_library(house: Metadata, ours: Ours, posted: str, request: str) -> None:
    at = urlsplit(ours.door)
    told = {
        "strict": True,
        "sp": {
            "entityId": ours.entity,
            "assertionConsumerService": {"url": ours.door, "binding": saml_metadata.POST},
        },
        "idp": {
            "entityId": house.entity,
            "singleSignOnService": {"url": house.sign_in, "binding": saml_metadata.REDIRECT},
            "x509certMulti": {"signing": list(saml_metadata.in_use(house.keys))},
        },
        "security": {
            "wantAssertionsSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "rejectUnsolicitedResponsesWithInResponseTo": True,
            "wantAttributeStatement": False,
            "allowRepeatAttributeName": True,
            "requestedAuthnContext": False,
            "allowSingleLabelDomains": True,
        },
    }
    here = {"https": "on" if at.scheme == "https" else "off", "http_host": at.netloc, "script_name": at.path}
    try:
        answer = saml2.OneLogin_Saml2_Response(OneLogin_Saml2_Settings(told), "".join(posted.split()))
        answer.is_valid(here, request_id=request, raise_exceptions=True)
    except Exception as no:  # noqa: BLE001 -- whatever trouble the library has with an answer, it does not hold
        said = "".join(sign for sign in str(no)[:160] if sign.isascii() and sign.isprintable())
        raise _wrong(said.rstrip(".") or type(no).__name__) from None


def _check_answer(root: Any, house: Metadata, ours: Ours, request: str) -> None:
    if root.get("Destination") != ours.door:
        raise _wrong("it was meant for another address")
    if root.get("InResponseTo") != request:
        raise _wrong("it answers another request")
    issuers = root.findall(f"{_A}Issuer")
    if issuers and [one.text for one in issuers] != [house.entity]:
        raise _wrong("another provider answers")


def _one(part: Any, name: str) -> Any:
    found = part.findall(f"{_A}{name}")
    if len(found) != 1:
        raise _wrong(f"it has not just one {name}")
    return found[0]


def _check_assertion(assertion: Any, house: Metadata, ours: Ours) -> None:
    issuer, conditions = _one(assertion, "Issuer"), _one(assertion, "Conditions")
    if issuer.text != house.entity or issuer.get("Format", _ENTITY) != _ENTITY:
        raise _wrong("another provider answers")
    if not {one.tag for one in conditions} <= _CONDITIONS:
        raise _wrong("it has conditions that we do not know")
    _check_times(conditions, "NotBefore", "NotOnOrAfter")
    if _at(assertion, "IssueInstant") > now() + _SKEW:
        raise _wrong("it is of a time to come")
    limits = conditions.findall(f"{_A}AudienceRestriction")
    if not limits or any(ours.entity not in _texts(one, "Audience") for one in limits):
        raise _wrong("it was made for somebody else")
    for one in assertion.findall(f"{_A}AuthnStatement[@SessionNotOnOrAfter]"):
        _check_times(one, "", "SessionNotOnOrAfter")


def _texts(part: Any, name: str) -> list[str]:
    return [(one.text or "").strip() for one in part.findall(f"{_A}{name}")]


def _at(part: Any, name: str) -> datetime:
    found = saml_metadata.moment(part.get(name, ""))
    if found is None:
        raise _wrong(f"it has no {name}")
    return found


def _check_times(part: Any, since: str, until: str) -> None:
    """By our own clock, which may differ by a minute from theirs."""
    if since and part.get(since) is not None and _at(part, since) > now() + _SKEW:
        raise _wrong("it does not hold yet")
    if _at(part, until) <= now() - _SKEW:
        raise _wrong("it holds no more")


def _check_confirmed(subject: Any, ours: Ours, request: str) -> None:
    """At least one confirmation must be for our door, this request and this moment."""
    trouble = _wrong("it was not sent to our address")
    for one in subject.findall(f"{_A}SubjectConfirmation"):
        said = one.find(f"{_A}SubjectConfirmationData")
        if one.get("Method") != _BEARER or said is None:
            continue
        if said.get("Recipient") != ours.door or said.get("InResponseTo") != request:
            continue
        try:
            _check_times(said, "NotBefore", "NotOnOrAfter")
        except NotVouched as no:
            trouble = no
            continue
        return
    raise trouble


def _name_in(subject: Any, ours: Ours) -> Any:
    name = _one(subject, "NameID")
    if not has_text(name.text, 255) or len(name) or name.text != name.text.strip():
        raise _wrong("it names nobody")
    if name.get("Format") == _TRANSIENT:
        raise _wrong("it calls people by another name each time; choose a persistent name or the address")
    if name.get("SPNameQualifier", ours.entity) != ours.entity:
        raise _wrong("it names somebody as another site knows them")
    return name


def _attributes_in(assertion: Any) -> dict[str, list[str]]:
    """The values of each attribute, by its name and, where nothing else has that name, its friendly name."""
    said: dict[str, list[str]] = {}
    friendly: dict[str, list[str]] = {}
    for one in assertion.findall(f"{_A}AttributeStatement/{_A}Attribute"):
        values = [text for text in _texts(one, "AttributeValue") if text][:500]
        said.setdefault(one.get("Name", ""), []).extend(values)
        friendly.setdefault(one.get("FriendlyName", ""), []).extend(values)
    return {**friendly, **said}
