"""Another house that vouches for people by SAML, of another make than what reads its answers: pysaml2.

It signs with the program xmlsec1, in earnest; what a test changes is changed before or after that.
"""

import base64
import html
import shutil
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from portal_app.core.clock import now
from portal_app.services.identity.saml_metadata import Ours, of_ours

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from saml2 import BINDING_HTTP_REDIRECT, class_name
    from saml2.config import IdPConfig
    from saml2.metadata import entity_descriptor
    from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
    from saml2.server import Server
    from saml2.sigver import pre_signature_part, signed_instance_factory
    from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

Change = Callable[[Any], None]
_PASSWORD_CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"


@dataclass
class Key:
    """A key with its certificate, as files."""

    private: str
    certificate: str


@lru_cache(maxsize=8)
def key(name: str = "one", days: int = 365, bits: int = 2048) -> Key:
    """A key of that name, made once."""
    made = rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    ends = now() + timedelta(days=days)
    paper = (
        x509.CertificateBuilder(subject, subject, made.public_key(), x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=400))
        .not_valid_after(ends)
        .sign(made, hashes.SHA256())
    )
    folder = Path(mkdtemp(prefix="saml-"))
    private = made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(paper.public_bytes(Encoding.PEM))
    return Key(str(folder / "key.pem"), str(folder / "certificate.pem"))


def _program() -> str:
    found = shutil.which("xmlsec1")
    if not found:
        pytest.fail("There is no xmlsec1. `make test` installs it.", pytrace=False)
    return found


@dataclass
class Asked:
    """A request that a browser brought."""

    id: str
    door: str
    issuer: str
    state: str


@dataclass
class House:
    """A SAML provider that knows these people by what they type."""

    address: str
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    signs_with: Key = field(default_factory=key)
    ours: Ours | None = None
    made: dict[Any, Server] = field(default_factory=dict, repr=False)

    def server(self, signs_with: Key | None = None) -> Server:
        """The provider itself, by the key it signs with."""
        key = signs_with or self.signs_with
        wanted = (key.private, self.ours)
        if wanted not in self.made:
            self.made[wanted] = self._server(key)
        return self.made[wanted]

    def _server(self, key: Key) -> Server:
        told: dict[str, Any] = {
            "entityid": f"{self.address}/metadata",
            "xmlsec_binary": _program(),
            "key_file": key.private,
            "cert_file": key.certificate,
            "service": {
                "idp": {
                    "name": "Bright Works",
                    "endpoints": {"single_sign_on_service": [(f"{self.address}/sso", BINDING_HTTP_REDIRECT)]},
                    "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None}},
                }
            },
        }
        if self.ours is not None:
            told["metadata"] = {"inline": [of_ours(self.ours)]}
        return Server(config=IdPConfig().load(told))

    def metadata(self, *more: Key) -> str:
        """What it says of itself, with these certificates too."""
        said = str(entity_descriptor(self.server().config))
        for one in more:
            paper = "".join(Path(one.certificate).read_text().splitlines()[1:-1])
            extra = (
                '<ns0:KeyDescriptor xmlns:ns0="urn:oasis:names:tc:SAML:2.0:metadata" use="signing">'
                '<d:KeyInfo xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:X509Data><d:X509Certificate>'
                f"{paper}</d:X509Certificate></d:X509Data></d:KeyInfo></ns0:KeyDescriptor>"
            )
            said = said.replace("<ns0:SingleSignOnService", f"{extra}<ns0:SingleSignOnService", 1)
        return said

    def asked(self, address: str) -> Asked:
        """What a browser was sent here with."""
        query = dict(parse_qsl(urlsplit(address).query))
        asked = self.server().parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT).message
        return Asked(asked.id, asked.assertion_consumer_service_url, asked.issuer.text, query["RelayState"])

    def answer(
        self,
        asked: Asked,
        login: str,
        *,
        change: Change | None = None,
        signs: tuple[str, ...] = ("assertion",),
        signs_with: Key | None = None,
        algorithm: str = SIG_RSA_SHA256,
        digest: str = DIGEST_SHA256,
    ) -> str:
        """The XML of an answer about somebody, changed before it is signed."""
        server, told = self.server(signs_with), self.people[login]
        response = server.create_authn_response(
            {name: value for name, value in told.items() if name != "name_id"},
            asked.id,
            asked.door,
            asked.issuer,
            name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text=told.get("name_id", login)),
            authn={"class_ref": _PASSWORD_CONTEXT, "authn_auth": self.address},
            sign_response=False,
            sign_assertion=False,
        )
        if change is not None:
            change(response)
        parts = [("assertion", response.assertion), ("response", response)]
        wanted = [part for name, part in parts if name in signs]
        for number, part in enumerate(wanted, 1):
            part.signature = pre_signature_part(
                part.id, server.sec.my_cert, number, sign_alg=algorithm, digest_alg=digest
            )
        return str(
            signed_instance_factory(response, server.sec, [(class_name(one), one.id) for one in wanted])
        )


def posted(xml: str) -> str:
    """An answer as a browser posts it."""
    return base64.b64encode(xml.encode()).decode()


@contextmanager
def served(people: dict[str, dict[str, Any]]) -> Iterator[House]:
    """A provider with a page to sign in at, on loopback; its `ours` is to be told before it is asked."""
    house = House("", people)

    class Door(BaseHTTPRequestHandler):
        def _say(self, body: str, kind: str = "text/html; charset=utf-8") -> None:
            sent = body.encode()
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def do_GET(self) -> None:
            if urlsplit(self.path).path == "/metadata":
                self._say(house.metadata(), "application/samlmetadata+xml")
                return
            here = html.escape(self.path, quote=True)
            self._say(
                f'<title>Bright Works</title><form method="post" action="{here}">'
                '<label>Who <input name="login"></label><button>Sign in</button></form>'
            )

        def do_POST(self) -> None:
            typed = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
            asked = house.asked(self.path)
            sent = posted(house.answer(asked, typed["login"]))
            self._say(
                f'<title>Bright Works</title><form method="post" action="{html.escape(asked.door)}">'
                f'<input type="hidden" name="SAMLResponse" value="{sent}">'
                f'<input type="hidden" name="RelayState" value="{html.escape(asked.state)}"></form>'
                "<script>document.forms[0].submit()</script>"
            )

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    house.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
