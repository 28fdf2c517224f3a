"""The Content-Security-Policy: own scripts by address, inline ones by the hash of what was built."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from portal_app.settings import settings

_FALLBACKS = ("__spa-fallback.html", "404.html")


class _InlineScripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._parts: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        runs = (facts.get("type") or "module").lower() in (
            "module",
            "text/javascript",
            "application/javascript",
        )
        if tag == "script" and "src" not in facts and runs:
            self._parts = []

    def handle_data(self, data: str) -> None:
        if self._parts is not None:
            self._parts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._parts is not None:
            self.found.append("".join(self._parts))
            self._parts = None


def hashes_of(html: str) -> tuple[str, ...]:
    """The source expressions that let the inline scripts of a page run, each once."""
    reader = _InlineScripts()
    reader.feed(html.replace("\r\n", "\n"))
    reader.close()
    digests = (hashlib.sha256(script.encode()).digest() for script in reader.found)
    return tuple(dict.fromkeys(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests))


def inline_script_hashes(build_dir: Path) -> dict[str, tuple[str, ...]]:
    """For each address of the built site the hashes of its inline scripts; empty when nothing was built.

    The address "*" stands for those that have no page of their own.
    """
    found: dict[str, tuple[str, ...]] = {}
    for file in sorted(build_dir.rglob("*.html")) if build_dir.is_dir() else ():
        if (file.with_suffix("") / "index.html").is_file():
            continue  # the folder's own page is what is served at this address
        name = file.relative_to(build_dir).as_posix()
        route = "*" if name in _FALLBACKS else "/" + re.sub(r"(^|/)index\.html$|\.html$", "", name)
        hashes = hashes_of(file.read_text("utf-8"))
        found[route] = tuple(dict.fromkeys((*found.get(route, ()), *hashes)))
    return found


def policy(scripts: tuple[str, ...] | None) -> str:
    """The policy of one page; without hashes (nothing built, as in development) inline scripts may run."""
    inline = ("'unsafe-inline'",) if scripts is None else scripts
    parts = {
        "default-src": ("'self'",),
        "script-src": ("'self'", *inline),
        "style-src": ("'self'", "'unsafe-inline'"),
        "img-src": ("'self'", "data:", "blob:"),
        "font-src": ("'self'",),
        "connect-src": ("'self'", *_sockets()),
        "object-src": ("'none'",),
        "base-uri": ("'self'",),
        "form-action": ("'self'",),
        "frame-ancestors": ("'none'",),
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in parts.items())


def _sockets() -> tuple[str, ...]:
    # Older Safari does not count the socket of one's own host as 'self'.
    place = urlsplit(settings().public_url)
    return (f"{'wss' if place.scheme == 'https' else 'ws'}://{place.netloc}",) if place.netloc else ()
