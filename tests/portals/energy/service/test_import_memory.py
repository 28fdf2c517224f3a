"""However long a file is, storing it takes the memory of one batch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal_app.portals.energy.service import storing
from portal_app.settings import settings
from tests.portals.energy.formats import feeds
from tests.portals.energy.service.books import SLUG, open_books

ROOT = Path(__file__).resolve().parents[4]
BATCH = 20_000

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
sheet = import_file(sys.argv[1], sys.argv[3], Path(sys.argv[2]), "long.xml", by="test")
grown = most()
sys.stdout.write(f"{sheet.readings_added} {grown - base} {grown}")
"""


def grown(folder: Path, batches: int) -> tuple[int, int]:
    """How much an import of so many batches adds to the memory of a fresh program, and its peak, in KiB."""
    count, long = batches * BATCH, folder / f"{batches}.xml"
    long.write_bytes(feeds.simple(feeds.hours(count, 1_262_304_000, step=900)))
    run = subprocess.run(  # noqa: S603 -- own program
        [sys.executable, "-c", PROGRAM, SLUG, str(long), str(batches)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": settings().db_url},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    added, more, whole = map(int, run.stdout.split())
    assert added == count
    return more, whole


@pytest.mark.slow
def test_ten_batches_take_no_more_than_five(database, tmp_path):
    """Only what tells repeats apart grows, four bytes a reading: 400 KB here, 55 MB over 3 GB of XML.

    Five fill the database's own cache of 20 MB; five more that were kept would take 25 MB and more.
    """
    assert storing.BATCH == BATCH
    open_books()
    five, _ = grown(tmp_path, 5)
    ten, whole = grown(tmp_path, 10)
    assert ten - five < 12_000
    assert whole < 300_000
