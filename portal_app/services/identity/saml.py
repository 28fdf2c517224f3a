"""The door to other houses that vouch for people by SAML 2.0: the way out, and whom an answer is about.

An optional extra: what reads a signed answer (`saml_answers`) needs the libraries of requirements-saml.txt
and is loaded only where somebody asks for it. Nothing here knows our rows or speaks over the network.
"""

import base64
import hmac
import json
import zlib
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape, quoteattr

import structlog

from portal_app.core.clock import now
from portal_app.core.ids import new_secret
from portal_app.services.identity import saml_metadata
from portal_app.services.identity.oidc import Leaving
from portal_app.services.identity.rules import key_of
from portal_app.services.identity.saml_metadata import Metadata, Ours
from portal_app.services.identity.vouching import Away, NotVouched, Vouched

EMAILS = (
    "email",
    "mail",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "urn:oid:0.9.2342.19200300.100.1.3",
)
NAMES = (
    "displayName",
    "http://schemas.microsoft.com/identity/claims/displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",
)
_GIVEN = (
    "givenName",
    "firstName",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    "urn:oid:2.5.4.42",
)
_FAMILY = (
    "sn",
    "lastName",
    "surname",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    "urn:oid:2.5.4.4",
)
_AS_EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_LEFT_OUT = "groups.link"
_MISSING = "SAML is not installed here."

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Said:
    """What a checked answer says: what that house calls somebody, and the attributes it tells of them."""

    subject: str
    form: str = ""
    """The format of that name, as an address of its own."""
    attributes: dict[str, list[str]] = field(default_factory=dict, repr=False)


@cache
def installed() -> bool:
    """Whether the libraries of requirements-saml.txt are here and fit one another."""
    try:
        import_module("portal_app.services.identity.saml_answers")
    except ImportError:
        return False
    except Exception as trouble:  # noqa: BLE001 -- wheels that do not fit one another raise errors of their own
        _log.warning("saml.does_not_fit", why=type(trouble).__name__)
        return False
    return True


def leave(house: Metadata | None, ours: Ours) -> Leaving:
    """The way out to another house; the `nonce` of it is the name of our request. Raises NotVouched."""
    if not installed():
        raise Away(_MISSING)
    if house is None:
        raise NotVouched("none", "Its metadata is not kept yet.")
    state, name = new_secret(), f"_{new_secret()}"
    asked = (
        f'<samlp:AuthnRequest xmlns:samlp="{saml_metadata.PROTOCOL}" '
        f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{name}" Version="2.0" '
        f'IssueInstant="{now():%Y-%m-%dT%H:%M:%SZ}" Destination={quoteattr(house.sign_in)} '
        f'ProtocolBinding="{saml_metadata.POST}" AssertionConsumerServiceURL={quoteattr(ours.door)}>'
        f"<saml:Issuer>{escape(ours.entity)}</saml:Issuer>"
        '<samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>'
    )
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = base64.b64encode(packer.compress(asked.encode()) + packer.flush()).decode()
    sent = urlencode({"SAMLRequest": packed, "RelayState": state})
    return Leaving(f"{house.sign_in}{'&' if '?' in house.sign_in else '?'}{sent}", state, name)


def read(house: Metadata | None, ours: Ours, posted: str, request: str) -> Said:
    """What an answer to our request says, once all of it holds. Raises NotVouched."""
    if not installed() or house is None:
        raise Away(_MISSING)
    answers: Any = import_module("portal_app.services.identity.saml_answers")
    return answers.read(house, ours, posted, request)


def vouched(said: Said, role_claim: str, wanted: tuple[str, ...]) -> Vouched:
    """Whom an answer is about, in the words of the rules for people; of groups only the `wanted` are kept.

    SAML has no word for a confirmed address: a house is believed about addresses of the domains that it was
    proved to run (`vouching.email_of`), and about no other.
    """
    email = _first(said, EMAILS) or (said.subject if said.form == _AS_EMAIL else "")
    parts = " ".join(part for part in (_first(said, _GIVEN), _first(said, _FAMILY)) if part)
    groups = [one for one in said.attributes.get(role_claim, []) if one in wanted]
    claims = {"email_verified": bool(email), "name": _first(said, NAMES) or parts, "email": email}
    # Entra says by this that it left the groups out, since there are too many (`vouching.role_now`).
    left_out = {name: True for name in said.attributes if name.endswith(_LEFT_OUT)}
    return Vouched(said.subject, {role_claim: groups, **left_out, **claims})


def _first(said: Said, names: tuple[str, ...]) -> str:
    """The one value of the first of these attributes that has just one."""
    return next((said.attributes[name][0] for name in names if len(said.attributes.get(name, [])) == 1), "")


def sealed_up(one: Vouched, code: str) -> str:
    """What was checked, as it waits for the browser that asked, under a code that is good once."""
    return json.dumps({"code": key_of(code), "subject": one.subject, "claims": one.claims})


def taken_out(waiting: str, code: str) -> Vouched:
    """What was checked, for who brings the code. Raises NotVouched."""
    said: dict[str, Any] = json.loads(waiting) if waiting else {"code": ""}
    if not code or not hmac.compare_digest(said["code"], key_of(code)):
        raise NotVouched("stale")
    return Vouched(said["subject"], said["claims"])
