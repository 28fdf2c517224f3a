"""What the repository promises about itself: pins with reasons, no machine's own paths, lines with tests."""

import ast
import re
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINE = re.compile(r"\b(?:[A-Z]{1,2}\d{2}-\d{1,2}|[XST]-\d{2}|[BVMI]-X\d{1,2})\b")
PIN = re.compile(r"^[a-z0-9._-]+(\[[a-z_,]+\])?==[0-9][0-9a-z.]*  # \S.{8,}$")

# Written in halves, so that this file does not hold what it looks for.
HOSTS = tuple(
    a + b for a, b in (("npm", "js.org"), ("npm", "mirror"), ("pypi", ".org"), ("python", "hosted"))
)
PATHS = tuple(a + b for a, b in (("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("C:", "\\\\Users")))
SECRETS = re.compile(
    "|".join(("sk_" + "live_", "AK" + "IA[0-9A-Z]{16}", "-----BEGIN [A-Z ]*PRI" + "VATE KEY"))
)


@lru_cache(maxsize=1)
def tracked() -> dict[Path, str]:
    """Every text file that git knows, and what it says now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607 - git is wherever it is
    if listed.returncode:
        pytest.skip("this copy is no git checkout")
    texts: dict[Path, str] = {}
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file():
            try:
                texts[path] = path.read_text()
            except UnicodeDecodeError:
                continue
    return texts


def holding(*wanted: str) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:100]}"
        for path, text in tracked().items()
        for number, line in enumerate(text.splitlines(), 1)
        if any(one in line for one in wanted)
    ]


def test_no_file_names_a_package_registry() -> None:
    assert not holding(*HOSTS)


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert not holding(*PATHS)


def test_no_file_holds_a_secret() -> None:
    found = [str(path.relative_to(ROOT)) for path, text in tracked().items() if SECRETS.search(text)]
    assert not found


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-saml.txt"])
def test_every_library_is_pinned_with_its_reason(name: str) -> None:
    lines = [
        line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith(("#", "-r "))
    ]
    assert lines
    assert not [line for line in lines if not PIN.match(line)]


def test_what_the_front_end_is_built_from_is_locked() -> None:
    assert {"package.json", "package-lock.json"} <= {path.name for path in (ROOT / "reflex.lock").iterdir()}
    assert (ROOT / "reflex.lock" / "package-lock.json") in tracked()


def _proven() -> dict[str, str]:
    """Each line id that a test carries, and where."""
    proven: dict[str, str] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "pytest.mark.line":
                continue
            where = f"{path.relative_to(ROOT)}:{node.lineno}"
            for word in node.args:
                proven[word.value if isinstance(word, ast.Constant) else ast.unparse(word)] = where
    return proven


def _promised() -> set[str]:
    """Each line id that docs/features says is built."""
    return {
        line for path in (ROOT / "docs" / "features").glob("*.md") for line in LINE.findall(path.read_text())
    }


def test_every_line_that_a_test_carries_is_written_as_lines_are() -> None:
    assert not [f"{where}: {line!r}" for line, where in _proven().items() if not LINE.fullmatch(line)]


def test_every_promised_line_has_a_test_and_every_tested_line_is_promised() -> None:
    promised, proven = _promised(), _proven()
    assert promised
    assert not sorted(promised - set(proven)), "promised, without a test"
    assert not sorted(f"{line} in {where}" for line, where in proven.items() if line not in promised), (
        "not promised"
    )
