"""However long a file is, storing it takes the memory of one batch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal_app.settings import settings
from tests.portals.energy.service.books import SLUG, open_books

ROOT = Path(__file__).resolve().parents[4]
COUNT = 120_000

PROGRAM = """
import sys
from pathlib import Path
from portal_app import all_tables
from portal_app.portals.energy.service.imports import import_file

def most():
    # The peak of this very program in KiB: the usual account would count the test runner it came from.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

base = most()
sheet = import_file(sys.argv[1], "1", Path(sys.argv[2]), "long.csv", by="test")
grown = most()
sys.stdout.write(f"{sheet.readings_added} {grown - base} {grown}")
"""


@pytest.mark.slow
def test_six_batches_take_no_more_than_one(database, tmp_path):
    open_books()
    long = tmp_path / "long.csv"
    with long.open("w") as table:
        table.write("start,seconds,kWh\n")
        table.writelines(f"{1_262_304_000 + at * 900},900,0.{at % 997:03}\n" for at in range(COUNT))
    run = subprocess.run(  # noqa: S603 -- own program
        [sys.executable, "-c", PROGRAM, SLUG, str(long)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": settings().db_url},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    added, grown, whole = map(int, run.stdout.split())
    assert added == COUNT
    assert grown < 90_000
    assert whole < 300_000
