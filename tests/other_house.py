"""Other houses that vouch for people, on loopback: a certified one, and one that lies as it is told to."""

import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from portal_app.core.clock import epoch
from scripts.environment import BIN, with_node

CLIENT, SECRET = "portal", "a secret of sixteen + signs & 50%"
_ITS_OWN = RSAKey.generate_key(2048, {"kid": "one"})
_SCRIPT = Path(__file__).parent / "browser" / "provider.mjs"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


@contextmanager
def certified(back: str, people: dict[str, dict[str, Any]]) -> Iterator[str]:
    """A certified provider that knows these people by what they type; gives its issuer."""
    if not (_SCRIPT.parent / "node_modules" / "oidc-provider").exists():
        pytest.fail("There is no OpenID provider. `make test` installs one.", pytrace=False)
    port = free_port()
    said = {"port": port, "client": CLIENT, "secret": SECRET, "back": back, "people": people}
    node = subprocess.Popen(  # noqa: S603 - our own command
        [str(BIN / "node"), str(_SCRIPT), json.dumps(said)],
        env=with_node(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert node.stdout is not None
    try:
        if not any("ready" in line for line in node.stdout):
            pytest.fail("The OpenID provider did not start.", pytrace=False)
        # What it says later on must not fill the pipe.
        threading.Thread(target=node.stdout.read, daemon=True).start()
        yield f"http://localhost:{port}"
    finally:
        node.kill()
        node.wait()


def sign_in_there(address: str, login: str) -> dict[str, str]:
    """Sign in at a certified provider by its plain forms; gives what it sends the browser back with."""
    here = urlsplit(address).netloc
    with httpx2.Client(trust_env=False, timeout=30) as browser:
        answer = browser.get(address)
        for _ in range(12):
            if answer.is_redirect:
                to = str(answer.url.join(answer.headers["location"]))
                if urlsplit(to).netloc != here:
                    return dict(parse_qsl(urlsplit(to).query))
                answer = browser.get(to)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert action, answer.text[:2000]
            assert prompt, answer.text[:2000]
            typed = {"prompt": prompt[1], "login": login, "password": "x"}
            answer = browser.post(str(answer.url.join(action[1])), data=typed)
    raise AssertionError("the provider sends nobody back")


def query_of(address: str) -> dict[str, str]:
    """What stands in an address."""
    return dict(parse_qsl(urlsplit(address).query))


@dataclass
class Hostile:
    """A provider that lies as it is told to: claims over the right ones, another key, another way to sign."""

    issuer: str = ""
    says: dict[str, Any] = field(default_factory=dict)
    """What its configuration says over the right things."""
    claims: dict[str, Any] = field(default_factory=dict)
    """What its tokens say over the right things; None leaves a claim out."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    algorithm: str = "RS256"
    key: Any = None
    raw: str = ""
    """A whole token to send in place of its own."""
    redirects: str = ""
    keys: list[RSAKey] = field(default_factory=lambda: [_ITS_OWN])
    codes: list[dict[str, str]] = field(default_factory=list)
    """What was sent to its token endpoint."""

    def token(self) -> str:
        """The token it gives."""
        told = {
            "iss": self.issuer,
            "sub": "ada-1",
            "aud": CLIENT,
            "iat": epoch(),
            "exp": epoch() + 300,
            "nonce": self.nonce,
            "email": "ada@bright.example",
            "email_verified": True,
            "name": "Ada Ames",
            "groups": ["crew"],
            **self.claims,
        }
        told = {name: value for name, value in told.items() if value is not None}
        header = {"alg": self.algorithm, "kid": self.keys[0].kid}
        return self.raw or jwt.encode(header, told, self.key or self.keys[0], algorithms=[self.algorithm])

    def answer(self, path: str) -> dict[str, Any]:
        """What stands at a path."""
        if path.endswith("/openid-configuration"):
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                **self.says,
            }
        if path == "/keys":
            return {"keys": [key.as_dict(private=False) for key in self.keys]}
        if path == "/userinfo":
            return self.userinfo
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.token()}


@contextmanager
def hostile() -> Iterator[Hostile]:
    """A provider that signs whatever a test likes."""
    house = Hostile()

    class Door(BaseHTTPRequestHandler):
        def _say(self) -> None:
            if house.redirects:
                self.send_response(302)
                self.send_header("location", house.redirects)
                self.end_headers()
                return
            body = json.dumps(house.answer(urlsplit(self.path).path)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._say()

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            house.codes.append({name: values[0] for name, values in parse_qs(sent).items()})
            self._say()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    house.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
