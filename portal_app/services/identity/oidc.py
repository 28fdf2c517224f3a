"""The door to other houses that vouch for people, by OpenID Connect: authorization code, PKCE, nonce.

Nothing here knows our rows, and nothing here is called inside a transaction. Every address is one that a
company's administrator or their other house wrote down, so each is looked at before it is asked: https only,
public addresses only, the very address that was checked, no redirect, ten seconds, a bounded answer. In a
demo on this machine alone, and so in tests, this very machine may stand in for another house.
"""

import hmac
import ipaddress
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from portal_app.core.clock import epoch
from portal_app.core.ids import new_secret
from portal_app.services.identity.vouching import Away, NotVouched, Vouched, has_text
from portal_app.settings import settings

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""How a token may be signed: with a private key only. Never "none", never a shared secret."""

_KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC"}
_SECONDS = 10.0
_MOST_BYTES = 512 * 1024
_LEEWAY = 60
_KEPT = 600.0
_ANEW = 5.0
_MOST_KEPT = 200


@dataclass(frozen=True)
class House:
    """Another house as a company set it up."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Found:
    """What another house says about itself."""

    issuer: str
    authorize: str
    token: str
    keys: str
    userinfo: str = ""
    names_itself: bool = False
    """Whether it says in every answer who answers (RFC 9207), so that an answer without it is not its own."""
    posts_secret: bool = False
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leaving:
    """A way out: where to, and what must come back with the answer."""

    address: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(default="", repr=False)


def _at_home() -> bool:
    """Whether this is a demo that nobody reaches from elsewhere, so that this machine may be asked."""
    return settings().demo and _is_loopback(urlsplit(settings().public_url).hostname or "")


