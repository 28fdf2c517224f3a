"""The virtual environment: made once, filled again only when the pinned list changed.

Runs on a bare Python 3.11 before anything is installed, so it imports the standard library only.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
LOGS = ROOT / "build"
_STAMP = VENV / "portal-requirements.json"
_LISTS = {
    "requirements.txt": ("requirements.txt",),
    "requirements-dev.txt": ("requirements.txt", "requirements-saml.txt", "requirements-dev.txt"),
}


def stop(sentence: str) -> NoReturn:
    """End with one sentence that says what is wrong and how to mend it."""
    raise SystemExit(f"\n{sentence}")


def say(sentence: str) -> None:
    """Tell the person at the terminal what happens now."""
    print(sentence, flush=True)


def quietly(
    command: list[str], log: str, *, trouble: str, env: dict[str, str] | None = None, cwd: Path = ROOT
) -> None:
    """Run a command with its output in build/<log>; when it fails, show the end of it and stop."""
    LOGS.mkdir(exist_ok=True)
    path = LOGS / log
    with path.open("w") as sink:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        say("".join(f"    {line}\n" for line in path.read_text(errors="replace").splitlines()[-40:]))
        stop(f"{trouble} The whole output is in {path.relative_to(ROOT)}.")


def apt_install(name: str, *, said: str) -> bool:
    """Install a package where this is Debian or Ubuntu and we are root; whether that was tried."""
    if not (shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0):
        return False
    say(said)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "-y", "--no-install-recommends", name]):
        subprocess.run(["apt-get", "-qq", *words], env=quiet, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)  # fmt: skip
    return True


def with_node() -> dict[str, str]:
    """This process's environment, in which the wheel's node and npm are found first.

    Node trusts the certificates that the machine trusts, as a company's own network needs it.
    """
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    return {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}


def _works() -> bool:
    if not PYTHON.exists():
        return False
    asked = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False)
    return asked.returncode == 0


def _wanted(names: tuple[str, ...]) -> dict[str, str]:
    return {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in names}


def _installed() -> dict[str, str]:
    try:
        return json.loads(_STAMP.read_text())
    except (OSError, ValueError):
        return {}


def ready(requirements: str) -> None:
    """Make .venv where it is missing and install the pinned list where it changed.

    `requirements` is requirements.txt, or requirements-dev.txt, which contains the first.
    """
    wanted, known = _wanted(_LISTS[requirements]), _installed()
    if all(known.get(name) == mark for name, mark in wanted.items()) and PYTHON.exists():
        return
    if not _works():
        say("Making .venv ...")
        quietly(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            "venv.log",
            trouble="A virtual environment could not be made. On Debian and Ubuntu, install python3-venv.",
        )
    say(f"Installing what {requirements} lists; the first time this takes a minute or two ...")
    quietly(
        [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--prefer-binary",
         "--progress-bar", "off", "-r", requirements],
        "pip.log",
        trouble="The libraries could not be installed. Check the network connection and run this again.",
    )  # fmt: skip
    _STAMP.write_text(json.dumps({**known, **wanted}, indent=1))


if __name__ == "__main__":
    ready("requirements-dev.txt" if "dev" in sys.argv[1:] else "requirements.txt")
