"""The real files these rules are tried on, read without the product's importer."""

import csv
import gzip
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from defusedxml.ElementTree import iterparse

from portal_app.portals.energy.rules.usage import Interval

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
ESPI = "{http://naesb.org/espi}"


def path(name: str) -> Path:
    """Find a real file, or skip the test where the folder is absent."""
    found = DATA / name
    if not found.exists():
        pytest.skip(f"../shared/data/{name} is not on this machine")
    return found


@cache
def green_button(name: str) -> tuple[Interval, ...]:
    """Read hourly watt-hours of an ESPI file as intervals in thousandths of a kWh."""
    found: list[Interval] = []
    for _, element in iterparse(str(path(f"greenbutton/{name}"))):
        if element.tag == f"{ESPI}IntervalReading":
            period = element.find(f"{ESPI}timePeriod")
            start, seconds = int(period.findtext(f"{ESPI}start")), int(period.findtext(f"{ESPI}duration"))
            found.append(Interval(start, seconds, int(element.findtext(f"{ESPI}value"))))
    return tuple(found)


@cache
def weather(name: str) -> tuple[tuple[datetime, float], ...]:
    """Read rows of (moment, value) of a weather sample; the empty last row is left out."""
    with gzip.open(path(f"weather/{name}"), "rt") as lines:
        rows = list(csv.reader(lines))[1:]
    return tuple((datetime.fromisoformat(when), float(value)) for when, value in rows if value != "nan")
