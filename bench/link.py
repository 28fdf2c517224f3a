"""A slow network on loopback: it delays and throttles raw TCP, and so HTTP and websocket frames alike."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

RATE = 1_600_000 / 8
"""Bytes a second in each direction: 1.6 Mbit/s."""
ROUND_TRIP = 0.150
_PIECE = 2_800
"""Two packets: so often do connections take turns on the line."""


@dataclass
class Line:
    """One direction of the link, which all connections share; a piece waits until the line is free."""

    moved: list[tuple[float, int]] = field(default_factory=list)
    free_at: float = 0.0

    async def carry(self, size: int) -> float:
        """Wait for this piece's turn; the moment at which it has arrived at the other end."""
        self.free_at = max(self.free_at, time.time()) + size / RATE
        wait = self.free_at - time.time()
        if wait > 0:
            await asyncio.sleep(wait)
        return self.free_at + ROUND_TRIP / 2


@dataclass
class Link:
    """A link to one server: where to reach it, and what came down it when."""

    port: int = 0
    down: Line = field(default_factory=Line)
    up: Line = field(default_factory=Line)
    connections: int = 0

    def bytes_between(self, since: float, until: float) -> int:
        """What came down to the browser in a span of time, in bytes on the wire."""
        return sum(size for at, size in list(self.down.moved) if since <= at <= until)

    def last_byte(self) -> float:
        """When the latest byte came down."""
        return self.down.moved[-1][0] if self.down.moved else 0.0


async def _one_way(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line, opened: float
) -> None:
    on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        while True:
            due, piece = await on_the_way.get()
            await asyncio.sleep(max(0.0, due - time.time()))
            if not piece:
                break
            line.moved.append((time.time(), len(piece)))
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()

    arriving = asyncio.create_task(arrive())
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(_PIECE):
            # The handshake of TCP takes a round trip of its own before the first byte may go.
            await asyncio.sleep(max(0.0, opened + ROUND_TRIP - time.time()))
            await on_the_way.put((await line.carry(len(piece)), piece))
    await on_the_way.put((time.time() + ROUND_TRIP / 2, b""))
    with contextlib.suppress(ConnectionError):
        await arriving


def _meet(link: Link, target: int) -> Callable[..., object]:
    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened = time.time()
        link.connections += 1
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target, limit=_PIECE * 2)
        try:
            await asyncio.gather(
                _one_way(reader, far_writer, link.up, opened), _one_way(far_reader, writer, link.down, opened)
            )
        finally:
            for one in (writer, far_writer):
                one.close()

    return met


async def _end() -> None:
    others = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def links(targets: dict[str, tuple[int, int]]) -> Iterator[dict[str, Link]]:
    """Slow links by name, each given as (own port, the server's port); they live in a thread."""
    loop = asyncio.new_event_loop()
    made: dict[str, Link] = {}

    async def begin() -> None:
        for name, (own, target) in targets.items():
            link = Link(own)
            await asyncio.start_server(_meet(link, target), "localhost", own, limit=_PIECE * 2)
            made[name] = link

    loop.set_exception_handler(lambda *_: None)
    loop.run_until_complete(begin())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(_end(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
