"""How fast readings come in: the streaming reader against the bare parser on the same file."""

import resource
import time
from pathlib import Path
from xml.parsers import expat

from bench.servers import LEFT
from portal_app.portals.energy.formats.espi import read_espi
from portal_app.portals.energy.formats.items import Reading
from tests.portals.energy.formats import feeds

ROWS = 200_000


def feed() -> Path:
    """A feed of half-hourly readings, made once."""
    path = LEFT / "readings.xml"
    if not path.exists():
        LEFT.mkdir(parents=True, exist_ok=True)
        path.write_bytes(feeds.simple(feeds.hours(ROWS, step=1_800)))
    return path


def reader(path: Path) -> float:
    """Rows a second of CPU through the portal's reader."""
    began = time.process_time()
    with path.open("rb") as stream:
        rows = sum(isinstance(item, Reading) for item in read_espi(stream))
    if rows != ROWS:
        raise SystemExit(f"{rows} readings came out of {ROWS}.")
    return rows / (time.process_time() - began)


def parser(path: Path) -> float:
    """Rows a second of CPU through expat with empty handlers."""
    began = time.process_time()
    bare = expat.ParserCreate()
    bare.StartElementHandler = lambda _name, _attributes: None
    bare.EndElementHandler = lambda _name: None
    bare.CharacterDataHandler = lambda _text: None
    with path.open("rb") as stream:
        bare.ParseFile(stream)
    return ROWS / (time.process_time() - began)


def peak_mb() -> float:
    """The most memory that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
