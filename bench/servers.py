"""The servers of a run: the portal as it is served, and its baselines, on the same database file."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scripts.build_front_end import npm_environment
from scripts.environment import BIN, PYTHON, ROOT
from scripts.serve import server_command, server_environment

LEFT = ROOT / "build" / "bench"
DATA = LEFT / "data"
STOCK = LEFT / "stock"
STOCK_LINK = 4797
"""The stock page is built with its server's address inside, so its link has a fixed port."""


@dataclass
class Server:
    """A server of this run."""

    name: str
    port: int
    process: subprocess.Popen

    def cpu_seconds(self) -> float:
        """What its processes have computed so far."""
        group = os.getpgid(self.process.pid)
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, ValueError, IndexError):
                facts = stat.read_text().rpartition(")")[2].split()
                if int(facts[2]) == group:
                    ticks += int(facts[11]) + int(facts[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port nobody uses."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def demo_rows(given: str) -> None:
    """The demo's rows for this run: copied from a data folder, or made once."""
    if given:
        shutil.rmtree(DATA, ignore_errors=True)
        shutil.copytree(given, DATA)
    if (DATA / "portal.db").exists():
        return
    DATA.mkdir(parents=True, exist_ok=True)
    here = {**os.environ, "PORTAL_DATA_DIR": str(DATA)}
    for word in ("migrate", "seed"):
        subprocess.run([str(PYTHON), "-m", "portal_app.manage", word], cwd=ROOT, env=here, check=True)


def build_stock() -> None:
    """Build the page that Reflex's documentation would lead to, where it is not built yet."""
    source = ROOT / "bench" / "baselines" / "stock.py"
    package = STOCK / "stock"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").touch()
    built = package / "stock.py"
    if (STOCK / ".web/build/client/index.html").exists() and built.read_text() == source.read_text():
        return
    shutil.copy(source, package / "stock.py")
    (STOCK / "rxconfig.py").write_text(
        "import reflex as rx\n\n"
        f'config = rx.Config(app_name="stock", api_url="http://localhost:{STOCK_LINK}", '
        f'deploy_url="http://localhost:{STOCK_LINK}", telemetry_enabled=False)\n'
    )
    command = [str(BIN / "reflex"), "export", "--frontend-only", "--no-zip"]
    env = {**npm_environment(), "PYTHONPATH": f"{STOCK}{os.pathsep}{ROOT}", "PORTAL_DATA_DIR": str(DATA)}
    subprocess.run(command, cwd=STOCK, env=env, check=True)


@contextmanager
def served(name: str, where: Path, command: list[str], env: dict[str, str], port: int) -> Iterator[Server]:
    """One server, from its first answer on."""
    LEFT.mkdir(parents=True, exist_ok=True)
    with (LEFT / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=where, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _until_it_answers(name, port, process)
        yield Server(name, port, process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(8)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _until_it_answers(name: str, port: int, process: subprocess.Popen) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"http://localhost:{port}/health/live", timeout=2):
            return
        time.sleep(0.1)
    raise SystemExit(f"{name} did not start; see {LEFT / name}.log")


def _base(own_link: int) -> dict[str, str]:
    return {
        **os.environ,
        "PORTAL_DATA_DIR": str(DATA),
        "PORTAL_URL": f"http://localhost:{own_link}",
        "PORTAL_RUN_JOBS": "0",
        # One client taps as fast as it can, which nobody does.
        "PORTAL_EVENTS_A_SESSION": "10000",
    }


def portal(port: int, own_link: int):
    """The portal, as `make run` serves it."""
    env = server_environment(port, _base(own_link))
    return served("portal", ROOT, server_command("127.0.0.1", port), env, port)


def baseline(port: int, own_link: int):
    """The server-rendered page and the floor, on the same server program."""
    command = server_command("127.0.0.1", port)[:-1] + ["bench.baselines.served:app"]
    command.remove("--factory")
    return served("served", ROOT, command, _base(own_link), port)


def stock(port: int):
    """The stock Reflex page, one process like the others."""
    env = server_environment(port, _base(STOCK_LINK))
    env["PYTHONPATH"] = f"{STOCK}{os.pathsep}{ROOT}"
    return served("stock", STOCK, server_command("127.0.0.1", port)[:-1] + ["stock.stock:app"], env, port)
