"""What an event costs the server: raw socket clients, and the CPU that its processes spent meanwhile."""

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

import aiohttp
import socketio

from bench.servers import Server

HYDRATE = "reflex___state____state.hydrate"


@dataclass
class Client:
    """A program that speaks the protocol, with a cookie of its own."""

    server: Server
    cookie: str
    updates: asyncio.Queue[dict] = field(default_factory=asyncio.Queue)

    async def __aenter__(self) -> "Client":
        self._wire = aiohttp.ClientSession()
        self._client = socketio.AsyncClient(reconnection=False, http_session=self._wire)
        self._client.on("event", self._hear, namespace="/_event")
        await self._client.connect(
            f"http://localhost:{self.server.port}/_event?token={uuid4()}",
            namespaces=["/_event"],
            transports=["websocket"],
            socketio_path="/_event",
            headers={"Cookie": self.cookie},
        )
        await self.send(HYDRATE, {}, "is_hydrated")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.disconnect()
        await self._wire.close()

    async def _hear(self, update: dict) -> None:
        await self.updates.put(update)

    async def send(self, name: str, payload: dict, until: str) -> None:
        """Send one event and wait for the delta that holds its answer."""
        while not self.updates.empty():
            self.updates.get_nowait()
        data = {"name": name, "payload": payload, "router_data": {"pathname": "/energy", "query": {}}}
        await self._client.emit("event", data, namespace="/_event")
        while until not in str(await asyncio.wait_for(self.updates.get(), 20)):
            pass


@dataclass(frozen=True)
class Event:
    """An event to send again and again, and what its answer holds."""

    name: str
    payloads: tuple[dict, ...]
    until: str


async def _cpu_ms(client: Client, event: Event, times: int) -> float:
    before = client.server.cpu_seconds()
    for turn in range(times):
        await client.send(event.name, event.payloads[turn % len(event.payloads)], event.until)
    return (client.server.cpu_seconds() - before) / times * 1000


async def _interleaved(pairs: list[tuple[Client, Event, int]], rounds: int) -> list[list[float]]:
    found: list[list[float]] = [[] for _ in pairs]
    for client, event, _ in pairs:
        await client.send(event.name, event.payloads[0], event.until)
    for _ in range(rounds):
        for place, (client, event, times) in enumerate(pairs):
            found[place].append(await _cpu_ms(client, event, times))
    return found


def cpu_per_event(sides: list[tuple[Server, str, Event, int]], rounds: int) -> list[list[float]]:
    """Milliseconds of CPU per event for each side, in turns: (server, cookie, event, events a round)."""

    async def run() -> list[list[float]]:
        clients = [Client(server, cookie) for server, cookie, _, _ in sides]
        for client in clients:
            await client.__aenter__()
        try:
            pairs = [(client, side[2], side[3]) for client, side in zip(clients, sides, strict=True)]
            return await _interleaved(pairs, rounds)
        finally:
            for client in clients:
                await client.__aexit__()

    return asyncio.run(run())
