"""A whole installation at scale: PostgreSQL, Valkey, a mail server, two processes, a small demo."""

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import redis
from aiosmtpd.controller import Controller

from portal_app.settings import settings
from tests import engines
from tests.end_to_end.serving import Served, free_port, manage, plain, served


class Post:
    """Takes mail like a server does and counts each by its subject."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.begun = threading.Event()
        self._patience = 0.0

    @contextmanager
    def slow(self, seconds: float) -> Iterator[None]:
        """Take so long over each mail; `begun` tells that one is being taken."""
        self.begun.clear()
        self._patience = seconds
        try:
            yield
        finally:
            self._patience = 0.0

    async def handle_DATA(self, _server, _session, envelope) -> str:
        self.begun.set()
        await asyncio.sleep(self._patience)
        self.taken[message_from_bytes(envelope.content, policy=default)["subject"]] += 1
        return "250 OK"


@dataclass
class Installation:
    """Everything that two processes share."""

    here: dict[str, str]
    shared: redis.Redis
    post: Post
    log: Path

    _stack: ExitStack = field(default_factory=ExitStack)
    _running: dict[str, Served] = field(default_factory=dict)

    def serving(self, engine: str = "own") -> Served:
        """Its two processes, with that engine for the jobs; those of another engine end first."""
        if engine not in self._running:
            self.stop()
            here = {**self.here, "PORTAL_JOBS": engine}
            self._running[engine] = self._stack.enter_context(served(here, self.log))
        return self._running[engine]

    def stop(self) -> None:
        """End whatever serves."""
        self._running.clear()
        self._stack.close()

    @contextmanager
    def queueing_with(self, engine: str) -> Iterator[None]:
        """Lets the test itself hand its jobs to that engine."""
        os.environ["PORTAL_JOBS"] = engine
        settings.cache_clear()
        try:
            yield
        finally:
            del os.environ["PORTAL_JOBS"]
            settings.cache_clear()


@pytest.fixture(scope="module")
def post() -> Iterator[tuple[Post, str]]:
    """A real mail server on loopback, and its address."""
    box, port = Post(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, f"smtp://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(scope="module")
def installation(
    postgres: engines.PostgresTemplate,
    _valkey_server: str,
    post: tuple[Post, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """Migrated and filled by the commands that an operator types."""
    folder = tmp_path_factory.mktemp("installation")
    with postgres.empty() as url, redis.Redis.from_url(_valkey_server) as shared:
        shared.flushall()
        here = plain(
            DATABASE_URL=engines.as_server(url),
            REDIS_URL=_valkey_server,
            SMTP_URL=post[1],
            PORTAL_DATA_DIR=str(folder / "var"),
            PORTAL_DEMO="1",
            PORTAL_WORKERS="2",
        )
        manage({**here, "PORTAL_JOBS": "procrastinate", "MIGRATE_DATABASE_URL": url}, "migrate")
        manage(here, "seed", "--small")
        made = Installation(here, shared, post[0], folder / "server.log")
        yield made
        made.stop()


@pytest.fixture
def portal(installation: Installation) -> Served:
    """Two processes that serve."""
    return installation.serving()


@pytest.fixture
def rows(installation: Installation, tmp_path: Path) -> Iterator[None]:
    """Lets the test itself read and write the installation's rows."""
    with engines.pointed_at(installation.here["DATABASE_URL"], tmp_path / "var"):
        yield
