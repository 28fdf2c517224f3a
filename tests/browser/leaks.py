"""Looks for secrets wherever something is left: files, Redis, logs, addresses, what a browser keeps."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis
from playwright.sync_api import BrowserContext, CDPSession, Page

_BROWSER_KEEPS = """async () => {
  const kept = [];
  const add = (where, what) => kept.push([where, typeof what === "string" ? what : JSON.stringify(what)]);
  add("localStorage", {...localStorage});
  add("sessionStorage", {...sessionStorage});
  add("history.state", history.state || "");
  add("cookies for scripts", document.cookie);
  for (const known of await indexedDB.databases()) {
    const db = await new Promise((good, bad) => {
      const asked = indexedDB.open(known.name);
      asked.onsuccess = () => good(asked.result);
      asked.onerror = bad;
    });
    for (const store of db.objectStoreNames) {
      const rows = db.transaction(store).objectStore(store);
      for (const all of [rows.getAllKeys(), rows.getAll()])
        add(`IndexedDB ${known.name} ${store}`, await new Promise((good) => {
          all.onsuccess = () => good(all.result);
        }));
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = await cache.match(request);
      add(`cache ${name}`, request.url + " " + [...answer.headers].join(" ") + " " + await answer.text());
    }
  }
  return kept;
}"""


def spellings(secret: str | bytes) -> set[bytes]:
    """A value as it may be written down: raw, for an address, in hexadecimal, in base64 at any place."""
    raw = secret.encode() if isinstance(secret, str) else secret
    found = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    found |= {quote(raw).encode(), quote(raw, safe="").encode(), quote(raw, safe="").lower().encode()}
    found |= {raw.replace(b" ", b"+")}
    for shift in range(3):
        # The first and last signs of the base64 of something inside something else depend on its neighbours.
        inside = raw[-shift % 3 :]
        inside = inside[: len(inside) - len(inside) % 3]
        found |= {base64.b64encode(inside), base64.urlsafe_b64encode(inside)}
    return {one for one in found if len(one) >= 6}


def left(secrets: Mapping[str, str | bytes], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Which of the secrets, by their names, stand in which of the places."""
    looked_for = {name: spellings(secret) for name, secret in secrets.items()}
    return sorted(
        {
            f"{name} in {where}"
            for where, what in places
            for name, spelled in looked_for.items()
            if any(one in what for one in spelled)
        }
    )


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under these folders, and what it is called."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield f"file {path.name}", str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes()


def in_redis(held: redis.Redis) -> Iterator[tuple[str, bytes]]:
    """Every key and value of a Redis."""
    found: Any
    for key in held.scan_iter():
        kind = held.type(key)
        if kind == b"string":
            found = held.get(key)
        elif kind == b"hash":
            found = held.hgetall(key)
        elif kind == b"zset":
            found = held.zrange(key, 0, -1)
        else:
            found = held.smembers(key) if kind == b"set" else held.lrange(key, 0, -1)
        parts = [*found, *found.values()] if isinstance(found, dict) else found
        yield (
            f"Redis {key[:80]!r}",
            key + b"\n" + (found if isinstance(found, bytes) else b"\n".join(parts or ())),
        )


class Watched:
    """Everything that the pages of some browser ask for, say and keep."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.referers: list[str] = []
        self.sockets: list[str] = []
        self.said: list[str] = []
        self._pages: list[tuple[Page, CDPSession]] = []

    def watch(self, page: Page) -> Page:
        """Listen to a page from now on."""
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.requestWillBeSent", lambda seen: self.addresses.append(seen["request"]["url"]))
        line.on("Network.requestWillBeSentExtraInfo", self._headers)
        page.on("websocket", lambda socket: self.sockets.append(socket.url))
        page.on("console", lambda line: self.said.append(line.text))
        self._pages.append((page, line))
        return page

    def _headers(self, seen: Mapping[str, Any]) -> None:
        named = {name.lower(): value for name, value in seen["headers"].items()}
        self.referers += [named["referer"]] if "referer" in named else []

    def history(self) -> list[str]:
        """Every address that a page could go back to."""
        return [
            entry["url"]
            for _, line in self._pages
            for entry in line.send("Page.getNavigationHistory")["entries"]
        ]

    def kept(self) -> list[tuple[str, bytes]]:
        """What the browser keeps for this portal, apart from cookies that no script can read."""
        return [
            (where, what.encode("utf-8", "replace"))
            for page, _ in self._pages
            for where, what in page.evaluate(_BROWSER_KEEPS)
        ]


def cookies_of(context: BrowserContext) -> dict[str, str]:
    """The values of the cookies that let somebody in, named by their place in time."""
    return {
        f"cookie {cookie['name']} {str(cookie['value'])[:4]}": str(cookie["value"])
        for cookie in context.cookies()
        if cookie["name"] in ("portal_session", "portal_step", "portal_asked") and cookie["value"]
    }
