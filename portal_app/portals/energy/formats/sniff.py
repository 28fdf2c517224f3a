"""Telling what a brought file is from its first bytes."""

import codecs
import re
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Literal

from portal_app.portals.energy.formats.columns import find_header

Format = Literal[
    "espi",
    "csv",
    "weather_csv",
    "weather_json",
    "xml",
    "html",
    "zip",
    "pdf",
    "spreadsheet",
    "empty",
    "unknown",
]

HEAD = 65_536

CANNOT_READ: dict[str, str] = {
    "xml": "This is XML but not a Green Button feed. Ask your company for “Green Button: Download My Data”.",
    "html": (
        "This is a web page, not a Green Button feed: most likely a sign-in that ran out. Sign in again"
        " where the file comes from, and download it once more."
    ),
    "zip": "This is a ZIP archive. Unpack it and bring the .xml or .csv file inside.",
    "pdf": "This is a PDF. Figures in a PDF cannot be read; bring the Green Button .xml or a .csv file.",
    "spreadsheet": "This is a spreadsheet file. Save it as CSV and bring that.",
    "empty": "The file is empty. Download it again and check that it has some size.",
    "unknown": (
        "This file is neither a Green Button feed (.xml), a table of intervals (.csv) nor weather (.csv or"
        " .json)."
    ),
}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file is; `sentence` says why it cannot be read, empty where it can."""

    format: Format
    gzipped: bool = False
    sentence: str = ""

    @property
    def readable(self) -> bool:
        """Whether one of our readers takes it."""
        return not self.sentence


def sniff(file: BinaryIO | bytes) -> Sniffed:
    """Tell the format of a file; a stream is left where it was."""
    head = file[:HEAD] if isinstance(file, bytes) else _peek(file)
    gzipped = head.startswith(b"\x1f\x8b")
    if gzipped:
        head = _gunzip_head(head)
    kind = _kind(head)
    return Sniffed(kind, gzipped, CANNOT_READ.get(kind, ""))


def _peek(stream: BinaryIO) -> bytes:
    at = stream.tell()
    head = stream.read(HEAD)
    stream.seek(at)
    return head


def _gunzip_head(head: bytes) -> bytes:
    """The first unzipped bytes, as far as they come."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, HEAD)
    except zlib.error:
        return b""


def _kind(head: bytes) -> Format:
    magic: tuple[tuple[bytes, Format], ...] = (
        (b"PK\x03\x04", "zip"),
        (b"PK\x05\x06", "zip"),
        (b"%PDF", "pdf"),
        (b"\xd0\xcf\x11\xe0", "spreadsheet"),
    )
    for start, kind in magic:
        if head.startswith(start):
            is_sheet = kind == "zip" and (b"xl/" in head or b"content.xml" in head)
            return "spreadsheet" if is_sheet else kind
    text = decode_head(head).lstrip("\ufeff \t\r\n\0")
    if not text:
        return "empty" if not head.strip(b"\0 \t\r\n") else "unknown"
    if text.startswith("<"):
        return _xml_kind(text)
    if text.startswith(("{", "[")):
        return "weather_json"
    return _table_kind(text)


def _xml_kind(text: str) -> Format:
    """Atom or ESPI anywhere near the top; where comments fill the head, benefit of the doubt."""
    if re.search(r"<(!DOCTYPE\s+)?html\b", text, re.IGNORECASE):
        return "html"
    if re.search(r"<(\w+:)?(html|svg|ofx)\b", text, re.IGNORECASE):
        return "xml"
    feed = re.search(r"<(\w+:)?(feed|entry|UsagePoint|IntervalBlock|MeterReading)\b", text)
    other = re.search(r"<[A-Za-z]", text)
    return "espi" if feed or not other or "naesb.org/espi" in text or "<!DOCTYPE" in text else "xml"


def _table_kind(text: str) -> Format:
    header = find_header(text.splitlines()[:40])
    if header is None:
        return "unknown"
    return "weather_csv" if "temperature" in header.columns else "csv"


def decode_head(head: bytes) -> str:
    """The first bytes as text, whatever encoding they hint at."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return head.decode(name, errors="replace")
    return head.decode("utf-8", errors="replace")
