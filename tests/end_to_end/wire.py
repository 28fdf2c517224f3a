"""Speaks to a served portal as a browser does: a form over HTTP, events over the socket."""

import asyncio
import http.client
import json
import pickle
import time
from contextlib import AsyncExitStack
from email.message import Message
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import redis

Answer = tuple[int, Message, str]
"""Status, headers, text."""
HYDRATE = "reflex___state____state.hydrate"
PASSWORD = "open-the-portal"
TRIES = 60


def asked(url: str, path: str, form: dict[str, str] | None = None, cookie: str = "") -> Answer:
    """One request, no redirect followed."""
    place = urlsplit(url)
    door = http.client.HTTPConnection(place.hostname or "", place.port, timeout=20)
    headers = {"Origin": url, "Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    try:
        door.request("GET" if form is None else "POST", path, urlencode(form or {}), headers)
        answer = door.getresponse()
        return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
    finally:
        door.close()


def sign_in(url: str, email: str, password: str = PASSWORD) -> str:
    """The Cookie header of a fresh session."""
    status, headers, text = asked(url, "/auth/sign-in", {"email": email, "password": password})
    given = [one.partition(";")[0] for one in headers.get_all("set-cookie", [])]
    cookies = [one for one in given if one.startswith("portal_session=")]
    assert (status, len(cookies)) == (303, 1), (status, headers.items(), text[:300])
    return cookies[0]


def _packet() -> type:
    """Packets written in plain JSON: an app made in this process changes how its whole class writes them."""
    from socketio.packet import Packet

    class Plain(Packet):
        json = json

    return Plain


class Tab:
    """One open page: its token, its cookie, and what its state holds by the deltas that came."""

    def __init__(self, url: str, cookie: str, path: str = "/energy", token: str = "") -> None:
        self.holds: dict[str, dict[str, Any]] = {}
        self.events: list[str] = []
        self.token = token or str(uuid4())
        self._url, self._cookie, self._path = url, cookie, path
        self._moved = asyncio.Event()

    async def _hear(self, update: dict[str, Any]) -> None:
        for state, values in (update.get("delta") or {}).items():
            self.holds.setdefault(state, {}).update(values)
        self.events += [str(event) for event in update.get("events") or []]
        self._moved.set()

    async def __aenter__(self) -> "Tab":
        import aiohttp
        import socketio

        self._moved = asyncio.Event()
        self._wire = aiohttp.ClientSession()
        self._client = socketio.AsyncClient(reconnection=False, http_session=self._wire, serializer=_packet())
        self._client.on("event", self._hear, namespace="/_event")
        try:
            await self._client.connect(
                f"{self._url}/_event?token={self.token}",
                namespaces=["/_event"],
                transports=["websocket"],
                socketio_path="/_event",
                headers={"Cookie": self._cookie, "Origin": self._url},
            )
        except BaseException:
            await self._wire.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.disconnect()
        await self._client.shutdown()
        await self._wire.close()

    async def send(self, name: str, payload: dict[str, Any] | None = None, query: str = "") -> None:
        """Send one event from this page."""
        at = {"pathname": self._path, "query": {}, "asPath": f"{self._path}{query}"}
        event = {"name": name, "payload": payload or {}, "router_data": at}
        await self._client.emit("event", event, namespace="/_event")

    def value(self, state: type, name: str) -> Any:
        """What the page shows of one var; None before it was told."""
        return self.holds.get(state.get_full_name(), {}).get(f"{name}_rx_state_")  # pyright: ignore[reportAttributeAccessIssue]

    async def until(self, holds: Any, seconds: float = 30.0) -> float:
        """Wait until `holds()` is true; says how long that took. Fails after so many seconds."""
        began = time.monotonic()
        while not holds():
            self._moved.clear()
            left = began + seconds - time.monotonic()
            try:
                await asyncio.wait_for(self._moved.wait(), max(left, 0.01))
            except TimeoutError:
                raise AssertionError(f"not within {seconds} s; the page holds {self.holds!r:.2000}") from None
        return time.monotonic() - began


def worker_of(shared: redis.Redis, token: str) -> str:
    """Which worker has this tab's socket; nothing while it has none."""
    record = shared.get(f"token_manager_socket_record_{token}")
    return pickle.loads(record).instance_id if isinstance(record, bytes) else ""  # noqa: S301 - our own server's


async def opened_on_both(
    stack: AsyncExitStack, shared: redis.Redis, url: str, cookie: str, path: str = "/energy"
) -> list[Tab]:
    """One open page on each of the two processes."""
    found: dict[str, Tab] = {}
    for _ in range(TRIES):
        tab = await stack.enter_async_context(Tab(url, cookie, path))
        await tab.send(HYDRATE)
        await tab.until(lambda tab=tab: tab.holds)
        found.setdefault(worker_of(shared, tab.token), tab)
        if len(found) == 2:
            return list(found.values())
        await asyncio.sleep(0.1)
    raise AssertionError(f"{TRIES} pages all opened on the same process")
