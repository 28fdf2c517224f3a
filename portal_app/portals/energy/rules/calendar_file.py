"""Planned work as an iCalendar file (RFC 5545) that any calendar takes in."""

from dataclasses import dataclass
from datetime import UTC, datetime

LONGEST_LINE = 75
"""Octets of a line before it is folded (RFC 5545, 3.1)."""


@dataclass(frozen=True)
class Work:
    """Work announced ahead: the same `uid` with a higher `sequence` replaces what was sent before."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    title: str
    text: str
    where: str = ""
    called_off: bool = False


def calendar_file(work: Work, stamped: datetime) -> str:
    """Write one event as a published calendar; lines end in CR LF and are folded at 75 octets."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//portal//planned work//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{work.uid}",
        f"SEQUENCE:{work.sequence}",
        f"DTSTAMP:{_moment(stamped)}",
        f"DTSTART:{_moment(work.starts_at)}",
        f"DTEND:{_moment(work.ends_at)}",
        f"STATUS:{'CANCELLED' if work.called_off else 'CONFIRMED'}",
        f"SUMMARY:{_escaped(work.title)}",
        f"DESCRIPTION:{_escaped(work.text)}",
        *((f"LOCATION:{_escaped(work.where)}",) if work.where else ()),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for plain, written in (
        ("\\", "\\\\"),
        (";", "\\;"),
        (",", "\\,"),
        ("\r\n", "\\n"),
        ("\n", "\\n"),
        ("\r", ""),
    ):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> list[str]:
    parts, here = [""], 0
    for letter in line:
        size = len(letter.encode())
        if here + size > LONGEST_LINE:
            parts.append(" ")
            here = 1
        parts[-1] += letter
        here += size
    return parts