def _may_be_asked(host: str) -> str:
    """The address of a host that may be asked. Raises Away for one that is not on the open internet."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise Away(f"{host} is not known. Check the address.") from None
    addresses = [ipaddress.ip_address(str(one).partition("%")[0]) for one in found]
    if _at_home() and addresses and all(one.is_loopback for one in addresses):
        return str(min(addresses, key=lambda one: one.version))
    if not addresses or not all(one.is_global and not one.is_multicast for one in addresses):
        raise Away(f"{host} is not on the open internet. Name an address that anybody can reach.")
    return str(min(addresses, key=lambda one: one.version))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_address(said: object, *, bare: bool = False) -> bool:
    """Whether this is an address of another house: https, no name, no fragment; `bare` has no query either.

    In a demo http is good enough for this very machine.
    """
    if not isinstance(said, str) or not 8 < len(said) <= 500 or not said.isascii() or not said.isprintable():
        return False
    try:
        parts = urlsplit(said)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and _at_home() and _is_loopback(host))
    plain = "@" not in parts.netloc and "#" not in said and " " not in said and "\\" not in said
    return bool(safe and host and plain and not (bare and "?" in said))


class _Careful(httpx2.BaseTransport):
    """Asks the very address that was looked at, follows nothing, and reads no more than it must."""

    def __init__(self) -> None:
        self._inner = httpx2.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask once. Raises Away."""
        until = time.monotonic() + _SECONDS
        if not is_address(str(request.url)):
            raise Away("An address of the provider does not begin with https://.")
        host = request.url.host
        request.headers["accept-encoding"] = "identity"
        asked = httpx2.Request(
            request.method,
            request.url.copy_with(host=_may_be_asked(host)),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        answer = self._inner.handle_request(asked)
        try:
            return httpx2.Response(
                answer.status_code, headers=_kept(answer.headers), content=_read(answer, until)
            )
        finally:
            answer.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._inner.close()


def _kept(headers: httpx2.Headers) -> list[tuple[str, str]]:
    if headers.get("content-encoding", "identity") != "identity":
        raise Away("The provider packed its answer, which it was not asked to.")
    return [("content-type", headers.get("content-type", ""))]


def _read(answer: httpx2.Response, until: float) -> bytes:
    body = bytearray()
    for part in answer.iter_raw():
        body += part
        if len(body) > _MOST_BYTES or time.monotonic() > until:
            raise Away("The provider answered too slowly, or with too much.")
    return bytes(body)


@contextmanager
def _asking() -> Iterator[None]:
    """Turn every trouble on the way into words. Raises Away and NotVouched."""
    try:
        yield
    except httpx2.HTTPError:
        raise Away from None
    except AuthlibBaseError as no:
        said = "".join(sign for sign in str(no.error or "")[:60] if sign.isalnum() or sign in "_-. ")
        raise NotVouched("wrong", f"The provider gave no token: {said or 'it did not say why'}.") from None


def _json(answer: httpx2.Response, what: str) -> dict[str, Any]:
    try:
        said = json.loads(answer.content) if answer.status_code == 200 else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Away(f"The provider did not answer with {what} (status {answer.status_code}).")
    return said


def _get(address: str, what: str) -> dict[str, Any]:
    with _asking(), httpx2.Client(transport=_Careful(), timeout=_SECONDS, trust_env=False) as client:
        return _json(client.get(address), what)


def page_at(address: str) -> bytes:
    """What stands at an address of another house, asked for with the same care. Raises Away."""
    with _asking(), httpx2.Client(transport=_Careful(), timeout=_SECONDS, trust_env=False) as client:
        answer = client.get(address)
    if answer.status_code != 200:
        raise Away(f"At that address stands nothing to read (status {answer.status_code}).")
    return answer.content


_known: dict[str, tuple[float, dict[str, Any]]] = {}


def _remembered(address: str, what: str, *, older_than: float = _KEPT) -> dict[str, Any]:
    """What stands at an address, asked again once it is older than so many seconds."""
    at, said = _known.get(address, (0.0, {}))
    if not said or time.monotonic() - at >= older_than:
        said = _get(address, what)
        if len(_known) >= _MOST_KEPT:
            _known.clear()
        _known[address] = (time.monotonic(), said)
    return said


def forget_all() -> None:
    """Forget what other houses said about themselves."""
    _known.clear()


def look_up(issuer: str) -> Found:
    """What another house says about itself. Raises Away, NotVouched for one that is not who it should be."""
    if not is_address(issuer, bare=True):
        raise Away("The issuer is an address that begins with https://.")
    said = _remembered(f"{issuer.rstrip('/')}/.well-known/openid-configuration", "its configuration")
    if said.get("issuer") != issuer:
        raise NotVouched(
            "wrong", f"At that address another issuer answers: {_short(said.get('issuer'))}. Copy it exactly."
        )
    needed = {name: said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    for name, address in needed.items():
        if not is_address(address):
            raise NotVouched("wrong", f"Its configuration names no {name} that begins with https://.")
    userinfo = said.get("userinfo_endpoint")
    methods = _listed(said, "token_endpoint_auth_methods_supported")
    return Found(
        issuer=issuer,
        authorize=str(needed["authorization_endpoint"]),
        token=str(needed["token_endpoint"]),
        keys=str(needed["jwks_uri"]),
        userinfo=str(userinfo) if is_address(userinfo) else "",
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        # In a form, nobody disagrees on how a secret with special signs is spelled.
        posts_secret="client_secret_post" in methods,
        scopes=_listed(said, "scopes_supported"),
    )


def _listed(said: dict[str, Any], name: str) -> tuple[str, ...]:
    value = said.get(name)
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _short(said: object) -> str:
    return said[:120] if isinstance(said, str) and has_text(said) else "none"


@contextmanager
def _client(house: House, found: Found, back: str, **more: Any) -> Iterator[Any]:
    method = "client_secret_post" if found.posts_secret else "client_secret_basic"
    client: Any = OAuth2Client(
        client_id=house.client_id,
        client_secret=house.client_secret or None,
        token_endpoint_auth_method=method if house.client_secret else "none",
        redirect_uri=back,
        code_challenge_method="S256",
        transport=_Careful(),
        timeout=_SECONDS,
        trust_env=False,
        follow_redirects=False,
        **more,
    )
    with client:
        yield client


def leave(house: House, back: str, hint: str = "", wants: str = "") -> Leaving:
    """The way out to another house, to come back at `back`; `wants` is the claim that names groups.

    Raises Away and NotVouched.
    """
    found = look_up(house.issuer)
    scopes = ["openid", "email", "profile", *([wants] if wants in found.scopes else [])]
    state, nonce, verifier = new_secret(), new_secret(), new_secret()
    hinted = {"login_hint": hint} if hint else {}
    with _client(house, found, back, scope=" ".join(dict.fromkeys(scopes))) as client:
        address, _ = client.create_authorization_url(
            found.authorize, state=state, nonce=nonce, code_verifier=verifier, **hinted
        )
    return Leaving(address, state, nonce, verifier)


def check_who_answers(house: House, said: str) -> None:
    """Refuse an answer that another house than the asked one sent here (mix-up, RFC 9207)."""
    if said:
        if not hmac.compare_digest(said.encode(), house.issuer.encode()):
            raise NotVouched("wrong", "Another provider answered than the one that was asked.")
    elif look_up(house.issuer).names_itself:
        raise NotVouched("wrong", "The answer does not say whose it is, and this house always says so.")


def take(house: House, back: str, code: str, nonce: str, verifier: str, needs: tuple[str, ...]) -> Vouched:
    """Whom another house vouches for, by the code it gave a browser; `needs` are the claims that matter.

    Raises Away and NotVouched.
    """
    found = look_up(house.issuer)
    with _client(house, found, back) as client:
        with _asking():
            try:
                token = client.fetch_token(
                    found.token, grant_type="authorization_code", code=code, code_verifier=verifier
                )
            except (ValueError, TypeError, AttributeError):
                raise Away("The provider's answer to the code could not be read.") from None
        claims = _claims(house, found, token, nonce)
        if any(name not in claims for name in needs) and found.userinfo:
            claims = {**_more(client, found, token, str(claims["sub"])), **claims}
    return Vouched(str(claims["sub"]), claims)


def _claims(house: House, found: Found, token: dict[str, Any], nonce: str) -> dict[str, Any]:
    raw = token.get("id_token")
    if not isinstance(raw, str) or not has_text(raw, 100_000):
        raise NotVouched("wrong", "The provider sent no identity token.")
    try:
        header = jws.extract_compact(raw.encode("ascii")).headers()
        read = jwt.decode(raw, _key_for(found, header), algorithms=list(ALGORITHMS))
        told = CodeIDToken(
            read.claims,
            read.header,
            options={
                "iss": {"essential": True, "value": house.issuer},
                "aud": {"essential": True, "value": house.client_id},
            },
            params={"nonce": nonce, "client_id": house.client_id, "access_token": token.get("access_token")},
        )
        told.validate(now=epoch(), leeway=_LEEWAY)
        _check_times(told)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as no:
        why = getattr(no, "claim", "") or getattr(no, "error", "") or type(no).__name__
        raise NotVouched("wrong", f"The identity token does not hold ({_short(str(why))}).") from None
    subject = told.get("sub")
    if not has_text(subject, 255):
        raise NotVouched("wrong", "The identity token does not say whom it is about.")
    return dict(told)


def _check_times(told: dict[str, Any]) -> None:
    if not all(type(told[name]) in (int, float) for name in ("exp", "iat")):
        raise ValueError("times")
    if told["exp"] - told["iat"] > 7 * 86_400:
        raise ValueError("exp")


def _key_for(found: Found, header: dict[str, Any]) -> Any:
    """The one public key that may have signed this; the keys are read again for a name not seen before."""
    if header.get("alg") not in ALGORITHMS:
        raise ValueError("alg")
    for older_than in (_KEPT, _ANEW):
        said = _remembered(found.keys, "its keys", older_than=older_than)
        fits = [key for key in said.get("keys") or [] if _fits(key, header)]
        if len(fits) == 1:
            return import_key({name: part for name, part in fits[0].items() if name != "d"})
    raise ValueError("kid")


def _fits(key: Any, header: dict[str, Any]) -> bool:
    if not isinstance(key, dict) or key.get("kty") != _KEY_TYPES[header["alg"][:2]]:
        return False
    named = "kid" not in header or key.get("kid") == header["kid"]
    return named and key.get("use", "sig") == "sig" and key.get("alg", header["alg"]) == header["alg"]


def _more(client: Any, found: Found, token: dict[str, Any], subject: str) -> dict[str, Any]:
    """What the house says of the person at its userinfo endpoint, if it is that very person."""
    if str(token.get("token_type", "")).lower() != "bearer":
        raise NotVouched("wrong", "The provider gave a token of a kind that we do not use.")
    with _asking():
        said = _json(client.get(found.userinfo), "who it is")
    if said.get("sub") != subject:
        raise NotVouched("wrong", "The provider speaks of two different people.")
    return said
