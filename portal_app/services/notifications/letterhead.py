"""Whose mail it is: the company's name, colour and mark, as mail programs can show them.

The mark goes along as a small picture of the mail itself: nothing is fetched when a mail is read.
"""

import re
import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from portal_app.core.accounts import Company
from portal_app.shapes.colour import contrast
from portal_app.shapes.palette import DRAWN

_SHAPES = {
    "brightwater": (
        '<path fill="currentColor" d="M14 1.5c5 5.7 9 10 9 15.3a9 9 0 0 1-18 0C5 11.5 9 7.2 14 1.5Z"/>'
        '<path d="M15.3 9.5 11 16.2h5.6L12.6 22" fill="none" stroke="#025b4b" stroke-width="2.2" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    ),
    "fjord": (
        '<path fill="currentColor" d="M2 3h6.5L14 14.5 19.5 3H26L16.6 20h-5.200Z"/>'
        '<path d="M5 25h18" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/>'
    ),
}
_PLAIN = (
    '<circle cx="14" cy="14" r="10.5" fill="none" stroke="currentColor" stroke-width="3"/>'
    '<circle cx="14" cy="14" r="4.5" fill="currentColor"/>'
)
_PLAIN_COLOUR = "#1d4f6e"
_TEMPLATES = Path(__file__).parent / "templates"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_INK = "#000000"
_NIGHT_GROUND = "#17201e"
_READABLE = 4.5
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Letterhead:
    """What stands at the head and the foot of a mail.

    `accent` is the ground of the button, `on_accent` its words; `night` and `on_night` the same where the
    reader's screen is dark. `mark` is a picture in PNG.
    """

    name: str
    phone: str
    accent: str
    on_accent: str
    night: str
    on_night: str
    mark: bytes


def letterhead(company: Company) -> Letterhead:
    """The letterhead of a company; words on its colour are readable whatever colour it chose."""
    own, shapes = DRAWN.get(company.brand, _PLAIN_COLOUR), _SHAPES.get(company.brand, _PLAIN)
    accent = company.accent if _COLOUR.fullmatch(company.accent) else own
    ink = _ink_on(accent)
    mark = company.mark or _whole(shapes.replace(own, accent))
    night = accent if contrast(accent, _NIGHT_GROUND) >= _READABLE else _mixed(accent, "#ffffff", 0.62)
    return Letterhead(
        name=" ".join(company.name.split()),
        phone=" ".join(company.phone.split()),
        accent=accent,
        on_accent=ink,
        night=night,
        on_night=_ink_on(night),
        # A picture of the company's own stands on white, as it does on its pages.
        mark=_picture(mark.replace("currentColor", ink), "#ffffff" if company.mark else accent),
    )


def _whole(shapes: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28">{shapes}</svg>'


def _ink_on(ground: str) -> str:
    return "#ffffff" if contrast("#ffffff", ground) >= _READABLE else _INK


def _mixed(one: str, other: str, share: float) -> str:
    def channel(place: int) -> int:
        first, second = (int(colour[place : place + 2], 16) for colour in (one, other))
        return round(first + (second - first) * share)

    return "#" + "".join(f"{channel(place):02x}" for place in (1, 3, 5))


@cache
def _compiler() -> Any:
    import typst  # noqa: PLC0415 -- a large library that only sending a mail and printing a bill need

    return typst.Compiler(_TEMPLATES / "mark.typ", root=_TEMPLATES, ignore_system_fonts=True)


@lru_cache(maxsize=64)
def _picture(mark: str, colour: str) -> bytes:
    """The mark on a tile of the company's colour; a mark that cannot be drawn leaves the tile."""
    with _one_at_a_time:
        for svg in (mark, _whole("")):
            try:
                inputs = {"mark": svg, "colour": colour}
                return bytes(_compiler().compile(format="png", ppi=180, sys_inputs=inputs))
            except RuntimeError:
                continue
    return b""
