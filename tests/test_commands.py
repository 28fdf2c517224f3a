"""What `make run` says when it cannot: one sentence, and how to mend it."""

import os
import socket
import subprocess
import sys

import pytest

from scripts import environment, run, serve


def asked(port: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.run"],
        cwd=environment.ROOT,
        env={**os.environ, "PORT": port},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_taken_port_is_named_with_the_way_to_choose_another() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = asked(str(port))
    assert answer.returncode == 1
    assert f"Port {port} is taken" in answer.stderr
    assert f"make run PORT={port + 1}" in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused_in_words(port: str) -> None:
    answer = asked(port)
    assert answer.returncode == 1
    assert f"PORT={port} is not a port" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_no_port_means_3000(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    assert run.chosen_port() == 3000


@pytest.mark.parametrize("workers", ["two", "0", "65"])
def test_a_number_of_processes_that_is_none_is_refused_in_words(workers: str) -> None:
    with pytest.raises(SystemExit, match=f"PORTAL_WORKERS={workers} is not a number of processes"):
        serve.workers_of({"PORTAL_WORKERS": workers, "REDIS_URL": "redis://localhost"})


def test_more_than_one_process_needs_what_they_share() -> None:
    with pytest.raises(SystemExit, match="PORTAL_WORKERS=2 needs REDIS_URL"):
        serve.server_command("127.0.0.1", 3000, {"PORTAL_WORKERS": "2"})
    shared = {"PORTAL_WORKERS": "2", "REDIS_URL": "redis://localhost"}
    command = serve.server_command("127.0.0.1", 3000, shared)
    assert command[command.index("--workers") + 1] == "2"
    assert serve.workers_of({}) == 1


def test_a_command_that_fails_shows_the_end_of_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    speaks = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
    with pytest.raises(SystemExit, match=r"It went wrong\. .*build/test-command\.log"):
        environment.quietly(speaks, "test-command.log", trouble="It went wrong.")
    assert "the reason" in capsys.readouterr().out


def test_the_environment_finds_its_own_node_first() -> None:
    assert environment.with_node()["PATH"].split(os.pathsep)[0] == str(environment.BIN)
    assert (environment.BIN / "npm").exists()
