"""The one file that speaks WebAuthn: what a browser is asked for, and whether its answer holds.

Everything in and out is plain: JSON as the browser's own interface takes it, base64url text for what is
stored. W3C Web Authentication Level 3, sections 7.1 and 7.2; attestation is not asked for, since which maker
built a key decides nothing here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

T = TypeVar("T")
_ALGORITHMS = [
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,
]
_TRANSPORTS = frozenset(each.value for each in AuthenticatorTransport)


class BadAnswer(ValueError):
    """What came back is no good answer to what was asked."""


@dataclass(frozen=True)
class Site:
    """Where passkeys are used: the host they are bound to, its exact origin, the name they are shown with."""

    host: str
    origin: str
    name: str = ""


@dataclass(frozen=True)
class KnownKey:
    """A key that is known already: its name in base64url, and how it can be reached ("usb,nfc")."""

    credential_id: str
    transports: str = ""


@dataclass(frozen=True)
class NewKey:
    """A key that was just made, as it is stored."""

    credential_id: str
    public_key: str
    sign_count: int
    transports: str
    backed_up: bool
    elsewhere: bool
    """Whether it is on another device than the one that asked for it."""


@dataclass(frozen=True)
class Used:
    """A key that was just used: how often it says it was, and whether it is kept in several places."""

    sign_count: int
    backed_up: bool


@dataclass(frozen=True)
class Named:
    """What an answer says of itself before anything of it is checked: challenge, key, person."""

    challenge: str
    credential_id: str
    person_id: str


def options_to_make(
    site: Site,
    challenge: str,
    *,
    person_id: str,
    email: str,
    name: str,
    known: Sequence[KnownKey],
    seconds: int,
) -> dict[str, Any]:
    """What a browser is given to make a passkey: kept by the device, used only by who unlocks it."""
    return options_to_json_dict(
        webauthn.generate_registration_options(
            rp_id=site.host,
            rp_name=site.name or site.host,
            user_id=person_id.encode(),
            user_name=email,
            user_display_name=name or email,
            challenge=base64url_to_bytes(challenge),
            timeout=seconds * 1000,
            attestation=AttestationConveyancePreference.NONE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_described(known),
            supported_pub_key_algs=_ALGORITHMS,
        )
    )


def options_to_ask(site: Site, challenge: str, known: Sequence[KnownKey], seconds: int) -> dict[str, Any]:
    """What a browser is given to use a passkey: one of the `known` ones, or any it has for this host."""
    return options_to_json_dict(
        webauthn.generate_authentication_options(
            rp_id=site.host,
            challenge=base64url_to_bytes(challenge),
            timeout=seconds * 1000,
            allow_credentials=_described(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def _described(known: Sequence[KnownKey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(key.credential_id),
            transports=[
                AuthenticatorTransport(word) for word in key.transports.split(",") if word in _TRANSPORTS
            ],
        )
        for key in known
    ]


def named(answer: object) -> Named:
    """What an answer says of itself: which challenge it answers, with whose key. Raises BadAnswer."""

    def read() -> Named:
        inside = answer["response"]  # pyright: ignore[reportIndexIssue]
        handle = inside.get("userHandle") or ""
        return Named(
            challenge_of(answer),
            bytes_to_base64url(base64url_to_bytes(answer["rawId"])),  # pyright: ignore[reportIndexIssue]
            base64url_to_bytes(handle).decode("ascii") if handle else "",
        )

    return _read(read)


def challenge_of(answer: object) -> str:
    """Which challenge an answer says it answers. Raises BadAnswer."""

    def read() -> str:
        inside = answer["response"]  # pyright: ignore[reportIndexIssue]
        told = webauthn.helpers.parse_client_data_json(base64url_to_bytes(inside["clientDataJSON"]))
        return bytes_to_base64url(told.challenge)

    return _read(read)


def made(site: Site, challenge: str, answer: Any) -> NewKey:
    """The passkey in an answer to `options_to_make`. Raises BadAnswer unless every part of it holds."""

    def check() -> NewKey:
        done = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
            supported_pub_key_algs=_ALGORITHMS,
        )
        said = answer["response"].get("transports") or []
        transports = [word for word in said if isinstance(word, str) and word in _TRANSPORTS]
        return NewKey(
            credential_id=bytes_to_base64url(done.credential_id),
            public_key=bytes_to_base64url(done.credential_public_key),
            sign_count=done.sign_count,
            transports=",".join(dict.fromkeys(transports)),
            backed_up=done.credential_backed_up,
            elsewhere=answer.get("authenticatorAttachment") == "cross-platform",
        )

    key = _read(check)
    if len(key.credential_id) > 1400 or len(key.public_key) > 2000:
        raise BadAnswer("too long to keep")
    return key


def used(site: Site, challenge: str, public_key: str, answer: Any) -> Used:
    """How a passkey was used in an answer to `options_to_ask`. Raises BadAnswer unless all of it holds.

    The count of uses is given, not judged: only a count that the key itself signed may speak against it.
    """

    def check() -> Used:
        done = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
        return Used(done.new_sign_count, done.credential_backed_up)

    return _read(check)


def _read(work: Callable[[], T]) -> T:
    try:
        return work()
    except Exception as trouble:  # noqa: BLE001 -- whatever hostile bytes make a parser do, they are no answer
        raise BadAnswer(type(trouble).__name__) from None
