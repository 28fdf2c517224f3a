"""Memory stays flat however long the file is."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]

PROGRAM = """
import gzip, io, resource, sys
from portal_app.portals.energy.formats.csv_intervals import read_csv_intervals
from portal_app.portals.energy.formats.espi import read_espi
from portal_app.portals.energy.formats.items import Problem, Reading, Tally


class Made(io.RawIOBase):
    # A file that is made while it is read, so that none of it lies about.

    def __init__(self, head, body, count, foot):
        self.head, self.body, self.count, self.foot = head, body, count, foot
        self.seek(0)

    def seekable(self):
        return True

    def readable(self):
        return True

    def seek(self, at, whence=0):
        self.pieces, self.rest, self.at = self._made(), b"", 0
        while self.at < at and self.read(min(65536, at - self.at)):
            pass
        return self.at

    def tell(self):
        return self.at

    def _made(self):
        yield self.head
        for first in range(0, self.count, 1000):
            yield b"".join(self.body(at) for at in range(first, min(first + 1000, self.count)))
        yield self.foot

    def read(self, size=-1):
        while len(self.rest) < size:
            piece = next(self.pieces, None)
            if piece is None:
                break
            self.rest += piece
        piece, self.rest = self.rest[:size], self.rest[size:]
        self.at += len(piece)
        return piece


def hour(at):
    return (b"<IntervalReading><timePeriod><duration>3600</duration><start>%d</start></timePeriod>"
            b"<value>%d</value></IntervalReading>\\n" % (700000000 + at * 3600, at % 997))


def row(at):
    return b"%d,1.5\\n" % (700000000 + at * 3600)


E = b'xmlns="http://naesb.org/espi"'
HEAD = (b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content><ReadingType ' + E
        + b'><uom>72</uom></ReadingType></content></entry><entry><content><IntervalBlock ' + E + b'>')
FOOT = b"</IntervalBlock></content></entry></feed>"
N = 200_000
kind = sys.argv[1]
if kind == "espi":
    items = read_espi(Made(HEAD, hour, N, FOOT))
elif kind == "bad":
    items = read_espi(Made(HEAD, lambda at: hour(at).replace(b"<value>", b"<value>x"), N, FOOT))
elif kind == "text":
    items = read_espi(Made(HEAD + b"<IntervalReading><value>", lambda at: b"7" * 1000, N, FOOT))
elif kind == "bomb":
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as bomb:
        bomb.write(b"<feed>")
        for _ in range(200):
            bomb.write(b" " * 1_000_000)
    packed.seek(0)
    items = read_espi(packed)
elif kind == "csv":
    items = read_csv_intervals(Made(b"start,kWh\\n", row, N, b""))
else:
    items = read_csv_intervals(Made(b"start,kWh\\n", lambda at: b"7" * 1000, N, b""))


def most():
    # The peak of this very program in KiB: the usual account would count the test runner it came from.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


base = most()
count = problems = 0
last = None
for last in items:
    count += isinstance(last, Reading)
    problems += isinstance(last, Problem)
assert isinstance(last, Tally)
grown = most() - base
sys.stdout.write(f"{count} {problems} {grown}")
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "readings", "problems"),
    [
        ("espi", 200_000, 0),
        ("csv", 200_000, 0),
        ("bad", 0, 101),
        ("text", 0, 1),
        ("line", 0, 1),
        ("bomb", 0, 1),
    ],
)
def test_two_hundred_thousand_of_anything_take_less_than_thirty_megabytes(kind, readings, problems):
    run = subprocess.run(  # noqa: S603 - own program
        [sys.executable, "-c", PROGRAM, kind],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    count, told, grown_kilobytes = map(int, run.stdout.split())
    assert (count, told) == (readings, problems)
    assert grown_kilobytes < 30_000
